// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench-logs prints what a log record costs in the log_cluster
// processor, beside other work on the very same batches, in turns.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"sync"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/peer"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

func main() {
	log.SetFlags(0)
	trials := flag.Int("trials", 100, "trials of each subject")
	batches := flag.Int("batches", 16, "batches of 1,000 records in a trial")
	stall := flag.Bool("stall", false, "measure ConsumeLogs while a window of new templates is clustered, and nothing else")
	profile := flag.String("cpuprofile", "", "write a CPU profile of log_cluster's steady state to this file, and measure nothing else")
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	flag.Parse()

	if err := run(*trials, *batches, *stall, *profile, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(trials, batches int, stall bool, profile string, markdown bool) error {
	ctx := context.Background()
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	sets, err := dataset.Loghub(dir)
	if err != nil {
		return err
	}
	feed := load.NewFeed(sets, 1)
	if stall {
		return printStall(ctx, feed)
	}
	ours, err := load.NewOurs(ctx, feed)
	if err != nil {
		return err
	}
	defer func() { _ = ours.Stop(ctx) }()
	if profile != "" {
		return writeProfile(ctx, profile, ours, feed, trials, batches)
	}
	if err := printSteady(ctx, ours, feed, trials, batches, markdown); err != nil {
		return err
	}
	if err := printFresh(ctx, markdown); err != nil {
		return err
	}
	return printStall(ctx, feed)
}

// loki is the peer as a subject: one instance for one stream, behind a lock, as
// in Loki's ingester.
type loki struct {
	mu sync.Mutex
	*peer.Loki
}

func (*loki) Name() string { return peer.LokiName + " (no attributes written)" }

func (l *loki) Prepare(ld plog.Logs) load.Work {
	bodies := load.Bodies(ld)
	return func(context.Context) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, b := range bodies {
			l.Train(b, 0)
		}
		return nil
	}
}

// measured collects the trials of one subject with so many callers.
type measured struct {
	load.Subject
	callers int
	trials  []load.Trial
}

func nanoseconds(t load.Trial) float64 { return t.Nanoseconds }
func allocations(t load.Trial) float64 { return t.Allocations }
func size(t load.Trial) float64        { return t.Bytes }

// measure lets all take turns on the same batches, each time in another order.
func measure(ctx context.Context, all []*measured, feed *load.Feed, trials, batches int) error {
	order := dataset.Random(1)
	for range trials {
		fresh := feed.Take(batches)
		for _, i := range order.Perm(len(all)) {
			m := all[i]
			trial, err := load.Measure(ctx, m, fresh, m.callers)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name(), err)
			}
			m.trials = append(m.trials, trial)
		}
	}
	return nil
}

func printSteady(ctx context.Context, ours *load.Ours, feed *load.Feed, trials, batches int, markdown bool) error {
	nothing, err := load.NewNothing(ctx)
	if err != nil {
		return err
	}
	bare, err := load.NewWithoutKeywords(ctx, feed)
	if err != nil {
		return err
	}
	defer func() { _ = bare.Stop(ctx) }()
	drain := &loki{Loki: peer.NewLoki("a line without a format")}
	var alone, both, all []*measured
	for _, s := range []load.Subject{nothing, ours, bare, load.Writing{Ours: ours}, load.OTLP{}, drain} {
		alone = append(alone, &measured{Subject: s, callers: 1})
		both = append(both, &measured{Subject: s, callers: 2})
	}
	all = append(append(all, alone...), both...)
	for range 100 { // the peer knows its templates too
		if err := drain.Prepare(feed.Next())(ctx); err != nil {
			return err
		}
	}
	learnt, err := ours.Points(ctx, "records")
	if err != nil {
		return err
	}
	if err := measure(ctx, all, feed, trials, batches); err != nil {
		return err
	}
	after, err := ours.Points(ctx, "records")
	if err != nil {
		return err
	}

	table := report.Table{
		Title: fmt.Sprintf("Known templates: a record of %d-record batches of mixed Loghub lines, every digit drawn again (%d trials of %d batches, in turns)",
			load.BatchSize, trials, batches),
		Head: []string{"", "ns, undisturbed 5 %", "ns, median", "allocations", "bytes", "times OTLP", "two callers"},
	}
	otlp := load.Undisturbed(alone[4].trials, nanoseconds)
	for i, s := range alone {
		ns := load.Undisturbed(s.trials, nanoseconds)
		table.Row(s.Name(), whole(ns), whole(load.Median(s.trials, nanoseconds)),
			fmt.Sprintf("%.1f", load.Median(s.trials, allocations)), whole(load.Median(s.trials, size)),
			fmt.Sprintf("%.2f", ns/otlp), fmt.Sprintf("%.2f", ns/load.Undisturbed(both[i].trials, nanoseconds)))
	}
	table.Write(os.Stdout, markdown)
	fmt.Println("two callers: throughput of two goroutines over that of one.")
	fmt.Println("log_cluster's records by outcome, in the trials:")
	for outcome, n := range after {
		fmt.Printf("  %s: %d\n", outcome, n-learnt[outcome])
	}
	fmt.Println()
	return nil
}

func whole(f float64) string { return fmt.Sprintf("%.0f", f) }

func printFresh(ctx context.Context, markdown bool) error {
	table := report.Table{
		Title: "New templates: a record that brings one, in ConsumeLogs (median of batches of 50)",
		Head:  []string{"templates known", "ns"},
	}
	for _, known := range []int{1000, 5000, 20000} {
		ns, err := load.MeasureFresh(ctx, known)
		if err != nil {
			return err
		}
		table.Row(known, whole(ns))
	}
	table.Write(os.Stdout, markdown)
	return nil
}

func printStall(ctx context.Context, feed *load.Feed) error {
	const known, fresh = 5000, 5000
	s, err := load.MeasureStall(ctx, feed, known, fresh)
	if err != nil {
		return err
	}
	fmt.Printf("ConsumeLogs of %d known records:\n", load.BatchSize)
	for i, l := range []load.Latency{s.Idle, s.Busy} {
		fmt.Printf("  %s: p50 %s, p99 %s, max %s (%d calls)\n", []string{"idle", "busy"}[i], l.P50, l.P99, l.Max, l.Calls)
	}
	fmt.Printf("busy: a window of %d new templates and %d representatives is clustered beside it, which took %s\n", fresh, known, s.Clustering)
	fmt.Printf("the flow waited for the clustering %d times, %s in total\n", s.Waits, s.Waited)
	return nil
}

// writeProfile profiles the making of batches too: what ConsumeLogs does is seen
// with `go tool pprof -focus ConsumeLogs`.
func writeProfile(ctx context.Context, file string, ours *load.Ours, feed *load.Feed, trials, batches int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for range trials * batches {
		if err := ours.Prepare(feed.Next())(ctx); err != nil {
			return err
		}
	}
	return nil
}
