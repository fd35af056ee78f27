// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"iter"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/behind"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/replay"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// stateVersion is that of what is appended here; docs/formats/checkpoint.md has
// it byte by byte. A change raises it. A stream's state of version 1 is one of
// version 2 in which no points are late; in version 3 points wait in place of earlier
// states, which are not needed any more; in version 4 only the detectors are others.
const stateVersion = 4

// The parts that a stream's state may end with.
const (
	hasReplay = 1 << iota // in version 2
	hasBehind
	hasPending
	parts = 1 << iota
)

// streams are what a checkpoint keeps.
type streams struct{ *series.Map[stream] }

var _ checkpoint.State = streams{}

// Snapshot implements checkpoint.State.
func (s streams) Snapshot() iter.Seq[[]byte] {
	s.Expire()
	return s.Map.Snapshot(func(b []byte, one *stream) []byte { return one.append(b) })
}

// Restore implements checkpoint.State. Streams are taken apart when they are
// seen again, since only then it is known how they are watched.
func (s streams) Restore(_ uint16, chunks iter.Seq2[[]byte, error]) error {
	return s.Map.Restore(chunks, func(saved []byte) stream { return stream{rare: &rarely{saved: saved}} }, (*stream).stays)
}

// stays is true of a stream that is worth more than one of a checkpoint that comes
// late: it has been learnt, or comes from that checkpoint.
func (s *stream) stays() bool {
	return s.rare != nil && s.rare.saved != nil || s.first.begun && !s.first.detector.Warming()
}

// append adds all that is remembered of a stream.
func (s *stream) append(b []byte) []byte {
	if s.rare != nil && s.rare.saved != nil {
		return append(b, s.rare.saved...)
	}
	b = s.appendLearnt(b)
	for i := range s.watches() {
		b = s.watch(i).append(b)
	}
	ends := len(b)
	b = append(b, 0)
	if s.rare == nil {
		return b
	}
	if s.rare.behind != (behind.Run{}) {
		b[ends] |= hasBehind
		b = codec.AppendInt64(b, s.rare.behind.Newest)
		b = append(b, byte(s.rare.behind.N))
	}
	if s.rare.pending != nil {
		b[ends] |= hasPending
		b = s.rare.pending.append(b)
	}
	return b
}

// resume takes apart what was saved of a stream, which begins anew when that
// cannot be. The plan must be set.
func (s *stream) resume() (ok bool) {
	if s.rare == nil || s.rare.saved == nil {
		return true
	}
	r := codec.NewReader(s.rare.saved)
	s.rare = nil
	s.restoreLearnt(r)
	for i := range s.watches() {
		s.watch(i).restore(r)
	}
	ends := r.Byte()
	if ends&hasReplay != 0 {
		new(replay.Buffer).Restore(r)
	}
	if ends&hasBehind != 0 {
		s.more().behind = behind.Run{Newest: r.Int64(), N: int64(r.Byte())}
	}
	if ends&hasPending != 0 {
		s.more().pending = new(pending)
		s.rare.pending.restore(r)
	}
	if ends >= parts || s.rare != nil && !s.rare.behind.Valid() {
		r.Fail()
	}
	if r.Err() != nil || len(r.Rest()) > 0 {
		*s = stream{plan: s.plan}
		return false
	}
	return true
}

// append adds what the watch has reported.
func (w *watch) append(b []byte) []byte {
	b = codec.AppendBool(b, w.open)
	tallies := w.counted()
	b = codec.AppendUint16(b, uint16(len(tallies)))
	for _, t := range tallies {
		b = codec.AppendUint16(b, uint16(t.kind))
		b = codec.AppendBool(b, t.up)
		b = codec.AppendInt64(b, t.start)
		b = codec.AppendInt64(b, t.n)
	}
	return b
}

func (w *watch) restore(r *codec.Reader) {
	const size = 2 + 1 + 8 + 8
	w.open = r.Bool()
	tallies := make([]tally, r.Len(int(r.Uint16()), size))
	for i := range tallies {
		tallies[i] = tally{detect.Kind(r.Uint16()), r.Bool(), r.Int64(), r.Int64()}
		if tallies[i].kind > detect.Trend {
			r.Fail()
		}
	}
	if w.tallies = nil; len(tallies) > 0 {
		w.tallies = &tallies
	}
}

// appendLearnt adds what was learnt of a stream.
func (s *stream) appendLearnt(b []byte) []byte {
	b = s.number.Append(b)
	distribution := s.rare != nil && s.rare.histogram != nil
	b = codec.AppendBool(b, distribution)
	if distribution {
		b = s.rare.histogram.Append(b)
	}
	b = codec.AppendUint16(b, uint16(s.watches()))
	for i := range s.watches() {
		b = s.watch(i).detector.Append(b)
	}
	return b
}

// restoreLearnt reads what appendLearnt wrote. A watch that came later begins
// anew. The plan must be set.
func (s *stream) restoreLearnt(r *codec.Reader) {
	s.number.Restore(r)
	if s.rare != nil {
		s.rare.histogram = nil
	}
	if r.Bool() {
		s.more().histogram = new(measure.Histogram)
		s.rare.histogram.Restore(r)
	}
	n := r.Len(int(r.Uint16()), 1)
	s.begin(n)
	for i := range s.watches() {
		s.anew(i)
		if i < n {
			r.Skip(s.watch(i).detector.Restore(r.Rest()))
		}
	}
}
