// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

const benchStreams = 100

// waves is a point of each of some streams with three attributes each.
func waves(at time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "shop")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("queue.length")
	m.SetUnit("{message}")
	points := m.SetEmptyGauge().DataPoints()
	phase := 2 * math.Pi * float64(at.Unix()%86400) / 86400
	for i := range benchStreams {
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
		dp.Attributes().PutStr("http.request.method", "GET")
		dp.Attributes().PutStr("http.route", fmt.Sprint("/api/v1/orders/", i))
		dp.Attributes().PutInt("http.response.status_code", 200)
		dp.SetDoubleValue(100 + 30*math.Sin(phase+float64(i)) + float64((at.Unix()/30*7+int64(i))%11))
	}
	return md
}

// BenchmarkConsume is a batch of streams that know five weeks, a point every 30
// seconds, without fits; the time is that of a point.
func BenchmarkConsume(b *testing.B) {
	for name, change := range map[string]func(*Config){
		"learn":    func(c *Config) { c.EmitInterval = time.Hour },
		"defaults": func(*Config) {},
		"limit":    func(c *Config) { limit := 1e6; c.Metrics = []MetricConfig{{Limit: &limit}} },
		"all":      func(c *Config) { everything(c); c.Horizons = defaultHorizons(); c.Plan.Slot = time.Hour },
	} {
		b.Run(name, func(b *testing.B) {
			c := newMetrics(b, defaults(change), consumertest.NewNop()).(instance).Component
			at := streamtest.Start.Add(-35 * day)
			for ; at.Before(streamtest.Start); at = at.Add(time.Hour) {
				c.answer(b.Context(), waves(at))
			}
			c.cfg.Limits.Fits = 0
			batches := make([]pmetric.Metrics, 64)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if n%len(batches) == 0 {
					b.StopTimer()
					for i := range batches {
						at = at.Add(30 * time.Second)
						batches[i] = waves(at)
					}
					b.StartTimer()
				}
				c.answer(b.Context(), batches[n%len(batches)])
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchStreams, "ns/point")
			require.NoError(b, c.Shutdown(b.Context()))
		})
	}
}
