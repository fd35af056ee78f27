// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// input is a number of days of hours.
func input(days int, value func(hour int) float64) *Input {
	in := &Input{Short: 24, Long: 7 * 24, Recent: 6, Positive: true}
	for h := range days * 24 {
		in.Y = append(in.Y, value(h))
	}
	return in
}

func growing(hour int) float64 { return 100 + 0.5*float64(hour) }

func daily(hour int) float64 { return 100 + 20*math.Sin(2*math.Pi*float64(hour)/24) }

// The weights of the pool rely on the order: level, then trend, then those with a
// season.
func TestTheFirstTwoHaveNoSeason(t *testing.T) {
	pool := Pool()
	require.Equal(t, "flat", pool[0].Name)
	require.InDelta(t, 1, pool[0].Prior, 0, "the unit of the priors")
	require.Equal(t, "drift", pool[1].Name)
}

// Every model of a season says of a series that is nothing else what comes.
func TestSeasonsAreRepeated(t *testing.T) {
	in := input(30, daily)
	out := make([]float64, 48)
	for _, m := range Pool()[2:] {
		if !m.Ready(in) {
			continue
		}
		m.Forecast(in, out)
		for h, v := range out {
			require.InDelta(t, daily(len(in.Y)+h), v, 4, "%s, %d hours ahead", m.Name, h+1)
		}
	}
}

// Growth is no season: drift goes on, smoothing keeps the level, to half of what a
// day brings.
func TestGrowth(t *testing.T) {
	for _, days := range []int{2, 3} {
		in := input(days, growing)
		out := make([]float64, 24)
		Drift(in, out)
		require.InDelta(t, growing(len(in.Y)+23), out[23], 1e-9)
		Smoothing(in, out)
		for h, v := range out {
			require.InDelta(t, growing(len(in.Y)), v, 6, "%d days, %d hours ahead", days, h+1)
		}
	}
}

func TestNothingIsWritten(t *testing.T) {
	in := input(30, daily)
	want := input(30, daily).Y
	out := make([]float64, 24)
	for _, m := range Pool() {
		if m.Ready(in) {
			m.Forecast(in, out)
			require.Equal(t, want, in.Y, m.Name)
		}
	}
}

// A series that grows by a tenth a week has not grown in the step.
func TestStepOfASeriesThatGrows(t *testing.T) {
	grown := func(hour int) float64 { return daily(hour) * math.Pow(1.1, float64(hour)/168) }
	stepped := input(30, grown)
	n := len(stepped.Y)
	for i := n - 6; i < n; i++ {
		stepped.Y[i] *= 1.6
	}
	require.Equal(t, 6, stepped.Step())
	require.True(t, stepped.Level(6))
	for i, v := range stepped.Leveled {
		require.InEpsilon(t, 1.6*grown(i), v, 0.05, "%d hours before the end", n-i)
	}
	require.False(t, stepped.Level(0))
	require.Empty(t, stepped.Leveled)
}

// The day of a holiday is as its night. By the evening that is no change of level: what
// came is off by much at noon and by little at night.
func TestStrangeDayIsNoStep(t *testing.T) {
	busy := func(hour int) float64 { return 300 - 250*math.Cos(2*math.Pi*float64(hour)/24) }
	in := input(31, busy)
	for i := 30 * 24; i < len(in.Y); i++ {
		in.Y[i] = min(in.Y[i], 80)
	}
	step := in.Step()
	require.Positive(t, step, "the mean has changed")
	require.False(t, in.Level(step))
	require.Empty(t, in.Leveled)
}

// What a series that goes below zero moves by is added, not multiplied.
func TestStepOfASeriesBelowZero(t *testing.T) {
	around := func(hour int) float64 { return daily(hour) - 100 }
	in := input(30, around)
	in.Positive = false
	n := len(in.Y)
	for i := n - 6; i < n; i++ {
		in.Y[i] += 150
	}
	require.True(t, in.Level(in.Step()))
	for i, v := range in.Leveled {
		require.InDelta(t, around(i)+150, v, 5, "%d hours before the end", n-i)
	}
}

// A step is the same one for a week, not one that follows the end of what is searched.
func TestStepIsWhereItWas(t *testing.T) {
	y := input(40, daily).Y
	for i := 33 * 24; i < len(y); i++ {
		y[i] *= 1.6
	}
	for _, hours := range []int{6, 24, 47, 48, 49, 72, 120, 167} {
		in := &Input{Y: y[:33*24+hours], Short: 24, Long: 7 * 24, Recent: 6, Positive: true}
		require.InDelta(t, hours, in.Step(), 1, "%d hours ago", hours)
	}
	in := &Input{Y: y, Short: 24, Long: 7 * 24, Recent: 6, Positive: true}
	require.Zero(t, in.Step(), "a week ago")
}
