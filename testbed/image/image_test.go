// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package image builds the image as `make image` does and starts it.
package image

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

const image = "localhost/otelcol-aiops:test"

// Builder and runtime without a daemon, without overlay mounts and without
// control groups: it works in a container and in continuous integration.
var storage = []string{"--storage-driver", "vfs"}

func TestImage(t *testing.T) {
	for _, name := range []string{"buildah", "podman", "runc"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s: the image is neither built nor started (Debian: apt-get install buildah podman runc)", name)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("building with --isolation chroot and starting with control groups off needs root")
	}
	program.Collector(t)
	t.Setenv("TMPDIR", tempDir(t))
	storage = append(storage, "--root", tempDir(t), "--runroot", tempDir(t))
	run(t, []string{
		"BUILDER=buildah", "IMAGE=" + image, "BUILDER_FLAGS=" + strings.Join(storage, " "), "BUILD_FLAGS=--isolation chroot",
	}, "scripts/image.sh")

	t.Run("is described", func(t *testing.T) {
		var all []struct {
			Config struct {
				User       string
				Entrypoint []string
				Labels     map[string]string
			}
			Healthcheck struct{ Test []string }
			Size        int64
		}
		require.NoError(t, json.Unmarshal(podman(t, "image", "inspect", image), &all))
		require.Len(t, all, 1)
		config := all[0].Config
		require.Equal(t, "10001:10001", config.User)
		require.Equal(t, []string{"CMD", "/healthcheck"}, all[0].Healthcheck.Test)
		require.Equal(t, "Apache-2.0", config.Labels["org.opencontainers.image.licenses"])
		require.Regexp(t, `^\d+\.\d+\.\d+$`, config.Labels["org.opencontainers.image.version"])
		require.Regexp(t, `^[0-9a-f]{40}$`, config.Labels["org.opencontainers.image.revision"])
		t.Logf("%d MB", all[0].Size>>20)
	})

	grpc, http, health := program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t)
	shared := tempDir(t) // the user of the image reads it
	require.NoError(t, os.Chmod(shared, 0o755))
	overlay := program.WriteFile(t, shared, "overlay.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}}
extensions: {health_check: {endpoint: %q}}
exporters: {debug: {verbosity: detailed}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {exporters: [debug, count/clusters, count/names]}}
`, grpc, http, health))
	require.NoError(t, os.Chmod(overlay, 0o644))
	const name = "otelcol-aiops-test"
	args := append(append([]string{}, storage...), "--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--rm", "--name", name,
		"--network", "host", "--ulimit", "nofile=4096:20000", "--ulimit", "nproc=4096:4096", "--read-only", "--tmpfs", "/tmp",
		"--cap-drop", "all", "-v", overlay+":/overlay.yaml:ro", image,
		"--config", "/etc/otelcol-aiops/gateway.yaml", "--config", "/etc/otelcol-aiops/gateway-log-rates.yaml", "--config", "/overlay.yaml")
	container := program.StartCollector(t, nil, "podman", args...)
	t.Cleanup(func() {
		_ = exec.Command("podman", append(append([]string{}, storage...), "rm", "-f", "-t", "0", name)...).Run()
	})

	t.Run("is healthy", func(t *testing.T) {
		podman(t, "--runtime", "runc", "exec", name, "/healthcheck", "http://"+health+"/")
	})
	t.Run("is ill when the collector does not answer", func(t *testing.T) {
		out, err := exec.Command("podman", append(append([]string{}, storage...), "--runtime", "runc", "exec", name, "/healthcheck", "http://localhost:1/")...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "connection refused")
	})
	t.Run("clusters logs", func(t *testing.T) {
		otlp.SendLogs(t, http, otlp.Logs("shop", time.Now(), 0, plog.SeverityNumberError, "Table not found: users"))
		container.WaitFor(t, "log.cluster.id: Str(")
	})
	t.Run("keeps its state where it may write", func(t *testing.T) {
		require.NotContains(t, container.Output(), "read-only file system")
		require.NotContains(t, container.Output(), "permission denied")
	})
	t.Run("lists what it is made of", func(t *testing.T) {
		mount := strings.TrimSpace(string(podman(t, "image", "mount", image)))
		t.Cleanup(func() { podman(t, "image", "umount", image) })
		text, err := os.ReadFile(filepath.Join(mount, "usr/share/doc/otelcol-aiops/sbom.spdx.json"))
		require.NoError(t, err)
		require.Contains(t, string(text), "pkg:golang/go.opentelemetry.io/collector/service@v0.155.0")
		require.FileExists(t, filepath.Join(mount, "etc/ssl/certs/ca-certificates.crt"))
		require.NoFileExists(t, filepath.Join(mount, "bin/sh"))
	})
	podman(t, "--runtime", "runc", "stop", "-t", "20", name)
	container.WaitFor(t, "Shutdown complete")
}

// tempDir is t.TempDir for what podman writes in: its clean-up of a container
// goes on for a moment after the container has ended.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "image") //nolint:usetesting // see above; and podman wants a short path
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Eventually(t, func() bool { return os.RemoveAll(dir) == nil }, 30*time.Second, 200*time.Millisecond)
	})
	return dir
}

func podman(t *testing.T, args ...string) []byte {
	t.Helper()
	var errors strings.Builder
	cmd := exec.Command("podman", append(append([]string{}, storage...), args...)...)
	cmd.Stderr = &errors
	out, err := cmd.Output()
	require.NoError(t, err, "podman %v: %s", args, &errors)
	return out
}

func run(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = program.Root(t)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
