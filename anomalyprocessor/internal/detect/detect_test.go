// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpikeIsFlaggedAndNoiseIsNot(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		v := d.Step(int64(i)*60e9, 100+rng.NormFloat64())
		require.False(t, v.Anomalous, "point %d: %+v", i, v)
	}
	v := d.Step(500*60e9, 130)
	require.True(t, v.Anomalous)
	require.Equal(t, Spike, v.Kind)
}

func TestNotFiniteIsIgnored(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	d.Step(1, 5)
	before := d.Append(nil)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		require.False(t, d.Step(2, x).Anomalous)
	}
	require.Equal(t, before, d.Append(nil))
}
