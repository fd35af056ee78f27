// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/metadata"
)

// NewFactory returns the factory of the forecast connector.
func NewFactory() connector.Factory {
	return connector.NewFactory(
		metadata.Type,
		createDefaultConfig,
		connector.WithMetricsToMetrics(createMetricsToMetrics, metadata.MetricsToMetricsStability),
	)
}

func createMetricsToMetrics(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Metrics, error) {
	return newConnector(set, cfg.(*Config), next)
}
