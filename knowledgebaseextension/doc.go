// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package knowledgebaseextension keeps what log_cluster processors learn, and what
// engineers wrote down about it, for longer than a process lives.
package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml
