// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadata"
)

// NewFactory returns the factory of the log_cluster processor.
func NewFactory() processor.Factory {
	f := new(factory)
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithLogs(f.createLogs, metadata.LogsStability),
	)
}

// factory makes one instance of a processor, however many pipelines it is in.
type factory struct {
	instances lifecycle.Shared[*logClusterProcessor]
}

func (f *factory) createLogs(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
	p, err := f.instances.Get(cfg, func() (*logClusterProcessor, error) { return newProcessor(set, cfg.(*Config)) })
	if err != nil {
		return nil, err
	}
	process := func(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
		if err := p.Ready(ctx); err != nil {
			return ld, err
		}
		if err := p.Component.keeper.ready.Wait(ctx); err != nil {
			return ld, err
		}
		return p.Component.processLogs(ctx, ld)
	}
	return processorhelper.NewLogs(ctx, set, cfg, behind{next, p.Component}, process,
		processorhelper.WithStart(p.Start),
		processorhelper.WithShutdown(p.Shutdown),
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

// behind is the next component. It tells the processor which batches were refused.
type behind struct {
	consumer.Logs
	processor *logClusterProcessor
}

// ConsumeLogs implements consumer.Logs.
func (b behind) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	err := b.Logs.ConsumeLogs(ctx, ld)
	b.processor.answers.passedOn(ld, err)
	return err
}
