// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stream is a made metric of n values a minute apart: a daily and weekly rhythm,
// noise, and something of every kind.
func stream(n int) (at []int64, value []float64) {
	rng := rand.New(rand.NewPCG(7, 11))
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixNano()
	for i := range n {
		t := begin + int64(i)*int64(time.Minute)
		x := 100 + 30*math.Sin(2*math.Pi*float64(i)/1440) + rng.NormFloat64()
		if (i/1440)%7 >= 5 {
			x -= 20
		}
		switch m := i % 5000; {
		case m == 1000:
			x += 20
		case m >= 2000 && m < 2050:
			x += 12
		case m >= 3000 && m < 3050:
			x = 0
		case m >= 4000 && m < 4060:
			x += 10 * rng.NormFloat64()
		case m >= 4500 && m < 4600:
			continue // a gap
		}
		at, value = append(at, t), append(value, x)
	}
	return at, value
}

func TestRestartAtAnyPointChangesNothing(t *testing.T) {
	at, value := stream(30000)
	cfg := Default()
	d := New(&cfg)
	var saved []byte
	for i := range at {
		// what was restored goes on beside the original, in turns
		if i%97 == 0 || i < 300 {
			saved = d.Append(saved[:0])
			next := New(&cfg)
			rest, err := next.Restore(saved)
			require.NoError(t, err)
			require.Empty(t, rest)
			require.Equal(t, saved, next.Append(nil), "point %d", i)
			require.Equal(t, d.Step(at[i], value[i]), next.Step(at[i], value[i]), "point %d", i)
			d = next
			continue
		}
		d.Step(at[i], value[i])
	}
	whole := New(&cfg)
	for i := range at {
		whole.Step(at[i], value[i])
	}
	require.Equal(t, whole.Append(nil), d.Append(nil))
	require.NotNil(t, d.seasons[1], "the stream has two periods")
}

func TestTruncatedStateIsRefused(t *testing.T) {
	at, value := stream(8000)
	cfg := Default()
	d := New(&cfg)
	for i := range at {
		d.Step(at[i], value[i])
	}
	saved := d.Append(nil)
	for n := range saved {
		e := New(&cfg)
		_, err := e.Restore(saved[:n])
		require.ErrorIs(t, err, ErrState, "%d bytes", n)
		require.Equal(t, New(&cfg).Append(nil), e.Append(nil), "a refused state changes nothing")
	}
	rest, err := d.Restore(append(saved, 1, 2))
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2}, rest)
}

func TestOtherVersionIsRefused(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	saved := d.Append(nil)
	saved[0]++
	_, err := d.Restore(saved)
	require.ErrorIs(t, err, ErrState)
}

func FuzzRestore(f *testing.F) {
	cfg := Default()
	d := New(&cfg)
	at, value := stream(5000)
	for i := range at {
		if i == 10 || i == 1000 {
			f.Add(d.Append(nil))
		}
		d.Step(at[i], value[i])
	}
	f.Add(d.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := New(&cfg)
		if _, err := d.Restore(b); err != nil {
			require.ErrorIs(t, err, ErrState)
			return
		}
		for i := range 300 {
			d.Step(d.Last+int64(i%5)*int64(time.Hour), float64(i%7))
		}
	})
}

func FuzzStep(f *testing.F) {
	f.Add([]byte{})
	var b []byte
	for _, x := range []float64{0, 1, -1, math.NaN(), math.Inf(1), math.MaxFloat64, -math.MaxFloat64, 5e-324} {
		for _, at := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1e18} {
			b = binary.LittleEndian.AppendUint64(b, uint64(at))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		cfg := Default()
		d := New(&cfg)
		for range 200 {
			for c := b; len(c) >= 16; c = c[16:] {
				v := d.Step(int64(binary.LittleEndian.Uint64(c)), math.Float64frombits(binary.LittleEndian.Uint64(c[8:])))
				require.False(t, math.IsNaN(v.Score) || math.IsInf(v.Score, 0) || v.Score < 0, "%+v", v)
				lower, upper := d.Bounds(&v)
				require.False(t, math.IsNaN(v.Expected) || math.IsNaN(lower) || math.IsNaN(upper), "%+v", v)
			}
			if len(b) < 16 {
				break
			}
		}
		require.True(t, d.valid(), "%+v", d.state)
		_, err := New(&cfg).Restore(d.Append(nil))
		require.NoError(t, err)
	})
}

func BenchmarkStep(b *testing.B) {
	at, value := stream(30000)
	cfg := Default()
	d := New(&cfg)
	for i := range at {
		d.Step(at[i], value[i])
	}
	span := at[len(at)-1] - at[0] + int64(time.Minute)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		j := i % len(at)
		d.Step(at[j]+span*int64(1+i/len(at)), value[j])
	}
}
