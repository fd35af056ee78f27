// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

const second = int64(1e9)

type reading struct {
	start, at int64 // s
	value     float64
	want      float64
	outcome   Outcome
}

func TestNumber(t *testing.T) {
	for name, c := range map[string]struct {
		kind   Kind
		points []reading
	}{
		"a gauge is what it is": {Gauge, []reading{
			{0, 1, -5, -5, OK}, {0, 2, 7, 7, OK}, {0, 2, 8, 0, Duplicate}, {0, 1, 9, 0, Late}, {0, 3, 0, 0, OK},
		}},
		"a counter is its rate": {Cumulative, []reading{
			{1, 10, 100, 0, First}, {1, 20, 150, 5, OK}, {1, 60, 350, 5, OK},
		}},
		"a counter that falls began again": {Cumulative, []reading{
			{0, 10, 100, 0, First}, {0, 20, 3, 0, Reset}, {0, 30, 13, 1, OK},
		}},
		"a counter that began again and is higher already": {Cumulative, []reading{
			{1, 10, 100, 0, First}, {12, 20, 300, 0, Reset}, {12, 30, 310, 1, OK},
		}},
		"a start that wanders is no restart": {Cumulative, []reading{
			{1, 10, 100, 0, First}, {2, 20, 110, 1, OK},
		}},
		"a duplicate is not read twice": {Cumulative, []reading{
			{0, 10, 100, 0, First}, {0, 20, 110, 1, OK}, {0, 20, 110, 0, Duplicate}, {0, 30, 130, 2, OK},
		}},
		"a delta with a start": {Delta, []reading{
			{0, 10, 100, 0, First}, {10, 20, 50, 5, OK}, {55, 60, 50, 10, OK},
		}},
		"a delta without a start": {Delta, []reading{
			{0, 10, 100, 0, First}, {0, 20, 50, 5, OK}, {0, 60, 80, 2, OK},
		}},
		"what is no number": {Cumulative, []reading{
			{0, 10, math.NaN(), 0, Invalid}, {0, 20, 5, 0, First}, {0, 30, math.Inf(1), 0, Invalid}, {0, 30, 15, 1, OK},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var n Number
			for i, p := range c.points {
				got, outcome := n.Read(c.kind, p.start*second, p.at*second, p.value)
				require.Equal(t, p.outcome, outcome, "point %d", i)
				require.InDelta(t, p.want, got, 1e-12, "point %d", i)
			}
		})
	}
}

func explicit(at int64, sum float64, buckets ...uint64) *Point {
	p := &Point{At: at * second, Sum: sum, HasSum: true, Buckets: buckets, Layout: Layout{Bounds: []float64{1, 2, 4}}}
	for _, n := range buckets {
		p.Count += n
	}
	return p
}

func TestHistogram(t *testing.T) {
	var h Histogram
	var r Reading
	quantiles := []float64{0.5, 0.9, 1}
	require.Equal(t, First, h.Read(false, explicit(10, 100, 10, 10, 10, 10), quantiles, &r))
	require.Equal(t, OK, h.Read(false, explicit(20, 130, 14, 14, 12, 10), quantiles, &r))
	require.InDelta(t, 1, r.Rate, 1e-12)
	require.InDelta(t, 3, r.Mean, 1e-12)
	require.InDeltaSlice(t, []float64{1.25, 3, 4}, r.Quantiles, 1e-12)

	require.Equal(t, Duplicate, h.Read(false, explicit(20, 130, 14, 14, 12, 10), quantiles, &r))
	require.Equal(t, Late, h.Read(false, explicit(19, 0, 0, 0, 0, 0), quantiles, &r))

	require.Equal(t, OK, h.Read(false, explicit(30, 130, 14, 14, 12, 10), quantiles, &r), "nothing was observed")
	require.Zero(t, r.Rate)
	require.True(t, math.IsNaN(r.Mean) && math.IsNaN(r.Quantiles[0]))

	require.Equal(t, Reset, h.Read(false, explicit(40, 5, 1, 0, 0, 0), quantiles, &r))
	require.Equal(t, OK, h.Read(false, explicit(50, 25, 1, 0, 0, 2), quantiles, &r))
	require.InDelta(t, 10, r.Mean, 1e-12)
	require.InDelta(t, 4, r.Quantiles[0], 1e-12, "the open bucket's finite bound")

	broken := explicit(60, 1, 1, 2, 3)
	require.Equal(t, Invalid, h.Read(false, broken, nil, &r), "a bucket too few")
}

func TestDeltaHistogram(t *testing.T) {
	var h Histogram
	var r Reading
	p := explicit(20, 10, 5, 0, 0, 0)
	p.Start = 10 * second
	require.Equal(t, OK, h.Read(true, p, []float64{0.5}, &r))
	require.InDelta(t, 0.5, r.Rate, 1e-12)
	require.InDelta(t, 0.5, r.Quantiles[0], 1e-12)
	require.Equal(t, OK, h.Read(true, explicit(25, 10, 5, 0, 0, 0), nil, &r), "without a start, since the last point")
	require.InDelta(t, 1, r.Rate, 1e-12)
	require.Equal(t, Duplicate, h.Read(true, explicit(25, 10, 5, 0, 0, 0), nil, &r))
}

// exponential counts values as an SDK would at a scale.
func exponential(at int64, scale int32, values []float64) *Point {
	p := &Point{At: at * second, Exponential: true, HasSum: true, Count: uint64(len(values))}
	p.Scale = scale
	count := map[bool]map[int32]uint64{true: {}, false: {}}
	zero := uint64(0)
	for _, v := range values {
		p.Sum += v
		if v == 0 {
			zero++
			continue
		}
		index := int32(math.Ceil(math.Ldexp(math.Log2(math.Abs(v)), int(scale)))) - 1
		count[v < 0][index]++
	}
	dense := func(m map[int32]uint64) (first int32, counts []uint64) {
		if len(m) == 0 {
			return 0, nil
		}
		first, last := int32(math.MaxInt32), int32(math.MinInt32)
		for i := range m {
			first, last = min(first, i), max(last, i)
		}
		for i := first; i <= last; i++ {
			counts = append(counts, m[i])
		}
		return first, counts
	}
	var negative, positive []uint64
	p.Negative, negative = dense(count[true])
	p.Positive, positive = dense(count[false])
	p.NegativeLen = len(negative)
	p.Buckets = slices.Concat(negative, []uint64{zero}, positive)
	return p
}

// However the scale changes between points, the quantiles of what lies between
// them are right within a bucket of the coarser scale.
func TestExponentialHistogram(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	quantiles := []float64{0.01, 0.25, 0.5, 0.9, 0.99}
	for _, scales := range [][2]int32{{3, 3}, {5, 3}, {3, 5}, {0, 0}, {4, -1}} {
		var h Histogram
		var got Reading
		var values []float64
		for range 500 {
			values = append(values, 50*r.NormFloat64())
		}
		require.Equal(t, First, h.Read(false, exponential(10, scales[0], values), quantiles, &got))
		fresh := []float64{0, 0, 0}
		for range 3000 {
			fresh = append(fresh, 100*r.NormFloat64()*r.ExpFloat64()+50)
		}
		require.Equal(t, OK, h.Read(false, exponential(20, scales[1], append(values, fresh...)), quantiles, &got))
		slices.Sort(fresh)
		base := math.Exp2(math.Ldexp(1, -int(min(scales[0], scales[1]))))
		for i, q := range quantiles {
			want := fresh[int(q*float64(len(fresh)))]
			require.InDelta(t, 1, got.Quantiles[i]/want, base-1+0.05, "scales %v, quantile %v: got %v, want %v", scales, q, got.Quantiles[i], want)
		}
		require.Equal(t, Reset, h.Read(false, exponential(30, scales[1], values), quantiles, &got))
	}
}

func TestStatesSurvive(t *testing.T) {
	var n Number
	n.Read(Cumulative, 1, 2, 3)
	var h Histogram
	h.Read(false, exponential(1, 3, []float64{-1, 0, 5, 7}), nil, new(Reading))
	b := h.Append(n.Append(nil))
	var n2 Number
	var h2 Histogram
	r := codec.NewReader(b)
	n2.Restore(r)
	h2.Restore(r)
	require.NoError(t, r.Err())
	require.Empty(t, r.Rest())
	require.Equal(t, n, n2)
	require.Equal(t, b, h2.Append(n2.Append(nil)))
	for i := range b {
		r := codec.NewReader(b[:i])
		n2.Restore(r)
		h2.Restore(r)
		require.ErrorIs(t, r.Err(), codec.ErrMalformed, "cut at %d", i)
	}
}

// Whatever bytes make the points and the state, nothing panics, and a number
// that comes out is one that can be watched.
func FuzzHistogram(f *testing.F) {
	f.Add([]byte("\x03\x01\x02abcdefgh"), int32(0), int32(1), true)
	var h Histogram
	h.Read(false, exponential(1, 3, []float64{-1, 0, 5, 7}), nil, new(Reading))
	f.Add(h.Append(nil), int32(-7), int32(2), true)
	f.Add(h.Append(nil), int32(math.MaxInt32), int32(math.MinInt32), false)
	f.Fuzz(func(t *testing.T, b []byte, first, scale int32, isExponential bool) {
		var h Histogram
		h.Restore(codec.NewReader(b))
		for at := range int64(3) {
			p := &Point{At: at + 1, Exponential: isExponential, HasSum: true, Layout: Layout{Scale: scale, Positive: first, Negative: -first}}
			for i, c := range b {
				p.Buckets = append(p.Buckets, uint64(c)*uint64(at+1))
				p.Count += uint64(c) * uint64(at+1)
				if i > 0 {
					p.Bounds = append(p.Bounds, float64(i)*0.5)
				}
			}
			p.NegativeLen = len(b) / 3
			var r Reading
			if h.Read(at == 2, p, []float64{0, 0.5, 1}, &r) == OK {
				require.False(t, math.IsInf(r.Rate, 0) || math.IsNaN(r.Rate) || r.Rate < 0)
			}
		}
	})
}

// A counter of whole numbers keeps its rate where a float64 cannot tell them apart.
func TestWholeNumbersBeyondTheExact(t *testing.T) {
	for _, begin := range []int64{1<<53 - 5, 1<<60 + 1, math.MaxInt64 - 1000, -1 << 63} {
		var n Number
		var points Points
		m := pmetric.NewMetric()
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		for i := range int64(100) {
			dp := sum.DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.Timestamp((i + 1) * 1e9))
			dp.SetIntValue(begin + 7*i)
		}
		points.Each(m, func(pcommon.Map, pmetric.DataPointFlags) {
			p := &points.Sample
			rate, outcome := n.ReadExact(p.Kind, p.Start, p.At, p.Value, p.Rest)
			if outcome != First {
				require.Equal(t, OK, outcome)
				require.InDelta(t, 7, rate, 0)
			}
			r := codec.NewReader(n.Append(nil))
			var back Number
			back.Restore(r)
			require.NoError(t, r.Err())
			require.Equal(t, n, back)
		})
	}
}
