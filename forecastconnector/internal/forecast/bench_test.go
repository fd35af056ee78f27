// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math/rand/v2"
	"testing"
	"time"
)

func BenchmarkUpdate(b *testing.B) {
	cfg := DefaultConfig()
	s := play(&cfg, 20*day, hour, 1)
	r := rand.New(rand.NewPCG(1, 1))
	at := 20 * day
	b.ReportAllocs()
	for b.Loop() {
		at += int64(30 * time.Second)
		s.Update(at, wave(r, at))
	}
}

func BenchmarkFit(b *testing.B) {
	cfg := DefaultConfig()
	for name, step := range map[string]int64{"hourly": hour, "half-hourly": hour / 2} {
		b.Run(name, func(b *testing.B) {
			s := play(&cfg, 42*day, step, 1)
			b.ReportAllocs()
			for b.Loop() {
				s.Fit()
			}
		})
	}
	b.Run("5 minutes", func(b *testing.B) {
		s := New(&cfg)
		for at := int64(0); at < 25*day; at += 5 * minute {
			v := float64(at / minute % 7)
			if at/(5*minute)%12 == 0 {
				v += 50
			}
			s.Update(at, v)
			if s.FitDue() && at/hour%12 == 0 {
				s.Fit()
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			s.Fit()
		}
	})
}

func BenchmarkForecast(b *testing.B) {
	cfg := DefaultConfig()
	s := play(&cfg, 20*day, hour, 1)
	b.ReportAllocs()
	for b.Loop() {
		for _, h := range cfg.Horizons {
			s.Forecast(h)
		}
	}
}
