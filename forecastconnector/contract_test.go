// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// ramp is a gauge that grows by one a minute.
func ramp(n int) []streamtest.Event {
	var events []streamtest.Event
	for i := range n {
		events = append(events, streamtest.Event{At: time.Duration(i) * time.Minute, Values: []float64{float64(i)}})
	}
	return events
}

// last is the output for the last of some events: points by metric name.
func last(t *testing.T, cfg *Config, events []streamtest.Event) map[string][]pmetric.NumberDataPoint {
	c := startMetrics(t, cfg)
	n := len(events) - 1
	c.consume(t, events[:n], streamtest.Always(100))
	in := streamtest.MetricsOf(events[n:])
	require.NoError(t, c.ConsumeMetrics(t.Context(), in))
	all := c.sink.AllMetrics()
	require.Len(t, all, 1)
	require.Equal(t, 1, all[0].ResourceMetrics().Len())
	rm, source := all[0].ResourceMetrics().At(0), in.ResourceMetrics().At(0)
	require.Equal(t, source.Resource().Attributes().AsRaw(), rm.Resource().Attributes().AsRaw())
	require.Equal(t, 1, rm.ScopeMetrics().Len())
	require.Equal(t, source.ScopeMetrics().At(0).Scope().Name(), rm.ScopeMetrics().At(0).Scope().Name())

	points := map[string][]pmetric.NumberDataPoint{}
	for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
		require.Contains(t, map[string][]string{
			"By": {"test.gauge.forecast", "test.gauge.recommended", "test.gauge.forecast.due", "forecast.error"},
			"1":  {"forecast.coverage", "forecast.ready"},
			"s":  {"test.gauge.time_to_limit"},
		}[m.Unit()], m.Name())
		for _, dp := range m.Gauge().DataPoints().All() {
			points[m.Name()] = append(points[m.Name()], dp)
		}
	}
	return points
}

func TestWhatComesOut(t *testing.T) {
	events := ramp(300)
	at := pcommon.NewTimestampFromTime(streamtest.Start.Add(events[299].At))
	points := last(t, defaults(), events)
	require.Len(t, points["test.gauge.forecast"], 9)
	for i, dp := range points["test.gauge.forecast"] {
		require.Equal(t, map[string]any{
			"stream":   int64(0),
			horizonKey: []string{"15m", "1h", "24h"}[i/3],
			boundKey:   []string{"mean", "lower", "upper"}[i%3],
		}, dp.Attributes().AsRaw())
		require.Equal(t, at, dp.Timestamp())
	}
	for i := 0; i < 9; i += 3 {
		mean, lower, upper := points["test.gauge.forecast"][i].DoubleValue(), points["test.gauge.forecast"][i+1].DoubleValue(), points["test.gauge.forecast"][i+2].DoubleValue()
		require.LessOrEqual(t, lower, mean)
		require.LessOrEqual(t, mean, upper)
	}
	require.Len(t, points["test.gauge.recommended"], 1)
	require.Equal(t, map[string]any{"stream": int64(0), windowKey: "1h"}, points["test.gauge.recommended"][0].Attributes().AsRaw())
	require.NotContains(t, points, "test.gauge.forecast.due")
	require.NotContains(t, points, "test.gauge.time_to_limit")
}

func TestTargetTimestamps(t *testing.T) {
	events := ramp(100)
	points := last(t, defaults(func(c *Config) { c.Timestamp = TimestampTarget }), events)
	for i, dp := range points["test.gauge.forecast"] {
		want := streamtest.Start.Add(events[99].At + defaultHorizons()[i/3])
		require.Equal(t, pcommon.NewTimestampFromTime(want), dp.Timestamp())
	}
}

func TestPlanHasEachSlotOfTheDay(t *testing.T) {
	points := last(t, defaults(func(c *Config) { c.Plan.Enabled, c.Plan.Slot = true, 6*time.Hour }), ramp(300))
	var slots []string
	for _, dp := range points["test.gauge.recommended"] {
		if slot, ok := dp.Attributes().Get(slotKey); ok {
			slots = append(slots, slot.Str())
		}
	}
	require.Equal(t, []string{"18:00", "00:00", "06:00", "12:00"}, slots, "the test begins at nine")
}

func TestTimeToLimitHasAnEnd(t *testing.T) {
	limit := 400.0
	c := startMetrics(t, defaults(func(c *Config) { c.Metrics = []MetricConfig{{Limit: &limit}} }))
	events := ramp(300)
	for i := range 600 { // it turns before the limit and stays low
		at := events[299].At + time.Duration(i+1)*time.Minute
		events = append(events, streamtest.Event{At: at, Values: []float64{10}})
	}
	open, ended := false, 0
	for i, e := range events {
		require.NoError(t, c.ConsumeMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e})))
		for _, line := range c.output()["test.gauge.time_to_limit of 0"] {
			if line[len(line)-3:] == "end" {
				require.True(t, open, "point %d: an end where nothing was", i)
				open = false
				ended++
			} else {
				open = true
			}
		}
	}
	require.False(t, open, "a value without an end")
	require.Positive(t, ended)
}

func TestEmitInterval(t *testing.T) {
	c := startMetrics(t, defaults(func(c *Config) { c.EmitInterval = 10 * time.Minute }))
	out := c.consume(t, ramp(401), streamtest.Always(10))
	require.Len(t, out["forecast.ready of 0"], 40)
}

func TestRules(t *testing.T) {
	top := 50.0
	for name, c := range map[string]struct {
		rule MetricConfig
		want func(t *testing.T, points map[string][]string)
	}{
		"ignored": {
			MetricConfig{Match: match.Config{Names: []string{"test.*"}}, Ignore: true},
			func(t *testing.T, out map[string][]string) { require.Empty(t, out) },
		},
		"others are ignored": {
			MetricConfig{Match: match.Config{Attributes: map[string]string{"service.name": "other"}}, Ignore: true},
			func(t *testing.T, out map[string][]string) { require.NotEmpty(t, out) },
		},
		"a range": {
			MetricConfig{DataRange: DataRangeConfig{Max: &top}},
			func(t *testing.T, out map[string][]string) {
				lines := out["test.gauge.forecast of 0"]
				for _, line := range lines[len(lines)-9:] {
					if !strings.Contains(line, "forecast.bound:lower") {
						require.Contains(t, line, " 50 0")
					}
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want(t, startMetrics(t, defaults(func(cfg *Config) { cfg.Metrics = []MetricConfig{c.rule} })).consume(t, ramp(100), streamtest.Always(10)))
		})
	}
}

// What is ignored takes no place.
func TestIgnoredStreamsTakeNoPlace(t *testing.T) {
	c := startMetrics(t, defaults(func(c *Config) {
		c.Limits.Streams = 2
		c.Metrics = []MetricConfig{{Match: match.Config{Names: []string{"test.gauge"}}}, {Ignore: true}}
	}))
	out := c.consume(t, mixed(), streamtest.Always(10))
	require.NotEmpty(t, out["test.gauge.forecast of 0"])
	for key := range out {
		require.Contains(t, key, " of 0")
	}
	require.Equal(t, 1, c.Metrics.(instance).Component.streams.Len())
}

func TestCounterIsForecastAsARate(t *testing.T) {
	c := startMetrics(t, defaults())
	var events []streamtest.Event
	for i := range 100 {
		events = append(events, streamtest.Event{At: time.Duration(i) * time.Minute, Stream: 1, Values: []float64{120 * float64(i%70)}})
	}
	lines := c.consume(t, events, streamtest.Always(10))["test.counter.forecast of 1"]
	require.Contains(t, lines[len(lines)-9], " By/s ")
	require.Contains(t, lines[len(lines)-9], "] 2 0", "two a second, whatever the restart")
}

// However odd the input, it is counted under one outcome and nothing comes of it.
func TestOddInput(t *testing.T) {
	gauge := func(f func(pmetric.NumberDataPoint)) func(pmetric.Metric) {
		return func(m pmetric.Metric) {
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
			dp.SetDoubleValue(1)
			f(dp)
		}
	}
	for name, c := range map[string]struct {
		put  func(pmetric.Metric)
		want outcome
	}{
		"NaN":       {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.NaN()) }), invalid},
		"infinity":  {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.Inf(-1)) }), invalid},
		"enormous":  {gauge(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(1e31) }), invalid},
		"no value":  {gauge(func(dp pmetric.NumberDataPoint) { dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true)) }), noValue},
		"time zero": {gauge(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(0) }), badTime},
		"next year": {gauge(func(dp pmetric.NumberDataPoint) {
			dp.SetTimestamp(pcommon.NewTimestampFromTime(time.Now().AddDate(1, 0, 0)))
		}), badTime},
		"largest time": {gauge(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(math.MaxUint64) }), badTime},
		"10k attributes": {gauge(func(dp pmetric.NumberDataPoint) {
			for i := range 10_000 {
				dp.Attributes().PutInt(fmt.Sprint("key", i), int64(i))
			}
		}), learning},
		"summary": {func(m pmetric.Metric) { m.SetEmptySummary().DataPoints().AppendEmpty() }, unsupported},
		"no type": {func(pmetric.Metric) {}, unsupported},
		"broken histogram": {func(m pmetric.Metric) {
			dp := m.SetEmptyHistogram().DataPoints().AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start))
			dp.BucketCounts().FromRaw([]uint64{1, 2, 3})
		}, invalid},
	} {
		t.Run(name, func(t *testing.T) {
			md := pmetric.NewMetrics()
			c.put(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty())
			b := newPass(newMetrics(t, defaults(), consumertest.NewNop()).(instance).Component)
			require.Zero(t, b.forecast(md).DataPointCount())
			require.EqualValues(t, 1, b.counts[c.want], "counted as %v", b.counts)
			require.NoError(t, b.Shutdown(t.Context()))
		})
	}
}

// Streams that come once leave those that live.
func TestFloodOfStreams(t *testing.T) {
	const limit, flood = 500, 20_000
	c := newMetrics(t, defaults(func(c *Config) { c.Limits.Streams = limit }), consumertest.NewNop()).(instance).Component
	next := 0
	for _, e := range ramp(100) {
		md := streamtest.MetricsOf([]streamtest.Event{e})
		points := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
		for range flood / 100 {
			next++
			dp := points.AppendEmpty()
			points.At(0).CopyTo(dp)
			dp.Attributes().PutInt("stream", int64(next))
		}
		b := newPass(c)
		made := b.forecast(md)
		require.LessOrEqual(t, c.streams.Len(), limit)
		if e.At > 0 {
			require.EqualValues(t, 1, b.counts[forecasted])
			require.Positive(t, made.DataPointCount())
		}
	}
	require.NoError(t, c.Shutdown(t.Context()))
}

// A stream that is not seen for limits::stale of the data's clock begins anew.
func TestStaleStreamsAreForgotten(t *testing.T) {
	c := newMetrics(t, defaults(func(c *Config) { c.Limits.Stale = 10 * time.Minute }), consumertest.NewNop()).(instance).Component
	at := func(minute, stream int) *pass {
		b := newPass(c)
		b.forecast(streamtest.MetricsOf([]streamtest.Event{{At: time.Duration(minute) * time.Minute, Stream: stream, Values: []float64{float64(minute)}}}))
		return b
	}
	for minute := range 30 {
		at(minute, 0)
		at(minute, 5)
	}
	require.Equal(t, 2, c.streams.Len())
	require.EqualValues(t, 1, at(39, 0).counts[forecasted], "known after nine minutes")
	for minute := 38; minute < 95; minute++ { // more than four times its longest interval
		at(minute, 5)
	}
	c.streams.Expire()
	require.Equal(t, 1, c.streams.Len())
	require.EqualValues(t, 1, c.streams.Dropped(series.Stale))
	require.EqualValues(t, 1, at(95, 0).counts[learning], "it begins anew")
	require.NoError(t, c.Shutdown(t.Context()))
}

// Fits are capped in each batch; what is put off is done later, and the stream
// is forecast meanwhile.
func TestFitsAreCapped(t *testing.T) {
	c := newMetrics(t, defaults(func(c *Config) { c.Limits.Fits = 3 }), consumertest.NewNop()).(instance).Component
	fits, putOff := 0, int64(0)
	for i := range 120 {
		var events []streamtest.Event
		for s := range 20 {
			events = append(events, streamtest.Event{At: time.Duration(i) * time.Minute, Stream: 5 * s, Values: []float64{float64(i % 7)}})
		}
		b := newPass(c)
		b.forecast(streamtest.MetricsOf(events))
		require.LessOrEqual(t, len(b.fits), 3)
		if i > 1 {
			require.EqualValues(t, 20, b.counts[forecasted])
		}
		fits, putOff = fits+len(b.fits), putOff+int64(len(b.late))
		for _, id := range b.late { // later
			c.fitter.fit(id)
			fits++
		}
	}
	require.Greater(t, fits, 20)
	require.Positive(t, putOff)
	require.NoError(t, c.Shutdown(t.Context()))
}

// Fits that are due together are spread over time, the older the stream the more.
func TestFitsAreSpread(t *testing.T) {
	const hour = int64(time.Hour)
	waits := map[int64]int{}
	for id := range 1000 {
		s := schedule{first: hour}
		at := 101 * hour
		for !s.now(streamtest.ID(id), at) {
			at += int64(time.Minute)
		}
		waits[(at-101*hour)/int64(time.Minute)]++
	}
	require.Len(t, waits, 30, "thirty minutes")
	for minute, n := range waits {
		require.Less(t, n, 80, "minute %d", minute)
	}
	s := schedule{first: hour}
	require.True(t, s.now(streamtest.ID(7), hour), "a new stream need not wait")
}

// Whatever OTLP brings, nothing panics, and every forecast is a number.
func FuzzOTLP(f *testing.F) {
	var marshaler pmetric.ProtoMarshaler
	b, err := marshaler.MarshalMetrics(streamtest.MetricsOf(streamtest.Traffic(1, 5, 6)))
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		md, err := new(pmetric.ProtoUnmarshaler).UnmarshalMetrics(b)
		if err != nil {
			return
		}
		c := newMetrics(t, defaults(everything, func(c *Config) { c.Lateness = time.Minute }), consumertest.NewNop()).(instance).Component
		for range 2 {
			for _, rm := range newPass(c).forecast(md).ResourceMetrics().All() {
				for _, sm := range rm.ScopeMetrics().All() {
					for _, m := range sm.Metrics().All() {
						for _, dp := range m.Gauge().DataPoints().All() {
							require.False(t, math.IsNaN(dp.DoubleValue()) || math.IsInf(dp.DoubleValue(), 0), m.Name())
						}
					}
				}
			}
		}
		require.NoError(t, c.Shutdown(t.Context()))
	})
}
