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
	"slices"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// measureStart fills a knowledge base with templates, starts on it, and matches
// lines against it.
func measureStart(ctx context.Context, dir string, templates int) (*report.Table, error) {
	file := filepath.Join(dir, "start.db")
	onFile := func(c *knowledgebaseextension.Config) {
		c.File = file
		c.Retention.Templates = 0
	}
	large := func(c *logclusterprocessor.Config) {
		c.Limits.Templates, c.Limits.Clusters, c.Limits.Vocabulary, c.Limits.PartitionMiB = 2*templates, 2*templates, 10*templates, 4096
	}
	filled, took, lines, err := fill(ctx, onFile, large, templates)
	if err != nil {
		return nil, err
	}
	size, err := os.Stat(file)
	if err != nil {
		return nil, err
	}

	before := heap()
	began := time.Now()
	base, err := harness.StartBase(ctx, onFile)
	if err != nil {
		return nil, err
	}
	p, err := base.Start(ctx, consumertest.NewNop(), large)
	if err != nil {
		return nil, err
	}
	started := time.Since(began)
	memory := heap() - before

	table := &report.Table{
		Title: fmt.Sprintf("A knowledge base of %d templates in a SQLite file", templates),
		Head:  []string{"", "figure"},
	}
	table.Row("learning and saving them, s", took.Seconds())
	table.Row("size of the file, MiB", float64(size.Size())/(1<<20))
	table.Row("start until all is known, s", started.Seconds())
	table.Row("heap after the start, MiB", memory)
	table.Row("heap of the process that learnt them, MiB", filled)
	for _, of := range []struct {
		name string
		line func(i int) string
		how  knowledge.How
	}{
		{"known line", func(i int) string { return lines[i*7%len(lines)] }, knowledge.Known},
		{"line with words of a known one", func(i int) string { return lines[i*7%len(lines)] + " once more" }, knowledge.Near},
	} {
		latency, err := match(base, of.line, of.how)
		if err != nil {
			return nil, err
		}
		table.Row("match of a "+of.name+", median µs", latency[len(latency)/2])
		table.Row("match of a "+of.name+", 99th percentile µs", latency[len(latency)*99/100])
	}
	return table, errors.Join(p.Stop(ctx), base.Stop(ctx))
}

// fill learns templates and saves them. It returns the heap that they take and
// some of the lines.
func fill(ctx context.Context, onFile func(*knowledgebaseextension.Config), large func(*logclusterprocessor.Config), templates int) (mib float64, took time.Duration, lines []string, err error) {
	before, began := heap(), time.Now()
	base, err := harness.StartBase(ctx, onFile)
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
		if err := p.ConsumeLogs(ctx, feed.NextOf(batch)); err != nil {
			return 0, 0, nil, err
		}
		lines = append(lines, batch[:10]...)
		feed.Skip(10 * time.Second) // a window each: a flood in one would wait to be looked at
	}
	mib = heap() - before
	err = errors.Join(p.Stop(ctx), base.Stop(ctx))
	return mib, time.Since(began), lines, err
}

// match asks 2,000 times and returns the sorted latencies in µs.
func match(base *harness.Base, line func(i int) string, how knowledge.How) ([]float64, error) {
	latency := make([]float64, 2000)
	for i := range latency {
		q := knowledge.Query{Text: line(i)}
		began := time.Now()
		matches, err := base.Match(q)
		latency[i] = float64(time.Since(began).Nanoseconds()) / 1000
		if err != nil {
			return nil, err
		}
		if len(matches) == 0 || matches[0].How != how {
			return nil, fmt.Errorf("%q: want a match that is %s, got %+v", q.Text, how, matches)
		}
	}
	slices.Sort(latency)
	return latency, nil
}

// heap is what is in use, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
