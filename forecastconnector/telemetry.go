// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap/zapcore"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// outcome is what became of a point.
type outcome int

const (
	forecasted outcome = iota
	learning
	waiting
	reordered
	first
	reset
	duplicate
	late
	invalid
	ignored
	ours
	gathered
	full
	noValue
	badTime
	unsupported
	lost // not a point: a stream of a checkpoint that could not be read
	outcomes
)

var outcomeNames = [outcomes]string{
	forecasted: "forecast", learning: "learning", waiting: "waiting", reordered: "reordered", first: "first",
	reset: "reset", duplicate: "duplicate", late: "late", invalid: "invalid", ignored: "ignored", ours: "ours", gathered: "aggregated", full: "limit",
	noValue: "no_value", badTime: "bad_time", unsupported: "unsupported",
}

var ofReading = [measure.Outcomes]outcome{
	measure.First: first, measure.Reset: reset,
	measure.Duplicate: duplicate, measure.Late: late, measure.Invalid: invalid,
}

// telemetry reports what became of points and streams.
type telemetry struct {
	*metadata.TelemetryBuilder
	outcomes [lost]metric.MeasurementOption
	id       attribute.KeyValue // of the connector
	alone    metric.MeasurementOption
}

var _ checkpoint.Observer = (*telemetry)(nil)

func newTelemetry(set component.TelemetrySettings, id component.ID) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{TelemetryBuilder: builder, id: attribute.String("connector", id.String())}
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
func (t *telemetry) observe(streams streams) error {
	full, stale := t.with("reason", series.Full.String()), t.with("reason", series.Stale.String())
	if err := t.RegisterConnectorForecastForgottenCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(streams.Dropped(series.Full), full)
		o.Observe(streams.Dropped(series.Stale), stale)
		return nil
	}); err != nil {
		return err
	}
	return t.RegisterConnectorForecastStreamsCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(int64(streams.Len()), t.alone)
		return nil
	})
}

// count reports what became of a batch's points.
func (t *telemetry) count(ctx context.Context, b *pass) {
	for o := range lost {
		if n := b.counts[o]; n > 0 {
			t.ConnectorForecastPoints.Add(ctx, n, t.outcomes[o])
		}
	}
	if n := b.counts[lost]; n > 0 {
		t.ConnectorForecastLostStates.Add(ctx, n, t.alone)
	}
	if n := len(b.late); n > 0 {
		t.ConnectorForecastFitsPutOff.Add(ctx, int64(n), t.alone)
	}
	for _, took := range b.fits {
		t.ConnectorForecastFitDuration.Record(ctx, took.Seconds(), t.alone)
	}
}

// Restored implements checkpoint.Observer.
func (t *telemetry) Restored(ctx context.Context, from checkpoint.Origin) {
	t.ConnectorForecastRestores.Add(ctx, 1, t.with("origin", from.String()))
}

// Fault implements checkpoint.Observer.
func (t *telemetry) Fault(ctx context.Context, fault string) {
	t.ConnectorForecastStateFaults.Add(ctx, 1, t.with("fault", fault))
}

// Saved implements checkpoint.Observer.
func (t *telemetry) Saved(ctx context.Context, took time.Duration, err error) {
	result := "success"
	if err != nil {
		result = "failure"
	}
	t.ConnectorForecastCheckpoints.Add(ctx, 1, t.with("result", result))
	t.ConnectorForecastCheckpointDuration.Record(ctx, took.Seconds(), t.alone)
}

// modelState and measurement are written to the log.
type (
	modelState  forecast.ModelState
	measurement forecast.Measured
)

func modelStates(of []forecast.ModelState) []modelState {
	var all []modelState
	for _, m := range of {
		if m.Weight > 0 {
			all = append(all, modelState(m))
		}
	}
	return all
}

func measurements(of []forecast.Measured) []measurement {
	all := make([]measurement, len(of))
	for i, m := range of {
		all[i] = measurement(m)
	}
	return all
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (m modelState) MarshalLogObject(e zapcore.ObjectEncoder) error {
	e.AddString("model", m.Name)
	e.AddFloat64("weight", m.Weight)
	e.AddFloat64("error", m.Error)
	return nil
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (m measurement) MarshalLogObject(e zapcore.ObjectEncoder) error {
	e.AddDuration("horizon", m.Horizon)
	e.AddInt64("points", m.Points)
	e.AddFloat64("coverage", m.Coverage)
	e.AddFloat64("error", m.Error)
	return nil
}
