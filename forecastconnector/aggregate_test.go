// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// pods is a batch of a counter and a gauge of pods at a minute, with routes.
func pods(minute int, names ...string) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for i, name := range names {
		rm := md.ResourceMetrics().AppendEmpty()
		rm.Resource().Attributes().PutStr("service.name", "shop")
		rm.Resource().Attributes().PutStr("k8s.pod.name", name)
		metrics := rm.ScopeMetrics().AppendEmpty().Metrics()
		for _, route := range []string{"/cart", "/pay"} {
			point := func(dp pmetric.NumberDataPoint, value float64) {
				dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start.Add(time.Duration(minute)*time.Minute + time.Duration(i)*time.Second)))
				dp.Attributes().PutStr("http.route", route)
				dp.SetDoubleValue(value)
			}
			count := metrics.AppendEmpty()
			count.SetName("requests")
			sum := count.SetEmptySum()
			sum.SetIsMonotonic(true)
			sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			point(sum.DataPoints().AppendEmpty(), 60*float64(minute))
			queue := metrics.AppendEmpty()
			queue.SetName("queue")
			point(queue.SetEmptyGauge().DataPoints().AppendEmpty(), 10)
		}
	}
	return md
}

func means(md []pmetric.Metrics) map[string]float64 {
	out := map[string]float64{}
	for _, made := range md {
		for _, rm := range made.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					for _, dp := range m.Gauge().DataPoints().All() {
						bound, _ := dp.Attributes().Get(boundKey)
						horizon, _ := dp.Attributes().Get(horizonKey)
						if bound.Str() == "mean" && horizon.Str() == "1h" {
							route, _ := dp.Attributes().Get("http.route")
							kind, _ := dp.Attributes().Get(aggregateKey)
							out[fmt.Sprint(m.Name(), " ", rm.Resource().Attributes().AsRaw(), " ", route.Str(), " ", kind.Str())] = dp.DoubleValue()
						}
					}
				}
			}
		}
	}
	return out
}

// A service is forecast once, by route, while its pods are replaced.
func TestPodsAreForecastAsAService(t *testing.T) {
	cfg := defaults(func(c *Config) {
		c.Aggregate = []AggregateConfig{{Match: match.Config{Names: []string{"requests"}}}, {Match: match.Config{Names: []string{"queue"}}, Function: "max"}}
	})
	c := startMetrics(t, cfg)
	for minute := range 90 {
		names := []string{"a", "b", "c"}
		if minute >= 40 { // a rollout
			names = []string{"d", "e", "f"}
		}
		require.NoError(t, c.ConsumeMetrics(t.Context(), pods(minute, names...)))
	}
	got := means(c.sink.AllMetrics())
	require.Len(t, got, 4, "%v", got)
	for _, route := range []string{"/cart", "/pay"} {
		require.InDelta(t, 3, got["requests.forecast map[service.name:shop] "+route+" sum"], 0.1)
		require.InDelta(t, 10, got["queue.forecast map[service.name:shop] "+route+" max"], 0.1)
	}
	require.Equal(t, 4, c.Metrics.(instance).Component.streams.Len(), "pods take no place")
}

// The streams' own forecasts stay where they are asked for.
func TestStreamsBesideTheirAggregate(t *testing.T) {
	c := startMetrics(t, defaults(func(c *Config) { c.Aggregate = []AggregateConfig{{Streams: true}} }))
	for minute := range 10 {
		require.NoError(t, c.ConsumeMetrics(t.Context(), pods(minute, "a", "b")))
	}
	got := means(c.sink.AllMetrics())
	require.Len(t, got, 4+8)
}

// Members are bounded, and those of a stream that is forgotten are given back.
func TestMembersAreBounded(t *testing.T) {
	c := newMetrics(t, defaults(func(c *Config) {
		c.Limits.Streams = 20
		c.Aggregate = []AggregateConfig{{}}
	}), consumertest.NewNop()).(instance).Component
	for minute := range 5 {
		names := make([]string, 50)
		for i := range names {
			names[i] = fmt.Sprint("pod-", i)
		}
		b := newPass(c)
		b.forecast(pods(minute, names...))
		require.Positive(t, b.counts[full])
		require.EqualValues(t, 20, c.members.Load())
	}
	c.streams.Clear()
	require.NoError(t, c.Shutdown(t.Context()))
}

// A restart in the middle of a slot changes nothing.
func TestRestartOfAggregates(t *testing.T) {
	cfg := func() *Config {
		return defaults(everything, func(c *Config) { c.Aggregate = []AggregateConfig{{Function: "mean"}} })
	}
	kept, again := newMetrics(t, cfg(), consumertest.NewNop()).(instance).Component, newMetrics(t, cfg(), consumertest.NewNop()).(instance).Component
	for minute := range 60 {
		for _, pod := range []string{"a", "b", "c"} {
			md := pods(minute, pod)
			want := streamtest.OutputOf(newPass(kept).forecast(md))
			require.Equal(t, want, streamtest.OutputOf(newPass(again).forecast(md)), "minute %d", minute)
			var chunks [][]byte
			for chunk := range again.streams.Snapshot() {
				chunks = append(chunks, append([]byte(nil), chunk...))
			}
			require.NoError(t, again.Shutdown(t.Context()))
			again = newMetrics(t, cfg(), consumertest.NewNop()).(instance).Component
			require.NoError(t, again.streams.Restore(stateVersion, func(yield func([]byte, error) bool) {
				for _, chunk := range chunks {
					if !yield(chunk, nil) {
						return
					}
				}
			}))
		}
	}
	require.NoError(t, kept.Shutdown(t.Context()))
	require.NoError(t, again.Shutdown(t.Context()))
}
