// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// perService is how many templates a service gets: a partition has at most 100,000
// shapes of lines, those of templates that have grown included.
const perService = 50_000

// measureStart fills a knowledge base with templates, starts on it, and asks it.
func measureStart(ctx context.Context, dir, dsn string, templates int) (*report.Table, error) {
	file := filepath.Join(dir, "start.db")
	where := "a SQLite file"
	onStore := func(c *knowledgebaseextension.Config) {
		c.File = file
		c.Retention.Templates = 0
		c.HTTP.NetAddr.Endpoint = "localhost:0"
		if dsn != "" {
			c.DSN = configopaque.String(dsn)
		}
	}
	if dsn != "" {
		where = "PostgreSQL"
	}
	large := func(c *logclusterprocessor.Config) {
		c.Limits.Templates, c.Limits.Clusters, c.Limits.Vocabulary, c.Limits.PartitionMiB = 2*perService, 2*perService, 10*perService, 4096
	}
	filled, took, lines, err := fill(ctx, onStore, large, templates)
	if err != nil {
		return nil, err
	}
	table := &report.Table{
		Title: fmt.Sprintf("A knowledge base of %d templates, %d a service, in %s", templates, min(templates, perService), where),
		Head:  []string{"", "figure"},
	}
	table.Row("learning and saving them, s", took.Seconds())
	if dsn == "" {
		size, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		table.Row("size of the file, MiB", float64(size.Size())/(1<<20))
	}

	before := heap()
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cpu, began := used(), time.Now()
	base, err := harness.StartBase(ctx, onStore, func(c *knowledgebaseextension.Config) {
		c.HTTP.Enabled, c.HTTP.NetAddr.Endpoint = true, address
	})
	if err != nil {
		return nil, err
	}
	p, err := base.Start(ctx, consumertest.NewNop(), large)
	if err != nil {
		return nil, err
	}
	if err := untilKnown(base, lines); err != nil {
		return nil, err
	}
	table.Row("start until all is known, s", time.Since(began).Seconds())
	table.Row("CPU of that, s", (used() - cpu).Seconds())
	table.Row("heap after the start, MiB", heap()-before)
	table.Row("heap of the process that learnt them, MiB", filled)
	if err := ask(ctx, table, base, "http://"+address, lines); err != nil {
		return nil, err
	}
	return table, errors.Join(p.Stop(ctx), base.Stop(ctx))
}

// fill learns templates and saves them. It returns the heap that they take and
// some of the lines.
func fill(ctx context.Context, onStore func(*knowledgebaseextension.Config), large func(*logclusterprocessor.Config), templates int) (mib float64, took time.Duration, lines []string, err error) {
	before, began := heap(), time.Now()
	base, err := harness.StartBase(ctx, onStore, func(c *knowledgebaseextension.Config) { c.HTTP.Enabled = false })
	if err != nil {
		return 0, 0, nil, err
	}
	p, err := base.Start(ctx, consumertest.NewNop(), large)
	if err != nil {
		return 0, 0, nil, err
	}
	feed, unique := load.NewFeed(nil, 1), load.NewUnique(3)
	for sent := 0; sent < templates; sent += load.BatchSize {
		batch := unique.Lines(load.BatchSize)
		ld := feed.NextOf(batch)
		ld.ResourceLogs().At(0).Resource().Attributes().PutStr("service.name", fmt.Sprintf("service-%d", sent/perService))
		if err := p.ConsumeLogs(ctx, ld); err != nil {
			return 0, 0, nil, err
		}
		lines = append(lines, batch[:10]...)
		feed.Skip(10 * time.Second) // a window each: a flood in one would wait to be looked at
	}
	mib = heap() - before
	err = errors.Join(p.Stop(ctx), base.Stop(ctx))
	return mib, time.Since(began), lines, err
}

// untilKnown waits for every line to be known: a start waits for the store for ten
// seconds only.
func untilKnown(base *harness.Base, lines []string) error {
	deadline := time.Now().Add(5 * time.Minute)
	for i := 0; i < len(lines); {
		matches, err := base.Match(knowledge.Query{Text: lines[i]})
		switch {
		case err == nil && len(matches) > 0 && matches[0].How == knowledge.Known:
			i++
		case time.Now().After(deadline):
			return fmt.Errorf("%q was learnt, but is not known: %+v, %w", lines[i], matches, err)
		default:
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

// heap is what is in use, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
