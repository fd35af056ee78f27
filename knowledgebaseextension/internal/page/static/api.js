// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// The API that this page is made of: see api/v1/openapi.yaml.

// Problem is an error of the API; status 0 is a server out of reach.
export class Problem extends Error {
  constructor(status, detail, current) {
    super(detail);
    this.status = status;
    this.current = current;
  }
}

async function call(method, path, { query = {}, body, type = "application/json", headers = {}, signal } = {}) {
  const url = new URL(`api/v1/${path}`, document.baseURI);
  for (const [key, value] of Object.entries(query)) {
    if (value !== "" && value != null) url.searchParams.set(key, value);
  }
  if (body !== undefined) headers["Content-Type"] = type;
  let response;
  try {
    response = await fetch(url, { method, headers, signal, body: type === "application/json" && body !== undefined ? JSON.stringify(body) : body });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The collector is out of reach.");
  }
  const kind = response.headers.get("Content-Type") ?? "";
  const answer = kind.includes("json") ? await response.json() : null;
  if (!response.ok) throw new Problem(response.status, answer?.detail ?? `The server answered ${response.status}.`, answer?.current);
  return answer;
}

const id = encodeURIComponent;

// author is the name that changes bear when the server asks nobody who they are.
export const author = {
  get: () => localStorage.getItem("author") ?? "",
  set: (name) => localStorage.setItem("author", name),
};
const signed = () => ({ author: author.get() });

export const summary = () => call("GET", "summary");
export const now = (signal) => call("GET", "now", { signal });
export const clusters = (query, signal) => call("GET", "clusters", { query, signal });
// partition may be the empty text, so it is put into the path.
export const clustersOf = (partition, query, signal) => call("GET", `clusters?partition=${id(partition)}`, { query, signal });
export const cluster = (which) => call("GET", `clusters/${id(which)}`);
export const counts = (which, minutes, step) => call("GET", `clusters/${id(which)}/counts`, { query: { minutes, step } });
export const render = (text) => call("POST", "render", { body: { text } });
export const match = (line, { limit, signal } = {}) => call("POST", "match", { query: { limit }, body: line, type: "text/plain", signal });
export const merge = (a, b) => call("POST", "merge", { query: signed(), body: { clusters: [a, b] } });
export const split = (template) => call("POST", "split", { query: signed(), body: { template } });
export const setNoise = (which, noise) => call(noise ? "PUT" : "DELETE", `clusters/${id(which)}/noise`, { query: signed() });
export const undo = (revision) => call("POST", `history/${id(revision)}/undo`, { query: signed() });
export const importSolutions = (file) => call("POST", "solutions", { query: signed(), body: file, type: "application/yaml" });

// setSolution writes, or with an empty text clears, a solution that had a version.
export function setSolution(which, text, version) {
  const headers = { "If-Match": `"${version}"` };
  const path = `clusters/${id(which)}/solution`;
  return text === "" ? call("DELETE", path, { query: signed(), headers }) : call("PUT", path, { query: signed(), headers, body: { text } });
}
