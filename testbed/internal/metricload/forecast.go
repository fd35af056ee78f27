// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package metricload

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
)

// ForecastCost is what a stream costs that knows all it will, in parts.
type ForecastCost struct {
	Update   float64 // ns to learn a point
	Emission float64 // ns to make and hand on the forecasts of a point
	Points   float64 // that are made of a point
	Fit      float64 // ns to fit the models anew, once an hour
	Bytes    float64 // held, identity and bookkeeping included
}

// fits is how many of them are timed.
const fits = 200

// MeasureForecast teaches streams so many points at an interval, then measures
// with a point every 30 seconds. Learning alone is measured with an emit_interval
// that is not over, and fits apart from both.
func MeasureForecast(ctx context.Context, buckets, streams, points int, interval time.Duration, trials int) (ForecastCost, error) {
	factory := forecastconnector.NewFactory()
	cfg := factory.CreateDefaultConfig().(*forecastconnector.Config)
	cfg.Limits.Streams, cfg.Limits.Buckets = 2*streams, buckets
	sink := new(countingSink)
	before := load.LiveHeap()
	c, err := factory.CreateMetricsToMetrics(ctx, connectortest.NewNopSettings(factory.Type()), cfg, sink)
	if err != nil {
		return ForecastCost{}, fmt.Errorf("create forecast: %w", err)
	}
	if err := c.Start(ctx, componenttest.NewNopHost()); err != nil {
		return ForecastCost{}, fmt.Errorf("start forecast: %w", err)
	}
	feed := NewFeed(streams, interval)
	for range points {
		if err := c.ConsumeMetrics(ctx, feed.Next()); err != nil {
			return ForecastCost{}, fmt.Errorf("forecast: %w", err)
		}
	}
	cost := ForecastCost{Bytes: float64(load.LiveHeap()-before) / float64(streams)}

	feed.Interval = 30 * time.Second
	cfg.Limits.Fits = 0 // timed apart
	both, alone := make([]load.Trial, trials), make([]load.Trial, trials)
	for i := range trials {
		cfg.EmitInterval = 0
		sink.points = 0
		if both[i], err = consume(ctx, c.ConsumeMetrics, feed); err != nil {
			return ForecastCost{}, err
		}
		cost.Points = float64(sink.points) / float64(streams*batchesOfTrial)
		cfg.EmitInterval = time.Hour
		if alone[i], err = consume(ctx, c.ConsumeMetrics, feed); err != nil {
			return ForecastCost{}, err
		}
	}
	cost.Update = load.Undisturbed(alone, nanoseconds)
	cost.Emission = load.Undisturbed(both, nanoseconds) - cost.Update
	cost.Fit = timeFit(buckets, points, interval)
	return cost, c.Shutdown(ctx)
}

const batchesOfTrial = 20

func consume(ctx context.Context, next func(context.Context, pmetric.Metrics) error, feed *Feed) (load.Trial, error) {
	work := make([]load.Work, batchesOfTrial)
	points := 0
	for i := range work {
		md := feed.Next()
		points += md.DataPointCount()
		work[i] = func(ctx context.Context) error { return next(ctx, md) }
	}
	return load.MeasureWork(ctx, work, points, 1)
}

// timeFit is the time of a fit, undisturbed, of a stream that has had so many points.
func timeFit(buckets, points int, interval time.Duration) float64 {
	cfg := forecasttest.DefaultConfig()
	cfg.Buckets = buckets
	s := forecasttest.New(&cfg)
	feed := NewFeed(1, interval)
	at := harness.Epoch
	for range points {
		s.Update(at.UnixNano(), feed.value(0, at))
		if s.FitDue() {
			s.Fit()
		}
		at = at.Add(interval)
	}
	took := make([]load.Trial, fits)
	for i := range took {
		began := time.Now()
		s.Fit()
		took[i].Nanoseconds = float64(time.Since(began))
	}
	return load.Undisturbed(took, nanoseconds)
}

func nanoseconds(t load.Trial) float64 { return t.Nanoseconds }

// countingSink counts points and lets go of them.
type countingSink struct {
	points int
}

// Capabilities implements consumer.Metrics.
func (*countingSink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeMetrics implements consumer.Metrics.
func (s *countingSink) ConsumeMetrics(_ context.Context, md pmetric.Metrics) error {
	s.points += md.DataPointCount()
	return nil
}
