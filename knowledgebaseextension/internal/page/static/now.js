// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import { byId, h, hourOf, number } from "./dom.js";
import { cells } from "./list.js";

// Now is what is new and what grows in the last hour. href makes a link to a cluster.
export class Now {
  constructor(href) {
    this.href = href;
    this.element = byId("now");
  }

  get shown() {
    return !this.element.hidden;
  }

  show() {
    this.element.hidden = false;
    if (!this.element.childElementCount) this.element.replaceChildren(h("p", { class: "waiting", role: "status" }, "Loading…"));
    return this.load();
  }

  hide() {
    this.element.hidden = true;
  }

  async load() {
    this.loading?.abort();
    const mine = (this.loading = new AbortController());
    try {
      this.draw(await api.now(mine.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.element.replaceChildren(h("p", { class: "problem", role: "alert" }, error.message, " ", h("button", { type: "button", click: () => this.load() }, "Try again")));
    }
  }

  draw(now) {
    const version = JSON.stringify(now);
    if (version === this.version) return;
    this.version = version;
    this.element.replaceChildren(
      this.part("Growing", "Many more in that hour than in an hour of the day before.", "Nothing grows.", now.growing, (c) => [h("span", { class: "badge new" }, growth(c))]),
      this.part("New", `First seen in the hour to ${hourOf(now.window.until)}, and not in the first ten minutes of its service.`, "Nothing is new.", now.new, () => []));
  }

  part(title, what, none, clusters, more) {
    return h("section", { "aria-label": title }, h("h2", {}, title), h("p", { class: "muted" }, what),
      clusters.length
        ? h("ol", { class: "rows" }, clusters.map((c) => h("li", { "data-id": c.id }, h("a", { href: this.href(c.id) }, cells(c, more(c))))))
        : h("p", { class: "none" }, none));
  }
}

function growth(c) {
  const factor = c.before > 0 ? ` · ${number(Math.round(c.hour / c.before))} times` : "";
  return `${number(c.hour)} in the hour, ${number(Math.round(c.before * 10) / 10)} before${factor}`;
}
