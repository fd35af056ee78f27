// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

var update = flag.Bool("update", false, "write the golden files")

// A checkpoint of every version that was ever released must load for ever.
func TestStoredCheckpoints(t *testing.T) {
	before, after := mixed()[:4900], mixed()[4900:4950]
	before = append(slices.Clip(before), mixed()[3000:3030]...) // three late points of each stream
	cfg := func() *Config { return defaults(everything, func(c *Config) { c.Lateness = time.Minute }) }
	p, err := newProcessor(nopSettings(), cfg())
	require.NoError(t, err)
	_, err = p.processMetrics(t.Context(), streamtest.MetricsOf(before))
	require.NoError(t, err)
	streamtest.Checkpoints(t, *update, stateVersion, p.streams, func(t *testing.T, restore func(checkpoint.State) error) map[string][]string {
		next, err := newProcessor(nopSettings(), cfg())
		require.NoError(t, err)
		require.NoError(t, restore(next.streams))
		md, err := next.processMetrics(t.Context(), streamtest.MetricsOf(after))
		require.NoError(t, err)
		require.NoError(t, next.Shutdown(t.Context()))
		return streamtest.OutputOf(md)
	})
	require.NoError(t, p.Shutdown(t.Context()))
}

// A stream whose state cannot be read begins anew and is counted; the others go
// on.
func TestAStateThatCannotBeRead(t *testing.T) {
	p, err := newProcessor(nopSettings(), defaults())
	require.NoError(t, err)
	events := slices.Concat(spiky()[1:4], spiky()[:1]) // the last one is late
	_, err = p.processMetrics(t.Context(), streamtest.MetricsOf(events))
	require.NoError(t, err)
	p.streams.Each(0, func(_ series.ID, _ series.Seen, s *stream) {
		b := s.append(nil)
		for cut := range b {
			lost := stream{plan: s.plan, rare: &rarely{saved: b[:cut:cut]}}
			require.False(t, lost.resume(), "cut at %d", cut)
			require.Zero(t, lost.watches())
		}
	})
	require.NoError(t, p.Shutdown(t.Context()))
}
