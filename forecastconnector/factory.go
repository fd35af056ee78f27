// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
)

// NewFactory returns the factory of the forecast connector.
func NewFactory() connector.Factory {
	f := new(factory)
	return connector.NewFactory(
		metadata.Type,
		createDefaultConfig,
		connector.WithMetricsToMetrics(f.createMetricsToMetrics, metadata.MetricsToMetricsStability),
	)
}

// factory makes one instance of a connector. The Collector makes a connector once for
// each pair of signals, here one; who embeds it may not.
type factory struct {
	instances lifecycle.Shared[*forecastConnector]
}

func (f *factory) createMetricsToMetrics(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Metrics, error) {
	c, err := f.instances.Get(cfg, func() (*forecastConnector, error) { return newConnector(set, cfg.(*Config)) })
	if err != nil {
		return nil, err
	}
	return instance{c, next}, nil
}

// instance is the connector as one pipeline sees it.
type instance struct {
	*lifecycle.Instance[*forecastConnector]
	next consumer.Metrics
}

// Capabilities implements consumer.Metrics.
func (instance) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// ConsumeMetrics implements consumer.Metrics.
func (i instance) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if err := i.Ready(ctx); err != nil {
		return err
	}
	if err := i.Component.keeper.Ready(ctx); err != nil {
		return err
	}
	made := i.Component.answer(ctx, md)
	if made.ResourceMetrics().Len() == 0 {
		return nil
	}
	return i.next.ConsumeMetrics(ctx, made)
}

var _ connector.Metrics = instance{}
