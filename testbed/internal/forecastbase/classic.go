// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastbase

import (
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
)

// naive2 is M4's benchmark: the last value of the series without its season, by
// classical multiplicative decomposition where the autocorrelation at the season
// is significant at 90 %.
func naive2(past []float64, seasons []int, horizon int) forecastscore.Forecast {
	y := fill(past, seasons[0])
	index := seasonalIndex(y, seasons[0])
	n := len(y)
	mean := make([]float64, horizon)
	for h := range mean {
		mean[h] = y[n-1] / index[(n-1)%seasons[0]] * index[(n+h)%seasons[0]]
	}
	return forecastscore.Forecast{Mean: mean}
}

// seasonalIndex is the multiplicative index of each slot of the season, all 1
// where the series has no season or is not positive.
func seasonalIndex(y []float64, m int) []float64 {
	index := make([]float64, m)
	for i := range index {
		index[i] = 1
	}
	if len(y) < 3*m || !seasonal(y, m) {
		return index
	}
	sum, count := make([]float64, m), make([]float64, m)
	for i := m / 2; i+m/2 < len(y); i++ {
		trend := 0.0
		if m%2 == 1 {
			for k := i - m/2; k <= i+m/2; k++ {
				trend += y[k] / float64(m)
			}
		} else {
			trend = (y[i-m/2] + y[i+m/2]) / 2 / float64(m)
			for k := i - m/2 + 1; k < i+m/2; k++ {
				trend += y[k] / float64(m)
			}
		}
		if trend <= 0 {
			return index
		}
		sum[i%m] += y[i] / trend
		count[i%m]++
	}
	total := 0.0
	for i := range sum {
		sum[i] /= max(count[i], 1)
		total += sum[i] / float64(m)
	}
	for i := range sum {
		if sum[i] <= 0 {
			return index
		}
	}
	for i := range sum {
		index[i] = sum[i] / total
	}
	return index
}

// seasonal is M4's test of the autocorrelation at lag m.
func seasonal(y []float64, m int) bool {
	n := float64(len(y))
	mean := 0.0
	for _, v := range y {
		mean += v / n
	}
	r := make([]float64, m+1)
	for lag := 0; lag <= m; lag++ {
		for i := lag; i < len(y); i++ {
			r[lag] += (y[i] - mean) * (y[i-lag] - mean)
		}
	}
	if r[0] <= 0 {
		return false
	}
	squares := 0.0
	for lag := 1; lag < m; lag++ {
		squares += r[lag] / r[0] * r[lag] / r[0]
	}
	return math.Abs(r[m]/r[0]) > 1.645*math.Sqrt((1+2*squares)/n)
}

// theta is the standard theta method (Assimakopoulos and Nikolopoulos 2000): half
// the linear trend, half simple exponential smoothing, on the deseasonalised
// series.
func theta(past []float64, seasons []int, horizon int) forecastscore.Forecast {
	y := fill(past, seasons[0])
	n := len(y)
	index := seasonalIndex(y, seasons[0])
	for i := range y {
		y[i] /= index[i%seasons[0]]
	}
	var sx, sy, sxx, sxy float64
	for i, v := range y {
		x := float64(i)
		sx += x
		sy += v
		sxx += x * x
		sxy += x * v
	}
	slope := 0.0
	if d := float64(n)*sxx - sx*sx; d > 0 {
		slope = (float64(n)*sxy - sx*sy) / d
	}
	alpha, level, sigma := 0.0, 0.0, math.Inf(1)
	for a := 0.05; a < 1; a += 0.05 {
		l, sse := y[0], 0.0
		for _, v := range y[1:] {
			sse += (v - l) * (v - l)
			l += a * (v - l)
		}
		if s := math.Sqrt(sse / float64(n)); s < sigma {
			alpha, level, sigma = a, l, s
		}
	}
	mean := make([]float64, horizon)
	for h := range mean {
		drift := slope / 2 * (float64(h) + (1-math.Pow(1-alpha, float64(n)))/alpha)
		mean[h] = (level + drift) * index[(n+h)%seasons[0]]
	}
	return banded(mean, func(h int) float64 {
		return sigma * index[(n+h)%seasons[0]] * math.Sqrt(1+float64(h)*alpha*alpha)
	})
}

// holtWinters is additive Holt-Winters with a damped trend over the day; its
// three weights are the best of a grid by one-step squared error.
func holtWinters(past []float64, seasons []int, horizon int) forecastscore.Forecast {
	m := seasons[0]
	if len(past) < 2*m {
		return naive(past, seasons, horizon)
	}
	y := fill(past, m)
	best := smoothed{sse: math.Inf(1)}
	for _, alpha := range []float64{0.05, 0.2, 0.5, 0.8} {
		for _, beta := range []float64{0, 0.01, 0.1} {
			for _, gamma := range []float64{0.05, 0.2, 0.5} {
				if s := smooth(y, m, alpha, beta, gamma); s.sse < best.sse {
					best = s
				}
			}
		}
	}
	sigma := math.Sqrt(best.sse / float64(len(y)-m))
	mean := make([]float64, horizon)
	drift := 0.0
	for h := range mean {
		drift += math.Pow(damping, float64(h+1)) * best.trend
		mean[h] = best.level + drift + best.season[(len(y)+h)%m]
	}
	return banded(mean, func(h int) float64 {
		return sigma * math.Sqrt(1+float64(h)*best.alpha*best.alpha+best.gamma*best.gamma*float64(h/m))
	})
}

const damping = 0.98

type smoothed struct {
	sse, alpha, gamma, level, trend float64
	season                          []float64
}

func smooth(y []float64, m int, alpha, beta, gamma float64) smoothed {
	s := smoothed{alpha: alpha, gamma: gamma, season: make([]float64, m)}
	for i := range m {
		s.level += y[i] / float64(m)
	}
	for i := range m {
		s.season[i] = y[i] - s.level
	}
	for i := m; i < len(y); i++ {
		k := i % m
		e := y[i] - s.level - damping*s.trend - s.season[k]
		s.level += damping*s.trend + alpha*e
		s.trend = damping*s.trend + alpha*beta*e
		s.season[k] += gamma * (1 - alpha) * e
		s.sse += e * e
	}
	return s
}
