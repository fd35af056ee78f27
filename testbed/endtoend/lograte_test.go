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
)

// An error that comes at 12 times its usual rate is flagged, and nothing else is;
// every record of two senders is counted.
func TestLogRates(t *testing.T) {
	const (
		interval = 100 * time.Millisecond // shipped: 15 s
		usual    = 220                    // intervals; the detector watches 150 before it speaks
		trouble  = 10
		factor   = 12
	)
	prometheus := backend.StartPrometheus(t)
	g := startGateway(t, nil, prometheus, []string{"LOG_RATES_INTERVAL=" + interval.String()},
		"config/gateway-log-rates.yaml")

	start := time.Now()
	var senders sync.WaitGroup
	sentErrors, sentInfos := 0, 0
	for sender := range 2 {
		senders.Go(func() {
			tick := time.NewTicker(interval)
			defer tick.Stop()
			for i := range usual + trouble {
				<-tick.C
				n := 5
				if i >= usual {
					n *= factor
				}
				at := time.Now()
				refused, table, done := make([]string, n), make([]string, 5), make([]string, 5)
				for k := range refused {
					refused[k] = fmt.Sprintf("Connection refused: db%d:5432", k)
				}
				for k := range table {
					table[k] = fmt.Sprintf("Table not found: t%d", k)
					done[k] = fmt.Sprintf("request %d done in %d ms", i, k)
				}
				otlp.SendLogs(t, g.address, otlp.Logs("shop", at, time.Microsecond, plog.SeverityNumberError, refused...))
				otlp.SendLogs(t, g.address, otlp.Logs("shop", at, time.Microsecond, plog.SeverityNumberError, table...))
				otlp.SendLogs(t, g.address, otlp.Logs("shop", at, time.Microsecond, plog.SeverityNumberInfo, done...))
				if sender == 0 { // both send the same
					sentErrors += 2 * (n + 5)
					sentInfos += 2 * 5
				}
			}
		})
	}
	senders.Wait()
	g.Stop(t)
	now := time.Now()
	span := fmt.Sprintf("[%ds]", int(now.Sub(start).Seconds())+1)

	t.Run("every record is counted", func(t *testing.T) {
		requireValue(t, prometheus, "sum(log_cluster_errors_total)", now, float64(sentErrors))
		requireValue(t, prometheus, "sum(log_cluster_records_total)", now, float64(sentErrors+sentInfos))
	})
	t.Run("a series a cluster", func(t *testing.T) {
		requireValue(t, prometheus, "count(log_cluster_records_total)", now, 3)
		requireValue(t, prometheus, "count(log_cluster_errors_total)", now, 2)
	})
	t.Run("the cluster in trouble is flagged", func(t *testing.T) {
		busiest := query(t, prometheus, "topk(1, log_cluster_errors_total)", now)
		require.Len(t, busiest, 1)
		flagged := query(t, prometheus, `max_over_time(anomaly_score_ratio{anomaly_metric_name="log.cluster.errors"}`+span+`) > 1`, now)
		require.NotEmpty(t, flagged)
		worst := flagged[0]
		for _, s := range flagged[1:] {
			if s.Value() > worst.Value() {
				worst = s
			}
		}
		require.Equal(t, busiest[0].Labels["log_cluster_id"], worst.Labels["log_cluster_id"])
		require.Len(t, flagged, 1, "and no other")
	})
}

func requireValue(t *testing.T, prometheus *backend.Prometheus, promql string, at time.Time, want float64) {
	t.Helper()
	found := query(t, prometheus, promql, at)
	require.Len(t, found, 1, promql)
	require.InDelta(t, want, found[0].Value(), 0, promql)
}
