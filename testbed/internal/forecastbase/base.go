// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecastbase holds the methods that a forecast is compared with: what
// one can have today from a few lines of PromQL, and the textbook's.
package forecastbase

import (
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// Method forecasts the next horizon steps of a series. Seasons are in steps,
// shortest first. Simple ones are those that the target names.
type Method struct {
	Name   string
	Simple bool
	Run    func(past []float64, seasons []int, horizon int) forecastscore.Forecast
}

// Methods returns all of them; Naive2, which OWA needs, comes first.
func Methods() []Method {
	return []Method{
		{"Naive2", false, naive2},
		{"naive", true, naive},
		{"seasonal naive, day", true, func(p []float64, s []int, h int) forecastscore.Forecast { return SeasonalNaive(p, s[0], h) }},
		{"seasonal naive, week", true, func(p []float64, s []int, h int) forecastscore.Forecast {
			return SeasonalNaive(p, s[len(s)-1], h)
		}},
		{"three-week median bands", true, medianBands},
		{"predict_linear, 1 day", true, func(p []float64, s []int, h int) forecastscore.Forecast { return predictLinear(p, s[0], h) }},
		{"predict_linear, 1 week", true, func(p []float64, s []int, h int) forecastscore.Forecast { return predictLinear(p, 7*s[0], h) }},
		{"Holt-Winters", false, holtWinters},
		{"theta", false, theta},
	}
}

// fill replaces gaps with the value a season ago, else with the last one.
func fill(past []float64, season int) []float64 {
	out := slices.Clone(past)
	for i, v := range out {
		if !math.IsNaN(v) {
			continue
		}
		switch {
		case i >= season:
			out[i] = out[i-season]
		case i > 0:
			out[i] = out[i-1]
		default:
			out[i] = 0
		}
	}
	return out
}

// banded puts normal bounds of the given standard deviation around a mean.
func banded(mean []float64, sigma func(h int) float64) forecastscore.Forecast {
	f := forecastscore.Forecast{Mean: mean, High90: make([]float64, len(mean))}
	for h, m := range mean {
		s := sigma(h)
		f.High90[h] = m + 1.2816*s
		for l, z := range [2]float64{1.2816, 1.9600} {
			f.Lower[l] = append(f.Lower[l], m-z*s)
			f.Upper[l] = append(f.Upper[l], m+z*s)
		}
	}
	return f
}

// rms is the root mean square of the differences over a lag.
func rms(y []float64, lag int) float64 {
	var sum, n float64
	for i := lag; i < len(y); i++ {
		sum += (y[i] - y[i-lag]) * (y[i] - y[i-lag])
		n++
	}
	if n == 0 {
		return 0
	}
	return math.Sqrt(sum / n)
}

func naive(past []float64, _ []int, horizon int) forecastscore.Forecast {
	y := fill(past, 1)
	sigma := rms(y, 1)
	mean := make([]float64, horizon)
	for h := range mean {
		mean[h] = y[len(y)-1]
	}
	return banded(mean, func(h int) float64 { return sigma * math.Sqrt(float64(h+1)) })
}

// SeasonalNaive repeats the last season; without a whole one, the last value.
func SeasonalNaive(past []float64, season, horizon int) forecastscore.Forecast {
	if len(past) < season {
		return naive(past, nil, horizon)
	}
	y := fill(past, season)
	sigma := rms(y, season)
	mean := make([]float64, horizon)
	for h := range mean {
		mean[h] = y[len(y)-season+h%season]
	}
	return banded(mean, func(h int) float64 { return sigma * math.Sqrt(float64(h/season+1)) })
}

// medianBands is the recording rule that GitLab made known: the median of the
// same moment in the last three weeks, each corrected for the growth of the week's
// mean since, with bounds from the spread of the last week.
func medianBands(past []float64, seasons []int, horizon int) forecastscore.Forecast {
	week := seasons[len(seasons)-1]
	if len(past) < 2*week {
		return SeasonalNaive(past, seasons[0], horizon)
	}
	y := fill(past, week)
	weekMean := func(end int) float64 {
		var sum float64
		begin := max(0, end-week)
		for _, v := range y[begin:end] {
			sum += v
		}
		return sum / float64(end-begin)
	}
	n := len(y)
	recent := weekMean(n)
	var square float64
	for _, v := range y[n-week:] {
		square += (v - recent) * (v - recent)
	}
	sigma := math.Sqrt(square / float64(week))
	mean := make([]float64, horizon)
	for h := range mean {
		var same []float64
		for k := 1; k <= 3; k++ {
			i := n - k*week + h%week
			if i >= 0 && n-(k-1)*week > week/2 {
				same = append(same, y[i]+recent-weekMean(n-(k-1)*week))
			}
		}
		mean[h] = median(same)
	}
	f := banded(mean, func(int) float64 { return sigma })
	for l, z := range [2]float64{1.5, 2} {
		for h, m := range mean {
			f.Lower[l][h], f.Upper[l][h] = m-z*sigma, m+z*sigma
		}
	}
	return f
}

func median(v []float64) float64 {
	slices.Sort(v)
	if len(v) == 0 {
		return 0
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// predictLinear is PromQL's predict_linear over the last window steps: least
// squares, continued. It gives no bounds.
func predictLinear(past []float64, window, horizon int) forecastscore.Forecast {
	y := past[max(0, len(past)-window):]
	var n, sx, sy, sxx, sxy float64
	for i, v := range y {
		if math.IsNaN(v) {
			continue
		}
		x := float64(i - len(y) + 1)
		n++
		sx += x
		sy += v
		sxx += x * x
		sxy += x * v
	}
	slope := 0.0
	if d := n*sxx - sx*sx; d > 0 {
		slope = (n*sxy - sx*sy) / d
	}
	level := (sy - slope*sx) / max(n, 1)
	mean := make([]float64, horizon)
	for h := range mean {
		mean[h] = level + slope*float64(h+1)
	}
	return forecastscore.Forecast{Mean: mean}
}
