// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func defaults(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

// running is a connector in all four pairs of pipelines, and what comes out of it.
type running struct {
	logs    [2]connector.Logs
	metrics [2]connector.Metrics
	events  [2]*consumertest.LogsSink    // of logs, of metrics
	counts  [2]*consumertest.MetricsSink // of logs, of metrics
}

func start(t testing.TB, cfg *Config) *running {
	require.NoError(t, cfg.Validate())
	r := &running{
		events: [2]*consumertest.LogsSink{{}, {}},
		counts: [2]*consumertest.MetricsSink{{}, {}},
	}
	f := NewFactory()
	set := connectortest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	var err error
	r.logs[0], err = f.CreateLogsToLogs(t.Context(), set, cfg, r.events[0])
	require.NoError(t, err)
	r.logs[1], err = f.CreateLogsToMetrics(t.Context(), set, cfg, r.counts[0])
	require.NoError(t, err)
	r.metrics[0], err = f.CreateMetricsToLogs(t.Context(), set, cfg, r.events[1])
	require.NoError(t, err)
	r.metrics[1], err = f.CreateMetricsToMetrics(t.Context(), set, cfg, r.counts[1])
	require.NoError(t, err)
	for _, c := range r.all() {
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	}
	return r
}

func (r *running) all() []component.Component {
	return []component.Component{r.logs[0], r.logs[1], r.metrics[0], r.metrics[1]}
}

func (r *running) stop(t testing.TB) {
	for _, c := range r.all() {
		require.NoError(t, c.Shutdown(context.Background()))
	}
}

// consume sends what happened as the Collector does: each batch to every pipeline.
func (r *running) consume(t testing.TB, batch []happening) {
	ld, md := pdataOf(batch)
	if ld.LogRecordCount() > 0 {
		for _, c := range r.logs {
			require.NoError(t, c.ConsumeLogs(t.Context(), ld))
		}
	}
	if md.DataPointCount() > 0 {
		for _, c := range r.metrics {
			require.NoError(t, c.ConsumeMetrics(t.Context(), md))
		}
	}
}

// output takes the events and the counts that came, as texts.
func (r *running) output() (events, counts []string) {
	for _, sink := range r.events {
		for _, ld := range sink.AllLogs() {
			for _, rl := range ld.ResourceLogs().All() {
				lr := rl.ScopeLogs().At(0).LogRecords().At(0)
				events = append(events, fmt.Sprint(lr.Timestamp().AsTime().Format(time.TimeOnly), " ", lr.EventName(), " ", lr.Body().Str(), " ", lr.Attributes().AsRaw()))
			}
		}
		sink.Reset()
	}
	for _, sink := range r.counts {
		for _, md := range sink.AllMetrics() {
			for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				for _, dp := range m.Gauge().DataPoints().All() {
					counts = append(counts, fmt.Sprint(dp.Timestamp().AsTime().Format(time.TimeOnly), " ", m.Name(), " ", dp.IntValue(), " ", dp.Attributes().AsRaw()))
				}
			}
		}
		sink.Reset()
	}
	slices.Sort(events)
	slices.Sort(counts)
	return events, counts
}

// happening is a point or, where body is set, an error record.
type happening struct {
	at            time.Time
	service       string
	metric        string
	value         float64
	body, cluster string
}

// outage is two hours of a shop of eight services; from 10:00 to 10:05 payment is slow
// and reports errors, and checkout, which calls it, is slow a minute later.
func outage(seed uint64) []happening {
	random := rand.New(rand.NewPCG(seed, 1))
	var all []happening
	for minute := range 120 {
		for i, service := range []string{"cart", "checkout", "currency", "email", "frontend", "payment", "product", "shipping"} {
			at := streamtest.Start.Truncate(time.Hour).Add(time.Duration(minute) * time.Minute)
			slow := service == "payment" && minute >= 60 && minute < 65 || service == "checkout" && minute >= 61 && minute < 65
			for _, metric := range []string{"process.cpu.utilization", "http.server.request.duration", "http.server.active_requests"} {
				v := 100*(1+float64(i)) + 5*random.NormFloat64()
				if slow && metric != "http.server.active_requests" {
					v *= 6
				}
				all = append(all, happening{at: at.Add(time.Duration(random.IntN(60)) * time.Second), service: service, metric: metric, value: v})
			}
			if slow && service == "payment" {
				for n := range 6 {
					all = append(all, happening{at: at.Add(time.Duration(n) * time.Second), service: service, body: "connection refused to db", cluster: "00000000000000aa"})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	return all
}

func pdataOf(batch []happening) (plog.Logs, pmetric.Metrics) {
	ld, md := plog.NewLogs(), pmetric.NewMetrics()
	for _, h := range batch {
		if h.body != "" {
			rl := ld.ResourceLogs().AppendEmpty()
			rl.Resource().Attributes().PutStr("service.name", h.service)
			lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
			lr.SetTimestamp(pcommon.NewTimestampFromTime(h.at))
			lr.SetSeverityNumber(plog.SeverityNumberError)
			lr.Body().SetStr(h.body)
			lr.Attributes().PutStr(clusterKey, h.cluster)
			lr.Attributes().PutStr(keywordsKey, "connection, refused, db")
			lr.Attributes().PutStr(solutionKey, "Restart the database.")
			continue
		}
		rm := md.ResourceMetrics().AppendEmpty()
		rm.Resource().Attributes().PutStr("service.name", h.service)
		m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName(h.metric)
		dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(h.at))
		dp.SetDoubleValue(h.value)
	}
	return ld, md
}
