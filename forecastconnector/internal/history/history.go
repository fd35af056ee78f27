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

const (
	// Enough is what a full history must span, else its buckets become coarser:
	// three weeks, without which a week is no season.
	Enough = int64(3 * 7 * 24 * time.Hour)
	// Most is what a history spans at most: what is older than seven weeks says
	// little about the next one.
	Most = int64(7 * 7 * 24 * time.Hour)
)

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

// Level is the mean of the newest buckets.
func (s *Series) Level() float64 {
	sum, n := 0.0, 0.0
	for i := max(0, len(s.means)-6); i < len(s.means); i++ {
		if v := s.At(i); !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return s.origin
	}
	return sum / n
}

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

// Values appends the means of the buckets before number end to dst: the closed
// ones, and the open one where end is behind it.
func (s *Series) Values(dst []float64, end int64) []float64 {
	for i, m := range s.means {
		if s.first+int64(i) < end {
			dst = append(dst, float64(m)+s.origin)
		}
	}
	if end > s.Open() {
		dst = append(dst, s.Mean(s.Open()))
	}
	return dst
}

// Mean is the mean of the bucket of that number, NaN for a gap and for what is
// not kept.
func (s *Series) Mean(bucket int64) float64 {
	i := bucket - s.first
	switch {
	case i < 0 || i > int64(len(s.means)):
		return math.NaN()
	case i == int64(len(s.means)):
		return s.sum/float64(s.count) + s.origin
	}
	return s.At(int(i))
}

// Add puts a value into the open bucket, after closing those before the time at,
// and returns how many it closed. It keeps at most limit closed buckets: where
// they do not span three weeks yet, it merges them into coarser ones, else it drops
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
	limit = int(min(int64(limit), max(Most/s.Step(), 336)))
	mean := math.NaN()
	if s.count > 0 {
		mean = s.sum / float64(s.count)
	}
	s.sum, s.count = 0, 0
	if over := len(s.means) + 1 - limit; over > 0 {
		s.means = s.means[:copy(s.means, s.means[over:])]
		s.first += int64(over)
	}
	if len(s.means) == cap(s.means) { // grow by less than append would
		s.means = append(make([]float32, 0, min(limit, max(64, len(s.means)*5/4))), s.means...)
	}
	s.means = append(s.means, float32(mean))
	for len(s.means) >= limit && int64(limit)*s.Step() < Enough && s.rung+1 < len(Ladder) {
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

// Erase makes gaps of the buckets between two numbers, both included.
func (s *Series) Erase(from, to int64) {
	for b := max(from, s.first); b <= min(to, s.Open()); b++ {
		if b == s.Open() {
			s.sum, s.count = 0, 0
			return
		}
		s.means[b-s.first] = float32(math.NaN())
	}
}

// Rewind drops everything from the bucket of the time at on.
func (s *Series) Rewind(at int64) {
	bucket := s.Bucket(at)
	switch {
	case bucket > s.Open():
		return
	case bucket < s.first:
		*s = New(at, s.rung, s.origin)
		return
	}
	s.means = s.means[:bucket-s.first]
	s.sum, s.count = 0, 0
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
