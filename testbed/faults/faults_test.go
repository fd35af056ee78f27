// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
)

// disk is a directory that can be made sick.
type disk struct {
	dir     string
	mounted bool
}

func newDisk(t *testing.T, mount bool) *disk {
	d := &disk{dir: filepath.Join(t.TempDir(), "state"), mounted: mount}
	require.NoError(t, os.Mkdir(d.dir, 0o700))
	if mount {
		if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, "size=4m,mode=700"); err != nil {
			t.Skipf("needs the right to mount: %v", err)
		}
		t.Cleanup(func() { require.NoError(t, syscall.Unmount(d.dir, syscall.MNT_DETACH)) })
	}
	return d
}

// sicknesses are what happens to a disk. All of them strike the state of anomaly and
// forecast and the file of the knowledge base alike.
var sicknesses = map[string]struct {
	mount bool
	make  func(t *testing.T, d *disk)
}{
	"none":   {false, func(*testing.T, *disk) {}},
	"absent": {false, func(t *testing.T, d *disk) { require.NoError(t, os.RemoveAll(d.dir)) }},
	"a file": {false, func(t *testing.T, d *disk) {
		require.NoError(t, os.RemoveAll(d.dir))
		require.NoError(t, os.WriteFile(d.dir, nil, 0o600))
	}},
	"cut off": {false, func(t *testing.T, d *disk) {
		d.each(t, func(path string, size int64) error { return os.Truncate(path, size/2) })
	}},
	"zeroed": {false, func(t *testing.T, d *disk) {
		d.each(t, func(path string, size int64) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.Write(make([]byte, min(size, 8<<10)))
			return err
		})
	}},
	"full": {true, func(t *testing.T, d *disk) {
		f, err := os.Create(filepath.Join(d.dir, "filler"))
		require.NoError(t, err)
		defer f.Close()
		for size := 1 << 16; size > 0; {
			if _, err := f.Write(make([]byte, size)); err != nil {
				size /= 2
			}
		}
	}},
	"read-only": {true, func(t *testing.T, d *disk) {
		err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=4m")
		if err != nil { // somebody has a file open to write
			t.Skipf("cannot be made read-only while it is in use: %v", err)
		}
	}},
	"locked": {false, func(t *testing.T, d *disk) {
		for _, name := range []string{"processor_anomaly.lock", "connector_forecast.lock"} {
			f, err := os.OpenFile(filepath.Join(d.dir, name), os.O_CREATE|os.O_RDWR, 0o600)
			require.NoError(t, err)
			t.Cleanup(func() { _ = f.Close() })
			_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		}
	}},
}

func (d *disk) each(t *testing.T, f func(path string, size int64) error) {
	entries, err := os.ReadDir(d.dir)
	require.NoError(t, err)
	for _, e := range entries {
		// SQLite maps this one into memory, and has taken the disk's room for it: only a
		// hand can cut it off while it is in use, and that ends the process (SIGBUS).
		if strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		info, err := e.Info()
		require.NoError(t, err)
		require.NoError(t, f(filepath.Join(d.dir, e.Name()), info.Size()))
	}
}

// Whatever is wrong with the disk, and whenever it begins, the collector starts, every
// record and point that was acknowledged leaves, and the collector stops in order.
func TestSickDisks(t *testing.T) {
	for name, sickness := range sicknesses {
		for _, phase := range []string{"start", "run", "stop"} {
			if name == "none" && phase != "start" {
				continue
			}
			t.Run(name+" at "+phase, func(t *testing.T) {
				d := newDisk(t, sickness.mount)
				c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
				c.run(t)
				c.send(t)
				time.Sleep(1500 * time.Millisecond) // a checkpoint
				if phase == "start" {
					c.stop(t)
					sickness.make(t, d)
					started := c.run(t)
					c.send(t)
					time.Sleep(1500 * time.Millisecond)
					c.send(t)
					t.Logf("started in %v, stopped in %v", started.Round(time.Millisecond), c.stop(t).Round(time.Millisecond))
					return
				}
				sickness.make(t, d)
				if phase == "run" {
					c.send(t)
					time.Sleep(1500 * time.Millisecond)
					c.send(t)
				}
				t.Logf("stopped in %v", c.stop(t).Round(time.Millisecond))
			})
		}
	}
}

// What is cut off or zeroed in a file_storage may end the process inside bbolt, where
// nothing of ours is called: this says how often. docs/decisions/state.md has the
// numbers; directory is why they do not matter.
func TestDamagedFileStorage(t *testing.T) {
	n := number(t, "FILE_STORAGE_DAMAGES", 4)
	r := rand.New(rand.NewPCG(1, 1))
	survived := 0
	for range n {
		d := newDisk(t, false)
		c := newCollector(t, d.dir, "storage: file_storage")
		text, err := os.ReadFile(c.config)
		require.NoError(t, err)
		storage := filepath.Join(d.dir, "storage")
		require.NoError(t, os.Mkdir(storage, 0o700))
		changed := strings.Replace(string(text), "file_storage: {directory: ", fmt.Sprintf("file_storage: {directory: %q} #", storage), 1)
		require.NoError(t, os.WriteFile(c.config, []byte(changed), 0o600))
		c.run(t)
		c.send(t)
		c.stop(t)
		(&disk{dir: storage}).each(t, func(path string, size int64) error { return os.Truncate(path, r.Int64N(size)) })
		if c.tryRun(t) {
			survived++
			c.send(t)
			c.Kill()
		}
	}
	t.Logf("%d of %d collectors started over a file of file_storage that was cut off", survived, n)
}

// kills are the phases in which a collector is killed; within is a random part of a
// time.
var kills = map[string]func(t *testing.T, c *collector, dir string, within func(time.Duration) time.Duration){
	"running": func(_ *testing.T, c *collector, _ string, within func(time.Duration) time.Duration) {
		time.Sleep(within(2 * time.Second))
		c.Kill()
	},
	"storing": func(t *testing.T, c *collector, dir string, within func(time.Duration) time.Duration) {
		c.WaitForWrite(t, dir)
		time.Sleep(within(10 * time.Millisecond))
		c.Kill()
	},
	"starting": func(t *testing.T, c *collector, _ string, within func(time.Duration) time.Duration) {
		c.Kill()
		c.launch(t)
		time.Sleep(within(time.Second))
		c.Kill()
	},
	"stopping": func(t *testing.T, c *collector, _ string, within func(time.Duration) time.Duration) {
		c.Signal(t, syscall.SIGTERM)
		time.Sleep(within(300 * time.Millisecond))
		c.Kill()
	},
}

// A collector that is killed in any phase, and its sender, lose no record that was
// acknowledged, and no state is damaged.
func TestSIGKILL(t *testing.T) {
	for phase, kill := range kills {
		t.Run(phase, func(t *testing.T) {
			d := newDisk(t, false)
			c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
			r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
			for range (number(t, "KILLS", 8) + len(kills) - 1) / len(kills) {
				c.run(t)
				for range 1 + r.IntN(5) {
					c.send(t)
				}
				kill(t, c, d.dir, func(d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) })
				require.NotContains(t, c.Output(), "cannot be used", "a kill leaves no damaged checkpoint")
			}
			c.run(t)
			c.send(t)
			c.stop(t)
			require.NotContains(t, c.Output(), "cannot be used", "a kill leaves no damaged checkpoint")
		})
	}
}

// number is how often something is done: few times in everyday tests.
func number(t *testing.T, variable string, n int) int {
	if text := os.Getenv(variable); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	return n
}

// A collector with the 256 MiB of the shipped agent goes on accepting, however many lines
// come that never came before, and after a restart with all that it has learnt.
func TestSmallMemory(t *testing.T) {
	const services, batch = 20, 500
	d := newDisk(t, false)
	c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
	c.args = []string{
		"--config", "yaml:processors::memory_limiter: {check_interval: 100ms, limit_mib: 192, spike_limit_mib: 38}",
		"--config", "yaml:service::pipelines::logs::processors: [memory_limiter, log_cluster]",
	}
	c.env = []string{"GOMEMLIMIT=205MiB"}
	c.run(t)
	r := rand.New(rand.NewPCG(8, 1))
	lines := number(t, "FLOOD", 60_000)
	refused := 0
	for sent := 0; sent < lines; sent += batch {
		service := fmt.Sprint("service-", sent/batch%services)
		refused += c.insist(t, otlp.Logs(service, time.Now(), time.Millisecond, plog.SeverityNumberInfo, uniqueLines(r, batch)...))
	}
	t.Logf("%d lines that never came before, %d requests refused and sent again", lines, refused)
	require.EqualValues(t, lines, c.out.records.Swap(0))
	c.stop(t)

	c.run(t)
	for range 20 {
		c.send(t)
	}
	c.stop(t)
}

// insist sends until it is accepted and returns how often it was refused: what the
// limiter of memory refuses it must accept when garbage is collected.
func (c *collector) insist(t *testing.T, logs plog.Logs) (refused int) {
	t.Helper()
	for !otlp.Accepts(t, c.address, logs) {
		refused++
		require.Less(t, refused, 100, "it accepts nothing any more\n%s", c.Output())
		time.Sleep(100 * time.Millisecond)
	}
	return refused
}

func uniqueLines(r *rand.Rand, n int) []string {
	lines := make([]string, n)
	for i := range lines {
		words := make([]string, 6)
		for k := range words {
			words[k] = linetest.Word(r)
		}
		lines[i] = strings.Join(words, " ")
	}
	return lines
}

// However much was learnt, the stop takes its time and no more.
func TestSIGTERMAfterAFlood(t *testing.T) {
	const services, batch = 40, 500
	d := newDisk(t, false)
	c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
	c.run(t)
	r := rand.New(rand.NewPCG(7, 1))
	lines := number(t, "FLOOD", 16_000)
	began := time.Now()
	for sent := 0; sent < lines; sent += batch {
		otlp.SendLogs(t, c.address, otlp.Logs(fmt.Sprint("service-", sent/batch%services), time.Now(), time.Millisecond, plog.SeverityNumberInfo, uniqueLines(r, batch)...))
	}
	took := time.Since(began)
	t.Logf("%d lines that never came before in %v, stopped in %v", lines, took.Round(time.Millisecond), c.stop(t).Round(time.Millisecond))
	require.EqualValues(t, lines, c.out.records.Load())
}

// Clocks of senders jump by an hour, and by a day, both ways: all leaves, and in order.
func TestClockJumps(t *testing.T) {
	d := newDisk(t, false)
	c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
	c.run(t)
	for _, jump := range []time.Duration{0, time.Hour, 0, -time.Hour, 0, 24 * time.Hour, -24 * time.Hour, 0} {
		for i := range 3 {
			c.sendAt(t, time.Now().Add(jump+time.Duration(i)*time.Second))
		}
	}
	c.stop(t)
	c.run(t)
	c.send(t)
	c.stop(t)
	require.NotContains(t, c.Output(), "cannot be used")
}

// The next component accepts one request and refuses the next: what was refused is sent
// again, and all leaves once.
func TestHalfIsRefused(t *testing.T) {
	d := newDisk(t, false)
	c := newCollector(t, d.dir, fmt.Sprintf("directory: %q", d.dir))
	var requests atomic.Int64
	c.out.refuses = func() bool { return requests.Add(1)%2 == 0 }
	c.run(t)
	const lines, batches = 50, 20
	r := rand.New(rand.NewPCG(9, 1))
	refused := 0
	for range batches {
		refused += c.insist(t, otlp.Logs("shop", time.Now(), time.Millisecond, plog.SeverityNumberInfo, uniqueLines(r, lines)...))
	}
	require.EqualValues(t, lines*batches, c.out.records.Load())
	require.GreaterOrEqual(t, refused, batches/2)
	c.stop(t)
}
