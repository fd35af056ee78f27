// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"math"
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/behind"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// stream is what is remembered of one metric stream. A zero value is new. What a
// point needs lies together, at the start.
type stream struct {
	plan   *plan   // nil in a new stream and in one that was just restored
	rare   *rarely // nil for most
	number measure.Number
	first  watch // of the first number that its points give
}

// rarely is what most streams do not need.
type rarely struct {
	histogram *measure.Histogram
	rest      []watch    // of the numbers after the first, for histograms
	pending   *pending   // when points may come late
	behind    behind.Run // of points too late
	saved     []byte     // of a checkpoint, until the stream is seen again
}

// more is the stream's rarely, made when there is none.
func (s *stream) more() *rarely {
	if s.rare == nil {
		s.rare = new(rarely)
	}
	return s.rare
}

// watch follows one of the numbers that a stream's points give.
type watch struct {
	begun    bool     // the detector is one
	warming  bool     // counted as warming up; of a stream's first only
	open     bool     // its companion gauges have a value that no end was set to
	tallies  *[]tally // nil until there is an anomaly
	detector detect.Detector
}

// tally counts the anomalous points of a kind and direction.
type tally struct {
	kind  detect.Kind
	up    bool
	start int64 // ns since 1970; just before the first
	n     int64
}

// finding is the verdict on one of the numbers that a point gave.
type finding struct {
	watch int // see stream.watch
	detect.Verdict
	lower, upper float64 // when bounds are wanted
}

// reader steps a stream through samples.
type reader struct {
	quantiles []float64
	bounds    bool // are wanted
	reading   measure.Reading
	values    []float64
	findings  []finding // of the last sample
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

// learner is a stream with the reader that steps it.
type learner struct {
	*stream
	*reader
}

// Step learns from a point that is newer than all before it and leaves the
// verdicts on it in findings.
func (l learner) Step(p *measure.Sample) measure.Outcome {
	l.findings, l.values = l.findings[:0], l.values[:0]
	outcome := l.read(p)
	if outcome != measure.OK || l.plan.suppressed(p.At) {
		return outcome
	}
	l.begin(len(l.values))
	for i, value := range l.values {
		if !math.IsNaN(value) {
			d := &l.watch(i).detector
			f := finding{watch: i, Verdict: d.Step(p.At, value)}
			if l.bounds {
				f.lower, f.upper = d.Bounds(&f.Verdict)
			}
			l.findings = append(l.findings, f)
		}
	}
	return outcome
}

// read leaves the numbers that a point gives in values.
func (l learner) read(p *measure.Sample) measure.Outcome {
	if p.Distribution == nil {
		value, outcome := l.number.ReadExact(p.Kind, p.Start, p.At, p.Value, p.Rest)
		l.values = append(l.values, value)
		return outcome
	}
	more := l.more()
	if more.histogram == nil {
		more.histogram = new(measure.Histogram)
	}
	outcome := more.histogram.Read(p.Kind == measure.Delta, p.Distribution, l.quantiles, &l.reading)
	l.values = append(l.values, l.reading.Rate, l.reading.Mean)
	l.values = append(l.values, l.reading.Quantiles...)
	return outcome
}

// goneBack takes note of what became of a point at a time, and says whether the
// clock must have gone back there: the points would be late until it is where it
// was.
func (s *stream) goneBack(at int64, outcome measure.Outcome) bool {
	switch outcome {
	case measure.Late:
		return s.more().behind.Add(at)
	case measure.OK, measure.First, measure.Reset:
		if s.rare != nil {
			s.rare.behind.End()
		}
	}
	return false
}

// rewind begins again at a time, with what was learnt.
func (l learner) rewind(at int64) {
	l.number = measure.Number{}
	l.rare.histogram = nil
	for i := range l.watches() {
		w := l.watch(i)
		w.detector.Rewind(at)
		w.tallies = nil // a counter cannot start after its points
	}
	l.rare.pending = nil
}

// Newest is the time of the newest point that was learnt.
func (s *stream) Newest() int64 {
	if s.rare != nil && s.rare.histogram != nil {
		return s.rare.histogram.At()
	}
	return s.number.At()
}

// watch returns one of the stream's watches; the first lies in the stream itself,
// since most have no other.
func (s *stream) watch(i int) *watch {
	if i == 0 {
		return &s.first
	}
	return &s.rare.rest[i-1]
}

// watches is how many there are.
func (s *stream) watches() int {
	switch {
	case !s.first.begun:
		return 0
	case s.rare == nil:
		return 1
	default:
		return 1 + len(s.rare.rest)
	}
}

// begin makes sure that there are so many watches.
func (s *stream) begin(n int) {
	if s.watches() >= n {
		return
	}
	if n > 1 {
		more := s.more()
		more.rest = append(more.rest, make([]watch, n-1-len(more.rest))...)
	}
	for i := range n {
		if !s.watch(i).begun {
			s.anew(i)
		}
	}
}

// anew lets a watch forget what it learnt.
func (s *stream) anew(i int) {
	w := s.watch(i)
	w.detector, w.begun = *detect.New(&s.plan.detector), true
}
