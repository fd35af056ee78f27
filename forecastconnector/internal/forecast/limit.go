// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"
)

// timeToLimit walks the mean bucket by bucket, but leaps over each season in which
// it cannot come to the limit, so that its cost does not grow with how far ahead
// is looked.
func (s *Stream) timeToLimit(limit float64, falling bool, most time.Duration) (time.Duration, bool) {
	crossed := func(v float64) bool { return v >= limit && !falling || v <= limit && falling }
	if crossed(s.value) {
		return 0, true
	}
	step := s.hist.Step()
	leap := max(s.short, max(day/step, 1)) * step
	least, greatest := s.curve.extremes(s.value)
	for from := step; from <= int64(most); from += leap {
		to := min(from+leap-step, int64(most))
		// What the season may come to at most: the curve's extremes, moved along the
		// trend, and the deviation of now as far as it is left.
		over := s.curve.beyond(s.last+to, s.short, s.interval) - s.stale()
		low, high := least+min(over, 0), greatest+max(over, 0)
		if rest := s.deviation(time.Duration(from)); rest < 0 {
			low += rest
		} else {
			high += rest
		}
		if !crossed(low) && !crossed(high) {
			continue
		}
		for h := from; h <= to; h += step {
			if crossed(s.mean(time.Duration(h))) {
				return time.Duration(h), true
			}
		}
	}
	return 0, false
}

// extremes are the least and the greatest value of the curve, or of what stands in
// for it.
func (c *curve) extremes(value float64) (least, greatest float64) {
	if len(c.values) == 0 {
		return value, value
	}
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, v := range c.values {
		least, greatest = min(least, float64(v)), max(greatest, float64(v))
	}
	return least, greatest
}
