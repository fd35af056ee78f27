// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGrowing has a steady cluster, one that grows, one that is new and a rare one.
func TestGrowing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		steady, grows, rare := tableGone, diskFull, noSpace
		for _, w := range []*wording{&steady, &grows, &rare} {
			w.At, w.Count = 0, 1
		}
		save(t, s, "w", "shop", rowsOf(steady, grows, rare))
		for hour := range 10 {
			at := time.Duration(hour)*time.Hour + 30*time.Minute
			save(t, s, "w", "shop", lines(steady, 100, at))
			save(t, s, "w", "shop", lines(grows, 5, at))
		}
		last := 10*time.Hour + 30*time.Minute
		save(t, s, "w", "shop", lines(steady, 120, last))
		save(t, s, "w", "shop", lines(grows, 80, last))
		save(t, s, "w", "shop", lines(rare, 4, last))
		born := noTable
		born.Cluster, born.At, born.Count = born.ID, last, 500
		save(t, s, "w", "shop", rowsOf(born))

		until := begin.Add(11 * time.Hour)
		found, err := s.Growing(t.Context(), until, 10)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, grows.ID.String(), found[0].ID)
		require.Equal(t, "disk <path> is full", found[0].Text)
		require.Equal(t, int64(80), found[0].Hour)
		require.InDelta(t, 5.1, found[0].Before, 0.01)

		found, err = s.Growing(t.Context(), until.Add(48*time.Hour), 10)
		require.NoError(t, err)
		require.Empty(t, found)
		require.NoError(t, s.SetNoise(t.Context(), grows.ID.String(), true, "ann"))
		found, err = s.Growing(t.Context(), until, 10)
		require.NoError(t, err)
		require.Empty(t, found, "noise is left out")
	})
}
