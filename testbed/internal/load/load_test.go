// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// TestFlood is the flood of cmd/flood-logs at a size that a test can afford: past
// every cap, several times over.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	out, err := Flood(t.Context(), 300_000, func(s Sample) { t.Log(s) })
	require.NoError(t, err)
	require.NoError(t, out.Check())
}

func TestFeedRedrawsDigitsOnly(t *testing.T) {
	f := NewFeed([]dataset.Lines{{Content: []string{"blk_123 of 7 é"}}}, 1)
	bodies := Bodies(f.Next())
	require.Len(t, bodies, BatchSize)
	for _, b := range bodies {
		require.Regexp(t, `^blk_\d{3} of \d é$`, b)
	}
	slices.Sort(bodies)
	require.Greater(t, len(slices.Compact(bodies)), BatchSize/2, "digits differ from line to line")
}

func TestUniqueLines(t *testing.T) {
	a, b := NewUnique(1), NewUnique(2)
	seen := map[string]bool{}
	for _, line := range append(a.Lines(5000), b.Lines(5000)...) {
		fields := strings.Fields(line)
		require.Len(t, fields, words)
		serial := fields[words/2]
		require.False(t, seen[serial], "no other line has the word %s", serial)
		seen[serial] = true
	}
}

func TestRunAllStopsAtAnError(t *testing.T) {
	boom := errors.New("boom")
	fine := func(context.Context) error { return nil }
	fails := func(context.Context) error { return boom }
	err := RunAll(t.Context(), []Work{fine, fails}, 2)
	require.ErrorIs(t, err, boom)
}

func TestStatistics(t *testing.T) {
	trials := make([]Trial, 40)
	for i := range trials {
		trials[i].Nanoseconds = float64(40 - i)
	}
	ns := func(t Trial) float64 { return t.Nanoseconds }
	require.InDelta(t, 20.5, Median(trials, ns), 0)
	require.InDelta(t, 1.5, Undisturbed(trials, ns), 0, "the mean of the lowest 5 %%")
	require.InDelta(t, 7, Median([]Trial{{Nanoseconds: 7}}, ns), 0)
	require.InDelta(t, 7, Undisturbed([]Trial{{Nanoseconds: 7}}, ns), 0)
}
