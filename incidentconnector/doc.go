// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package incidentconnector makes incidents of what is wrong together: metrics that
// leave their usual range and errors in logs, near in time and near in the system.
package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml
