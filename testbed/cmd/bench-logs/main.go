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

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
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
	sets, err := dataset.FindLoghub()
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
	bench := bench{feed: feed, trials: trials, batches: batches, markdown: markdown}
	if err := bench.printSteady(ctx, ours); err != nil {
		return err
	}
	if err := bench.printPooled(ctx, ours); err != nil {
		return err
	}
	if err := bench.printEnvelopes(ctx, ours); err != nil {
		return err
	}
	if err := bench.printHex(ctx, ours); err != nil {
		return err
	}
	printRecalled(sets, markdown)
	bench.feed, bench.anew = load.NewUnseenFeed(sets, 1), true
	if err := bench.printUnseen(ctx); err != nil {
		return err
	}
	if err := printFresh(ctx, markdown); err != nil {
		return err
	}
	return printStall(ctx, feed)
}

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
