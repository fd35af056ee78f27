// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastscore

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScaleIsTheErrorOfTheSeasonalNaive(t *testing.T) {
	require.InDelta(t, 2, Scale([]float64{1, 5, 3, 7, 5, 9}, 2), 1e-12)
	require.InDelta(t, 2, Scale([]float64{1, 5, math.NaN(), 7}, 2), 1e-12, "gaps are left out")
	require.Zero(t, Scale([]float64{4, 4, 4}, 1))
}

func TestOfByHand(t *testing.T) {
	f := Forecast{
		Mean:   []float64{10, 10, 10},
		Lower:  [2][]float64{{8, 8, 8}, {5, 5, 5}},
		Upper:  [2][]float64{{12, 12, 12}, {15, 15, 15}},
		High90: []float64{12, 12, 12},
	}
	s, ok := Of(f, []float64{10, 14, math.NaN()}, 2)
	require.True(t, ok)
	require.InDelta(t, (0+200*4.0/24)/2, s.SMAPE, 1e-9)
	require.InDelta(t, (0+4.0/2)/2, s.MASE, 1e-9)
	require.Equal(t, [2]float64{0.5, 1}, s.Coverage)
	require.InDelta(t, (4+4+10*2)/2.0/2, s.MSIS[0], 1e-9, "width, and ten times what is outside")
	require.InDelta(t, 10/2.0, s.MSIS[1], 1e-9)
	require.InDelta(t, 0.5, s.Exceeded, 1e-9)
	_, ok = Of(f, []float64{math.NaN()}, 2)
	require.False(t, ok, "nothing came")
	_, ok = Of(f, []float64{1}, 0)
	require.False(t, ok, "a constant past has no unit")
}

func TestOWAOfTheBenchmarkIsOne(t *testing.T) {
	require.InDelta(t, 1, OWA(Score{SMAPE: 7, MASE: 3}, Score{SMAPE: 7, MASE: 3}), 1e-12)
	require.InDelta(t, 0.75, OWA(Score{SMAPE: 7, MASE: 1.5}, Score{SMAPE: 7, MASE: 3}), 1e-12)
}
