// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package floors has no code of its own: its test holds the figures of
// accuracy-logs on paraphrases, wild logs, verbs and templates above (or below)
// what is written in one table.
package floors
