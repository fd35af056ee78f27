// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import { sparkline } from "./chart.js";
import { ago, byId, h, hourOf, number, plural, records, template } from "./dom.js";
import { found } from "./found.js";

const pageSize = 100;
const waitShown = 300; // ms
const maxPage = 200;

// List is the pages of clusters. href makes a link to a cluster, turned is told the
// number of the page that was turned to.
export class List {
  constructor(href, turned) {
    this.href = href;
    this.turned = turned;
    this.element = byId("list");
    this.rows = new Map(); // by ID: {element, link, key}
    this.query = {};
    this.cursors = [""]; // of the pages up to this one
    this.loading = null;
    this.current = ""; // ID of the open cluster
    byId("next").addEventListener("click", () => this.turn(1));
    byId("previous").addEventListener("click", () => this.turn(-1));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focusin", (event) => this.rove(event.target.closest("a")));
  }

  // show lists what a query finds, at its page.
  show({ page = "1", ...query }) {
    const same = JSON.stringify(query) === JSON.stringify(this.query);
    this.query = query;
    this.page = Math.min(maxPage, Math.max(1, Math.trunc(Number(page)) || 1));
    this.cursors = same ? this.cursors.slice(0, this.page) : [""];
    return this.load();
  }

  // turn goes to the next page (1) or the one before (-1).
  async turn(by) {
    if (by > 0 && this.next) this.cursors.push(this.next);
    else if (by < 0 && this.cursors.length > 1) this.cursors.pop();
    else return;
    this.page = this.cursors.length;
    this.turned(this.page);
    await this.load();
    this.element.parentElement.scrollTo(0, 0);
    this.focus(0);
  }

  // load reads the current page again, and those before it as far as their ends are not
  // known.
  async load() {
    this.loading?.abort();
    const mine = (this.loading = new AbortController());
    const late = setTimeout(() => { byId("waiting").hidden = false; }, waitShown);
    try {
      while (this.cursors.length < this.page) {
        const { next } = await this.read(this.cursors.at(-1), mine.signal, { minutes: 0 });
        if (!next) break;
        this.cursors.push(next);
      }
      this.page = this.cursors.length;
      const page = await this.read(this.cursors.at(-1), mine.signal);
      byId("problem").hidden = true;
      this.draw(page);
      await this.orMatches(page, mine.signal);
    } catch (error) {
      if (error.name !== "AbortError") this.fail(error);
    } finally {
      clearTimeout(late);
      if (this.loading === mine) byId("waiting").hidden = true;
    }
  }

  read(cursor, signal, more = {}) {
    const { partition, ...query } = this.query;
    Object.assign(query, { limit: pageSize, cursor, ...more });
    return partition === undefined ? api.clusters(query, signal) : api.clustersOf(partition, query, signal);
  }

  fail(error) {
    byId("problem").replaceChildren(error.message, " ", h("button", { type: "button", click: () => this.load() }, "Try again"));
    byId("problem").hidden = false;
  }

  // orMatches takes a search that no cluster fits for a line, or a question.
  async orMatches({ clusters }, signal) {
    const box = byId("matches");
    const text = this.query.q ?? "";
    if (clusters.length || !text) {
      box.replaceChildren();
      return;
    }
    try {
      const { matches, offers } = await api.match(text, { limit: 8, signal });
      const all = [...matches, ...offers];
      byId("position").textContent = all.length ? "" : "No cluster has these words, and none is near.";
      box.replaceChildren(...(all.length ? [h("h2", {}, matches.length ? "No cluster has all these words. It is about:" : "No cluster has all these words. Near is:"), ...all.map((m) => found(m, this.href))] : []));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      box.replaceChildren(); // no processor here: the list has said that nothing fits
    }
  }

  draw({ clusters, next, window }) {
    this.next = next;
    const ids = new Set(clusters.map((c) => c.id));
    const focused = document.activeElement?.closest?.("#list li")?.dataset.id;
    for (const [id, row] of this.rows) {
      if (!ids.has(id)) {
        row.element.remove();
        this.rows.delete(id);
      }
    }
    clusters.forEach((c, i) => {
      const row = this.row(c);
      if (this.element.children[i] !== row.element) this.element.insertBefore(row.element, this.element.children[i] ?? null);
    });
    if (focused && this.rows.has(focused)) this.rows.get(focused).link.focus({ preventScroll: true });
    else if (focused) this.focus(0);
    if (!this.element.querySelector('a[tabindex="0"]')) this.rove(this.links()[0]);
    const first = (this.page - 1) * pageSize;
    byId("position").textContent = clusters.length ? `${number(first + 1)}–${number(first + clusters.length)}${this.page > 1 ? ` · page ${this.page}` : ""}` : this.empty();
    byId("previous").hidden = this.cursors.length === 1;
    byId("next").hidden = !next;
    byId("window").textContent = `hour to ${hourOf(window.until)}`;
    this.mark(this.current);
  }

  empty() {
    const asked = Object.entries(this.query).some(([key, value]) => value && key !== "sort");
    return asked ? "No cluster fits." : "No clusters yet. They appear seconds after the first records.";
  }

  // row draws a cluster, or leaves it when it is drawn already.
  row(c) {
    const key = JSON.stringify(c) + Math.floor(Date.now() / 60000);
    let row = this.rows.get(c.id);
    if (row?.key === key) return row;
    if (!row) {
      const link = h("a", { tabindex: -1 });
      row = { link, element: h("li", { "data-id": c.id }, link) };
      this.rows.set(c.id, row);
    }
    row.key = key;
    row.element.className = c.noise ? "noise" : "";
    row.link.replaceChildren(...cells(c));
    return row;
  }

  // mark shows which cluster is open, and renews the links.
  mark(id) {
    this.current = id;
    for (const [other, { link }] of this.rows) {
      link.href = this.href(other);
      if (other === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  links() {
    return [...this.element.querySelectorAll("li > a")];
  }

  // rove makes one link the one that Tab reaches; arrows reach the others.
  rove(link) {
    if (!link) return;
    for (const other of this.element.querySelectorAll('a[tabindex="0"]')) other.tabIndex = -1;
    link.tabIndex = 0;
  }

  // focus moves to the i-th cluster, or to the open one.
  focus(i) {
    const link = i === undefined ? this.rows.get(this.current)?.link ?? this.links()[0] : this.links()[i];
    link?.focus();
  }

  // step moves the focus by some rows.
  step(by) {
    const links = this.links();
    const at = links.indexOf(document.activeElement);
    if (at < 0) this.element.querySelector('a[tabindex="0"]')?.focus();
    else links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(moves[event.key]);
  }
}

// cells are what a row shows of a cluster.
export function cells(c, ...more) {
  return [
    sparkline(c.counts), records(c.count),
    h("span", { class: "text", title: c.text }, template(c.text)),
    h("span", { class: "meta" },
      more,
      c.new && h("span", { class: "badge new", title: "First seen in the last hour" }, "new"),
      c.solution.text && h("span", { class: "badge solved", title: "Has a solution" }, "solution"),
      c.noise && h("span", { class: "badge" }, "noise"),
      h("span", { class: "partition" }, c.partition || "no service"),
      h("span", { class: "keywords" }, c.keywords.join("  ")),
      c.template_count > 1 && h("span", { class: "templates" }, plural(c.template_count, "template"))),
    ago(c.last_seen)];
}
