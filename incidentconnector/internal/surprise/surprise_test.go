// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package surprise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

func TestTailIsThatOfStudentsT(t *testing.T) {
	// Two-sided critical values for 4 degrees of freedom, from tables.
	for z, p := range map[float64]float64{2.776: 0.05, 4.604: 0.01, 8.610: 0.001} {
		require.InDelta(t, -math.Log(p), tail(z), 0.01, "z %v", z)
	}
	require.InDelta(t, 0, tail(0), 1e-12)
	require.LessOrEqual(t, tail(math.MaxFloat64), float64(most))
}

func TestAtLeastIsNegativeBinomial(t *testing.T) {
	// None has the probability (slots/(slots+1))^r.
	for _, c := range []struct{ r, slots float64 }{{0.5, 5}, {0.5, 65}, {2, 30}} {
		require.InDelta(t, 1-math.Pow(c.slots/(c.slots+1), c.r), atLeast(1, c.r, c.slots), 1e-3)
	}
	require.InDelta(t, 1, atLeast(0, 0.5, 5), 0)
}

func TestMoreIsMoreSurprising(t *testing.T) {
	before := 0.0
	for n := 1.0; n < 1e6; n *= 2 {
		var c Count
		c.Quiet(60)
		nats := c.Add(n)
		require.GreaterOrEqual(t, nats, before-1e-9, "%v events", n)
		before = nats
	}
	require.InDelta(t, most, before, 1e-6)
}

func TestAnAnomalyDoesNotBecomeTheNorm(t *testing.T) {
	var v Value
	for i := range 60 {
		v.Add(100 + float64(i%5))
	}
	for range 5 {
		nats, up := v.Add(1000)
		require.Greater(t, nats, 5.0)
		require.True(t, up)
	}
	require.Less(t, v.Level(), 120.0)
}

func FuzzRestore(f *testing.F) {
	var v Value
	var c Count
	v.Add(3)
	c.Add(2)
	f.Add(c.Append(v.Append(nil)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := codec.NewReader(b)
		var v Value
		var c Count
		v.Restore(r)
		c.Restore(r)
		if r.Err() != nil {
			return
		}
		again := codec.NewReader(c.Append(v.Append(nil)))
		var w Value
		w.Restore(again)
		require.Equal(t, v, w)
		require.False(t, math.IsNaN(c.Add(1)))
	})
}
