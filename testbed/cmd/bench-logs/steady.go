// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/peer"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

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

// bench measures subjects on the batches of a feed.
type bench struct {
	feed            *load.Feed
	trials, batches int
	markdown        bool
	// anew draws batches for each turn of each subject: log_cluster, which takes a
	// turn alone and one with two callers, would know the lines of a trial already.
	anew bool
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

// measure lets all take turns on the same batches, each time in another order,
// unless these are drawn anew.
func (b *bench) measure(ctx context.Context, all []*measured) error {
	order := dataset.Random(1)
	for range b.trials {
		fresh := b.feed.Take(b.batches)
		for _, i := range order.Perm(len(all)) {
			if b.anew {
				fresh = b.feed.Take(b.batches)
			}
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

// compare prints what a record costs each subject, the last being what the others
// are measured by.
func (b *bench) compare(ctx context.Context, title string, subjects ...load.Subject) error {
	base := len(subjects) - 1
	alone, both := make([]*measured, 0, len(subjects)), make([]*measured, 0, len(subjects))
	for _, s := range subjects {
		alone = append(alone, &measured{Subject: s, callers: 1})
		both = append(both, &measured{Subject: s, callers: 2})
	}
	if err := b.measure(ctx, slices.Concat(alone, both)); err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("%s: a record of %d-record batches of mixed Loghub lines, every digit drawn again (%d trials of %d batches, in turns)",
			title, load.BatchSize, b.trials, b.batches),
		Head: []string{"", "ns, undisturbed 5 %", "ns, median", "allocations", "bytes", "times the last", "two callers"},
	}
	unit := load.Undisturbed(alone[base].trials, nanoseconds)
	for i, s := range alone {
		ns := load.Undisturbed(s.trials, nanoseconds)
		table.Row(s.Name(), whole(ns), whole(load.Median(s.trials, nanoseconds)),
			fmt.Sprintf("%.1f", load.Median(s.trials, allocations)), whole(load.Median(s.trials, size)),
			fmt.Sprintf("%.2f", ns/unit), fmt.Sprintf("%.2f", ns/load.Undisturbed(both[i].trials, nanoseconds)))
	}
	table.Write(os.Stdout, b.markdown)
	return nil
}

func (b *bench) printSteady(ctx context.Context, ours *load.Ours) error {
	nothing, err := load.NewNothing(ctx)
	if err != nil {
		return err
	}
	bare, err := load.NewWithoutKeywords(ctx, b.feed)
	if err != nil {
		return err
	}
	defer func() { _ = bare.Stop(ctx) }()
	drain := &loki{Loki: peer.NewLoki("a line without a format")}
	for range 100 { // the peer knows its templates too
		if err := drain.Prepare(b.feed.Next())(ctx); err != nil {
			return err
		}
	}
	learnt, err := ours.Points(ctx, "records")
	if err != nil {
		return err
	}
	if err := b.compare(ctx, "Known templates", nothing, ours, bare, load.Writing{Ours: ours}, drain, load.OTLP{}); err != nil {
		return err
	}
	after, err := ours.Points(ctx, "records")
	if err != nil {
		return err
	}
	fmt.Println("two callers: throughput of two goroutines over that of one.")
	fmt.Println("log_cluster's records by outcome, in the trials:")
	for outcome, n := range after {
		fmt.Printf("  %s: %d\n", outcome, n-learnt[outcome])
	}
	fmt.Println()
	return nil
}

// printPooled compares with the Collector's alpha gate for taking the parts of a
// record from pools, to which they return when the batch is given up.
func (b *bench) printPooled(ctx context.Context, ours *load.Ours) error {
	const gate = "pdata.useProtoPooling"
	gates := featuregate.GlobalRegistry()
	if err := gates.Set(gate, true); err != nil {
		return err
	}
	defer func() { _ = gates.Set(gate, false) }()
	return b.compare(ctx, "The same, with the feature gate "+gate, ours, load.Writing{Ours: ours}, load.OTLP{})
}

// printUnseen is for lines that log_cluster recognises only by scanning them.
func (b *bench) printUnseen(ctx context.Context) error {
	ours, err := load.NewOurs(ctx, b.feed)
	if err != nil {
		return err
	}
	defer func() { _ = ours.Stop(ctx) }()
	return b.compare(ctx, "Known templates, but each line ends in letters never seen before", ours, load.OTLP{})
}

// printEnvelopes is for lines that come among other keys of their logger.
func (b *bench) printEnvelopes(ctx context.Context, ours *load.Ours) error {
	return b.compare(ctx, "Known templates in an envelope of 15 keys",
		load.NewEnveloped(ours, "JSON", load.JSON), load.NewEnveloped(ours, "logfmt", load.Logfmt), ours)
}

// printHex is for lines with an ID of their own in letters and digits, by which no
// line is recalled.
func (b *bench) printHex(ctx context.Context, ours *load.Ours) error {
	forgetful, err := load.NewWithoutMemo(ctx, b.feed)
	if err != nil {
		return err
	}
	defer func() { _ = forgetful.Stop(ctx) }()
	return b.compare(ctx, "Known templates, but each line ends in a random hexadecimal ID",
		load.NewEnveloped(ours, ours.Name(), load.HexID), load.NewEnveloped(forgetful, forgetful.Name(), load.HexID))
}

// printRecalled says how many lines differ in digits only from one before in their
// set, and so are recognised without scanning them, when they come once each and in
// order. Loghub-2k is a sample: in the whole log more of them do.
func printRecalled(sets []dataset.Lines, markdown bool) {
	table := report.Table{
		Title: "Lines that differ in digits only from one before, in order of arrival",
		Head:  []string{"set", "share"},
	}
	zero := strings.NewReplacer("1", "0", "2", "0", "3", "0", "4", "0", "5", "0", "6", "0", "7", "0", "8", "0", "9", "0")
	lines, recalled := 0, 0
	for _, s := range sets {
		seen := map[string]bool{}
		n := 0
		for _, line := range s.Content {
			form := zero.Replace(line)
			if seen[form] {
				n++
			}
			seen[form] = true
		}
		table.Row(s.Name, float64(n)/float64(len(s.Content)))
		lines, recalled = lines+len(s.Content), recalled+n
	}
	table.Row("all", float64(recalled)/float64(lines))
	table.Write(os.Stdout, markdown)
}

func whole(f float64) string { return fmt.Sprintf("%.0f", f) }
