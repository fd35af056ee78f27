// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package measure // import "github.com/otelcol-aiops/otelcol-aiops/internal/measure"

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Points goes through the points of metrics. It keeps the point that it is at, so
// that none is made for each.
type Points struct {
	Sample Sample
	point  Point
}

// Each calls f for every point of a metric, which is in Sample meanwhile, and
// returns how many points cannot be read: those of summaries, and a metric
// without a type.
func (p *Points) Each(m pmetric.Metric, f func(pcommon.Map, pmetric.DataPointFlags)) (unsupported int) {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		p.numbers(Gauge, m.Gauge().DataPoints(), f)
	case pmetric.MetricTypeSum:
		p.numbers(KindOf(m.Sum()), m.Sum().DataPoints(), f)
	case pmetric.MetricTypeHistogram:
		for _, dp := range m.Histogram().DataPoints().All() {
			p.point.SetHistogram(dp)
			p.distribution(m.Histogram().AggregationTemporality())
			f(dp.Attributes(), dp.Flags())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, dp := range m.ExponentialHistogram().DataPoints().All() {
			p.point.SetExponential(dp)
			p.distribution(m.ExponentialHistogram().AggregationTemporality())
			f(dp.Attributes(), dp.Flags())
		}
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	default:
		return 1
	}
	return 0
}

func (p *Points) numbers(kind Kind, points pmetric.NumberDataPointSlice, f func(pcommon.Map, pmetric.DataPointFlags)) {
	for _, dp := range points.All() {
		p.Sample = Sample{Kind: kind, Start: int64(dp.StartTimestamp()), At: int64(dp.Timestamp()), Value: ValueOf(dp), Rest: restOf(dp)}
		f(dp.Attributes(), dp.Flags())
	}
}

func (p *Points) distribution(t pmetric.AggregationTemporality) {
	p.Sample = Sample{Kind: Cumulative, At: p.point.At, Distribution: &p.point}
	if t == pmetric.AggregationTemporalityDelta {
		p.Sample.Kind = Delta
	}
}

// KindOf says how the points of a sum relate.
func KindOf(sum pmetric.Sum) Kind {
	switch {
	case sum.AggregationTemporality() == pmetric.AggregationTemporalityDelta:
		return Delta
	case sum.IsMonotonic() && sum.AggregationTemporality() == pmetric.AggregationTemporalityCumulative:
		return Cumulative
	default:
		return Gauge
	}
}

// ValueOf is a number point's value; NaN when it has none.
func ValueOf(dp pmetric.NumberDataPoint) float64 {
	switch dp.ValueType() {
	case pmetric.NumberDataPointValueTypeInt:
		return float64(dp.IntValue())
	case pmetric.NumberDataPointValueTypeDouble:
		return dp.DoubleValue()
	default:
		return math.NaN()
	}
}

// restOf is what ValueOf leaves of a whole number beyond 2^53.
func restOf(dp pmetric.NumberDataPoint) float64 {
	const exact = 1 << 53
	if dp.ValueType() != pmetric.NumberDataPointValueTypeInt {
		return 0
	}
	n := dp.IntValue()
	switch rounded := float64(n); {
	case n > -exact && n < exact:
		return 0
	case rounded == 1<<63: // one more than an int64 can be
		return float64(n-math.MaxInt64) - 1
	default:
		return float64(n - int64(rounded))
	}
}

// SetHistogram makes p the point dp, in the memory that p has.
func (p *Point) SetHistogram(dp pmetric.HistogramDataPoint) {
	*p = Point{
		Layout:  Layout{Bounds: p.Bounds[:0]},
		Start:   int64(dp.StartTimestamp()),
		At:      int64(dp.Timestamp()),
		Count:   dp.Count(),
		Sum:     dp.Sum(),
		HasSum:  dp.HasSum(),
		Buckets: appendCounts(p.Buckets[:0], dp.BucketCounts()),
	}
	bounds := dp.ExplicitBounds()
	for i := range min(bounds.Len(), maxBuckets) {
		p.Bounds = append(p.Bounds, bounds.At(i))
	}
}

// SetExponential makes p the point dp, in the memory that p has.
func (p *Point) SetExponential(dp pmetric.ExponentialHistogramDataPoint) {
	*p = Point{
		Exponential: true,
		Layout:      Layout{Bounds: p.Bounds[:0], Scale: dp.Scale(), Positive: dp.Positive().Offset(), Negative: dp.Negative().Offset()},
		Start:       int64(dp.StartTimestamp()),
		At:          int64(dp.Timestamp()),
		Count:       dp.Count(),
		Sum:         dp.Sum(),
		HasSum:      dp.HasSum(),
		Buckets:     appendCounts(p.Buckets[:0], dp.Negative().BucketCounts()),
	}
	p.NegativeLen = len(p.Buckets)
	p.Buckets = append(p.Buckets, dp.ZeroCount())
	p.Buckets = appendCounts(p.Buckets, dp.Positive().BucketCounts())
}

// appendCounts stops where a point has more buckets than any valid one.
func appendCounts(dst []uint64, counts pcommon.UInt64Slice) []uint64 {
	for i := range min(counts.Len(), maxBuckets+1) {
		dst = append(dst, counts.At(i))
	}
	return dst
}

// Len is the number of points of a metric.
func Len(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	}
	return 0
}
