// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const written = "../../deploy/grafana/dashboards"

func TestDashboardsAreCurrent(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(written, "*.json"))
	require.NoError(t, err)
	require.Len(t, files, len(all()), "a file a dashboard")
	for _, d := range all() {
		want, err := encode(d)
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join(written, d.UID+".json"))
		require.NoError(t, err)
		require.Equal(t, string(want), string(have), "run `make dashboards`")
	}
}

func TestPanelsFitTheGrid(t *testing.T) {
	for _, d := range all() {
		taken := map[grid]string{}
		for _, p := range d.Panels {
			require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, "%s: %s", d.Title, p.Title)
			require.NotEmpty(t, p.Targets, "%s: %s", d.Title, p.Title)
			for x := range p.GridPos.W {
				for y := range p.GridPos.H {
					cell := grid{X: p.GridPos.X + x, Y: p.GridPos.Y + y}
					require.Empty(t, taken[cell], "%s: %s overlaps", d.Title, p.Title)
					taken[cell] = p.Title
				}
			}
		}
	}
}
