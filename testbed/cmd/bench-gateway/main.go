// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench-gateway runs the distribution with the shipped gateway config
// under a stated load and prints the memory and CPU that it takes: what the limits
// of deploy/kubernetes rest on.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
	"time"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/collector"
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
	lines, err := dataset.FindLoghub()
	if err != nil {
		return err
	}
	backend, err := collector.NewBackend()
	if err != nil {
		return err
	}
	g, err := startGateway(backend.Address)
	if err != nil {
		return err
	}
	defer g.Stop()
	idle, err := g.Usage()
	if err != nil {
		return err
	}
	fmt.Printf("started                         %6.0f MiB, and %.0f of mapped files\n", idle.MiB, idle.Files)

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
	learnt, err := g.Usage()
	if err != nil {
		return err
	}
	fmt.Printf("after learning for %-12s %6.0f MiB, and %.0f of mapped files; %d points and %d log records\n",
		time.Since(begin).Round(time.Second), learnt.MiB, learnt.Files, o.rounds*o.streams, 100*load.BatchSize)

	backend.LogBytes.Store(0)
	most, sent, err := g.steady(logs, metrics, o)
	if err != nil {
		return err
	}
	after, err := g.Usage()
	if err != nil {
		return err
	}
	fmt.Printf("at %d records/s, %d points/s: %6.0f MiB at most, and %.0f of mapped files; %.2f cores; %.0f bytes a record to Loki on the wire\n",
		o.records, int(float64(o.streams)/o.every.Seconds()), most, after.Files, (after.CPU-learnt.CPU).Seconds()/o.span.Seconds(),
		float64(backend.LogBytes.Load())/float64(max(sent, 1)))
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
		u, err := g.Usage()
		if err != nil {
			return 0, 0, err
		}
		most = max(most, u.MiB)
	}
	return most, sent, nil
}

// gateway is the shipped one with gateway-log-rates.yaml.
type gateway struct {
	*collector.Gateway
	batch int // of metrics, within a round
}

func startGateway(backend string) (*gateway, error) {
	g, err := collector.StartGateway(backend, "config/gateway-log-rates.yaml")
	return &gateway{Gateway: g}, err
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

func (g *gateway) post(path string, payload []byte) error {
	_, err := collector.Post(http.DefaultClient, g.Address, path, payload)
	return err
}
