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

// Leaping finds what walking step by step finds.
func TestTimeToLimitIsThatOfEveryStep(t *testing.T) {
	cfg := DefaultConfig()
	const most = 30 * 24 * time.Hour
	found := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		slope, size := 20*r.NormFloat64(), 50*r.Float64()
		step := []int64{minute, 5 * minute, hour}[seed%3]
		s := New(&cfg)
		for at := int64(0); at < int64(1+r.IntN(400))*step; at += step {
			learn(s, at, 100+slope*float64(at)/float64(day)+size*math.Sin(2*math.Pi*float64(at)/float64(day))+r.NormFloat64())
		}
		for range 20 {
			limit := s.value + 200*r.NormFloat64()
			var want time.Duration
			for h := time.Duration(s.hist.Step()); h <= most && want == 0; h += time.Duration(s.hist.Step()) {
				if s.mean(h) < limit != (s.value < limit) {
					want = h
				}
			}
			got, ok := s.TimeToLimit(limit, s.value > limit, most)
			require.Equal(t, want > 0, ok, "seed %d, limit %v", seed, limit)
			require.Equal(t, want, got, "seed %d, limit %v", seed, limit)
			if ok {
				found++
			}
		}
		now, ok := s.TimeToLimit(s.value, false, most)
		require.True(t, ok)
		require.Zero(t, now)
	}
	require.Greater(t, found, 200, "the test finds limits")
	require.Less(t, found, 700, "and those out of sight")
}
