// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func defaults(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

// everything makes all that can be made.
func everything(c *Config) {
	limit := 150.0
	c.Due, c.Plan.Enabled, c.Plan.Slot = true, true, 6*time.Hour
	c.Horizons = []time.Duration{5 * time.Minute, 24 * time.Hour}
	c.Metrics = []MetricConfig{{Limit: &limit}}
	c.Limits.Fits, c.Limits.FitTime = 1_000_000, 10*time.Second // the settings that count by batch
}

func newMetrics(t testing.TB, cfg *Config, next consumer.Metrics) connector.Metrics {
	require.NoError(t, cfg.Validate())
	set := connectortest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type) // not a new one with each instance
	c, err := NewFactory().CreateMetricsToMetrics(context.Background(), set, cfg, next)
	require.NoError(t, err)
	return c
}

// running is a connector and what comes out of it.
type running struct {
	connector.Metrics
	sink *consumertest.MetricsSink
}

// startMetrics starts a connector that is stopped with the test.
func startMetrics(t testing.TB, cfg *Config) running {
	sink := new(consumertest.MetricsSink)
	c := newMetrics(t, cfg, sink)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, c.Shutdown(context.Background())) })
	return running{c, sink}
}

// consume sends events in batches whose sizes next gives.
func (r running) consume(t testing.TB, events []streamtest.Event, next func() int) map[string][]string {
	for len(events) > 0 {
		n := min(next(), len(events))
		require.NoError(t, r.ConsumeMetrics(t.Context(), streamtest.MetricsOf(events[:n])))
		events = events[n:]
	}
	return r.output()
}

// output takes what has come out so far.
func (r running) output() map[string][]string {
	all := map[string][]string{}
	for _, md := range r.sink.AllMetrics() {
		streamtest.Join(all, streamtest.OutputOf(md))
	}
	r.sink.Reset()
	return all
}
