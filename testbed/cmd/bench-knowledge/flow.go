// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// flow is a processor and what feeds it.
type flow struct {
	name      string
	base      *harness.Base // nil without a store
	processor *harness.Processor
	next      func() plog.Logs
	wall, cpu []float64 // ns a record, by trial
	rows      []float64 // written a second, by trial
}

// measureFlow sends batches as fast as they are taken, in turns with and without
// a store. CPU is of the whole process: the saving, beside the flow, is in it.
func measureFlow(ctx context.Context, sets []dataset.Lines, dir, dsn string, trials int, length time.Duration) (*report.Table, error) {
	sources := []struct {
		name string
		next func() func() plog.Logs
	}{
		{"mixed lines", func() func() plog.Logs { return load.NewFeed(sets, 1).Next }},
		{"1 % new templates", func() func() plog.Logs {
			feed, unique := load.NewFeed(sets, 1), load.NewUnique(5)
			return func() plog.Logs {
				ld := feed.Next()
				i := 0
				for lr := range harness.Records(ld) {
					if i++; i%100 == 0 {
						lr.Body().SetStr(unique.Line())
					}
				}
				return ld
			}
		}},
	}
	stores := []struct {
		name   string
		change func(*knowledgebaseextension.Config)
	}{{name: "no store"}, {"SQLite", func(c *knowledgebaseextension.Config) { c.File = filepath.Join(dir, "flow.db") }}}
	if dsn != "" {
		stores = append(stores, struct {
			name   string
			change func(*knowledgebaseextension.Config)
		}{"PostgreSQL", func(c *knowledgebaseextension.Config) { c.DSN = configopaque.String(dsn) }})
	}
	table := &report.Table{
		Title: "A record's cost beside a store that writes every second (median of trials)",
		Head:  []string{"flow", "wall ns", "CPU ns", "CPU to no store", "rows/s"},
	}
	for _, source := range sources {
		var flows []*flow
		for _, store := range stores {
			f, err := startFlow(ctx, source.name+", "+store.name, source.next(), store.change)
			if err != nil {
				return nil, err
			}
			flows = append(flows, f)
		}
		for range trials {
			for _, f := range flows {
				if err := f.trial(ctx, length); err != nil {
					return nil, err
				}
			}
		}
		for _, f := range flows {
			table.Row(f.name, median(f.wall), median(f.cpu), median(f.cpu)/median(flows[0].cpu), median(f.rows))
			if err := f.stop(ctx); err != nil {
				return nil, err
			}
		}
	}
	return table, nil
}

func startFlow(ctx context.Context, name string, next func() plog.Logs, change func(*knowledgebaseextension.Config)) (*flow, error) {
	f := &flow{name: name, next: next}
	var err error
	if change == nil {
		f.processor, err = harness.Start(ctx, consumertest.NewNop())
	} else if f.base, err = harness.StartBase(ctx, change); err == nil {
		f.processor, err = f.base.Start(ctx, consumertest.NewNop())
	}
	if err != nil {
		return nil, err
	}
	for range 200 { // the templates become known
		if err := f.processor.ConsumeLogs(ctx, next()); err != nil {
			return nil, err
		}
	}
	time.Sleep(2 * time.Second) // and saved
	return f, nil
}

// trial makes batches off the clock and sends them for a length of time.
func (f *flow) trial(ctx context.Context, length time.Duration) error {
	var wall, cpu time.Duration
	records := 0
	saved := f.saved()
	for wall < length {
		batches := make([]plog.Logs, 50)
		for i := range batches {
			batches[i] = f.next()
		}
		cpuBefore, before := used(), time.Now()
		for _, ld := range batches {
			if err := f.processor.ConsumeLogs(ctx, ld); err != nil {
				return err
			}
		}
		wall += time.Since(before)
		cpu += used() - cpuBefore
		records += len(batches) * load.BatchSize
	}
	f.wall = append(f.wall, float64(wall.Nanoseconds())/float64(records))
	f.cpu = append(f.cpu, float64(cpu.Nanoseconds())/float64(records))
	f.rows = append(f.rows, float64(f.saved()-saved)/wall.Seconds())
	return nil
}

func (f *flow) saved() int64 {
	if f.base == nil {
		return 0
	}
	return f.base.SavedRows()
}

func (f *flow) stop(ctx context.Context) error {
	err := f.processor.Stop(ctx)
	if f.base != nil {
		err = errors.Join(err, f.base.Stop(ctx))
	}
	return err
}

// used is the CPU time of the process.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail on itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
