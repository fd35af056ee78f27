// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

var update = flag.Bool("update", false, "write the golden files")

// A checkpoint of every version that was ever released must load for ever.
func TestStoredCheckpoints(t *testing.T) {
	before, after := mixed()[:490], mixed()[490:495]
	begin := func() *forecastConnector {
		cfg := defaults(everything, func(c *Config) { c.Lateness = time.Minute })
		return newMetrics(t, cfg, consumertest.NewNop()).(instance).Component
	}
	c := begin()
	newPass(c).forecast(streamtest.MetricsOf(before))
	streamtest.Checkpoints(t, *update, stateVersion, c.streams, func(t *testing.T, restore func(checkpoint.State) error) map[string][]string {
		next := begin()
		require.NoError(t, restore(next.streams))
		made := newPass(next).forecast(streamtest.MetricsOf(after))
		require.NoError(t, next.Shutdown(t.Context()))
		return streamtest.OutputOf(made)
	})
	require.NoError(t, c.Shutdown(t.Context()))
}

// A stream whose state cannot be read begins anew; the others go on.
func TestAStateThatCannotBeRead(t *testing.T) {
	c := newMetrics(t, defaults(), consumertest.NewNop()).(instance).Component
	newPass(c).forecast(streamtest.MetricsOf(ramp(50)))
	c.streams.Each(0, func(_ series.ID, _ series.Seen, s *stream) {
		b := s.append(nil)
		for cut := range b {
			lost := stream{rule: s.rule, saved: b[:cut:cut]}
			require.False(t, lost.resume(), "cut at %d", cut)
			require.Nil(t, lost.model)
		}
	})
	require.NoError(t, c.Shutdown(t.Context()))
}
