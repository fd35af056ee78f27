// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench-metrics prints what a metric point costs in the anomaly
// processor or the forecast connector, beside other work on the same batches, in
// turns, and the memory that a stream takes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/metricload"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

func main() {
	log.SetFlags(0)
	of := flag.String("of", "anomaly", "anomaly or forecast")
	streams := flag.String("streams", "1000,100000,1000000", "numbers of streams")
	trials := flag.Int("trials", 40, "trials of each subject")
	interval := flag.Duration("interval", time.Minute, "time between two points of a stream")
	calls := flag.Bool("calls", false, "print only how long single calls take")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	flag.Parse()
	start, ok := map[string]func(context.Context, int) (metricload.Subject, error){
		"anomaly": metricload.NewAnomaly, "forecast": metricload.NewForecast,
	}[*of]
	if !ok {
		log.Fatalf("-of must be anomaly or forecast, got %q", *of)
	}
	b := bench{start: start, name: *of, trials: *trials, interval: *interval, markdown: *markdown}
	if *calls {
		if err := b.longest(context.Background()); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := b.run(*streams, *profile); err != nil {
		log.Fatal(err)
	}
}

type bench struct {
	start    func(context.Context, int) (metricload.Subject, error)
	name     string
	trials   int
	interval time.Duration
	markdown bool
}

func (b *bench) run(streams, profile string) error {
	ctx := context.Background()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	table := report.Table{
		Title: fmt.Sprintf("A point of batches of %d, one every %s of each stream (%d trials, in turns)", metricload.BatchSize, b.interval, b.trials),
		Head:  []string{"", "streams", "ns, undisturbed 5 %", "ns, median", "allocations", "bytes", "times OTLP", "two callers"},
	}
	for field := range strings.SplitSeq(streams, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			return fmt.Errorf("-streams: %w", err)
		}
		if err := b.speed(ctx, n, &table); err != nil {
			return err
		}
	}
	table.Write(os.Stdout, b.markdown)
	fmt.Println("two callers: throughput of two goroutines over that of one.")
	fmt.Println()
	if b.name == "forecast" {
		if err := b.parts(ctx); err != nil {
			return err
		}
	}
	if err := b.longest(ctx); err != nil {
		return err
	}
	return b.memory(ctx)
}

// parts prints what a stream's forecast is made of, when the stream knows all it
// will, and what follows for many.
func (b *bench) parts(ctx context.Context) error {
	const (
		many  = 100_000
		day   = 24 * time.Hour
		beat  = 30.0 // seconds
		beats = 3600 / beat
	)
	table := report.Table{
		Title: "A stream that knows all it will, a point every 30 seconds, a fit every hour",
		Head: []string{
			"limits::buckets, history", "ns to learn a point", "ns to make its forecasts", "points made", "µs of a fit", "bytes a stream",
			"100,000 streams: % of a core", "GB",
		},
	}
	for _, c := range []struct {
		what             string
		buckets, streams int
		points           int
		interval         time.Duration
	}{
		{"504, 3 weeks of hours", 504, 50, int(25 * day / time.Hour), time.Hour},
		{"7168, 7 weeks of hours", 7168, 50, int(50 * day / time.Hour), time.Hour},
		{"7168, 25 days of 5 minutes", 7168, 20, int(26 * day / (5 * time.Minute)), 5 * time.Minute},
	} {
		cost, err := metricload.MeasureForecast(ctx, c.buckets, c.streams, c.points, c.interval, b.trials)
		if err != nil {
			return err
		}
		perHour := beats*(cost.Update+cost.Emission) + cost.Fit
		table.Row(c.what, whole(cost.Update), whole(cost.Emission), whole(cost.Points), whole(cost.Fit/1e3), whole(cost.Bytes),
			fmt.Sprintf("%.1f", 100*many*perHour/3600e9), fmt.Sprintf("%.2f", many*cost.Bytes/1e9))
	}
	table.Write(os.Stdout, b.markdown)
	fmt.Println()
	return nil
}

// speed warms up until the streams are past their beginning, as far as their
// number allows.
func (b *bench) speed(ctx context.Context, streams int, table *report.Table) error {
	ours, err := b.start(ctx, streams)
	if err != nil {
		return err
	}
	jumbled, err := b.start(ctx, streams)
	if err != nil {
		return err
	}
	nothing, err := metricload.NewNothing(ctx)
	if err != nil {
		return err
	}
	subjects := []metricload.Subject{nothing, ours, metricload.InAnyOrder(jumbled), metricload.NewOTLP()}
	feed := metricload.NewFeed(streams, b.interval)
	warm := max(2, min(2000, 2_000_000/streams))
	batches := min(20, max(1, streams/metricload.BatchSize))
	one, err := metricload.Run(ctx, subjects, feed, warm, b.trials, batches, 1)
	if err != nil {
		return err
	}
	two, err := metricload.Run(ctx, subjects, feed, 0, b.trials, max(2, batches), 2)
	if err != nil {
		return err
	}
	otlp := load.Undisturbed(one[len(one)-1], nanoseconds)
	for i, s := range subjects {
		ns := load.Undisturbed(one[i], nanoseconds)
		table.Row(s.Name, streams, whole(ns), whole(load.Median(one[i], nanoseconds)),
			fmt.Sprintf("%.2f", load.Median(one[i], func(t load.Trial) float64 { return t.Allocations })),
			whole(load.Median(one[i], func(t load.Trial) float64 { return t.Bytes })),
			fmt.Sprintf("%.2f", ns/otlp), fmt.Sprintf("%.2f", ns/load.Undisturbed(two[i], nanoseconds)))
	}
	return errors.Join(ours.Stop(ctx), jumbled.Stop(ctx))
}

func (b *bench) memory(ctx context.Context) error {
	table := report.Table{
		Title: "Memory of a stream, identity and bookkeeping included (live heap)",
		Head:  []string{"what the streams show", "streams", "points each", "bytes a stream"},
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		what     string
		streams  int
		interval time.Duration
		rounds   int
	}{
		{"two points", 100_000, time.Minute, 2},
		{"an hour", 20_000, time.Minute, 60},
		{"ten days of a daily rhythm, a point every 5 minutes", 1000, 5 * time.Minute, int(10 * day / (5 * time.Minute))},
		{"five weeks of a daily rhythm, a point every hour", 1000, time.Hour, int(35 * day / time.Hour)},
	} {
		held, err := metricload.BytesPerStream(ctx, b.start, metricload.NewFeed(c.streams, c.interval), c.rounds)
		if err != nil {
			return err
		}
		table.Row(c.what, c.streams, c.rounds, whole(held))
	}
	table.Write(os.Stdout, b.markdown)
	return nil
}

func nanoseconds(t load.Trial) float64 { return t.Nanoseconds }

func whole(f float64) string { return fmt.Sprintf("%.0f", f) }
