// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// maxPending is how many points of a stream wait at most; above it the oldest are
// learnt before their time.
const maxPending = 512

// pending are the points of a stream that may still have to be put in order, where
// points may come late: a point is judged as it comes, by what is learnt so far, and
// learnt when no point can come before it any more.
type pending struct {
	samples []measure.Sample // in the order of time
	learnt  int              // how many of them, from the front, have been learnt
}

func (w *pending) waiting() []measure.Sample { return w.samples[w.learnt:] }

// newest is the time of the newest point, 0 when there is none.
func (w *pending) newest() int64 {
	if n := len(w.samples); n > w.learnt {
		return w.samples[n-1].At
	}
	return 0
}

// place has its place for a point at a time, unless there is one.
func (w *pending) place(at int64) (i int, known bool) {
	if at > w.newest() {
		return len(w.waiting()), false
	}
	return slices.BinarySearchFunc(w.waiting(), at, func(q measure.Sample, at int64) int { return cmp.Compare(q.At, at) })
}

// insert keeps a copy of a point.
func (w *pending) insert(i int, p *measure.Sample) {
	w.samples = slices.Insert(w.samples, w.learnt+i, p.Clone())
}

// due is the oldest point, when no other can come before it or too many wait.
func (w *pending) due(watermark int64) *measure.Sample {
	waiting := w.waiting()
	if len(waiting) == 0 || waiting[0].At > watermark && len(waiting) <= maxPending {
		return nil
	}
	return &waiting[0]
}

// drop gives up the oldest point. Room is made of many at a time.
func (w *pending) drop() {
	w.samples[w.learnt] = measure.Sample{}
	if w.learnt++; 2*w.learnt >= len(w.samples) {
		w.samples = slices.Delete(w.samples, 0, w.learnt)
		w.learnt = 0
	}
}

func (w *pending) append(b []byte) []byte {
	waiting := w.waiting()
	b = codec.AppendUint16(b, uint16(len(waiting)))
	for i := range waiting {
		b = waiting[i].Append(b)
	}
	return b
}

func (w *pending) restore(r *codec.Reader) {
	w.samples = make([]measure.Sample, r.Len(int(r.Uint16()), measure.MinSampleSize))
	for i := range w.samples {
		if w.samples[i].Restore(r); i > 0 && w.samples[i].At <= w.samples[i-1].At {
			r.Fail()
			return
		}
	}
}

// wait judges a point as it comes and has it learnt in its turn.
func (b *pass) wait(s *stream, p *measure.Sample) measure.Outcome {
	more := s.more()
	if more.pending == nil {
		more.pending = new(pending)
	}
	w := more.pending
	newest := max(w.newest(), s.Newest())
	i, known := w.place(p.At)
	switch {
	case known || p.At == s.Newest():
		return measure.Duplicate
	case p.At < s.Newest() || p.At < newest-b.lateness:
		return measure.Late
	}
	var before *measure.Sample
	if i > 0 {
		before = &w.waiting()[i-1]
	}
	outcome := b.peek(s, before, p)
	if outcome == measure.Invalid {
		return outcome
	}
	w.insert(i, p)
	l := learner{s, &b.reader}
	for next := w.due(max(newest, p.At) - b.lateness); next != nil; next = w.due(max(newest, p.At) - b.lateness) {
		l.Step(next)
		w.drop()
	}
	return outcome
}

// peek judges a point that is not learnt yet, by what is learnt, and leaves the
// verdicts in judged. before is the point before it, when that is not learnt either.
func (b *pass) peek(s *stream, before, p *measure.Sample) measure.Outcome {
	l := learner{&b.probe, &b.reader}
	l.copyFrom(s, p.At)
	if before != nil {
		l.values = l.values[:0]
		l.read(before)
	}
	outcome := l.Step(p)
	b.judged = append(b.judged[:0], b.findings...)
	s.begin(l.watches()) // what is reported of them is kept
	return outcome
}

// copyFrom makes the stream another's copy, in the memory that it has, for one point
// at a time, some while after the last that the other has learnt.
func (l learner) copyFrom(s *stream, at int64) {
	l.plan, l.number = s.plan, s.number
	more := l.more()
	histogram := more.histogram
	more.histogram = nil
	if s.rare != nil && s.rare.histogram != nil {
		if histogram == nil {
			histogram = new(measure.Histogram)
		}
		histogram.CopyFrom(s.rare.histogram)
		more.histogram = histogram
	}
	n := s.watches()
	l.first.begun = n > 0
	more.rest = slices.Grow(more.rest[:0], max(0, n-1))[:max(0, n-1)]
	for i := range n {
		w := l.watch(i)
		w.begun = true
		w.detector.CopyFrom(&s.watch(i).detector)
		w.detector.Skip(at)
	}
}
