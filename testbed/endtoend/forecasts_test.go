// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

const (
	fiveMinutes = 5 * time.Minute
	steps       = int(8 * 24 * time.Hour / fiveMinutes)
	forecastVMs = 12
)

// Eight days of the CPU utilization of public machines, and two disks, as fast as the
// gateway takes them: in Prometheus the forecasts lie over what came, as often
// within their bounds as promised, and they know which disk fills up.
func TestForecastsInPrometheus(t *testing.T) {
	machines := publicCPU(t, forecastVMs)
	prometheus := backend.StartPrometheus(t)
	g := startGateway(t, nil, prometheus, nil, program.WriteFile(t, t.TempDir(), "replay.yaml", `
# Eight days in seconds: nothing may wait for a timer, and nothing be of today.
exporters:
  debug:
  otlp_http/prometheus: {sending_queue: {block_on_overflow: true}}
service:
  pipelines:
    metrics: {processors: [memory_limiter, deltatocumulative, anomaly]}
    metrics/forecast: {processors: [memory_limiter]}
    metrics/self: {exporters: [debug]}
`))
	end := time.Now().Truncate(fiveMinutes)
	r := rand.New(rand.NewPCG(7, 7))
	for i := range steps {
		at := end.Add(time.Duration(i-steps+1) * fiveMinutes)
		metrics := pmetric.NewMetrics()
		for name, values := range machines {
			utilization(metrics, name, "system.cpu.utilization", at, values[i])
		}
		for name, value := range disks(end.Sub(at), r) {
			utilization(metrics, name, "system.filesystem.utilization", at, value)
		}
		otlp.SendMetrics(t, g.address, metrics)
	}
	g.WaitUntil(t, "the last forecasts are there", func() bool {
		found, err := prometheus.Query(`system_cpu_utilization_forecast_ratio{forecast_horizon="24h",forecast_bound="mean"} and timestamp(system_cpu_utilization_forecast_ratio) == `+fmt.Sprint(end.Unix()), end)
		return err == nil && len(found) == forecastVMs
	})

	t.Run("source is whole", func(t *testing.T) {
		for _, s := range query(t, prometheus, `count_over_time(system_cpu_utilization_ratio[8d])`, end) {
			assert.InDelta(t, steps, s.Value(), 0, s.Labels)
		}
	})
	for _, horizon := range []string{"15m", "1h", "24h"} {
		t.Run("within the bounds as often as promised/"+horizon, func(t *testing.T) {
			bound := func(name string) string {
				return `ignoring(forecast_horizon, forecast_bound) system_cpu_utilization_forecast_ratio{forecast_horizon="` + horizon + `",forecast_bound="` + name + `"} offset ` + horizon
			}
			within := `(system_cpu_utilization_ratio >= bool ` + bound("lower") + `) * (system_cpu_utilization_ratio <= bool ` + bound("upper") + `)`
			found := query(t, prometheus, `avg(avg_over_time((`+within+`)[3d:5m]))`, end)
			require.Len(t, found, 1)
			own := query(t, prometheus, `avg(avg_over_time(forecast_coverage_ratio{forecast_metric_name="system.cpu.utilization",forecast_horizon="`+horizon+`"}[3d]))`, end)
			require.Len(t, own, 1)
			t.Logf("%s: %.3f within the bounds, forecast_coverage says %.3f", horizon, found[0].Value(), own[0].Value())
			assert.InDelta(t, 0.8, found[0].Value(), 0.1)
			assert.InDelta(t, found[0].Value(), own[0].Value(), 0.1, "the connector's own account of it")
		})
	}
	t.Run("better than the value of the day before", func(t *testing.T) {
		ours := query(t, prometheus, `avg(avg_over_time(abs(system_cpu_utilization_ratio - ignoring(forecast_horizon, forecast_bound) system_cpu_utilization_forecast_ratio{forecast_horizon="24h",forecast_bound="mean"} offset 24h)[3d:5m]))`, end)
		yesterdays := query(t, prometheus, `avg(avg_over_time(abs(system_cpu_utilization_ratio - system_cpu_utilization_ratio offset 24h)[3d:5m]))`, end)
		require.Len(t, ours, 1)
		require.Len(t, yesterdays, 1)
		t.Logf("mean absolute error a day ahead: %.4f; of the value a day before: %.4f", ours[0].Value(), yesterdays[0].Value())
		assert.Less(t, ours[0].Value(), yesterdays[0].Value())
	})
	t.Run("recommended is enough", func(t *testing.T) {
		found := query(t, prometheus, `avg(avg_over_time((system_cpu_utilization_ratio <= bool ignoring(forecast_window) system_cpu_utilization_recommended_ratio offset 1h)[3d:5m]))`, end)
		require.Len(t, found, 1)
		t.Logf("%.3f of the points at or under what was recommended an hour before", found[0].Value())
		assert.Greater(t, found[0].Value(), 0.95)
	})
	t.Run("the disk that fills up", func(t *testing.T) {
		left := query(t, prometheus, `system_filesystem_utilization_time_to_limit_seconds{host_name="filling"}`, end)
		require.Len(t, left, 1)
		t.Logf("full in %s; in truth in %s", time.Duration(left[0].Value()*1e9), untilFull)
		assert.InDelta(t, untilFull.Hours(), left[0].Value()/3600, 4)
	})
	t.Run("the disk that is cleaned every night", func(t *testing.T) {
		straight := `0.95 - predict_linear(system_filesystem_utilization_ratio{host_name="cleaned"}[6h], 24 * 3600) < 0`
		require.Len(t, query(t, prometheus, straight, end), 1, "a straight line says: full within a day")
		require.Empty(t, query(t, prometheus, `system_filesystem_utilization_time_to_limit_seconds{host_name="cleaned"} < 24 * 3600`, end))
	})
}

// untilFull is how long the disk that fills up has until it is at its limit.
const untilFull = 12 * time.Hour

// disks are two file systems a time before the end. One fills by 6 % a day. On the
// other a day writes 30 %, which a job deletes every night, twelve hours from
// the end on.
func disks(before time.Duration, r *rand.Rand) map[string]float64 {
	days := before.Hours() / 24
	return map[string]float64{
		"filling": 0.95 - 0.06*(days+untilFull.Hours()/24) + 0.0005*r.NormFloat64(),
		"cleaned": 0.55 + 0.3*math.Mod(8.5-days, 1) + 0.001*r.NormFloat64(),
	}
}

func utilization(metrics pmetric.Metrics, host, name string, at time.Time, value float64) {
	resource := metrics.ResourceMetrics().AppendEmpty()
	resource.Resource().Attributes().PutStr("host.name", host)
	m := resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	m.SetUnit("1")
	dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.SetDoubleValue(value)
}

// publicCPU returns the last eight days of n public virtual machines' CPU utilization, a
// value every five minutes.
func publicCPU(t *testing.T, n int) map[string][]float64 {
	t.Helper()
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	sets, err := dataset.Forecast(dir)
	if err != nil {
		t.Skip(err)
	}
	machines := map[string][]float64{}
	for _, set := range sets {
		if set.Name != "azure_vm_5m" {
			continue
		}
		require.Equal(t, fiveMinutes, set.Step)
		for _, s := range set.Series[:n] {
			for _, percent := range s.Values[len(s.Values)-steps:] {
				machines[s.ID] = append(machines[s.ID], percent/100)
			}
		}
	}
	if len(machines) == 0 {
		t.Skip("azure_vm_5m is not here")
	}
	return machines
}
