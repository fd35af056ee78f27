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
	"go.yaml.in/yaml/v3"

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

// Wherever data leaves for another machine it waits on disk, synced, for as long as it
// takes.
func TestDataThatLeavesIsKept(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(program.Root(t), "config", "*.yaml"))
	require.NoError(t, err)
	seen := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var config struct {
			Exporters map[string]struct {
				Endpoint string   `yaml:"endpoint"`
				Brokers  []string `yaml:"brokers"`
				Retry    struct {
					MaxElapsedTime *int `yaml:"max_elapsed_time"`
				} `yaml:"retry_on_failure"`
				Queue struct {
					Storage string `yaml:"storage"`
					Sizer   string `yaml:"sizer"`
				} `yaml:"sending_queue"`
			} `yaml:"exporters"`
			Extensions map[string]struct {
				Fsync bool `yaml:"fsync"`
			} `yaml:"extensions"`
		}
		require.NoError(t, yaml.Unmarshal(text, &config), file)
		for name, e := range config.Exporters {
			if strings.HasPrefix(name, "prometheus") || e.Endpoint == "" && len(e.Brokers) == 0 {
				continue // is asked, or is laid over one that is checked
			}
			seen++
			require.NotNil(t, e.Retry.MaxElapsedTime, "%s: %s", file, name)
			require.Zero(t, *e.Retry.MaxElapsedTime, "%s: %s", file, name)
			require.NotEmpty(t, e.Queue.Storage, "%s: %s", file, name)
			require.Equal(t, "bytes", e.Queue.Sizer, "%s: %s", file, name)
		}
		if storage, is := config.Extensions["file_storage"]; is && !strings.HasPrefix(filepath.Base(file), "quickstart") {
			require.True(t, storage.Fsync, file)
		}
	}
	require.GreaterOrEqual(t, seen, 4)
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
