// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// nowhere is an address where nobody listens.
const nowhere = "localhost:1"

// gateway is the distribution with config/gateway.yaml.
type gateway struct {
	*program.Program
	address string // of OTLP/HTTP
	grpc    string // of OTLP/gRPC
	// Where the guides say localhost and a port, it is this one here.
	moved *strings.Replacer
}

// startGateway starts a gateway that writes to the backends, each of which may be
// nil. The overlays are paths of configs to lay over config/gateway.yaml.
func startGateway(t *testing.T, loki *backend.Loki, prometheus *backend.Prometheus, env []string, overlays ...string) gateway {
	t.Helper()
	dir, address := t.TempDir(), program.FreeAddress(t)
	grpc, health, knowledge, telemetry := program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t)
	moved := []string{"localhost:13133", health, "localhost:8890", knowledge, "localhost:8888", "localhost:" + port(telemetry)}
	lokiOTLP, prometheusOTLP := "http://"+nowhere, "http://"+nowhere
	if loki != nil {
		lokiOTLP = loki.OTLP()
		moved = append(moved, "localhost:3100", loki.Address)
	}
	if prometheus != nil {
		prometheusOTLP = prometheus.OTLP()
		moved = append(moved, "localhost:9090", prometheus.Address)
	}
	args := []string{"--config", "config/gateway.yaml"}
	overlays = append(overlays, program.WriteFile(t, dir, "addresses.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
`, grpc, address, health, knowledge)))
	for _, overlay := range overlays {
		args = append(args, "--config", overlay)
	}
	env = append(env, "STATE_DIR="+dir, "LOKI_OTLP_ENDPOINT="+lokiOTLP, "PROMETHEUS_OTLP_ENDPOINT="+prometheusOTLP,
		"TELEMETRY_PORT="+port(telemetry), "TELEMETRY_INTERVAL=1s")
	return gateway{program.StartCollector(t, env, program.Collector(t), args...), address, grpc, strings.NewReplacer(moved...)}
}

func port(address string) string { return address[strings.LastIndex(address, ":")+1:] }

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
	return string(body)
}
