// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

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

// behaviour is a series and the moments at which its forecasts are written down.
type behaviour struct {
	name  string
	step  int64
	value func(r *rand.Rand, at int64) float64 // NaN is a gap
	look  []int64
}

func sine(at int64) float64 { return 100 + 50*math.Sin(2*math.Pi*float64(at)/float64(day)) }

var behaviours = []behaviour{
	{
		"short-history", minute,
		func(r *rand.Rand, at int64) float64 { return sine(at) + 2*r.NormFloat64() },
		[]int64{2 * minute, 5 * minute, 20 * minute, 2 * hour, 12 * hour, 30 * hour, 3 * day},
	},
	{
		"level-change", 10 * minute,
		func(r *rand.Rand, at int64) float64 {
			v := sine(at) + 2*r.NormFloat64()
			if at >= 10*day {
				v *= 1.6
			}
			return v
		},
		[]int64{10 * day, 10*day + 30*minute, 10*day + 2*hour, 10*day + 6*hour, 11 * day, 13 * day},
	},
	{
		"holiday", 30 * minute,
		func(r *rand.Rand, at int64) float64 {
			if at/day == 21 {
				return 50 + 2*r.NormFloat64()
			}
			return sine(at) + 2*r.NormFloat64()
		},
		[]int64{21 * day, 21*day + 12*hour, 22 * day, 22*day + 12*hour, 28 * day},
	},
	{
		"percent", 10 * minute,
		func(r *rand.Rand, at int64) float64 { return min(100, max(0, 2*sine(at)-110+10*r.NormFloat64())) },
		[]int64{5 * day, 5*day + 6*hour, 5*day + 18*hour},
	},
	{
		"whole-numbers", 10 * minute,
		func(r *rand.Rand, at int64) float64 { return math.Round(sine(at)/20 + r.NormFloat64()) },
		[]int64{5 * day, 5*day + 6*hour, 5*day + 18*hour},
	},
	{
		"intermittent", 10 * minute,
		func(r *rand.Rand, _ int64) float64 {
			if r.IntN(10) > 0 {
				return 0
			}
			return float64(1 + r.IntN(5))
		},
		[]int64{day, 5 * day},
	},
	{
		"gaps", 10 * minute,
		func(r *rand.Rand, at int64) float64 {
			if r.IntN(3) == 0 || (at > 4*day && at < 4*day+9*hour) {
				return math.NaN()
			}
			return sine(at + int64(r.IntN(400))*int64(time.Second))
		},
		[]int64{4 * day, 4*day + 10*hour, 6 * day},
	},
	{
		"constant", minute,
		func(*rand.Rand, int64) float64 { return 42 },
		[]int64{5 * minute, 2 * day},
	},
	{
		"filling-disk", 10 * minute,
		func(r *rand.Rand, at int64) float64 { return 20 + 10*float64(at)/float64(day) + 0.1*r.NormFloat64() },
		[]int64{hour, day, 4 * day},
	},
}

func TestBehaviour(t *testing.T) {
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) {
			cfg := DefaultConfig()
			if b.name == "percent" {
				top := 100.0
				cfg.Max = &top
			}
			s, r := New(&cfg), rand.New(rand.NewPCG(11, 11))
			var out strings.Builder
			look := b.look
			for at := int64(0); len(look) > 0; at += b.step {
				if v := b.value(r, at); !math.IsNaN(v) {
					s.Update(at, v)
				}
				if s.FitDue() {
					s.Fit()
				}
				if at == look[0] {
					look = look[1:]
					write(&out, s, at)
				}
			}
			file := filepath.Join("testdata", "behaviour", b.name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String())
		})
	}
}

// write prints three digits: what follows differs between processors.
func write(out *strings.Builder, s *Stream, at int64) {
	fmt.Fprintf(out, "after %v, at %.3g:\n", time.Duration(at), s.value)
	for i, h := range s.cfg.Horizons {
		p, m := s.Forecast(h), s.Measured(i)
		fmt.Fprintf(out, "  %-4v %6.3g  [%.3g, %.3g]  measured %.0f %%, off by %.2g\n", strings.TrimSuffix(strings.TrimSuffix(h.String(), "0s"), "0m"), p.Mean, p.Lower, p.Upper, 100*m.Coverage, m.Error)
	}
	d := s.Describe()
	fmt.Fprintf(out, "  periods %v, level changed %v ago, trend %.2g a day", d.Periods, d.Changed, d.Trend)
	if to, ok := s.TimeToLimit(100, false, 14*24*time.Hour); ok {
		fmt.Fprintf(out, ", reaches 100 in %v", to.Round(time.Hour))
	}
	fmt.Fprintln(out)
}
