// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package repeat // import "github.com/otelcol-aiops/otelcol-aiops/internal/repeat"

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Metrics is the quick number of a batch of metrics: of the times and values of its
// points, in order.
func Metrics(md pmetric.Metrics) uint64 {
	h := Start
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				h = metric(Mix(h, uint64(m.Type())), m)
			}
		}
	}
	return h
}

func metric(h uint64, m pmetric.Metric) uint64 {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return numbers(h, m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		return numbers(h, m.Sum().DataPoints())
	case pmetric.MetricTypeHistogram:
		for _, dp := range m.Histogram().DataPoints().All() {
			h = Mix(Mix(Mix(h, uint64(dp.Timestamp())), dp.Count()), math.Float64bits(dp.Sum()))
			for i := range dp.BucketCounts().Len() {
				h = Mix(h, dp.BucketCounts().At(i))
			}
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, dp := range m.ExponentialHistogram().DataPoints().All() {
			h = Mix(Mix(Mix(h, uint64(dp.Timestamp())), dp.Count()), math.Float64bits(dp.Sum()))
			for i := range dp.Positive().BucketCounts().Len() {
				h = Mix(h, dp.Positive().BucketCounts().At(i))
			}
		}
	}
	return h
}

func numbers(h uint64, points pmetric.NumberDataPointSlice) uint64 {
	for _, dp := range points.All() {
		h = Mix(h, uint64(dp.Timestamp()))
		switch dp.ValueType() {
		case pmetric.NumberDataPointValueTypeInt:
			h = Mix(h, uint64(dp.IntValue()))
		case pmetric.NumberDataPointValueTypeDouble:
			h = Mix(h, math.Float64bits(dp.DoubleValue()))
		}
	}
	return h
}
