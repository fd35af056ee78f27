// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package season

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func series(n int, seed uint64, f func(t float64) float64, noise float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	y := make([]float64, n)
	for i := range y {
		y[i] = f(float64(i)) + noise*r.NormFloat64()
	}
	return y
}

func wave(period float64) func(t float64) float64 {
	return func(t float64) float64 { return math.Sin(2 * math.Pi * t / period) }
}

func lengths(p []Period) []int {
	var out []int
	for _, p := range p {
		out = append(out, p.Length)
	}
	return out
}

func TestFind(t *testing.T) {
	hours := []int{24, 168}
	weekly := func(t float64) float64 {
		v := wave(24)(t)
		if int(t)/24%7 >= 5 {
			v /= 4
		}
		return v
	}
	walk := 0.0
	r := rand.New(rand.NewPCG(7, 7))
	gaps := series(24*30, 5, wave(24), 0.3)
	for i := range gaps {
		if r.Float64() < 0.3 || (i > 200 && i < 260) {
			gaps[i] = math.NaN()
		}
	}
	for name, c := range map[string]struct {
		y    []float64
		want []int
	}{
		"a day":                  {series(24*10, 1, wave(24), 0.5), []int{24}},
		"a day on a trend":       {series(24*10, 1, func(t float64) float64 { return wave(24)(t) + t/10 }, 0.5), []int{24}},
		"a day and a week":       {series(24*7*5, 2, weekly, 0.2), []int{24, 168}},
		"less than three cycles": {series(24*3-1, 3, wave(24), 0.1), nil},
		"noise":                  {series(2000, 4, func(float64) float64 { return 0 }, 1), nil},
		"random walk":            {series(2000, 4, func(float64) float64 { walk += r.NormFloat64(); return walk }, 0), nil},
		"constant":               {make([]float64, 500), nil},
		"gaps":                   {gaps, []int{24}},
		"a night left out":       {series(18*25, 6, wave(18), 0.2), []int{18}},
		"nothing":                {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, lengths(Find(c.y, hours)))
		})
	}
}

func TestAutocorrelationIsThatOfTheDefinition(t *testing.T) {
	y := series(200, 9, wave(10), 0.4)
	y[17], y[90] = math.NaN(), math.NaN()
	y = detrend(y, len(y))
	at := func(lag int) float64 {
		var sum, n float64
		for i := lag; i < len(y); i++ {
			if v := y[i] * y[i-lag]; !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		return sum / n
	}
	for lag, r := range Autocorrelation(y, 60) {
		require.InDelta(t, at(lag)/at(0), r, 1e-9, lag)
	}
}
