// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func defaults(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

func everything(c *Config) {
	c.Companions = CompanionsConfig{Score: true, Points: true, Expected: true, Bounds: true, Level: 0.5}
	c.Histograms.Quantiles = []float64{0.5, 0.99}
}

func nopSettings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }

func newMetrics(t testing.TB, set processor.Settings, cfg *Config) processor.Metrics {
	require.NoError(t, cfg.Validate())
	p, err := NewFactory().CreateMetrics(context.Background(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	return p
}

// startMetrics starts a processor that is stopped with the test.
func startMetrics(t testing.TB, cfg *Config) processor.Metrics {
	p := newMetrics(t, nopSettings(), cfg)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

// consume sends events in batches whose sizes next gives.
func consume(t testing.TB, p processor.Metrics, events []streamtest.Event, next func() int) map[string][]string {
	all := map[string][]string{}
	for len(events) > 0 {
		n := min(next(), len(events))
		md := streamtest.MetricsOf(events[:n])
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		streamtest.Join(all, streamtest.OutputOf(md))
		events = events[n:]
	}
	return all
}
