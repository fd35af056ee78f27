// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// load is a business day with noise.
func load(r *rand.Rand, at int64) float64 {
	v := 250.0
	if h := float64(at%day) / float64(hour); h > 5 && h < 21 {
		v += 750 * math.Pow(math.Sin(math.Pi*(h-5)/16), 1.5)
	}
	return v * (1 + 0.05*r.NormFloat64())
}

func hourAhead(t *testing.T, s *Stream) float64 {
	v, ok := s.Recommended(0, time.Hour)
	require.True(t, ok)
	return v
}

func TestNothingIsRecommendedAtFirst(t *testing.T) {
	cfg := DefaultConfig()
	s, r := New(&cfg), rand.New(rand.NewPCG(1, 1))
	for at := int64(0); at < 5*hour; at += minute {
		learn(s, at, 100+15*r.NormFloat64())
		v, ok := s.Recommended(0, time.Hour)
		if at < hour {
			require.False(t, ok, time.Duration(at))
		}
		if at > 70*minute {
			require.True(t, ok)
			require.Less(t, v, 250., time.Duration(at))
			require.Greater(t, v, 100., time.Duration(at))
		}
	}
}

// A single wrong sample of any size, at any time, leaves nothing.
func TestWrongSamples(t *testing.T) {
	for _, size := range []float64{5, 100, 1e6, 1e12, 1e27, -1e9} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			cfg := DefaultConfig()
			clean, wrong := New(&cfg), New(&cfg)
			r := rand.New(rand.NewPCG(2, 1))
			for at := int64(0); at < 6*day; at += 5 * minute {
				v := load(r, at)
				learn(clean, at, v)
				if at == 4*day+11*hour {
					v *= size
				}
				learn(wrong, at, v)
				if at > 4*day+13*hour && at%hour == 0 {
					require.InEpsilon(t, hourAhead(t, clean), hourAhead(t, wrong), 0.15, time.Duration(at))
					for _, h := range cfg.Horizons {
						require.InEpsilon(t, clean.Forecast(h).Upper, wrong.Forecast(h).Upper, 0.25, "%v %v", time.Duration(at), h)
					}
				}
			}
		})
	}
}

// Through an outage the recommended value stays, whenever a fit falls, and the day after
// has no hole; what was far above the usual is not expected again.
func TestIncidents(t *testing.T) {
	for name, c := range map[string]struct{ factor, least, most float64 }{
		"outage":          {0, 0.9, 1.4},
		"a part of it":    {0.15, 0.9, 1.4},
		"six times":       {6, 0.9, 10},
		"a hundred times": {100, 0.9, 200},
	} {
		for phase := range int64(2) {
			t.Run(fmt.Sprintf("%s %d", name, phase), func(t *testing.T) {
				const begin, length = 8*day + 11*hour, 2 * hour
				cfg := DefaultConfig()
				s, r := New(&cfg), rand.New(rand.NewPCG(3, uint64(phase)))
				before := 0.0
				for at := int64(0); at < 10*day; at += 2 * minute {
					v := load(r, at)
					if at >= begin && at < begin+length {
						v *= c.factor
					}
					s.Update(at, v)
					if s.FitDue() && at/(2*minute)%2 == phase {
						s.Fit()
					}
					switch {
					case at == begin-2*minute:
						before = hourAhead(t, s)
					case at > begin && at < begin+length:
						require.Greater(t, hourAhead(t, s), c.least*before, "%v after it began", time.Duration(at-begin))
						require.Less(t, hourAhead(t, s), c.most*before, "%v after it began", time.Duration(at-begin))
					case at > begin+5*hour && at%(15*minute) == 0:
						require.Less(t, hourAhead(t, s), 1400., "%v after it began", time.Duration(at-begin))
						if h := at % day / hour; h >= 10 && h < 14 {
							require.Greater(t, hourAhead(t, s), 800., "%v after it began", time.Duration(at-begin))
						}
					}
				}
			})
		}
	}
}

// What stays is no incident.
func TestWhatLastsIsTheNewLevel(t *testing.T) {
	for _, factor := range []float64{0.1, 5} {
		cfg := DefaultConfig()
		s, r := New(&cfg), rand.New(rand.NewPCG(4, 1))
		for at := int64(0); at < 7*day; at += 5 * minute {
			v := load(r, at)
			if at > 5*day {
				v *= factor
			}
			learn(s, at, v)
		}
		require.True(t, s.ordinary())
		require.InEpsilon(t, 250*factor, s.Forecast(time.Hour).Mean, 0.3)
		require.InEpsilon(t, 300*factor, hourAhead(t, s), 0.6)
	}
}

// An hourly peak is provided for when buckets have become wider than it.
func TestPeaksOutliveWiderBuckets(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Buckets = 504
	s, r := New(&cfg), rand.New(rand.NewPCG(5, 1))
	for at := int64(0); at < 21*day; at += 2 * minute {
		v := 20 + 2*r.NormFloat64()
		if at%hour < 6*minute {
			v = 300 + 10*r.NormFloat64()
		}
		learn(s, at, v)
		if at > 2*day && at%hour == 30*minute {
			require.Greater(t, hourAhead(t, s), 300., time.Duration(at))
			require.Less(t, hourAhead(t, s), 450., time.Duration(at))
		}
	}
	require.Equal(t, time.Hour, s.Describe().Step)
}

func TestHeadroomBelowZeroAndWithinRange(t *testing.T) {
	top := -55.0
	for _, c := range []*float64{nil, &top} {
		cfg := DefaultConfig()
		cfg.Max = c
		s, r := New(&cfg), rand.New(rand.NewPCG(6, 1))
		highest := math.Inf(-1)
		for at := int64(0); at < 2*day; at += minute {
			v := -60 + r.NormFloat64()
			highest = max(highest, v)
			learn(s, at, v)
		}
		if c == nil {
			require.Greater(t, hourAhead(t, s), highest)
		} else {
			require.InDelta(t, top, hourAhead(t, s), 0)
		}
	}
}

// A percentage, and a share, end where the unit does, until more was seen.
func TestTopOfAUnit(t *testing.T) {
	top := 100.0
	cfg := DefaultConfig()
	cfg.Top = &top
	s, r := New(&cfg), rand.New(rand.NewPCG(7, 1))
	for at := int64(0); at < 3*day; at += 10 * minute {
		learn(s, at, min(99.9, 95+6*r.NormFloat64()))
		for _, h := range cfg.Horizons {
			require.LessOrEqual(t, s.Forecast(h).Upper, 100.)
		}
	}
	for at := 3 * day; at < 4*day; at += 10 * minute {
		learn(s, at, 130+6*r.NormFloat64())
	}
	require.Greater(t, s.Forecast(time.Hour).Upper, 110., "more was seen")
}

// Rare counts have whole bounds, and nothing that is nearly 0.
func TestRareCounts(t *testing.T) {
	cfg := DefaultConfig()
	s, r := New(&cfg), rand.New(rand.NewPCG(8, 1))
	for at := int64(0); at < 5*day; at += minute {
		v := 0.0
		if r.IntN(10) == 0 {
			v = float64(1+r.IntN(2)) / 60
		}
		learn(s, at, v)
		for _, h := range cfg.Horizons {
			p := s.Forecast(h)
			for _, v := range []float64{p.Lower, p.Mean, p.Upper} {
				require.True(t, v == 0 || v > 1e-12, "%v of %v at %v", v, h, time.Duration(at))
			}
		}
	}
	require.Zero(t, s.Forecast(time.Hour).Lower)
	require.InDelta(t, 2./60, hourAhead(t, s), 1e-9)
}

// The time to a limit is 0 from it on, and no saw-tooth comes to one that it never
// reached.
func TestTimeToLimitOfASawTooth(t *testing.T) {
	cfg := DefaultConfig()
	s, r := New(&cfg), rand.New(rand.NewPCG(9, 1))
	x, top := 0.0, 1.0
	for at := int64(0); at < 10*day; at += minute {
		if x += 1 / (8 * 60.); x > top {
			x, top = 0, 0.9+0.2*r.Float64()
		}
		v := 300 + 600*x + 2*r.NormFloat64()
		learn(s, at, v)
		if at > 4*day && at%(15*minute) == 0 {
			left, ok := s.TimeToLimit(1100, false, 30*24*time.Hour)
			require.True(t, !ok || left > 48*time.Hour, "%v at %v", left, time.Duration(at))
			left, ok = s.TimeToLimit(s.value-1, false, time.Hour)
			require.True(t, ok)
			require.Zero(t, left)
			left, ok = s.TimeToLimit(s.value+1, true, time.Hour)
			require.True(t, ok)
			require.Zero(t, left)
		}
	}
}
