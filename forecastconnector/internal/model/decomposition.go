// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package model

import "math"

// Decomposition is a season by classical decomposition, and simple exponential
// smoothing of what is left, whose level is held (the benchmark Naive2 of the M
// competitions has the last value for a level). With logs, the season multiplies.
// The season is the mean, over the history, of what each slot is above the moving
// average of one season.
func Decomposition(in *Input, season int, logs bool, out []float64) {
	s := &in.scratch
	n := len(in.Y)
	y, unit := grow(&s.path, n), 1.0
	if logs {
		unit = in.logs(y)
	} else {
		copy(y, in.Y)
	}
	slot, count := grow(&s.season, season), grow(&s.same, season)
	// A moving average does not reach the ends: whole seasons there too.
	sum := 0.0
	for _, v := range y[:season] {
		sum += v
	}
	from := 0 // of the moving average
	for i, v := range y {
		for want := min(max(i-season/2, 0), n-season); from < want; from++ {
			sum += y[from+season] - y[from]
		}
		slot[i%season] += v - sum/float64(season)
		count[i%season]++
	}
	for k := range slot {
		slot[k] /= count[k]
	}
	for i := range y {
		y[i] -= slot[i%season]
	}
	level := level(y[max(0, n-14*in.Short):], in.Recent)
	for h := range out {
		out[h] = level + slot[(n+h)%season]
		if logs {
			out[h] = math.Expm1(out[h]) * unit
		}
	}
}

// level is that of simple exponential smoothing, its weight the best of a few by
// the absolute error some steps ahead.
func level(y []float64, ahead int) float64 {
	best, level := math.Inf(1), y[len(y)-1]
	for _, alpha := range [...]float64{0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1} {
		l, sum := y[0], 0.0
		for i, v := range y {
			// The mean of a growing window at first, so that the start decides nothing.
			l += max(alpha, 1/float64(i+1)) * (v - l)
			if i+ahead < len(y) {
				sum += math.Abs(y[i+ahead] - l)
			}
		}
		if sum < best {
			best, level = sum, l
		}
	}
	return level
}

// logs writes the logarithms of the series to dst, and returns their unit.
func (in *Input) logs(dst []float64) float64 {
	unit := in.unit()
	for i, v := range in.Y {
		dst[i] = logarithm(v, unit)
	}
	return unit
}

// unit is a tenth of the mean of the series, 1 where that is not positive.
func (in *Input) unit() float64 {
	if unit := average(in.Y) / 10; unit > 0 {
		return unit
	}
	return 1
}

// logarithm is log(1 + v/unit), 0 for what is negative.
func logarithm(v, unit float64) float64 { return math.Log1p(max(v, 0) / unit) }
