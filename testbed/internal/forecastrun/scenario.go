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
	pairs := each(set, steps, func(s *dataset.ForecastSeries, place int) (scores [3]pair) {
		cut := len(s.Values) * (65 + 10*place) / 100
		origin := cut + int(stepSoon/set.Step)
		if origin+perDay > len(s.Values) {
			return scores
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
		return scores
	})
	return pairs[0], pairs[1], pairs[2]
}

// Short scores forecasts of the next day after so little history, from twelve places
// of each series on, the same for all histories of up to most; after two points where
// that is more.
func Short(set *dataset.ForecastSet, history, most time.Duration) Pair {
	perDay := set.Seasons[0]
	n := max(2, int(history*time.Duration(perDay)/day))
	return each(set, beginnings, func(s *dataset.ForecastSeries, place int) (scores [3]pair) {
		room := len(s.Values) - perDay - int(most*time.Duration(perDay)/day)
		if room < 0 {
			return scores
		}
		// The golden ratio spreads them over the series and over the hours of the day.
		_, part := math.Modf(float64(place+1) / math.Phi)
		from := int(part * float64(room))
		y := s.Values[from : from+n+perDay]
		stream := begin(set.Step, perDay)
		play(stream, y, set.Step, 0, n)
		scores[0] = scored(set, stream, y, n, forecastscore.Scale(s.Values, perDay))
		return scores
	})[0]
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

// each is the mean over all places of all series, of up to three cases each.
func each(set *dataset.ForecastSet, places int, score func(s *dataset.ForecastSeries, place int) [3]pair) (means [3]Pair) {
	results := make([][3]pair, len(set.Series)*places)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range results {
		group.Go(func() error {
			results[i] = score(&set.Series[i/places], i%places)
			return nil
		})
	}
	_ = group.Wait() // no task fails
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
