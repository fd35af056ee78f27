// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package model holds the forecasters that compete for a series. Each is a pure
// function of the history: nothing is carried from one fit to the next, so late
// fits, gaps and restarts cannot make them drift.
package model

import (
	"math"
	"slices"
)

// Input is what the models see: a regular series without gaps, oldest first.
// Models must not write to it.
type Input struct {
	Y      []float64
	Short  int // steps of the short season, by default the day
	Long   int // steps of the long season, by default the week
	Recent int // steps that the level of now is taken from: six hours
	// Leveled is Y with the history before a step of the level scaled to the level
	// since; empty where there is no step.
	Leveled []float64
	// Positive says that the series was never negative.
	Positive bool

	scratch scratch
}

type scratch struct {
	row, xtx, xty, beta []float64
	path                []float64
	season              []float64
	same                []float64
	expected            []float64
}

// Model forecasts len(out) steps. Prior is the error that is expected of it before
// it has shown any, relative to that of Flat.
type Model struct {
	Name  string
	Prior float64
	// Ready says whether the history is long enough.
	Ready func(in *Input) bool
	// Forecast writes the forecast of the steps after the history to out.
	Forecast func(in *Input, out []float64)
}

const afterStep = "autoregression after a step"

// Entry is the error to expect of a model that gets ready after others have been
// scored, relative to the best of these; 0 where they say nothing about it. What
// the others were worth before a step is what the model of what is after it inherits.
func Entry(models []Model) []float64 {
	out := make([]float64, len(models))
	for i, m := range models {
		if m.Name == afterStep {
			out[i] = m.Prior
		}
	}
	return out
}

// Pool returns the models, always in the same order.
func Pool() []Model {
	short := func(k int) func(in *Input) bool {
		return func(in *Input) bool { return len(in.Y) >= k*in.Short }
	}
	long := func(k int) func(in *Input) bool {
		return func(in *Input) bool { return len(in.Y) >= k*in.Long && in.Long > in.Short }
	}
	positive := func(ready func(in *Input) bool) func(in *Input) bool {
		return func(in *Input) bool { return in.Positive && ready(in) }
	}
	return []Model{
		{"flat", 1, func(*Input) bool { return true }, Flat},
		{"drift", 3, func(in *Input) bool { return len(in.Y) >= 6 }, Drift},
		{"short season naive", 0.4, short(1), func(in *Input, out []float64) { Naive(in.Y, in.Short, out) }},
		{"autoregression", 0.8, short(3), func(in *Input, out []float64) { Autoregression(in, false, out) }},
		{"autoregression of logs", 0.8, positive(short(3)), func(in *Input, out []float64) { Autoregression(in, true, out) }},
		{"exponential smoothing", 0.8, short(2), Smoothing},
		{"profile", 0.75, short(2), Profile},
		{"short season median", 0.75, short(3), func(in *Input, out []float64) { Median(in, in.Short, 7, false, out) }},
		{"short season median and level", 0.7, short(3), func(in *Input, out []float64) { Median(in, in.Short, 7, true, out) }},
		{"long season median and level", 0.75, long(2), func(in *Input, out []float64) { Median(in, in.Long, 4, true, out) }},
		{afterStep, 0.4, func(in *Input) bool { return len(in.Leveled) > 0 }, func(in *Input, out []float64) { in.autoregressionAfter(in.Leveled, out) }},
		{"short season decomposition", 0.7, short(2), func(in *Input, out []float64) { Decomposition(in, in.Short, false, out) }},
		{"short season decomposition of logs", 0.65, positive(short(2)), func(in *Input, out []float64) { Decomposition(in, in.Short, true, out) }},
		{"long season decomposition", 0.8, long(2), func(in *Input, out []float64) { Decomposition(in, in.Long, in.Positive, out) }},
	}
}

// Naive repeats the last season (seasonal naive).
func Naive(y []float64, season int, out []float64) {
	n := len(y)
	for h := range out {
		if h < season {
			out[h] = y[n-season+h]
		} else {
			out[h] = out[h-season]
		}
	}
}

// Flat is simple exponential smoothing.
func Flat(in *Input, out []float64) {
	y := in.Y[max(0, len(in.Y)-14*in.Short):]
	level := level(y, 4)
	for h := range out {
		out[h] = level
	}
}

// Profile is the exponentially weighted mean of each slot of the short season,
// and what the last values were above it, fading.
func Profile(in *Input, out []float64) {
	m := in.Short
	slot := grow(&in.scratch.season, m)
	n := len(in.Y)
	for i, v := range in.Y {
		k := i % m
		if i < m {
			slot[k] = v
		} else {
			slot[k] += max(0.2, 1/float64(i/m+1)) * (v - slot[k])
		}
	}
	for h := range out {
		out[h] = slot[(n+h)%m]
	}
}

// Median is the median of the same slot in up to most seasons before. With level,
// what the last values were above it is added, fading over half a short season.
func Median(in *Input, season, most int, level bool, out []float64) {
	y := in.Y
	n := len(y)
	at := func(end, i int) float64 { // the slot of i, from what came before end
		same := in.scratch.same[:0]
		k := i - season
		for k >= end {
			k -= season
		}
		for ; k >= 0 && len(same) < most; k -= season {
			same = append(same, y[k])
		}
		in.scratch.same = same
		return median(same)
	}
	for h := range out {
		if h < season {
			out[h] = at(n, n+h)
		} else {
			out[h] = out[h-season]
		}
	}
	if !level {
		return
	}
	rest, weights := 0.0, 0.0
	fade := math.Exp(-1 / float64(in.Recent))
	w := 1.0
	for i := n - 1; i >= max(season, n-3*in.Recent); i-- {
		rest += w * (y[i] - at(i, i))
		weights += w
		w *= fade
	}
	if weights > 0 {
		rest /= weights
	}
	slow := math.Exp(-1 / float64(in.Short))
	for h := range out {
		rest *= slow
		out[h] += rest
	}
}

// Slope is the trend per step: the median of the slopes over a short season,
// or over half of a history that is shorter (after Theil and Sen), in the newest
// three of them.
func Slope(in *Input) float64 {
	n := len(in.Y)
	lag := min(in.Short, n/2)
	if lag == 0 {
		return 0
	}
	slopes := grow(&in.scratch.same, 0)
	for i := max(lag, n-3*lag); i < n; i++ {
		slopes = append(slopes, (in.Y[i]-in.Y[i-lag])/float64(lag))
	}
	in.scratch.same = slopes
	return median(slopes)
}

// Drift continues the last value along the trend.
func Drift(in *Input, out []float64) {
	slope := Slope(in)
	for h := range out {
		out[h] = in.Y[len(in.Y)-1] + slope*float64(h+1)
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func grow(buf *[]float64, n int) []float64 {
	if cap(*buf) < n {
		*buf = make([]float64, n)
	}
	*buf = (*buf)[:n]
	clear(*buf)
	return *buf
}
