// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/metricload"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

const (
	longestStreams = 10_000
	longestHours   = 12
)

// longest prints how long single calls take while many streams that began together
// find their periods and are fitted: batch after batch, without the pauses that a live
// flow has, so that what is done beside the flow competes with it all the time.
func (b *bench) longest(ctx context.Context) error {
	subject, err := b.start(ctx, longestStreams)
	if err != nil {
		return err
	}
	feed := metricload.NewFeed(longestStreams, time.Minute)
	calls := make([]time.Duration, longestHours*60*longestStreams/metricload.BatchSize)
	for i := range calls {
		work := subject.Prepare(feed.Next())
		began := time.Now()
		if err := work(ctx); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		calls[i] = time.Since(began)
	}
	table := report.Table{
		Title: fmt.Sprintf("Calls of %d points, %d streams, a point a minute, the first %d hours, ms", metricload.BatchSize, longestStreams, longestHours),
		Head:  []string{"", "calls", "median", "99 %", "99.9 %", "longest", "over 20 ms"},
	}
	slices.Sort(calls)
	at := func(share float64) string { return ms(calls[int(share*float64(len(calls)-1))]) }
	over, _ := slices.BinarySearch(calls, 20*time.Millisecond)
	table.Row(b.name, len(calls), at(0.5), at(0.99), at(0.999), at(1), len(calls)-over)
	table.Write(os.Stdout, b.markdown)
	return subject.Stop(ctx)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1e3) }
