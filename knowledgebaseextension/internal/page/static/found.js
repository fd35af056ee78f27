// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import { h, template } from "./dom.js";

const how = { known: "seen in this very form", covered: "fits the template", same: "says the same", near: "says something like it" };

// found shows what a text may be about. Anything but a link is done by whoever asks.
export function found(m, href, chosen = () => {}) {
  return h("a", { class: "match", href: href(m.cluster), click: chosen },
    h("span", { class: "text" }, template(m.text || m.keywords.join(" "))),
    h("span", { class: "muted" }, `${Math.round(m.confidence * 100)} % · ${how[m.how]} · ${m.partition || "no service"}`, m.solution && [" · ", h("span", { class: "badge solved" }, "has a solution")]));
}
