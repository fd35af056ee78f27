// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Every file in config/ is a whole config, or an overlay named after the
// config that it is laid over: base-what.yaml over base.yaml.
func TestConfigsAreValid(t *testing.T) {
	collector := program.Collector(t)
	files, err := filepath.Glob(filepath.Join(program.Root(t), "config", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)

	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"validate"}
			if base, _, found := strings.Cut(filepath.Base(file), "-"); found {
				args = append(args, "--config", filepath.Join(filepath.Dir(file), base+".yaml"))
			}
			cmd := exec.Command(collector, append(args, "--config", file)...)
			cmd.Env = append(os.Environ(), "RUN_DIR="+dir, "STATE_DIR="+dir,
				"KUBERNETES_AUTH=none", "NODE_IP=127.0.0.1", "NODE_NAME=node", "HOST_ROOT=/")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.NotContains(t, string(out), "deprecated")
		})
	}
}

// A typing mistake must not pass the check above.
func TestInvalidConfigIsRefused(t *testing.T) {
	file := program.WriteFile(t, t.TempDir(), "wrong.yaml", "processors: {log_cluster: {no_such_key: 1}}\n")
	out, err := exec.Command(program.Collector(t), "validate", "--config", filepath.Join(program.Root(t), "config", "gateway.yaml"), "--config", file).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "no_such_key")
}

// The gateway's backend is a second collector with an OTLP receiver.
func TestGateway(t *testing.T) {
	collector := program.Collector(t)
	dir := t.TempDir()

	backendAddress := program.FreeAddress(t)
	results := filepath.Join(dir, "backend.jsonl")
	backend := program.StartCollector(t, nil, collector, "--config", program.WriteFile(t, dir, "backend.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters: {file: {path: %q, flush_interval: 100ms}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [otlp], exporters: [file]}}
`, backendAddress, results)))

	address := program.FreeAddress(t)
	gateway := program.StartCollector(t, []string{"STATE_DIR=" + dir, "LOKI_OTLP_ENDPOINT=http://" + backendAddress},
		collector, "--config", "config/gateway.yaml", "--config", program.WriteFile(t, dir, "addresses.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service: {telemetry: {metrics: {level: none}}}
`, program.FreeAddress(t), address, program.FreeAddress(t), program.FreeAddress(t))))

	sendLogs(t, address, "shop", "Table not found: users", "Table not found: orders")
	arrived := ofService(waitForRecords(t, results, 2), "shop")
	require.Len(t, arrived, 2)
	for _, r := range arrived {
		requireClustered(t, r)
	}
	require.Equal(t, arrived[0].attributes["log.cluster.id"], arrived[1].attributes["log.cluster.id"])

	gateway.Stop(t)
	backend.Stop(t)
}
