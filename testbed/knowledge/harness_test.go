// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// collector is a collector process without queues: what is sent to it has come
// out when the sending ends.
type collector struct {
	*program.Program
	address string
	health  string
	api     string // of the knowledge base
	sink    *sink
	config  string
}

// sink takes what collectors export.
type sink struct {
	*httptest.Server
	mu   sync.Mutex
	logs []plog.Logs
}

func newSink(t *testing.T) *sink {
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		request := plogotlp.NewExportRequest()
		if err == nil {
			err = request.UnmarshalProto(payload)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.logs = append(s.logs, request.Logs())
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s
}

// take returns the records that came since the last call.
func (s *sink) take() []plog.LogRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []plog.LogRecord
	for _, logs := range s.logs {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					all = append(all, lr)
				}
			}
		}
	}
	s.logs = nil
	return all
}

// startCollector starts a collector with a knowledge base, whose store is given as
// a line of YAML.
func startCollector(t *testing.T, base string) *collector {
	c := newCollector(t, base)
	c.start(t)
	return c
}

// newCollector is startCollector without starting it.
func newCollector(t *testing.T, base string) *collector {
	c := &collector{address: program.FreeAddress(t), health: program.FreeAddress(t), api: program.FreeAddress(t), sink: newSink(t)}
	c.config = program.WriteFile(t, t.TempDir(), "collector.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
processors: {log_cluster: {knowledge_base: knowledge_base}}
exporters: {otlp_http: {endpoint: %q, compression: none, sending_queue: {enabled: false}}}
extensions:
  knowledge_base: {%s, http: {endpoint: %q}}
  health_check: {http: {endpoint: %q, status: {enabled: true, path: /}}, component_health: {include_recoverable_errors: true, recovery_duration: 100ms}}
service:
  extensions: [health_check, knowledge_base]
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [otlp], processors: [log_cluster], exporters: [otlp_http]}}
`, c.address, c.sink.URL, base, c.api, c.health))
	return c
}

// start starts the process, again if need be.
func (c *collector) start(t *testing.T) {
	c.launch(t)
	c.WaitFor(t, "Everything is ready")
}

// launch starts the process and does not wait until it is ready.
func (c *collector) launch(t *testing.T) {
	c.Program = program.Start(t, nil, program.Collector(t),
		"--feature-gates=+extension.healthcheck.useComponentStatus", "--config", c.config)
}

// waitForHealth waits until the health check answers with an HTTP status.
func (c *collector) waitForHealth(t *testing.T, status int) {
	t.Helper()
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + c.health + "/")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == status
	}, 30*time.Second, 50*time.Millisecond, "the health check never said %d", status)
}

// line is one record.
type line struct {
	at   time.Time
	body string
}

// send sends records and returns their attributes.
func (c *collector) send(t *testing.T, lines []line) []map[string]any {
	t.Helper()
	c.sink.take()
	otlp.SendLogs(t, c.address, logsOf(lines))
	records := c.sink.take()
	require.Len(t, records, len(lines))
	all := make([]map[string]any, len(records))
	for i, lr := range records {
		require.Equal(t, lines[i].body, lr.Body().Str())
		all[i] = lr.Attributes().AsRaw()
		require.Contains(t, all[i], "log.template.id")
	}
	return all
}

func logsOf(lines []line) plog.Logs {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "shop")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for _, l := range lines {
		lr := records.AppendEmpty()
		lr.SetTimestamp(pcommon.NewTimestampFromTime(l.at))
		lr.Body().SetStr(l.body)
	}
	return logs
}

// identity is what a line's record says it is.
type identity struct{ template, cluster any }

// identities sends lines and returns what each is.
func (c *collector) identities(t *testing.T, lines []line) map[string]identity {
	t.Helper()
	ids := map[string]identity{}
	for i, attributes := range c.send(t, lines) {
		ids[lines[i].body] = identity{attributes["log.template.id"], attributes["log.cluster.id"]}
	}
	return ids
}

// madeLines makes lines, one every 30 ms.
func madeLines(r *rand.Rand, n int, from time.Time) []line {
	lines := make([]line, n)
	for i := range lines {
		lines[i] = line{from.Add(time.Duration(i) * 30 * time.Millisecond), linetest.Line(r)}
	}
	return lines
}

// distinct returns every text once, all at a time.
func distinct(lines []line, at time.Time) []line {
	seen := map[string]bool{}
	var once []line
	for _, l := range lines {
		if !seen[l.body] {
			seen[l.body] = true
			once = append(once, line{at, l.body})
		}
	}
	return once
}
