// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

var update = flag.Bool("update", false, "renew what docs/tuning.md shows")

// tuningBlock finds the blocks of docs/tuning.md that its cases are made of.
var tuningBlock = regexp.MustCompile("(?ms)^```(lines|yaml|before|after)( [a-z]+)?\n(.*?)^```$")

// tuningTime is when the cases begin: always the same, since the time of day counts.
var tuningTime = time.Date(2026, 5, 20, 8, 0, 0, 0, time.UTC)

// What docs/tuning.md shows before and after a change is what comes out.
func TestTuningGuide(t *testing.T) {
	page := filepath.Join(program.Root(t), "docs", "tuning.md")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var base, overlay, lines string
	shown := 0
	renewed := tuningBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		parts := tuningBlock.FindStringSubmatch(block)
		kind, of, content := parts[1], strings.TrimSpace(parts[2]), parts[3]
		switch {
		case kind == "lines":
			lines = content
			return block
		case kind == "yaml" && strings.HasPrefix(content, "# Complete config"):
			base = content
			return block
		case kind == "yaml":
			overlay = content
			return block
		case kind == "before":
			overlay = ""
		}
		shown++
		got := tuningOutput(t, of, base, overlay, lines)
		if !*update {
			require.Equal(t, content, got, "%s\n%s", overlay, lines)
		}
		return strings.Replace(block, "\n"+content+"```", "\n"+got+"```", 1)
	})
	require.Greater(t, shown, 5)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(renewed), 0o600))
	}
}

// tuningOutput runs the distribution on lines of logs, or on the queue, and says what
// came out.
func tuningOutput(t *testing.T, of, base, overlay, lines string) string {
	t.Helper()
	dir, address := t.TempDir(), program.FreeAddress(t)
	results := filepath.Join(dir, "out.jsonl")
	base = strings.NewReplacer("localhost:4318", address, "path: out.jsonl", "path: "+results+"\n    flush_interval: 100ms").Replace(base)
	args := []string{"--config", program.WriteFile(t, dir, "base.yaml", base+"  telemetry: {metrics: {level: none}}\n")}
	if overlay != "" {
		args = append(args, "--config", program.WriteFile(t, dir, "case.yaml", overlay))
	}
	p := program.StartCollector(t, nil, program.Collector(t), args...)
	if of == "" {
		out := clustersOf(t, address, results, strings.Split(strings.TrimSpace(lines), "\n"))
		p.Stop(t)
		return out
	}
	sendQueue(t, address)
	p.Stop(t)
	points := metricPoints(t, results)
	switch of {
	case "anomaly":
		return anomalousPoints(points)
	case "forecast":
		return seriesByName(points)
	case "width":
		bounds := map[string]float64{}
		for _, p := range points { // the last of each bound stays
			if p.name == "queue.length.forecast" && p.attributes["forecast.horizon"] == "1h" {
				bound, _ := p.attributes["forecast.bound"].(string)
				bounds[bound] = p.value
			}
		}
		return fmt.Sprintf("%.1f\n", bounds["upper"]-bounds["lower"])
	}
	require.FailNow(t, "unknown output", of)
	return ""
}

// clustersOf sends the lines six times, a window of ten seconds of event time apart,
// and describes the last: cluster, records, template.
func clustersOf(t *testing.T, address, results string, lines []string) string {
	t.Helper()
	const rounds = 6
	begin := tuningTime
	for i := range rounds {
		otlp.SendLogs(t, address, otlp.Logs("shop", begin.Add(time.Duration(i)*11*time.Second), time.Millisecond, 0, lines...))
		waitForRecords(t, results, (i+1)*len(lines))
		time.Sleep(300 * time.Millisecond) // windows are clustered beside the flow
	}
	batches := readBatches(t, results)
	type template struct {
		cluster, text string
		records       int
	}
	var templates []template
	var clusters []string
	for _, r := range batches[len(batches)-1] {
		id, _ := r.attributes["log.cluster.id"].(string)
		text, _ := r.attributes["log.record.template"].(string)
		if !slices.Contains(clusters, id) {
			clusters = append(clusters, id)
		}
		i := slices.IndexFunc(templates, func(other template) bool { return other.text == text && other.cluster == id })
		if i < 0 {
			i = len(templates)
			templates = append(templates, template{cluster: id, text: text})
		}
		templates[i].records++
	}
	slices.SortStableFunc(templates, func(a, b template) int {
		return slices.Index(clusters, a.cluster) - slices.Index(clusters, b.cluster)
	})
	var out strings.Builder
	for _, each := range templates {
		fmt.Fprintf(&out, "%2d  %d  %s\n", slices.Index(clusters, each.cluster)+1, each.records, each.text)
	}
	return out.String()
}

// sendQueue sends what the page says of the queue.
func sendQueue(t *testing.T, address string) {
	t.Helper()
	const step, points = 15 * time.Second, 2400
	r := rand.New(rand.NewPCG(3, 5))
	begin := tuningTime
	for from := 0; from < points; from += 100 {
		metrics := pmetric.NewMetrics()
		resource := metrics.ResourceMetrics().AppendEmpty()
		resource.Resource().Attributes().PutStr("service.name", "shop")
		m := resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName("queue.length")
		m.SetUnit("{message}")
		all := m.SetEmptyGauge().DataPoints()
		for i := from; i < from+100; i++ {
			value := 100 + 0.7*r.NormFloat64()
			switch {
			case i >= 1000 && i < 1020:
				value += 4
			case i == 1300:
				value = 40
			case i == 1500:
				value = 300
			case i >= 1900:
				value += 50
			}
			dp := all.AppendEmpty()
			dp.SetTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(i) * step)))
			dp.SetDoubleValue(value)
		}
		otlp.SendMetrics(t, address, metrics)
	}
}

type metricPoint struct {
	name       string
	attributes map[string]any
	value      float64
	none       bool
}

// metricPoints reads the file exporter's output, oldest first.
func metricPoints(t *testing.T, path string) []metricPoint {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []metricPoint
	for line := range bytes.Lines(text) {
		metrics, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		require.NoError(t, err)
		for _, resource := range metrics.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, m := range scope.Metrics().All() {
					points := pmetric.NewNumberDataPointSlice()
					if m.Type() == pmetric.MetricTypeSum {
						points = m.Sum().DataPoints()
					} else if m.Type() == pmetric.MetricTypeGauge {
						points = m.Gauge().DataPoints()
					}
					for _, dp := range points.All() {
						value := dp.DoubleValue()
						if dp.ValueType() == pmetric.NumberDataPointValueTypeInt {
							value = float64(dp.IntValue())
						}
						out = append(out, metricPoint{m.Name(), dp.Attributes().AsRaw(), value, dp.Flags().NoRecordedValue()})
					}
				}
			}
		}
	}
	return out
}

// anomalousPoints is the counter by kind and direction, and the number of series.
func anomalousPoints(points []metricPoint) string {
	counts, series := map[string]float64{}, map[string]bool{}
	for _, p := range points {
		if !strings.HasPrefix(p.name, "anomaly.") {
			continue
		}
		series[p.name+fmt.Sprint(p.attributes)] = true
		if p.name == "anomaly.points" {
			counts[fmt.Sprintf("%v %v", p.attributes["anomaly.kind"], p.attributes["anomaly.direction"])] = p.value
		}
	}
	var out strings.Builder
	for _, kind := range sortedKeys(counts) {
		fmt.Fprintf(&out, "%-20s %3.0f points\n", kind, counts[kind])
	}
	fmt.Fprintf(&out, "%-20s %3d\n", "series", len(series))
	return out.String()
}

// seriesByName counts the series that the forecasts made.
func seriesByName(points []metricPoint) string {
	series, names := map[string]bool{}, map[string]int{}
	for _, p := range points {
		id := p.name + fmt.Sprint(p.attributes)
		if strings.Contains(p.name, "anomaly") || p.name == "queue.length" || series[id] {
			continue
		}
		series[id] = true
		names[p.name]++
	}
	var out strings.Builder
	for _, name := range sortedKeys(names) {
		fmt.Fprintf(&out, "%-26s %2d\n", name, names[name])
	}
	fmt.Fprintf(&out, "%-26s %2d\n", "all", len(series))
	return out.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
