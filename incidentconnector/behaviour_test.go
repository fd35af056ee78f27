// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

var update = flag.Bool("update", false, "write the golden files")

// feed sends a scene in batches whose sizes next gives.
func (r *running) feed(t testing.TB, scene []happening, next func() int) (events, counts []string) {
	for len(scene) > 0 {
		n := min(next(), len(scene))
		r.consume(t, scene[:n])
		scene = scene[n:]
	}
	return r.output()
}

// What an outage says is in testdata/outage.txt, for people to read.
func TestAnOutageIsOneIncident(t *testing.T) {
	r := start(t, defaults())
	events, counts := r.feed(t, outage(1), streamtest.Always(37))
	r.stop(t)
	got := strings.Join(slices.Concat(events, counts), "\n") + "\n"
	golden := filepath.Join("testdata", "outage.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
	require.Contains(t, events[0], "payment: ")
	require.Contains(t, events[0], "Restart the database.")
}

func TestPeaceIsNoIncident(t *testing.T) {
	r := start(t, defaults())
	var calm []happening
	for _, h := range outage(2) {
		if h.service != "payment" && h.service != "checkout" {
			calm = append(calm, h)
		}
	}
	events, counts := r.feed(t, calm, streamtest.Always(37))
	r.stop(t)
	require.Empty(t, events)
	require.Empty(t, counts)
}

// Any split into batches of less than the lateness, and any batch sent again, gives the
// same events.
func TestBatchesAndRepetitionsChangeNothing(t *testing.T) {
	reference := start(t, defaults())
	want, _ := reference.feed(t, outage(3), streamtest.Always(1))
	reference.stop(t)
	require.NotEmpty(t, want)
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 3))
		r := start(t, defaults())
		scene := outage(3)
		for len(scene) > 0 {
			n := min(1+random.IntN(20), len(scene))
			r.consume(t, scene[:n])
			seen, _ := r.output()
			if seed%2 == 1 { // the next component refused: the sender tries again
				r.consume(t, scene[:n])
				again, _ := r.output()
				require.Equal(t, seen, again)
			}
			want = without(t, want, seen)
			scene = scene[n:]
		}
		require.Empty(t, want, "seed %d", seed)
		r.stop(t)
		second := start(t, defaults())
		want, _ = second.feed(t, outage(3), streamtest.Always(1))
		second.stop(t)
	}
}

// without takes some texts, each of which must be there, out of others.
func without(t testing.TB, all, some []string) []string {
	for _, s := range some {
		i := slices.Index(all, s)
		require.GreaterOrEqual(t, i, 0, s)
		all = slices.Delete(all, i, i+1)
	}
	return all
}

// One incident has one ID over a restart, and goes on as if there had been none.
func TestARestartChangesNothing(t *testing.T) {
	reference := start(t, defaults())
	want, _ := reference.feed(t, outage(4), streamtest.Always(37))
	reference.stop(t)
	require.NotEmpty(t, want)
	dir := t.TempDir()
	var got []string
	scene := outage(4)
	for _, part := range []int{37 * 20, 37 * 42, 37 * 43, len(scene)} {
		r := start(t, defaults(func(c *Config) { c.Directory = dir }))
		done := len(outage(4)) - len(scene)
		events, _ := r.feed(t, scene[:part-done], streamtest.Always(37))
		got = append(got, events...)
		scene = scene[part-done:]
		r.stop(t)
	}
	slices.Sort(got)
	require.Equal(t, want, got)
}

// A checkpoint of every version that was ever released must load for ever.
func TestStoredCheckpoints(t *testing.T) {
	scene := outage(5)
	half := len(scene)/2 + 60 // an incident is open
	learn := func(c *incidentConnector, part []happening) {
		for len(part) > 0 {
			n := min(37, len(part))
			ld, md := pdataOf(part[:n])
			c.readLogs(t.Context(), ld)
			c.readMetrics(t.Context(), md)
			part = part[n:]
		}
	}
	c, err := newConnector(connectortest.NewNopSettings(metadata.Type), defaults())
	require.NoError(t, err)
	learn(c, scene[:half])
	streamtest.Checkpoints(t, *update, incident.StateVersion, state{c}, func(t *testing.T, restore func(checkpoint.State) error) map[string][]string {
		next, err := newConnector(connectortest.NewNopSettings(metadata.Type), defaults())
		require.NoError(t, err)
		require.NoError(t, restore(state{next}))
		var titles []string
		for rest := scene[half:]; len(rest) > 0; rest = rest[min(37, len(rest)):] {
			ld, md := pdataOf(rest[:min(37, len(rest))])
			for _, made := range []output{next.readLogs(t.Context(), ld), next.readMetrics(t.Context(), md)} {
				for _, rl := range made.events.ResourceLogs().All() {
					titles = append(titles, rl.ScopeLogs().At(0).LogRecords().At(0).Body().Str())
				}
			}
		}
		return map[string][]string{"events": titles}
	})
}

// Histograms are read by their mean, of both temporalities.
func TestHistogramsAreReadByTheirMean(t *testing.T) {
	for _, temporality := range []pmetric.AggregationTemporality{pmetric.AggregationTemporalityCumulative, pmetric.AggregationTemporalityDelta} {
		r := start(t, defaults())
		sum, count := 0.0, uint64(0)
		for minute := range 90 {
			md := pmetric.NewMetrics()
			for _, service := range []string{"a", "b"} {
				mean := 0.1 + 0.002*float64(minute%5)
				if minute >= 60 && minute < 65 {
					mean = 5
				}
				if temporality == pmetric.AggregationTemporalityDelta {
					sum, count = 0, 0
				}
				sum, count = sum+20*mean, count+20
				rm := md.ResourceMetrics().AppendEmpty()
				rm.Resource().Attributes().PutStr("service.name", service)
				m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
				m.SetName("http.server.request.duration")
				h := m.SetEmptyHistogram()
				h.SetAggregationTemporality(temporality)
				dp := h.DataPoints().AppendEmpty()
				dp.SetTimestamp(pcommon.NewTimestampFromTime(streamtest.Start.Add(time.Duration(minute) * time.Minute)))
				dp.SetSum(sum)
				dp.SetCount(count)
			}
			for _, c := range r.metrics {
				require.NoError(t, c.ConsumeMetrics(t.Context(), md))
			}
		}
		r.stop(t)
		events, _ := r.output()
		require.NotEmpty(t, events, temporality)
		require.Contains(t, events[0], "latency up since 10:00 UTC")
	}
}

func TestMetadataListsWhatMetricsSay(t *testing.T) {
	configtest.Enum(t, "outcome", outcomeNames[:]...)
	configtest.Enum(t, "stage", string(incident.Opened), string(incident.Updated), string(incident.Closed))
	streamtest.CheckpointEnums(t)
}

// What cannot be placed, says nothing, or is ours passes by and is counted.
func TestWhatSaysNothingIsCounted(t *testing.T) {
	tel := componenttest.NewTelemetry()
	set := connectortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	c, err := newConnector(set, defaults())
	require.NoError(t, err)
	md := pmetric.NewMetrics()
	add := func(service, name string, at time.Time) pmetric.NumberDataPoint {
		rm := md.ResourceMetrics().AppendEmpty()
		if service != "" {
			rm.Resource().Attributes().PutStr("service.name", service)
		}
		m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName(name)
		dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
		dp.SetDoubleValue(1)
		return dp
	}
	add("", "x", streamtest.Start)
	add("a", "x", streamtest.Start)
	add("a", "forecast.error", streamtest.Start)
	add("a", "y", time.Unix(0, 0))
	add("a", "z", streamtest.Start).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	for range 2 {
		c.readMetrics(t.Context(), md)
	}
	points, err := tel.GetMetric("otelcol_connector_incident_points")
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"no_service": 1, "learned": 1, "ours": 1, "bad_time": 1, "no_value": 1, "duplicate": 5}, byOutcome(points))
	c.tel.Shutdown()
	require.NoError(t, tel.Shutdown(t.Context()))
}

func byOutcome(m metricdata.Metrics) map[string]int64 {
	all := map[string]int64{}
	for _, dp := range m.Data.(metricdata.Sum[int64]).DataPoints {
		v, _ := dp.Attributes.Value("outcome")
		all[v.AsString()] = dp.Value
	}
	return all
}
