// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package logclusterprocessor gives each log record its template, a stable
// cluster ID, keywords and a known solution, in the same batch.
package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml
