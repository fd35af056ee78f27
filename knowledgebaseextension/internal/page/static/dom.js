// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Elements from data. Text is always a text node: nothing that came in a log
// line is ever read as HTML.

// h makes an element. Attributes that are functions are listeners, true and
// false set or leave out an attribute; children are nodes, texts, or lists.
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

// svg is h for SVG.
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((c) => c != null && c !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

// The one place where HTML comes from the server, which has sanitised it.
const policy = window.trustedTypes?.createPolicy("solution", { createHTML: (html) => html });

// rendered shows a solution.
export function rendered(html) {
  const box = h("div", { class: "markdown" });
  box.innerHTML = policy ? policy.createHTML(html) : html;
  return box;
}

// template shows a template with its placeholders set apart: those of package
// mask, and the * that templates have for words.
export function template(text) {
  return text.split(/(<(?:\*|num|str|id|path|time|ip|hex|uuid|url|email|mac|stack)>)/).map((part, i) => (i % 2 ? h("span", { class: "slot" }, part) : part));
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat("en");

export const number = (n) => exact.format(n);

// records shows a number shortly, with all its digits on demand.
export function records(n) {
  return h("span", { class: "number", title: `${number(n)} records` }, n < 10000 ? number(n) : compact.format(n));
}

export const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

const units = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayClock = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// ago shows how long ago a time is.
export function ago(iso) {
  const at = new Date(iso);
  const seconds = (at - Date.now()) / 1000;
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const text = Math.abs(seconds) < 5 ? "now" : relative.format(Math.trunc(seconds / size), unit);
  return h("time", { datetime: iso, title: full.format(at) }, text);
}

// hourOf writes a time of day, with the day unless that is today.
export function hourOf(iso) {
  const at = new Date(iso);
  return (at.toDateString() === new Date().toDateString() ? clock : dayClock).format(at);
}

export const fullTime = (iso) => full.format(new Date(iso));

// share is a part of all in percent, as far as it says something.
export function share(n, all) {
  const percent = (100 * n) / all;
  return percent >= 10 ? `${Math.round(percent)} %` : percent >= 0.1 ? `${percent.toFixed(1)} %` : "under 0.1 %";
}

// copy says what became of it: without HTTPS there is no clipboard.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser lets nothing be copied here. Select the ID instead.");
  }
}

let hide;

// toast says briefly that something was done.
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(hide);
  hide = setTimeout(() => box.classList.remove("shown"), 4000);
}
