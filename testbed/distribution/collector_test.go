// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// root is the top of the checkout, seen from this package.
const root = "../.."

// binary returns the distribution that `make build` compiled.
func binary(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "distribution", "otelcol-aiops"))
	require.NoError(t, err)
	require.FileExists(t, path, "the distribution is not built: run `make build` first")
	return path
}

// process is a program under test: a collector, or the script that starts one.
type process struct {
	cmd    *exec.Cmd
	output *output
	exited chan error
}

// start runs a command and ends it, at the latest, with the test.
func start(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), output: &output{}, exited: make(chan error, 1)}
	p.cmd.Dir = root
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	// A group of its own, so that a script's children end with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, p.cmd.Start())
	go func() { p.exited <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) })
	return p
}

// startCollector runs a collector and returns when it is ready.
func startCollector(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := start(t, env, name, args...)
	p.waitFor(t, "Everything is ready")
	// The Collector says so a moment before it listens to signals; until then
	// SIGTERM just kills it.
	time.Sleep(200 * time.Millisecond)
	return p
}

// waitFor returns when the text is in the output.
func (p *process) waitFor(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !p.output.contains(text) {
		select {
		case err := <-p.exited:
			require.FailNow(t, "exited early", "%v\n%s", err, p.output)
		case <-deadline:
			require.FailNow(t, "no "+text, "%s", p.output)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop asks for an orderly end and checks that it was one.
func (p *process) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.exited:
		require.NoError(t, err, "%s", p.output)
	case <-time.After(30 * time.Second):
		require.FailNow(t, "still there 30 s after SIGTERM", "%s", p.output)
	}
	requireNoPanic(t, p.output.String())
}

func requireNoPanic(t *testing.T, log string) {
	t.Helper()
	for _, trace := range []string{"panic", "goroutine ", "DATA RACE"} {
		require.NotContains(t, log, trace)
	}
}

// output collects what a process prints while the test reads it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) contains(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Contains(o.buf.Bytes(), []byte(text))
}

// freeAddress returns an address on this host that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// writeFile writes a file, and its directories, below dir and returns its path.
func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
