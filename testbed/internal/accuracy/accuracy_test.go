// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package accuracy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// The floors are the targets of the project; what is reached is higher and is in
// the README. They are over all data there is, with no setting for any of it.
const (
	floorGrouping          = 0.96
	floorARI               = 0.42
	floorBCubed            = 0.60
	floorPairwisePrecision = 0.75
)

func data(t *testing.T) string {
	t.Helper()
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	return dir
}

func TestParsingFloor(t *testing.T) {
	sets, err := dataset.Loghub(data(t))
	require.NoError(t, err)
	var rows []Parsing
	for _, set := range sets {
		p, err := Parse(t.Context(), set)
		require.NoError(t, err, set.Name)
		t.Logf("%-10s GA %.3f as emitted, %.3f aliases resolved", p.Name, p.Emitted, p.Final)
		rows = append(rows, p)
	}
	mean := Mean(rows)
	t.Logf("%-10s GA %.3f as emitted, %.3f aliases resolved", mean.Name, mean.Emitted, mean.Final)
	require.GreaterOrEqual(t, mean.Final, floorGrouping, "mean grouping accuracy")
	require.GreaterOrEqual(t, mean.Emitted, floorGrouping, "mean grouping accuracy as emitted")
}

// TestMadeOfMessagesFloor is of lines whose values run over several words: the
// floors are under what is reached, 0.803 and 0.457, by what a change may cost. With
// ten lines a statement one line that left under an ID that is an alias by now makes
// all ten wrong in the second (docs/decisions/templates.md).
func TestMadeOfMessagesFloor(t *testing.T) {
	messages, err := dataset.Concepts(data(t))
	if err != nil {
		t.Skip(err)
	}
	p, err := Parse(t.Context(), Made(messages))
	require.NoError(t, err)
	t.Logf("GA %.3f as emitted, %.3f aliases resolved; %d templates of %d", p.Emitted, p.Final, p.Found, p.Templates)
	require.GreaterOrEqual(t, p.Final, 0.78, "grouping accuracy")
	require.GreaterOrEqual(t, p.Emitted, 0.42, "grouping accuracy as emitted")
}

func TestMeaningFloor(t *testing.T) {
	messages, err := dataset.Concepts(data(t))
	if err != nil {
		t.Skip(err)
	}
	rows, err := Understand(t.Context(), messages, 1, nil, nil)
	require.NoError(t, err)
	clusters, categories := rows[0], rows[1]
	t.Logf("%+v", clusters)
	t.Logf("%+v", categories)
	require.GreaterOrEqual(t, clusters.Pairwise.Precision, floorPairwisePrecision, "pairwise precision of clusters")
	require.GreaterOrEqual(t, categories.ARI, floorARI, "ARI of categories")
	require.GreaterOrEqual(t, categories.BCubed.F1, floorBCubed, "B-cubed F1 of categories")
}

func TestMajority(t *testing.T) {
	require.Equal(t, []string{"x", "a", ""},
		Majority([]string{"x", "y", "x", "b", "a"}, []int{0, 0, 0, 1, 1}, 3),
		"the most frequent, the smallest of equals, none for no lines")
}
