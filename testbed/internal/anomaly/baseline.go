// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"math"
	"slices"
	"time"
)

// never is a spread that nothing exceeds: what a baseline takes where it knows
// nothing yet.
const never = math.MaxFloat64

// window holds the values of the last span of time with their sums.
type window struct {
	span  int64
	at    []int64
	value []float64
	sum   float64
	sq    float64
}

func (w *window) add(at int64, value float64) {
	w.at, w.value = append(w.at, at), append(w.value, value)
	w.sum, w.sq = w.sum+value, w.sq+value*value
	n := 0
	for w.at[n] <= at-w.span {
		w.sum, w.sq = w.sum-w.value[n], w.sq-w.value[n]*w.value[n]
		n++
	}
	w.at, w.value = w.at[n:], w.value[n:]
}

func (w *window) moments() (mean, deviation float64) {
	n := float64(len(w.value))
	if n == 0 {
		return 0, 0
	}
	mean = w.sum / n
	return mean, math.Sqrt(max(0, w.sq/n-mean*mean))
}

// ZScore is the distance from the mean of the last span, in its standard
// deviations, three of which are a score of 1.
type ZScore struct{ w window }

// NewZScore returns a rolling z-score over a span of time.
func NewZScore(span time.Duration) *ZScore { return &ZScore{window{span: int64(span)}} }

// Step implements Detector.
func (z *ZScore) Step(at int64, value float64) float64 {
	const least = 30
	score := 0.0
	if len(z.w.value) >= least {
		mean, deviation := z.w.moments()
		if deviation > 1e-9*math.Abs(mean) {
			score = math.Abs(value-mean) / deviation / 3
		}
	}
	z.w.add(at, value)
	return score
}

// Adaptive is the bands of Grafana's PromQL anomaly detection rules (strategy
// adaptive, rules/adaptive.yml): the mean of an hour, plus and minus the largest
// of twice the deviation of an hour where it is over half of the mean, averaged
// over 26 hours, and half of the mean, widened to what was a day and a week ago.
// A score of 1 is on the band.
type Adaptive struct {
	hour    window
	rough   window // deviations of an hour, where they are large
	at      []int64
	average []float64 // of an hour, at each time
	spread  []float64
	day     int // the first time not yet a day ago, and so on
	week    int
}

// NewAdaptive returns detectors of that kind.
func NewAdaptive() *Adaptive {
	return &Adaptive{hour: window{span: int64(time.Hour)}, rough: window{span: int64(26 * time.Hour)}}
}

// Step implements Detector.
func (a *Adaptive) Step(at int64, value float64) float64 {
	a.hour.add(at, value)
	mean, deviation := a.hour.moments()
	if deviation > 0.5*mean {
		a.rough.add(at, deviation)
	}
	a.at, a.average, a.spread = append(a.at, at), append(a.average, mean), append(a.spread, deviation)
	margin := 0.5 * math.Abs(mean)
	if len(a.rough.value) > 0 {
		typical, _ := a.rough.moments()
		margin = max(margin, 2*typical)
	}
	lower, upper := mean-margin, mean+margin
	ago := func(next *int, offset time.Duration) {
		for *next < len(a.at) && a.at[*next] <= at-int64(offset) {
			*next++
		}
		if i := *next - 1; i >= 0 {
			lower = min(lower, a.average[i]-2*a.spread[i])
			upper = max(upper, a.average[i]+2*a.spread[i])
		}
	}
	ago(&a.day, 23*time.Hour+30*time.Minute)
	ago(&a.week, 167*time.Hour+30*time.Minute)
	width := upper - mean
	if value < mean {
		width = mean - lower
	}
	if width <= 0 {
		width = never
	}
	return math.Abs(value-mean) / width
}

// Robust is seasonal robust bands: the median of the same ten minutes of the
// last seven days, plus and minus the larger of the spread within them and the
// spread between them. A score of 1 is three standard deviations of a normal
// distribution.
type Robust struct {
	slot    int64
	values  []float64
	medians map[int64][]float64 // by ten minutes of the day, newest last
	mads    map[int64][]float64
}

// NewRobust returns detectors of that kind.
func NewRobust() *Robust {
	return &Robust{slot: math.MinInt64, medians: map[int64][]float64{}, mads: map[int64][]float64{}}
}

// Step implements Detector.
func (r *Robust) Step(at int64, value float64) float64 {
	const slots, days = 144, 7
	if slot := at / int64(10*time.Minute); slot != r.slot {
		if len(r.values) > 0 {
			key := r.slot % slots
			median := middle(r.values)
			keep := func(m map[int64][]float64, v float64) {
				m[key] = append(m[key], v)
				m[key] = m[key][max(0, len(m[key])-days):]
			}
			keep(r.medians, median)
			keep(r.mads, spread(r.values, median))
		}
		r.slot, r.values = slot, r.values[:0]
	}
	r.values = append(r.values, value)
	medians := r.medians[r.slot%slots]
	if len(medians) < 3 {
		return 0
	}
	median := middle(medians)
	scale := 1.4826 * max(middle(r.mads[r.slot%slots]), spread(medians, median))
	if scale <= 1e-9*math.Abs(median) {
		return 0
	}
	return math.Abs(value-median) / scale / 3
}

// spread is the median absolute deviation.
func spread(x []float64, median float64) float64 {
	off := make([]float64, len(x))
	for i, v := range x {
		off[i] = math.Abs(v - median)
	}
	return middle(off)
}

// middle is the median, the upper one of two.
func middle(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}
