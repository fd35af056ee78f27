// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Real log lines of several programs: what Loki has, found by ID with LogQL, is
// what left the collector, and all that was sent is there.
func TestClustersInLoki(t *testing.T) {
	loki := backend.StartLoki(t)
	sets := loghub(t, "Apache", "HDFS", "OpenSSH", "Zookeeper")
	copies := filepath.Join(t.TempDir(), "copies.jsonl")
	g := startGateway(t, loki, nil, nil, program.WriteFile(t, t.TempDir(), "copies.yaml", fmt.Sprintf(`
exporters: {file: {path: %q, flush_interval: 100ms}}
service: {pipelines: {logs: {exporters: [otlp_http/loki, file]}}}
`, copies)))

	start := time.Now().Add(-time.Hour).Truncate(time.Second)
	total := 0
	for _, set := range sets {
		total += len(set.Content)
		for i := 0; i < len(set.Content); i += 100 {
			batch := set.Content[i:min(i+100, len(set.Content))]
			otlp.SendLogs(t, g.address, otlp.Logs(set.Name, start.Add(time.Duration(i)*time.Second), time.Second, plog.SeverityNumberInfo, batch...))
		}
	}
	until := time.Now()
	waitForCount(t, loki, `sum(count_over_time({service_name=~".+"} [2h]))`, until, total)
	g.Stop(t) // and so writes the file to its end
	left := clusters(t, copies)

	for _, set := range sets {
		t.Run(set.Name, func(t *testing.T) {
			counts, err := loki.Query(fmt.Sprintf(`sum by (log_cluster_id) (count_over_time({service_name=%q} | log_cluster_id!="" [2h]))`, set.Name), until)
			require.NoError(t, err)
			stored, sum := map[string]int{}, 0
			for _, s := range counts {
				stored[s.Labels["log_cluster_id"]] = int(s.Value())
				sum += int(s.Value())
			}
			require.Equal(t, len(set.Content), sum, "every record has a cluster")
			sent := map[string]int{}
			for id, bodies := range left[set.Name] {
				sent[id] = len(bodies)
			}
			require.Equal(t, sent, stored)

			// The lines themselves, of the largest cluster.
			largest := ""
			for id := range sent {
				if largest == "" || sent[id] > sent[largest] {
					largest = id
				}
			}
			lines, err := loki.QueryRange(fmt.Sprintf(`{service_name=%q} | log_cluster_id=%q`, set.Name, largest), start, until)
			require.NoError(t, err)
			var bodies []string
			for _, s := range lines {
				for _, line := range s.Lines {
					bodies = append(bodies, line.Text)
					assert.Equal(t, largest, line.Metadata["log_cluster_id"])
					assert.NotEmpty(t, line.Metadata["log_record_template"])
					assert.Regexp(t, "^[0-9a-f]{16}$", line.Metadata["log_template_id"])
				}
			}
			require.ElementsMatch(t, left[set.Name][largest], bodies)
		})
	}
}

// Every query of docs/log-clustering.md, on the lines of that page, gives data.
func TestQueriesInDocsReturnData(t *testing.T) {
	page := filepath.Join(program.Root(t), "docs", "log-clustering.md")
	queries := docs.CodeBlocks(t, page, "logql")
	require.NotEmpty(t, queries)
	var lines []string
	for _, block := range docs.CodeBlocks(t, page, "") {
		if strings.HasPrefix(block, "Table not found: users\n") {
			lines = strings.Split(strings.TrimSpace(block), "\n")
		}
	}
	require.Len(t, lines, 14, "the lines of section 6")

	loki := backend.StartLoki(t)
	g := startGateway(t, loki, nil, nil)
	now := time.Now()
	// Once yesterday and often now: one query compares the two.
	otlp.SendLogs(t, g.address, otlp.Logs("shop", now.Add(-25*time.Hour), time.Second, plog.SeverityNumberError, lines...))
	waitForCount(t, loki, `sum(count_over_time({service_name="shop"} [2d]))`, now, len(lines))
	for i := range 9 {
		otlp.SendLogs(t, g.address, otlp.Logs("shop", now.Add(time.Duration(i-10)*30*time.Second), time.Second, plog.SeverityNumberError, lines...))
	}
	at := time.Now()
	waitForCount(t, loki, `sum(count_over_time({service_name="shop"} [2d]))`, at, 10*len(lines))

	for _, query := range queries {
		t.Run(strings.TrimSpace(query), func(t *testing.T) {
			var found []backend.Series
			var err error
			if strings.HasPrefix(query, "{") {
				found, err = loki.QueryRange(query, at.Add(-26*time.Hour), at)
			} else {
				found, err = loki.Query(query, at)
			}
			require.NoError(t, err)
			require.NotEmpty(t, found)
		})
	}
	g.Stop(t)
}

// waitForCount returns when a query for one number gives exactly n.
func waitForCount(t *testing.T, loki *backend.Loki, query string, at time.Time, n int) {
	t.Helper()
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		found, err := loki.Query(query, at)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.InDelta(t, n, found[0].Value(), 0)
	}, time.Minute, 200*time.Millisecond, query)
}

func loghub(t *testing.T, names ...string) []dataset.Lines {
	t.Helper()
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	all, err := dataset.Loghub(dir)
	require.NoError(t, err)
	var sets []dataset.Lines
	for _, name := range names {
		for _, set := range all {
			if set.Name == name {
				sets = append(sets, set)
			}
		}
	}
	require.Len(t, sets, len(names))
	return sets
}

// clusters reads the file exporter's output: bodies by service and cluster.
func clusters(t *testing.T, path string) map[string]map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	out := map[string]map[string][]string{}
	for line := range bytes.Lines(text) {
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(t, err)
		for _, resource := range logs.ResourceLogs().All() {
			service, _ := resource.Resource().Attributes().Get("service.name")
			ofService := out[service.Str()]
			if ofService == nil {
				ofService = map[string][]string{}
				out[service.Str()] = ofService
			}
			for _, scope := range resource.ScopeLogs().All() {
				for _, r := range scope.LogRecords().All() {
					id, _ := r.Attributes().Get("log.cluster.id")
					ofService[id.Str()] = append(ofService[id.Str()], r.Body().AsString())
				}
			}
		}
	}
	return out
}
