// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// forecaster is the distribution with the forecast connector alone.
type forecaster struct {
	*program.Program
	address string // of OTLP/HTTP
	debug   string
	metrics string // its own
}

// startForecaster starts a collector on a host of that name, with the settings of
// the connector and an exporter, both in YAML, and its storage in dir.
func startForecaster(t *testing.T, host, dir, settings, exporter string) forecaster {
	t.Helper()
	f := forecaster{address: program.FreeAddress(t), debug: program.FreeAddress(t), metrics: program.FreeAddress(t)}
	name, _, _ := strings.Cut(strings.TrimSpace(exporter), ":")
	f.Program = program.StartCollector(t, []string{"HOSTNAME=" + host}, program.Collector(t), "--config", program.WriteFile(t, dir, "forecast.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
connectors:
  forecast:
    due: true
    debug: {endpoint: %q}
    %s
exporters:
  %s
extensions: {file_storage: {directory: %q, create_directory: true}}
service:
  extensions: [file_storage]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: %s}}}}]}}
  pipelines:
    metrics: {receivers: [otlp], exporters: [forecast, %s]}
    metrics/forecast: {receivers: [forecast], exporters: [%s]}
`, f.address, f.debug, settings, strings.TrimSpace(exporter), filepath.Join(dir, "state"), port(f.metrics), name, name)))
	return f
}

func toOTLP(p *backend.Prometheus) string {
	return fmt.Sprintf("otlp_http: {endpoint: %q, retry_on_failure: {enabled: false}, sending_queue: {num_consumers: 1, block_on_overflow: true}}", p.OTLP())
}

func toRemoteWrite(p *backend.Prometheus) string {
	return fmt.Sprintf("prometheus_remote_write: {endpoint: %q, remote_write_queue: {num_consumers: 1, queue_size: 100000}}", p.RemoteWrite())
}

// queueLengths is the length of some queues, a point a minute for 26 hours, with a
// rhythm of the day.
const queueLengths = 26 * 60

func queueLength(k int, at time.Time, r *rand.Rand) float64 {
	day := 2 * math.Pi * float64(at.Unix()%86400) / 86400
	return float64(100*(k+1)) * (1 + 0.3*math.Sin(day) + 0.01*r.NormFloat64())
}

func queueMetrics(at time.Time, r *rand.Rand) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	resource := metrics.ResourceMetrics().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "shop")
	m := resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("queue.length")
	m.SetUnit("{message}")
	points := m.SetEmptyGauge().DataPoints()
	for k, queue := range queues {
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
		dp.Attributes().PutStr("queue", queue)
		dp.SetDoubleValue(queueLength(k, at, r))
	}
	return metrics
}

// Both ways into Prometheus take every forecast; the README's queries show it over
// what came; and what is due lies where the forecast of an hour before was.
func TestPrometheusTakesForecasts(t *testing.T) {
	for name, exporter := range map[string]func(*backend.Prometheus) string{"otlp": toOTLP, "remote write": toRemoteWrite} {
		t.Run(name, func(t *testing.T) {
			prometheus := backend.StartPrometheus(t)
			f := startForecaster(t, "pod-a", t.TempDir(), "", exporter(prometheus))
			end := time.Now().Truncate(time.Minute)
			r := rand.New(rand.NewPCG(8, 8))
			for i := range queueLengths {
				otlp.SendMetrics(t, f.address, queueMetrics(end.Add(time.Duration(i-queueLengths+1)*time.Minute), r))
			}
			last := func(query string) bool {
				found, err := prometheus.Query(fmt.Sprintf("timestamp(%s) == %d", query, end.Unix()), end)
				return err == nil && len(found) > 0
			}
			f.WaitUntil(t, "the last points are there", func() bool {
				return last("queue_length") && last("queue_length_forecast") && last("queue_length_recommended")
			})

			t.Run("nothing was refused", func(t *testing.T) {
				refused := counters(t, prometheus.Address, `^prometheus_tsdb_(out_of_bound|out_of_order|too_old)_samples_total`)
				require.NotEmpty(t, refused)
				for name, value := range refused {
					assert.Zero(t, value, name)
				}
				for name, value := range counters(t, f.metrics, `^otelcol_exporter_send_failed`) {
					assert.Zero(t, value, name)
				}
				assert.NotContains(t, f.Output(), "out of bounds")
				for _, s := range query(t, prometheus, "count_over_time(queue_length_forecast[27h])", end) {
					assert.InDelta(t, queueLengths-1, s.Value(), 0, "%v: all but the first point are forecast", s.Labels)
				}
			})
			t.Run("the README's queries", func(t *testing.T) {
				for _, promql := range readmeQueries(t) {
					found := query(t, prometheus, promql, end)
					assert.Len(t, found, len(queues), promql)
				}
				came, forecast := query(t, prometheus, `sum(queue_length)`, end), query(t, prometheus, `sum(queue_length_forecast{forecast_horizon="24h",forecast_bound="mean"} offset 24h)`, end)
				require.Len(t, forecast, 1)
				t.Logf("%.0f came, %.0f was forecast a day before", came[0].Value(), forecast[0].Value())
			})
			t.Run("due", func(t *testing.T) {
				for _, horizon := range []string{"15m", "1h", "24h"} {
					labels := fmt.Sprintf(`{forecast_horizon=%q,forecast_bound="mean"}`, horizon)
					off := query(t, prometheus, fmt.Sprintf(`avg_over_time((abs(queue_length_forecast_due%s / (queue_length_forecast%s offset %s) - 1))[90m:1m])`, labels, labels, horizon), end)
					require.Len(t, off, len(queues), horizon)
					for _, s := range off {
						assert.Less(t, s.Value(), 0.05, "%s: due and what was forecast then", horizon)
					}
				}
			})
			t.Run("explained", func(t *testing.T) { requireExplained(t, f.debug) })
			f.Stop(t)
		})
	}
}

// Forecasts that lie in the future are refused, which is why they are stamped
// with the present; and the counts of the test above would show it.
func TestPrometheusRefusesTheFuture(t *testing.T) {
	prometheus := backend.StartPrometheus(t)
	f := startForecaster(t, "pod-a", t.TempDir(), "timestamp: target", toOTLP(prometheus))
	r := rand.New(rand.NewPCG(8, 8))
	for i := range 5 {
		otlp.SendMetrics(t, f.address, queueMetrics(time.Now().Add(time.Duration(i-5)*time.Minute), r))
	}
	f.WaitUntil(t, "the exporter has failed", func() bool {
		for _, value := range counters(t, f.metrics, `^otelcol_exporter_send_failed_metric_points`) {
			if value > 0 {
				return true
			}
		}
		return false
	})
	f.Stop(t)
}

// A file takes points of the future.
func TestForecastsInAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "forecasts.json")
	f := startForecaster(t, "pod-a", t.TempDir(), "timestamp: target", fmt.Sprintf("file: {path: %q}", file))
	r := rand.New(rand.NewPCG(8, 8))
	end := time.Now().Truncate(time.Second)
	for i := range 30 {
		otlp.SendMetrics(t, f.address, queueMetrics(end.Add(time.Duration(i-29)*time.Minute), r))
	}
	f.Stop(t)

	newest := map[string]time.Time{}
	opened, err := os.Open(file)
	require.NoError(t, err)
	defer opened.Close()
	lines := bufio.NewScanner(opened)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		md, err := new(pmetric.JSONUnmarshaler).UnmarshalMetrics(lines.Bytes())
		require.NoError(t, err)
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() != "queue.length.forecast" {
				continue
			}
			for _, dp := range m.Gauge().DataPoints().All() {
				horizon, ok := dp.Attributes().Get("forecast.horizon")
				require.True(t, ok)
				newest[horizon.Str()] = dp.Timestamp().AsTime()
			}
		}
	}
	require.NoError(t, lines.Err())
	require.Len(t, newest, 3)
	for horizon, at := range newest {
		ahead, err := time.ParseDuration(horizon)
		require.NoError(t, err)
		require.Equal(t, end.Add(ahead).UTC(), at, horizon)
		require.Greater(t, at, time.Now(), "in the future")
	}
}

// An instance that another one replaces leaves no second copy of a stream, with
// what was learnt or without it.
func TestReplacedInstanceGoesOn(t *testing.T) {
	for name, storage := range map[string]string{"with storage": "storage: file_storage", "without": ""} {
		t.Run(name, func(t *testing.T) {
			prometheus := backend.StartPrometheus(t)
			r := rand.New(rand.NewPCG(8, 8))
			end := time.Now().Truncate(time.Minute)
			dir := t.TempDir()
			const points = 160
			begin := end.Add(-(points - 1) * time.Minute)
			for i, host := range []string{"pod-a", "pod-b"} {
				f := startForecaster(t, host, dir, storage, toOTLP(prometheus))
				for k := range points / 2 {
					n := i*points/2 + k
					otlp.SendMetrics(t, f.address, queueMetrics(begin.Add(time.Duration(n)*time.Minute), r))
				}
				f.Stop(t)
			}
			for metric, each := range map[string]int{
				"queue_length_forecast": 9, "queue_length_recommended": 1, "queue_length_forecast_due": 6,
				"forecast_coverage_ratio": 2, "forecast_error": 2, "queue_length": 1,
			} {
				require.Len(t, query(t, prometheus, fmt.Sprintf("last_over_time(%s[3h])", metric), end), each*len(queues), metric)
			}
			for _, s := range query(t, prometheus, "count_over_time(queue_length_forecast[3h])", end) {
				missing := 1 // the first point
				if storage == "" {
					missing = 2 // and the first after the change
				}
				require.InDelta(t, points-missing, s.Value(), 0, s.Labels)
			}
		})
	}
}

func requireExplained(t *testing.T, address string) {
	t.Helper()
	var answer struct {
		Matching int
		Streams  []struct {
			Metric     string
			Attributes map[string]string
			Why        []string
			Models     []struct{ Weight float64 }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(get(t, "http://"+address+"/debug/forecasts?metric=queue.*&attribute=queue=orders")), &answer))
	require.Equal(t, 1, answer.Matching)
	s := answer.Streams[0]
	require.Equal(t, "orders", s.Attributes["queue"])
	require.NotEmpty(t, s.Models)
	t.Log(strings.Join(s.Why, "\n"))
	require.Contains(t, strings.Join(s.Why, " "), "weighs most")
}

// counters reads those of an exposition whose names match.
func counters(t *testing.T, address, pattern string) map[string]float64 {
	t.Helper()
	found, name := map[string]float64{}, regexp.MustCompile(pattern)
	for line := range strings.Lines(get(t, "http://"+address+"/metrics")) {
		if !name.MatchString(line) {
			continue
		}
		line = strings.TrimSpace(line)
		i := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[i+1:], 64)
		require.NoError(t, err)
		found[line[:i]] = value
	}
	return found
}

// readmeQueries are those that the connector's README gives for Prometheus.
func readmeQueries(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(program.Root(t), "forecastconnector", "README.md"))
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```promql\n")
	require.True(t, ok)
	block, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	var queries []string
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			queries = append(queries, line)
		}
	}
	require.NotEmpty(t, queries)
	return queries
}
