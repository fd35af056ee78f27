// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Base is a running knowledge_base extension, and a component.Host that has it.
type Base struct {
	extension.Extension
	Telemetry *componenttest.Telemetry
	id        component.ID
}

// StartBase starts a knowledge base with changes to its defaults.
func StartBase(ctx context.Context, changes ...func(*knowledgebaseextension.Config)) (*Base, error) {
	factory := knowledgebaseextension.NewFactory()
	tel := componenttest.NewTelemetry()
	set := extensiontest.NewNopSettings(factory.Type())
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := factory.CreateDefaultConfig().(*knowledgebaseextension.Config)
	cfg.HTTP.Enabled = false
	for _, change := range changes {
		change(cfg)
	}
	ext, err := factory.Create(ctx, set, cfg)
	if err != nil {
		return nil, fmt.Errorf("create knowledge_base: %w", err)
	}
	b := &Base{ext, tel, component.NewID(factory.Type())}
	if err := ext.Start(ctx, b); err != nil {
		return nil, fmt.Errorf("start knowledge_base: %w", err)
	}
	return b, nil
}

// GetExtensions implements component.Host.
func (b *Base) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{b.id: b.Extension}
}

// Start starts a processor that uses the knowledge base.
func (b *Base) Start(ctx context.Context, next consumer.Logs, changes ...func(*logclusterprocessor.Config)) (*Processor, error) {
	return startOn(ctx, b, next, append(changes, func(c *logclusterprocessor.Config) { c.KnowledgeBase = &b.id })...)
}

// Match asks what a line would be taken for.
func (b *Base) Match(q knowledge.Query) ([]knowledge.Match, error) {
	return b.Extension.(interface {
		Match(q knowledge.Query) ([]knowledge.Match, error)
	}).Match(q)
}

// SavedRows is how many rows were written so far.
func (b *Base) SavedRows() int64 {
	m, err := b.Telemetry.GetMetric("otelcol_extension_knowledge_base_saved_rows")
	if err != nil {
		return 0
	}
	return m.Data.(metricdata.Sum[int64]).DataPoints[0].Value
}

// Stop shuts the extension down, its telemetry last.
func (b *Base) Stop(ctx context.Context) error {
	return errors.Join(b.Shutdown(ctx), b.Telemetry.Shutdown(ctx))
}
