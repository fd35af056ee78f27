// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "math"

// incident is a stretch in which the stream is off. It begins with a score of 1
// or more, holds while the values stay off the level from before, and ends when
// they are back for a while, or after Config.Adapt, when where they are is the
// new normal.
type incident struct {
	Begin int64 // event time, ns
	Open  bool
	Told  bool // it was reported
	Kind  Kind
	N     int32   // values since the beginning
	Calm  int32   // values in a row that were not off
	Near  int32   // values in a row that were nearly zero
	Above int32   // values off upwards
	Below int32   // values off downwards
	From  float64 // the level before, without season
	Slow  float64 // the slow levels before
	Long  float64
	Scale float64 // sigma at the beginning
	Peak  float32 // highest score
	Jump  float32 // largest error of prediction in the last values, in sigmas
	SumY  float64 // of the distance from the level before, in sigmas, and with
	SumTY float64 // its time in values since the beginning: for a line through it
}

const (
	// brief is how many values a spike or dip has at most.
	brief = 6
	// empty is the share of the expected value under which it is nearly nothing.
	empty = 0.3
)

// begin opens an incident at a level.
func (i *incident) begin(at int64, from, slow, long, sigma float64) {
	*i = incident{Begin: at, Open: true, From: from, Slow: slow, Long: long, Scale: sigma, Jump: i.Jump}
}

// follow takes a value of an open incident: its distance from the level before
// in sigmas, and whether it is nearly nothing.
func (i *incident) follow(y float64, near, flagged bool) (off bool) {
	i.N++
	off = math.Abs(y) > par.hold
	switch {
	case y > par.hold:
		i.Above++
	case y < -par.hold:
		i.Below++
	}
	if off || flagged {
		i.Calm = 0
	} else {
		i.Calm++
	}
	if near {
		i.Near++
	} else {
		i.Near = 0
	}
	y = max(-100, min(100, y))
	i.SumY += y
	i.SumTY += float64(i.N) * y
	return off
}

// kind is what the incident looks like so far. channel is what it was seen by.
func (i *incident) kind(channel int, up bool) Kind {
	few, many := min(i.Above, i.Below), max(i.Above, i.Below)
	n := float64(i.N)
	switch {
	case i.Near >= 2 || i.Near == 1 && i.N == 1:
		return Drop
	case i.Kind == Drop && i.Below > 2 && i.Calm == 0 && !up:
		return Drop
	case few >= 2 && 4*few >= many, i.Kind == VarianceChange && 8*few >= many, i.N == 1 && channel == variance:
		return VarianceChange
	case i.N <= brief && (channel == point || channel == burst) && i.Kind != Trend && i.Kind != LevelShift:
		if up {
			return Spike
		}
		return Dip
	}
	// least squares: where the line through the distances begins, and how far it
	// goes
	mean := i.SumY / n
	if i.N > brief {
		slope := 12 * (i.SumTY - (n+1)/2*i.SumY) / (n * (n*n - 1))
		if rise := slope * (n - 1); math.Abs(rise) > par.ramp*math.Abs(mean) && rise*mean > 0 {
			return Trend
		}
		return LevelShift
	}
	if i.Jump < 3 {
		return Trend
	}
	return LevelShift
}

// conclude makes the verdict of what was found, and follows the incident. off is
// the season's part of the value.
func (d *Detector) conclude(at int64, value, off, base, sigma float64, channel int, v *Verdict) {
	i := &d.Incident
	r := math.Abs(value-v.Expected) / sigma
	i.Jump = max(0.9*i.Jump, float32(min(r, 1000)))
	if i.Open && at-i.Begin > int64(d.cfg.Adapt) {
		i.Open = false
		d.adopt()
	}
	if i.Open && math.Abs(value-off-i.From) <= par.back*max(sigma, i.Scale) {
		v.Score *= par.weak // back where it was
	}
	if !d.matters(value, off, v) {
		v.Score = 0
	}
	flagged := v.Score >= 1
	if v.Score >= par.open && !i.Open {
		i.begin(at, base, d.Slow, d.Long, sigma)
		d.Habit++
	}
	if i.Open {
		expected := i.From + off
		y := (value - expected) / max(sigma, i.Scale)
		near := expected > 0 && value < empty*expected && value > -empty*expected && y < -par.hold
		stays := i.follow(y, near, v.Score >= par.open)
		peak := i.Peak
		i.Peak = max(peak, float32(v.Score))
		if flagged && i.Told && v.Score < float64(peak) && par.cap > 0 {
			v.Score = 1 // the same again
		}
		i.Told = i.Told || flagged
		if flagged || stays {
			if !flagged {
				v.Up = y > 0
			}
			i.Kind = i.kind(channel, v.Up)
		}
		if stays && i.Told && !flagged {
			v.Score = max(v.Score, 1)
			if !d.matters(value, off, v) {
				v.Score = 0
			}
		}
		if i.Calm > int32(par.quiet) {
			i.Open = false
			d.Slow, d.Long = i.Slow, i.Long
		}
	}
	if v.Anomalous = v.Score >= 1; v.Anomalous {
		v.Kind = i.Kind
	}
}

// adopt makes where the stream is its new normal.
func (d *Detector) adopt() {
	d.Slow, d.Long, d.Shift, d.Drift = d.Medium, d.Medium, d.Medium, d.Medium
	d.VarSlow = d.VarFast
}

// matters says whether the configuration wants to hear of the value.
func (d *Detector) matters(value, off float64, v *Verdict) bool {
	switch {
	case d.cfg.Direction == Up && !v.Up, d.cfg.Direction == Down && v.Up:
		return false
	}
	m := d.cfg.MinDeviation
	if m.Absolute == 0 && m.Relative == 0 {
		return true
	}
	expected, deviation := v.Expected, math.Abs(value-v.Expected)
	if d.Incident.Open {
		expected = d.Incident.From + off
		deviation = max(deviation, math.Abs(value-expected))
	}
	deviation = max(deviation, math.Abs(value-off-d.Slow))
	return deviation >= m.Absolute && deviation >= m.Relative*math.Abs(expected)
}
