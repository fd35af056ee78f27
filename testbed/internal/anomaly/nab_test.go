// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// gaussian is NAB's windowed Gaussian detector (Numenta, nab/detectors/gaussian):
// one minus the tail probability under a normal distribution fitted to the last
// 6,400 values, every 100.
type gaussian struct {
	window, step    []float64
	mean, deviation float64
}

func (g *gaussian) Step(_ int64, value float64) float64 {
	const size, step = 6400, 100
	score := 0.0
	if len(g.window) > 0 {
		score = 1 - 0.5*math.Erfc(math.Abs(value-g.mean)/g.deviation/math.Sqrt2)
		score = math.Round(score*1e12) / 1e12 // as Python 2 wrote it to a file, and read it again
	}
	if len(g.window) < size {
		g.window = append(g.window, value)
		g.fit()
		return score
	}
	if g.step = append(g.step, value); len(g.step) == step {
		g.window = append(g.window[step:], g.step...)
		g.step = g.step[:0]
		g.fit()
	}
	return score
}

func (g *gaussian) fit() {
	n := float64(len(g.window))
	mean, squares := 0.0, 0.0
	for _, x := range g.window {
		mean += x / n
	}
	for _, x := range g.window {
		squares += (x - mean) * (x - mean) / n
	}
	g.mean, g.deviation = mean, math.Sqrt(squares)
	if g.deviation == 0 {
		g.deviation = 0.000001
	}
}

// TestNABAgainstPublished scores a published detector with our scorer and
// compares with the scores by file that Numenta published for it
// (results/windowedGaussian/windowedGaussian_standard_scores.csv, NAB at
// de8e91a4).
func TestNABAgainstPublished(t *testing.T) {
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	series, err := dataset.NAB(dir)
	if err != nil {
		t.Skip(err)
	}
	f, err := os.Open("testdata/nab_windowed_gaussian_standard.csv")
	require.NoError(t, err)
	defer f.Close()
	published, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	want := map[string]float64{}
	for _, row := range published[1:] {
		score, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		want[row[0]] = score
	}
	for _, s := range Run(series, func() Detector { return &gaussian{} }) {
		score, ok := want[s.Name+".csv"]
		require.True(t, ok, s.Name)
		require.InDelta(t, score, NABAt(s, 1), 1e-6, s.Name)
	}
}

func TestNABScale(t *testing.T) {
	event := []dataset.Event{{Start: 400, End: 499, Ignore: 499}}
	silent := made(1000, 150, event)
	require.Zero(t, NAB([]Scored{silent}).Score, "silence is 0")
	perfect := made(1000, 150, event, 400)
	require.InDelta(t, 100, NAB([]Scored{perfect}).Score, 0.01, "the first row of the window is 100")
	late := made(1000, 150, event, 499)
	require.Less(t, NAB([]Scored{late}).Score, 60.0, "the last row is worth little")
	wrong := made(1000, 150, event, 200, 400)
	require.InDelta(t, 100*(1-0.11/2), NAB([]Scored{wrong}).Score, 0.1, "a false positive costs 0.11 of a window")
	near := made(1000, 150, event, 400, 501)
	require.Greater(t, NAB([]Scored{near}).Score, NAB([]Scored{wrong}).Score, "just after a window costs less")
	probation := made(1000, 150, event, 100, 400)
	require.InDelta(t, 100, NAB([]Scored{probation}).Score, 0.01, "the probation does not count")
}
