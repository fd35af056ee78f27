// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecastrun feeds series point by point to the forecaster and scores
// its forecasts beside other methods on the same series at the same origins.
package forecastrun

import (
	"math"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastbase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// Origins is how many forecasts a streaming series is scored on by default, over its
// last 40 %.
const Origins = 8

// epoch is a midnight; what it is does not matter.
const epoch = int64(19675 * 24 * time.Hour)

// Feed plays a series into a new stream and calls at with the stream after each
// of the given numbers of steps, ascending.
func Feed(values []float64, step time.Duration, horizon int, origins []int, at func(origin int, s *forecasttest.Stream)) {
	s := begin(step, horizon)
	from := 0
	for _, o := range origins {
		play(s, values, step, from, o)
		at(o, s)
		from = o
	}
}

func begin(step time.Duration, horizon int) *forecasttest.Stream {
	cfg := forecasttest.DefaultConfig()
	cfg.Horizons = []time.Duration{time.Duration(horizon) * step}
	return forecasttest.New(&cfg)
}

// play feeds the values between two numbers of steps.
func play(s *forecasttest.Stream, values []float64, step time.Duration, from, to int) {
	for i := from; i < to; i++ {
		if math.IsNaN(values[i]) {
			continue
		}
		s.Update(epoch+int64(i)*int64(step), values[i])
		if s.FitDue() {
			s.Fit()
		}
	}
}

// Curve is the stream's forecast of the steps after origin.
func Curve(s *forecasttest.Stream, origin int, step time.Duration, horizon int) forecastscore.Forecast {
	var f forecastscore.Forecast
	for h := range horizon {
		ahead := time.Duration(epoch + int64(origin+h)*int64(step) - s.Now())
		f.Mean = append(f.Mean, s.Forecast(ahead).Mean)
		f.High90 = append(f.High90, s.Quantile(ahead, 0.9))
		for l, level := range forecastscore.Levels {
			f.Lower[l] = append(f.Lower[l], s.Quantile(ahead, (1-level)/2))
			f.Upper[l] = append(f.Upper[l], s.Quantile(ahead, (1+level)/2))
		}
	}
	return f
}

// Result holds the scores of one set: ours, then those of forecastbase.Methods in
// their order.
type Result struct {
	Set     dataset.ForecastSet
	Ours    forecastscore.Score
	Halves  [2]forecastscore.Score // ours, of every second series
	Methods []forecastscore.Score
	Horizon int
}

// Series scores one series of a set, the mean over so many origins.
func Series(set *dataset.ForecastSet, series *dataset.ForecastSeries, methods []forecastbase.Method, count int) (ours forecastscore.Score, others []forecastscore.Score) {
	y, horizon, origins, scaled := plan(set, series, count)
	scale := forecastscore.Scale(y[:scaled], set.Seasons[0])
	others = make([]forecastscore.Score, len(methods))
	truth := func(o int) []float64 {
		if series.Test != nil {
			return series.Test[:horizon]
		}
		return y[o : o+horizon]
	}
	Feed(y, set.Step, horizon, origins, func(o int, s *forecasttest.Stream) {
		if score, ok := forecastscore.Of(Curve(s, o, set.Step, horizon), truth(o), scale); ok {
			ours.Add(score)
		}
	})
	for _, o := range origins {
		for i, m := range methods {
			if score, ok := forecastscore.Of(m.Run(y[:o], set.Seasons, horizon), truth(o), scale); ok {
				others[i].Add(score)
			}
		}
	}
	one := func(s forecastscore.Score) forecastscore.Score {
		s = s.Mean()
		s.Count = min(s.Count, 1)
		return s
	}
	for i := range others {
		others[i] = one(others[i])
	}
	return one(ours), others
}

// plan is where the forecasts of a series are made: at the end of the training
// part where there is a test part, else from 60 % on. The first scaled steps set
// the unit of MASE.
func plan(set *dataset.ForecastSet, series *dataset.ForecastSeries, count int) (y []float64, horizon int, origins []int, scaled int) {
	y, horizon = series.Values, set.Horizon
	if series.Test != nil {
		return y, min(horizon, len(series.Test)), []int{len(y)}, len(y)
	}
	scaled = len(y) * 6 / 10
	horizon = min(horizon, (len(y)-scaled)/2) // a series of less than three days
	last := len(y) - horizon
	for k := range count {
		origins = append(origins, scaled+k*(last-scaled)/(count-1))
	}
	return y, horizon, origins, scaled
}

// Sets scores all series of the sets on so many origins each, at least two, on all
// cores.
func Sets(sets []dataset.ForecastSet, methods []forecastbase.Method, count int) []Result {
	results := make([]Result, len(sets))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sets {
		r := &results[i]
		r.Set = sets[i]
		r.Methods = make([]forecastscore.Score, len(methods))
		ours := make([]forecastscore.Score, len(sets[i].Series))
		others := make([][]forecastscore.Score, len(sets[i].Series))
		var left sync.WaitGroup
		for j := range sets[i].Series {
			left.Add(1)
			group.Go(func() error {
				defer left.Done()
				ours[j], others[j] = Series(&r.Set, &r.Set.Series[j], methods, count)
				return nil
			})
		}
		left.Wait()
		// Added in order: sums of floats are the same in every run.
		for j := range ours {
			r.Ours.Add(ours[j])
			r.Halves[j%2].Add(ours[j])
			for k := range methods {
				r.Methods[k].Add(others[j][k])
			}
		}
		r.Ours = r.Ours.Mean()
		r.Halves = [2]forecastscore.Score{r.Halves[0].Mean(), r.Halves[1].Mean()}
		for k := range methods {
			r.Methods[k] = r.Methods[k].Mean()
		}
	}
	_ = group.Wait() // no task fails
	return results
}
