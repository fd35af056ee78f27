// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// What is shown follows from the address: #/?q=disk&sort=newest is a list,
// #/c/0123456789abcdef?q=disk a cluster beside it, #/?view=now what is new and grows.

import * as api from "./api.js";
import { Detail } from "./detail.js";
import * as dialog from "./dialog.js";
import { byId, h, number, plural } from "./dom.js";
import * as keys from "./keys.js";
import { List } from "./list.js";
import { Now } from "./now.js";

const refreshEvery = 10_000; // ms
const filters = byId("filters");
const search = byId("search");
let user = "";
let all = 0; // records

const list = new List((id) => address(id), (page) => {
  const { page: _, ...query } = asked();
  if (page > 1) query.page = page;
  history.pushState(null, "", address(opened(), query));
  shown = JSON.stringify(asked());
  list.mark(detail.id);
});
const now = new Now((id) => address(id));
const detail = new Detail({
  href: (id) => address(id), open: (id) => { location.hash = address(id); }, close, changed: () => refresh(), user: () => user, all: () => all,
});

// address is the hash of a cluster, or without one of the list, as it is filtered.
function address(id = "", query = asked()) {
  const text = new URLSearchParams(query).toString();
  return `#/${id && `c/${id}`}${text && `?${text}`}`;
}

// asked is what the address says about the list.
function asked() {
  return Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] ?? ""));
}

const opened = () => location.hash.match(/^#\/c\/([^?]+)/)?.[1] ?? "";

function close() {
  if (leaving()) location.hash = address();
}

// leaving asks before a text that is not saved is lost.
function leaving() {
  return !detail.editor?.dirty || window.confirm("Leave without saving?");
}

let shown = null; // the list's query as it is shown

async function follow() {
  const query = asked();
  const id = opened();
  const text = JSON.stringify(query);
  if (document.activeElement !== search) search.value = query.q ?? "";
  for (const radio of filters.elements.sort) radio.checked = radio.value === (query.sort ?? "count");
  filters.elements.new.checked = query.new === "true";
  for (const name of ["labelled", "noise"]) filters.elements[name].value = query[name] ?? "";
  choosePartition(query.partition);
  const isNow = query.view === "now";
  document.body.classList.toggle("now", isNow);
  byId("view").setAttribute("aria-pressed", String(isNow));
  if (text !== shown) {
    shown = text;
    if (isNow) now.show();
    else {
      now.hide();
      list.show(query);
    }
  }
  document.body.classList.toggle("reading", id !== "");
  if (id) {
    if (id !== detail.id) await detail.show(id);
    list.mark(detail.id || id);
    return;
  }
  const had = detail.id;
  detail.hide();
  if (had) list.focus();
  list.mark("");
}

function choosePartition(name) {
  const select = byId("partition");
  const value = name === undefined ? "*" : `=${name}`;
  if (![...select.options].some((o) => o.value === value)) select.append(h("option", { value }, name || "no service"));
  select.value = value;
}

// filter takes what the forms say into the address.
function filter() {
  const query = {};
  const form = new FormData(filters);
  const q = search.value.trim();
  if (q) query.q = q;
  if (form.get("sort") !== "count") query.sort = form.get("sort");
  for (const name of ["new", "labelled", "noise"]) if (form.get(name)) query[name] = form.get(name);
  if (form.get("partition") !== "*") query.partition = form.get("partition").slice(1);
  history.replaceState(null, "", address(opened(), query));
  follow();
}

async function totals() {
  try {
    const s = await api.summary();
    user = s.user;
    all = s.records;
    byId("totals").replaceChildren(
      h("span", {}, h("b", {}, number(s.clusters)), " clusters"), h("span", {}, h("b", {}, number(s.records)), " records"),
      h("span", {}, h("b", {}, number(s.labelled)), s.labelled === 1 ? " solution" : " solutions"));
    document.title = `Knowledge base · ${plural(s.clusters, "cluster")}`;
    const select = byId("partition");
    const have = new Set([...select.options].map((o) => o.value));
    for (const name of s.partitions) if (!have.has(`=${name}`)) select.append(h("option", { value: `=${name}` }, name || "no service"));
  } catch {
    // The list says what is wrong.
  }
}

function refresh() {
  totals();
  if (now.shown) now.load();
  else list.load();
  if (detail.id && !detail.editor) detail.show(detail.id, true);
}

let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(filter, 150);
});
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  filter();
  list.focus(0);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  list.focus(0);
});
filters.addEventListener("change", filter);
filters.addEventListener("submit", (event) => event.preventDefault());
byId("view").addEventListener("click", () => { location.hash = asked().view === "now" ? "#/" : "#/?view=now"; });
byId("try").addEventListener("click", () => dialog.tryLine(address));
byId("help").addEventListener("click", () => dialog.help());
byId("import").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) dialog.importFile(file, refresh);
  event.target.value = "";
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && detail.id + detail.asked) return close();
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
  const act = {
    "/": () => { search.focus(); search.select(); }, j: () => list.step(1), k: () => list.step(-1), n: () => list.turn(1), p: () => list.turn(-1),
    e: () => detail.edit(), m: () => dialog.tryLine(address), "?": () => dialog.help(),
  }[event.key];
  if (!act || !keys.areOn()) return;
  event.preventDefault();
  act();
});

// The skip link's target is no address of a view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  list.focus(0);
});

let last = location.hash;
window.addEventListener("hashchange", () => {
  if (opened() !== detail.id && !leaving()) {
    history.replaceState(null, "", last);
    return;
  }
  last = location.hash;
  follow();
});
window.addEventListener("beforeunload", (event) => detail.editor?.dirty && event.preventDefault());
setInterval(() => document.visibilityState === "visible" && !document.querySelector("dialog[open]") && refresh(), refreshEvery);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

totals();
follow();
