// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// The index answers as a look at every vector would, through additions,
// replacements and removals, for every distance.
func TestIndexFindsWhatAScanFinds(t *testing.T) {
	for d := range distanceNames {
		distance := Distance(d)
		t.Run(distance.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(d), 9))
			x := NewIndex(distance)
			held := map[uint64]feature.Vector{}
			hits := 0
			for range 3000 {
				id := r.Uint64N(200)
				v := randomItems(r, 1, 15)[0].Vector[:]
				v = v[:len(v)-1] // leave the common dimension out: many share nothing
				switch r.IntN(4) {
				case 0:
					x.Remove(id)
					delete(held, id)
				case 1, 2:
					x.Add(id, v)
					held[id] = v
				default:
					threshold := r.Float64()
					if distance == Manhattan {
						threshold *= 3
					}
					var want []Hit
					for id, h := range held {
						if dist := distance.Between(v, h); dist <= threshold && v.Overlap(h) > 0 {
							want = append(want, Hit{id, dist})
						}
					}
					slices.SortFunc(want, compareHits)
					want = want[:min(len(want), 7)]
					got := x.NearestK(v, threshold, 7)
					require.Equal(t, want, got[:len(got):len(got)])
					one, ok := x.Nearest(v, threshold)
					require.Equal(t, len(want) > 0, ok)
					if ok {
						require.Equal(t, want[0], one)
						hits++
					}
				}
				require.Equal(t, len(held), x.Len())
			}
			require.Greater(t, hits, 50, "too few queries found anything")
		})
	}
}

func TestIndexTiesGoToTheSmallestID(t *testing.T) {
	v := feature.Vector{{Dim: 1, Weight: 1}}
	x := NewIndex(Cosine)
	for _, id := range []uint64{9, 3, 7} {
		x.Add(id, v)
	}
	hit, ok := x.Nearest(v, 0.1)
	require.True(t, ok)
	require.Equal(t, uint64(3), hit.ID)
}
