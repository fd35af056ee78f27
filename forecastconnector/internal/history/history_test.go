// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

const (
	minute = int64(time.Minute)
	hour   = int64(time.Hour)
	day    = 24 * hour
	plenty = 1 << 20
)

type point struct {
	at    int64
	value float64
}

// irregular gives n points with times from every few seconds to days apart.
func irregular(r *rand.Rand, n int, start int64) []point {
	points := make([]point, n)
	at := start
	for i := range points {
		step := r.Int64N(10 * minute)
		switch r.IntN(40) {
		case 0:
			step = r.Int64N(2 * day)
		case 1:
			step = 0
		}
		at += step
		points[i] = point{at, 1e6 + 100*r.NormFloat64()}
	}
	return points
}

// values are the closed buckets and the open one.
func (s *Series) values() []float64 { return s.Values(nil, s.Open()+1) }

// alike compares two rows of means, which are kept in 32 bits less origin.
func alike(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, math.IsNaN(want[i]), math.IsNaN(got[i]), "gap at %d", i)
		if !math.IsNaN(want[i]) {
			require.InDelta(t, want[i], got[i], 1e-3, i)
		}
	}
}

func TestLadder(t *testing.T) {
	for i, step := range Ladder {
		require.Zero(t, day%step, "all divide the day")
		if i > 0 {
			require.Zero(t, step%Ladder[i-1], "each divides the next")
		}
	}
}

func TestBucketsHoldTheMeansOfTheirPoints(t *testing.T) {
	for rung := range Ladder {
		for _, start := range []int64{0, -100*day - 7, 20_000*day + 3} {
			points := irregular(rand.New(rand.NewPCG(uint64(rung), 1)), 500, start)
			s := New(start, rung, points[0].value)
			sums, counts := map[int64]float64{}, map[int64]float64{}
			closed := int64(0)
			for _, p := range points {
				closed += int64(s.Add(p.at, p.value, plenty))
				b := s.Bucket(p.at)
				require.Equal(t, b, s.Open(), "a point is in the open bucket")
				require.True(t, b*s.Step() <= p.at && p.at < (b+1)*s.Step())
				sums[b] += p.value
				counts[b]++
			}
			require.Equal(t, s.Open()-s.Bucket(start), closed)
			oldest := s.First()
			require.LessOrEqual(t, oldest, max(s.Bucket(start), s.Open()-max(Most/s.Step(), 336)))
			want := []float64{}
			for b := oldest; b <= s.Open(); b++ {
				want = append(want, sums[b]/counts[b])
			}
			alike(t, want, s.values())
			for i, v := range s.values() {
				alike(t, []float64{v}, []float64{s.Mean(oldest + int64(i))})
			}
			require.True(t, math.IsNaN(s.Mean(oldest-1)) && math.IsNaN(s.Mean(s.Open()+1)), "what is not kept")
		}
	}
}

func TestOrderWithinABucketChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	points := irregular(r, 400, 0)
	a, b := New(0, 4, 0), New(0, 4, 0)
	for _, p := range points {
		a.Add(p.at, p.value, plenty)
	}
	for from := 0; from < len(points); {
		to := from
		for to < len(points) && b.Bucket(points[to].at) == b.Bucket(points[from].at) {
			to++
		}
		for _, i := range r.Perm(to - from) {
			b.Add(points[from+i].at, points[from+i].value, plenty)
		}
		from = to
	}
	require.Equal(t, a.Open(), b.Open())
	// Whole numbers below 2^24 are exact, other sums differ in their last bit.
	for i, v := range a.values() {
		if !math.IsNaN(v) {
			require.InEpsilon(t, v, b.values()[i], 1e-7)
		}
	}
}

// A coarser bucket is the mean of those in it that are no gaps, however many
// points each had; the open one's parts weigh alike too.
func TestCoarsenMergesWholeBuckets(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 3))
		for from := range Ladder {
			for to := from; to < len(Ladder); to++ {
				start := r.Int64N(1000*day) - 500*day
				s := New(start, from, 1e6)
				for _, p := range irregular(r, 100, start) {
					s.Add(p.at, p.value, plenty)
				}
				fine, first, open, step := s.values(), s.First(), s.Open(), s.Step()
				s.Coarsen(to)
				require.Equal(t, Ladder[to], s.Step())
				require.Equal(t, s.Bucket(first*step), s.First())
				require.Equal(t, s.Bucket(open*step), s.Open())
				want := make([]float64, s.Open()-s.First()+1)
				parts := make([]float64, len(want))
				for i, v := range fine {
					if !math.IsNaN(v) {
						b := s.Bucket((first+int64(i))*step) - s.First()
						want[b] += v
						parts[b]++
					}
				}
				for b := range want {
					want[b] /= parts[b]
				}
				alike(t, want, s.values())
			}
		}
	}
}

func TestCoarsenInStepsIsCoarsenAtOnce(t *testing.T) {
	s := New(5*minute, 0, 0)
	for at := 5 * minute; at < 9*day+17*minute; at += minute {
		s.Add(at, float64(at/minute%1000), plenty)
	}
	// Without gaps and part buckets all parts of a mean weigh the same.
	s.Rewind(9 * day)
	once, steps := s, s
	once.means, steps.means = append([]float32(nil), s.means...), append([]float32(nil), s.means...)
	once.Coarsen(4)
	for rung := 1; rung <= 4; rung++ {
		steps.Coarsen(rung)
	}
	require.Equal(t, once.First(), steps.First())
	alike(t, once.values()[1:once.Len()], steps.values()[1:steps.Len()])
}

func TestAFullHistoryBecomesCoarserUntilItSpansWeeks(t *testing.T) {
	for _, limit := range []int{100, 336, 504, 1008, 4096, 10_000} {
		s := New(0, 0, 0)
		for at := int64(0); at < 120*day; at += 7 * minute {
			rung := s.Rung()
			s.Add(at, 5, limit)
			if s.Rung() < rung || s.Len() > limit {
				t.Fatalf("%d buckets of %d, step %d after %d", s.Len(), limit, s.Rung(), rung)
			}
		}
		span := int64(s.Len()) * s.Step()
		require.LessOrEqual(t, span, max(Most, 336*s.Step()), "%d buckets", limit)
		require.GreaterOrEqual(t, int64(limit)*s.Step(), Enough, "%d buckets", limit)
		if s.Rung() > 0 {
			require.Less(t, int64(limit)*Ladder[s.Rung()-1], Enough, "%d buckets: no coarser than needed", limit)
		}
		require.LessOrEqual(t, s.Size(), 4*limit, "memory is that of the limit")
		for _, v := range s.values() {
			require.True(t, v == 5 || (math.IsNaN(v) && s.Step() < 7*minute))
		}
	}
}

func TestDailyPointsKeepAYear(t *testing.T) {
	s := New(0, len(Ladder)-1, 0)
	for at := int64(0); at < 1000*day; at += day {
		s.Add(at, float64(at/day), 1008)
	}
	require.Equal(t, 336, s.Len())
	require.InDelta(t, 999-336, s.At(0), 0)
}

func TestAGapBeyondTheHistoryEmptiesIt(t *testing.T) {
	s := New(0, 0, 3)
	for at := int64(0); at < hour; at += minute {
		s.Add(at, 3, 500)
	}
	require.Equal(t, 501, s.Add(1000*day, 4, 500))
	require.Equal(t, 0, s.Len())
	require.Equal(t, 1000*day/minute, s.Open())
	require.InDelta(t, 4, s.Mean(s.Open()), 0)
}

func TestLevel(t *testing.T) {
	s := New(0, 0, 42)
	require.InDelta(t, 42, s.Level(), 0, "that of the first value when there is no bucket")
	for i := range int64(50) {
		s.Add(i*minute, float64(i), plenty)
	}
	require.InDelta(t, (43+44+45+46+47+48)/6., s.Level(), 1e-9)
	s.Add(53*minute, 0, plenty)
	require.InDelta(t, (47+48+49)/3., s.Level(), 1e-9, "gaps say nothing")
	s.Add(100*minute, 0, plenty)
	require.InDelta(t, 42, s.Level(), 0, "only gaps")
}

// After a rewind the same points lead to the same history.
func TestRewind(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		points := irregular(r, 200, r.Int64N(day))
		rung := r.IntN(len(Ladder))
		s := New(points[0].at, rung, 1e6)
		for _, p := range points {
			s.Add(p.at, p.value, plenty)
		}
		back := points[r.IntN(len(points))].at
		s.Rewind(back)
		want := New(points[0].at, rung, 1e6)
		for _, p := range points {
			if want.Bucket(p.at) < want.Bucket(back) {
				want.Add(p.at, p.value, plenty)
			}
		}
		want.Add(back, 7, plenty)
		s.Add(back, 7, plenty)
		require.Equal(t, want.Open(), s.Open(), "seed %d", seed)
		alike(t, want.values()[max(0, want.Len()-s.Len()):], s.values())
	}
}

func stored(s *Series) []byte {
	c := state.Codec{}
	s.State(&c, plenty)
	return c.Bytes
}

func restored(b []byte, limit int) (Series, error) {
	s := Series{}
	c := state.Codec{Bytes: b, Reading: true}
	s.State(&c, limit)
	return s, c.Err
}

func TestARestartChangesNothing(t *testing.T) {
	points := irregular(rand.New(rand.NewPCG(5, 5)), 1000, 0)
	kept := New(0, 0, points[0].value)
	often := kept
	for _, p := range points {
		require.Equal(t, kept.Add(p.at, p.value, 500), often.Add(p.at, p.value, 500))
		again, err := restored(stored(&often), 500)
		require.NoError(t, err)
		often = again
	}
	require.Equal(t, stored(&kept), stored(&often))
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	s := New(20_000*day, 3, 1)
	for i := range int64(100) {
		s.Add(20_000*day+i*hour, 3, plenty)
	}
	good := stored(&s)
	_, err := restored(good, s.Len())
	require.NoError(t, err)
	for cut := range good {
		_, err := restored(good[:cut], plenty)
		require.ErrorIs(t, err, state.ErrInvalid, "cut at %d", cut)
	}
	_, err = restored(good, s.Len()-1)
	require.ErrorIs(t, err, state.ErrInvalid, "more buckets than allowed")
	for name, change := range map[string]func(s *Series){
		"bucket far ahead":   func(s *Series) { s.first = math.MaxInt64 / s.Step() },
		"bucket far behind":  func(s *Series) { s.first = math.MinInt64 / s.Step() },
		"origin not finite":  func(s *Series) { s.origin = math.NaN() },
		"sum not finite":     func(s *Series) { s.sum = math.Inf(-1) },
		"fewer than nothing": func(s *Series) { s.count = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			bad := s
			change(&bad)
			_, err := restored(stored(&bad), plenty)
			require.ErrorIs(t, err, state.ErrInvalid)
		})
	}
	for _, rung := range []byte{byte(len(Ladder)), 255} {
		bad := append([]byte(nil), good...)
		bad[0] = rung
		_, err = restored(bad, plenty)
		require.ErrorIs(t, err, state.ErrInvalid, "no step")
	}
}

// FuzzState takes whatever passes for a state on with more points.
func FuzzState(f *testing.F) {
	s := New(20_000*day, 1, 1)
	for i := range int64(30) {
		s.Add(20_000*day+i*13*minute, float64(i), 336)
	}
	f.Add(stored(&s), hour)
	f.Add([]byte{}, int64(0))
	f.Fuzz(func(t *testing.T, b []byte, ahead int64) {
		s, err := restored(b, 1000)
		if err != nil {
			return
		}
		again, err := restored(stored(&s), 1000)
		require.NoError(t, err)
		require.Equal(t, stored(&s), stored(&again))
		at := s.Open() * s.Step()
		s.Add(at, 1, 336)
		s.Add(at+max(0, ahead%(100*day)), 2, 336)
		s.Coarsen(len(Ladder) - 1)
		s.Rewind(at)
		require.LessOrEqual(t, s.Len(), 1000)
		s.Level()
	})
}
