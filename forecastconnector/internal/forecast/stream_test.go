// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// learn has a stream learn a point, and fit when a fit is due.
func learn(s *Stream, at int64, value float64) (ok bool) {
	ok = s.Update(at, value)
	if s.FitDue() {
		s.Fit()
	}
	return ok
}

func TestForecastFollowsTheDay(t *testing.T) {
	cfg := DefaultConfig()
	s := New(&cfg)

	var at int64
	for ; at < 6*day; at += int64(5 * time.Minute) {
		require.True(t, learn(s, at, sine(at)))
	}
	for _, h := range cfg.Horizons {
		p := s.Forecast(h)
		require.InDelta(t, sine(s.Now()+int64(h)), p.Mean, 10, h)
		require.LessOrEqual(t, p.Lower, p.Mean)
		require.GreaterOrEqual(t, p.Upper, p.Mean)
	}
	var restored Stream
	restored.cfg = &cfg
	rest, err := restored.Restore(s.Append(nil))
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, s.Forecast(time.Hour), restored.Forecast(time.Hour))
}

func TestAConstantIsWithinItsBounds(t *testing.T) {
	cfg := DefaultConfig()
	s := New(&cfg)
	for at := int64(0); at < 3*hour; at += minute {
		learn(s, at, 1.4)
	}
	require.Positive(t, s.Measured(0).Points)
	require.InDelta(t, 1, s.Measured(0).Coverage, 0)
}

// Fifteen quiet seconds say nothing about tomorrow, and the bounds admit it.
func TestBoundsOfTheFirstMinutes(t *testing.T) {
	for name, level := range map[string]float64{"a share": 0.4, "bytes": 8e9, "below zero": -20} {
		t.Run(name, func(t *testing.T) {
			cfg := DefaultConfig()
			s := New(&cfg)
			for at := int64(0); at <= int64(15*time.Second); at += int64(time.Second) {
				learn(s, at, level*(1+1e-5*float64(at/int64(time.Second)%3)))
			}
			last := 0.0
			for _, h := range cfg.Horizons {
				p := s.Forecast(h)
				width := p.Upper - p.Lower
				require.Greater(t, width, last, "wider further ahead: %v", h)
				require.Greater(t, width, 0.2*math.Abs(level)*math.Sqrt(h.Hours()/24), h)
				last = width
			}
		})
	}
}

// What a quiet stream has lived through, it need not fear any more.
func TestBoundsShrinkWithWhatWasSeen(t *testing.T) {
	cfg := DefaultConfig()
	s := New(&cfg)
	for at := int64(0); at <= 3*day; at += 10 * minute {
		learn(s, at, 42)
	}
	require.Equal(t, Point{42, 42, 42}, s.Forecast(24*time.Hour))
}

// What grows by the same amount all day, as a disk fills, has no season: within an hour
// after the first day this is seen, and stays so when models of a season join.
func TestSteadyGrowth(t *testing.T) {
	const perMinute = 0.01
	cfg := DefaultConfig()
	s := New(&cfg)
	r := rand.New(rand.NewPCG(1, 1))
	for at := int64(0); at < 4*day; at += minute {
		value := 100 + perMinute*float64(at/minute)
		learn(s, at, value+0.05*r.NormFloat64())
		if at < 25*hour || at%hour != 0 {
			continue
		}
		want, p := value+24*60*perMinute, s.Forecast(24*time.Hour)
		require.InDelta(t, want, p.Mean, 1, "after %s", time.Duration(at))
		require.Less(t, p.Lower, want)
		require.Greater(t, p.Upper, want)
	}
}

// That what looked like steps was over within hours, and what was said after them wrong,
// says nothing about the next one.
func TestEachStepIsJudgedByItself(t *testing.T) {
	const again = 27 * day
	level := func(at int64) float64 {
		if at > 10*day && at < 22*day && at%(4*day) < 10*hour || at >= again {
			return 1.6
		}
		return 1
	}
	cfg := DefaultConfig()
	s := New(&cfg)
	r := rand.New(rand.NewPCG(1, 1))
	for at := int64(0); at <= again+8*hour; at += 10 * minute {
		learn(s, at, level(at)*(sine(at)+2*r.NormFloat64()))
	}
	require.Positive(t, s.Describe().Changed)
	require.Equal(t, models[afterStep].Name, s.Describe().Models[0].Name)
	require.InEpsilon(t, 1.6*sine(s.Now()+day), s.Forecast(24*time.Hour).Mean, 0.05)
}
