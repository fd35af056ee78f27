// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/traffic"
)

const (
	// warming is how many requests are sent before anything is measured: templates are
	// known then, streams have a day behind them.
	warming = 300 * traffic.Streams / traffic.BatchSize
	// ahead is how many requests are made before they are sent, so that making them costs
	// no time while it is measured.
	ahead = 400
)

// result is what was measured at a rate.
type result struct {
	records, points float64 // a second, that were taken
	cores, mib      float64
	refused         int64
	waits           []time.Duration // of each request, sorted
}

// took is the wait of which a share of the requests had no more.
func (r *result) took(share float64) time.Duration {
	if len(r.waits) == 0 {
		return 0
	}
	return r.waits[min(int(share*float64(len(r.waits))), len(r.waits)-1)]
}

func measure(ctx context.Context, f *traffic.Feeds, backend string, rate int, span time.Duration, ours bool) (*result, error) {
	c, address, err := start(backend, ours)
	if err != nil {
		return nil, err
	}
	defer c.Stop()
	client := traffic.Client()
	for sent := 0; sent < warming; sent += ahead {
		requests, err := f.Next(ahead)
		if err != nil {
			return nil, err
		}
		if _, err := traffic.Send(ctx, client, address, requests, 0); err != nil {
			return nil, err
		}
	}

	f.Live(cmp.Or(rate, 100_000))
	r := &result{}
	var busy, cpu time.Duration
	sent := 0
	for busy < span {
		requests, err := f.Next(ahead)
		if err != nil {
			return nil, err
		}
		before, err := c.Usage()
		if err != nil {
			return nil, err
		}
		began := time.Now()
		part, err := traffic.Send(ctx, client, address, requests, rate)
		if err != nil {
			return nil, err
		}
		busy += time.Since(began)
		after, err := c.Usage()
		if err != nil {
			return nil, err
		}
		cpu += after.CPU - before.CPU
		r.mib = max(r.mib, after.MiB)
		r.waits, r.refused = append(r.waits, part.Waits...), r.refused+part.Refused
		sent += len(requests)
	}
	slices.Sort(r.waits)
	r.records = float64(sent/2*traffic.BatchSize) / busy.Seconds()
	r.points = float64(sent/2*traffic.BatchSize) / busy.Seconds()
	r.cores = cpu.Seconds() / busy.Seconds()
	return r, nil
}
