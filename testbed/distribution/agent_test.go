// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// A container's log file as the kubelet lays it out, read by the agent, clustered
// by the gateway.
func TestAgentAndGateway(t *testing.T) {
	collector := program.Collector(t)
	dir := t.TempDir()
	results, grpc := filepath.Join(dir, "logs.jsonl"), program.FreeAddress(t)
	gateway := program.StartCollector(t, []string{"STATE_DIR=" + filepath.Join(dir, "gateway")}, collector,
		"--config", "config/gateway.yaml", "--config", program.WriteFile(t, dir, "gateway.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
exporters: {file: {path: %q, flush_interval: 100ms}, file/metrics: {path: %q, flush_interval: 100ms}}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {exporters: [file]}, metrics: {exporters: [file/metrics]}, metrics/forecast: {exporters: [file/metrics]}, metrics/self: {exporters: [file/metrics]}}
`, grpc, program.FreeAddress(t), results, filepath.Join(dir, "metrics.jsonl"), program.FreeAddress(t), program.FreeAddress(t))))

	pods := filepath.Join(dir, "pods")
	program.WriteFile(t, pods, "shop_cart-7d4b9_0a1b2c3d-0000-4000-8000-000000000001/cart/0.log",
		"2026-05-20T16:49:11.123456789Z stderr F Table not found: users\n"+
			"2026-05-20T16:49:12.123456789Z stderr P Connection refused: \n"+
			"2026-05-20T16:49:12.123456790Z stderr F db1:5432\n")
	agent := program.StartCollector(t, []string{"STATE_DIR=" + filepath.Join(dir, "agent"), "HOST_ROOT=/", "NODE_NAME=node-1", "GATEWAY_ENDPOINT=" + grpc}, collector,
		"--config", "config/agent.yaml", "--config", program.WriteFile(t, dir, "agent.yaml", fmt.Sprintf(`
receivers:
  file_log: {include: [%q], start_at: beginning}
  host_metrics: {collection_interval: 1s}
  otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}
extensions: {health_check: {endpoint: %q}}
service: {telemetry: {metrics: {level: none}}}
`, pods+"/*/*/*.log", program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t))))

	got := ofService(waitForRecords(t, results, 2), "cart")
	require.Len(t, got, 2)
	require.Equal(t, "Table not found: users", got[0].body)
	require.Equal(t, "Connection refused: db1:5432", got[1].body, "a line in two parts is one record")
	for _, r := range got {
		requireClustered(t, r)
	}
	gateway.WaitUntil(t, "host metrics arrive", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
		return err == nil && len(text) > 0
	})
	logs, err := os.ReadFile(results)
	require.NoError(t, err)
	metrics, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	require.NoError(t, err)
	for _, text := range []string{`"k8s.namespace.name"`, `"k8s.pod.name"`, `"cart-7d4b9"`, `"node-1"`} {
		require.Contains(t, string(logs), text)
	}
	require.Contains(t, string(metrics), "system.filesystem.utilization")
	require.Contains(t, string(metrics), `"host.name"`)
	agent.Stop(t)
	gateway.Stop(t)
}
