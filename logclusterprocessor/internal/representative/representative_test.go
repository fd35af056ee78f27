// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package representative

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

func vector(dims ...uint64) feature.Vector {
	var v feature.Vector
	for _, d := range dims {
		v = append(v, feature.Entry{Dim: d, Weight: 1})
	}
	return v
}

func TestSelect(t *testing.T) {
	members := []Member{
		{Vector: vector(1, 9)},
		{Vector: vector(1, 2, 3)}, // central
		{Vector: vector(1, 2, 3)}, // the same again
		{Vector: vector(1, 2, 4)},
		{Vector: vector(5)}, // far out
	}
	require.Equal(t, []int{1}, Select(members, 1), "the most central first")
	got := Select(members, 3)
	require.NotContains(t, got, 2, "no repetition while there is something else")

	members[4].Labelled = true
	require.Equal(t, 4, Select(members, 3)[0], "what a person has spoken about comes first")
	members[0].Labelled, members[3].Labelled = true, true
	require.Equal(t, []int{0, 3}, Select(members, 2), "in their order, and no more than asked for")
}

func TestSelectReturnsEachPlaceOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 20 {
		members := make([]Member, n)
		for i := range members {
			members[i] = Member{Vector: vector(r.Uint64N(4), 4+r.Uint64N(4)), Labelled: r.IntN(4) == 0}
		}
		got := Select(members, 7)
		require.Len(t, got, min(n, 7))
		seen := map[int]bool{}
		for _, i := range got {
			require.False(t, seen[i])
			seen[i] = true
		}
		require.Equal(t, got, Select(members, 7))
	}
}
