// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package replay puts late points in order: a stream goes back to an earlier
// state and learns again from there.
package replay // import "github.com/otelcol-aiops/otelcol-aiops/internal/replay"

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// maxSamples bounds the points that a late one can be put before.
const maxSamples = 512

// Learner is a stream that can go back. Its output must be a function of the
// samples that it stepped through.
type Learner interface {
	// Step learns from a sample that is newer than all before it.
	Step(*measure.Sample) measure.Outcome
	// Newest is the time of the newest sample, 0 when there was none.
	Newest() int64
	// AppendLearnt adds what was learnt to a snapshot.
	AppendLearnt([]byte) []byte
	// RestoreLearnt goes back to a snapshot, or to the beginning when it is nil.
	RestoreLearnt([]byte)
}

// Buffer holds what one stream needs to go back: two earlier states and the
// samples since the older one. The older is at least the lateness old, so that
// every point within it finds its place. The zero value is of a new stream.
type Buffer struct {
	older, younger snapshot
	samples        []measure.Sample // newer than older, in the order of time
}

// snapshot is what a stream had learnt when its newest sample was at a time; nil
// is a new stream's.
type snapshot struct {
	learnt []byte
	at     int64
}

// From returns the buffer of a stream that begins again at a time with what it has
// learnt: no point goes before it.
func From(l Learner, at int64) *Buffer {
	return &Buffer{older: snapshot{l.AppendLearnt(nil), at - 1}}
}

// Place lets a learner learn from a sample wherever it belongs. It calls result
// once the learner stepped through that sample, before it goes on to those after
// it; not at all for a sample that is too late or known. lateness is in ns.
func (b *Buffer) Place(l Learner, p *measure.Sample, lateness int64, result func()) measure.Outcome {
	newest := l.Newest()
	if newest == 0 || p.At > newest {
		outcome := l.Step(p)
		result()
		if outcome != measure.Invalid {
			b.samples = append(b.samples, p.Clone())
			b.roll(l, lateness)
		}
		return outcome
	}
	i, known := slices.BinarySearchFunc(b.samples, p.At, func(q measure.Sample, at int64) int { return cmp.Compare(q.At, at) })
	switch {
	case known:
		return measure.Duplicate
	case p.At <= b.older.at || p.At < newest-lateness:
		return measure.Late
	}
	b.samples = slices.Insert(b.samples, i, p.Clone())
	outcome := b.again(l, i, result)
	if outcome == measure.Invalid {
		b.samples = slices.Delete(b.samples, i, i+1)
	}
	return outcome
}

// again goes through the samples once more.
func (b *Buffer) again(l Learner, wanted int, result func()) (outcome measure.Outcome) {
	l.RestoreLearnt(b.older.learnt)
	for i := range b.samples {
		p := &b.samples[i]
		o := l.Step(p)
		if i == wanted {
			outcome = o
			result()
		}
		if p.At == b.younger.at {
			b.younger.learnt = l.AppendLearnt(b.younger.learnt[:0])
		}
	}
	return outcome
}

// roll gives up what no point within the lateness needs any more.
func (b *Buffer) roll(l Learner, lateness int64) {
	newest := l.Newest()
	if b.younger.at != 0 && newest-b.younger.at < lateness && len(b.samples) < maxSamples {
		return
	}
	if b.younger.at != 0 {
		b.older, b.younger = b.younger, b.older
		b.samples = slices.DeleteFunc(b.samples, func(p measure.Sample) bool { return p.At <= b.older.at })
	}
	b.younger = snapshot{l.AppendLearnt(b.younger.learnt[:0]), newest}
}

// Append adds the buffer to a snapshot.
func (b *Buffer) Append(to []byte) []byte {
	for _, s := range []*snapshot{&b.older, &b.younger} {
		to = codec.AppendInt64(to, s.at)
		to = codec.AppendUvarint(to, uint64(len(s.learnt)))
		to = append(to, s.learnt...)
	}
	to = codec.AppendUint16(to, uint16(len(b.samples)))
	for i := range b.samples {
		to = b.samples[i].Append(to)
	}
	return to
}

// Restore reads what Append wrote; the reader keeps the error.
func (b *Buffer) Restore(r *codec.Reader) {
	for _, s := range []*snapshot{&b.older, &b.younger} {
		s.at = r.Int64()
		if n := r.Len(int(r.Uvarint()), 1); n > 0 {
			s.learnt = slices.Clone(r.Bytes(n))
		}
	}
	b.samples = make([]measure.Sample, r.Len(int(r.Uint16()), measure.MinSampleSize))
	for i := range b.samples {
		b.samples[i].Restore(r)
	}
}
