// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"math"
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// stream is what is remembered of one metric stream. A zero value is new.
type stream struct {
	plan      plan // unset in a new stream and in one that was just restored
	number    measure.Number
	histogram *measure.Histogram
	watches   []watch // one for each number that its points give
	replay    *replay // when points may come late
	saved     []byte  // of a checkpoint, until the stream is seen again
}

// watch follows one of the numbers that a stream's points give.
type watch struct {
	detector *detect.Detector
	open     bool // its companion gauges have a value that no end was set to
	tallies  []tally
}

// tally counts the anomalous points of a kind and direction.
type tally struct {
	kind  detect.Kind
	up    bool
	start int64 // ns since 1970; just before the first
	n     int64
}

// sample is a point without its attributes.
type sample struct {
	kind         measure.Kind
	start, at    int64 // ns since 1970
	value        float64
	distribution *measure.Point // in place of kind, start and value
}

// finding is the verdict on one of the numbers that a point gave.
type finding struct {
	watch int // index in stream.watches
	detect.Verdict
}

// reader is what reading a point needs besides the stream.
type reader struct {
	quantiles []float64
	reading   measure.Reading
	values    []float64
	findings  []finding
}

// The watches of a histogram, in order; the quantiles follow.
const (
	watchRate = iota
	watchMean
	watchQuantile
)

// aspect names what a histogram's watch follows.
func (r *reader) aspect(watch int) string {
	switch watch {
	case watchRate:
		return "rate"
	case watchMean:
		return "mean"
	default:
		return "p" + strconv.FormatFloat(r.quantiles[watch-watchQuantile]*100, 'f', -1, 64)
	}
}

// step learns from a point that is newer than all before it and leaves the
// verdicts on it in r.findings.
func (s *stream) step(p *sample, r *reader) measure.Outcome {
	r.findings, r.values = r.findings[:0], r.values[:0]
	outcome := s.read(p, r)
	if outcome != measure.OK || s.plan.suppressed(p.at) {
		return outcome
	}
	for len(s.watches) < len(r.values) {
		s.watches = append(s.watches, watch{detector: detect.New(&s.plan.detector)})
	}
	for i, value := range r.values {
		if !math.IsNaN(value) {
			r.findings = append(r.findings, finding{i, s.watches[i].detector.Step(p.at, value)})
		}
	}
	return outcome
}

// read leaves the numbers that a point gives in r.values.
func (s *stream) read(p *sample, r *reader) measure.Outcome {
	if p.distribution == nil {
		value, outcome := s.number.Read(p.kind, p.start, p.at, p.value)
		r.values = append(r.values, value)
		return outcome
	}
	if s.histogram == nil {
		s.histogram = new(measure.Histogram)
	}
	outcome := s.histogram.Read(p.kind == measure.Delta, p.distribution, r.quantiles, &r.reading)
	r.values = append(r.values, r.reading.Rate, r.reading.Mean)
	r.values = append(r.values, r.reading.Quantiles...)
	return outcome
}

// newest is the time of the newest point.
func (s *stream) newest() int64 {
	if s.histogram != nil {
		return s.histogram.At()
	}
	return s.number.At()
}

// appendLearnt adds what the stream learnt to a snapshot.
func (s *stream) appendLearnt(b []byte) []byte {
	b = s.number.Append(b)
	b = codec.AppendBool(b, s.histogram != nil)
	if s.histogram != nil {
		b = s.histogram.Append(b)
	}
	b = codec.AppendUint16(b, uint16(len(s.watches)))
	for i := range s.watches {
		b = s.watches[i].detector.Append(b)
	}
	return b
}

// restoreLearnt reads what appendLearnt wrote. The plan must be set.
func (s *stream) restoreLearnt(r *codec.Reader) {
	s.number.Restore(r)
	s.histogram = nil
	if r.Bool() {
		s.histogram = new(measure.Histogram)
		s.histogram.Restore(r)
	}
	n := r.Len(int(r.Uint16()), 1)
	for len(s.watches) < n {
		s.watches = append(s.watches, watch{})
	}
	for i := range s.watches {
		s.watches[i].detector = detect.New(&s.plan.detector)
		if i < n {
			r.Skip(s.watches[i].detector.Restore(r.Rest()))
		}
	}
}
