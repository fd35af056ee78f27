// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestForecastReadsBothLayouts(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		f, err := os.Create(filepath.Join(dir, "forecast", name))
		require.NoError(t, err)
		z := gzip.NewWriter(f)
		_, err = z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		require.NoError(t, f.Close())
	}
	_, err := Forecast(dir)
	require.ErrorIs(t, err, ErrMissing)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "forecast"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "forecast", "manifest.json"), []byte(
		`{"a": {"step_s": 60, "seasons": [3], "horizon": 2}, "m4_hourly": {"step_s": 3600, "seasons": [24, 168], "horizon": 1}, "gone": {}}`), 0o600))
	write("a.csv.gz", "x,y\n1,\n,5\n3,6\n")
	write("m4_hourly.csv.gz", "id,split,values\nH1,train,1 2 3\nH1,test,4\n")
	sets, err := Forecast(dir)
	require.NoError(t, err)
	require.Len(t, sets, 2)
	require.Equal(t, []ForecastSeries{{ID: "H1", Values: []float64{1, 2, 3}, Test: []float64{4}}}, sets[0].Series)
	require.Equal(t, "a", sets[1].Name)
	require.Equal(t, []float64{5, 6}, sets[1].Series[1].Values, "gaps at the ends are cut off")
	require.True(t, math.IsNaN(sets[1].Series[0].Values[1]), "a gap within stays")
	write("a.csv.gz", "x\nnot a number\n")
	_, err = Forecast(dir)
	require.ErrorContains(t, err, "forecast/a: series x")
}
