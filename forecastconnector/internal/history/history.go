// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package history keeps the past of a stream within a fixed number of buckets: a
// regular series of means whose step is as fine as the data at first and grows
// with age, until weeks fit.
package history

import (
	"math"
	"time"
)

// Ladder holds the steps a series may have, in nanoseconds. Each divides the
// next, so that buckets merge whole, and all divide the day.
var Ladder = []int64{
	int64(time.Minute), int64(5 * time.Minute), int64(10 * time.Minute), int64(30 * time.Minute),
	int64(time.Hour), int64(3 * time.Hour), int64(6 * time.Hour), int64(12 * time.Hour), int64(24 * time.Hour),
}

// Span is what the history grows to by making its buckets coarser. Six weeks show
// a weekly season six times.
const Span = int64(6 * 7 * 24 * time.Hour)

// Series is a regular series of bucket means, oldest first, with NaN for a gap,
// and one open bucket behind it. The zero value is empty.
type Series struct {
	rung   int       // index of the step in Ladder
	first  int64     // number of the oldest closed bucket: time / step
	origin float64   // subtracted before a mean is kept in 32 bits
	means  []float32 // closed buckets
	sum    float64   // of the open bucket, less origin
	count  int64     // points in the open bucket
}

// New returns an empty series whose open bucket is that of the time at.
func New(at int64, rung int, origin float64) Series {
	return Series{rung: rung, first: floorDiv(at, Ladder[rung]), origin: origin}
}

// Step is the width of a bucket in nanoseconds.
func (s *Series) Step() int64 { return Ladder[s.rung] }

// Rung is the index of the step in Ladder.
func (s *Series) Rung() int { return s.rung }

// Len is the number of closed buckets.
func (s *Series) Len() int { return len(s.means) }

// First is the number of the oldest closed bucket.
func (s *Series) First() int64 { return s.first }

// Open is the number of the bucket that points go to.
func (s *Series) Open() int64 { return s.first + int64(len(s.means)) }

// Bucket is the number of the bucket that the time at is in.
func (s *Series) Bucket(at int64) int64 { return floorDiv(at, s.Step()) }

// At is the mean of closed bucket i (0 is the oldest), NaN for a gap.
func (s *Series) At(i int) float64 { return float64(s.means[i]) + s.origin }

// Values appends the means of all closed buckets to dst.
func (s *Series) Values(dst []float64) []float64 {
	for _, m := range s.means {
		dst = append(dst, float64(m)+s.origin)
	}
	return dst
}

// Add puts a value into the open bucket, after closing those before the time at,
// and returns how many it closed. It keeps at most limit closed buckets: where
// they do not span six weeks yet, it merges them into coarser ones, else it drops
// the oldest. The time must not be before the open bucket.
func (s *Series) Add(at int64, value float64, limit int) int {
	closed := int(min(s.Bucket(at)-s.Open(), int64(limit)+1))
	if s.Bucket(at)-s.Open() > int64(limit) { // nothing that is kept will be left
		*s = New(at, s.rung, s.origin)
	}
	for s.Open() < s.Bucket(at) {
		s.close(limit)
	}
	s.sum += value - s.origin
	s.count++
	return closed
}

func (s *Series) close(limit int) {
	mean := math.NaN()
	if s.count > 0 {
		mean = s.sum / float64(s.count)
	}
	s.sum, s.count = 0, 0
	if len(s.means) >= limit {
		copy(s.means, s.means[1:])
		s.means = s.means[:len(s.means)-1]
		s.first++
	}
	s.means = append(s.means, float32(mean))
	for len(s.means) >= limit && int64(limit)*s.Step() < Span && s.rung+1 < len(Ladder) {
		s.Coarsen(s.rung + 1)
	}
}

// Coarsen merges buckets until they have the step of the given rung. What is left
// over at the new end goes into the open bucket.
func (s *Series) Coarsen(rung int) {
	k := Ladder[rung] / Ladder[s.rung]
	out := New(s.first*Ladder[s.rung], rung, s.origin)
	var n int64
	for i, m := range s.means {
		b := floorDiv(s.first+int64(i), k)
		if b > out.Open() {
			out.means = append(out.means, float32(out.sum/float64(n)))
			out.sum, n = 0, 0
		}
		if m == m {
			out.sum += float64(m)
			n++
		}
	}
	if floorDiv(s.Open(), k) > out.Open() {
		out.means = append(out.means, float32(out.sum/float64(n)))
		out.sum, n = 0, 0
	}
	// The open bucket weighs its parts alike, however many points each had.
	if s.count > 0 {
		out.sum += s.sum / float64(s.count)
		n++
	}
	out.count = n
	*s = out
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
