// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"cmp"
	"slices"
	"time"
)

// Point is a forecast for one moment. Mean is its centre; Coverage of the points
// should lie between Lower and Upper.
type Point struct{ Mean, Lower, Upper float64 }

// Measured is how good the forecasts of one horizon were against what came.
type Measured struct {
	Horizon  time.Duration
	Points   int64   // compared so far
	Coverage float64 // share of the recent points within the bounds
	Error    float64 // mean absolute error, recent points
}

// Description explains a stream's forecast.
type Description struct {
	Step     time.Duration   // of the buckets that the models see
	Buckets  int             // closed buckets kept
	Interval time.Duration   // between points
	Periods  []time.Duration // found in the data, shortest first
	Models   []ModelState    // heaviest first
	Level    float64         // recent mean
	Changed  time.Duration   // how long before the last fit the level changed, 0 where it did not
	Trend    float64         // of the forecast, per day
	Measured []Measured      // one a horizon
	Fitted   int64           // end of the history at the last fit, ns since 1970; 0 where there was none
	Due      int64           // end of the history at the next one; 0 is as soon as may be
}

// ModelState is a model of the pool and what it has earned.
type ModelState struct {
	Name   string
	Weight float64 // 0 to 1
	Error  float64 // recent mean absolute error over the horizons, 0 where not known
}

func sortModels(m []ModelState) {
	slices.SortStableFunc(m, func(a, b ModelState) int { return cmp.Compare(b.Weight, a.Weight) })
}

// Stream is the forecaster of one series.
type Stream struct {
	cfg *Config
	known
}

// New returns the forecaster of a series of which nothing is known. The Config
// must be valid and is shared.
func New(cfg *Config) *Stream {
	s := &Stream{cfg: cfg}
	s.reset()
	return s
}

// Update learns one point at the event time at, in nanoseconds. It reports false,
// and learns nothing, for NaN, values beyond ±1e30 and times before what was
// already learnt.
func (s *Stream) Update(at int64, value float64) bool { return s.update(at, value) }

// Behind counts a point, unknown of value, that came at a time before the last one.
// After several in order it takes it that the clock went back, forgets what lies
// behind that time, and reports true: Update then learns from there on.
func (s *Stream) Behind(at int64) bool {
	if s.points == 0 || at > s.last || at < -farthest || !s.late.Add(at) {
		return false
	}
	s.rewind(at)
	s.suspect = 0
	return true
}

// FitDue says that Fit has something new to learn. Until Fit is called, the
// stream goes on with the models it has.
func (s *Stream) FitDue() bool { return s.fitDue() }

// Fit fits the models to the history and renews the curve. It is the expensive
// part, due about once an hour, more often for a young stream.
func (s *Stream) Fit() { s.fit() }

// Ready says that there is something to forecast from.
func (s *Stream) Ready() bool { return s.points >= 2 }

// Now is the event time of the last point learnt, in nanoseconds; forecasts are
// made from here.
func (s *Stream) Now() int64 { return s.last }

// Forecast is the forecast for h after the last point.
//
// There is no point before the next one: what is asked for earlier is that one.
func (s *Stream) Forecast(h time.Duration) Point {
	h = max(h, time.Duration(s.interval))
	tail := (1 - s.cfg.Coverage) / 2
	mean := s.bounded(s.mean(h))
	return Point{Mean: mean, Lower: min(s.quantile(h, tail), mean), Upper: max(s.quantile(h, 1-tail), mean)}
}

// Quantile is the value that the point h after the last one stays below with
// probability p.
func (s *Stream) Quantile(h time.Duration, p float64) float64 {
	return s.quantile(max(h, time.Duration(s.interval)), p)
}

// Recommended is what to provide between from and to after the last point. It reports
// false while too few windows have been seen to say it.
func (s *Stream) Recommended(from, to time.Duration) (float64, bool) {
	return s.recommended(from, to), s.Settled()
}

// Settled says that enough was seen to recommend something and to look for a limit.
func (s *Stream) Settled() bool { return s.needs.count >= needed }

// TimeToLimit is when the forecast's mean reaches the limit from below, or from above
// where falling is set, seen from the last point; 0 where it is there or beyond. It
// reports false when it does not get there within the time of most.
func (s *Stream) TimeToLimit(limit float64, falling bool, most time.Duration) (time.Duration, bool) {
	return s.timeToLimit(limit, falling, most)
}

// Due is the forecast that was made Horizons[i] before the last point for that
// very moment. It reports false when there was none.
func (s *Stream) Due(i int) (Point, bool) { return s.due(i) }

// Measured is how good the forecasts for Horizons[i] were.
func (s *Stream) Measured(i int) Measured { return s.measured(i) }

// Describe explains the forecast.
func (s *Stream) Describe() Description { return s.describe() }

// Append appends the state to b. A stream restored from it gives the same output,
// bit for bit.
func (s *Stream) Append(b []byte) []byte { return s.append(b) }

// Restore sets the state from the front of b and returns the rest. On an error
// the stream is as New made it.
func (s *Stream) Restore(b []byte) ([]byte, error) {
	rest, err := s.restore(b)
	if err != nil {
		s.reset()
		return nil, err
	}
	return rest, nil
}

// Size is the memory that the stream holds, in bytes.
func (s *Stream) Size() int { return s.size() }

// Value is the last value learnt.
func (s *Stream) Value() float64 { return s.value }
