// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Shipped: 15 s.
const rateInterval = 100 * time.Millisecond

// startRates starts a gateway that counts records by cluster, at a fast beat.
func startRates(t *testing.T, loki *backend.Loki, prometheus *backend.Prometheus, overlays ...string) gateway {
	t.Helper()
	return startGateway(t, loki, prometheus, []string{"LOG_RATES_INTERVAL=" + rateInterval.String()},
		append([]string{"config/gateway-log-rates.yaml", program.WriteFile(t, t.TempDir(), "fast.yaml", "processors: {batch: {timeout: 10ms}}\n")}, overlays...)...)
}

// sendStorm sends, from two senders at once, errors at their usual rate and then
// one of them at 12 times that. It returns the number of errors and others.
func sendStorm(t *testing.T, address string) (failures, others int) {
	t.Helper()
	const (
		usual   = 220 // intervals; the detector watches 150 before it speaks
		trouble = 10
		factor  = 12
	)
	var senders sync.WaitGroup
	for range 2 {
		senders.Go(func() {
			tick := time.NewTicker(rateInterval)
			defer tick.Stop()
			for i := range usual + trouble {
				<-tick.C
				otlp.SendLogs(t, address, storm(i, stormSize(i, usual, factor), plog.SeverityNumberError, "Connection refused: db%d:5432"))
				otlp.SendLogs(t, address, storm(i, 5, plog.SeverityNumberError, "Table not found: t%d"))
				otlp.SendLogs(t, address, storm(i, 5, plog.SeverityNumberInfo, "request done in %d ms"))
			}
		})
	}
	senders.Wait()
	for i := range usual + trouble {
		failures += 2 * (stormSize(i, usual, factor) + 5)
		others += 2 * 5
	}
	return failures, others
}

func stormSize(i, usual, factor int) int {
	if i < usual {
		return 5
	}
	return 5 * factor
}

func storm(i, n int, severity plog.SeverityNumber, format string) plog.Logs {
	bodies := make([]string, n)
	for k := range bodies {
		bodies[k] = fmt.Sprintf(format, i+k)
	}
	return otlp.Logs("shop", time.Now(), time.Microsecond, severity, bodies...)
}

// An error that comes at 12 times its usual rate is flagged, and no other is so
// much out of the ordinary; every record of two senders is counted. (At a beat of
// a tenth of a second a busy machine may itself make a rate unusual.)
func TestLogRates(t *testing.T) {
	prometheus := backend.StartPrometheus(t)
	g := startRates(t, nil, prometheus)
	start := time.Now()
	failures, others := sendStorm(t, g.address)

	// The interval processor does not wait for its last points when it stops.
	g.WaitUntil(t, "all is counted", func() bool {
		found, err := prometheus.Query("sum(log_cluster_records_total)", time.Now())
		return err == nil && len(found) == 1 && found[0].Value() >= float64(failures+others)
	})
	g.Stop(t)
	now := time.Now()
	span := fmt.Sprintf("[%ds]", int(now.Sub(start).Seconds())+1)

	t.Run("every record is counted", func(t *testing.T) {
		requireValue(t, prometheus, "sum(log_cluster_errors_total)", now, float64(failures))
		requireValue(t, prometheus, "sum(log_cluster_records_total)", now, float64(failures+others))
	})
	t.Run("a series a cluster", func(t *testing.T) {
		requireValue(t, prometheus, "count(log_cluster_records_total)", now, 3)
		requireValue(t, prometheus, "count(log_cluster_errors_total)", now, 2)
	})
	t.Run("the cluster in trouble is flagged", func(t *testing.T) {
		busiest := query(t, prometheus, "topk(1, log_cluster_errors_total)", now)
		require.Len(t, busiest, 1)
		flagged := query(t, prometheus, `max_over_time(anomaly_score_ratio{anomaly_metric_name="log.cluster.errors"}`+span+`) > 1`, now)
		require.NotEmpty(t, flagged, "%v", query(t, prometheus, "otelcol_processor_anomaly_points_total", now))
		worst := flagged[0]
		for _, s := range flagged[1:] {
			if s.Value() > worst.Value() {
				worst = s
			}
		}
		id := busiest[0].Labels["log_cluster_id"]
		require.Equal(t, id, worst.Labels["log_cluster_id"])
		// What was expected of it is its usual rate: 5 from each of two senders in
		// an interval. So its rate over what was expected is how many times it is.
		usual := query(t, prometheus, `min_over_time(anomaly_expected_per_second{anomaly_metric_name="log.cluster.errors",log_cluster_id="`+id+`"}`+span+`)`, now)
		require.Len(t, usual, 1)
		require.InEpsilon(t, 2*5/rateInterval.Seconds(), usual[0].Value(), 0.5)
	})
	t.Run("errors are forecast, the rest is not", func(t *testing.T) {
		requireValue(t, prometheus, `count(last_over_time(log_cluster_errors_forecast_per_second{forecast_horizon="1h",forecast_bound="upper"}`+span+`))`, now, 2)
		requireValue(t, prometheus, `count(last_over_time({__name__=~"log_cluster_.*(forecast|recommended|limit).*|forecast_.*"}`+span+`))`, now, 2*2*3)
	})
}

func requireValue(t *testing.T, prometheus *backend.Prometheus, promql string, at time.Time, want float64) {
	t.Helper()
	found := query(t, prometheus, promql, at)
	require.Len(t, found, 1, promql)
	require.InDelta(t, want, found[0].Value(), 0, promql)
}
