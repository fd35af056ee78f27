// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package ask

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFloors holds what make accuracy-match prints, a little below the figures of today.
func TestFloors(t *testing.T) {
	dir, err := dataset.Dir()
	if errors.Is(err, dataset.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	sets, err := Load(dir, 1)
	if errors.Is(err, dataset.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	for _, set := range sets {
		if !set.Kept && set.Name != "by hand" {
			continue
		}
		scores, err := Ask(t.Context(), set, []Asking{{Told: true, Seed: 1}, {Seed: 1}, {Told: true, Seed: 1, Wrap: Messages[1].Wrap}})
		require.NoError(t, err)
		told, untold, chat := scores[0], scores[1], scores[2]
		share := func(n int, s Score) float64 { return float64(n) / float64(s.Known) }
		require.Greater(t, share(told.Right, told), 0.66, set.Name)
		require.Less(t, share(told.Wrong, told), 0.09, set.Name)
		require.Greater(t, share(untold.Right, untold), 0.40, set.Name)
		require.Greater(t, share(told.Five, told), 0.85, set.Name)
		require.InDelta(t, share(told.Right, told), share(chat.Right, chat), 0.06, "%s: a message around it changes little", set.Name)
		if set.Name == "by hand" {
			require.GreaterOrEqual(t, told.Right, 29)
			require.Zero(t, told.Wrong)
			require.Zero(t, told.Answered+untold.Answered)
		}
		for _, s := range scores {
			sure := s.Bins[Bins-1]
			require.Greater(t, float64(sure.Right), 0.9*float64(sure.Known+sure.Foreign), "%s: of answers at 0.9 nine in ten are right", set.Name)
		}
	}
}

// TestScore counts one question of each kind, worked out by hand.
func TestScore(t *testing.T) {
	right := map[cluster]bool{{"a", "0000000000000001"}: true}
	is := func(id knowledge.ID, confidence float64, how knowledge.How) knowledge.Match {
		return knowledge.Match{Partition: "a", Cluster: id, Confidence: confidence, How: how}
	}
	var s Score
	s.add([]knowledge.Match{is(1, 0.97, knowledge.Near)}, right)
	s.add([]knowledge.Match{is(2, 0.7, knowledge.Near), is(1, 0.1, knowledge.Near)}, right)
	s.add([]knowledge.Match{is(1, 0.3, knowledge.Near)}, right)
	s.add([]knowledge.Match{is(2, 0.95, knowledge.Same)}, right)
	s.add(nil, right)
	s.add([]knowledge.Match{is(2, 0.65, knowledge.Near)}, nil)
	s.add(nil, nil)
	want := Score{Known: 5, Right: 1, Wrong: 1, Unsure: 2, Five: 3, Foreign: 2, Answered: 1, Equal: 1}
	want.Bins[9], want.Bins[7], want.Bins[3], want.Bins[6] = Bin{1, 1, 0}, Bin{1, 0, 0}, Bin{1, 1, 0}, Bin{0, 0, 1}
	require.Equal(t, want, s)
}
