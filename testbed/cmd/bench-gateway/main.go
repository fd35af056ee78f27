// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench-gateway runs the distribution with the shipped gateway config
// under a stated load and prints the memory and CPU that it takes: what the limits
// of deploy/kubernetes rest on.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/metricload"
)

type options struct {
	records, streams, forecasts, rounds int
	every, span                         time.Duration
}

func main() {
	log.SetFlags(0)
	var o options
	flag.IntVar(&o.records, "logs", 5000, "log records a second")
	flag.IntVar(&o.streams, "streams", 10000, "metric streams, a multiple of 1000")
	flag.IntVar(&o.forecasts, "forecasts", 1000, "streams among them that are forecast, a multiple of 1000")
	flag.DurationVar(&o.every, "every", 15*time.Second, "time between two points of a stream")
	flag.IntVar(&o.rounds, "rounds", 900, "points of each stream, five minutes apart, to learn from before anything is measured")
	flag.DurationVar(&o.span, "for", time.Minute, "how long to measure")
	flag.Parse()
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

func run(o options) error {
	lines, err := loghub()
	if err != nil {
		return err
	}
	backend, err := newBackend()
	if err != nil {
		return err
	}
	g, err := startGateway(backend.address)
	if err != nil {
		return err
	}
	defer g.stop()
	idle, err := g.usage()
	if err != nil {
		return err
	}
	fmt.Printf("started                         %6.0f MiB, and %.0f of mapped files\n", idle.mib, idle.files)

	logs, metrics := load.NewFeed(lines, 1), metricload.NewFeed(o.streams, 5*time.Minute)
	begin := time.Now()
	for range o.rounds {
		if err := g.sendRound(metrics, o); err != nil {
			return err
		}
	}
	for range 100 {
		if err := g.sendLogs(logs); err != nil {
			return err
		}
	}
	learnt, err := g.usage()
	if err != nil {
		return err
	}
	fmt.Printf("after learning for %-12s %6.0f MiB, and %.0f of mapped files; %d points and %d log records\n",
		time.Since(begin).Round(time.Second), learnt.mib, learnt.files, o.rounds*o.streams, 100*load.BatchSize)

	backend.logBytes.Store(0)
	most, sent, err := g.steady(logs, metrics, o)
	if err != nil {
		return err
	}
	after, err := g.usage()
	if err != nil {
		return err
	}
	fmt.Printf("at %d records/s, %d points/s: %6.0f MiB at most, and %.0f of mapped files; %.2f cores; %.0f bytes a record to Loki on the wire\n",
		o.records, int(float64(o.streams)/o.every.Seconds()), most, after.files, (after.cpu-learnt.cpu).Seconds()/o.span.Seconds(),
		float64(backend.logBytes.Load())/float64(max(sent, 1)))
	fmt.Printf("(%d cores, GOMEMLIMIT=%s, %d streams, %d forecast)\n", runtime.NumCPU(), os.Getenv("GOMEMLIMIT"), o.streams, o.forecasts)
	return nil
}

// steady sends at the rates asked for. It returns the most memory seen, and how many
// records were sent.
func (g *gateway) steady(logs *load.Feed, metrics *metricload.Feed, o options) (most float64, sent int, err error) {
	const beats = 10 // a second
	tick := time.NewTicker(time.Second / beats)
	defer tick.Stop()
	perBeat := float64(o.streams) / o.every.Seconds() / beats
	var due float64 // metric points
	records := 0.0
	for range int(o.span.Seconds() * beats) {
		<-tick.C
		for records += float64(o.records) / beats; records >= load.BatchSize; records -= load.BatchSize {
			if err := g.sendLogs(logs); err != nil {
				return 0, 0, err
			}
			sent += load.BatchSize
		}
		for due += perBeat; due >= metricload.BatchSize; due -= metricload.BatchSize {
			if err := g.sendMetrics(metrics, o); err != nil {
				return 0, 0, err
			}
		}
		u, err := g.usage()
		if err != nil {
			return 0, 0, err
		}
		most = max(most, u.mib)
	}
	return most, sent, nil
}

// gateway is the distribution with config/gateway.yaml and gateway-log-rates.yaml.
type gateway struct {
	cmd     *exec.Cmd
	address string
	dir     string
	batch   int // of metrics, within a round
}

func startGateway(backend string) (*gateway, error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	dir, err := os.MkdirTemp("", "bench-gateway")
	if err != nil {
		return nil, err
	}
	var free [5]string
	for i := range free {
		if free[i], err = freeAddress(); err != nil {
			return nil, err
		}
	}
	_, telemetry, _ := net.SplitHostPort(free[4])
	g := &gateway{address: free[0], dir: dir}
	//nolint:gosec,noctx // the distribution; stop ends it
	g.cmd = exec.Command(filepath.Join(root, "distribution", "otelcol-aiops"),
		"--config", "config/gateway.yaml", "--config", "config/gateway-log-rates.yaml",
		"--config", "yaml:receivers::otlp::protocols::http::endpoint: "+free[0],
		"--config", "yaml:receivers::otlp::protocols::grpc::endpoint: "+free[1],
		"--config", "yaml:extensions::health_check::endpoint: "+free[2],
		"--config", "yaml:extensions::knowledge_base::http::endpoint: "+free[3])
	g.cmd.Dir = root
	g.cmd.Env = append(os.Environ(), "STATE_DIR="+dir, "TELEMETRY_PORT="+telemetry,
		"LOKI_OTLP_ENDPOINT=http://"+backend+"/loki", "PROMETHEUS_OTLP_ENDPOINT=http://"+backend+"/prometheus")
	if err := g.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build)", err)
	}
	for range 300 {
		if r, err := http.Get("http://" + free[2]); err == nil { //nolint:noctx // on this host
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return g, nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	g.stop()
	return nil, errors.New("the gateway is not healthy after 30 s")
}

func (g *gateway) stop() {
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	_ = g.cmd.Wait()
	_ = os.RemoveAll(g.dir)
}

func (g *gateway) sendRound(metrics *metricload.Feed, o options) error {
	for range o.streams / metricload.BatchSize {
		if err := g.sendMetrics(metrics, o); err != nil {
			return err
		}
	}
	return nil
}

// sendMetrics sends the next batch; the first of a round have a name that the
// gateway forecasts.
func (g *gateway) sendMetrics(metrics *metricload.Feed, o options) error {
	md := metrics.Next()
	if g.batch < o.forecasts/metricload.BatchSize {
		rename(md)
	}
	g.batch = (g.batch + 1) % (o.streams / metricload.BatchSize)
	payload, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	if err != nil {
		return err
	}
	return g.post("/v1/metrics", payload)
}

func rename(md pmetric.Metrics) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				m.SetName("queue." + m.Name())
			}
		}
	}
}

func (g *gateway) sendLogs(logs *load.Feed) error {
	payload, err := plogotlp.NewExportRequestFromLogs(logs.Next()).MarshalProto()
	if err != nil {
		return err
	}
	return g.post("/v1/logs", payload)
}

// post waits when the gateway says that it is full.
func (g *gateway) post(path string, payload []byte) error {
	for {
		r, err := http.Post("http://"+g.address+path, "application/x-protobuf", bytes.NewReader(payload)) //nolint:noctx // on this host
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(r.Body)
		r.Body.Close()
		switch {
		case err != nil:
			return err
		case r.StatusCode == http.StatusOK:
			return nil
		case r.StatusCode != http.StatusServiceUnavailable && r.StatusCode != http.StatusTooManyRequests:
			return fmt.Errorf("%s: %s", r.Status, answer)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

type usage struct {
	mib, files float64 // resident: memory, and mapped files, which the kernel may take back
	cpu        time.Duration
}

// usage reads what the kernel says of the gateway.
func (g *gateway) usage() (usage, error) {
	dir := fmt.Sprintf("/proc/%d/", g.cmd.Process.Pid)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return usage{}, err
	}
	var u usage
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "RssAnon:":
			u.mib = kib / 1024
		case "RssFile:":
			u.files = kib / 1024
		}
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return usage{}, err
	}
	// After the name, which may have spaces: utime and stime in hundredths of a
	// second are fields 14 and 15 of proc(5).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return usage{}, err
		}
		ticks += n
	}
	u.cpu = time.Duration(ticks) * 10 * time.Millisecond
	return u, nil
}

// backend takes all and keeps nothing.
type backend struct {
	address  string
	logBytes atomic.Int64
}

func newBackend() (*backend, error) {
	listener, err := net.Listen("tcp", "localhost:0") //nolint:noctx // on this host
	if err != nil {
		return nil, err
	}
	b := &backend{address: listener.Addr().String()}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { //nolint:gosec // on this host
			n, _ := io.Copy(io.Discard, r.Body)
			if strings.HasPrefix(r.URL.Path, "/loki") {
				b.logBytes.Add(n)
			}
		}))
	}()
	return b, nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "localhost:0") //nolint:noctx // on this host
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func loghub() ([]dataset.Lines, error) {
	dir, err := dataset.Dir()
	if err != nil {
		return nil, err
	}
	return dataset.Loghub(dir)
}
