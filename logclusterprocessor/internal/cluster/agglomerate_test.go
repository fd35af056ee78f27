// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// pairs are all combinations that CheckPair accepts.
func pairs() []Options {
	var out []Options
	for l := range linkageNames {
		for d := range distanceNames {
			if CheckPair(Linkage(l), Distance(d)) == nil {
				out = append(out, Options{Linkage: Linkage(l), Distance: Distance(d)})
			}
		}
	}
	return out
}

func name(o Options) string { return fmt.Sprintf("%v-%v", o.Linkage, o.Distance) }

// randomItems have continuous weights, so that ties do not occur, and every
// third is tied to some other item.
func randomItems(r *rand.Rand, n, dims int) []Item {
	items := make([]Item, n)
	for i := range items {
		var v feature.Vector
		for d := range dims {
			if r.IntN(3) == 0 {
				v = append(v, feature.Entry{Dim: uint64(d), Weight: r.Float32() + 0.01})
			}
		}
		v = append(v, feature.Entry{Dim: 1000, Weight: r.Float32() / 10}) // nobody is at the largest distance
		items[i] = Item{Vector: v, Group: NoGroup}
		if r.IntN(3) == 0 {
			items[i].Group = r.IntN(n)
		}
	}
	return items
}

// reference merges the nearest two groups by the linkage's definition, again
// and again: O(n³) distances of groups, none of them updated. It returns the
// height of each merge and the partition after it.
func reference(items []Item, opts Options) (heights []float64, partitions [][]int) {
	groups := initialGroups(items)
	for len(groups) > 1 {
		best, a, b := math.Inf(1), -1, -1
		for i := range groups {
			for j := range i {
				if d := definition(items, groups[j], groups[i], opts); d < best {
					best, a, b = d, j, i
				}
			}
		}
		groups[a] = append(append([]int{}, groups[a]...), groups[b]...)
		groups = append(groups[:b], groups[b+1:]...)
		heights = append(heights, best)
		partitions = append(partitions, labelsOf(len(items), groups))
	}
	return heights, partitions
}

func labelsOf(n int, groups [][]int) []int {
	u := newUnion(n)
	for _, g := range groups {
		for _, i := range g {
			u.join(g[0], i)
		}
	}
	out := make([]int, n)
	for i := range out {
		out[i] = u.find(i)
	}
	return out
}

func definition(items []Item, a, b []int, opts Options) float64 {
	if opts.Linkage == Ward {
		na, nb := float64(len(a)), float64(len(b))
		return Euclidean.Between(centroid(items, a), centroid(items, b)) * math.Sqrt(2*na*nb/(na+nb))
	}
	lo, hi, sum := math.Inf(1), 0.0, 0.0
	for _, i := range a {
		for _, j := range b {
			d := opts.Distance.Between(items[i].Vector, items[j].Vector)
			lo, hi, sum = min(lo, d), max(hi, d), sum+d
		}
	}
	switch opts.Linkage {
	case Single:
		return lo
	case Complete:
		return hi
	}
	return sum / float64(len(a)*len(b))
}

// Every pair of linkage and distance must pass: it agrees with the definition
// at every height and every number of clusters.
func TestAgglomerateIsTheTextbook(t *testing.T) {
	for _, opts := range pairs() {
		t.Run(name(opts), func(t *testing.T) {
			for seed := range uint64(25) {
				r := rand.New(rand.NewPCG(seed, 7))
				items := randomItems(r, 2+r.IntN(22), 8)
				heights, partitions := reference(items, opts)
				opts.Tree = true
				opts.Clusters = 1
				got, err := Agglomerate(context.Background(), items, opts)
				require.NoError(t, err)
				require.Equal(t, Exact, got.Method)
				require.Len(t, got.Merges, len(heights), "seed %d", seed)
				for i, h := range heights {
					require.InDelta(t, h, got.Merges[i].Height, 1e-5, "seed %d: height of merge %d", seed, i)
				}
				for i, want := range partitions {
					opts.Clusters = len(initialGroups(items)) - i - 1
					got, err := Agglomerate(context.Background(), items, opts)
					require.NoError(t, err)
					require.Equal(t, want, got.Labels, "seed %d: %d clusters", seed, opts.Clusters)
					require.Equal(t, opts.Clusters, got.Clusters)
				}
				for i := range heights {
					opts.Clusters, opts.Threshold = 0, heights[i]+1e-5
					if i+1 < len(heights) && heights[i+1]-heights[i] < 3e-5 {
						continue // float32 cannot tell them apart
					}
					got, err := Agglomerate(context.Background(), items, opts)
					require.NoError(t, err)
					require.Equal(t, partitions[i], got.Labels, "seed %d: threshold %v", seed, opts.Threshold)
				}
			}
		})
	}
}

// Groups only ever merge, heights only ever rise, and the sizes add up.
func TestAgglomerateKeepsItsInvariants(t *testing.T) {
	for _, opts := range pairs() {
		for _, limit := range []int{0, 7} { // 7: above the cap
			opts.ExactCap = limit
			t.Run(fmt.Sprintf("%s-cap%d", name(opts), limit), func(t *testing.T) {
				for seed := range uint64(10) {
					r := rand.New(rand.NewPCG(seed, 3))
					items := randomItems(r, 60, 12)
					opts.Threshold = r.Float64() * 1.2
					got, err := Agglomerate(context.Background(), items, opts)
					require.NoError(t, err)
					group := map[int]int{}
					count := map[int]bool{}
					for i, label := range got.Labels {
						require.LessOrEqual(t, label, i)
						require.Equal(t, label, got.Labels[label], "a label is the first item of its cluster")
						count[label] = true
						if g := items[i].Group; g >= 0 {
							first, seen := group[g]
							require.True(t, !seen || first == label, "an initial group was split")
							group[g] = label
						}
					}
					require.Equal(t, len(count), got.Clusters)
					require.Len(t, got.Merges, got.Groups-got.Clusters)
					for i, m := range got.Merges {
						require.LessOrEqual(t, m.Height, opts.Threshold)
						if i > 0 && got.Method == Exact {
							require.GreaterOrEqual(t, m.Height, got.Merges[i-1].Height)
						}
					}
					again, err := Agglomerate(context.Background(), items, opts)
					require.NoError(t, err)
					require.Equal(t, got, again)
				}
			})
		}
	}
}

// Ward on a line: known in closed form. d(0,1)=1; joined to 5 it is
// sqrt(2*2*1/3)*4.5.
func TestWardClosedForm(t *testing.T) {
	at := func(x float32) Item {
		return Item{Vector: feature.Vector{{Dim: 1, Weight: x}}, Group: NoGroup}
	}
	got, err := Agglomerate(context.Background(), []Item{at(1), at(2), at(6)}, Options{Linkage: Ward, Distance: Euclidean, Clusters: 1})
	require.NoError(t, err)
	require.Len(t, got.Merges, 2)
	require.Equal(t, Merge{A: 0, B: 1, Height: 1, Size: 2}, got.Merges[0])
	require.InDelta(t, math.Sqrt(4.0/3)*4.5, got.Merges[1].Height, 1e-5)
	require.Equal(t, 3, got.Merges[1].Size)
}

// Where the cap parts no block, blocks give the exact answer.
func TestBlockedIsExactOnSeparateBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var items []Item
	for block := range 12 {
		for _, it := range randomItems(r, 15, 6) {
			v := feature.Vector{{Dim: uint64(block) * 100, Weight: 3}}
			for _, e := range it.Vector {
				v = append(v, feature.Entry{Dim: e.Dim%50 + uint64(block)*100 + 1, Weight: e.Weight})
			}
			items = append(items, Item{Vector: v, Group: NoGroup})
		}
	}
	for _, l := range []Linkage{Average, Complete, Single} {
		opts := Options{Linkage: l, Threshold: 0.02}
		exact, err := Agglomerate(context.Background(), items, opts)
		require.NoError(t, err)
		require.Greater(t, exact.Clusters, 12, "the threshold must part blocks or this shows nothing")
		opts.ExactCap = 20
		blocked, err := Agglomerate(context.Background(), items, opts)
		require.NoError(t, err)
		require.Equal(t, Blocked, blocked.Method)
		require.Equal(t, exact.Labels, blocked.Labels)
	}
}

func TestAgglomerateEdgeCases(t *testing.T) {
	ctx := context.Background()
	got, err := Agglomerate(ctx, nil, Options{Threshold: 1})
	require.NoError(t, err)
	require.Empty(t, got.Labels)

	empty := []Item{{Group: NoGroup}, {Group: NoGroup}, {Group: 3}, {Group: 3}}
	got, err = Agglomerate(ctx, empty, Options{Threshold: 0.9})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 2}, got.Labels, "templates without words are like nothing")

	_, err = Agglomerate(ctx, empty, Options{Linkage: Ward, Distance: Cosine})
	require.EqualError(t, err, "linkage ward needs distance euclidean, not cosine")
	_, err = Agglomerate(ctx, empty, Options{Threshold: math.NaN()})
	require.ErrorContains(t, err, "threshold")
	_, err = Agglomerate(ctx, empty, Options{Clusters: -1})
	require.ErrorContains(t, err, "clusters -1")
}

func TestAgglomerateStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	items := randomItems(rand.New(rand.NewPCG(1, 2)), 100, 10)
	for _, limit := range []int{0, 20} {
		_, err := Agglomerate(ctx, items, Options{Threshold: 0.5, ExactCap: limit})
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestNames(t *testing.T) {
	for i, s := range linkageNames {
		l, err := ParseLinkage(s)
		require.NoError(t, err)
		require.Equal(t, Linkage(i), l)
		require.Equal(t, s, l.String())
	}
	for i, s := range distanceNames {
		d, err := ParseDistance(s)
		require.NoError(t, err)
		require.Equal(t, Distance(i), d)
		require.Equal(t, s, d.String())
	}
	_, err := ParseLinkage("median")
	require.EqualError(t, err, `linkage "median": want one of ["average" "complete" "single" "ward"]`)
	_, err = ParseDistance("hamming")
	require.EqualError(t, err, `distance "hamming": want one of ["cosine" "euclidean" "manhattan" "jaccard"]`)
}
