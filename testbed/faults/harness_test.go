// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// What every row of the table promises, on a machine that has nothing else to do;
// here it may have.
const (
	startTime = 3 * time.Second
	stopTime  = 10 * time.Second
	busy      = 4 // times as long
)

// collector is a process with every component that has a state, without queues: what
// is sent to it has come out when the sending ends.
type collector struct {
	*program.Program
	address string
	config  string
	args    []string // beside the config
	env     []string
	out     *sink
	sent    int64 // records and points acknowledged
}

// sink counts what collectors export.
type sink struct {
	*httptest.Server
	records, points atomic.Int64
	refuses         func() bool // nil: nothing
}

func newSink(t *testing.T) *sink {
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err != nil || s.refuses != nil && s.refuses() {
			http.Error(w, "full", http.StatusServiceUnavailable)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/logs") {
			request := plogotlp.NewExportRequest()
			if request.UnmarshalProto(payload) == nil {
				s.records.Add(int64(request.Logs().LogRecordCount()))
			}
		} else {
			request := pmetricotlp.NewExportRequest()
			if request.UnmarshalProto(payload) == nil {
				s.points.Add(sourcePoints(request.Metrics()))
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s
}

// sourcePoints counts the points that were sent, not those that our components made.
func sourcePoints(md pmetric.Metrics) (n int64) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() == "load" {
					n += int64(m.Gauge().DataPoints().Len())
				}
			}
		}
	}
	return n
}

// newCollector returns a collector, not started yet, whose state is in a directory;
// storage says how anomaly and forecast keep it.
func newCollector(t *testing.T, dir, storage string) *collector {
	c := &collector{address: program.FreeAddress(t), out: newSink(t)}
	c.config = program.WriteFile(t, t.TempDir(), "collector.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
processors:
  log_cluster: {knowledge_base: knowledge_base}
  anomaly: {%[3]s, checkpoint_interval: 1s}
connectors:
  forecast: {%[3]s, checkpoint_interval: 1s}
exporters:
  otlp_http: {endpoint: %[2]q, compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}
extensions:
  knowledge_base: {file: %[4]q, http: {enabled: false}}
  file_storage: {directory: %[5]q}
service:
  extensions: [knowledge_base, file_storage]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [otlp], processors: [log_cluster], exporters: [otlp_http]}
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [otlp_http, forecast]}
    metrics/forecasts: {receivers: [forecast], processors: [anomaly], exporters: [otlp_http]}
`, c.address, c.out.URL, storage, dir+"/kb.db", t.TempDir()))
	return c
}

// run starts the process and returns how long that took.
func (c *collector) run(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	c.launch(t)
	c.WaitFor(t, "Everything is ready")
	took := time.Since(began)
	require.Less(t, took, busy*startTime)
	time.Sleep(200 * time.Millisecond) // until it listens to signals
	return took
}

// launch starts the process and does not wait until it is ready.
func (c *collector) launch(t *testing.T) {
	t.Helper()
	c.Program = program.Start(t, c.env, program.Collector(t), append([]string{"--config", c.config}, c.args...)...)
}

// stop ends the process in order and returns how long that took.
func (c *collector) stop(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	c.Stop(t)
	took := time.Since(began)
	require.Less(t, took, busy*stopTime)
	return took
}

// send sends records and points, and requires that all have come out.
func (c *collector) send(t *testing.T) {
	t.Helper()
	c.sendAt(t, time.Now())
}

// sendAt sends what says that it happened at a time.
func (c *collector) sendAt(t *testing.T, now time.Time) {
	t.Helper()
	const n = 50
	logs, metrics := plog.NewLogs(), pmetric.NewMetrics()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	load := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	load.SetName("load")
	points := load.SetEmptyGauge().DataPoints()
	for i := range n {
		lr := records.AppendEmpty()
		lr.SetTimestamp(pcommon.NewTimestampFromTime(now))
		lr.Body().SetStr(fmt.Sprintf("order %d shipped to customer %d in %d ms", i, now.UnixNano()%1000, i*7))
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(now))
		dp.SetDoubleValue(float64(i))
		dp.Attributes().PutInt("n", int64(i))
	}
	otlp.SendLogs(t, c.address, logs)
	otlp.SendMetrics(t, c.address, metrics)
	c.sent += n
	require.Equal(t, c.sent, c.out.records.Load(), "records")
	require.Equal(t, c.sent, c.out.points.Load(), "points")
}

// tryRun starts the process and says whether it lives.
func (c *collector) tryRun(t *testing.T) bool {
	t.Helper()
	c.launch(t)
	return c.Waits(t, "Everything is ready")
}
