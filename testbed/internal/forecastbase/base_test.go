// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastbase

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// On a series without noise every method that knows its pattern is right.
func TestMethodsOnWhatTheyCanKnow(t *testing.T) {
	season := func(i int) float64 { return 10 + 3*math.Sin(2*math.Pi*float64(i)/8) }
	line := func(i int) float64 { return 5 + 2*float64(i) }
	for name, f := range map[string]func(int) float64{
		"Naive2": season, "seasonal naive, day": season, "seasonal naive, week": season,
		"three-week median bands": season, "Holt-Winters": season,
		"predict_linear, 1 day": line, "predict_linear, 1 week": line,
	} {
		past := make([]float64, 8*7*4)
		for i := range past {
			past[i] = f(i)
		}
		for _, m := range Methods() {
			if m.Name != name {
				continue
			}
			got := m.Run(past, []int{8, 56}, 12)
			for h, v := range got.Mean {
				require.InDelta(t, f(len(past)+h), v, 0.05, "%s at %d", name, h)
			}
		}
	}
}

func TestMethodsOnLittle(t *testing.T) {
	for _, m := range Methods() {
		for _, past := range [][]float64{{1}, {1, 2, 3}, {math.NaN(), 4, math.NaN()}} {
			f := m.Run(past, []int{24, 168}, 30)
			require.Len(t, f.Mean, 30, m.Name)
			require.False(t, math.IsNaN(f.Mean[29]), m.Name)
		}
	}
}
