// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package streamtest makes metric streams for tests and takes outputs apart, by
// stream, so that two runs can be compared.
package streamtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// Start is the event time at which the tests' streams begin.
var Start = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// Event is one point of a test: its stream and its time say all.
type Event struct {
	At     time.Duration // since Start
	Stream int
	Values []float64 // one for a number, observations for a histogram
}

// streamKinds are the kinds of streams that the tests mix; a stream's number
// says which it is.
var streamKinds = []string{"gauge", "counter", "delta", "histogram", "exponential"}

// KindOf is the kind of a stream.
func KindOf(stream int) string { return streamKinds[stream%len(streamKinds)] }

// Traffic makes n points for each of some streams, with anomalies in them.
func Traffic(seed uint64, streams, n int) []Event {
	r := rand.New(rand.NewPCG(seed, 7))
	var events []Event
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
			if KindOf(s) == "counter" {
				if r.IntN(200) == 0 {
					level[s] = 0 // it began again
				}
				level[s] += max(0, value)
				value = level[s]
			}
			e := Event{At: time.Duration(i)*15*time.Second + time.Duration(s)*time.Millisecond, Stream: s, Values: []float64{value}}
			if s%len(streamKinds) >= 3 {
				for range 20 {
					e.Values = append(e.Values, value*math.Exp(r.NormFloat64()/3))
				}
			}
			events = append(events, e)
		}
	}
	return events
}

// MetricsOf makes one batch of events, in order.
func MetricsOf(events []Event) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for i := 0; i < len(events); {
		rm := md.ResourceMetrics().AppendEmpty()
		resource := events[i].Stream % 3
		rm.Resource().Attributes().PutStr("service.name", fmt.Sprintf("shop-%d", resource))
		sm := rm.ScopeMetrics().AppendEmpty()
		sm.Scope().SetName("meter")
		for ; i < len(events) && events[i].Stream%3 == resource; i++ {
			events[i].put(sm.Metrics().AppendEmpty())
		}
	}
	return md
}

func (e Event) put(m pmetric.Metric) {
	kind := KindOf(e.Stream)
	m.SetName("test." + kind)
	m.SetUnit("By")
	at := pcommon.NewTimestampFromTime(Start.Add(e.At))
	begun := pcommon.NewTimestampFromTime(Start.Add(e.At - 15*time.Second))
	attribute := func(m pcommon.Map) { m.PutInt("stream", int64(e.Stream)) }
	number := func(dp pmetric.NumberDataPoint) {
		dp.SetTimestamp(at)
		dp.SetDoubleValue(e.Values[0])
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
		for _, v := range e.Values {
			i, _ := slices.BinarySearch(bounds, v)
			counts[i]++
			sum += v
		}
		dp.BucketCounts().FromRaw(counts)
		dp.SetCount(uint64(len(e.Values)))
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
		for _, v := range e.Values {
			counts[max(0, min(63, int(4*math.Log2(max(1, v)))))]++
			sum += v
		}
		dp.Positive().BucketCounts().FromRaw(counts)
		dp.SetCount(uint64(len(e.Values)))
		dp.SetSum(sum)
	}
}

// OutputOf returns what was said of each stream, in the order of its points: the
// source's attributes, and each companion with its value.
func OutputOf(md pmetric.Metrics) map[string][]string {
	out := map[string][]string{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				eachPoint(m, func(attributes pcommon.Map, at pcommon.Timestamp, value string) {
					stream, _ := attributes.Get("stream")
					key := fmt.Sprintf("%s of %d", m.Name(), stream.Int())
					out[key] = append(out[key], fmt.Sprintf("%v %s %v %s", at.AsTime().Sub(Start), m.Unit(), attributes.AsRaw(), value))
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

// Join appends each list of more to that of all.
func Join(all, more map[string][]string) {
	for key, lines := range more {
		all[key] = append(all[key], lines...)
	}
}

// Always gives batches of one size.
func Always(n int) func() int { return func() int { return n } }

// Host is a component.Host with extensions.
type Host map[component.ID]component.Component

// GetExtensions implements component.Host.
func (h Host) GetExtensions() map[component.ID]component.Component { return h }

// StorageID is the storage extension of a Host that Storage makes.
var StorageID = component.MustNewID("file_storage")

// Storage runs a real file_storage in a directory until stop is called.
func Storage(t testing.TB, dir string) (h Host, stop func()) {
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	ext, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	return Host{StorageID: ext}, func() { require.NoError(t, ext.Shutdown(context.Background())) }
}

// Shuffled delays points at random by up to a time.
func Shuffled(events []Event, by time.Duration) []Event {
	r := rand.New(rand.NewPCG(4, 1))
	type arrival struct {
		Event
		at time.Duration
	}
	var all []arrival
	for _, e := range events {
		all = append(all, arrival{e, e.At + time.Duration(r.Int64N(int64(by)))})
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	late := make([]Event, len(all))
	for i, a := range all {
		late[i] = a.Event
	}
	return late
}

// ClockBack is events whose clock goes back by a time in the middle.
func ClockBack(events []Event, by time.Duration) []Event {
	jumpy := slices.Clone(events)
	for i := len(jumpy) / 2; i < len(jumpy); i++ {
		jumpy[i].At -= by
	}
	return jumpy
}

// RequireEqual says where two outputs first differ.
func RequireEqual(t testing.TB, want, got map[string][]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		for i, line := range want[key] {
			require.Less(t, i, len(got[key]), "%s: nothing where %s should be", key, line)
			require.Equal(t, line, got[key][i], "%s, line %d", key, i)
		}
		require.Len(t, got[key], len(want[key]), "%s goes on with %q", key, got[key][min(len(want[key]), len(got[key])-1)])
	}
	require.Len(t, got, len(want), "there are outputs that should not be")
}

// ID is an identity as hashing gives them.
func ID(n int) series.ID { return series.ID(uint64(n+1) * 0x9e3779b97f4a7c15) }
