// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// quickstartAddresses is an overlay that moves every listener of
// quickstart.yaml to a free address, so that the test disturbs nobody.
func quickstartAddresses(t *testing.T) (overlay, metrics, otlp string) {
	t.Helper()
	metrics, otlp = program.FreeAddress(t), program.FreeAddress(t)
	return program.WriteFile(t, t.TempDir(), "addresses.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
exporters: {prometheus: {endpoint: %q}}
extensions: {health_check: {endpoint: %q}, zpages: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service: {telemetry: {metrics: {level: none}}}
`, program.FreeAddress(t), otlp, metrics, program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t))), metrics, otlp
}

// What `make run` does, on a directory that stands for /var/log and one that
// the user names.
func TestQuickstart(t *testing.T) {
	program.Collector(t)
	varLog, own, run := t.TempDir(), t.TempDir(), t.TempDir()

	tables := []string{
		"2026-05-20 16:49:11 Table not found: users",
		"2026-05-20 16:49:12 Table not found: orders",
		"2026-05-20 16:49:13 Table not found: invoices",
		"2026-05-20 16:49:14 users: no such table exists",
		"2026-05-20 16:49:15 orders: no such table exists",
		"2026-05-20 16:49:16 invoices: no such table exists",
	}
	program.WriteFile(t, varLog, "db/tables.log", strings.Join(tables, "\n")+"\n")
	program.WriteFile(t, varLog, "conn.log", "2026-05-20 16:49:11 connection from 10.0.0.1 closed after 15 ms\n"+
		"2026-05-20 16:49:12 connection from 10.0.0.2 closed after 7 ms\n")
	program.WriteFile(t, varLog, "syslog", "May 20 16:49:11 host sshd[4711]: Failed password for root from 10.0.0.7 port 4242 ssh2\n")
	program.WriteFile(t, varLog, "alternatives.log", "update-alternatives 2025-06-24 14:36:53: link group pager updated to point to /usr/bin/less\n")
	trace := "2026-05-20T16:49:11.123Z ERROR request failed\n\tat shop.Cart.add(Cart.java:17)\n\tat shop.Main.main(Main.java:3)"
	program.WriteFile(t, own, "shop", trace+"\n")
	program.WriteFile(t, varLog, "wtmp", "\x00\x01\x02 binary, not a log\n")
	program.WriteFile(t, varLog, "old.log.gz", "\x1f\x8b compressed, not a log\n")
	program.WriteFile(t, own, "core.bin", "\x7fELF not a log\n")

	overlay, metrics, otlp := quickstartAddresses(t)
	script, err := filepath.Abs(filepath.Join(program.Root(t), "scripts", "run.sh"))
	require.NoError(t, err)
	p := program.Start(t, []string{"VAR_LOG=" + varLog, "LOGS=" + own, "RUN_DIR=" + run}, script, "--config", overlay)
	p.WaitFor(t, "Ctrl-C stops")

	const records = 6 + 2 + 1 + 1 + 1
	batches := waitForRecords(t, filepath.Join(run, "logs.jsonl"), records)

	t.Run("first batch is clustered", func(t *testing.T) {
		require.NotEmpty(t, batches[0])
		for _, r := range batches[0] {
			requireClustered(t, r)
		}
	})
	t.Run("every record is clustered, body untouched", func(t *testing.T) {
		var bodies []string
		for _, r := range ofService(batches, "tables") {
			requireClustered(t, r)
			bodies = append(bodies, r.body)
		}
		require.Equal(t, tables, bodies)
		for _, service := range []string{"syslog", "alternatives", "shop"} {
			require.Len(t, ofService(batches, service), 1, service)
			requireClustered(t, ofService(batches, service)[0])
		}
	})
	t.Run("the table names clusters by their keywords", func(t *testing.T) {
		row := regexp.MustCompile(`(?m)^ +\d+ +\d+  tables +[0-9a-f]{16}  .*$`).FindString(p.Output())
		require.Contains(t, row, "table")
		require.Contains(t, strings.ReplaceAll(row, "tables", ""), "not found", "keywords of %q", row)
	})
	t.Run("only text is read", func(t *testing.T) {
		for _, batch := range batches {
			for _, r := range batch {
				require.NotContains(t, r.body, "not a log")
			}
		}
	})
	t.Run("one template, new once", func(t *testing.T) {
		r := ofService(batches, "conn")
		require.Len(t, r, 2)
		require.Equal(t, r[0].attributes["log.template.id"], r[1].attributes["log.template.id"])
		require.Equal(t, r[0].attributes["log.record.template"], r[1].attributes["log.record.template"])
		require.Equal(t, true, r[0].attributes["log.cluster.new"])
		require.NotContains(t, r[1].attributes, "log.cluster.new")
	})
	t.Run("one meaning is one cluster", func(t *testing.T) {
		r := ofService(batches, "tables")
		for _, other := range r[1:] {
			require.Equal(t, r[0].attributes["log.cluster.id"], other.attributes["log.cluster.id"], other.body)
		}
	})
	t.Run("stack trace is one record", func(t *testing.T) {
		require.Equal(t, trace, ofService(batches, "shop")[0].body)
	})
	t.Run("time is the line's own", func(t *testing.T) {
		local := time.Date(2026, 5, 20, 16, 49, 11, 0, time.Local)
		require.Equal(t, local.UTC(), ofService(batches, "tables")[0].time)
		require.Equal(t, time.Date(2026, 5, 20, 16, 49, 11, 123e6, time.UTC), ofService(batches, "shop")[0].time)
		require.Equal(t, time.Date(2025, 6, 24, 14, 36, 53, 0, time.Local).UTC(), ofService(batches, "alternatives")[0].time)
		syslog := ofService(batches, "syslog")[0].time.In(time.Local)
		require.Equal(t, "May 20 16:49:11", syslog.Format("Jan _2 15:04:05")) // syslog has no year
	})
	t.Run("programs may send logs", func(t *testing.T) {
		sendLogs(t, otlp, "own-program", "Connection to 10.0.0.1 lost")
		all := waitForRecords(t, filepath.Join(run, "logs.jsonl"), records+1)
		require.Len(t, ofService(all, "own-program"), 1)
		requireClustered(t, ofService(all, "own-program")[0])
	})
	t.Run("host metrics are served", func(t *testing.T) {
		for _, name := range []string{
			"system_cpu_time", "system_memory_usage", "system_disk_io", "system_filesystem_usage",
			"system_network_io", "system_cpu_load_average_1m", "system_paging", "system_processes_count",
		} {
			require.Eventually(t, func() bool { return strings.Contains(get(t, "http://"+metrics+"/metrics"), name) },
				20*time.Second, 200*time.Millisecond, name)
		}
	})
	t.Run("screen says what is read and where results are", func(t *testing.T) {
		screen := p.Output()
		for _, text := range []string{
			filepath.Join(varLog, "db/tables.log"), filepath.Join(varLog, "syslog"), filepath.Join(own, "shop"),
			"journal: ", filepath.Join(run, "logs.jsonl"), "11 records", "http://localhost:8889/metrics",
		} {
			require.Contains(t, screen, text)
		}
		require.NotContains(t, screen, "core.bin")
		require.NotContains(t, screen, "wtmp")
	})

	p.Stop(t)
	log, err := os.ReadFile(filepath.Join(run, "collector.log"))
	require.NoError(t, err)
	program.RequireNoPanic(t, string(log))
	require.Contains(t, string(log), "Shutdown complete")
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body)
}
