// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package program runs programs under test: the distribution, the backends that
// it writes to, the scripts that start them.
package program

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/porttest"
)

// Program is a running program and the children that it started.
type Program struct {
	cmd    *exec.Cmd
	output output
	exited chan struct{}
	err    error // of the exit; read it after exited is closed
}

// Start runs a program in the root of the checkout, with env added to the
// environment, and ends it, at the latest, with the test.
func Start(t testing.TB, env []string, name string, args ...string) *Program {
	t.Helper()
	//nolint:gosec,noctx // the caller names a program of this repository; Stop ends it
	p := &Program{cmd: exec.Command(name, args...), exited: make(chan struct{})}
	p.cmd.Dir = Root(t)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	// A group of its own, so that a script's children end with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(p.Kill)
	return p
}

// StartCollector runs a collector and returns when it is ready.
func StartCollector(t testing.TB, env []string, name string, args ...string) *Program {
	t.Helper()
	p := Start(t, env, name, args...)
	p.WaitFor(t, "Everything is ready")
	// The Collector says so a moment before it listens to signals; until then
	// SIGTERM just kills it.
	time.Sleep(200 * time.Millisecond)
	return p
}

// WaitFor returns when the text is in the output.
func (p *Program) WaitFor(t testing.TB, text string) {
	t.Helper()
	p.WaitUntil(t, "output has "+text, func() bool { return bytes.Contains(p.output.bytes(), []byte(text)) })
}

// WaitUntil returns when the condition is true, and fails the test when the
// program exits before or when it takes longer than a minute.
func (p *Program) WaitUntil(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !condition() {
		select {
		case <-p.exited:
			require.FailNow(t, "exited early, waiting until "+what, "%v\n%s", p.err, p.Output())
		case <-deadline:
			require.FailNow(t, "waited a minute until "+what, "%s", p.Output())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Waits returns true when the text is in the output before the program exits.
func (p *Program) Waits(t testing.TB, text string) bool {
	t.Helper()
	for deadline := time.After(time.Minute); ; {
		if bytes.Contains(p.output.bytes(), []byte(text)) {
			return true
		}
		select {
		case <-p.exited:
			return false
		case <-deadline:
			require.FailNow(t, "waited a minute for "+text, "%s", p.Output())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop asks for an orderly end and checks that it was one.
func (p *Program) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-p.exited:
		require.NoError(t, p.err, "%s", p.Output())
	case <-time.After(30 * time.Second):
		require.FailNow(t, "still there 30 s after SIGTERM", "%s", p.Output())
	}
	RequireNoPanic(t, p.Output())
}

// Signal sends a signal to the process and waits for nothing.
func (p *Program) Signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(s))
}

// WaitForWrite waits until a file in a directory is made, written or removed.
func (p *Program) WaitForWrite(t testing.TB, dir string) {
	t.Helper()
	look := func() string {
		var seen strings.Builder
		entries, _ := os.ReadDir(dir) // it may not be there yet
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				fmt.Fprintln(&seen, e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
		return seen.String()
	}
	before := look()
	for deadline := time.Now().Add(time.Minute); look() == before; time.Sleep(100 * time.Microsecond) {
		require.True(t, time.Now().Before(deadline), "waited a minute for a write to %s\n%s", dir, p.Output())
	}
}

// WaitExit returns when the program has come to its own, good end.
func (p *Program) WaitExit(t testing.TB, timeout time.Duration) {
	t.Helper()
	select {
	case <-p.exited:
		require.NoError(t, p.err, "%s", p.Output())
	case <-time.After(timeout):
		require.FailNow(t, "still there after "+timeout.String(), "%s", p.Output())
	}
}

// Kill ends the program and its children at once, and waits for that.
func (p *Program) Kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// Output is what the program has printed so far.
func (p *Program) Output() string { return string(p.output.bytes()) }

// RequireNoPanic checks that a program's log tells of no crash.
func RequireNoPanic(t testing.TB, log string) {
	t.Helper()
	for _, trace := range []string{"panic", "goroutine ", "DATA RACE"} {
		require.NotContains(t, log, trace)
	}
}

// Collector returns the distribution that `make build` compiled.
func Collector(t testing.TB) string {
	t.Helper()
	path := filepath.Join(Root(t), "distribution", "otelcol-aiops")
	require.FileExists(t, path, "the distribution is not built: run `make build` first")
	return path
}

// Root is the top of the checkout.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, found := runtime.Caller(0)
	require.True(t, found)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// FreeAddress returns an address on this host that nothing listens on, and that no
// other test is given.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return porttest.Address(t)
}

// WriteFile writes a file, and its directories, below dir and returns its path.
func WriteFile(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// output collects what a program prints while the test reads it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.buf.Bytes())
}
