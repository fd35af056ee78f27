// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
)

// outcome is what became of a point or a record.
type outcome int

const (
	late outcome = iota
	limit
	noService
	ours
	noValue
	badTime
	unsupported
	duplicate
	learnt // what is left
	outcomes
)

var outcomeNames = [outcomes]string{
	late: "late", limit: "limit", noService: "no_service", ours: "ours", noValue: "no_value",
	badTime: "bad_time", unsupported: "unsupported", duplicate: "duplicate", learnt: "learned",
}

// counter counts what became of the items of a batch.
type counter func(context.Context, dropped)

// telemetry reports what the connector does.
type telemetry struct {
	*metadata.TelemetryBuilder
	id       attribute.KeyValue // of the connector
	alone    metric.MeasurementOption
	outcomes [outcomes]metric.MeasurementOption
}

var _ checkpoint.Observer = (*telemetry)(nil)

func newTelemetry(set component.TelemetrySettings, id component.ID) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{TelemetryBuilder: builder, id: attribute.String("connector", id.String())}
	t.alone = metric.WithAttributeSet(attribute.NewSet(t.id))
	for o := range outcomes {
		t.outcomes[o] = t.with("outcome", outcomeNames[o])
	}
	return t, nil
}

func (t *telemetry) with(key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(t.id, attribute.String(key, value)))
}

// observe registers what is read when someone collects.
func (t *telemetry) observe(c *incidentConnector) error {
	sizes := func() (streams, services, open int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.engine.Sizes()
	}
	if err := t.RegisterConnectorIncidentStreamsCallback(func(_ context.Context, o metric.Int64Observer) error {
		streams, _, _ := sizes()
		o.Observe(int64(streams), t.alone)
		return nil
	}); err != nil {
		return err
	}
	if err := t.RegisterConnectorIncidentServicesCallback(func(_ context.Context, o metric.Int64Observer) error {
		_, services, _ := sizes()
		o.Observe(int64(services), t.alone)
		return nil
	}); err != nil {
		return err
	}
	return t.RegisterConnectorIncidentOpenCallback(func(_ context.Context, o metric.Int64Observer) error {
		_, _, open := sizes()
		o.Observe(int64(open), t.alone)
		return nil
	})
}

func (t *telemetry) points(ctx context.Context, d dropped) {
	for o, n := range d {
		if n > 0 {
			t.ConnectorIncidentPoints.Add(ctx, n, t.outcomes[o])
		}
	}
}

func (t *telemetry) records(ctx context.Context, d dropped) {
	for o, n := range d {
		if n > 0 {
			t.ConnectorIncidentRecords.Add(ctx, n, t.outcomes[o])
		}
	}
}

func (t *telemetry) event(ctx context.Context, stage incident.Stage) {
	t.ConnectorIncidentEvents.Add(ctx, 1, t.with("stage", string(stage)))
}

// Restored implements checkpoint.Observer.
func (t *telemetry) Restored(ctx context.Context, from checkpoint.Origin) {
	t.ConnectorIncidentRestores.Add(ctx, 1, t.with("origin", from.String()))
}

// Fault implements checkpoint.Observer.
func (t *telemetry) Fault(ctx context.Context, fault string) {
	t.ConnectorIncidentStateFaults.Add(ctx, 1, t.with("fault", fault))
}

// Saved implements checkpoint.Observer.
func (t *telemetry) Saved(ctx context.Context, took time.Duration, err error) {
	result := "success"
	if err != nil {
		result = "failure"
	}
	t.ConnectorIncidentCheckpoints.Add(ctx, 1, t.with("result", result))
	t.ConnectorIncidentCheckpointDuration.Record(ctx, took.Seconds(), t.alone)
}
