// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/aggregate"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/replay"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// stream is what is remembered of one metric stream. A zero value is new.
type stream struct {
	rule      *rule // unset in a new stream and in one that was just restored
	id        series.ID
	number    measure.Number
	histogram *measure.Histogram
	model     *forecast.Stream
	schedule  schedule
	bounds    bounds           // of what the unit allows
	group     *aggregate.Group // the members of an aggregate
	queued    bool             // for the fitter
	emitted   int64            // time of the last forecast that left; 0 none
	side      int8             // where the limit is: 1 above the values, -1 below, 0 not known
	limited   bool             // its time to the limit has a value that no end was set to
	replay    *replay.Buffer   // when points may come late
	saved     []byte           // of a checkpoint, until the stream is seen again
	label     *label           // what it is called, where that is asked for
}

// schedule spreads the fits of streams that are due at the same moment, as all
// are when an hour ends. It knows event time only, so that a replay fits at the
// same points.
type schedule struct {
	first int64 // time of the first point
	due   int64 // time at which the fit became due; 0 is not due
}

// A fit may wait for a part of the stream's age, and not longer than maxSpread.
const (
	spreadPart = 20
	maxSpread  = int64(30 * time.Minute)
)

// now is true when a stream whose fit is due should fit at a time.
func (s *schedule) now(id series.ID, at int64) bool {
	if s.due == 0 || s.due > at { // the clock may have gone back
		s.due = at
	}
	spread := min((s.due-s.first)/spreadPart, maxSpread)
	if spread <= 0 {
		return true
	}
	return at-s.due >= int64(uint64(id)%uint64(spread))
}

// learner is a stream with what steps it; it implements replay.Learner.
type learner struct {
	*stream
	*reader
}

// reader steps a stream through samples.
type reader struct {
	reading measure.Reading
	allowance
	late []series.ID // streams whose fits are left to the fitter
	fits []time.Duration
}

// Step learns from a point that is newer than all before it, and fits the model
// when that is due.
func (l learner) Step(p *measure.Sample) measure.Outcome {
	value, outcome := l.read(p)
	if outcome != measure.OK {
		return outcome
	}
	if l.model == nil {
		l.model = forecast.New(l.config())
		l.schedule.first = p.At
	}
	if !l.model.Update(p.At, value) {
		return measure.Invalid
	}
	if l.none || !l.model.FitDue() || !l.schedule.now(l.id, p.At) {
		return outcome
	}
	if !l.take() {
		if !l.queued {
			l.queued = true
			l.late = append(l.late, l.id)
		}
		return outcome
	}
	l.schedule.due = 0
	began := time.Now()
	l.model.Fit()
	took := time.Since(began)
	l.took(took)
	l.fits = append(l.fits, took)
	return outcome
}

// read is the number that a point gives: of a histogram, the rate of its
// observations.
func (l learner) read(p *measure.Sample) (float64, measure.Outcome) {
	if p.Distribution == nil {
		return l.number.ReadExact(p.Kind, p.Start, p.At, p.Value, p.Rest)
	}
	if l.histogram == nil {
		l.histogram = new(measure.Histogram)
	}
	outcome := l.histogram.Read(p.Kind == measure.Delta, p.Distribution, nil, &l.reading)
	return l.reading.Rate, outcome
}

// Newest is the time of the newest point.
func (s *stream) Newest() int64 {
	if s.histogram != nil {
		return s.histogram.At()
	}
	return s.number.At()
}

// falls says that the limit is one that values fall to: where the stream was above it
// when it was first looked for.
func (s *stream) falls() bool {
	if s.rule.side != 0 {
		return s.rule.side < 0
	}
	if s.side == 0 {
		s.side = 1
		if s.model.Value() > *s.rule.limit {
			s.side = -1
		}
	}
	return s.side < 0
}
