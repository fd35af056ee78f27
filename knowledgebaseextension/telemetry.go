// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// telemetry turns what the base reports into the extension's metrics, and a line in
// the log when its health changes. The Collector takes no status from an extension;
// the processors that use it report that.
type telemetry struct {
	*metadata.TelemetryBuilder
	logger *zap.Logger
	down   atomic.Bool
}

var _ base.Observer = (*telemetry)(nil)

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{TelemetryBuilder: builder, logger: set.Logger}
	t.down.Store(true) // until it is open
	return t, t.RegisterExtensionKnowledgeBaseUpCallback(func(_ context.Context, o metric.Int64Observer) error {
		up := int64(1)
		if t.down.Load() {
			up = 0
		}
		o.Observe(up)
		return nil
	})
}

// Saved implements base.Observer.
func (t *telemetry) Saved(rows int, took time.Duration) {
	t.ExtensionKnowledgeBaseSavedRows.Add(context.Background(), int64(rows))
	t.ExtensionKnowledgeBaseSaveDuration.Record(context.Background(), took.Seconds())
}

// Applied implements base.Observer.
func (t *telemetry) Applied(rows int) {
	t.ExtensionKnowledgeBaseAppliedRows.Add(context.Background(), int64(rows))
}

// Failed implements base.Observer.
func (t *telemetry) Failed(operation string, err error) {
	t.ExtensionKnowledgeBaseErrors.Add(context.Background(), 1, metric.WithAttributes(attribute.String("operation", operation)))
	t.logger.Debug("The database refused", zap.String("operation", operation), zap.Error(err))
}

// Health implements base.Observer.
func (t *telemetry) Health(err error) {
	t.down.Store(err != nil)
	if err != nil {
		t.logger.Warn("The knowledge base has trouble with its database; records flow, what is learnt waits", zap.Error(err))
	} else {
		t.logger.Info("The knowledge base is in order")
	}
}

// Removed implements base.Observer.
func (t *telemetry) Removed(r store.Removed) {
	for kind, n := range map[string]int64{"cluster": r.Clusters, "template": r.Templates, "shape": r.Shapes, "minute": r.Minutes} {
		if n > 0 {
			t.ExtensionKnowledgeBaseRemoved.Add(context.Background(), n, metric.WithAttributes(attribute.String("kind", kind)))
		}
	}
}
