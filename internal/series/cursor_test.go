// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a cursor remembers saves time and changes nothing: streams come in the same
// order, in another, twice, are pushed out and go stale meanwhile.
func TestCursorFindsWhatASearchFinds(t *testing.T) {
	for _, limit := range []int{1, 3, 100, 5000} {
		r := rand.New(rand.NewPCG(4, uint64(limit)))
		order := make([]ID, limit+limit/10+1)
		for i := range order {
			order[i] = random(r)
		}
		searched, followed := NewMap[int](limit, 3000), NewMap[int](limit, 3000)
		var cursor Cursor[int]
		at := int64(0)
		for round := range 20 {
			switch round % 4 {
			case 1:
				r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			case 2:
				at += 5000 * r.Int64N(2)
			case 3:
				cursor = Cursor[int]{}
			}
			for _, id := range order {
				for range 1 + r.IntN(2) {
					at++
					searched.Tick(at)
					followed.Tick(at)
					times := 0
					followed.Do(&cursor, id, func(n *int) { *n++; times = *n })
					require.Equal(t, see(searched, id), times, "limit %d, round %d", limit, round)
				}
			}
			require.Equal(t, searched.Len(), followed.Len())
		}
	}
}

func TestCursorOutlivesTheStreams(t *testing.T) {
	m := NewMap[int](10, 0)
	var cursor Cursor[int]
	for range 2 {
		for id := range ID(5) {
			m.Do(&cursor, id, func(n *int) { *n++ })
		}
	}
	m.Clear()
	for id := range ID(5) {
		m.Do(&cursor, id, func(n *int) { require.Zero(t, *n, "stream %d was cleared", id) })
	}
	require.Equal(t, 5, m.Len())
}

func BenchmarkDo(b *testing.B) {
	const streams = 100_000
	type state [1024]byte
	r := rand.New(rand.NewPCG(5, 5))
	ids := make([]ID, streams)
	for i := range ids {
		ids[i] = random(r)
	}
	read := func(s *state) {
		sum := byte(1)
		for i := 0; i < len(s); i += 64 {
			sum += s[i]
		}
		s[0] = sum
	}
	run := func(b *testing.B, id func(i int) ID) {
		m := NewMap[state](2*streams, 0)
		for range 3 {
			var cursor Cursor[state]
			for _, id := range ids {
				m.Do(&cursor, id, read)
			}
		}
		b.ReportAllocs()
		b.ResetTimer()
		var cursor Cursor[state]
		for i := range b.N {
			m.Do(&cursor, id(i), read)
		}
	}
	b.Run("in the same order", func(b *testing.B) { run(b, func(i int) ID { return ids[i%streams] }) })
	b.Run("in any order", func(b *testing.B) { run(b, func(int) ID { return ids[r.IntN(streams)] }) })
}
