// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package backend runs a real Loki and a real Prometheus for a test, as programs
// of their own, with the configuration files of deploy/compose, and asks them.
package backend

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// EnvDir names the environment variable that says where the programs are.
const EnvDir = "OTELCOL_AIOPS_BACKENDS"

// Loki is a running Loki.
type Loki struct {
	*program.Program
	API
	Data string // its directory
}

// Prometheus is a running Prometheus.
type Prometheus struct {
	*program.Program
	API
}

// Path returns one of the programs that `make backends` compiled. Without them
// the test is skipped.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv(EnvDir)
	if dir == "" {
		t.Skipf("needs real backends: run `make test-backends`, or `make backends` and set %s", EnvDir)
	}
	path := filepath.Join(dir, name)
	require.FileExists(t, path)
	return path
}

// StartLoki runs a Loki that ends with the test and returns when it is ready. Its
// alert rules are those of deploy/alerts/loki.
func StartLoki(t testing.TB) *Loki {
	t.Helper()
	http, grpc, data := program.FreeAddress(t), program.FreeAddress(t), t.TempDir()
	rules := filepath.Join(data, "alerts")
	require.NoError(t, os.Mkdir(rules, 0o750))
	// A folder a tenant; that of a Loki without tenants is called fake.
	require.NoError(t, os.Symlink(filepath.Join(program.Root(t), "deploy", "alerts", "loki"), filepath.Join(rules, "fake")))
	l := &Loki{API: API{Address: http, prefix: "/loki/api/v1"}, Data: data}
	l.Program = program.Start(t, []string{
		"LOKI_DATA=" + data, "LOKI_RULES=" + rules, "LOKI_PORT=" + port(http), "LOKI_GRPC_PORT=" + port(grpc),
	}, Path(t, "loki"), "-config.file=deploy/compose/loki.yaml", "-config.expand-env=true",
		"-server.http-listen-address=localhost", "-server.grpc-listen-address=localhost")
	l.WaitUntil(t, "Loki is ready", func() bool { return answers(http + "/ready") })
	return l
}

// OTLP is the endpoint for the otlp_http exporter.
func (l *Loki) OTLP() string { return "http://" + l.Address + "/otlp" }

// StartPrometheus runs a Prometheus that ends with the test and returns when it is
// ready. Its alert rules are those of deploy/alerts/prometheus.
func StartPrometheus(t testing.TB) *Prometheus {
	t.Helper()
	address := program.FreeAddress(t)
	p := &Prometheus{API: API{Address: address, prefix: "/api/v1"}}
	p.Program = program.Start(t, nil, Path(t, "prometheus"), "--config.file=deploy/compose/prometheus.yaml",
		"--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+address, "--log.level=warn",
		"--web.enable-otlp-receiver", "--web.enable-remote-write-receiver")
	p.WaitUntil(t, "Prometheus is ready", func() bool { return answers(address + "/-/ready") })
	return p
}

// OTLP is the endpoint for the otlp_http exporter.
func (p *Prometheus) OTLP() string { return "http://" + p.Address + "/api/v1/otlp" }

// RemoteWrite is the endpoint for the prometheus_remote_write exporter.
func (p *Prometheus) RemoteWrite() string { return "http://" + p.Address + "/api/v1/write" }

func answers(url string) bool {
	response, err := http.Get("http://" + url) //nolint:noctx // on this host
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func port(address string) string { return address[strings.LastIndex(address, ":")+1:] }
