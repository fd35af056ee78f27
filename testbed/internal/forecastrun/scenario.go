// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastrun

import (
	"math"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastbase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// Pair is the mean MASE of our forecasts and of the seasonal naive method's in
// the same place, and the share of points within our 80 % bounds.
type Pair struct{ Ours, Naive, Coverage float64 }

const day = 24 * time.Hour

// stepFactor is what a level is multiplied by, stepSoon and stepLater how long that
// was ago.
const (
	stepFactor = 1.6
	stepSoon   = 6 * time.Hour
	stepLater  = 3 * day
)

// places is how many times in each series a scenario is played: a step after 65, 75
// and 85 % of it, a beginning all over it.
const (
	steps      = 3
	beginnings = 12
)

// Step scores forecasts of the next day six hours after the level of a series was
// multiplied by 1.6, at three places of each series: without the step and with it; and
// three days after it.
func Step(set *dataset.ForecastSet) (without, soon, later Pair) {
	perDay := set.Seasons[0]
	pairs := each(set, steps, 3, func(s *dataset.ForecastSeries, place int, scores []pair) {
		cut := len(s.Values) * (65 + 10*place) / 100
		origin := cut + int(stepSoon/set.Step)
		if origin+perDay > len(s.Values) {
			return
		}
		scale := forecastscore.Scale(s.Values[:len(s.Values)*6/10], perDay)
		stepped := slices.Clone(s.Values)
		for i := cut; i < len(stepped); i++ {
			stepped[i] *= stepFactor
		}
		stream := begin(set.Step, perDay)
		play(stream, s.Values, set.Step, 0, cut)
		state := stream.Append(nil)
		play(stream, s.Values, set.Step, cut, origin)
		scores[0] = scored(set, stream, s.Values, origin, scale)
		if _, err := stream.Restore(state); err != nil {
			panic(err) // our own bytes of a moment ago
		}
		play(stream, stepped, set.Step, cut, origin)
		scores[1] = scored(set, stream, stepped, origin, scale)
		if far := cut + int(stepLater/set.Step); far+perDay <= len(stepped) {
			play(stream, stepped, set.Step, origin, far)
			scores[2] = scored(set, stream, stepped, far, scale)
		}
	})
	return pairs[0], pairs[1], pairs[2]
}

// Short scores forecasts of the next day after histories of these lengths, ascending,
// that begin at twelve places of each series; after two points where that is more. A
// series without a day behind the longest of them is left out.
func Short(set *dataset.ForecastSet, histories []time.Duration) []Pair {
	perDay := set.Seasons[0]
	origins := make([]int, len(histories))
	for i, h := range histories {
		origins[i] = max(2, int(h*time.Duration(perDay)/day))
	}
	return each(set, beginnings, len(origins), func(s *dataset.ForecastSeries, place int, scores []pair) {
		room := len(s.Values) - perDay - origins[len(origins)-1]
		if room < 0 {
			return
		}
		// The golden ratio spreads them over the series and over the hours of the day.
		_, part := math.Modf(float64(place+1) / math.Phi)
		y := s.Values[int(part*float64(room)):]
		scale := forecastscore.Scale(s.Values, perDay)
		done := 0
		Feed(y, set.Step, perDay, origins, func(origin int, stream *forecasttest.Stream) {
			scores[done] = scored(set, stream, y, origin, scale)
			done++
		})
	})
}

// pair is our score and that of the seasonal naive method.
type pair [2]forecastscore.Score

// scored is how the day after origin was forecast by a stream that is there.
func scored(set *dataset.ForecastSet, stream *forecasttest.Stream, y []float64, origin int, scale float64) (p pair) {
	perDay := set.Seasons[0]
	truth := y[origin : origin+perDay]
	ours, ok := forecastscore.Of(Curve(stream, origin, set.Step, perDay), truth, scale)
	if !ok {
		return p
	}
	naive, _ := forecastscore.Of(forecastbase.SeasonalNaive(y[:origin], perDay, perDay), truth, scale)
	return pair{ours, naive}
}

// each is the mean over all places of all series, of so many cases each. Score fills in
// those that it can.
func each(set *dataset.ForecastSet, places, cases int, score func(s *dataset.ForecastSeries, place int, scores []pair)) []Pair {
	results := make([][]pair, len(set.Series)*places)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range results {
		results[i] = make([]pair, cases)
		group.Go(func() error {
			score(&set.Series[i/places], i%places, results[i])
			return nil
		})
	}
	_ = group.Wait() // no task fails
	means := make([]Pair, cases)
	for i := range means {
		var sum pair
		for _, r := range results {
			sum[0].Add(r[i][0])
			sum[1].Add(r[i][1])
		}
		ours, naive := sum[0].Mean(), sum[1].Mean()
		means[i] = Pair{ours.MASE, naive.MASE, ours.Coverage[0]}
	}
	return means
}
