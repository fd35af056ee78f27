// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// perReplica is how much a replica takes, in the examples: the target of what is needed
// now.
const perReplica = 50

// deployment is a service whose pods come and go, and with them their streams.
type deployment struct {
	pods []string
	next int
}

func (d *deployment) scale(replicas int) {
	for len(d.pods) < replicas {
		d.next++
		d.pods = append(d.pods, fmt.Sprintf("checkout-%05d", d.next))
	}
	d.pods = d.pods[:replicas]
}

// roll replaces a tenth of the pods, the oldest.
func (d *deployment) roll() {
	n, replicas := max(1, len(d.pods)/10), len(d.pods)
	d.pods = d.pods[n:]
	d.scale(replicas)
}

// metrics says what load each pod has: an equal share, unequally.
func (d *deployment) metrics(at time.Time, load float64, r *rand.Rand) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	shares, sum := make([]float64, len(d.pods)), 0.0
	for i := range shares {
		shares[i] = 1 + 0.1*r.NormFloat64()
		sum += shares[i]
	}
	for i, pod := range d.pods {
		resource := metrics.ResourceMetrics().AppendEmpty()
		for key, value := range map[string]string{"service.name": "checkout", "service.namespace": "shop", "k8s.pod.name": pod, "service.instance.id": pod} {
			resource.Resource().Attributes().PutStr(key, value)
		}
		m := resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName("http.server.active_requests")
		m.SetUnit("{request}")
		dp := m.SetEmptySum()
		dp.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		point := dp.DataPoints().AppendEmpty()
		point.SetTimestamp(pcommon.NewTimestampFromTime(at))
		point.SetDoubleValue(load * shares[i] / sum)
	}
	return metrics
}

// The day of the service begins so that it is this late in it when the test runs: what an
// autoscaler does must not depend on when that is.
const phase = 7*3600 + 21*60

var began = time.Now().Truncate(time.Minute).Unix() - 30*86400

// loadAt is the service's load: busy at noon, quiet at night.
func loadAt(at time.Time, r *rand.Rand) float64 {
	day := 2 * math.Pi * float64((at.Unix()-began+phase)%86400) / 86400
	return 1200 * (1 - 0.6*math.Cos(day)) * (1 + 0.03*r.NormFloat64())
}

// autoscaler computes replicas as the HPA controller does for targets of AverageValue:
// of each metric the total by the target, unless that is within a tenth of what there
// is; of these the highest; and going down the highest of the last five minutes.
type autoscaler struct{ recent []int }

// trigger is one metric of an autoscaler, with its target of AverageValue.
type trigger struct {
	query  string
	target float64
}

func (a *autoscaler) replicas(current int, triggers []trigger, totals []float64) int {
	want := 0
	for i, total := range totals {
		n := current
		if ratio := total / (triggers[i].target * float64(current)); math.Abs(ratio-1) > 0.1 {
			n = int(math.Ceil(total / triggers[i].target))
		}
		want = max(want, n)
	}
	want = min(max(want, 2), 100)
	a.recent = append(a.recent, want)
	a.recent = a.recent[max(0, len(a.recent)-5):]
	if want < current {
		want = min(current, slices.Max(a.recent))
	}
	return want
}

// A day of a service whose pods are scaled by what the examples' queries really
// answer, after two days of history: with KEDA's queries, and with those that the
// adapter makes for the HPA.
func TestAutoscalingFollowsTheLoad(t *testing.T) {
	t.Parallel()
	keda, adapter := scalingQueries(t)
	for name, triggers := range map[string][]trigger{"keda": keda, "hpa": adapter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireScales(t, triggers)
		})
	}
}

func requireScales(t *testing.T, triggers []trigger) {
	t.Helper()
	prometheus := backend.StartPrometheus(t)
	// Nothing of the present, since Prometheus then refuses what is older than hours.
	g := startGateway(t, nil, prometheus, nil, program.WriteFile(t, t.TempDir(), "fast.yaml", `
processors: {batch: {timeout: 5ms}}
service: {pipelines: {metrics/self: {exporters: [debug/traces]}}}
`))
	r, service, scaler := rand.New(rand.NewPCG(17, 17)), &deployment{}, &autoscaler{}
	const day = 24 * 60
	end := time.Now().Truncate(time.Minute)
	minute := func(i int) time.Time { return end.Add(time.Duration(i-3*day) * time.Minute) }
	// Two days on which somebody has provisioned by hand.
	for i := range 2 * day {
		load := loadAt(minute(i), r)
		service.scale(int(math.Ceil(1.3 * loadAt(minute(i).Truncate(time.Hour), rand.New(rand.NewPCG(1, 1))) / perReplica)))
		otlp.SendMetrics(t, g.address, service.metrics(minute(i), load, r))
	}
	var over []float64
	under, late, reversals, last, direction := 0, 0, 0, len(service.pods), 0
	var changed int
	for i := 2 * day; i < 3*day; i++ {
		at, load := minute(i), loadAt(minute(i), r)
		if float64(len(service.pods))*perReplica < load {
			late++ // the pods of a minute ago do not do
		}
		if i > 2*day+day/2 && i < 2*day+day/2+10 {
			service.roll()
		}
		otlp.SendMetrics(t, g.address, service.metrics(at, load, r))
		totals := answers(t, g, prometheus, triggers, at)
		want := scaler.replicas(len(service.pods), triggers, totals)
		if float64(want)*perReplica < load {
			under++
		}
		over = append(over, float64(want)*perReplica/load)
		service.scale(want)
		if step := want - last; step != 0 {
			if step*direction < 0 && i-changed < 10 {
				reversals++
			}
			direction, changed, last = step, i, want
		}
	}
	slices.Sort(over)
	t.Logf("replicas by need: median %.2f, p95 %.2f, most %.2f; under what is needed now %d, a minute ago %d of %d minutes; turned round within ten minutes %d times",
		over[len(over)/2], over[len(over)*95/100], over[len(over)-1], under, late, len(over), reversals)
	assert.LessOrEqual(t, under, 1, "minutes under what is needed now")
	assert.LessOrEqual(t, over[len(over)*95/100], 1.6, "times what is needed, p95")
	assert.LessOrEqual(t, late, len(over)/100, "minutes in which the pods that there were did not do")
	assert.LessOrEqual(t, reversals, 2, "up and down again within ten minutes")
}

// answers are those of the queries, once the points of the moment are there.
func answers(t *testing.T, g gateway, prometheus *backend.Prometheus, triggers []trigger, at time.Time) []float64 {
	t.Helper()
	g.WaitUntil(t, "the points of "+at.String()+" are there", func() bool {
		found, err := prometheus.Query(fmt.Sprintf(`min(timestamp(http_server_active_requests)) and on () (max(timestamp(http_server_active_requests)) >= %d)`, at.Unix()), at)
		return err == nil && len(found) > 0
	})
	var totals []float64
	for _, q := range triggers {
		found := query(t, prometheus, q.query, at)
		require.Len(t, found, 1, "%s at %s", q.query, at)
		totals = append(totals, found[0].Value())
	}
	return totals
}

// scalingQueries are those of deploy/kubernetes/autoscaling: KEDA's, and what
// prometheus-adapter makes of the external metrics by the rules in hpa.yaml.
func scalingQueries(t *testing.T) (keda, adapter []trigger) {
	t.Helper()
	read := func(name string, into any) string {
		text, err := os.ReadFile(filepath.Join(program.Root(t), "deploy", "kubernetes", "autoscaling", name))
		require.NoError(t, err)
		require.NoError(t, k8syaml.Unmarshal(text, into))
		return string(text)
	}
	var scaled struct {
		Spec struct {
			Triggers []struct {
				Metadata struct{ Query, Threshold string }
			}
		}
	}
	read("keda.yaml", &scaled)
	for _, one := range scaled.Spec.Triggers {
		target, err := strconv.ParseFloat(one.Metadata.Threshold, 64)
		require.NoError(t, err)
		keda = append(keda, trigger{one.Metadata.Query, target})
	}
	var hpa autoscalingv2.HorizontalPodAutoscaler
	text := read("hpa.yaml", &hpa)
	rules := map[string]string{}
	for _, rule := range adapterRule.FindAllStringSubmatch(text, -1) {
		rules[rule[1]] = rule[2]
	}
	for _, m := range hpa.Spec.Metrics {
		var labels []string
		for key, value := range m.External.Metric.Selector.MatchLabels {
			labels = append(labels, fmt.Sprintf("%s=%q", key, value))
		}
		template := rules[m.External.Metric.Name]
		require.NotEmpty(t, template, m.External.Metric.Name)
		adapter = append(adapter, trigger{
			strings.NewReplacer("<<.Series>>", m.External.Metric.Name, "<<.LabelMatchers>>", strings.Join(labels, ",")).Replace(template),
			m.External.Target.AverageValue.AsApproximateFloat64(),
		})
	}
	require.Len(t, keda, 2)
	require.InDelta(t, perReplica, keda[1].target, 0)
	require.Equal(t, keda[0].target, adapter[0].target) //nolint:testifylint // the same number in two files
	require.Len(t, adapter, 2)
	return keda, adapter
}

var adapterRule = regexp.MustCompile(`seriesQuery: '\{__name__="(\w+)"\}'\n#\s+resources: .*\n#\s+metricsQuery: (.*)`)
