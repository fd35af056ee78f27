// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// freshBatches and freshSize: 1,000 new templates, in small batches, so that the
// median is of many.
const (
	freshBatches = 20
	freshSize    = 50
)

// MeasureFresh returns the median cost of a record that brings a new template, in
// nanoseconds inside ConsumeLogs, when so many of the same number of words are
// known. No window closes meanwhile.
func MeasureFresh(ctx context.Context, known int) (float64, error) {
	p, err := harness.Start(ctx, consumertest.NewNop())
	if err != nil {
		return 0, err
	}
	defer func() { _ = p.Stop(ctx) }()
	ours, feed, unique := &Ours{Processor: p}, NewFeed(nil, 1), NewUnique(4)
	for sent := 0; sent < known; sent += BatchSize {
		if err := p.ConsumeLogs(ctx, feed.NextOf(unique.Lines(BatchSize))); err != nil {
			return 0, err
		}
	}
	// Let the windows of what is known close, and their clustering end.
	for range 3 {
		feed.Skip(window)
		if err := p.ConsumeLogs(ctx, feed.NextOf(unique.Lines(1))); err != nil {
			return 0, err
		}
	}
	took := make([]float64, freshBatches)
	for i := range took {
		work := ours.Prepare(feed.NextOf(unique.Lines(freshSize)))
		start := time.Now()
		if err := work(ctx); err != nil {
			return 0, err
		}
		took[i] = float64(time.Since(start).Nanoseconds()) / freshSize
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
