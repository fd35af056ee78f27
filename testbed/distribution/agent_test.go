// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/kube"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// entry is a record that a container's lines must become.
type entry struct {
	lines    string
	severity string // empty where nothing in it says one
}

const javaTrace = `2026-05-20 16:49:11,123 ERROR [main] c.e.Orders - order 17 failed
java.lang.IllegalStateException: no stock
	at com.example.Orders.take(Orders.java:42)
	at com.example.Main.main(Main.java:7)
Caused by: java.sql.SQLException: connection refused
	at com.example.Db.query(Db.java:11)
	... 2 more`

const pythonTrace = `Traceback (most recent call last):
  File "/app/worker.py", line 12, in run
    job()
KeyError: 'sku'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/worker.py", line 15, in <module>
    run()
RuntimeError: job failed`

const goPanic = `panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
main.(*Store).Take(0xc000012345, {0x4a7f12, 0x3})
	/app/store.go:17 +0x1d
main.main()
	/app/main.go:9 +0x25`

// containers are what programs write, a service each, and the records that come of it.
// The lines are in order, with no record between two of them.
func containers() map[string][]entry {
	java := strings.SplitN(javaTrace, "\n", 2)
	return map[string][]entry{
		"plain":  {{"INFO started on port 8080", "Info"}, {"ERROR cannot open /data/a.db", "Error"}, {"warning: disk is nearly full", "Warn"}},
		"zap":    {{`{"level":"error","ts":1716223751.1,"logger":"cart","msg":"Table not found: users"}`, "Error"}, {`{"level":"info","ts":1716223751.2,"msg":"cart emptied"}`, "Info"}},
		"logfmt": {{`time=2026-05-20T16:49:11Z level=warn msg="slow query" took=3.2s`, "Warn"}, {`time=2026-05-20T16:49:12Z level=error msg="query failed" err=timeout`, "Error"}},
		// Logback writes the exception at the margin: it is a record of its own.
		"java":    {{java[0], "Error"}, {java[1], "Error"}, {"2026-05-20 16:49:12,000 INFO [main] c.e.Main - stopped", "Info"}},
		"python":  {{"INFO:root:begin", "Info"}, {pythonTrace, "Error"}, {"INFO:root:next", "Info"}},
		"go":      {{"2026/05/20 16:49:11 listening", ""}, {goPanic, "Fatal"}},
		"chinese": {{"2026-05-20 16:49:11 ERROR 无法连接数据库 db1", "Error"}, {"2026-05-20 16:49:12 [INFO] 服务已启动", "Info"}},
		"pretty":  {{"{\n  \"level\": \"error\",\n  \"msg\": \"bad request\"\n}", "Error"}, {"INFO next", "Info"}},
	}
}

// Container logs as programs write them come out of agent and gateway as records that
// are whole, with the level that is in them, in a cluster, and with the name of their
// service; kubelet and host metrics and the OTLP of pods come with them.
func TestAgentAndGateway(t *testing.T) {
	dir := t.TempDir()
	results, metrics, grpc := filepath.Join(dir, "logs.jsonl"), filepath.Join(dir, "metrics.jsonl"), program.FreeAddress(t)
	gateway := program.StartCollector(t, []string{"STATE_DIR=" + filepath.Join(dir, "gateway")}, program.Collector(t),
		"--config", "config/gateway.yaml", "--config", program.WriteFile(t, dir, "gateway.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
exporters: {file: {path: %q, flush_interval: 100ms}, file/metrics: {path: %q, flush_interval: 100ms}}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {exporters: [file, incident]}, logs/incidents: {exporters: [file/metrics]}, metrics: {exporters: [file/metrics, incident]}, metrics/incidents: {exporters: [file/metrics]}, metrics/forecast: {exporters: [file/metrics]}, metrics/self: {exporters: [file/metrics]}}
`, grpc, program.FreeAddress(t), results, metrics, program.FreeAddress(t), program.FreeAddress(t))))

	cluster := kube.Start(t)
	want := 0
	for name, entries := range containers() {
		pod := cluster.Add("shop", name, "abcde", "app", nil, nil)
		for i, e := range entries {
			want++
			at := time.Date(2026, 5, 20, 16, 49, 11+i, 0, time.UTC)
			kube.WriteLog(t, kube.LogFile(filepath.Join(dir, "pods"), pod, 0), at, strings.Split(e.lines, "\n")...)
		}
	}
	// Named by a label, and by an annotation, in another namespace.
	labelled := cluster.Add("pay", "main", "fghij", "main", map[string]string{"app.kubernetes.io/name": "billing"}, nil)
	kube.WriteLog(t, kube.LogFile(filepath.Join(dir, "pods"), labelled, 0), time.Now(), "ERROR card refused")
	annotated := cluster.Add("pay", "api", "klmno", "app", nil, map[string]string{"resource.opentelemetry.io/service.name": "ledger"})
	kube.WriteLog(t, kube.LogFile(filepath.Join(dir, "pods"), annotated, 0), time.Now(), "ERROR no such account")
	// A line in two parts, from containerd and from Docker.
	parts := cluster.Add("shop", "parts", "pqrst", "app", nil, nil)
	program.WriteFile(t, filepath.Dir(kube.LogFile(filepath.Join(dir, "pods"), parts, 0)), "0.log",
		"2026-05-20T16:49:12.123456789Z stderr P Connection refused: \n2026-05-20T16:49:12.123456790Z stderr F db1:5432\n")
	docker := cluster.Add("shop", "docker", "uvwxy", "app", nil, nil)
	program.WriteFile(t, filepath.Dir(kube.LogFile(filepath.Join(dir, "pods"), docker, 0)), "0.log", dockerLines(t, "ERROR a long ", "line\n", "\tindented\n", "INFO next\n"))
	want += 5

	agent := kube.StartAgent(t, cluster, dir, grpc)
	batches := waitForRecords(t, results, want)
	for name, entries := range containers() {
		got := ofService(batches, name)
		if !assert.Len(t, got, len(entries), name) {
			continue
		}
		for i, e := range entries {
			assert.Equal(t, e.lines, got[i].body, name)
			assert.Equal(t, e.severity, got[i].severity, "%s: %s", name, e.lines)
			requireClustered(t, got[i])
			assert.NotContains(t, got[i].attributes, "log.file.path")
		}
	}
	for service, body := range map[string]string{
		"billing": "ERROR card refused", "ledger": "ERROR no such account", "parts": "Connection refused: db1:5432", "docker": "ERROR a long line\n\tindented",
	} {
		got := ofService(batches, service)
		if assert.NotEmpty(t, got, service) {
			assert.Equal(t, body, got[0].body)
		}
	}
	for _, text := range []string{
		"system.filesystem.utilization", `"host.name"`, "container.memory.working_set", "container.uptime",
		"otelcol_exporter_sent_log_records", `"otelcol-aiops-agent"`,
	} {
		gateway.WaitUntil(t, text+" arrives", func() bool {
			all, err := os.ReadFile(metrics)
			return err == nil && strings.Contains(string(all), text)
		})
	}
	logs, err := os.ReadFile(results)
	require.NoError(t, err)
	for _, text := range []string{`"k8s.namespace.name"`, `"k8s.deployment.name"`, `"service.namespace"`, labelled.Name, kube.Node} {
		require.Contains(t, string(logs), text)
	}
	agent.Stop(t)
	gateway.Stop(t)
}

// dockerLines are lines of Docker's json-file driver; a part of a line has no end.
func dockerLines(t *testing.T, parts ...string) string {
	t.Helper()
	var out strings.Builder
	for _, part := range parts {
		line, err := json.Marshal(map[string]string{"log": part, "stream": "stdout", "time": "2026-05-20T16:49:12.123456789Z"})
		require.NoError(t, err)
		out.Write(append(line, '\n'))
	}
	return out.String()
}

// The traces of a pod find an agent and a gateway that take them, though nothing is
// configured to keep them.
func TestTracesAreTaken(t *testing.T) {
	dir, http := t.TempDir(), program.FreeAddress(t)
	gateway := program.StartCollector(t, []string{"STATE_DIR=" + dir}, program.Collector(t), "--config", "config/gateway.yaml", "--config", program.WriteFile(t, dir, "a.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service: {telemetry: {metrics: {level: none}}}
`, program.FreeAddress(t), http, program.FreeAddress(t), program.FreeAddress(t))))
	otlp.SendSpan(t, http, "shop", "GET /cart", 20*time.Millisecond)
	gateway.Stop(t)
}
