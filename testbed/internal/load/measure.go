// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"runtime"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"golang.org/x/sync/errgroup"
)

// Trial is what some batches cost, per record.
type Trial struct {
	// Nanoseconds of wall time; with several callers, of all of them together.
	Nanoseconds float64
	Allocations float64
	Bytes       float64
}

// Measure lets callers work through batches, each its own share, and returns the
// cost of a record. Preparing is off the clock, and so is the garbage of it.
func Measure(ctx context.Context, s Subject, batches []plog.Logs, callers int) (Trial, error) {
	records := 0
	work := make([]Work, len(batches))
	for i, ld := range batches {
		work[i] = s.Prepare(ld)
		records += ld.LogRecordCount()
	}
	return MeasureWork(ctx, work, records, callers)
}

// MeasureWork is Measure for work on so many records in all.
func MeasureWork(ctx context.Context, work []Work, records, callers int) (Trial, error) {
	runtime.GC()

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := RunAll(ctx, work, callers)
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)

	n := float64(records)
	return Trial{
		Nanoseconds: float64(elapsed.Nanoseconds()) / n,
		Allocations: float64(after.Mallocs-before.Mallocs) / n,
		Bytes:       float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, err
}

// RunAll lets callers do the work at the same time: the first does every
// callers-th, and so on.
func RunAll(ctx context.Context, work []Work, callers int) error {
	var g errgroup.Group
	for c := range callers {
		g.Go(func() error {
			for i := c; i < len(work); i += callers {
				if err := work[i](ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// Median returns the median of a figure of the trials.
func Median(trials []Trial, figure func(Trial) float64) float64 {
	v := sorted(trials, figure)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Undisturbed returns the mean of the lowest 5 % of a figure: the trials that
// other work on the machine disturbed least.
func Undisturbed(trials []Trial, figure func(Trial) float64) float64 {
	v := sorted(trials, figure)
	v = v[:max(1, len(v)/20)]
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func sorted(trials []Trial, figure func(Trial) float64) []float64 {
	v := make([]float64, len(trials))
	for i, t := range trials {
		v[i] = figure(t)
	}
	slices.Sort(v)
	return v
}
