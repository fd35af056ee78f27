// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package metricload

import (
	"context"
	"fmt"
	"math/rand/v2"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
)

// Subject is something that work on a batch of metric points is measured of.
type Subject struct {
	Name    string
	Prepare func(md pmetric.Metrics) load.Work
	// Feed lets it see a batch off the clock; nil where that changes nothing.
	Feed func(ctx context.Context, md pmetric.Metrics) error
	Stop func(ctx context.Context) error
}

func consuming(name string, next consumer.Metrics, stop func(context.Context) error) Subject {
	return Subject{
		Name: name,
		Prepare: func(md pmetric.Metrics) load.Work {
			fresh := pmetric.NewMetrics()
			md.CopyTo(fresh)
			return func(ctx context.Context) error { return next.ConsumeMetrics(ctx, fresh) }
		},
		Feed: next.ConsumeMetrics,
		Stop: stop,
	}
}

// InAnyOrder gives a subject each metric's points in another order every time, as
// programs send them that keep them in a hash table.
func InAnyOrder(s Subject) Subject {
	rng := dataset.Random(1)
	shuffled := func(md pmetric.Metrics) pmetric.Metrics {
		fresh := pmetric.NewMetrics()
		md.CopyTo(fresh)
		for _, rm := range fresh.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					shuffle(rng, m)
				}
			}
		}
		return fresh
	}
	return Subject{
		Name:    s.Name + ", a metric's points in any order",
		Prepare: func(md pmetric.Metrics) load.Work { return s.Prepare(shuffled(md)) },
		Feed:    func(ctx context.Context, md pmetric.Metrics) error { return s.Feed(ctx, shuffled(md)) },
		Stop:    s.Stop,
	}
}

func shuffle(rng *rand.Rand, m pmetric.Metric) {
	var points pmetric.NumberDataPointSlice
	if m.Type() == pmetric.MetricTypeSum {
		points = m.Sum().DataPoints()
	} else {
		points = m.Gauge().DataPoints()
	}
	rng.Shuffle(points.Len(), func(i, j int) {
		one := pmetric.NewNumberDataPoint()
		points.At(i).MoveTo(one)
		points.At(j).MoveTo(points.At(i))
		one.MoveTo(points.At(j))
	})
}

// NewAnomaly starts an anomaly processor with its defaults.
func NewAnomaly(ctx context.Context, streams int) (Subject, error) {
	factory := anomalyprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig().(*anomalyprocessor.Config)
	cfg.Limits.Streams = max(cfg.Limits.Streams, streams+streams/10)
	p, err := factory.CreateMetrics(ctx, processortest.NewNopSettings(factory.Type()), cfg, consumertest.NewNop())
	if err != nil {
		return Subject{}, fmt.Errorf("create anomaly: %w", err)
	}
	return consuming("anomaly", p, p.Shutdown), p.Start(ctx, componenttest.NewNopHost())
}

// NewForecast starts a forecast connector with its defaults.
func NewForecast(ctx context.Context, streams int) (Subject, error) {
	factory := forecastconnector.NewFactory()
	cfg := factory.CreateDefaultConfig().(*forecastconnector.Config)
	cfg.Limits.Streams = max(cfg.Limits.Streams, streams+streams/10)
	c, err := factory.CreateMetricsToMetrics(ctx, connectortest.NewNopSettings(factory.Type()), cfg, consumertest.NewNop())
	if err != nil {
		return Subject{}, fmt.Errorf("create forecast: %w", err)
	}
	return consuming("forecast", c, c.Shutdown), c.Start(ctx, componenttest.NewNopHost())
}

// NewNothing is a processor that does nothing but what every processor does.
func NewNothing(ctx context.Context) (Subject, error) {
	p, err := processorhelper.NewMetrics(ctx, processortest.NewNopSettings(processortest.NopType), nil, consumertest.NewNop(),
		func(_ context.Context, md pmetric.Metrics) (pmetric.Metrics, error) { return md, nil })
	if err != nil {
		return Subject{}, fmt.Errorf("create the processor that does nothing: %w", err)
	}
	return consuming("a processor that does nothing", p, p.Shutdown), nil
}

// NewOTLP decodes a batch from the bytes of OTLP and encodes it again, the work
// that any collector does at least.
func NewOTLP() Subject {
	return Subject{
		Name: "OTLP decoding and encoding",
		Prepare: func(md pmetric.Metrics) load.Work {
			wire, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(md)
			return func(context.Context) error {
				if err != nil {
					return err
				}
				decoded, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(wire)
				if err != nil {
					return err
				}
				_, err = (&pmetric.ProtoMarshaler{}).MarshalMetrics(decoded)
				return err
			}
		},
	}
}

// Run feeds rounds of warm-up, then measures: each trial is some batches, and
// the subjects take turns on the same ones.
func Run(ctx context.Context, subjects []Subject, feed *Feed, warm, trials, batches, callers int) ([][]load.Trial, error) {
	perRound := max(1, feed.Streams/BatchSize)
	for range warm * perRound {
		md := feed.Next()
		for _, s := range subjects {
			if s.Feed == nil {
				continue
			}
			fresh := pmetric.NewMetrics()
			md.CopyTo(fresh)
			if err := s.Feed(ctx, fresh); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
		}
	}
	out := make([][]load.Trial, len(subjects))
	for range trials {
		fresh := make([]pmetric.Metrics, batches)
		points := 0
		for i := range fresh {
			fresh[i] = feed.Next()
			points += fresh[i].DataPointCount()
		}
		for i, s := range subjects {
			work := make([]load.Work, batches)
			for j, md := range fresh {
				work[j] = s.Prepare(md)
			}
			trial, err := load.MeasureWork(ctx, work, points, callers)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			out[i] = append(out[i], trial)
		}
	}
	return out, nil
}

// BytesPerStream is the heap that a subject holds after so many rounds.
func BytesPerStream(ctx context.Context, start func(context.Context, int) (Subject, error), feed *Feed, rounds int) (float64, error) {
	before := load.LiveHeap()
	s, err := start(ctx, feed.Streams)
	if err != nil {
		return 0, err
	}
	for range rounds * max(1, feed.Streams/BatchSize) {
		if err := s.Feed(ctx, feed.Next()); err != nil {
			return 0, err
		}
	}
	held := load.LiveHeap() - before
	return float64(held) / float64(feed.Streams), s.Stop(ctx)
}
