// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package collector runs the distribution for measurements: what it takes of the
// machine, and how it is fed.
package collector

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Collector is a running collector.
type Collector struct {
	cmd *exec.Cmd
	// Dir is a directory of its own, STATE_DIR in its environment, removed by Stop.
	Dir string
}

// Start runs the distribution in the root of the checkout and returns when its
// health_check extension, at the address, says that it is ready. args are its
// arguments, env is added to the environment.
func Start(health string, env []string, args ...string) (*Collector, error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	dir, err := os.MkdirTemp("", "collector")
	if err != nil {
		return nil, err
	}
	c := &Collector{cmd: exec.Command(filepath.Join(root, "distribution", "otelcol-aiops"), args...), Dir: dir} //nolint:gosec,noctx // the distribution; Stop ends it
	c.cmd.Dir = root
	c.cmd.Env = append(append(os.Environ(), "STATE_DIR="+dir), env...)
	var output bytes.Buffer
	c.cmd.Stderr = &output
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build)", err)
	}
	for range 300 {
		if r, err := http.Get("http://" + health); err == nil { //nolint:noctx // on this host
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return c, nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.Stop()
	return nil, errors.New("the collector is not healthy after 30 s:\n" + output.String())
}

// Stop ends it and removes what it wrote.
func (c *Collector) Stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	_ = c.cmd.Wait()
	_ = os.RemoveAll(c.Dir)
}

// Usage is what the collector takes of the machine.
type Usage struct {
	MiB, Files float64 // resident: memory, and mapped files, which the kernel may take back
	CPU        time.Duration
}

// Usage reads what the kernel says.
func (c *Collector) Usage() (Usage, error) {
	dir := fmt.Sprintf("/proc/%d/", c.cmd.Process.Pid)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "RssAnon:":
			u.MiB = kib / 1024
		case "RssFile:":
			u.Files = kib / 1024
		}
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return Usage{}, err
	}
	// After the name, which may have spaces: utime and stime in hundredths of a
	// second are fields 14 and 15 of proc(5).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	for _, f := range fields[11:13] {
		ticks, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return Usage{}, err
		}
		u.CPU += time.Duration(ticks) * 10 * time.Millisecond
	}
	return u, nil
}

// FreeAddresses returns n addresses on this host that nothing listens on.
func FreeAddresses(n int) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		listener, err := net.Listen("tcp", "localhost:0") //nolint:noctx // on this host
		if err != nil {
			return nil, err
		}
		defer listener.Close() // at the end, so that all differ
		out[i] = listener.Addr().String()
	}
	return out, nil
}
