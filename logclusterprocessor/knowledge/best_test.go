// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBest(t *testing.T) {
	matches := []Match{
		{Partition: "b", Cluster: 1, Confidence: 0.95},
		{Partition: "a", Cluster: 1, Confidence: 0.95, Solution: "x"},
		{Partition: "a", Cluster: 2, Confidence: 1, Elsewhere: true},
		{Partition: "a", Cluster: 1, Confidence: 0.7},
		{Partition: "c", Cluster: 3, Confidence: 0.3},
		{Partition: "c", Cluster: 4, Confidence: 0.4, Elsewhere: true},
		{Partition: "c", Cluster: 5, Confidence: 0.01},
		{Partition: "d", Cluster: 6, Confidence: 0.95, Noise: true},
	}
	var order []ID
	for _, m := range Best(append([]Match{}, matches...), 0) {
		order = append(order, m.Cluster)
	}
	require.Equal(t, []ID{1, 1, 6, 2, 4, 3}, order, "solution first, noise later, elsewhere last of the answers, then offers")
	require.Equal(t, "a", Best(append([]Match{}, matches...), 1)[0].Partition)

	matches[1].Confidence, matches[3].Solution = 0.65, "x"
	few := Best(append([]Match{}, matches...), 2)
	require.Len(t, few, 2)
	require.Equal(t, "x", few[1].Solution, "the first with a solution is kept")
	require.False(t, HasAnswer(nil))
}
