// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Keys of one character can be switched off: who speaks to the computer types them
// without meaning to (WCAG 2.1.4).

export const areOn = () => localStorage.getItem("keys") !== "off";
export const set = (on) => localStorage.setItem("keys", on ? "on" : "off");
