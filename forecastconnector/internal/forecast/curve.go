// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"
)

// curve is the forecast of the last fit, bucket by bucket, and what the points
// since then were above it.
type curve struct {
	at     int64 // start of the first bucket
	step   int64
	values []float32
	slope  float64 // trend per nanosecond, for what lies behind the curve

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

// observe learns how far a point is from the curve.
func (c *curve) observe(e float64) {
	const memory = 0.01
	if c.seen > 0 {
		c.cov[0] += memory * (e*e - c.cov[0])
		c.cov[1] += memory * (e*c.lags[0] - c.cov[1])
	}
	if c.seen >= 4 {
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
	return s.curve.value(s.last+int64(h), s.short, s.interval) + s.deviation(h)
}

// deviation is what is left of that of now at h.
func (s *Stream) deviation(h time.Duration) float64 {
	if s.curve.offset == 0 || h <= 0 {
		return 0
	}
	return s.curve.offset * math.Pow(s.curve.decay, float64(h)/float64(max(s.interval, 1)))
}

// bounded keeps a value where the quantity can be.
func (s *Stream) bounded(v float64) float64 {
	switch {
	case s.cfg.Min != nil:
		v = max(v, *s.cfg.Min)
	case s.lowest >= 0:
		v = max(v, 0)
	}
	if s.cfg.Max != nil {
		v = min(v, *s.cfg.Max)
	}
	return v
}

func (s *Stream) quantile(h time.Duration, p float64) float64 {
	said := s.mean(h)
	q := said + s.above(int64(h), s.bounded(said), p)
	if s.whole {
		q = math.Round(q)
	}
	return s.bounded(q)
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

func (s *Stream) highest(from, to time.Duration, p float64) float64 {
	q := s.quantile(to, p)
	for h := from; h < to; h += time.Duration(s.hist.Step()) {
		q = max(q, s.quantile(h, p))
	}
	return q
}
