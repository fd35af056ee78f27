// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

import { h, svg, number, hourOf } from "./dom.js";

// bars is the outline of one bar for each number, in a box of their number times
// height. What is not zero is seen.
function bars(counts, height, top) {
  return counts
    .map((n, i) => (n > 0 ? `M${i + 0.1} ${height}v${-Math.max(height * 0.08, (height * n) / top).toFixed(2)}h.8V${height}z` : ""))
    .join("");
}

// sparkline shows the shape of counts, not their size.
export function sparkline(counts) {
  const sum = counts.reduce((a, b) => a + b, 0);
  const top = Math.max(...counts, 1);
  const label = sum ? `${number(sum)} records in the last hour, at most ${number(top)} a minute` : "none in the last hour";
  return svg("svg", { class: "spark", viewBox: `0 0 ${counts.length || 1} 20`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("path", { class: "ground", d: `M0 19.6h${counts.length || 1}` }),
    svg("path", { d: bars(counts, 20, top) }));
}

// chart shows counts with their time and size; each number is of step minutes.
export function chart({ window, counts, step }) {
  const top = Math.max(...counts, 1);
  const sum = counts.reduce((a, b) => a + b, 0);
  const from = new Date(window.from).getTime();
  const at = (i) => new Date(from + i * step * 60000).toISOString();
  const readout = h("output", { class: "readout" }, `${number(sum)} records · at most ${number(Math.max(...counts, 0))} per ${step === 1 ? "minute" : `${step} minutes`}`);
  const still = readout.textContent;
  const cursor = svg("rect", { class: "cursor", y: 0, width: 1, height: 100, visibility: "hidden" });
  const picture = svg("svg", {
    class: "chart", viewBox: `0 0 ${counts.length} 100`, preserveAspectRatio: "none", role: "img", "aria-label": `${still}, from ${hourOf(window.from)} to ${hourOf(window.until)}`,
    pointermove: (event) => {
      const box = picture.getBoundingClientRect();
      const i = Math.min(counts.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * counts.length)));
      cursor.setAttribute("x", i);
      cursor.setAttribute("visibility", "visible");
      readout.textContent = `${hourOf(at(i))} · ${number(counts[i])} records`;
    },
    pointerleave: () => {
      cursor.setAttribute("visibility", "hidden");
      readout.textContent = still;
    },
  }, cursor, svg("path", { class: "ground", d: `M0 99.8h${counts.length}` }), svg("path", { d: bars(counts, 100, top) }));
  return h("figure", { class: "counts" }, readout, picture,
    h("figcaption", {}, h("span", {}, hourOf(window.from)), h("span", {}, hourOf(at(Math.floor(counts.length / 2)))), h("span", {}, hourOf(window.until))));
}
