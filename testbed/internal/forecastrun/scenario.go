// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastrun

import (
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastbase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// Pair is the mean MASE of our forecasts and of the seasonal naive method's in
// the same place.
type Pair struct{ Ours, Naive float64 }

const day = 24 * time.Hour

// stepFactor is what a level is multiplied by, stepHours how long that was ago.
const (
	stepFactor = 1.6
	stepHours  = 6 * time.Hour
)

// Step scores forecasts of the next day six hours after the level of a series was
// multiplied by 1.6, at three places of each series: with the step, and without.
func Step(set *dataset.ForecastSet) (without, with Pair) {
	perDay := set.Seasons[0]
	return scenario(set, 3, func(s *dataset.ForecastSeries, k int) (past, truth, changed, changedTruth []float64, scale float64) {
		cut := len(s.Values) * (65 + 10*k) / 100
		origin := cut + int(stepHours/set.Step)
		if origin+perDay > len(s.Values) {
			return past, truth, changed, changedTruth, scale
		}
		y := append([]float64{}, s.Values...)
		for i := cut; i < len(y); i++ {
			y[i] *= stepFactor
		}
		scale = forecastscore.Scale(s.Values[:len(s.Values)*6/10], perDay)
		return s.Values[:origin], s.Values[origin : origin+perDay], y[:origin], y[origin : origin+perDay], scale
	})
}

// Short scores forecasts of the next day after so little history, from three
// places of each series on.
func Short(set *dataset.ForecastSet, history time.Duration) Pair {
	perDay := set.Seasons[0]
	n := max(2, int(history*time.Duration(perDay)/day))
	pair, _ := scenario(set, 3, func(s *dataset.ForecastSeries, k int) (past, truth, _, _ []float64, scale float64) {
		from := len(s.Values) * (10 + 30*k) / 100
		if from+n+perDay > len(s.Values) {
			return
		}
		y := s.Values[from:]
		return y[:n], y[n : n+perDay], nil, nil, forecastscore.Scale(s.Values, perDay)
	})
	return pair
}

// scenario scores what comes after the past, and after the changed past, at each
// place of each series.
func scenario(set *dataset.ForecastSet, places int, at func(s *dataset.ForecastSeries, place int) (past, truth, changed, changedTruth []float64, scale float64)) (plain, changed Pair) {
	type result struct{ plain, changed [2]forecastscore.Score }
	results := make([]result, len(set.Series)*places)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range results {
		group.Go(func() error {
			past, truth, other, otherTruth, scale := at(&set.Series[i/places], i%places)
			results[i].plain = both(set, past, truth, scale)
			results[i].changed = both(set, other, otherTruth, scale)
			return nil
		})
	}
	_ = group.Wait() // no task fails
	var sum result
	for _, r := range results {
		for m := range 2 {
			sum.plain[m].Add(r.plain[m])
			sum.changed[m].Add(r.changed[m])
		}
	}
	pair := func(s [2]forecastscore.Score) Pair { return Pair{s[0].Mean().MASE, s[1].Mean().MASE} }
	return pair(sum.plain), pair(sum.changed)
}

func both(set *dataset.ForecastSet, past, truth []float64, scale float64) (s [2]forecastscore.Score) {
	if len(past) == 0 {
		return s
	}
	Feed(past, set.Step, len(truth), []int{len(past)}, func(o int, stream *forecasttest.Stream) {
		if score, ok := forecastscore.Of(Curve(stream, o, set.Step, len(truth)), truth, scale); ok {
			s[0] = score
		}
	})
	if score, ok := forecastscore.Of(forecastbase.SeasonalNaive(past, set.Seasons[0], len(truth)), truth, scale); ok && s[0].Count > 0 {
		s[1] = score
	}
	return s
}
