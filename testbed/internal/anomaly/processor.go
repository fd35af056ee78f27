// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"
	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// Verdicts is what the anomaly processor said of a series.
type Verdicts struct {
	Scored
	Kind         []string // of each row, empty where it was not flagged
	Expected     []float64
	Lower, Upper []float64
	Began        []bool // rows that have a score
}

// Process streams every series through an anomaly processor of its own, with its
// defaults: a gauge, or a cumulative sum where the series is one.
func Process(ctx context.Context, series []dataset.Series) ([]Verdicts, error) {
	out := make([]Verdicts, len(series))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range series {
		g.Go(func() error {
			v, err := process(ctx, &series[i])
			if err != nil {
				return fmt.Errorf("%s: %w", series[i].Name, err)
			}
			out[i] = v
			return nil
		})
	}
	return out, g.Wait()
}

// Scores leaves only the scores.
func Scores(all []Verdicts) []Scored {
	out := make([]Scored, len(all))
	for i, v := range all {
		out[i] = v.Scored
	}
	return out
}

func process(ctx context.Context, s *dataset.Series) (Verdicts, error) {
	n := len(s.At)
	v := Verdicts{
		Scored: Scored{s, make([]float64, n)}, Kind: make([]string, n), Began: make([]bool, n),
		Expected: make([]float64, n), Lower: make([]float64, n), Upper: make([]float64, n),
	}
	return v, through(ctx, s, func(cfg *anomalyprocessor.Config) {
		// every score, not only the high ones; nothing else is changed
		cfg.Companions.Level, cfg.Companions.Expected, cfg.Companions.Bounds = 0, true, true
	}, v.take)
}

// Flags streams every series through an anomaly processor of its own, with its
// defaults, and returns only the rows that were flagged.
func Flags(ctx context.Context, series []dataset.Series) ([][]Flagged, error) {
	return flags(ctx, series, func(*anomalyprocessor.Config) {})
}

// Asked is Flags where so many alarms a series and week of nothing are asked for.
func Asked(ctx context.Context, series []dataset.Series, alarms float64) ([][]Flagged, error) {
	return flags(ctx, series, func(cfg *anomalyprocessor.Config) { cfg.Detection.Sensitivity = &alarms })
}

func flags(ctx context.Context, series []dataset.Series, set func(*anomalyprocessor.Config)) ([][]Flagged, error) {
	out := make([][]Flagged, len(series))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range series {
		g.Go(func() error {
			v := Verdicts{Scored: Scored{Series: &series[i], Score: make([]float64, len(series[i].At))}, Kind: make([]string, len(series[i].At))}
			err := through(ctx, &series[i], func(cfg *anomalyprocessor.Config) {
				cfg.Companions.Score, cfg.Companions.Points = false, false
				set(cfg)
			}, v.take)
			if err != nil {
				return fmt.Errorf("%s: %w", series[i].Name, err)
			}
			for row, kind := range v.Kind {
				if kind != "" {
					out[i] = append(out[i], Flagged{series[i].At[row], kind})
				}
			}
			return nil
		})
	}
	return out, g.Wait()
}

// through streams a series through a processor and shows what comes of each batch
// of rows.
func through(ctx context.Context, s *dataset.Series, set func(*anomalyprocessor.Config), take func(md pmetric.Metrics, from, to int)) (err error) {
	factory := anomalyprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig().(*anomalyprocessor.Config)
	set(cfg)
	sink := new(consumertest.MetricsSink)
	p, err := factory.CreateMetrics(ctx, processortest.NewNopSettings(factory.Type()), cfg, sink)
	if err != nil {
		return err
	}
	if err := p.Start(ctx, componenttest.NewNopHost()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Shutdown(ctx)) }()
	const batch = 1000
	for from := 0; from < len(s.At); from += batch {
		to := min(len(s.At), from+batch)
		if err := p.ConsumeMetrics(ctx, points(s, from, to)); err != nil {
			return err
		}
		for _, md := range sink.AllMetrics() {
			take(md, from, to)
		}
		sink.Reset()
	}
	return nil
}

func points(s *dataset.Series, from, to int) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("series")
	var dps pmetric.NumberDataPointSlice
	values := s.Value
	if s.Count != nil {
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		dps, values = sum.DataPoints(), s.Count
	} else {
		dps = m.SetEmptyGauge().DataPoints()
	}
	dps.EnsureCapacity(to - from)
	for i := from; i < to; i++ {
		dp := dps.AppendEmpty()
		dp.SetTimestamp(pcommon.Timestamp(s.At[i]))
		dp.SetDoubleValue(values[i])
	}
	return md
}

// take reads what came of rows from to to. Of rows of one time only the first
// was judged.
func (v *Verdicts) take(md pmetric.Metrics, from, to int) {
	row := make(map[pcommon.Timestamp]int, to-from)
	for i := to - 1; i >= from; i-- {
		row[pcommon.Timestamp(v.At[i])] = i
	}
	metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for _, m := range metrics.All() {
		var dps pmetric.NumberDataPointSlice
		switch m.Type() {
		case pmetric.MetricTypeGauge:
			dps = m.Gauge().DataPoints()
		case pmetric.MetricTypeSum:
			dps = m.Sum().DataPoints()
		default:
			continue
		}
		for _, dp := range dps.All() {
			i, ok := row[dp.Timestamp()]
			if !ok || dp.Flags().NoRecordedValue() {
				continue
			}
			switch m.Name() {
			case "series":
				if kind, ok := dp.Attributes().Get("anomaly.kind"); ok {
					v.Kind[i] = kind.Str()
				}
			case "anomaly.score":
				v.Score[i], v.Began[i] = dp.DoubleValue(), true
			case "anomaly.expected":
				v.Expected[i] = dp.DoubleValue()
			case "anomaly.lower":
				v.Lower[i] = dp.DoubleValue()
			case "anomaly.upper":
				v.Upper[i] = dp.DoubleValue()
			}
		}
	}
}
