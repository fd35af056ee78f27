// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecastscore scores forecasts as the M4 competition did (Makridakis,
// Spiliotis, Assimakopoulos, International Journal of Forecasting 36, 2020).
package forecastscore

import "math"

// Levels are the coverages whose intervals are scored.
var Levels = [2]float64{0.80, 0.95}

// Forecast is a forecast of consecutive steps. Lower[i] and Upper[i] bound
// Levels[i]; nil where a method gives no bounds. High90 is the 90 % quantile.
type Forecast struct {
	Mean         []float64
	Lower, Upper [2][]float64
	High90       []float64
}

// Score is the mean over forecasts; the shares are over points.
type Score struct {
	SMAPE    float64    // percent, 0 to 200
	MASE     float64    // mean absolute error over that of the seasonal naive method in the past
	Coverage [2]float64 // share of points within the bounds of Levels[i]
	MSIS     [2]float64 // mean scaled interval score
	Exceeded float64    // share of points over the 90 % quantile
	Count    float64    // forecasts
}

// Scale is the mean absolute difference over one season, what MASE and MSIS are
// in units of. It is 0 for a constant series.
func Scale(past []float64, season int) float64 {
	if season >= len(past) {
		season = 1
	}
	var sum, n float64
	for i := season; i < len(past); i++ {
		if d := math.Abs(past[i] - past[i-season]); !math.IsNaN(d) {
			sum += d
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// Of scores one forecast against what came; NaN there is not scored. It reports
// false where there is nothing to score.
func Of(f Forecast, truth []float64, scale float64) (Score, bool) {
	var s Score
	var n float64
	for i, y := range truth {
		if math.IsNaN(y) {
			continue
		}
		n++
		m := f.Mean[i]
		if d := math.Abs(y) + math.Abs(m); d > 0 {
			s.SMAPE += 200 * math.Abs(y-m) / d
		}
		s.MASE += math.Abs(y-m) / scale
		for l, level := range Levels {
			if f.Lower[l] == nil {
				continue
			}
			lo, hi := f.Lower[l][i], f.Upper[l][i]
			width := hi - lo + 2/(1-level)*(max(lo-y, 0)+max(y-hi, 0))
			s.MSIS[l] += width / scale
			if lo <= y && y <= hi {
				s.Coverage[l]++
			}
		}
		if f.High90 != nil && y > f.High90[i] {
			s.Exceeded++
		}
	}
	if n == 0 || scale <= 0 {
		return Score{}, false
	}
	return s.times(1/n, 1), true
}

func (s Score) times(k, count float64) Score {
	s.SMAPE *= k
	s.MASE *= k
	s.Exceeded *= k
	for l := range Levels {
		s.Coverage[l] *= k
		s.MSIS[l] *= k
	}
	s.Count = count
	return s
}

// Add adds a score to a sum of scores.
func (s *Score) Add(o Score) {
	s.SMAPE += o.SMAPE
	s.MASE += o.MASE
	s.Exceeded += o.Exceeded
	for l := range Levels {
		s.Coverage[l] += o.Coverage[l]
		s.MSIS[l] += o.MSIS[l]
	}
	s.Count += o.Count
}

// Mean turns a sum of scores into their mean.
func (s Score) Mean() Score {
	if s.Count == 0 {
		return s
	}
	return s.times(1/s.Count, s.Count)
}

// OWA is the overall weighted average of M4: the mean of sMAPE and MASE, each
// relative to that of Naive2 on the same series.
func OWA(s, naive2 Score) float64 {
	return (s.SMAPE/naive2.SMAPE + s.MASE/naive2.MASE) / 2
}
