// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package measure turns metric points into the numbers that are worth watching:
// a gauge's value, a counter's rate, and of a histogram the rate of its
// observations, their mean and chosen quantiles. It keeps what it must remember
// of a stream's last point.
package measure // import "github.com/otelcol-aiops/otelcol-aiops/internal/measure"

import (
	"math"
)

// Outcome says whether a point gave a number.
type Outcome uint8

// The outcomes. Only OK comes with a number; the stream remembers the point in
// all but Late, Duplicate and Invalid.
const (
	OK        Outcome = iota
	First             // the first point of something that needs two
	Reset             // a counter began again: what it counted before is unknown
	Duplicate         // same time as the last point
	Late              // older than the last point
	Invalid           // NaN or beyond ±1e30, or a distribution that contradicts itself
	Outcomes
)

// String returns the outcome's name in metrics.
func (o Outcome) String() string {
	return [Outcomes]string{"ok", "first", "reset", "duplicate", "late", "invalid"}[o]
}

// Kind is how a number's points relate to each other.
type Kind uint8

// The kinds.
const (
	Gauge      Kind = iota // also a cumulative sum that may fall
	Delta                  // a sum since the last point
	Cumulative             // a monotonic sum since a start
)

// largest is far beyond what anybody measures, and means of it and of its errors
// are still within what a float32 holds.
const largest = 1e30

// Number remembers the last point of a stream of numbers. The zero value has
// seen none.
type Number struct {
	start int64 // ns since 1970; 0 unknown
	at    int64
	value float64
	rest  float64 // see Sample
	seen  bool
}

// Read returns the value of a gauge, or the rate of a sum in units a second.
// start is when the sum began, 0 when the source does not say.
func (n *Number) Read(kind Kind, start, at int64, value float64) (float64, Outcome) {
	return n.ReadExact(kind, start, at, value, 0)
}

// ReadExact is Read of a value of which a rest is left, see Sample.
func (n *Number) ReadExact(kind Kind, start, at int64, value, rest float64) (float64, Outcome) {
	if !(math.Abs(value) <= largest) {
		return 0, Invalid
	}
	if n.seen && at <= n.at {
		return 0, behind(at, n.at)
	}
	last := *n
	*n = Number{start: start, at: at, value: value, rest: rest, seen: true}
	switch kind {
	case Delta:
		from := start
		if from == 0 || from >= at {
			if !last.seen {
				return 0, First
			}
			from = last.at
		}
		return value / seconds(from, at), OK
	case Cumulative:
		grown := value - last.value + (rest - last.rest)
		switch {
		case !last.seen:
			return 0, First
		case grown < 0 || restarted(last.start, start, last.at):
			return 0, Reset
		}
		return grown / seconds(last.at, at), OK
	default:
		return value, OK
	}
}

// restarted is true when a sum's start moved past its last point. Some sources
// move the start a little with each point; that alone is no restart.
func restarted(oldStart, newStart, lastAt int64) bool {
	return oldStart != 0 && newStart > oldStart && newStart >= lastAt
}

func behind(at, last int64) Outcome {
	if at == last {
		return Duplicate
	}
	return Late
}

// seconds is the time between two instants, which differ.
func seconds(from, to int64) float64 { return float64(to-from) / 1e9 }

// RateUnit is the unit of the rate of something in a unit.
func RateUnit(unit string) string {
	if unit == "" {
		unit = "1"
	}
	return unit + "/s"
}
