// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// scene is a stream that people know, and what changes of the configuration it is
// watched with. value returns NaN where the stream has no point.
type scene struct {
	days  int
	step  time.Duration
	value func(rng *rand.Rand, at time.Time, day float64) float64
	cfg   func(*Config)
	quiet bool // no point of it is anomalous
}

func wave(day float64) float64 { return math.Sin(2 * math.Pi * day) }

func weekend(at time.Time) bool { return at.Weekday() == time.Saturday || at.Weekday() == time.Sunday }

func p[T any](v T) *T { return &v }

// scenes are the behaviours that are promised, each a golden file.
var scenes = map[string]scene{
	"constant": {days: 5, quiet: true, value: func(*rand.Rand, time.Time, float64) float64 { return 42 }},
	"constant_then_one_spike": {days: 5, value: func(_ *rand.Rand, _ time.Time, day float64) float64 {
		if math.Abs(day-4) < 0.0001 {
			return 43
		}
		return 42
	}},
	"sparse": {days: 10, quiet: true, value: func(rng *rand.Rand, _ time.Time, _ float64) float64 {
		if rng.Float64() < 0.03 {
			return float64(1 + rng.IntN(3))
		}
		return 0
	}},
	"discrete": {days: 5, quiet: true, value: func(rng *rand.Rand, _ time.Time, _ float64) float64 {
		return float64(rng.IntN(3))
	}},
	"noise": {days: 10, quiet: true, value: func(rng *rand.Rand, _ time.Time, _ float64) float64 {
		return 100 + 5*rng.NormFloat64()
	}},
	"begins": {days: 1, quiet: true, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		return 100*(1-math.Exp(-day*100)) + rng.NormFloat64()
	}},
	"daily_rhythm": {days: 12, quiet: true, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		return 100 + 50*wave(day) + 2*rng.NormFloat64()
	}},
	"weekly_rhythm": {days: 35, step: 5 * time.Minute, value: func(rng *rand.Rand, at time.Time, day float64) float64 {
		x := 100 + 30*wave(day) + 2*rng.NormFloat64()
		if weekend(at) {
			x -= 40
		}
		return x
	}},
	"missing_weekends": {days: 35, step: 5 * time.Minute, value: func(rng *rand.Rand, at time.Time, day float64) float64 {
		if weekend(at) {
			return math.NaN()
		}
		return 100 + 30*wave(day) + 2*rng.NormFloat64()
	}},
	"nightly_job": {days: 14, value: func(rng *rand.Rand, at time.Time, _ float64) float64 {
		x := 20 + rng.NormFloat64()
		if at.Hour() == 2 && at.Minute() < 20 {
			x += 60
		}
		return x
	}},
	"every_two_hours": {days: 4, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		return 100 + 20*wave(12*day) + rng.NormFloat64()
	}},
	"odd_period": {days: 4, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		return 100 + 20*wave(day*24/1.7) + rng.NormFloat64()
	}},
	"long_gap": {days: 12, quiet: true, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		switch {
		case day > 5 && day < 8.3:
			return math.NaN()
		case day >= 8.3:
			return 180 + 5*rng.NormFloat64()
		}
		return 100 + 5*rng.NormFloat64()
	}},
	"step_learnt": {days: 6, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		if day >= 3 {
			return 150 + 2*rng.NormFloat64()
		}
		return 100 + 2*rng.NormFloat64()
	}},
	"step_learnt_slowly": {days: 6, cfg: func(c *Config) { c.Adapt = 4 * time.Hour }, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		if day >= 3 {
			return 150 + 2*rng.NormFloat64()
		}
		return 100 + 2*rng.NormFloat64()
	}},
	"outage": {days: 6, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		if day >= 4 && day < 4.05 {
			return 0
		}
		return 100 + 20*wave(day) + 2*rng.NormFloat64()
	}},
	"wilder": {days: 6, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		if day >= 4 && day < 4.1 {
			return 100 + 10*rng.NormFloat64()
		}
		return 100 + 2*rng.NormFloat64()
	}},
	"leak": {days: 6, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		x := 100 + rng.NormFloat64()
		if day > 4 && day < 4.2 {
			x += 1000 * (day - 4)
		}
		return x
	}},
	"direction_up":           {days: 4, cfg: func(c *Config) { c.Direction = Up }, value: spikeAndDip},
	"direction_down":         {days: 4, cfg: func(c *Config) { c.Direction = Down }, value: spikeAndDip},
	"min_deviation_absolute": {days: 4, quiet: true, cfg: func(c *Config) { c.MinDeviation.Absolute = 50 }, value: spikeAndDip},
	"min_deviation_relative": {days: 4, quiet: true, cfg: func(c *Config) { c.MinDeviation.Relative = 0.5 }, value: spikeAndDip},
	"percentage": {days: 6, cfg: func(c *Config) { c.DataRange = Range{p(0.0), p(100.0)} }, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		return max(0, min(100, 90+15*wave(day)+4*rng.NormFloat64()))
	}},
	"irregular": {days: 8, quiet: true, step: 20 * time.Second, value: func(rng *rand.Rand, _ time.Time, day float64) float64 {
		if rng.Float64() < 0.7 {
			return math.NaN()
		}
		return 100 + 30*wave(day) + 3*rng.NormFloat64()
	}},
}

func spikeAndDip(rng *rand.Rand, at time.Time, day float64) float64 {
	x := 100 + 2*rng.NormFloat64()
	if day >= 3 && at.Minute() == 0 {
		switch at.Hour() {
		case 6:
			x += 30
		case 12:
			x -= 30
		}
	}
	return x
}

// TestGolden replays the scenes and compares what is reported, one line for each
// stretch of flags, with files that people can read.
func TestGolden(t *testing.T) {
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			got, flags := s.play(t)
			if s.quiet {
				require.Zero(t, flags, got)
			}
			file := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o750))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func (s scene) play(t *testing.T) (report string, flags int) {
	t.Helper()
	cfg := Default()
	if s.cfg != nil {
		s.cfg(&cfg)
	}
	step := s.step
	if step == 0 {
		step = time.Minute
	}
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	var from, to time.Time
	var kinds []string
	top := 0.0
	line := func() {
		if len(kinds) > 0 {
			fmt.Fprintf(&b, "day %d %s to day %d %s: %s, score %.1f\n", day0(from, begin), from.Format("15:04"),
				day0(to, begin), to.Format("15:04"), strings.Join(kinds, " then "), top)
		}
		kinds, top = nil, 0
	}
	for at := begin; at.Before(begin.AddDate(0, 0, s.days)); at = at.Add(step) {
		x := s.value(rng, at, at.Sub(begin).Hours()/24)
		if math.IsNaN(x) {
			continue
		}
		v := d.Step(at.UnixNano(), x)
		if r := cfg.DataRange; r.Max != nil {
			lower, upper := d.Bounds(&v)
			require.LessOrEqual(t, upper, *r.Max)
			require.GreaterOrEqual(t, lower, *r.Min)
		}
		if !v.Anomalous {
			continue
		}
		flags++
		if at.Sub(to) > 10*step {
			line()
			from = at
		}
		to, top = at, max(top, v.Score)
		if n := len(kinds); n == 0 || kinds[n-1] != v.Kind.String() {
			kinds = append(kinds, v.Kind.String())
		}
	}
	line()
	fmt.Fprintf(&b, "%d points flagged; %s\n", flags, d.Method())
	return b.String(), flags
}

func day0(at, begin time.Time) int { return int(at.Sub(begin).Hours() / 24) }
