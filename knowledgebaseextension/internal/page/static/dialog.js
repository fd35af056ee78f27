// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import { h, number, plural, template, toast } from "./dom.js";
import { found } from "./found.js";
import * as keys from "./keys.js";

// open shows a modal dialog; it is closed by Escape, Cancel or close().
export function open(title, ...content) {
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", close: () => dialog.remove() },
    h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...content));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function buttons(...own) {
  return h("p", { class: "buttons" }, h("button", { type: "submit", value: "cancel", formnovalidate: true }, "Cancel"), ...own);
}

// confirm asks before something is done; the button says what.
export function confirm(title, text, verb, act) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const button = h("button", {
    type: "button", class: "primary", autofocus: true,
    click: async () => {
      button.disabled = true;
      try {
        await act();
        dialog.close();
      } catch (error) {
        button.disabled = false;
        problem.textContent = error.message;
        problem.hidden = false;
      }
    },
  }, verb);
  const dialog = open(title, h("p", {}, text), problem, buttons(button));
}

// mergeWith asks for the cluster that another one is to be joined with.
export function mergeWith(cluster, done) {
  let chosen;
  let searching;
  const results = h("ul", { class: "choices" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const go = h("button", { type: "button", class: "primary", disabled: true, click: act }, "Merge");
  const input = h("input", { type: "search", "aria-label": "Search the other cluster", placeholder: "Words, or an ID", autofocus: true, autocomplete: "off", input: search,
    keydown: (event) => event.key === "Enter" && event.preventDefault() });
  const dialog = open("Merge with another cluster",
    h("p", { class: "muted" }, "The ID of the one that was seen first stays; the other one keeps working. Re-clustering never undoes it."),
    input, results, problem, buttons(go));
  search();

  async function search() {
    searching?.abort();
    searching = new AbortController();
    try {
      const page = await api.clustersOf(cluster.partition, { q: input.value, limit: 8, minutes: 0, noise: "include" }, searching.signal);
      chosen = undefined;
      go.disabled = true;
      results.replaceChildren(...page.clusters.filter((c) => c.id !== cluster.id).map(choice));
    } catch (error) {
      if (error.name !== "AbortError") fail(error);
    }
  }

  function choice(c) {
    return h("li", {}, h("label", {},
      h("input", { type: "radio", name: "with", value: c.id, change: () => { chosen = c.id; go.disabled = false; } }),
      h("span", { class: "text" }, template(c.text)), h("span", { class: "muted number" }, number(c.count))));
  }

  async function act() {
    go.disabled = true;
    try {
      const { cluster: id } = await api.merge(cluster.id, chosen);
      dialog.close();
      done(id);
    } catch (error) {
      fail(error);
      go.disabled = false;
    }
  }

  function fail(error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

// tryLine shows what a line would be taken for.
export function tryLine(href) {
  const answer = h("div", { "aria-live": "polite" });
  const input = h("textarea", { rows: 3, "aria-label": "Log line or message", placeholder: "Paste a log line, a stack trace, a message", spellcheck: "false", autofocus: true, maxlength: 60000,
    keydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        ask();
      }
    } });
  const dialog = open("What is this about?", input, answer,
    h("p", { class: "buttons" }, h("button", { type: "submit", formnovalidate: true }, "Close"), h("button", { type: "button", class: "primary", click: ask }, "Match")));

  async function ask() {
    if (input.value.trim() === "") return;
    try {
      const { matches, offers } = await api.match(input.value, { limit: 6 });
      const show = (m) => found(m, href, () => dialog.close());
      answer.replaceChildren(
        ...(matches.length ? matches.map(show) : [h("p", { class: "muted" }, "Nothing is sure enough to be an answer.")]),
        ...(offers.length ? [h("p", { class: "muted" }, "Near:"), ...offers.map(show)] : []));
    } catch (error) {
      answer.replaceChildren(h("p", { class: "problem" }, error.message));
    }
  }
}

// help lists the keys.
export function help() {
  const list = [["/", "search"], ["j  k  ↓  ↑", "next and previous cluster"], ["Enter", "open"], ["Esc", "close, back to the list"], ["e", "edit the solution"],
    ["Ctrl Enter", "save it"], ["n  p", "next and previous page"], ["m", "match a line"], ["?", "this list"]];
  open("Keys", h("dl", { class: "keys" }, list.map(([key, what]) => [h("dt", {}, key.split("  ").map((k) => h("kbd", {}, k))), h("dd", {}, what)])),
    h("label", {}, h("input", { type: "checkbox", checked: keys.areOn(), change: (event) => keys.set(event.target.checked) }), " Keys of one character"),
    h("p", { class: "buttons" }, h("button", { type: "submit", class: "primary", autofocus: true }, "Close")));
}

// importFile sends a YAML file of solutions.
export function importFile(file, done) {
  confirm("Import solutions", `Every solution in ${file.name} is written over the one that its cluster has now; clusters that it does not name stay as they are.`, "Import", async () => {
    const { written, unchanged, waiting, refused } = await api.importSolutions(file);
    toast(`${plural(written, "solution")} written, ${number(unchanged)} unchanged, ${number(waiting)} wait for their lines, ${number(refused)} refused`);
    done();
  });
}
