// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package measure // import "github.com/otelcol-aiops/otelcol-aiops/internal/measure"

import (
	"math"
	"slices"
)

// maxBuckets bounds what is remembered of a histogram's point. SDKs make at most
// 160 buckets a side by default.
const maxBuckets = 1024

// Layout says where buckets lie. Explicit buckets have bounds. Exponential ones
// have a scale and an index of the first: bucket i of the positive side holds
// (base^i, base^(i+1)] with base = 2^(2^-scale) (OpenTelemetry Metrics Data
// Model, "ExponentialHistogram").
type Layout struct {
	Bounds   []float64 // explicit, ascending; one fewer than buckets
	Scale    int32
	Positive int32 // index of the first positive bucket
	Negative int32 // index of the first negative bucket
}

// Point is a histogram's point. Buckets hold, one after the other, the explicit
// buckets, or the negative ones from zero outwards (NegativeLen of them), the
// one at zero, and the positive ones. They may be missing.
type Point struct {
	Layout
	Exponential bool
	Start, At   int64 // ns since 1970; Start 0 is unknown
	Count       uint64
	Sum         float64
	HasSum      bool
	NegativeLen int
	Buckets     []uint64
}

// Histogram remembers the last point of a stream of histograms. The zero value
// has seen none.
type Histogram struct {
	seen bool
	last Point
}

// Reading is what the observations between two points were.
type Reading struct {
	Rate      float64   // observations a second
	Mean      float64   // NaN when there were none, or no sum
	Quantiles []float64 // as asked for; NaN when there were none, or no buckets
}

// Read compares a point with the last one (delta points stand for themselves)
// and appends the quantiles to those of r.
func (h *Histogram) Read(delta bool, p *Point, quantiles []float64, r *Reading) Outcome {
	if !p.valid() {
		return Invalid
	}
	if h.seen && p.At <= h.last.At {
		return behind(p.At, h.last.At)
	}
	diff, from, outcome := *p, p.Start, OK
	if delta {
		if from == 0 || from >= p.At {
			from = h.last.At
			if !h.seen {
				outcome = First
			}
		}
		h.seen, h.last = true, Point{Start: p.Start, At: p.At}
	} else {
		if !h.seen {
			outcome = First
		} else if restarted(h.last.Start, p.Start, h.last.At) || !h.since(&diff) {
			outcome = Reset
		}
		from = h.last.At
		h.remember(p)
	}
	if outcome != OK {
		return outcome
	}
	r.Rate, r.Mean = float64(diff.Count)/seconds(from, p.At), math.NaN()
	if diff.HasSum && diff.Count > 0 {
		r.Mean = diff.Sum / float64(diff.Count)
	}
	r.Quantiles = r.Quantiles[:0]
	for _, q := range quantiles {
		r.Quantiles = append(r.Quantiles, diff.quantile(q))
	}
	return OK
}

// valid is true for a point whose parts agree.
func (p *Point) valid() bool {
	n := len(p.Buckets)
	if n > maxBuckets || p.NegativeLen < 0 || p.HasSum && !(math.Abs(p.Sum) <= largest) {
		return false
	}
	if p.Exponential {
		return p.NegativeLen < max(n, 1) && p.Scale >= -10 && p.Scale <= 20 && near(p.Positive) && near(p.Negative)
	}
	if n != 0 && n != len(p.Bounds)+1 {
		return false
	}
	for i, b := range p.Bounds {
		if math.IsNaN(b) || i > 0 && b <= p.Bounds[i-1] {
			return false
		}
	}
	return true
}

// near is true for a bucket that can hold a float64 at the finest scale, 2^1074
// and its inverse being the far ends.
func near(index int32) bool { return -1<<31 < int64(index)-1 && int64(index) < 1<<31-maxBuckets }

func (h *Histogram) remember(p *Point) {
	bounds, buckets := refill(h.last.Bounds, p.Bounds), refill(h.last.Buckets, p.Buckets)
	h.seen, h.last = true, *p
	h.last.Bounds, h.last.Buckets = bounds, buckets
}

// CopyFrom makes h what the other is, in the memory that it has.
func (h *Histogram) CopyFrom(other *Histogram) {
	h.remember(&other.last)
	h.seen = other.seen
}

// refill copies src into the memory of dst.
func refill[T any](dst, src []T) []T { return append(dst[:0], src...) }

// since takes the last point's counts off those of p. It is false when a count
// fell, which is a counter that began again, or when the buckets do not compare.
func (h *Histogram) since(p *Point) bool {
	old := &h.last
	if old.Exponential != p.Exponential || p.Count < old.Count {
		return false
	}
	p.Count -= old.Count
	p.HasSum = p.HasSum && old.HasSum
	p.Sum -= old.Sum
	if p.Exponential {
		return p.subtractExponential(old)
	}
	if !slices.Equal(p.Bounds, old.Bounds) || len(p.Buckets) != len(old.Buckets) {
		return false
	}
	rest := make([]uint64, len(p.Buckets))
	for i, n := range p.Buckets {
		if n < old.Buckets[i] {
			return false
		}
		rest[i] = n - old.Buckets[i]
	}
	p.Buckets = rest
	return true
}

// subtractExponential first brings p to the old point's scale, or the old point
// to that of p, whichever is coarser.
func (p *Point) subtractExponential(old *Point) bool {
	if len(p.Buckets) == 0 || len(old.Buckets) == 0 {
		return len(old.Buckets) == 0
	}
	scale := min(p.Scale, old.Scale)
	neg, zero, pos := p.coarser(scale)
	oldNeg, oldZero, oldPos := old.coarser(scale)
	if zero < oldZero || !neg.subtract(oldNeg) || !pos.subtract(oldPos) {
		return false
	}
	p.Scale, p.Negative, p.Positive, p.NegativeLen = scale, neg.first, pos.first, len(neg.counts)
	p.Buckets = slices.Concat(neg.counts, []uint64{zero}, pos.counts)
	return true
}

// side is one side of an exponential histogram.
type side struct {
	first  int32
	counts []uint64
}

// coarser returns the sides at a scale not above that of p.
func (p *Point) coarser(scale int32) (negative side, zero uint64, positive side) {
	by := uint(p.Scale - scale)
	negative = side{p.Negative, p.Buckets[:p.NegativeLen]}.coarser(by)
	positive = side{p.Positive, p.Buckets[p.NegativeLen+1:]}.coarser(by)
	return negative, p.Buckets[p.NegativeLen], positive
}

// coarser merges every 2^by neighbours.
func (s side) coarser(by uint) side {
	if len(s.counts) == 0 {
		return side{first: s.first >> by}
	}
	end := int32(int64(s.first)+int64(len(s.counts))-1) >> by
	c := side{first: s.first >> by}
	c.counts = make([]uint64, int64(end)-int64(c.first)+1)
	for i, n := range s.counts {
		c.counts[(s.first+int32(i))>>by-c.first] += n
	}
	return c
}

// subtract is false when a count would be negative.
func (s side) subtract(old side) bool {
	for i, n := range old.counts {
		at := int64(old.first) + int64(i) - int64(s.first)
		switch {
		case n == 0:
		case at < 0 || at >= int64(len(s.counts)) || s.counts[at] < n:
			return false
		default:
			s.counts[at] -= n
		}
	}
	return true
}

// quantile estimates the q-quantile: linearly within an explicit bucket, as
// Prometheus does, and geometrically within an exponential one. A quantile in an
// open bucket is its finite bound.
func (p *Point) quantile(q float64) float64 {
	var total uint64
	for _, n := range p.Buckets {
		total += n
	}
	if total == 0 {
		return math.NaN()
	}
	rank := q * float64(total)
	var below uint64
	for k := range p.Buckets {
		i := k
		if p.Exponential && k < p.NegativeLen {
			i = p.NegativeLen - 1 - k // from the far end towards zero
		}
		n := p.Buckets[i]
		if n > 0 && float64(below+n) >= rank {
			return p.within(i, math.Max(0, rank-float64(below))/float64(n))
		}
		below += n
	}
	return math.NaN()
}

// within is the value at a part, 0 to 1, of bucket i.
func (p *Point) within(i int, part float64) float64 {
	if !p.Exponential {
		return p.withinExplicit(i, part)
	}
	switch {
	case i == p.NegativeLen:
		return 0
	case i < p.NegativeLen:
		return -p.power(float64(p.Negative) + float64(i) + 1 - part)
	default:
		return p.power(float64(p.Positive) + float64(i-p.NegativeLen-1) + part)
	}
}

func (p *Point) withinExplicit(i int, part float64) float64 {
	switch {
	case len(p.Bounds) == 0:
		return math.NaN()
	case i == len(p.Bounds):
		return p.Bounds[i-1]
	case i == 0 && p.Bounds[0] <= 0:
		return p.Bounds[0]
	case i == 0:
		return part * p.Bounds[0]
	}
	low, high := p.Bounds[i-1], p.Bounds[i]
	return low + part*(high-low)
}

// power is base to the given index.
func (p *Point) power(index float64) float64 { return math.Exp2(math.Ldexp(index, -int(p.Scale))) }

// Clone returns a copy that shares no memory.
func (p *Point) Clone() *Point {
	c := *p
	c.Bounds, c.Buckets = slices.Clone(p.Bounds), slices.Clone(p.Buckets)
	return &c
}
