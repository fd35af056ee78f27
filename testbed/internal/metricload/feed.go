// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package metricload measures what a metric point costs in the anomaly processor
// and the forecast connector, beside other work on the same batches.
package metricload

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// BatchSize is the number of points of a batch.
const BatchSize = 1000

// pointsPerMetric is how many streams of a batch are one metric's.
const pointsPerMetric = 20

// Feed makes batches of so many streams in turns: gauges and counters with three
// attributes each, a rhythm of a day, and noise.
type Feed struct {
	Streams  int
	Interval time.Duration
	rng      *rand.Rand
	next     int // stream of the next batch
	at       time.Time
	counters []float64
	methods  []string
}

// NewFeed returns a feed of so many streams, a multiple of BatchSize or less
// than it.
func NewFeed(streams int, interval time.Duration) *Feed {
	return &Feed{
		Streams: streams, Interval: interval,
		rng:      dataset.Random(uint64(streams)),
		at:       harness.Epoch,
		counters: make([]float64, streams),
		methods:  []string{"GET", "PUT", "POST", "DELETE"},
	}
}

// Next makes the next batch: all streams have a point before any has another.
func (f *Feed) Next() pmetric.Metrics {
	md := pmetric.NewMetrics()
	var metrics pmetric.MetricSlice
	var points pmetric.NumberDataPointSlice
	for i := range min(BatchSize, f.Streams) {
		stream := f.next
		if i%(BatchSize/5) == 0 {
			rm := md.ResourceMetrics().AppendEmpty()
			rm.Resource().Attributes().PutStr("service.name", "shop")
			rm.Resource().Attributes().PutStr("service.instance.id", strconv.Itoa(stream/(BatchSize/5)))
			metrics = rm.ScopeMetrics().AppendEmpty().Metrics()
		}
		if i%pointsPerMetric == 0 {
			points = f.metric(metrics.AppendEmpty(), stream)
		}
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(f.at))
		dp.Attributes().PutStr("http.request.method", f.methods[stream%len(f.methods)])
		dp.Attributes().PutStr("http.route", "/api/v1/orders/"+strconv.Itoa(stream))
		dp.Attributes().PutInt("http.response.status_code", int64(200+stream%5))
		dp.SetDoubleValue(f.value(stream, f.at))
		f.next++
	}
	if f.next >= f.Streams {
		f.next = 0
		f.at = f.at.Add(f.Interval)
	}
	return md
}

func (f *Feed) metric(m pmetric.Metric, stream int) pmetric.NumberDataPointSlice {
	m.SetName("http.server.metric." + strconv.Itoa(stream/pointsPerMetric%10))
	m.SetUnit("1")
	if stream/pointsPerMetric%2 == 0 {
		return m.SetEmptyGauge().DataPoints()
	}
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	return sum.DataPoints()
}

func (f *Feed) value(stream int, at time.Time) float64 {
	day := 2 * math.Pi * float64(at.Sub(harness.Epoch)%(24*time.Hour)) / float64(24*time.Hour)
	v := 100 + 30*math.Sin(day+float64(stream)) + 5*f.rng.NormFloat64()
	if stream/pointsPerMetric%2 == 0 {
		return v
	}
	f.counters[stream] += max(0, v) * f.Interval.Seconds()
	return f.counters[stream]
}
