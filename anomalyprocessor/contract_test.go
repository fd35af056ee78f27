// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// spiky is a gauge that is quiet, and then is not for three points.
func spiky() []streamtest.Event {
	var events []streamtest.Event
	for i := range 500 {
		value := 100 + math.Sin(float64(i)*1.7)
		if i >= 400 && i < 403 {
			value += 60
		}
		events = append(events, streamtest.Event{At: time.Duration(i) * time.Minute, Values: []float64{value}})
	}
	return events
}

// Without inline, what came in leaves byte for byte, with companions beside it.
func TestSourceIsUntouchedWithoutInline(t *testing.T) {
	p := startMetrics(t, defaults(everything, func(c *Config) { c.Inline = false }))
	var marshaler pmetric.ProtoMarshaler
	companions := 0
	for _, e := range mixed() {
		md := streamtest.MetricsOf([]streamtest.Event{e})
		want, err := marshaler.MarshalMetrics(md)
		require.NoError(t, err)
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().RemoveIf(func(m pmetric.Metric) bool {
			ours := strings.HasPrefix(m.Name(), "anomaly.")
			if ours {
				companions++
			}
			return ours
		})
		got, err := marshaler.MarshalMetrics(md)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Positive(t, companions)
}

func TestInlineMarksThePoint(t *testing.T) {
	p := startMetrics(t, defaults())
	flagged := 0
	for i, e := range spiky() {
		md := streamtest.MetricsOf([]streamtest.Event{e})
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		attributes := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes()
		if flag, ok := attributes.Get(flagKey); ok {
			require.True(t, flag.Bool())
			kind, _ := attributes.Get(kindKey)
			require.NotEmpty(t, kind.Str())
			require.Equal(t, 3, attributes.Len())
			flagged++
			require.GreaterOrEqual(t, i, 400)
		}
	}
	require.Positive(t, flagged)
}

// The gauges begin with the anomaly, end with a point without a value, and lie
// beside their source in resource, scope, time and attributes.
func TestCompanionsAreSparse(t *testing.T) {
	p := startMetrics(t, defaults(everything, func(c *Config) { c.Companions.Level = 1 }))
	open, begun, ended := false, 0, 0
	for i, e := range spiky() {
		md := streamtest.MetricsOf([]streamtest.Event{e})
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		require.Equal(t, 1, md.ResourceMetrics().Len())
		require.Equal(t, 1, md.ResourceMetrics().At(0).ScopeMetrics().Len())
		metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
		names := map[string]pmetric.NumberDataPoint{}
		for _, m := range metrics.All() {
			switch m.Name() {
			case "test.gauge":
			case pointsName:
				require.Equal(t, "{point}", m.Unit())
				require.True(t, m.Sum().IsMonotonic())
				require.Equal(t, pmetric.AggregationTemporalityCumulative, m.Sum().AggregationTemporality())
				dps := m.Sum().DataPoints()
				last := dps.At(dps.Len() - 1)
				require.Equal(t, pcommon.NewTimestampFromTime(streamtest.Start.Add(e.At)), last.Timestamp())
				if dps.Len() == 2 {
					require.Zero(t, dps.At(0).IntValue())
					require.EqualValues(t, 1, last.IntValue())
				}
			default:
				require.Equal(t, 1, m.Gauge().DataPoints().Len())
				names[m.Name()] = m.Gauge().DataPoints().At(0)
				want := map[string]string{scoreName: "1"}[m.Name()]
				if want == "" {
					want = "By"
				}
				require.Equal(t, want, m.Unit())
			}
		}
		for name, dp := range names {
			require.Equal(t, map[string]any{"stream": int64(0), metricNameKey: "test.gauge"}, dp.Attributes().AsRaw(), name)
			require.Equal(t, pcommon.NewTimestampFromTime(streamtest.Start.Add(e.At)), dp.Timestamp())
		}
		switch score, ok := names[scoreName]; {
		case !ok:
			require.Empty(t, names)
			require.False(t, open, "point %d: neither a value nor an end", i)
		case score.Flags().NoRecordedValue():
			require.True(t, open)
			require.Len(t, names, 4)
			open = false
			ended++
		default:
			require.GreaterOrEqual(t, score.DoubleValue(), 1.0)
			require.Len(t, names, 4)
			if !open {
				begun++
			}
			open = true
		}
	}
	require.Positive(t, begun)
	require.Equal(t, begun, ended)
}

func TestOwnMetricsAreNotWatched(t *testing.T) {
	p := startMetrics(t, defaults(everything))
	for i := range 500 {
		md := pmetric.NewMetrics()
		metrics := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
		for _, name := range []string{scoreName, "anomaly_score_ratio", pointsName, "forecast.error", "load.forecast", "load_recommended"} {
			m := metrics.AppendEmpty()
			m.SetName(name)
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start.Add(time.Duration(i) * time.Minute)))
			dp.SetDoubleValue(float64(i % 7))
			if key := map[string]string{"anomaly_score_ratio": "anomaly_metric_name", "load.forecast": "forecast.horizon", "load_recommended": "forecast_window"}[name]; key != "" {
				dp.Attributes().PutStr(key, "1h")
			}
		}
		n := metrics.Len()
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		require.Equal(t, n, metrics.Len())
	}
}

func TestRules(t *testing.T) {
	scored := func(change func(*Config)) int {
		out := consume(t, startMetrics(t, defaults(change)), spiky(), streamtest.Always(1))
		return len(out["anomaly.score of 0"])
	}
	require.Positive(t, scored(func(*Config) {}))
	down, huge := "down", 1000.0
	for name, change := range map[string]func(*Config){
		"ignored": func(c *Config) {
			c.Metrics = []MetricConfig{{Match: match.Config{Names: []string{"test.*"}}, Ignore: true}}
		},
		"the other direction": func(c *Config) { c.Detection.Direction = &down },
		"the other direction, by attribute of the resource": func(c *Config) {
			c.Metrics = []MetricConfig{{
				Match:     match.Config{Attributes: map[string]string{"service.name": "shop-?", "stream": "0"}},
				Detection: DetectionConfig{Direction: &down},
			}}
		},
		"too small a deviation": func(c *Config) { c.Detection.MinDeviation.Absolute = &huge },
		"suppressed": func(c *Config) {
			c.Suppress = []SuppressConfig{{
				Match: match.Config{Names: []string{"test.gauge"}},
				From:  streamtest.Start.Add(300 * time.Minute),
				Until: streamtest.Start.Add(450 * time.Minute),
			}}
		},
	} {
		t.Run(name, func(t *testing.T) { require.Zero(t, scored(change)) })
	}
	t.Run("suppressed at another time", func(t *testing.T) {
		require.Positive(t, scored(func(c *Config) {
			c.Suppress = []SuppressConfig{{Until: streamtest.Start}}
		}))
	})
	t.Run("a rule for others", func(t *testing.T) {
		require.Positive(t, scored(func(c *Config) {
			c.Metrics = []MetricConfig{{Match: match.Config{Names: []string{"other.*"}}, Ignore: true}}
		}))
	})
}

// However odd the input, it leaves as it came and is counted under one outcome.
func TestOddInputPasses(t *testing.T) {
	gauge := func(f func(pmetric.NumberDataPoint)) func(pmetric.Metric) {
		return func(m pmetric.Metric) {
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
			dp.SetDoubleValue(1)
			f(dp)
		}
	}
	at := func(when time.Time) func(pmetric.Metric) {
		return gauge(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(pcommon.NewTimestampFromTime(when)) })
	}
	for name, c := range map[string]struct {
		put  func(pmetric.Metric)
		want outcome
	}{
		"NaN":      {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.NaN()) }), invalid},
		"infinity": {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.Inf(-1)) }), invalid},
		"enormous": {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(1e31) }), invalid},
		"no value set": {func(m pmetric.Metric) {
			m.SetEmptyGauge().DataPoints().AppendEmpty().SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
		}, invalid},
		"flagged as no value": {gauge(func(dp pmetric.NumberDataPoint) {
			dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
		}), noValue},
		"time zero":      {gauge(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(0) }), badTime},
		"time from 1970": {at(time.Unix(3600, 0)), badTime},
		"next year":      {at(time.Now().AddDate(1, 0, 0)), badTime},
		"largest time":   {gauge(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(math.MaxUint64) }), badTime},
		"10k attributes": {gauge(func(dp pmetric.NumberDataPoint) {
			for i := range 10_000 {
				dp.Attributes().PutInt(fmt.Sprint("key", i), int64(i))
			}
		}), warmingUp},
		"summary": {func(m pmetric.Metric) { m.SetEmptySummary().DataPoints().AppendEmpty() }, unsupported},
		"no type": {func(pmetric.Metric) {}, unsupported},
		"broken histogram": {func(m pmetric.Metric) {
			dp := m.SetEmptyHistogram().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
			dp.BucketCounts().FromRaw([]uint64{1, 2, 3})
		}, invalid},
		"huge histogram": {func(m pmetric.Metric) {
			dp := m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
			dp.Positive().BucketCounts().FromRaw(make([]uint64, 100_000))
		}, invalid},
	} {
		t.Run(name, func(t *testing.T) {
			md := pmetric.NewMetrics()
			c.put(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty())
			want := pmetric.NewMetrics()
			md.CopyTo(want)
			p, err := newProcessor(nopSettings(), defaults())
			require.NoError(t, err)
			b := newPass(p)
			got, err := p.processMetrics(t.Context(), md)
			require.NoError(t, err)
			requireSame(t, want, got)

			b.now = time.Now().UnixNano()
			sm := want.ResourceMetrics().At(0).ScopeMetrics().At(0)
			b.streams.Clear()
			b.beside.begin(sm.Metrics())
			b.scope(0, sm.Metrics())
			require.EqualValues(t, 1, b.counts[c.want], "counted as %v", b.counts)
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
	for name, md := range map[string]pmetric.Metrics{
		"nothing":  pmetric.NewMetrics(),
		"no scope": func() pmetric.Metrics { m := pmetric.NewMetrics(); m.ResourceMetrics().AppendEmpty(); return m }(),
		"no metric": func() pmetric.Metrics {
			m := pmetric.NewMetrics()
			m.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
			return m
		}(),
		"empty gauge": func() pmetric.Metrics {
			m := pmetric.NewMetrics()
			m.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge()
			return m
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, startMetrics(t, defaults()).ConsumeMetrics(t.Context(), md))
		})
	}
}

func requireSame(t *testing.T, want, got pmetric.Metrics) {
	var marshaler pmetric.ProtoMarshaler
	w, err := marshaler.MarshalMetrics(want)
	require.NoError(t, err)
	g, err := marshaler.MarshalMetrics(got)
	require.NoError(t, err)
	require.Equal(t, w, g)
}

// A million streams that come once keep the memory at the cap, and the streams
// that live watched.
func TestFloodOfStreams(t *testing.T) {
	const limit, flood = 2000, 100_000
	cfg := defaults(func(c *Config) { c.Limits.Streams = limit })
	p, err := newProcessor(nopSettings(), cfg)
	require.NoError(t, err)
	b := newPass(p)
	events := spiky()
	next, flagged := 0, 0
	for _, e := range events {
		md := streamtest.MetricsOf([]streamtest.Event{e})
		gauge := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge()
		for range flood / len(events) {
			next++
			dp := gauge.DataPoints().AppendEmpty()
			gauge.DataPoints().At(0).CopyTo(dp)
			dp.Attributes().PutInt("stream", int64(next))
		}
		_, err := b.processMetrics(t.Context(), md)
		require.NoError(t, err)
		if _, ok := gauge.DataPoints().At(0).Attributes().Get(flagKey); ok {
			flagged++
		}
		require.LessOrEqual(t, p.streams.Len(), limit)
	}
	require.Positive(t, flagged, "the stream that lives was not watched any more")
	require.NoError(t, p.Shutdown(t.Context()))
}

// Streams that warm up are counted until they are judged or forgotten.
func TestWarmingStreamsAreCounted(t *testing.T) {
	const streams, spare = 10, 3
	p, err := newProcessor(nopSettings(), defaults(func(c *Config) { c.Limits.Streams = streams + spare }))
	require.NoError(t, err)
	send := func(events []streamtest.Event) {
		for _, e := range events {
			_, err := p.processMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e}))
			require.NoError(t, err)
			seen := int64(0)
			for shard := range p.streams.Shards() {
				p.streams.Each(shard, func(_ series.ID, _ series.Seen, s *stream) {
					if s.first.begun && s.first.detector.Warming() {
						seen++
					}
				})
			}
			require.Equal(t, seen, p.warming.Load())
		}
	}
	events := mixed()
	send(events[:streams])
	require.Positive(t, p.warming.Load())
	send(events[streams : 160*streams])
	require.Zero(t, p.warming.Load(), "all have been seen often enough")
	// a flood of streams seen once, each forgotten for another
	for n := range 20 {
		e := spiky()[n]
		md := streamtest.MetricsOf([]streamtest.Event{e})
		dp := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0)
		dp.Attributes().PutInt("stream", int64(1000+n))
		_, err := p.processMetrics(t.Context(), md)
		require.NoError(t, err)
	}
	require.Equal(t, int64(spare), p.warming.Load())
	require.NoError(t, p.Shutdown(t.Context()))
}

// Whatever OTLP brings, it leaves, and nothing panics.
func FuzzOTLP(f *testing.F) {
	var marshaler pmetric.ProtoMarshaler
	b, err := marshaler.MarshalMetrics(streamtest.MetricsOf(streamtest.Traffic(1, 5, 3)))
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		md, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(b)
		if err != nil {
			return
		}
		points := md.DataPointCount()
		p, err := newProcessor(nopSettings(), defaults(everything, func(c *Config) {
			c.Lateness = time.Minute
			c.Companions.Level = 0
		}))
		require.NoError(t, err)
		for range 3 {
			again := pmetric.NewMetrics()
			md.CopyTo(again)
			out, err := p.processMetrics(t.Context(), again)
			require.NoError(t, err)
			require.GreaterOrEqual(t, out.DataPointCount(), points)
		}
		require.NoError(t, p.Shutdown(t.Context()))
	})
}
