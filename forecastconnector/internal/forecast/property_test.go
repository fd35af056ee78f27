// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/behind"
)

const minute = int64(time.Minute)

// wave is a day with noise, the weekend lower, in points of five minutes.
func wave(r *rand.Rand, at int64) float64 {
	v := 100 + 50*math.Sin(2*math.Pi*float64(at)/float64(day)) + 5*r.NormFloat64()
	if at/day%7 >= 5 {
		v -= 20
	}
	return v
}

// answers is all that a stream says.
func answers(s *Stream) []any {
	out := []any{s.Ready(), s.Now(), s.Describe(), s.FitDue()}
	for i, h := range s.cfg.Horizons {
		p, ok := s.Due(i)
		need, known := s.Recommended(0, h)
		out = append(out, s.Forecast(h), p, ok, s.Measured(i), need, known)
	}
	d, ok := s.TimeToLimit(1000, false, 7*24*time.Hour)
	return append(out, d, ok)
}

func TestRestartAtAnyPointChangesNothing(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Buckets = MinBuckets // so that buckets grow within the test
	r := rand.New(rand.NewPCG(1, 2))
	kept, restarted := New(&cfg), New(&cfg)
	at := int64(0)
	for range 3000 {
		at += 5 * minute
		if r.IntN(200) == 0 {
			at += r.Int64N(3 * day) // a gap, or a jump that wants confirming
		}
		v := wave(r, at)
		late := at
		if r.IntN(50) == 0 {
			late -= r.Int64N(day)
		}
		require.Equal(t, kept.Update(late, v), restarted.Update(late, v))
		if kept.FitDue() && r.IntN(4) > 0 {
			kept.Fit()
			restarted.Fit()
		}
		if r.IntN(20) == 0 {
			saved := restarted.Append(nil)
			restarted = New(&cfg)
			rest, err := restarted.Restore(append(saved, 1, 2, 3))
			require.NoError(t, err)
			require.Equal(t, []byte{1, 2, 3}, rest)
			require.Equal(t, answers(kept), answers(restarted))
		}
	}
	require.Equal(t, kept.Append(nil), restarted.Append(nil))
}

func TestOtherHorizonsKeepTheHistory(t *testing.T) {
	cfg := DefaultConfig()
	s := play(&cfg, 5*day, 10*minute, 3)
	for _, horizons := range [][]time.Duration{{time.Hour, 24 * time.Hour}, {time.Hour, 6 * time.Hour}, {48 * time.Hour}} {
		other := cfg
		other.Horizons = horizons
		restored := New(&other)
		_, err := restored.Restore(s.Append(nil))
		require.NoError(t, err)
		require.True(t, restored.FitDue() || horizons[len(horizons)-1] == 24*time.Hour)
		restored.Fit()
		require.Equal(t, s.Describe().Buckets, restored.Describe().Buckets)
		require.InDelta(t, s.Forecast(time.Hour).Mean, restored.Forecast(time.Hour).Mean, 15)
	}
}

// A smaller history than what was saved goes on with wider buckets.
func TestASmallerHistoryAfterARestart(t *testing.T) {
	cfg := DefaultConfig()
	s := play(&cfg, 20*day, 5*minute, 3)
	require.Equal(t, 5*time.Minute, s.Describe().Step)
	small := cfg
	small.Buckets = 504
	restored := New(&small)
	_, err := restored.Restore(s.Append(nil))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(4, 9))
	for at := 20 * day; at < 20*day+2*hour; at += 5 * minute {
		require.True(t, learn(restored, at, wave(r, at)))
	}
	require.LessOrEqual(t, restored.Describe().Buckets, 504)
	require.LessOrEqual(t, restored.Size(), 17<<10)
	require.InDelta(t, 100, restored.Forecast(24*time.Hour).Mean, 80)
}

func play(cfg *Config, length, step int64, seed uint64) *Stream {
	r := rand.New(rand.NewPCG(seed, 9))
	s := New(cfg)
	for at := int64(0); at < length; at += step {
		learn(s, at, wave(r, at))
	}
	return s
}

func TestLateFitStillForecasts(t *testing.T) {
	cfg := DefaultConfig()
	r := rand.New(rand.NewPCG(5, 9))
	s := play(&cfg, 10*day, 10*minute, 5)
	for at := 10 * day; at < 13*day; at += 10 * minute {
		s.Update(at, wave(r, at))
	}
	for h := time.Hour; h <= 24*time.Hour; h += time.Hour {
		at := s.Now() + int64(h)
		require.InDelta(t, 100+50*math.Sin(2*math.Pi*float64(at)/float64(day)), s.Forecast(h).Mean, 40, h)
	}
}

func TestClockJumps(t *testing.T) {
	cfg := DefaultConfig()
	s := play(&cfg, 4*day, 10*minute, 6)
	before := s.Describe().Buckets
	require.False(t, s.Update(400*day, 1), "a stray point from the future is not learnt")
	require.True(t, s.Update(4*day, 100), "and changes nothing for the next one")
	require.Equal(t, before+1, s.Describe().Buckets)

	require.False(t, s.Update(400*day, 1))
	require.True(t, s.Update(400*day+10*minute, 1), "a second one confirms the jump")
	require.Equal(t, 400*day+10*minute, s.Now())

	for i := range int64(behind.Limit - 1) {
		require.False(t, s.Update(10*day+i*10*minute, 50), "a few late points are not learnt")
	}
	require.True(t, s.Update(11*day, 50), "many in order mean that the clock went back")
	require.Equal(t, 11*day, s.Now())
	for i := range int64(100) {
		require.True(t, learn(s, 11*day+(i+1)*10*minute, 50))
	}
	require.InDelta(t, 50, s.Forecast(time.Hour).Mean, 5)
}

func TestBadValuesAreRefused(t *testing.T) {
	cfg := DefaultConfig()
	s := play(&cfg, 2*day, 10*minute, 7)
	before := s.Append(nil)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.MaxFloat32} {
		require.False(t, s.Update(2*day, v))
	}
	for _, at := range []int64{math.MaxInt64, math.MinInt64} {
		require.False(t, s.Update(at, 1))
	}
	require.Equal(t, before, s.Append(nil))
}

// Whatever is learnt leads to numbers, and to a state that can be read.
func TestValuesOfAnySize(t *testing.T) {
	for _, size := range []float64{1e-300, 1e-40, 1e20, largest} {
		cfg := DefaultConfig()
		r := rand.New(rand.NewPCG(8, 9))
		s := New(&cfg)
		for i := range int64(250) {
			v := size * (2*r.Float64() - 1)
			if i%50 < 2 {
				v = size * float64(1-2*(i%2))
			}
			require.True(t, learn(s, i*10*minute, v))
			for _, h := range cfg.Horizons {
				p := s.Forecast(h)
				require.False(t, math.IsNaN(p.Mean) || math.IsInf(p.Upper-p.Lower, 0), "values of %g, point %d", size, i)
				require.LessOrEqual(t, p.Lower, p.Upper, "values of %g, point %d", size, i)
			}
		}
		_, err := New(&cfg).Restore(s.Append(nil))
		require.NoError(t, err)
	}
}

func TestSize(t *testing.T) {
	cfg := DefaultConfig()
	hourly := play(&cfg, 70*day, hour, 1)
	require.Equal(t, time.Hour, hourly.Describe().Step)
	require.LessOrEqual(t, hourly.Size(), 15<<10, "hourly")
	fine := play(&cfg, 27*day, 5*minute, 2)
	require.Equal(t, 5*time.Minute, fine.Describe().Step)
	require.LessOrEqual(t, fine.Size(), 44<<10, "five minutes")
	for buckets, want := range map[int]struct {
		step  time.Duration
		bytes int
	}{1008: {30 * time.Minute, 17 << 10}, 504: {time.Hour, 15 << 10}} {
		cfg.Buckets = buckets
		small := play(&cfg, 22*day, 5*minute, 2)
		require.Equal(t, want.step, small.Describe().Step, "a small history has wider buckets")
		require.LessOrEqual(t, small.Size(), want.bytes, "%d buckets", buckets)
		t.Logf("%d buckets: %d bytes", buckets, small.Size())
	}
	t.Logf("hourly %d bytes, five minutes %d", hourly.Size(), fine.Size())
}

func FuzzRestore(f *testing.F) {
	cfg := DefaultConfig()
	cfg.Buckets = MinBuckets
	s := play(&cfg, day, 10*minute, 4)
	f.Add(s.Append(nil), day, 3.0)
	f.Add(New(&cfg).Append(nil), int64(0), math.Inf(1))
	f.Fuzz(func(_ *testing.T, b []byte, at int64, v float64) {
		s := New(&cfg)
		_, _ = s.Restore(b)
		answers(s)
		for i := range int64(20) {
			s.Update(at+i*minute, v+float64(i))
			s.Fit()
		}
		answers(s)
	})
}

func FuzzUpdate(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 250, 7, 8, 9, 10, 11, 12}, 1.5)
	cfg := DefaultConfig()
	cfg.Buckets = MinBuckets
	f.Fuzz(func(t *testing.T, moves []byte, v float64) {
		s := New(&cfg)
		at := int64(0)
		for _, m := range moves[:min(len(moves), 2000)] {
			at += (int64(m) - 30) * int64(m) * int64(10*time.Second)
			switch m {
			case 7:
				s.Update(at, math.NaN())
			case 250:
				at += 30 * day
			}
			learn(s, at, v*float64(m))
		}
		for _, h := range cfg.Horizons {
			p := s.Forecast(h)
			if s.Ready() {
				require.False(t, math.IsNaN(p.Mean) || math.IsNaN(p.Lower) || math.IsNaN(p.Upper))
				require.LessOrEqual(t, p.Lower, p.Upper)
			}
		}
		answers(s)
	})
}
