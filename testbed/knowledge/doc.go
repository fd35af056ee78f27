// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package knowledge holds black-box tests of the knowledge base: collector
// processes on a SQLite file and on a real PostgreSQL, with kills.
package knowledge
