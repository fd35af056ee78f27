// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// all has one field of each kind.
type all struct {
	i     int64
	u     uint32
	on    bool
	any   float64
	fine  float64
	row   [3]float32
	slice []float32
}

const most = 4

func (a *all) state(c *Codec) {
	c.Int64(&a.i)
	c.Uint32(&a.u)
	c.Bool(&a.on)
	c.Float64(&a.any)
	c.Finite(&a.fine)
	c.Float32s(a.row[:])
	c.Float32Slice(&a.slice, most)
}

func example() all {
	return all{
		i: math.MinInt64, u: math.MaxUint32, on: true, any: math.Inf(-1), fine: -0.1,
		row: [3]float32{1, -2, math.MaxFloat32}, slice: []float32{5, 6, float32(math.Inf(1))},
	}
}

func write(a all) []byte {
	c := Codec{}
	a.state(&c)
	return c.Bytes
}

func read(b []byte) (all, []byte, error) {
	var a all
	c := Codec{Bytes: b, Reading: true}
	a.state(&c)
	return a, c.Bytes, c.Err
}

func TestRoundTrip(t *testing.T) {
	for name, a := range map[string]all{"example": example(), "zero": {slice: []float32{}}} {
		t.Run(name, func(t *testing.T) {
			got, rest, err := read(append(write(a), 1, 2, 3))
			require.NoError(t, err)
			require.Equal(t, a, got)
			require.Equal(t, []byte{1, 2, 3}, rest, "what follows is left")
		})
	}
}

func TestNumbersKeepTheirBits(t *testing.T) {
	a := example()
	a.any = math.Float64frombits(0x7ff8_0000_dead_beef)
	a.row[0] = float32(math.Copysign(0, -1))
	got, _, err := read(write(a))
	require.NoError(t, err)
	require.Equal(t, math.Float64bits(a.any), math.Float64bits(got.any), "the payload of a NaN")
	require.Equal(t, math.Float32bits(a.row[0]), math.Float32bits(got.row[0]), "the sign of zero")
}

func TestWhatIsWrittenGoesBehindWhatIsThere(t *testing.T) {
	c := Codec{Bytes: []byte{9}}
	a := example()
	a.state(&c)
	require.Equal(t, append([]byte{9}, write(a)...), c.Bytes)
}

func TestEveryCutIsRefused(t *testing.T) {
	b := write(example())
	for cut := range b {
		_, _, err := read(b[:cut])
		require.ErrorIs(t, err, ErrInvalid, "cut at %d", cut)
	}
}

// A changed bit is refused or leads to another state, never to one that is written
// differently from how it was read.
func TestEveryBitCounts(t *testing.T) {
	b := write(example())
	for i := range 8 * len(b) {
		flipped := append([]byte(nil), b...)
		flipped[i/8] ^= 1 << (i % 8)
		a, rest, err := read(flipped)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			continue
		}
		require.Equal(t, flipped, append(write(a), rest...), "bit %d of byte %d", i%8, i/8)
	}
}

func TestAfterTheFirstErrorAllIsZero(t *testing.T) {
	b := write(example())
	c := Codec{Bytes: b, Reading: true}
	c.Check(false)
	a := example()
	a.slice = nil
	a.state(&c)
	require.ErrorIs(t, c.Err, ErrInvalid)
	require.Equal(t, all{}, a)
}

func TestNoNumberWhereOneMustBe(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		a := example()
		a.fine = v
		_, _, err := read(write(a))
		require.ErrorIs(t, err, ErrInvalid, v)
	}
}

func TestASliceIsNoLongerThanAllowedAndThanTheBytes(t *testing.T) {
	a := example()
	a.slice = make([]float32, most+1)
	_, _, err := read(write(a))
	require.ErrorIs(t, err, ErrInvalid)

	var v []float32
	c := Codec{Bytes: []byte{255, 255, 255, 255, 0, 0, 0, 0}, Reading: true}
	c.Float32Slice(&v, math.MaxInt)
	require.ErrorIs(t, c.Err, ErrInvalid)
	require.Nil(t, v, "no memory for what is not there")
}

func TestWritingChecksNothing(t *testing.T) {
	c := Codec{}
	c.Check(false)
	v := math.NaN()
	c.Finite(&v)
	require.NoError(t, c.Err)
}

func FuzzCodec(f *testing.F) {
	f.Add(write(example()))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, rest, err := read(b)
		if err == nil {
			require.Equal(t, b, append(write(a), rest...))
		}
	})
}
