// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"iter"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/aggregate"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/replay"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// stateVersion is that of what is appended here; docs/formats/checkpoint.md has
// it byte by byte. A change raises it.
const stateVersion = 3

// streams are what a checkpoint keeps.
type streams struct{ *series.Map[stream] }

var _ checkpoint.State = streams{}

// Snapshot implements checkpoint.State.
func (s streams) Snapshot() iter.Seq[[]byte] {
	s.Expire()
	return s.Map.Snapshot(func(b []byte, one *stream) []byte { return one.append(b) })
}

// Restore implements checkpoint.State. Streams are taken apart when they are
// seen again, since only then it is known which rule is theirs.
func (s streams) Restore(_ uint16, chunks iter.Seq2[[]byte, error]) error {
	return s.Map.Restore(chunks, func(saved []byte) stream { return stream{saved: saved} }, (*stream).stays)
}

// stays is true of a stream that is worth more than one of a checkpoint that comes
// late: it has been learnt, or comes from that checkpoint.
func (s *stream) stays() bool { return s.saved != nil || s.model != nil && s.model.Ready() }

// append adds all that is remembered of a stream.
func (s *stream) append(b []byte) []byte {
	if s.saved != nil {
		return append(b, s.saved...)
	}
	b = s.AppendLearnt(b)
	b = codec.AppendInt64(b, s.emitted)
	b = codec.AppendBool(b, s.limited)
	b = codec.AppendBool(b, s.replay != nil)
	if s.replay != nil {
		b = s.replay.Append(b)
	}
	b = append(b, byte(s.side))
	b = codec.AppendBool(b, s.group != nil)
	if s.group != nil {
		b = s.group.Append(b)
	}
	return b
}

// resume takes apart what was saved of a stream, which begins anew when that
// cannot be. The rule must be set.
func (s *stream) resume() (ok bool) {
	if s.saved == nil {
		return true
	}
	r := codec.NewReader(s.saved)
	s.saved = nil
	s.restoreLearnt(r)
	s.emitted, s.limited = r.Int64(), r.Bool()
	if r.Bool() {
		s.replay = new(replay.Buffer)
		s.replay.Restore(r)
	}
	if r.Err() == nil && len(r.Rest()) > 0 { // what version 2 did not have
		s.side = int8(r.Byte())
		if r.Bool() {
			s.group = new(aggregate.Group)
			s.group.Restore(r)
		}
	}
	if r.Err() != nil || len(r.Rest()) > 0 {
		*s = stream{rule: s.rule, id: s.id, bounds: s.bounds}
		return false
	}
	return true
}

// AppendLearnt implements replay.Learner.
func (s *stream) AppendLearnt(b []byte) []byte {
	b = s.number.Append(b)
	b = codec.AppendBool(b, s.histogram != nil)
	if s.histogram != nil {
		b = s.histogram.Append(b)
	}
	b = codec.AppendInt64(b, s.schedule.first)
	b = codec.AppendInt64(b, s.schedule.due)
	b = codec.AppendBool(b, s.model != nil)
	if s.model != nil {
		b = s.model.Append(b)
	}
	return b
}

// RestoreLearnt implements replay.Learner.
func (s *stream) RestoreLearnt(b []byte) {
	s.number, s.histogram, s.model, s.schedule = measure.Number{}, nil, nil, schedule{}
	if b != nil {
		s.restoreLearnt(codec.NewReader(b)) // our own bytes of a moment ago
	}
}

// restoreLearnt reads what AppendLearnt wrote. The rule must be set.
func (s *stream) restoreLearnt(r *codec.Reader) {
	s.number.Restore(r)
	s.histogram, s.model = nil, nil
	if r.Bool() {
		s.histogram = new(measure.Histogram)
		s.histogram.Restore(r)
	}
	s.schedule.first, s.schedule.due = r.Int64(), r.Int64()
	if r.Bool() {
		s.model = forecast.New(s.config())
		r.Skip(s.model.Restore(r.Rest()))
	}
}
