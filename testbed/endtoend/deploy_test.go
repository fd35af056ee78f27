// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/kube"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// history is what the demo sends, and what the dashboards show: a recommendation comes
// after an hour, and a panel shows that of an hour ago.
const history = 3 * time.Hour

// rateStreams is the limit on streams of log rates in the test.
const rateStreams = 60

// Every query of every dashboard and alert rule, on backends that the
// distribution filled with the demo, an error storm and a flood, gives data.
func TestDashboardsAndAlerts(t *testing.T) {
	loki, prometheus := backend.StartLoki(t), backend.StartPrometheus(t)
	// Limits that bite, so that the counters of what they cost exist.
	g := startRates(t, loki, prometheus, program.WriteFile(t, t.TempDir(), "limits.yaml", fmt.Sprintf(`
processors:
  log_cluster: {limits: {templates: 100, clusters: 100}}
  anomaly: {checkpoint_interval: 1s}
  anomaly/clusters: {limits: {streams: %[1]d}, checkpoint_interval: 1s}
connectors:
  forecast: {checkpoint_interval: 1s}
  forecast/clusters: {emit_interval: 0s, limits: {streams: %[1]d, fits: 1}, checkpoint_interval: 1s}
`, rateStreams)))
	demo := program.Start(t, nil, "go", "run", "./cmd/demo", "-endpoint", "http://"+g.address, "-history", history.String(), "-live=false")
	demo.WaitExit(t, 3*time.Minute)
	sendStorm(t, g.address)
	flood := load.NewUnique(6)
	for range 20 {
		otlp.SendLogs(t, g.address, otlp.Logs("flood", time.Now(), time.Microsecond, plog.SeverityNumberError, flood.Lines(100)...))
		time.Sleep(rateInterval)
	}
	g.WaitUntil(t, "the limits show in Prometheus", func() bool {
		found, err := prometheus.Query(`rate(otelcol_processor_anomaly_points_total{outcome="limit"}[1m]) > 0 and on () rate(otelcol_connector_forecast_points_total{outcome="limit"}[1m]) > 0`, time.Now())
		return err == nil && len(found) > 0
	})
	startShop(t, g, prometheus)
	sendKnownProblem(t, g)
	// Older than Prometheus takes: lost, which the collector counts.
	lost := queueMetrics(time.Now().Add(-72*time.Hour), rand.New(rand.NewPCG(1, 1)))
	otlp.SendMetrics(t, g.address, lost)
	g.WaitUntil(t, "the loss shows in Prometheus", func() bool {
		found, err := prometheus.Query(`otelcol_exporter_send_failed_metric_points_total`, time.Now())
		return err == nil && len(found) > 0
	})
	// More memory than it may have: the collector refuses.
	degraded := startGateway(t, nil, prometheus, nil, program.WriteFile(t, t.TempDir(), "memory.yaml", `
processors: {memory_limiter: {check_interval: 100ms, limit_percentage: 0, spike_limit_percentage: 0, limit_mib: 1, spike_limit_mib: 0}}
`))
	degraded.WaitUntil(t, "refusing shows in Prometheus", func() bool {
		otlp.TrySendLogs(t, degraded.address, otlp.Logs("shop", time.Now(), 0, plog.SeverityNumberInfo, "hello"))
		found, err := prometheus.Query(`rate(otelcol_receiver_refused_log_records_total[1m]) > 0`, time.Now())
		return err == nil && len(found) > 0
	})

	ask := func(t *testing.T, api backend.API, query string, instant bool) {
		t.Helper()
		var found []backend.Series
		var err error
		if instant {
			found, err = api.Query(query, time.Now())
		} else {
			found, err = api.QueryRange(query, time.Now().Add(-history), time.Now())
		}
		require.NoError(t, err)
		assert.NotEmpty(t, found, query)
	}
	for _, p := range panels(t) {
		t.Run(p.name, func(t *testing.T) {
			api := prometheus.API
			if p.source == "loki" {
				api = loki.API
			}
			ask(t, api, p.query, p.instant)
		})
	}
	for _, r := range rules(t, "loki") {
		t.Run("alert/"+r.Alert, func(t *testing.T) { ask(t, loki.API, r.Expr, false) })
	}
	for _, r := range rules(t, "prometheus") {
		t.Run("alert/"+r.Alert, func(t *testing.T) {
			query := r.Expr
			if r.group != "anomalies" {
				query = withoutThreshold(t, query)
			}
			ask(t, prometheus.API, query, false)
		})
	}
	for _, page := range []string{"deploying.md", "operating.md"} {
		t.Run("commands of "+page, func(t *testing.T) { requireAnswers(t, g, page) })
	}
	t.Run("limits hold", func(t *testing.T) {
		found := query(t, prometheus, `max(max_over_time(otelcol_connector_forecast_streams{connector="forecast/clusters"}[5m]))`, time.Now())
		require.Len(t, found, 1)
		assert.InDelta(t, rateStreams, found[0].Value(), 5)
	})
	t.Run("backends took the rules", func(t *testing.T) {
		for _, address := range []string{loki.Address + "/loki/api/v1/rules", prometheus.Address + "/api/v1/rules"} {
			text := get(t, "http://"+address)
			for _, r := range append(rules(t, "loki"), rules(t, "prometheus")...) {
				if strings.HasPrefix(address, r.address(loki, prometheus)) {
					assert.Contains(t, text, r.Alert)
				}
			}
		}
	})
}

// startShop runs an agent, as it is shipped, on a node with a container that begins anew
// again and again, and waits until it is in Prometheus.
func startShop(t *testing.T, g gateway, prometheus *backend.Prometheus) {
	t.Helper()
	cluster, dir := kube.Start(t), t.TempDir()
	pod := cluster.Add("shop", "cart", "abcde", "app", nil, nil)
	kube.WriteLog(t, kube.LogFile(filepath.Join(dir, "pods"), pod, 0), time.Now(),
		`{"level":"error","msg":"cannot reach the ledger at 10.1.2.3:8080"}`, "INFO started", "ERROR out of stock")
	agent := kube.StartAgent(t, cluster, dir, g.grpc)
	t.Cleanup(func() { agent.Kill() })
	for restart := range 4 {
		cluster.Set(pod, kube.Container{Started: time.Now(), WorkingSet: 125 << 20, Max: 128 << 20})
		if restart < 3 {
			time.Sleep(4 * time.Second) // at least one second older in a scrape of a second
		}
	}
	agent.WaitUntil(t, "the kubelet's metrics are in Prometheus", func() bool {
		found, err := prometheus.Query(`sum(resets(container_uptime_seconds_total[1m])) >= 3`, time.Now())
		return err == nil && len(found) > 0
	})
}

// sendKnownProblem sends an error, writes a solution for it, and sends it again.
func sendKnownProblem(t *testing.T, g gateway) {
	t.Helper()
	const line = "replication slot of the ledger is gone"
	send := func() {
		otlp.SendLogs(t, g.address, otlp.Logs("ledger", time.Now(), 0, plog.SeverityNumberError, line))
	}
	send()
	knowledge := "http://" + g.moved.Replace("localhost:8890") + "/api/v1/"
	var matches struct {
		Matches []struct{ Cluster string }
	}
	g.WaitUntil(t, "the knowledge base knows the line", func() bool {
		response, err := http.Post(knowledge+"match", "text/plain", strings.NewReader(line))
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return json.NewDecoder(response.Body).Decode(&matches) == nil && len(matches.Matches) > 0 && matches.Matches[0].Cluster != ""
	})
	// What memory knows the database knows a moment later.
	g.WaitUntil(t, "the solution is written", func() bool {
		request, err := http.NewRequest(http.MethodPut, knowledge+"clusters/"+matches.Matches[0].Cluster+"/solution?author=ann", strings.NewReader(`{"text": "Make the slot anew."}`))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		return response.StatusCode < 300
	})
	for range 5 {
		time.Sleep(time.Second)
		send()
	}
}

// requireAnswers runs the commands that a guide shows, in order, and checks that each
// has an answer.
func requireAnswers(t *testing.T, g gateway, page string) {
	t.Helper()
	dir, commands := t.TempDir(), 0
	for _, block := range docs.CodeBlocks(t, filepath.Join(program.Root(t), "docs", page), "console") {
		for line := range strings.Lines(block) {
			commands++
			command := strings.ReplaceAll(strings.TrimPrefix(line, "$ "), "curl -s", "curl --fail-with-body -sS")
			bash := exec.Command("bash", "-o", "pipefail", "-c", g.moved.Replace(command))
			bash.Dir = dir
			out, err := bash.CombinedOutput()
			require.NoError(t, err, "%s%s", command, out)
			assert.NotContains(t, string(out), `"result":[]`, command)
			if !strings.Contains(command, ">") || strings.Contains(command, "query=") {
				assert.NotEmpty(t, out, command)
			}
		}
	}
	require.Positive(t, commands)
}

// A rule file that Prometheus' own checker finds fault with, and a rule without a
// runbook, do not pass.
func TestAlertRulesAreValid(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(program.Root(t), "deploy", "alerts", "prometheus", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out, err := exec.Command(backend.Path(t, "promtool"), append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	const base = "https://github.com/otelcol-aiops/otelcol-aiops/blob/main/"
	for _, r := range append(rules(t, "loki"), rules(t, "prometheus")...) {
		require.True(t, strings.HasPrefix(r.Annotations["runbook_url"], base), r.Alert)
		require.FileExists(t, filepath.Join(program.Root(t), strings.TrimPrefix(r.Annotations["runbook_url"], base)), r.Alert)
	}
}

// Each alert fires when it should and not when it should not, says Prometheus' own
// engine.
func TestAlertsFireWhenTheyShould(t *testing.T) {
	file := filepath.Join(program.Root(t), "deploy", "alerts", "tests", "prometheus.yaml")
	out, err := exec.Command(backend.Path(t, "promtool"), "test", "rules", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, r := range rules(t, "prometheus") {
		assert.Regexp(t, `alertname[:=] ?"?`+r.Alert+`\b`, string(text), "no test of %s", r.Alert)
	}
}

type panelQuery struct {
	name, source, query string
	instant             bool
}

// panels reads every query of every dashboard, with the values that Grafana would
// put in for the variables.
func panels(t *testing.T) []panelQuery {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(program.Root(t), "deploy", "grafana", "dashboards", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all []panelQuery
	for _, file := range files {
		var d struct {
			Title      string
			Templating struct {
				List []struct {
					Name, AllValue, Type string
					Query                any
					Current              struct{ Value any }
				}
			}
			Annotations struct {
				List []struct {
					Name, Expr string
					Datasource struct{ Type string }
				}
			}
			Panels []struct {
				Title   string
				Targets []struct {
					RefID, Expr, QueryType string
					Instant                bool
					Datasource             struct{ Type string }
				}
			}
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &d))
		values := []string{"$__range", history.String(), "$__rate_interval", "1m", "$__auto", "1m"}
		for _, v := range d.Templating.List {
			value := v.AllValue
			switch {
			case v.Type == "textbox":
				value = fmt.Sprint(v.Query)
			case value == "" && v.Type != "datasource":
				value = fmt.Sprint(v.Current.Value)
			}
			values = append(values, "${"+v.Name+":raw}", value, "$"+v.Name, value)
		}
		filled := func(query string) string {
			for range 2 { // the value of a variable may name another
				query = strings.NewReplacer(values...).Replace(query)
			}
			return query
		}
		for _, a := range d.Annotations.List {
			all = append(all, panelQuery{name: d.Title + "/" + a.Name, source: a.Datasource.Type, query: filled(a.Expr)})
		}
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				query := filled(target.Expr)
				all = append(all, panelQuery{
					name: d.Title + "/" + p.Title + "/" + target.RefID, source: target.Datasource.Type,
					query: query, instant: target.Instant || target.QueryType == "instant",
				})
			}
		}
	}
	return all
}

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Annotations map[string]string `yaml:"annotations"`

	group, kind string
}

func (r rule) address(loki *backend.Loki, prometheus *backend.Prometheus) string {
	if r.kind == "loki" {
		return loki.Address
	}
	return prometheus.Address
}

func rules(t *testing.T, kind string) []rule {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(program.Root(t), "deploy", "alerts", kind, "*.yaml"))
	require.NoError(t, err)
	var all []rule
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var f struct {
			Groups []struct {
				Name  string `yaml:"name"`
				Rules []rule `yaml:"rules"`
			} `yaml:"groups"`
		}
		require.NoError(t, yaml.Unmarshal(text, &f))
		for _, group := range f.Groups {
			for _, r := range group.Rules {
				r.group, r.kind = group.Name, kind
				all = append(all, r)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

// withoutThreshold is what a rule compares, without what it compares with: the left
// side of comparisons, "and" and "unless".
func withoutThreshold(t *testing.T, promql string) string {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(promql)
	require.NoError(t, err)
	for {
		switch e := expr.(type) {
		case *parser.ParenExpr:
			expr = e.Expr
			continue
		case *parser.BinaryExpr:
			if e.Op.IsComparisonOperator() || e.Op == parser.LAND || e.Op == parser.LUNLESS {
				expr = e.LHS
				continue
			}
		}
		require.NotEqual(t, promql, expr.String(), "%s compares with a threshold", promql)
		return expr.String()
	}
}
