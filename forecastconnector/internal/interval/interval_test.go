// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package interval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

// growth is that of a random walk where each horizon is twice the next shorter one.
const growth = math.Sqrt2

var nothing [Horizons]float64

// student draws from Student's t distribution with that many degrees of freedom.
func student(r *rand.Rand, freedom int) float64 {
	sum := 0.0
	for range freedom {
		v := r.NormFloat64()
		sum += v * v
	}
	return r.NormFloat64() / math.Sqrt(sum/float64(freedom))
}

// sources of errors: of forecast i, which is about the given part of the season.
var sources = map[string]func(r *rand.Rand, i int, part float64) float64{
	"normal":  func(r *rand.Rand, _ int, _ float64) float64 { return r.NormFloat64() },
	"uniform": func(r *rand.Rand, _ int, _ float64) float64 { return 2*r.Float64() - 1 },
	"heavy":   func(r *rand.Rand, _ int, _ float64) float64 { return student(r, 3) },
	"tiny":    func(r *rand.Rand, _ int, _ float64) float64 { return 1e-30 * r.NormFloat64() },
	"huge":    func(r *rand.Rand, _ int, _ float64) float64 { return 1e30 * r.NormFloat64() },
	"one-sided": func(r *rand.Rand, _ int, _ float64) float64 {
		return r.ExpFloat64()
	},
	"growing": func(r *rand.Rand, i int, _ float64) float64 {
		return r.NormFloat64() * math.Exp2(float64(i)/500)
	},
	"shrinking": func(r *rand.Rand, i int, _ float64) float64 {
		return r.NormFloat64() * math.Exp2(-float64(i)/500)
	},
	"drifting": func(r *rand.Rand, i int, _ float64) float64 {
		return r.NormFloat64() + math.Sin(2*math.Pi*float64(i)/1000)
	},
	"by day": func(r *rand.Rand, _ int, part float64) float64 {
		if part < 0.3 {
			return 5 * r.NormFloat64()
		}
		return r.NormFloat64()
	},
}

// TestCoverage tells what share of the errors lies within the bounds made before,
// at a near and at the furthest horizon.
func TestCoverage(t *testing.T) {
	for name, draw := range sources {
		t.Run(name, func(t *testing.T) {
			inside := map[float64]int{0.8: 0, 0.9: 0, 0.95: 0}
			const n = 4000
			r := rand.New(rand.NewPCG(1, 7))
			var s Scores
			for i := range n + 200 {
				k := []int{0, Horizons - 1}[i%2]
				part := r.Float64()
				err := draw(r, i, part) * math.Pow(growth, float64(Horizons-1-k))
				if i%5 == 0 {
					s.Refresh(growth, nothing)
				}
				if i >= 200 {
					for level := range inside {
						if s.Quantile(k, part, 0, (1-level)/2) <= err && err <= s.Quantile(k, part, 0, (1+level)/2) {
							inside[level]++
						}
					}
				}
				s.Add(k, part, 0, err)
			}
			for level, count := range inside {
				share := float64(count) / n
				t.Logf("%.3f at %.2f", share, level)
				require.Greater(t, share, level-0.03)
				// Bounds are wider than need be where errors have no tails.
				require.Less(t, share, 1-(1-level)/5)
			}
		})
	}
}

// A time of day with large errors has wide bounds, the others keep narrow ones.
func TestBoundsFollowTheTimeOfDay(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	var s Scores
	for i := range 3000 {
		part := r.Float64()
		s.Add(0, part, 0, sources["by day"](r, i, part))
	}
	s.Refresh(growth, nothing)
	require.InEpsilon(t, 5, s.Quantile(0, 0.1, 0, 0.95)/s.Quantile(0, 0.6, 0, 0.95), 0.4)
}

// Bounds of counts, whose deviation is the root of their mean, hold for few as for many.
func TestBoundsFollowTheSize(t *testing.T) {
	sizes := []float64{100, 1000, 4000}
	inside := make([]int, len(sizes))
	r := rand.New(rand.NewPCG(3, 7))
	var s Scores
	const n = 2000
	for i := range n * len(sizes) {
		k, part := i%len(sizes), r.Float64()
		said := sizes[k]
		above := math.Sqrt(said) * r.NormFloat64()
		if i%5 == 0 {
			s.Refresh(growth, nothing)
		}
		if s.Quantile(0, part, said, 0.1) <= above && above <= s.Quantile(0, part, said, 0.9) {
			inside[k]++
		}
		s.Add(0, part, said, said+above)
	}
	for k, size := range sizes {
		require.InDelta(t, 0.8, float64(inside[k])/n, 0.05, "at %v", size)
	}
	require.InEpsilon(t, most*most*s.Quantile(0, 0.5, 0, 0.9), s.Quantile(0, 0.5, 1e12, 0.9), 0.01, "not without end")
}

// some returns the scores of n errors of each horizon in use.
func some(seed uint64, n int, draw func(r *rand.Rand, i int, part float64) float64, horizons ...int) *Scores {
	r := rand.New(rand.NewPCG(seed, 3))
	s := &Scores{}
	for i := range n {
		for _, k := range horizons {
			part := r.Float64()
			s.Add(k, part, 0, draw(r, i, part))
		}
	}
	s.Refresh(growth, nothing)
	return s
}

// each calls with for scores of few and of many errors from each source.
func each(t *testing.T, with func(t *testing.T, s *Scores, k int, part float64)) {
	for name, draw := range sources {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(2) {
				for _, n := range []int{0, 1, 2, 3, 5, 10, 30, 100, 500} {
					s := some(seed, n, draw, 0, 3, Horizons-1)
					for k := range Horizons {
						with(t, s, k, float64(seed)/2)
					}
				}
			}
		})
	}
}

func TestBoundsAreInOrderAndNoNarrowerAtAHigherLevel(t *testing.T) {
	each(t, func(t *testing.T, s *Scores, k int, part float64) {
		width := 0.0
		for p := 0.5; p < 1; p += 0.02 {
			lower, upper := s.Quantile(k, part, 0, 1-p), s.Quantile(k, part, 0, p)
			require.False(t, math.IsNaN(upper-lower) || math.IsInf(upper-lower, 0), "no number at %.2f", p)
			rounding := 1e-6 * (math.Abs(lower) + math.Abs(upper))
			require.LessOrEqual(t, lower, upper+rounding, "order at %.2f", p)
			require.GreaterOrEqual(t, upper-lower, width-rounding, "width at %.2f", p)
			width = upper - lower
		}
	})
}

func TestQuantilesRise(t *testing.T) {
	each(t, func(t *testing.T, s *Scores, k int, part float64) {
		last := math.Inf(-1)
		for p := 0.01; p < 1; p += 0.02 {
			q := s.Quantile(k, part, 0, p)
			require.GreaterOrEqual(t, q, last-1e-6*math.Abs(last), "at %.2f", p)
			last = q
		}
	})
}

// With the same errors, fewer of them make wider bounds.
func TestFewScoresWiden(t *testing.T) {
	last := math.Inf(1)
	for _, n := range []int{2, 4, 8, 16, 32, 60} {
		s := some(1, n, func(_ *rand.Rand, i int, _ float64) float64 { return float64(1 - 2*(i%2)) }, 0)
		width := s.Quantile(0, 0.5, 0, 0.95) - s.Quantile(0, 0.5, 0, 0.05)
		require.Less(t, width, last, n)
		last = width
	}
	require.InEpsilon(t, 2, last, 0.1)
}

// Errors of a near horizon say what to expect of a far one that is not known yet.
func TestAFarHorizonGrowsFromANearOne(t *testing.T) {
	s := some(1, 200, sources["normal"], Horizons-1)
	near := s.Quantile(Horizons-1, 0.5, 0, 0.9)
	require.Positive(t, near)
	for k := Horizons - 2; k >= 0; k-- {
		require.True(t, s.Known(k))
		far := s.Quantile(k, 0.5, 0, 0.9)
		require.Greater(t, far, near*growth*0.999)
		near = far
	}
	far := some(1, 200, sources["normal"], 0)
	require.True(t, far.Known(0))
	require.False(t, far.Known(1), "a far horizon says nothing about a near one")
}

func TestWhatIsNotSeenIsAtLeastWhatIsExpected(t *testing.T) {
	var unseen [Horizons]float64
	unseen[0] = 100
	s := some(1, 200, sources["normal"], Horizons-1)
	s.Refresh(growth, unseen)
	require.Greater(t, s.Quantile(0, 0.5, 0, 0.9), 100.)
	s.Add(0, 0.5, 0, 1)
	s.Refresh(growth, unseen)
	require.Less(t, s.Quantile(0, 0.5, 0, 0.9), 100., "what is seen counts")
}

func TestForecastsThatWereRight(t *testing.T) {
	s := some(1, 100, func(*rand.Rand, int, float64) float64 { return 0 }, 0, 4)
	require.True(t, s.Known(0))
	for k := range Horizons {
		for _, p := range []float64{0.01, 0.5, 0.99} {
			require.Zero(t, s.Quantile(k, 0.5, 0, p))
		}
	}
	s.Add(0, 0.5, 0, 3)
	s.Refresh(growth, nothing)
	require.Greater(t, s.Quantile(0, 0.5, 0, 0.995), 0.)
}

func TestNothingKnown(t *testing.T) {
	s := some(1, 0, nil)
	require.Zero(t, s.Size())
	for k := range Horizons {
		require.False(t, s.Known(k))
		require.Zero(t, s.Quantile(k, 0, 0, 0.9))
	}
}

func TestMemoryIsThatOfTheHorizonsInUse(t *testing.T) {
	require.Equal(t, 3*5*Kept, some(1, 1000, sources["normal"], 0, 2, 5).Size())
}

func stored(s *Scores) []byte {
	c := state.Codec{Version: 4}
	s.State(&c)
	return c.Bytes
}

func restored(b []byte) (*Scores, error) {
	s := &Scores{}
	c := state.Codec{Bytes: b, Version: 4, Reading: true}
	s.State(&c)
	return s, c.Err
}

func TestARestartChangesNothing(t *testing.T) {
	for _, n := range []int{0, 1, 10, Kept, 300} {
		kept := some(4, n, sources["heavy"], 1, 6)
		again, err := restored(stored(kept))
		require.NoError(t, err)
		require.Equal(t, kept, again)
		for _, s := range []*Scores{kept, again} {
			s.Add(1, 0.3, 0, 2)
			s.Refresh(growth, nothing)
		}
		require.Equal(t, stored(kept), stored(again))
	}
}

func TestEveryCutIsRefused(t *testing.T) {
	good := stored(some(4, 70, sources["normal"], 1, 6))
	for cut := range good {
		_, err := restored(good[:cut])
		require.ErrorIs(t, err, state.ErrInvalid, "cut at %d", cut)
	}
}

// FuzzState takes whatever passes for a state on with more errors.
func FuzzState(f *testing.F) {
	f.Add(stored(some(4, 70, sources["normal"], 1, 6)), 3.0)
	f.Add(stored(&Scores{}), -1e300)
	f.Fuzz(func(t *testing.T, b []byte, err float64) {
		s, bad := restored(b)
		if bad != nil {
			return
		}
		again, bad := restored(stored(s)) // scores were rounded once, and are not again
		require.NoError(t, bad)
		require.Equal(t, stored(s), stored(again))
		s.Add(2, 0.5, 0, err)
		s.Refresh(growth, nothing)
		for k := range Horizons {
			s.Known(k)
			s.Quantile(k, 0.5, 0, 0.9)
		}
	})
}
