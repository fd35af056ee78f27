// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecastconnector makes forecasts with bounds of every metric stream,
// as metrics of their own, corrected with every point.
package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml
