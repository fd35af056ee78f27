// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// The floors are a little under what is reached on the stored draw.
func TestEverydayLifeFloors(t *testing.T) {
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	series, err := dataset.Life(filepath.Join(dir, "life"))
	if err != nil {
		t.Skip(err)
	}
	families, err := Life(t.Context(), series)
	require.NoError(t, err)
	all := Sum(families, func(*Family) bool { return true })
	t.Logf("%+v", all)
	require.GreaterOrEqual(t, all.Bearable, all.Quiet-8)
	require.LessOrEqual(t, all.Alarms, 0.09)
	require.GreaterOrEqual(t, all.Full, 43)
	require.GreaterOrEqual(t, float64(all.Found), 0.85*float64(all.Events))
	require.GreaterOrEqual(t, float64(all.Right), 0.9*float64(all.Found))
}

// What lasts is found soon though no single value shows it.
func TestShiftsAreFoundSoon(t *testing.T) {
	for _, c := range []struct {
		sigmas       float64
		rows, series int
	}{{2, 30, 14}, {3, 10, 18}, {5, 5, 20}} {
		series := Shifts(20, c.sigmas, 1)
		flags, err := Flags(t.Context(), series)
		require.NoError(t, err)
		require.GreaterOrEqual(t, Within(series, flags, c.rows), c.series, "%v sigmas", c.sigmas)
	}
}

func TestEpisodes(t *testing.T) {
	minute := int64(60e9)
	flags := []Flagged{{0, "dip"}, {10 * minute, "dip"}, {21 * minute, "dip"}}
	require.Equal(t, [][2]int64{{0, 10 * minute}, {21 * minute, 21 * minute}}, Episodes(flags))
	require.Empty(t, Episodes(nil))
}
