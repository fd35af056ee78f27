// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func see(m *Map[int], id ID) (times int) {
	m.Do(new(Cursor[int]), id, func(n *int) { *n++; times = *n })
	return times // 0 when it was refused
}

// random is an ID as hashing gives them: shards go by the high bits.
func random(r *rand.Rand) ID { return ID(r.Uint64()) }

func TestDoKeepsStates(t *testing.T) {
	m := NewMap[int](10, 0)
	require.Equal(t, 1, see(m, 7))
	require.Equal(t, 2, see(m, 7))
	require.Equal(t, 1, see(m, 8))
	require.Equal(t, 2, m.Len())
}

// A flood of streams seen once neither washes out those that live nor shuts out
// those that come after it for long.
func TestFloodKeepsStreamsThatLive(t *testing.T) {
	const limit, living = 100_000, 50_000
	m := NewMap[int](limit, 0)
	r := rand.New(rand.NewPCG(1, 1))
	ids := make([]ID, living)
	for i := range ids {
		ids[i] = random(r)
	}
	const rounds = 40
	for round := range rounds {
		m.Tick(int64(round) * int64(time.Minute))
		for _, id := range ids {
			require.Equal(t, round+1, see(m, id), "a living stream was forgotten")
		}
		for range 1_000_000 / rounds {
			see(m, random(r))
		}
		require.LessOrEqual(t, m.Len(), limit)
	}
	require.Positive(t, m.Dropped(Full))
	require.Positive(t, m.Refused())
	require.Zero(t, m.Dropped(Stale))
}

// Who comes first stays, and the others are refused, until one of the first is gone.
func TestMoreLivingStreamsThanRoom(t *testing.T) {
	const limit = 1000
	m := NewMap[int](limit, 0)
	for round := range 30 {
		m.Tick(int64(round) * int64(time.Minute))
		for i := range 2 * limit {
			times := see(m, ID(i))
			if i < limit {
				require.Equal(t, round+1, times, "stream %d", i)
			} else {
				require.Zero(t, times, "stream %d", i)
			}
		}
	}
	require.EqualValues(t, 30*limit, m.Refused())
	require.Zero(t, m.Dropped(Full))
	for round := 30; round < 60; round++ {
		m.Tick(int64(round) * int64(time.Minute))
		for i := limit / 2; i < 2*limit; i++ {
			see(m, ID(i))
		}
	}
	require.EqualValues(t, limit/2, m.Dropped(Full), "those that went make room")
	require.Positive(t, see(m, ID(limit)))
}

// A stream is kept for several of its own intervals at least.
func TestStreamsThatComeSeldomStay(t *testing.T) {
	const hour = int64(time.Hour)
	m := NewMap[int](10, 24*hour)
	for n := range 5 {
		m.Tick(int64(n) * (24*hour + int64(time.Minute)))
		require.Equal(t, n+1, see(m, 1))
		require.Positive(t, see(m, 2))
		m.Expire()
	}
	m.Tick(m.Clock() + 97*hour)
	m.Expire()
	require.Zero(t, m.Len())
}

func TestStaleStreamsLeave(t *testing.T) {
	m := NewMap[int](10, 100)
	m.Tick(1000)
	see(m, 1)
	m.Tick(1050)
	see(m, 2)
	m.Tick(1201)
	m.Expire()
	require.Equal(t, 1, m.Len())
	require.EqualValues(t, 1, m.Dropped(Stale))
	require.Equal(t, 2, see(m, 2))

	m.Tick(3000)
	require.Equal(t, 1, see(m, 2), "one that comes back too late begins anew")
	m.Tick(1)
	require.EqualValues(t, 3000, m.Clock(), "the clock never goes back")
}

// A stream that lives, wherever it stands, must not hide those that are stale.
func TestStaleStreamsLeaveFromBehindOneThatLives(t *testing.T) {
	m := NewMap[int](100, 100)
	for id := range ID(50) {
		see(m, id)
	}
	for id := range ID(20) {
		see(m, id) // seen again
	}
	for at := int64(10); at <= 300; at += 10 {
		m.Tick(at)
		see(m, 0)
		see(m, 30)
		m.Expire()
	}
	require.Equal(t, 2, m.Len())
	require.EqualValues(t, 48, m.Dropped(Stale))
}

// What is forgotten must not change because the map was taken apart and put
// together again in the middle.
func TestPutRebuildsWhatEachGave(t *testing.T) {
	for _, limit := range []int{1, 2, 17, 5000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, uint64(limit)))
			ids := make([]ID, 2*limit)
			for i := range ids {
				ids[i] = random(r)
			}
			whole, cut := NewMap[int](limit, 5000), NewMap[int](limit, 5000)
			for step := range 10_000 {
				id := ids[int(float64(len(ids))*r.Float64()*r.Float64())]
				whole.Tick(int64(step))
				cut.Tick(int64(step))
				require.Equal(t, see(whole, id), see(cut, id), "step %d", step)
				if step%1000 == 999 {
					cut = rebuilt(cut, limit)
				}
			}
		})
	}
}

func rebuilt(m *Map[int], limit int) *Map[int] {
	next := NewMap[int](limit, m.keep)
	next.Tick(m.Clock())
	for i := range m.Shards() {
		m.Each(i, func(id ID, seen Seen, n *int) { next.Put(id, seen, *n) })
	}
	return next
}

func TestPutIntoASmallerMapKeepsTheYoungest(t *testing.T) {
	big, small := NewMap[int](10, 0), NewMap[int](3, 0)
	for id := range ID(10) {
		see(big, id)
	}
	big.Each(0, func(id ID, seen Seen, n *int) { small.Put(id, seen, *n) })
	var left []ID
	small.Each(0, func(id ID, _ Seen, _ *int) { left = append(left, id) })
	slices.Sort(left)
	require.Equal(t, []ID{7, 8, 9}, left)
}

func TestConcurrentUse(t *testing.T) {
	m := NewMap[int](10_000, 50)
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(c)))
			var cursor Cursor[int]
			for i := range 20_000 {
				m.Tick(int64(i))
				next := r.Uint64N(20_000)
				if i%2 == 0 {
					next = uint64(i) / 2
				}
				m.Do(&cursor, ID(next*0x9e3779b97f4a7c15), func(n *int) { *n++ })
			}
		})
	}
	wg.Wait()
	m.Expire()
	n := 0
	for i := range m.Shards() {
		m.Each(i, func(ID, Seen, *int) { n++ })
	}
	require.Equal(t, n, m.Len())
}
