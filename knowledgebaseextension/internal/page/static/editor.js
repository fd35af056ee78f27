// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import { h, rendered, toast } from "./dom.js";

const maxBytes = 16 * 1024;
const size = (text) => new TextEncoder().encode(text).length;

// Editor edits a cluster's solution. user is who the server takes the reader for,
// empty when it asks nobody. done is called with what was saved, or nothing.
export class Editor {
  constructor(cluster, user, done) {
    this.id = cluster.id;
    this.version = cluster.solution.version;
    this.before = cluster.solution.text;
    this.done = done;
    this.text = h("textarea", {
      rows: 10, "aria-label": "Solution, in Markdown", spellcheck: "true",
      placeholder: "What it means and what to do, in Markdown", input: () => this.changed(),
      keydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save();
        if (event.key === "Escape") {
          event.stopPropagation();
          this.cancel();
        }
      },
    });
    this.text.value = this.before;
    this.preview = h("div", { class: "preview", role: "tabpanel", "aria-label": "Preview", tabindex: 0, hidden: true });
    this.tabs = ["Write", "Preview"].map((name, i) => h("button", { type: "button", role: "tab", "aria-selected": i === 0 ? "true" : "false", click: () => this.show(i) }, name));
    this.notice = h("div", { class: "notice", role: "alert", hidden: true });
    this.left = h("span", { class: "muted" });
    this.saving = h("button", { type: "button", class: "primary", "aria-keyshortcuts": "Control+Enter", click: () => this.save() }, "Save");
    const name = user
      ? h("span", { class: "muted" }, `as ${user}`)
      : h("input", { class: "author", "aria-label": "Your name", placeholder: "Your name", maxlength: 100, value: api.author.get(), change: (event) => api.author.set(event.target.value.trim()) });
    this.element = h("div", { class: "editor" },
      h("div", { class: "tabs", role: "tablist", "aria-label": "Write or preview" }, this.tabs, this.left),
      this.text, this.preview, this.notice,
      h("p", { class: "buttons" }, name, h("button", { type: "button", click: () => this.cancel() }, "Cancel"), this.saving));
    this.changed();
  }

  get dirty() {
    return this.text.value !== this.before;
  }

  focus() {
    this.text.focus();
  }

  changed() {
    const bytes = size(this.text.value);
    this.left.textContent = bytes > maxBytes * 0.8 ? `${bytes} of ${maxBytes} bytes` : "";
    this.saving.disabled = bytes > maxBytes;
    this.saving.textContent = this.text.value.trim() === "" && this.before !== "" ? "Clear the solution" : "Save";
  }

  // show turns to writing (0) or to the preview (1).
  async show(tab) {
    this.tabs.forEach((t, i) => t.setAttribute("aria-selected", i === tab ? "true" : "false"));
    this.text.hidden = tab === 1;
    this.preview.hidden = tab === 0;
    if (tab === 0) return this.focus();
    try {
      const { html } = await api.render(this.text.value);
      this.preview.replaceChildren(html ? rendered(html) : h("p", { class: "muted" }, "Nothing to show."));
    } catch (error) {
      this.preview.replaceChildren(h("p", { class: "problem" }, error.message));
    }
  }

  async save() {
    if (this.saving.disabled) return;
    this.saving.disabled = true;
    try {
      const saved = await api.setSolution(this.id, this.text.value.trim() === "" ? "" : this.text.value, this.version);
      toast(saved.text ? "Saved. Records carry it from now on." : "Cleared.");
      this.done(saved);
    } catch (error) {
      this.saving.disabled = false;
      if (error.current) this.conflict(error.current);
      else this.say(h("p", {}, error.message));
    }
  }

  // conflict shows what somebody else wrote meanwhile, and lets the reader choose.
  conflict(theirs) {
    this.say(
      h("p", {}, `${theirs.author || "Somebody"} ${theirs.text ? "wrote this" : "cleared the solution"} meanwhile:`),
      theirs.text && rendered(theirs.html),
      h("p", { class: "buttons" },
        h("button", { type: "button", click: () => { this.take(theirs.version); this.text.value = theirs.text; this.before = theirs.text; this.changed(); this.show(0); } }, "Take theirs"),
        h("button", { type: "button", click: () => { this.take(theirs.version); this.save(); } }, "Overwrite with mine")));
  }

  take(version) {
    this.version = version;
    this.notice.hidden = true;
  }

  say(...what) {
    this.notice.replaceChildren(...what.filter(Boolean));
    this.notice.hidden = false;
  }

  cancel() {
    if (!this.dirty || window.confirm("Leave without saving?")) this.done();
  }
}
