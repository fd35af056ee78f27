// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import { chart } from "./chart.js";
import * as dialog from "./dialog.js";
import { ago, byId, copy, fullTime, h, number, plural, records, rendered, share, template, toast } from "./dom.js";
import { Editor } from "./editor.js";

const waitShown = 300; // ms
const spans = { Hour: [60, 1], Day: [1440, 10] };
// What can be taken back; a comment stays.
const undoable = new Set(["solution", "merge", "split", "noise", "signal", "join", "leave", "status"]);

// Detail is one cluster. open(id) and close() navigate; changed() is called after
// an edit.
export class Detail {
  constructor({ href, open, close, changed, user, all }) {
    Object.assign(this, { href, open, close, changed, user, all });
    this.element = byId("detail");
    this.id = "";
    this.span = "Hour";
    this.editor = null;
  }

  // show reads a cluster; quietly leaves focus and scroll position alone.
  async show(id, quietly = false) {
    if (!quietly) this.editor = null;
    this.asked = id;
    let cluster;
    const late = quietly ? undefined : setTimeout(() => this.waiting(id), waitShown);
    try {
      cluster = await api.cluster(id).finally(() => clearTimeout(late));
    } catch (error) {
      if (quietly || this.asked !== id) return;
      this.id = "";
      this.element.replaceChildren(this.bar(), h("p", { class: "problem", role: "alert" }, error.message, " ", h("button", { type: "button", click: () => this.show(id) }, "Try again")));
      this.element.hidden = false;
      return;
    }
    if (this.asked !== id || (quietly && this.editor)) return;
    const version = JSON.stringify(cluster);
    if (quietly && version === this.version) return;
    this.version = version;
    this.id = cluster.id;
    this.cluster = cluster;
    this.draw();
    if (!quietly) {
      this.element.scrollTo(0, 0);
      this.element.querySelector("h2").focus();
    }
  }

  // waiting is what a slow database shows.
  waiting(id) {
    if (this.asked !== id) return;
    this.id = this.version = "";
    this.element.hidden = false;
    this.element.replaceChildren(this.bar(), h("p", { class: "waiting", role: "status" }, "Loading…"));
  }

  hide() {
    this.asked = this.id = this.version = "";
    this.editor = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  bar(...actions) {
    return h("div", { class: "bar" }, h("button", { type: "button", class: "back", "aria-keyshortcuts": "Escape", click: () => this.close() }, "‹ Back"), ...actions);
  }

  draw() {
    const c = this.cluster;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    this.element.hidden = false;
    this.element.setAttribute("aria-label", `Cluster ${c.id}`);
    this.element.replaceChildren(
      this.bar(
        h("button", { type: "button", "data-focus": "noise", click: () => this.noise() }, c.noise ? "Not noise" : "Mark as noise"),
        h("button", { type: "button", "data-focus": "merge", click: () => dialog.mergeWith(c, (id) => this.done("Merged.", id)) }, "Merge…")),
      h("h2", { tabindex: -1, "data-focus": "title" }, template(c.text)),
      h("p", { class: "meta" },
        c.new && h("span", { class: "badge new" }, "new"), c.noise && h("span", { class: "badge" }, "noise"),
        h("span", { class: "partition" }, c.partition || "no service"), c.keywords.map((k) => h("span", { class: "keyword" }, k)),
        h("button", { type: "button", class: "id", title: "Copy the ID", "aria-label": `Copy the ID ${c.id}`, "data-focus": "id", click: () => copy(c.id) }, c.id)),
      h("dl", { class: "facts" },
        fact("Records", records(c.count)), this.all() > 0 && fact("Share", share(c.count, this.all())), fact("First seen", ago(c.first_seen)), fact("Last seen", ago(c.last_seen)), fact("Templates", number(c.template_count))),
      ...[this.solution(), this.counts(), this.samples(), this.templates(), this.related(), this.aliases(), this.history()].filter(Boolean));
    if (focused) this.element.querySelector(`[data-focus="${focused}"]`)?.focus({ preventScroll: true });
  }

  solution() {
    const s = this.cluster.solution;
    const section = h("section", { class: "solution", "aria-label": "Solution" });
    if (this.editor) {
      section.append(h("h3", {}, "Solution"), this.editor.element);
      return section;
    }
    const edit = h("button", { type: "button", class: s.text ? "" : "primary", "aria-keyshortcuts": "e", "data-focus": "edit", click: () => this.edit() }, s.text ? "Edit" : "Write one");
    if (!s.text) {
      section.classList.add("empty");
      section.append(h("p", {}, "No solution yet. What you write here goes out on every matching record."), edit);
      return section;
    }
    section.append(h("h3", {}, "Solution", edit), rendered(s.html),
      h("p", { class: "muted" }, s.author, " · ", ago(s.updated)));
    return section;
  }

  edit(text) {
    if (!this.cluster || this.editor) return;
    this.editor = new Editor(this.cluster, this.user(), (saved) => {
      this.editor = null;
      if (saved) this.done("", this.id);
      else {
        this.draw();
        this.element.querySelector('[data-focus="edit"]')?.focus();
      }
    });
    if (text !== undefined) this.editor.text.value = text;
    this.draw();
    this.editor.focus();
  }

  counts() {
    const box = h("div", {});
    const load = async (span) => {
      this.span = span;
      const [minutes, step] = spans[span];
      try {
        const data = step === 1 ? { ...this.cluster, step } : await api.counts(this.id, minutes, step);
        box.replaceChildren(chart(data));
      } catch (error) {
        box.replaceChildren(h("p", { class: "problem" }, error.message));
      }
    };
    load(this.span);
    return h("section", { "aria-label": "Records over time" },
      h("h3", {}, "Records",
        h("fieldset", { class: "segments small" }, h("legend", { class: "unseen" }, "Span"),
          Object.keys(spans).map((span) => h("label", {}, h("input", { type: "radio", name: "span", checked: span === this.span, change: () => load(span) }), h("span", {}, span))))),
      box);
  }

  samples() {
    const { samples } = this.cluster;
    if (!samples.length) return null;
    return h("section", {}, h("h3", {}, "Lines as they came"),
      h("ol", { class: "lines" }, samples.map((s) => h("li", {}, h("time", { datetime: s.at }, fullTime(s.at)), h("code", {}, s.text)))));
  }

  templates() {
    const { templates, template_count: all } = this.cluster;
    return h("section", {}, h("h3", {}, plural(all, "template")),
      h("ul", { class: "templates" }, templates.map((t) => h("li", {},
        h("span", { class: "text" }, template(t.text)),
        h("span", { class: "muted" }, records(t.count), t.represents && h("span", { class: "badge", title: "Stands for the cluster" }, "representative"), " ", h("code", {}, t.id)),
        all > 1 && h("button", { type: "button", "aria-label": `Split off ${t.text}`, click: () => this.split(t) }, "Split off")))));
  }

  related() {
    const { related } = this.cluster;
    if (!related.length) return null;
    return h("section", {}, h("h3", {}, "Related"),
      h("ul", { class: "templates" }, related.map((r) => h("li", {},
        h("a", { class: "text", href: this.href(r.cluster) }, template(r.text)),
        h("span", { class: "muted" }, r.solution && h("span", { class: "badge" }, "solution"), " ", h("code", {}, r.cluster))))));
  }

  aliases() {
    const { aliases, apart } = this.cluster;
    if (!aliases.length && !apart.length) return null;
    return h("section", {}, h("h3", {}, "Other IDs"),
      aliases.length > 0 && h("ul", { class: "ids" }, aliases.map((a) => h("li", {}, h("code", {}, a.id), h("span", { class: "muted" }, ` ${a.kind}, joined `, ago(a.at))))),
      apart.length > 0 && h("p", { class: "muted" }, "Kept apart by hand from ", apart.map((id, i) => [i ? ", " : "", h("a", { href: this.href(id) }, h("code", {}, id))])));
  }

  history() {
    const { history } = this.cluster;
    if (!history.length) return null;
    const said = {
      merge: "merged it with", split: "split off", noise: "marked it as noise", signal: "took it for no noise",
      join: "put it to the problem of", leave: "took it out of its problem", status: "set the status", comment: "commented:", undo: "took back a decision",
    };
    return h("section", {}, h("h3", {}, "History"), h("ol", { class: "history" }, history.map((e) => {
      const head = [h("strong", {}, e.author || "somebody"), " "];
      const undo = undoable.has(e.action) && [" ", h("button", { type: "button", click: () => this.undo(e) }, "Undo")];
      if (e.action !== "solution") return h("li", {}, head, said[e.action] ?? e.action, e.text && [" ", h("code", {}, e.text)], " · ", ago(e.at), undo);
      if (!e.text) return h("li", {}, head, "cleared the solution · ", ago(e.at), undo);
      return h("li", {}, h("details", {}, h("summary", {}, head, "wrote the solution · ", ago(e.at)), h("pre", {}, e.text),
        h("button", { type: "button", click: () => this.edit(e.text) }, "Edit from here"), undo));
    })));
  }

  undo(e) {
    dialog.confirm("Undo", "All is as it was before that decision, but for what lines have brought since. What a later one builds on is to be undone first.", "Undo", async () => {
      await api.undo(e.revision);
      this.done("Undone.", this.id);
    });
  }

  noise() {
    const { noise } = this.cluster;
    dialog.confirm(noise ? "Not noise" : "Mark as noise", noise ? "The cluster is listed again." : "The cluster is no longer listed unless noise is asked for. Its records flow as before.", noise ? "Not noise" : "Mark as noise",
      async () => {
        await api.setNoise(this.id, !noise);
        this.done(noise ? "Listed again." : "Marked as noise.", this.id);
      });
  }

  split(t) {
    dialog.confirm("Split off a template", `“${t.text}” becomes a cluster of its own. Only a person joins the two again.`, "Split off", async () => {
      const { cluster: id } = await api.split(t.id);
      this.done("Split off.", id);
    });
  }

  // done goes on to the cluster that an edit left.
  async done(text, id) {
    if (text) toast(text);
    if (id === this.id) await this.show(id);
    else this.open(id);
    this.changed();
  }
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
