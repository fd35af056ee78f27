// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"
)

// underWay is how many forecasts of one horizon are under way at a time, at most.
const underWay = 11

// book keeps what was forecast for one horizon until it can be compared with what
// came.
type book struct {
	due      [underWay + 1]int64   // the times that they are about, a ring, oldest at first
	made     [underWay + 1]promise // the forecasts, in the same places
	first    int64
	count    int64
	points   int64   // compared
	coverage float64 // share of the recent points within the bounds
	err      float64 // mean absolute error of the recent points
}

type promise struct{ mean, lower, upper float32 }

// place is where the forecast i is, 0 the oldest.
func (b *book) place(i int64) int64 { return (b.first + i) % int64(len(b.made)) }

// for at finds the forecast for a time, between two entries.
func (b *book) forecast(at int64) (Point, bool) {
	for b.count >= 2 && b.due[b.place(1)] <= at {
		b.first, b.count = b.place(1), b.count-1
	}
	if b.count == 0 || b.due[b.place(0)] > at {
		return Point{}, false
	}
	a, from := b.made[b.place(0)], b.due[b.place(0)]
	if b.count < 2 {
		if from != at {
			return Point{}, false
		}
		return Point{float64(a.mean), float64(a.lower), float64(a.upper)}, true
	}
	z, to := b.made[b.place(1)], b.due[b.place(1)]
	f := float64(at-from) / float64(to-from)
	between := func(a, z float32) float64 { return float64(a) + f*float64(z-a) }
	return Point{between(a.mean, z.mean), between(a.lower, z.lower), between(a.upper, z.upper)}, true
}

// recent is how many points coverage and error are the mean of.
const recent = 500

// note compares the point just learnt with what was forecast for it, and notes
// the forecasts that it leads to.
func (s *Stream) note() {
	for i := range s.books {
		b := &s.books[i]
		if p, ok := b.forecast(s.last); ok {
			b.points++
			rate := 1 / float64(min(b.points, recent))
			inside := 0.0
			// As exact as the bounds that were kept: a constant is within its own.
			if v := float64(float32(s.value)); p.Lower <= v && v <= p.Upper {
				inside = 1
			}
			b.coverage += rate * (inside - b.coverage)
			b.err += rate * (math.Abs(s.value-p.Mean) - b.err)
		}
		h := s.cfg.Horizons[i]
		due := s.last + int64(h)
		if b.count > 0 && due-b.due[b.place(b.count-1)] < int64(h)/underWay+1 {
			continue
		}
		if b.count == int64(len(b.made)) || s.points < 2 {
			continue
		}
		p := s.Forecast(h)
		to := b.place(b.count)
		b.due[to], b.made[to] = due, promise{float32(p.Mean), float32(p.Lower), float32(p.Upper)}
		b.count++
	}
}

func (s *Stream) due(i int) (Point, bool) { return s.books[i].forecast(s.last) }

func (s *Stream) measured(i int) Measured {
	b := &s.books[i]
	return Measured{Horizon: s.cfg.Horizons[i], Points: b.points, Coverage: b.coverage, Error: b.err}
}

func (s *Stream) describe() Description {
	step := time.Duration(s.hist.Step())
	d := Description{
		Step:     step,
		Buckets:  s.hist.Len(),
		Interval: time.Duration(s.interval),
		Trend:    s.curve.slope * float64(day),
		Level:    s.hist.Level(),
	}
	if s.step > 0 {
		d.Changed = time.Duration(s.step * int64(step))
	}
	if len(s.weights) > 0 && s.fitted > 0 {
		d.Fitted, d.Due = s.fitted*s.hist.Step(), (s.fitted+s.fitEvery())*s.hist.Step()
	}
	for _, p := range s.periods {
		d.Periods = append(d.Periods, time.Duration(p)*step)
	}
	for m, w := range s.weights {
		state := ModelState{Name: models[m].Name, Weight: float64(w)}
		state.Error, _ = s.errors.Mean(m)
		d.Models = append(d.Models, state)
	}
	sortModels(d.Models)
	for i := range s.books {
		d.Measured = append(d.Measured, s.measured(i))
	}
	return d
}
