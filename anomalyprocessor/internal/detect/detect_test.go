// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

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

// The allocator gives memory in classes: a byte more here costs every stream an
// eighth (with what the processor adds a detector fills the class of 896 bytes)
// or a sixth (a profile that of 1,536).
func TestSizes(t *testing.T) {
	cfg := Default()
	require.LessOrEqual(t, New(&cfg).Size(), 776)
	require.LessOrEqual(t, int(unsafe.Sizeof(profile{})), 1536)
}
