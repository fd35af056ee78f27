// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"slices"
	"time"
)

// curve is the forecast of the last fit, bucket by bucket, and what the points
// since then were above it.
type curve struct {
	at     int64 // start of the first bucket
	step   int64
	values []float32
	tops   []float32 // the highest of each hour, derived
	slope  float64   // trend per nanosecond, for what lies behind the curve

	// The deviations of points from the curve are taken for a first-order
	// autoregression that is seen through noise. Its parameters follow from the
	// covariances at lags 0, 1 and 4; it is tracked as by a Kalman filter.
	lags   [4]float64 // the newest deviations since the fit, newest first
	seen   int64      // how many
	cov    [3]float64
	decay  float64 // of the deviation, per point
	trust  float64 // in a new point
	offset float64 // the deviation now
}

func (c *curve) start(at, step int64, n int) {
	if cap(c.values) > 2*n { // buckets became wider
		c.values = nil
	}
	c.at, c.step, c.values = at, step, resize(c.values, n)
	c.offset, c.seen = 0, 0
	c.tune()
}

// summits finds the highest of each hour.
func (c *curve) summits() {
	per := int(c.perHour())
	c.tops = resize(c.tops, (len(c.values)+per-1)/per)
	for i := range c.tops {
		c.tops[i] = slices.Max(c.values[i*per : min((i+1)*per, len(c.values))])
	}
}

func (c *curve) perHour() int64 { return max(hour/c.step, 1) }

// highest is about the highest of the hour after a time.
func (c *curve) highest(at, season, interval int64) float64 {
	per := float64(c.perHour())
	x := c.position(at, interval) + per
	back, over := c.fold(x, season)
	i := min(int(max(x-back-per, 0)/per), len(c.tops)-1)
	top := max(c.tops[i], c.tops[min(i+1, len(c.tops)-1)])
	return float64(top) + over*float64(c.step)*c.slope
}

// stop forgets the curve; the last value stands in for it.
func (c *curve) stop() { c.values, c.offset, c.seen = nil, 0, 0 }

// value is the curve at a time: between the middles of buckets, and before its
// end as after it by the season.
func (c *curve) value(at, season, interval int64) float64 {
	x := c.position(at, interval)
	back, over := c.fold(x, season)
	x = max(x-back, 0)
	i := int(x)
	v, next := float64(c.values[i]), float64(c.values[min(i+1, len(c.values)-1)])
	return v + (x-float64(i))*(next-v) + over*float64(c.step)*c.slope
}

// position is where on the curve a time is, in buckets. A point stands for its
// interval, a bucket for its width.
func (c *curve) position(at, interval int64) float64 {
	return (float64(at-c.at)+float64(min(interval, c.step))/2)/float64(c.step) - 0.5
}

// fold is how far before a position behind the curve's end stands what repeats
// there, and for how long the trend has gone on until it.
func (c *curve) fold(x float64, season int64) (back, over float64) {
	last := float64(len(c.values) - 1)
	if x <= last {
		return 0, 0
	}
	if season < 1 || float64(season) > last {
		return x - last, x - last
	}
	back = float64(season) * math.Ceil((x-last)/float64(season))
	return back, back
}

// beyond is what the trend adds at a time behind the curve's end.
func (c *curve) beyond(at, season, interval int64) float64 {
	if len(c.values) == 0 {
		return 0
	}
	_, over := c.fold(c.position(at, interval), season)
	return over * float64(c.step) * c.slope
}

// observe learns how far a point is from the curve. What is not usual says nothing about
// how deviations go on.
func (c *curve) observe(e float64, usual bool) {
	const memory = 0.01
	if c.seen > 0 && usual {
		c.cov[0] += memory * (e*e - c.cov[0])
		c.cov[1] += memory * (e*c.lags[0] - c.cov[1])
	}
	if c.seen >= 4 && usual {
		c.cov[2] += memory * (e*c.lags[3] - c.cov[2])
	}
	c.lags[3], c.lags[2], c.lags[1], c.lags[0] = c.lags[2], c.lags[1], c.lags[0], e
	c.seen++
	predicted := c.offset * c.decay
	c.offset = predicted + c.trust*(e-predicted)
}

// tune takes decay and trust from the covariances: that of the process at lag l is
// its variance times decay^l, and what is left at lag 0 is noise.
func (c *curve) tune() {
	c.decay, c.trust = 0, 0
	if !(c.cov[1] > 0 && c.cov[2] > 0) {
		return
	}
	c.decay = min(math.Cbrt(c.cov[2]/c.cov[1]), 0.995)
	process := min(c.cov[1]/c.decay, c.cov[0])
	noise := c.cov[0] - process
	// The variance of the estimate, by iterating the filter's Riccati equation from
	// nothing known.
	p := process
	for range 8 {
		c.trust = p / (p + noise)
		p = c.decay*c.decay*p*(1-c.trust) + process*(1-c.decay*c.decay)
	}
}

// mean is the forecast at h after the last point, before the series' bounds.
func (s *Stream) mean(h time.Duration) float64 {
	if len(s.curve.values) == 0 {
		return s.value
	}
	return s.curve.value(s.last+int64(h), s.short, s.interval) - s.stale() + s.deviation(h)
}

// stale is how much of the trend behind the curve's end lies before the last point: what
// has come since then is known by the deviation, and a fit that is late must not let the
// trend run away.
func (s *Stream) stale() float64 { return s.curve.beyond(s.last, s.short, s.interval) }

// deviation is what is left of that of now at h.
func (s *Stream) deviation(h time.Duration) float64 {
	if s.curve.offset == 0 || h <= 0 {
		return 0
	}
	return s.curve.offset * math.Pow(s.curve.decay, float64(h)/float64(max(s.interval, 1)))
}

// bounded keeps a value where the quantity can be. What is nothing beside all that was
// seen is 0: a lower bound must not shut out the zeros of a sparse stream.
func (s *Stream) bounded(v float64) float64 {
	if math.Abs(v) < nothing*max(math.Abs(s.highest), math.Abs(s.lowest)) {
		v = 0
	}
	switch {
	case s.cfg.Min != nil:
		v = max(v, *s.cfg.Min)
	case s.lowest >= 0:
		v = max(v, 0)
	}
	if s.cfg.Max != nil {
		v = min(v, *s.cfg.Max)
	}
	if top := s.cfg.Top; top != nil && s.highest <= *top && !(*top == 1 && s.whole) {
		v = min(v, *top)
	}
	if s.clipped() {
		v = min(v, s.highest)
	}
	return v
}

const nothing = 1e-9

// within keeps a value in the configured range.
func (s *Stream) within(v float64) float64 {
	if s.cfg.Min != nil {
		v = max(v, *s.cfg.Min)
	}
	if s.cfg.Max != nil {
		v = min(v, *s.cfg.Max)
	}
	return v
}

// clippedPart is the share of points at the highest value seen from which on this is
// taken for an end of what can be, of clippedFrom points or more.
const (
	clippedPart = 0.02
	clippedFrom = 100
)

func (s *Stream) clipped() bool {
	return s.points >= clippedFrom && float64(s.tops) >= clippedPart*float64(s.points)
}

// grid learns where values can be at all.
func (s *Stream) grid(at int64, value float64) {
	s.lowest = min(s.lowest, value)
	switch {
	case value > s.highest:
		s.highest, s.tops = value, 1
	case value == s.highest:
		s.tops++
	}
	s.whole = s.whole && value == math.Trunc(value)
	if s.counted && s.points > 0 {
		n := value * seconds(at-s.last)
		s.counted = math.Abs(n-math.Round(n)) <= 1e-9*math.Abs(n) && math.Abs(n) < mostCounted
	}
}

// mostCounted is how large a count is that still matters as a whole number.
const mostCounted = 1e6

func seconds(ns int64) float64 { return float64(ns) / 1e9 }

// onLattice is the nearest value that a stream of whole numbers, or of rates of them,
// can have.
func (s *Stream) onLattice(v float64) float64 {
	switch {
	case s.whole:
		return math.Round(v)
	case s.counted && s.interval > 0:
		return math.Round(v*seconds(s.interval)) / seconds(s.interval)
	}
	return v
}

func (s *Stream) quantile(h time.Duration, p float64) float64 {
	said := s.mean(h)
	q := said + s.above(int64(h), s.bounded(said), p)
	return s.bounded(s.onLattice(q))
}

// above is how far the p quantile is above what is said about h.
func (s *Stream) above(h int64, said, p float64) float64 {
	part := s.part(s.last + h)
	k, f := s.between(h)
	if s.scores.Known(k) {
		q := s.scores.Quantile(k, part, said, p)
		if f > 0 && s.scores.Known(k+1) {
			q += f * (s.scores.Quantile(k+1, part, said, p) - q)
		}
		return q
	}
	// Nothing was forecast and came: successive points are all there is.
	z := math.Sqrt2 * math.Erfinv(2*p-1)
	return 1.25 * z * max(s.unseen(h), s.jump*math.Sqrt(max(1, float64(h)/float64(max(s.interval, 1)))))
}

// wander is the share of its level that a stream is off by a day ahead, as a random
// walk, before anything else is known: a few quiet points say nothing about a day.
const wander = 0.2

// unseen is the error to expect at h of a stream that has not lived as long.
func (s *Stream) unseen(h int64) float64 {
	return wander * math.Abs(s.hist.Level()) * math.Sqrt(float64(h)/float64(day))
}

// nearest is the scored horizon at or above h.
func (s *Stream) nearest(h int64) int {
	k, _ := s.between(h)
	return k
}
