// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package codec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func everything() []byte {
	b := AppendBool(nil, true)
	b = AppendUint16(b, 65535)
	b = AppendInt32(b, -7)
	b = AppendInt64(b, math.MinInt64)
	b = AppendUint64(b, math.MaxUint64)
	b = AppendFloat64(b, -0.5)
	return AppendUvarint(b, 300)
}

func TestRoundTrip(t *testing.T) {
	r := NewReader(append(everything(), 9, 9))
	require.True(t, r.Bool())
	require.Equal(t, uint16(65535), r.Uint16())
	require.Equal(t, int32(-7), r.Int32())
	require.Equal(t, int64(math.MinInt64), r.Int64())
	require.Equal(t, uint64(math.MaxUint64), r.Uint64())
	require.InDelta(t, -0.5, r.Float64(), 0)
	require.Equal(t, uint64(300), r.Uvarint())
	require.NoError(t, r.Err())
	require.Equal(t, []byte{9, 9}, r.Rest())
	require.Equal(t, 2, r.Len(2, 1))
	require.Equal(t, 0, r.Len(2, 2), "no room for two of two")
	require.ErrorIs(t, r.Err(), ErrMalformed)
}

func TestEveryCutIsFound(t *testing.T) {
	b := everything()
	for i := range b {
		r := NewReader(b[:i])
		r.Bool()
		r.Uint16()
		r.Int32()
		r.Int64()
		r.Uint64()
		r.Float64()
		r.Uvarint()
		require.ErrorIs(t, r.Err(), ErrMalformed, "cut at %d", i)
	}
}

func TestAByteThatIsNoBool(t *testing.T) {
	r := NewReader([]byte{2})
	r.Bool()
	require.ErrorIs(t, r.Err(), ErrMalformed)
}
