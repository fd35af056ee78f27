// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecast says what a stream of numbers will be: a mean and bounds for
// any horizon, from a pool of cheap models that compete on their recent errors.
//
// A Stream is fed point by point in event time. Update is cheap and corrects the
// forecast at once; Fit is the expensive part, and the caller decides when it
// runs. A Stream is not safe for concurrent use; a Config is read only and may
// be shared by any number of them.
package forecast

import "time"

// Config holds what all streams have in common. Read only once in use.
type Config struct {
	// Horizons are those that the stream measures itself on, ascending; the last
	// one is how far the models look ahead.
	Horizons []time.Duration
	// Coverage is the share of points that should lie within a forecast's bounds.
	Coverage float64
	// Min and Max bound the forecast where the quantity itself is bounded. Where
	// nil, what the series has shown decides: one that was never negative stays so.
	Min, Max *float64
	// Top is where the unit has it that values end, such as 100 for a percentage. It
	// holds until a higher value was seen.
	Top *float64
	// Window is what is provided for, Quantile of its highest points should be, and
	// Headroom is a share that is added.
	Window   time.Duration
	Quantile float64
	Headroom float64
	// Buckets is how many buckets of history a stream keeps (4 bytes each).
	Buckets int
}

// DefaultConfig looks a day ahead and keeps 25 days of five minutes, or seven weeks
// of what comes more rarely: 28 KiB, which is what the allocator gives out.
func DefaultConfig() Config {
	return Config{
		Horizons: []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour},
		Coverage: 0.8,
		Window:   time.Hour,
		Quantile: 0.9,
		Headroom: 0.1,
		Buckets:  7168,
	}
}

// The ranges that a Config may hold.
const (
	MinBuckets = 336
	MaxBuckets = 1 << 16
)
