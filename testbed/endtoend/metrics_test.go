// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// scrape is the distance of two points of the gauges that the test sends.
const scrape = 2 * time.Second

var queues = []string{"mail", "orders", "search"}

// Gauges with one spike, and host metrics, through both ways into Prometheus: the
// source's series are whole, the verdicts stand beside them.
func TestAnomaliesInPrometheus(t *testing.T) {
	for name, exporter := range map[string]func(*backend.Prometheus) string{
		"otlp": func(*backend.Prometheus) string { return "" },
		"remote write": func(p *backend.Prometheus) string {
			return fmt.Sprintf(`
exporters:
  prometheus_remote_write:
    endpoint: %s
    resource_to_telemetry_conversion: {enabled: false}
    remote_write_queue: {num_consumers: 1}
service: {pipelines: {metrics: {exporters: [prometheus_remote_write]}, metrics/forecast: {exporters: [prometheus_remote_write]}}}
`, p.RemoteWrite())
		},
	} {
		t.Run(name, func(t *testing.T) {
			prometheus := backend.StartPrometheus(t)
			g := startGateway(t, nil, prometheus, nil, program.WriteFile(t, t.TempDir(), "host.yaml", `
receivers: {host_metrics: {collection_interval: 1s, scrapers: {memory: {}, load: {}}}}
service: {pipelines: {metrics: {receivers: [otlp, host_metrics]}}}
`), program.WriteFile(t, t.TempDir(), "exporter.yaml", exporter(prometheus)))

			const points, spikeAt = 700, 650
			start := time.Now().Truncate(scrape).Add(-points * scrape)
			sent := sendQueues(t, g.address, start, points, spikeAt)
			end := start.Add((points - 1) * scrape)
			spike := start.Add(spikeAt * scrape)
			g.WaitUntil(t, "the last points are there", func() bool {
				// Not what a query shows for five minutes after it came.
				found, err := prometheus.Query(fmt.Sprintf("timestamp(queue_length) >= %d", end.Unix()), end)
				return err == nil && len(found) == len(queues)
			})

			t.Run("source is whole", func(t *testing.T) {
				require.Len(t, query(t, prometheus, fmt.Sprintf("last_over_time(queue_length[%ds])", int(points*scrape.Seconds())), end), len(queues), "series ever")
				for i := 0; i < points; i += 7 {
					at := start.Add(time.Duration(i) * scrape)
					found := query(t, prometheus, "sum(queue_length)", at)
					require.Len(t, found, 1, at)
					require.InDelta(t, sent[i], found[0].Value(), 1e-6, at)
				}
				i := spikeAt
				require.InDelta(t, sent[i], query(t, prometheus, "sum(queue_length)", spike)[0].Value(), 1e-6, "also while a point is anomalous")
			})
			t.Run("spike has its score within a scrape interval", func(t *testing.T) {
				found := query(t, prometheus, `anomaly_score_ratio{anomaly_metric_name="queue.length",queue="orders"} > 1`, spike.Add(scrape-time.Millisecond))
				require.Len(t, found, 1)
				kinds := query(t, prometheus, `anomaly_points_total{anomaly_metric_name="queue.length",queue="orders",anomaly_kind="spike",anomaly_direction="up"}`, spike)
				require.Len(t, kinds, 1)
				upper := query(t, prometheus, `anomaly_upper{anomaly_metric_name="queue.length",queue="orders"}`, spike)
				require.Len(t, upper, 1)
				require.Less(t, upper[0].Value(), query(t, prometheus, `queue_length{queue="orders"}`, spike)[0].Value())
			})
			t.Run("as many companions as the README says", func(t *testing.T) {
				ever := func(name string) []string {
					var streams []string
					for _, s := range query(t, prometheus, fmt.Sprintf(`last_over_time(%s{anomaly_metric_name="queue.length"}[%ds])`, name, int(points*scrape.Seconds())), end) {
						streams = append(streams, s.Labels["queue"])
					}
					slices.Sort(streams)
					return streams
				}
				anomalous := slices.Compact(ever("anomaly_points_total"))
				require.Contains(t, anomalous, "orders")
				assert.NotEqual(t, queues, anomalous, "a stream that was never anomalous has no companion")
				for _, name := range []string{"anomaly_score_ratio", "anomaly_expected", "anomaly_lower", "anomaly_upper"} {
					assert.Equal(t, anomalous, ever(name), "one series of %s for each stream that was anomalous", name)
				}
			})
			t.Run("host metrics are whole", func(t *testing.T) {
				require.EventuallyWithT(t, func(c *assert.CollectT) {
					found, err := prometheus.Query(`count(last_over_time(system_memory_usage_bytes[1h])) == count(count by (state) (system_memory_usage_bytes))`, time.Now())
					require.NoError(c, err)
					require.Len(c, found, 1)
					found, err = prometheus.Query(`last_over_time(system_cpu_load_average_1m[1h])`, time.Now())
					require.NoError(c, err)
					require.Len(c, found, 1)
				}, 20*time.Second, 200*time.Millisecond)
			})
			g.Stop(t)
		})
	}
}

func query(t *testing.T, prometheus *backend.Prometheus, promql string, at time.Time) []backend.Series {
	t.Helper()
	found, err := prometheus.Query(promql, at)
	require.NoError(t, err)
	return found
}

// sendQueues sends the length of each queue, n points from start, with noise and
// one spike of orders. It returns the sum over the queues at each time.
func sendQueues(t *testing.T, address string, start time.Time, n, spikeAt int) []float64 {
	t.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	sums := make([]float64, n)
	for i := range n {
		metrics := pmetric.NewMetrics()
		resource := metrics.ResourceMetrics().AppendEmpty()
		resource.Resource().Attributes().PutStr("service.name", "shop")
		m := resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName("queue.length")
		m.SetUnit("{message}")
		points := m.SetEmptyGauge().DataPoints()
		for k, queue := range queues {
			value := 100*float64(k+1) + 5*r.NormFloat64()
			if queue == "orders" && i == spikeAt {
				value *= 8
			}
			dp := points.AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(i) * scrape)))
			dp.Attributes().PutStr("queue", queue)
			dp.SetDoubleValue(value)
			sums[i] += value
		}
		otlp.SendMetrics(t, address, metrics)
	}
	return sums
}
