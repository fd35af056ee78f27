// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
)

// NewFactory returns the factory of the incident connector.
func NewFactory() connector.Factory {
	f := new(makers)
	return connector.NewFactory(
		metadata.Type,
		createDefaultConfig,
		connector.WithLogsToLogs(f.logsToLogs, metadata.LogsToLogsStability),
		connector.WithLogsToMetrics(f.logsToMetrics, metadata.LogsToMetricsStability),
		connector.WithMetricsToLogs(f.metricsToLogs, metadata.MetricsToLogsStability),
		connector.WithMetricsToMetrics(f.metricsToMetrics, metadata.MetricsToMetricsStability),
	)
}

// makers makes one instance of a connector, which logs and metrics share: what is
// wrong in both is one incident. The Collector makes a connector once for each pair of
// signals.
type makers struct {
	instances lifecycle.Shared[*incidentConnector]
}

func (f *makers) instance(set connector.Settings, cfg component.Config) (*lifecycle.Instance[*incidentConnector], error) {
	return f.instances.Get(cfg, func() (*incidentConnector, error) { return newConnector(set, cfg.(*Config)) })
}

func (f *makers) logsToLogs(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Logs, error) {
	i, err := f.instance(set, cfg)
	return reader{i, toLogs(next)}, err
}

func (f *makers) logsToMetrics(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Logs, error) {
	i, err := f.instance(set, cfg)
	return reader{i, toMetrics(next)}, err
}

func (f *makers) metricsToLogs(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Metrics, error) {
	i, err := f.instance(set, cfg)
	return reader{i, toLogs(next)}, err
}

func (f *makers) metricsToMetrics(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Metrics, error) {
	i, err := f.instance(set, cfg)
	return reader{i, toMetrics(next)}, err
}

// reader is the connector as one pair of pipelines sees it.
type reader struct {
	*lifecycle.Instance[*incidentConnector]
	emit func(ctx context.Context, made output) error
}

// toLogs hands on the events, toMetrics the metrics. What came of a batch is the same in
// both, whichever reads the batch first.
func toLogs(next consumer.Logs) func(context.Context, output) error {
	return func(ctx context.Context, made output) error {
		if made.events.LogRecordCount() == 0 {
			return nil
		}
		return next.ConsumeLogs(ctx, made.events)
	}
}

func toMetrics(next consumer.Metrics) func(context.Context, output) error {
	return func(ctx context.Context, made output) error {
		if made.metrics.DataPointCount() == 0 {
			return nil
		}
		return next.ConsumeMetrics(ctx, made.metrics)
	}
}

// Capabilities implements consumer.Logs and consumer.Metrics.
func (reader) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: false} }

// ConsumeLogs implements consumer.Logs.
func (r reader) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	return r.emit(ctx, r.Component.readLogs(ctx, ld))
}

// ConsumeMetrics implements consumer.Metrics.
func (r reader) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	return r.emit(ctx, r.Component.readMetrics(ctx, md))
}

func (r reader) ready(ctx context.Context) error {
	if err := r.Ready(ctx); err != nil {
		return err
	}
	return r.Component.keeper.Ready(ctx)
}

var (
	_ connector.Logs    = reader{}
	_ connector.Metrics = reader{}
)
