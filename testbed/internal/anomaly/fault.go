// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// FaultResult is how the processor does on a system into which faults were
// injected.
type FaultResult struct {
	Series, Points int
	Flagged        int     // points
	False          int     // alarms that no fault is near
	Days           float64 // all series together
	Faults, Seen   int     // a fault is seen when a series of its pod is flagged
}

// Rate is the number of false alarms a series and day.
func (r FaultResult) Rate() float64 { return float64(r.False) / r.Days }

// A fault is stated up to two minutes late and lasts some minutes.
const (
	faultBefore = 2 * time.Minute
	faultAfter  = 6 * time.Minute
)

// Faults streams every series of a system through a processor of its own.
func Faults(ctx context.Context, series []dataset.Series, pods []string, faults []dataset.Fault) (FaultResult, error) {
	flags, err := Flags(ctx, series)
	if err != nil {
		return FaultResult{}, err
	}
	near := func(e [2]int64, f dataset.Fault) bool {
		at := f.Time * int64(time.Second)
		return e[1] >= at-int64(faultBefore) && e[0] <= at+int64(faultAfter)
	}
	r := FaultResult{Series: len(series), Faults: len(faults)}
	begin, end := int64(math.MaxInt64), int64(0)
	seen := make([]bool, len(faults))
	for i := range series {
		begin, end = min(begin, series[i].At[0]), max(end, series[i].At[len(series[i].At)-1])
		r.Points += len(series[i].At)
		r.Flagged += len(flags[i])
		for _, e := range Episodes(flags[i]) {
			if !slices.ContainsFunc(faults, func(f dataset.Fault) bool { return near(e, f) }) {
				r.False++
			}
		}
		for j, f := range faults {
			for _, x := range flags[i] {
				seen[j] = seen[j] || pods[i] == f.Pod && near([2]int64{x.At, x.At}, f)
			}
		}
	}
	for _, s := range seen {
		if s {
			r.Seen++
		}
	}
	r.Days = float64(len(series)) * float64(end-begin) / float64(24*time.Hour)
	return r, nil
}
