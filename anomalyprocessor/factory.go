// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
)

// NewFactory returns the factory of the anomaly processor.
func NewFactory() processor.Factory {
	f := new(factory)
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithMetrics(f.createMetrics, metadata.MetricsStability),
	)
}

// factory makes one instance of a processor, however many pipelines it is in.
type factory struct {
	instances lifecycle.Shared[*anomalyProcessor]
}

func (f *factory) createMetrics(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	p, err := f.instances.Get(cfg, func() (*anomalyProcessor, error) { return newProcessor(set, cfg.(*Config)) })
	if err != nil {
		return nil, err
	}
	process := func(ctx context.Context, md pmetric.Metrics) (pmetric.Metrics, error) {
		if err := p.Ready(ctx); err != nil {
			return md, err
		}
		if err := p.Component.keeper.Ready(ctx); err != nil {
			return md, err
		}
		return p.Component.processMetrics(ctx, md)
	}
	return processorhelper.NewMetrics(ctx, set, cfg, next, process,
		processorhelper.WithStart(p.Start),
		processorhelper.WithShutdown(p.Shutdown),
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}
