// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

// bulky appends a state of some hundred bytes, so that there are many chunks.
func bulky(b []byte, n *int) []byte {
	b = codec.AppendInt64(b, int64(*n))
	return append(b, make([]byte, 500)...)
}

func unbulky(saved []byte) int { return int(codec.NewReader(saved).Int64()) }

// copied holds the chunks beyond their time.
func copied(m *Map[int]) (chunks [][]byte) {
	for chunk := range m.Snapshot(bulky) {
		chunks = append(chunks, slices.Clone(chunk))
	}
	return chunks
}

func given(chunks [][]byte, last error) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, chunk := range chunks {
			if !yield(chunk, nil) {
				return
			}
		}
		if last != nil {
			yield(nil, last)
		}
	}
}

// busy is a map of which some streams were seen once, some again, some not for long.
func busy(limit int) (m *Map[int], r *rand.Rand) {
	m, r = NewMap[int](limit, 1000), rand.New(rand.NewPCG(3, 1))
	ids := make([]ID, limit/2)
	for i := range ids {
		ids[i] = random(r)
	}
	for i := range 4 * limit {
		m.Tick(int64(i * 500 / limit))
		see(m, ids[min(r.IntN(len(ids)), r.IntN(len(ids)))])
		if i%3 == 0 {
			see(m, random(r))
		}
	}
	return m, r
}

// The map that comes back forgets what the one that went on forgets.
func TestSnapshotChangesNothing(t *testing.T) {
	m, r := busy(10_000)
	chunks := copied(m)
	require.Greater(t, len(chunks), 4)
	for _, chunk := range chunks {
		require.LessOrEqual(t, len(chunk), chunkSize+1000)
	}
	back := NewMap[int](10_000, 1000)
	require.NoError(t, back.Restore(given(chunks, nil), unbulky, nil))
	require.Equal(t, m.Len(), back.Len())
	require.Equal(t, m.Clock(), back.Clock())
	require.Equal(t, chunks, copied(back))
	for i := range 30_000 {
		id := random(r)
		if i%2 == 0 {
			id = ID(uint64(i) * 0x9e3779b97f4a7c15)
		}
		m.Tick(2000 + int64(i/100))
		back.Tick(2000 + int64(i/100))
		require.Equal(t, see(m, id), see(back, id))
	}
	require.Equal(t, copied(m), copied(back))
}

func TestSnapshotThatIsCut(t *testing.T) {
	m, _ := busy(2000)
	chunks := copied(m)
	for _, cut := range []int{1, 7, 9, 100} {
		bad := slices.Clone(chunks)
		last := len(bad) - 1
		bad[last] = bad[last][:len(bad[last])-cut]
		require.ErrorIs(t, NewMap[int](2000, 1000).Restore(given(bad, nil), unbulky, nil), codec.ErrMalformed, "%d bytes less", cut)
	}
	gone := errors.New("the disk is gone")
	require.ErrorIs(t, NewMap[int](2000, 1000).Restore(given(chunks[:1], gone), unbulky, nil), gone)
	require.ErrorIs(t, NewMap[int](2000, 1000).Restore(given([][]byte{{1}}, nil), unbulky, nil), codec.ErrMalformed, "no clock")
}

// Who takes no more chunks is not given more.
func TestSnapshotThatIsGivenUp(t *testing.T) {
	m, _ := busy(10_000)
	for stop := 1; stop < len(copied(m)); stop++ {
		taken := 0
		for range m.Snapshot(bulky) {
			if taken++; taken == stop {
				break
			}
		}
		require.Equal(t, stop, taken)
	}
}

func FuzzRestore(f *testing.F) {
	m, _ := busy(100)
	for _, chunk := range copied(m) {
		f.Add(chunk[:min(len(chunk), 5000)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := NewMap[int](50, 1000)
		if m.Restore(given([][]byte{b}, nil), unbulky, nil) == nil {
			for id := range ID(100) {
				see(m, id)
			}
			require.LessOrEqual(t, m.Len(), 50)
		}
	})
}
