// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// hold is of a stream whose value changes at regular times only: it is renewed less
// often than it is read, as behind a gateway that pushes. What is read in between
// says nothing new: it carries the last verdict and teaches nothing.
type hold struct {
	Usual     int64 // ns between changes
	Times     int32 // changes that came when they were due
	Score     float64
	Expected  float64
	Sigma     float64
	Warming   bool
	Anomalous bool
	Up        bool
	Kind      Kind
}

// repeats says whether a value only says the last one again, and takes note of when
// values change.
func (d *Detector) repeats(at int64, value float64) bool {
	gap := at - d.Changed
	if value == d.Raw {
		return d.hold != nil && d.hold.Times >= holdTimes && gap < 2*d.hold.Usual
	}
	h := d.hold
	if h != nil && h.Times >= holdTimes {
		d.Last = d.Changed // the interval is that of the changes
	}
	d.Changed = at
	switch {
	case h == nil:
		if d.N > 1 && gap >= holdLeast*d.Interval {
			d.hold = &hold{Usual: gap}
		}
	case h.due(gap, 1):
		if h.Times++; h.Times == holdTimes {
			d.begin(at, value) // what was learnt was of the repeats
			return true
		}
		h.Times = min(h.Times, 8*holdTimes)
	case h.due(gap, 2), h.due(gap, 3): // one that could not be seen, or was not read
	case h.Times > 1:
		h.Times /= 2
	default:
		d.hold = nil
	}
	return false
}

// due says whether a change after so long came so many times the usual after the
// one before.
func (h *hold) due(gap, times int64) bool {
	off := gap - times*h.Usual
	return max(off, -off) <= h.Usual/(2*holdLeast)
}

// keep remembers a verdict for the values that repeat.
func (h *hold) keep(v *Verdict) {
	h.Score, h.Expected, h.Sigma = v.Score, v.Expected, v.sigma
	h.Warming, h.Anomalous, h.Up, h.Kind = v.Warming, v.Anomalous, v.Up, v.Kind
}

func (h *hold) verdict() Verdict {
	return Verdict{
		Warming: h.Warming, Anomalous: h.Anomalous, Kind: h.Kind, Up: h.Up,
		Score: h.Score, Expected: h.Expected, sigma: h.Sigma,
	}
}

func (h *hold) valid() bool {
	return h.Usual > 0 && h.Times >= 0 && h.Kind <= Trend && finite(h.Score, h.Expected, h.Sigma)
}
