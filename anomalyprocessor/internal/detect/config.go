// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "time"

// Direction says which side of the expected value can be anomalous.
type Direction uint8

const (
	Both Direction = iota
	Up
	Down
)

// Deviation is how far from the expected value is far enough to matter. A
// value is anomalous only when it is off by both. Zero asks for nothing.
type Deviation struct {
	Absolute float64 // in the stream's unit
	Relative float64 // as a share of the expected value's magnitude
}

// Range limits what is expected: no bound lies outside of it. Nil is open.
type Range struct {
	Min, Max *float64
}

// Config holds what a user may want to change. It is read only and shared by all
// streams that it applies to.
type Config struct {
	// Sensitivity is how many alarms a week of nothing may cause.
	Sensitivity float64
	// Direction limits anomalies to one side of what is expected.
	Direction Direction
	// MinDeviation is the smallest deviation that is reported.
	MinDeviation Deviation
	// DataRange is where values can be, 0 to 100 for a percentage.
	DataRange Range
	// Adapt is how long a new level is reported before it is the new normal: so
	// long, and 12 values. Where there is next to nothing any more, a day at least.
	Adapt time.Duration
}

// Default is the configuration for any metric.
func Default() Config {
	return Config{Sensitivity: 0.7, Adapt: 30 * time.Minute}
}
