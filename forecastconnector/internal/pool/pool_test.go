// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

// level, trend, a season that is ready and one that is not.
var (
	priors  = []float64{1, 2, 0.6, 0}
	entries = make([]float64, len(priors))
)

func weights(e *Errors) []float64 {
	dst := make([]float64, e.Models*e.Horizons)
	e.Weights(priors, entries, dst)
	return dst
}

func scoredAlike(models, horizons, times int, errors ...float64) *Errors {
	e := NewErrors(models, horizons)
	for range times {
		for h := range horizons {
			for m, err := range errors {
				e.Score(m, h, err)
			}
		}
	}
	return &e
}

func TestWeightsSumToOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		e := NewErrors(len(priors), 3)
		for range r.IntN(40) {
			err := 0.0
			if r.IntN(4) > 0 {
				err = r.ExpFloat64() * []float64{1e-30, 1, 1e30}[r.IntN(3)]
			}
			e.Score(r.IntN(3), r.IntN(3), err)
		}
		got := weights(&e)
		for h := range 3 {
			sum := 0.0
			for _, w := range got[h*len(priors) : (h+1)*len(priors)] {
				require.GreaterOrEqual(t, w, 0.0)
				sum += w
			}
			require.InDelta(t, 1, sum, 1e-9)
			require.Zero(t, got[h*len(priors)+3], "not ready")
		}
	}
}

func TestTheBetterWeighsMore(t *testing.T) {
	got := weights(scoredAlike(len(priors), 1, 400, 2, 4, 1))
	require.InDelta(t, 1/(1+1.0/64+1.0/4096), got[2], 0.01, "(best error / error)^6")
	require.InDelta(t, got[2]/64, got[0], 0.002)
}

func TestUnitsDoNotMatter(t *testing.T) {
	require.InDeltaSlice(t,
		weights(scoredAlike(len(priors), 2, 7, 2, 4, 1)),
		weights(scoredAlike(len(priors), 2, 7, 2e20, 4e20, 1e20)), 1e-5)
}

// One forecast that was right to the last digit must neither decide alone nor take
// what is known of the others with it.
func TestOneExactForecast(t *testing.T) {
	e := scoredAlike(len(priors), 2, 10, 5, 9, 0.1)
	e.Score(1, 0, 0)
	require.Greater(t, weights(e)[2], 0.9)
	e = scoredAlike(len(priors), 2, 10, 5, 9)
	e.Score(2, 0, 0)
	require.Greater(t, weights(e)[2], 0.9)
}

func TestForgottenAModelHasItsPrior(t *testing.T) {
	e := scoredAlike(len(priors), 2, 10, 2, 4, 1)
	e.Forget(1)
	want := NewErrors(len(priors), 2)
	for range 10 {
		for h := range 2 {
			want.Score(0, h, 2)
			want.Score(2, h, 1)
		}
	}
	require.Equal(t, weights(&want), weights(e))
}

// A trend that beat the level wherever both were scored does so a step further ahead,
// the more so the more often it did.
func TestWhatATrendWasWorthHoldsFurtherAhead(t *testing.T) {
	last := 0.0
	for _, n := range []int{0, 1, 3, 10} {
		e := NewErrors(len(priors), 2)
		for range n {
			e.Score(0, 1, 20)
			e.Score(1, 1, 1)
		}
		trend := weights(&e)[1] // at the furthest horizon
		require.Greater(t, trend, last, n)
		last = trend
	}
	require.Greater(t, last, 0.9)
}

// A whole season ahead the level of now is right again, so the level there does not
// tell what a season is worth.
func TestTheLevelASeasonAhead(t *testing.T) {
	e := NewErrors(len(priors), 3)
	for range 4 {
		e.Score(0, 0, 0.5) // furthest first
		e.Score(0, 1, 20)
		e.Score(0, 2, 10)
		e.Score(1, 1, 30)
		e.Score(1, 2, 15)
	}
	require.Greater(t, weights(&e)[len(priors)+2], 0.5, "at the horizon between")
}

// A season that was wrong for some hours may be right for the rest of its cycle.
func TestASeasonIsNotGivenUpWithinHours(t *testing.T) {
	e := scoredAlike(len(priors), 3, 3, 2, 6, 2.5)
	require.Greater(t, weights(e)[2], 0.5)
	e = scoredAlike(len(priors), 3, 100, 2, 6, 2.5)
	require.Less(t, weights(e)[2], 0.4)
}

func TestStateOfErrors(t *testing.T) {
	for horizons := range 4 {
		e := NewErrors(len(priors), 3)
		for h := range horizons {
			e.Score(2, h, float64(h)+0.5)
		}
		c := state.Codec{}
		e.State(&c)
		require.Len(t, c.Bytes, 2*4*3*len(priors), "the layout does not depend on what was scored")
		back := NewErrors(len(priors), 3)
		back.Score(0, 2, 9) // is replaced
		c.Reading = true
		back.State(&c)
		require.NoError(t, c.Err)
		require.Equal(t, e, back)
		require.Equal(t, 8*len(priors)*horizons, back.Size(), "memory for the horizons in use")
	}
}
