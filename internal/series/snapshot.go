// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import (
	"iter"
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

// chunkSize is about how large a chunk of a snapshot is.
const chunkSize = 1 << 20

// Snapshot yields all streams in chunks of about a MiB: the clock first, then the
// streams, shard by shard, each from the least to the most recently seen. A chunk
// is valid until the next. Points flow meanwhile; those of one shard wait for its
// copy. docs/formats/checkpoint.md has the format.
func (m *Map[S]) Snapshot(appendState func([]byte, *S) []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !yield(codec.AppendInt64(nil, m.Clock())) {
			return
		}
		for shard := range m.shards {
			for _, chunk := range m.shardChunks(shard, appendState) {
				if !yield(chunk) {
					return
				}
			}
		}
	}
}

func (m *Map[S]) shardChunks(shard int, appendState func([]byte, *S) []byte) (ready [][]byte) {
	var b, one []byte
	m.Each(shard, func(id ID, seen Seen, s *S) {
		one = appendState(one[:0], s)
		b = codec.AppendUint64(b, uint64(id))
		b = seen.append(b)
		b = codec.AppendUvarint(b, uint64(len(one)))
		b = append(b, one...)
		if len(b) >= chunkSize {
			ready, b = append(ready, b), nil
		}
	})
	if len(b) > 0 {
		ready = append(ready, b)
	}
	return ready
}

// What the byte that says whether a stream is kept may say.
const (
	isKept      = 1
	hasInterval = 2
)

func (s Seen) append(b []byte) []byte {
	b = codec.AppendInt64(b, s.Touched)
	what := byte(0)
	if s.Kept {
		what |= isKept
	}
	if s.Interval > 0 {
		what |= hasInterval
	}
	b = append(b, what)
	b = codec.AppendBool(b, s.Again)
	if s.Interval > 0 {
		b = codec.AppendUvarint(b, uint64(s.Interval))
	}
	return b
}

func readSeen(r *codec.Reader) Seen {
	s := Seen{Touched: r.Int64()}
	what := r.Byte()
	s.Kept, s.Again = what&isKept > 0, r.Bool()
	if what&hasInterval > 0 {
		s.Interval = int64(r.Uvarint())
	}
	if what > isKept|hasInterval || s.Interval < 0 || s.Interval > math.MaxInt64/intervals {
		r.Fail()
	}
	return s
}

// Restore fills an empty map with what Snapshot gave. stateOf makes a stream's
// state of what appendState appended, in memory of its own.
func (m *Map[S]) Restore(chunks iter.Seq2[[]byte, error], stateOf func(saved []byte) S) error {
	first := true
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		r := codec.NewReader(chunk)
		if first {
			m.Tick(r.Int64())
			first = false
		}
		for len(r.Rest()) > 0 {
			id, seen := ID(r.Uint64()), readSeen(r)
			saved := r.Bytes(r.Len(int(r.Uvarint()), 1))
			if r.Err() == nil {
				m.Put(id, seen, stateOf(append([]byte(nil), saved...)))
			}
		}
		if r.Err() != nil {
			return r.Err()
		}
	}
	return nil
}
