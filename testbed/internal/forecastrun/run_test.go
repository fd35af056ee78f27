// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastrun

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastbase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// hours is some days of a rhythm, with noise and a gap.
func hours(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	y := make([]float64, n)
	for i := range y {
		y[i] = 100 + 20*math.Sin(2*math.Pi*float64(i)/24) + r.NormFloat64()
	}
	y[n/3] = math.NaN()
	return y
}

func set(series ...dataset.ForecastSeries) *dataset.ForecastSet {
	return &dataset.ForecastSet{Name: "made", Step: time.Hour, Horizon: 24, Seasons: []int{24}, Series: series}
}

// Whatever comes after an origin, the forecast made there is the same.
func TestNoForecastKnowsTheFuture(t *testing.T) {
	y := hours(1, 24*12)
	origins := []int{24 * 4, 24 * 7, 24 * 11}
	curves := func(y []float64) (all []forecastscore.Forecast) {
		Feed(y, time.Hour, 24, origins, func(o int, s *forecasttest.Stream) { all = append(all, Curve(s, o, time.Hour, 24)) })
		return all
	}
	want := curves(y)
	for i, o := range origins {
		other := append([]float64(nil), y...)
		for j := o; j < len(other); j++ {
			other[j] *= -1000
		}
		require.Equal(t, want[i], curves(other)[i], "origin %d", o)
	}
	for i := range want {
		for h, v := range want[i].Mean {
			require.InDelta(t, 100+20*math.Sin(2*math.Pi*float64(origins[i]+h)/24), v, 15, "origin %d, %d ahead: the time that it is about", origins[i], h)
		}
	}
}

func TestPlan(t *testing.T) {
	for _, n := range []int{40, 100, 24 * 30} {
		series := dataset.ForecastSeries{Values: hours(2, n)}
		y, horizon, origins, scaled := plan(set(series), &series, Origins)
		require.Len(t, y, n)
		require.Len(t, origins, Origins)
		require.Equal(t, n*6/10, scaled)
		require.Equal(t, scaled, origins[0], "what sets the unit is in no forecast")
		require.Equal(t, n-horizon, origins[Origins-1], "the last forecast ends with the series")
		require.IsNonDecreasing(t, origins)
		require.Positive(t, horizon)
		require.LessOrEqual(t, horizon, 24)
	}
	split := dataset.ForecastSeries{Values: hours(3, 200), Test: hours(4, 12)}
	_, horizon, origins, scaled := plan(set(split), &split, Origins)
	require.Equal(t, 12, horizon)
	require.Equal(t, []int{200}, origins)
	require.Equal(t, 200, scaled)
}

// Every series counts once, whatever its length, and runs give the same.
func TestSets(t *testing.T) {
	y := hours(5, 24*20)
	sets := []dataset.ForecastSet{*set(
		dataset.ForecastSeries{Values: y[:24*10]}, dataset.ForecastSeries{Values: hours(6, 24*10)}, dataset.ForecastSeries{Values: y},
	)}
	methods := forecastbase.Methods()
	results := Sets(sets, methods, Origins)
	require.Equal(t, results, Sets(sets, methods, Origins))
	var sum forecastscore.Score
	for i := range sets[0].Series {
		one, others := Series(&sets[0], &sets[0].Series[i], methods, Origins)
		require.Len(t, others, len(methods))
		require.InDelta(t, 1, one.Count, 0)
		sum.Add(one)
	}
	require.Equal(t, sum.Mean(), results[0].Ours)
	require.Less(t, results[0].Ours.MASE, 1., "a rhythm with little noise is forecast")
}
