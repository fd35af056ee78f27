// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// window is the default window of the processor.
const window = 10 * time.Second

// Latency of ConsumeLogs for batches of BatchSize known records.
type Latency struct {
	Calls         int
	P50, P99, Max time.Duration
}

// Stall is what a window with many new templates does to the flow.
type Stall struct {
	Idle, Busy Latency
	// Clustering is how long the window took beside the flow.
	Clustering time.Duration
	// Waits is how often the flow waited for it, Waited for how long in total.
	Waits  uint64
	Waited time.Duration
}

// MeasureStall lets a processor learn known templates until they are the
// representatives of their clusters, then as many new ones in one window, and
// measures ConsumeLogs on warm lines while that window is clustered. Event time
// passes as fast as real time in both measurements, as it does in production.
func MeasureStall(ctx context.Context, feed *Feed, known, fresh int) (Stall, error) {
	p, err := harness.Start(ctx, consumertest.NewNop())
	if err != nil {
		return Stall{}, err
	}
	defer func() { _ = p.Stop(ctx) }()
	ours := &Ours{Processor: p}
	unique := NewUnique(1)
	// Learn the warm lines and the known templates, in windows of a quarter each.
	for range 4 {
		for range 25 {
			if err := p.ConsumeLogs(ctx, feed.Next()); err != nil {
				return Stall{}, err
			}
		}
		if err := p.ConsumeLogs(ctx, feed.NextOf(unique.Lines(known/4))); err != nil {
			return Stall{}, err
		}
		feed.Skip(window)
	}
	for range 3 {
		if err := p.ConsumeLogs(ctx, feed.Next()); err != nil {
			return Stall{}, err
		}
		feed.Skip(window)
	}

	var s Stall
	idle, err := pace(ctx, ours, feed, window/2)
	if err != nil {
		return Stall{}, err
	}
	s.Idle = summarise(idle)

	before, err := read(ctx, p)
	if err != nil {
		return Stall{}, err
	}
	if err := p.ConsumeLogs(ctx, feed.NextOf(unique.Lines(fresh))); err != nil {
		return Stall{}, err
	}
	feed.Skip(window) // the next batch closes the window
	busy, err := pace(ctx, ours, feed, window)
	if err != nil {
		return Stall{}, err
	}
	after, err := read(ctx, p)
	if err != nil {
		return Stall{}, err
	}
	if after.windows == before.windows {
		return Stall{}, fmt.Errorf("the window with %d new templates was not clustered within %s", fresh, window)
	}
	s.Clustering = after.clustering - before.clustering
	s.Waits, s.Waited = after.waits-before.waits, after.waited-before.waited
	s.Busy = summarise(within(busy, s.Clustering))
	return s, nil
}

// clock is what the processor's telemetry says about its windows so far.
type clock struct {
	windows, waits     uint64
	clustering, waited time.Duration
}

func read(ctx context.Context, p *harness.Processor) (clock, error) {
	windows, clustering, err := p.Durations(ctx, "window_duration")
	if err != nil {
		return clock{}, err
	}
	waits, waited, err := p.Durations(ctx, "window_wait")
	return clock{windows, waits, seconds(clustering), seconds(waited)}, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// call is one ConsumeLogs: when it began, since the start, and how long it took.
type call struct{ at, took time.Duration }

// pace sends batches one after the other for d, with event time as fast as the
// clock, and times each call. Preparing the next batch is off the clock.
func pace(ctx context.Context, ours *Ours, feed *Feed, d time.Duration) ([]call, error) {
	defer func(gap time.Duration) { feed.gap = gap }(feed.gap)
	feed.gap = 0
	var calls []call
	begin, eventBegin := time.Now(), feed.now
	for time.Since(begin) < d {
		feed.now = eventBegin.Add(time.Since(begin))
		work := ours.Prepare(feed.Next())
		start := time.Now()
		if err := work(ctx); err != nil {
			return nil, err
		}
		calls = append(calls, call{start.Sub(begin), time.Since(start)})
	}
	return calls, nil
}

// within keeps the calls that began in the first d.
func within(calls []call, d time.Duration) []call {
	for i, c := range calls {
		if c.at > d {
			return calls[:max(i, 1)]
		}
	}
	return calls
}

func summarise(calls []call) Latency {
	took := make([]time.Duration, len(calls))
	for i, c := range calls {
		took[i] = c.took
	}
	slices.Sort(took)
	n := len(took)
	return Latency{n, took[n/2], took[n*99/100], took[n-1]}
}
