// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// A message of a service: how many a step in usual times, and how much more often
// in an incident.
type message struct {
	service  string
	severity plog.SeverityNumber
	usual    float64
	factor   float64
	text     func(*rand.Rand) string
}

var tables = []string{"users", "orders", "invoices", "carts"}

// What goes wrong has several wordings, as it has where several people write code.
var messages = []message{
	{"checkout", plog.SeverityNumberInfo, 20, 1, func(r *rand.Rand) string {
		return fmt.Sprintf("order %d placed in %d ms", r.IntN(1e6), 20+r.IntN(80))
	}},
	{"checkout", plog.SeverityNumberInfo, 8, 1, func(r *rand.Rand) string {
		return fmt.Sprintf("cart %08x restored with %d items", r.Uint32(), r.IntN(9))
	}},
	{"checkout", plog.SeverityNumberError, 2, 12, func(r *rand.Rand) string {
		return fmt.Sprintf("request to payments timed out after %d s", 30+r.IntN(2))
	}},
	{"checkout", plog.SeverityNumberError, 1, 12, func(*rand.Rand) string {
		return "timeout while waiting for a response from payments"
	}},
	{"payments", plog.SeverityNumberInfo, 20, 0.5, func(r *rand.Rand) string {
		return fmt.Sprintf("payment %d accepted, %d.%02d EUR", r.IntN(1e6), r.IntN(200), r.IntN(100))
	}},
	{"payments", plog.SeverityNumberError, 0.5, 12, func(r *rand.Rand) string {
		return fmt.Sprintf("Connection refused: db%d:5432", 1+r.IntN(3))
	}},
	{"payments", plog.SeverityNumberError, 0.5, 12, func(r *rand.Rand) string {
		return fmt.Sprintf("could not connect to server db%d: connection refused", 1+r.IntN(3))
	}},
	{"catalogue", plog.SeverityNumberInfo, 10, 1, func(r *rand.Rand) string {
		return fmt.Sprintf("GET /items/%d 200 %d B", r.IntN(5000), r.IntN(9000))
	}},
	{"catalogue", plog.SeverityNumberWarn, 0.5, 1, func(r *rand.Rand) string {
		return fmt.Sprintf("%s: no such table exists", tables[r.IntN(len(tables))])
	}},
	{"catalogue", plog.SeverityNumberError, 0.5, 1, func(r *rand.Rand) string {
		return fmt.Sprintf("Table not found: %s", tables[r.IntN(len(tables))])
	}},
}

var services = []string{"checkout", "payments", "catalogue"}

// shop makes logs and metrics. The same start gives the same values.
type shop struct {
	r       *rand.Rand
	start   time.Time
	latency map[string]*histogram
}

// histogram is a cumulative one, of seconds.
type histogram struct {
	counts []uint64
	count  uint64
	sum    float64
}

var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

func newShop(start time.Time) *shop {
	s := &shop{r: rand.New(rand.NewPCG(1, 2)), start: start, latency: map[string]*histogram{}} //nolint:gosec // a demo
	for _, service := range services {
		s.latency[service] = &histogram{counts: make([]uint64, len(bounds)+1)}
	}
	return s
}

// incident is true for three minutes in each hour, from half an hour after the
// start: who learns the shop has seen usual times first, whenever it opens.
func (s *shop) incident(at time.Time) bool {
	hour := at.Sub(s.start) % time.Hour
	return hour >= 30*time.Minute && hour < 33*time.Minute
}

// busy is how much of the peak's traffic there is: most at 14:00, least at 02:00.
func busy(at time.Time) float64 {
	day := float64(at.UTC().Hour()*60+at.UTC().Minute()) / (24 * 60)
	return 0.65 + 0.35*math.Cos(2*math.Pi*(day-14.0/24))
}

// poisson draws a count of a small mean.
func (s *shop) poisson(mean float64) int {
	n, p, limit := 0, s.r.Float64(), math.Exp(-mean)
	for p > limit {
		n++
		p *= s.r.Float64()
	}
	return n
}

// logs are those of the step that ends at the given time.
func (s *shop) logs(at time.Time) plog.Logs {
	logs := plog.NewLogs()
	for _, service := range services {
		resource := logs.ResourceLogs().AppendEmpty()
		describe(resource.Resource(), service)
		records := resource.ScopeLogs().AppendEmpty().LogRecords()
		for i := range messages {
			m := &messages[i]
			if m.service != service {
				continue
			}
			mean := m.usual * busy(at)
			if s.incident(at) {
				mean *= m.factor
			}
			n := s.poisson(mean)
			for k := range n {
				record := records.AppendEmpty()
				// Spread over the step.
				record.SetTimestamp(pcommon.NewTimestampFromTime(at.Add(-step + step*time.Duration(k+1)/time.Duration(n+1))))
				record.SetSeverityNumber(m.severity)
				record.SetSeverityText(m.severity.String())
				record.Body().SetStr(m.text(s.r))
			}
		}
	}
	return logs
}

// metrics are the golden signals of each service at a time: latency, traffic and
// errors in one histogram, saturation.
func (s *shop) metrics(at time.Time) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	for _, service := range services {
		resource := metrics.ResourceMetrics().AppendEmpty()
		describe(resource.Resource(), service)
		all := resource.ScopeMetrics().AppendEmpty().Metrics()
		slow, waiting := 1.0, 1.0
		if s.incident(at) && service != "catalogue" {
			slow, waiting = 8, 6
		}
		s.request(service, s.poisson(100*busy(at)), 0.06*slow)
		s.duration(all.AppendEmpty(), service, at)
		gauge(all.AppendEmpty(), "http.server.active_requests", "{request}", at, waiting*(20*busy(at)+s.r.NormFloat64()))
		gauge(all.AppendEmpty(), "system.cpu.utilization", "1", at, min(1, 0.5*busy(at)*math.Sqrt(waiting)+0.02*s.r.NormFloat64()))
		// It would be full within a day, were it not cleaned every twelve hours.
		hours := math.Mod(at.Sub(s.start).Hours(), 12)
		gauge(all.AppendEmpty(), "system.filesystem.utilization", "1", at, 0.5+0.03*hours+0.0005*s.r.NormFloat64())
	}
	return metrics
}

func describe(resource pcommon.Resource, service string) {
	resource.Attributes().PutStr("service.name", service)
	resource.Attributes().PutStr("deployment.environment.name", "demo")
	resource.Attributes().PutStr("host.name", "demo-"+service)
}

func gauge(m pmetric.Metric, name, unit string, at time.Time, value float64) {
	m.SetName(name)
	m.SetUnit(unit)
	dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.SetDoubleValue(value)
}

// request counts n requests with a mean duration in seconds.
func (s *shop) request(service string, n int, mean float64) {
	h := s.latency[service]
	for range n {
		seconds := mean * math.Exp(0.5*s.r.NormFloat64())
		bucket := 0
		for bucket < len(bounds) && seconds > bounds[bucket] {
			bucket++
		}
		h.counts[bucket]++
		h.count++
		h.sum += seconds
	}
}

func (s *shop) duration(m pmetric.Metric, service string, at time.Time) {
	m.SetName("http.server.request.duration")
	m.SetUnit("s")
	m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	dp := m.Histogram().DataPoints().AppendEmpty()
	dp.SetStartTimestamp(pcommon.NewTimestampFromTime(s.start))
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.Attributes().PutStr("http.request.method", "GET")
	h := s.latency[service]
	dp.SetCount(h.count)
	dp.SetSum(h.sum)
	dp.ExplicitBounds().FromRaw(bounds)
	dp.BucketCounts().FromRaw(h.counts)
}
