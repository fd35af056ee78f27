// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"iter"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// stateVersion is that of what follows; docs/formats/checkpoint.md has it byte by
// byte. A change to anything that is appended here raises it.
const stateVersion = 1

// chunkSize is about how large a chunk of a checkpoint is.
const chunkSize = 1 << 20

// chunks yields the state of all streams: the clock first, then the streams,
// shard by shard, each from the least to the most recently seen. A chunk is valid
// until the next. Points flow meanwhile; those of one shard wait for its copy.
func chunks(streams *series.Map[stream]) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !yield(codec.AppendInt64(nil, streams.Clock())) {
			return
		}
		var b, one []byte
		var ready [][]byte
		for shard := range streams.Shards() {
			ready, b = ready[:0], nil
			streams.Each(shard, func(id series.ID, touched int64, kept bool, s *stream) {
				one = s.append(one[:0])
				b = codec.AppendUint64(b, uint64(id))
				b = codec.AppendInt64(b, touched)
				b = codec.AppendBool(b, kept)
				b = codec.AppendUvarint(b, uint64(len(one)))
				b = append(b, one...)
				if len(b) >= chunkSize {
					ready, b = append(ready, b), nil
				}
			})
			if len(b) > 0 {
				ready = append(ready, b)
			}
			for _, c := range ready {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// restore fills a map with what chunks gave. Streams are taken apart when they
// are seen again.
func restore(streams *series.Map[stream], chunks iter.Seq2[[]byte, error]) error {
	first := true
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		r := codec.NewReader(chunk)
		if first {
			streams.Tick(r.Int64())
			first = false
		}
		for len(r.Rest()) > 0 {
			id, touched, kept := series.ID(r.Uint64()), r.Int64(), r.Bool()
			saved := r.Bytes(r.Len(int(r.Uvarint()), 1))
			if r.Err() != nil {
				break
			}
			streams.Put(id, touched, kept, stream{saved: append([]byte(nil), saved...)})
		}
		if r.Err() != nil {
			return r.Err()
		}
	}
	return nil
}

// append adds all that is remembered of a stream.
func (s *stream) append(b []byte) []byte {
	if s.saved != nil {
		return append(b, s.saved...)
	}
	b = s.appendLearnt(b)
	for i := range s.watches {
		w := &s.watches[i]
		b = codec.AppendBool(b, w.open)
		b = codec.AppendUint16(b, uint16(len(w.tallies)))
		for _, t := range w.tallies {
			b = codec.AppendUint16(b, uint16(t.kind))
			b = codec.AppendBool(b, t.up)
			b = codec.AppendInt64(b, t.start)
			b = codec.AppendInt64(b, t.n)
		}
	}
	b = codec.AppendBool(b, s.replay != nil)
	if s.replay != nil {
		b = s.replay.append(b)
	}
	return b
}

// resume takes apart what was saved of a stream, which begins anew when it
// cannot. The plan must be set.
func (s *stream) resume() (ok bool) {
	if s.saved == nil {
		return true
	}
	r := codec.NewReader(s.saved)
	s.saved = nil
	s.restoreLearnt(r)
	for i := range s.watches {
		w := &s.watches[i]
		w.open = r.Bool()
		w.tallies = make([]tally, r.Len(int(r.Uint16()), tallySize))
		for j := range w.tallies {
			w.tallies[j] = tally{detect.Kind(r.Uint16()), r.Bool(), r.Int64(), r.Int64()}
			if w.tallies[j].kind > detect.Trend {
				r.Fail()
			}
		}
	}
	if r.Bool() {
		s.replay = new(replay)
		s.replay.restore(r)
	}
	if r.Err() != nil || len(r.Rest()) > 0 {
		*s = stream{plan: s.plan}
		return false
	}
	return true
}

const tallySize = 2 + 1 + 8 + 8

func (re *replay) append(b []byte) []byte {
	for _, snap := range []*snapshot{&re.older, &re.younger} {
		b = codec.AppendInt64(b, snap.at)
		b = codec.AppendUvarint(b, uint64(len(snap.learnt)))
		b = append(b, snap.learnt...)
	}
	b = codec.AppendUint16(b, uint16(len(re.points)))
	for i := range re.points {
		p := &re.points[i]
		b = codec.AppendUint16(b, uint16(p.kind))
		b = codec.AppendInt64(b, p.start)
		b = codec.AppendInt64(b, p.at)
		b = codec.AppendFloat64(b, p.value)
		b = codec.AppendBool(b, p.distribution != nil)
		if p.distribution != nil {
			b = p.distribution.Append(b)
		}
	}
	return b
}

func (re *replay) restore(r *codec.Reader) {
	for _, snap := range []*snapshot{&re.older, &re.younger} {
		snap.at = r.Int64()
		if n := r.Len(int(r.Uvarint()), 1); n > 0 {
			snap.learnt = append([]byte(nil), r.Bytes(n)...)
		}
	}
	re.points = make([]sample, r.Len(int(r.Uint16()), 2+8+8+8+1))
	for i := range re.points {
		p := &re.points[i]
		p.kind, p.start, p.at, p.value = measure.Kind(r.Uint16()), r.Int64(), r.Int64(), r.Float64()
		if r.Bool() {
			p.distribution = new(measure.Point)
			p.distribution.Restore(r)
		}
	}
}
