// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultThresholdOfEveryPair(t *testing.T) {
	for l := range linkageNames {
		for d := range distanceNames {
			linkage, distance := Linkage(l), Distance(d)
			threshold := DefaultThreshold(linkage, distance)
			require.Equal(t, CheckPair(linkage, distance) == nil, threshold > 0, "%s %s", linkage, distance)
			require.InDelta(t, assignShare*threshold, Options{Linkage: linkage, Distance: distance, Clusters: 5}.AssignThreshold(), 0)
			require.Less(t, assignShare*threshold, distance.of(size{1, 2}, size{1, 2}, 0), "beyond having nothing in common")
		}
	}
	require.InDelta(t, DefaultMergeThreshold, DefaultThreshold(Average, Cosine), 0)
}
