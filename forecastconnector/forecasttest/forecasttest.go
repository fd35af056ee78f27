// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecasttest opens the forecaster behind the connector to the testbed,
// which measures it on whole curves where the connector emits a few horizons.
package forecasttest

import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"

type (
	// Config is that of the forecaster.
	Config = forecast.Config
	// Point is a forecast for one moment.
	Point = forecast.Point
	// Stream is the forecaster of one series.
	Stream = forecast.Stream
)

// DefaultConfig is what the connector uses where nothing is configured.
func DefaultConfig() Config { return forecast.DefaultConfig() }

// New returns the forecaster of a series of which nothing is known.
func New(cfg *Config) *Stream { return forecast.New(cfg) }
