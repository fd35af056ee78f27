// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/metadata"
)

// start is the event time at which the tests' streams begin.
var start = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// event is one point of a test: its stream and its time say all.
type event struct {
	at     time.Duration // since start
	stream int
	values []float64 // one for a number, observations for a histogram
}

// streamKinds are the kinds of streams that the tests mix; a stream's number
// says which it is.
var streamKinds = []string{"gauge", "counter", "delta", "histogram", "exponential"}

func kindOf(stream int) string { return streamKinds[stream%len(streamKinds)] }

// traffic makes n points for each of some streams, with anomalies in them.
func traffic(seed uint64, streams, n int) []event {
	r := rand.New(rand.NewPCG(seed, 7))
	var events []event
	level := make([]float64, streams)
	for i := range n {
		for s := range streams {
			value := 100 + 10*math.Sin(float64(i)/20+float64(s)) + 3*r.NormFloat64()
			switch {
			case i > n/2 && i%97 < 2:
				value += 80
			case i > 3*n/4:
				value += 40
			}
			if kindOf(s) == "counter" {
				if r.IntN(200) == 0 {
					level[s] = 0 // it began again
				}
				level[s] += max(0, value)
				value = level[s]
			}
			e := event{at: time.Duration(i)*15*time.Second + time.Duration(s)*time.Millisecond, stream: s, values: []float64{value}}
			if s%len(streamKinds) >= 3 {
				for range 20 {
					e.values = append(e.values, value*math.Exp(r.NormFloat64()/3))
				}
			}
			events = append(events, e)
		}
	}
	return events
}

// metricsOf makes one batch of events, in order.
func metricsOf(events []event) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for i := 0; i < len(events); {
		rm := md.ResourceMetrics().AppendEmpty()
		resource := events[i].stream % 3
		rm.Resource().Attributes().PutStr("service.name", fmt.Sprintf("shop-%d", resource))
		sm := rm.ScopeMetrics().AppendEmpty()
		sm.Scope().SetName("meter")
		for ; i < len(events) && events[i].stream%3 == resource; i++ {
			events[i].put(sm.Metrics().AppendEmpty())
		}
	}
	return md
}

func (e event) put(m pmetric.Metric) {
	kind := kindOf(e.stream)
	m.SetName("test." + kind)
	m.SetUnit("By")
	at := pcommon.NewTimestampFromTime(start.Add(e.at))
	begun := pcommon.NewTimestampFromTime(start.Add(e.at - 15*time.Second))
	attribute := func(m pcommon.Map) { m.PutInt("stream", int64(e.stream)) }
	number := func(dp pmetric.NumberDataPoint) {
		dp.SetTimestamp(at)
		dp.SetDoubleValue(e.values[0])
		attribute(dp.Attributes())
	}
	switch kind {
	case "gauge":
		number(m.SetEmptyGauge().DataPoints().AppendEmpty())
	case "counter":
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		number(sum.DataPoints().AppendEmpty())
	case "delta":
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		dp := sum.DataPoints().AppendEmpty()
		number(dp)
		dp.SetStartTimestamp(begun)
	case "histogram":
		h := m.SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		dp := h.DataPoints().AppendEmpty()
		dp.SetTimestamp(at)
		dp.SetStartTimestamp(begun)
		attribute(dp.Attributes())
		bounds := []float64{50, 75, 100, 125, 150, 200, 300}
		dp.ExplicitBounds().FromRaw(bounds)
		counts, sum := make([]uint64, len(bounds)+1), 0.0
		for _, v := range e.values {
			i, _ := slices.BinarySearch(bounds, v)
			counts[i]++
			sum += v
		}
		dp.BucketCounts().FromRaw(counts)
		dp.SetCount(uint64(len(e.values)))
		dp.SetSum(sum)
	case "exponential":
		h := m.SetEmptyExponentialHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		dp := h.DataPoints().AppendEmpty()
		dp.SetTimestamp(at)
		dp.SetStartTimestamp(begun)
		attribute(dp.Attributes())
		dp.SetScale(2)
		counts, sum := make([]uint64, 64), 0.0
		for _, v := range e.values {
			counts[max(0, min(63, int(4*math.Log2(max(1, v)))))]++
			sum += v
		}
		dp.Positive().BucketCounts().FromRaw(counts)
		dp.SetCount(uint64(len(e.values)))
		dp.SetSum(sum)
	}
}

// outputOf returns what was said of each stream, in the order of its points: the
// source's attributes, and each companion with its value.
func outputOf(md pmetric.Metrics) map[string][]string {
	out := map[string][]string{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				eachPoint(m, func(attributes pcommon.Map, at pcommon.Timestamp, value string) {
					stream, _ := attributes.Get("stream")
					key := fmt.Sprintf("%s of %d", m.Name(), stream.Int())
					out[key] = append(out[key], fmt.Sprintf("%v %s %v %s", at.AsTime().Sub(start), m.Unit(), attributes.AsRaw(), value))
				})
			}
		}
	}
	return out
}

func eachPoint(m pmetric.Metric, f func(attributes pcommon.Map, at pcommon.Timestamp, value string)) {
	numbers := func(points pmetric.NumberDataPointSlice) {
		for _, dp := range points.All() {
			value := fmt.Sprint(dp.DoubleValue(), dp.IntValue())
			if dp.Flags().NoRecordedValue() {
				value = "end"
			}
			f(dp.Attributes(), dp.Timestamp(), value)
		}
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		numbers(m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		numbers(m.Sum().DataPoints())
	case pmetric.MetricTypeHistogram:
		for _, dp := range m.Histogram().DataPoints().All() {
			f(dp.Attributes(), dp.Timestamp(), "")
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, dp := range m.ExponentialHistogram().DataPoints().All() {
			f(dp.Attributes(), dp.Timestamp(), "")
		}
	}
}

func join(all, more map[string][]string) {
	for key, lines := range more {
		all[key] = append(all[key], lines...)
	}
}

func defaults(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

func everything(c *Config) {
	c.Companions = CompanionsConfig{Score: true, Points: true, Expected: true, Bounds: true, Level: 0.5}
	c.Histograms.Quantiles = []float64{0.5, 0.99}
}

func nopSettings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }

func newMetrics(t testing.TB, set processor.Settings, cfg *Config) processor.Metrics {
	require.NoError(t, cfg.Validate())
	p, err := NewFactory().CreateMetrics(context.Background(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	return p
}

// startMetrics starts a processor that is stopped with the test.
func startMetrics(t testing.TB, cfg *Config) processor.Metrics {
	p := newMetrics(t, nopSettings(), cfg)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

// consume sends events in batches whose sizes next gives.
func consume(t testing.TB, p processor.Metrics, events []event, next func() int) map[string][]string {
	all := map[string][]string{}
	for len(events) > 0 {
		n := min(next(), len(events))
		md := metricsOf(events[:n])
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		join(all, outputOf(md))
		events = events[n:]
	}
	return all
}

func always(n int) func() int { return func() int { return n } }

// host is a component.Host with extensions.
type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

var storageID = component.MustNewID("file_storage")

// storageHost runs a real file_storage in a directory until stop is called.
func storageHost(t testing.TB, dir string) (h host, stop func()) {
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	var ext extension.Extension
	ext, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	return host{storageID: ext}, func() { require.NoError(t, ext.Shutdown(context.Background())) }
}
