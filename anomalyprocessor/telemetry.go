// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// outcome is what became of a point.
type outcome int

const (
	normal outcome = iota
	anomalous
	warmingUp
	first
	reset
	duplicate
	late
	invalid
	suppressed
	ignored
	ours
	full
	noValue
	badTime
	unsupported
	lost    // not a point: a stream of a checkpoint that could not be read
	foreign // not a point: an attribute of ours that a sender wrote
	outcomes
)

var outcomeNames = [outcomes]string{
	normal: "normal", anomalous: "anomalous", warmingUp: "warming_up", first: "first", reset: "reset",
	duplicate: "duplicate", late: "late", invalid: "invalid", suppressed: "suppressed", ignored: "ignored",
	ours: "ours", full: "limit", noValue: "no_value", badTime: "bad_time", unsupported: "unsupported",
}

var ofReading = [measure.Outcomes]outcome{
	measure.OK: normal, measure.First: first, measure.Reset: reset,
	measure.Duplicate: duplicate, measure.Late: late, measure.Invalid: invalid,
}

// telemetry reports what became of points and streams.
type telemetry struct {
	*metadata.TelemetryBuilder
	outcomes [lost]metric.MeasurementOption
	id       attribute.KeyValue // of the processor
	alone    metric.MeasurementOption
}

func newTelemetry(set component.TelemetrySettings, id component.ID) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{TelemetryBuilder: builder, id: attribute.String("processor", id.String())}
	t.alone = metric.WithAttributeSet(attribute.NewSet(t.id))
	for o := range lost {
		t.outcomes[o] = t.with("outcome", outcomeNames[o])
	}
	return t, nil
}

func (t *telemetry) with(key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(t.id, attribute.String(key, value)))
}

// observe registers what is read when someone collects.
func (t *telemetry) observe(streams streams, warming *atomic.Int64) error {
	full, stale := t.with("reason", series.Full.String()), t.with("reason", series.Stale.String())
	if err := t.RegisterProcessorAnomalyForgottenCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(streams.Dropped(series.Full), full)
		o.Observe(streams.Dropped(series.Stale), stale)
		return nil
	}); err != nil {
		return err
	}
	if err := t.RegisterProcessorAnomalyWarmingCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(warming.Load(), t.alone)
		return nil
	}); err != nil {
		return err
	}
	return t.RegisterProcessorAnomalyStreamsCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(int64(streams.Len()), t.alone)
		return nil
	})
}

// count reports what became of a batch's points.
func (t *telemetry) count(ctx context.Context, b *pass) {
	for o := range lost {
		if n := b.counts[o]; n > 0 {
			t.ProcessorAnomalyPoints.Add(ctx, n, t.outcomes[o])
		}
	}
	if n := b.counts[lost]; n > 0 {
		t.ProcessorAnomalyLostStates.Add(ctx, n, t.alone)
	}
	if n := b.counts[foreign]; n > 0 {
		t.ProcessorAnomalyRemovedAttributes.Add(ctx, n, t.alone)
	}
}

// Restored implements checkpoint.Observer.
func (t *telemetry) Restored(ctx context.Context, from checkpoint.Origin) {
	t.ProcessorAnomalyRestores.Add(ctx, 1, t.with("origin", from.String()))
}

// Fault implements checkpoint.Observer.
func (t *telemetry) Fault(ctx context.Context, fault string) {
	t.ProcessorAnomalyStateFaults.Add(ctx, 1, t.with("fault", fault))
}

// Saved implements checkpoint.Observer.
func (t *telemetry) Saved(ctx context.Context, took time.Duration, err error) {
	result := "success"
	if err != nil {
		result = "failure"
	}
	t.ProcessorAnomalyCheckpoints.Add(ctx, 1, t.with("result", result))
	t.ProcessorAnomalyCheckpointDuration.Record(ctx, took.Seconds(), t.alone)
}
