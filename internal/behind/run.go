// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package behind tells a few points that come late from a clock that went back.
package behind // import "github.com/otelcol-aiops/otelcol-aiops/internal/behind"

// Limit is how many late points in order, with none in time between, mean that
// the clock went back: more than a retry or a second path usually brings of one
// stream, and soon enough that the stream is not missed.
const Limit = 10

// Run is the late points of a stream that came last. The zero value is of none.
type Run struct {
	Newest int64 // event time of the newest of them
	N      int64 // how many they are, below Limit
}

// Add counts a point that came at a time before that of the newest of its stream,
// and says whether the clock must have gone back; if so the run is over.
func (r *Run) Add(at int64) bool {
	if r.N > 0 && at <= r.Newest {
		r.N = 0
	}
	r.Newest = at
	r.N++
	if r.N < Limit {
		return false
	}
	r.End()
	return true
}

// End is told of a point in time.
func (r *Run) End() { *r = Run{} }

// Valid is true of what calls of Add and End can leave.
func (r *Run) Valid() bool { return r.N >= 0 && r.N < Limit }
