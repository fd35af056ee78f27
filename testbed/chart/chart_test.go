// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package chart lints and renders the Helm chart, and holds it against the manifests.
package chart

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	helm "helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write the rules for the operator")

const (
	root = "../../"
	dir  = root + "deploy/helm"
	name = "otelcol-aiops"
)

// object is a manifest, by kind and name.
type objects map[string]map[string]any

func parse(t *testing.T, into objects, file, text string) {
	t.Helper()
	for _, document := range strings.Split("\n"+text, "\n---\n") {
		var o map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &o), "%s\n%s", file, document)
		if o == nil {
			continue
		}
		metadata, is := o["metadata"].(map[string]any)
		require.True(t, is, "%s\n%s", file, document)
		key := fmt.Sprintf("%v %v", o["kind"], metadata["name"])
		require.NotContains(t, into, key, file)
		into[key] = o
	}
}

func load(t *testing.T) *helm.Chart {
	t.Helper()
	chart, err := loader.Load(dir)
	require.NoError(t, err)
	return chart
}

// render installs the chart on paper, with values in YAML.
func render(t *testing.T, values string) (objects, error) {
	t.Helper()
	var v map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(values), &v))
	chart := load(t)
	all, err := chartutil.ToRenderValues(chart, v, chartutil.ReleaseOptions{Name: name, Namespace: name, IsInstall: true}, nil)
	if err != nil {
		return nil, err
	}
	files, err := engine.Engine{Strict: true}.Render(chart, all)
	if err != nil {
		return nil, err
	}
	rendered := objects{}
	for file, text := range files {
		if strings.HasSuffix(file, ".yaml") {
			parse(t, rendered, file, text)
		} else {
			require.Contains(t, text, "port-forward", "the notes say how to go on")
		}
	}
	return rendered, nil
}

func TestLint(t *testing.T) {
	for _, m := range lint.AllWithKubeVersion(dir, map[string]any{}, name, nil).Messages {
		require.Less(t, m.Severity, support.WarningSev, m.Error())
	}
	require.Equal(t, version(t), load(t).Metadata.AppVersion)
	require.Equal(t, version(t), load(t).Metadata.Version)
}

// version is that of builder-config.yaml.
func version(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(root + "builder-config.yaml")
	require.NoError(t, err)
	var config struct{ Dist struct{ Version string } }
	require.NoError(t, yaml.Unmarshal(text, &config))
	return config.Dist.Version
}

// build is what `kubectl apply -k` sends.
func build(t *testing.T, dir string) objects {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, dir))
	require.NoError(t, err)
	text, err := built.AsYaml()
	require.NoError(t, err)
	all := objects{}
	parse(t, all, dir, string(text))
	return all
}

// Where chart and kustomization say the same, they say it in the same words.
func TestChartIsTheKustomization(t *testing.T) {
	manifests := build(t, "deploy/kubernetes")
	rendered, err := render(t, "")
	require.NoError(t, err)
	for key, want := range manifests {
		if key == "Namespace "+name {
			continue // helm install --create-namespace
		}
		require.Contains(t, rendered, key)
		have := rendered[key]
		pinPolicy(have)
		if strings.HasPrefix(key, "ConfigMap ") { // whose file ends with a line's end or not
			trimData(want)
			trimData(have)
		}
		require.Equal(t, want, have, key)
	}
	for key := range rendered {
		require.Contains(t, manifests, key, "only in the chart")
	}
}

func trimData(o map[string]any) {
	data, _ := o["data"].(map[string]any)
	for key, value := range data {
		data[key] = strings.TrimSpace(value.(string))
	}
}

// The rules for the operator are those that the tests run.
func TestRulesForTheOperator(t *testing.T) {
	all := build(t, "deploy/alerts")
	text, err := os.ReadFile(root + "deploy/alerts/prometheus/otelcol-aiops.yaml")
	require.NoError(t, err)
	file := root + "deploy/alerts/prometheus-rule.yaml"
	if *update {
		old, err := os.ReadFile(file)
		require.NoError(t, err)
		head, _, _ := strings.Cut(string(old), "spec:\n")
		_, groups, _ := strings.Cut(string(text), "\ngroups:\n")
		indented := regexp.MustCompile(`(?m)^(.)`).ReplaceAllString("groups:\n"+groups, "  $1")
		require.NoError(t, os.WriteFile(file, []byte(head+"spec:\n"+indented), 0o600))
		return
	}
	var rules any
	require.NoError(t, yaml.Unmarshal(text, &rules))
	require.Equal(t, rules, all["PrometheusRule "+name]["spec"], "run go test ./... -update in testbed/chart")
	loki, err := os.ReadFile(root + "deploy/alerts/loki/otelcol-aiops.yaml")
	require.NoError(t, err)
	require.Equal(t, string(loki), all["ConfigMap otelcol-aiops-loki-rules"]["data"].(map[string]any)["otelcol-aiops.yaml"])
}

// pinPolicy takes away the pull policy, which only the chart has, at its default.
func pinPolicy(o map[string]any) {
	if spec, is := o["spec"].(map[string]any); is {
		if template, is := spec["template"].(map[string]any); is {
			for _, c := range template["spec"].(map[string]any)["containers"].([]any) {
				delete(c.(map[string]any), "imagePullPolicy")
			}
		}
	}
}

func TestValues(t *testing.T) {
	all, err := render(t, `
image: {tag: 9.9.9}
gateway: {replicas: 2, traces: http://tempo:4318, storage: {className: fast}, env: [{name: A, value: b}], config: {processors: {batch: {timeout: 1s}}}}
agent: {config: {processors: {memory_limiter: {limit_percentage: 50}}}}
knowledgeBase: {dsnSecret: database}
tls: {enabled: true, secret: certificates, tokenSecret: token}
rules: {enabled: true, labels: {release: prometheus}}
autoscaling: {services: [{name: checkout, namespace: shop, metric: http_server_active_requests, perReplica: 50, min: 2, max: 100, fallback: 20}]}
`)
	require.NoError(t, err)
	gateway, err := yaml.Marshal(all["StatefulSet otelcol-aiops-gateway"])
	require.NoError(t, err)
	for _, text := range []string{
		"otelcol-aiops:9.9.9", "gateway-traces.yaml", "gateway-postgres.yaml", "gateway-tls.yaml", "/etc/otelcol-aiops-config/config.yaml",
		"secretName: certificates", "KNOWLEDGE_BASE_DSN", "storageClassName: fast", "http://tempo:4318",
	} {
		require.Contains(t, string(gateway), text)
	}
	agent, err := yaml.Marshal(all["DaemonSet otelcol-aiops-agent"])
	require.NoError(t, err)
	require.Contains(t, string(agent), "agent-tls.yaml")
	require.Contains(t, all, "ConfigMap otelcol-aiops-gateway")

	// The rules are those of deploy/alerts, word for word.
	text, err := os.ReadFile(root + "deploy/alerts/prometheus/otelcol-aiops.yaml")
	require.NoError(t, err)
	var rules any
	require.NoError(t, yaml.Unmarshal(text, &rules))
	require.Equal(t, rules, all["PrometheusRule otelcol-aiops"]["spec"])

	// And a ScaledObject says what the example says.
	example := objects{}
	text, err = os.ReadFile(root + "deploy/kubernetes/autoscaling/keda.yaml")
	require.NoError(t, err)
	parse(t, example, "keda.yaml", string(text))
	require.Equal(t, example["ScaledObject checkout"], all["ScaledObject checkout"])
}

func TestDashboardsAreInTheChart(t *testing.T) {
	files, err := filepath.Glob(root + "deploy/grafana/dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all, err := render(t, "")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		have := all["ConfigMap "+strings.TrimSuffix(filepath.Base(file), ".json")]
		require.NotNil(t, have, file)
		require.JSONEq(t, string(text), have["data"].(map[string]any)[filepath.Base(file)].(string))
	}
}

// Mistakes do not pass.
func TestWrongValuesAreRefused(t *testing.T) {
	for _, values := range []string{
		"gateway: {replica: 1}", "gateway: {replicas: 0}", "gateway: {loki: loki}", "tls: {enabled: true}",
		"gateway: {replicas: 2}", "gateway: {memoryLimit: 2}", "autoscaling: {services: [{name: a}]}", "nothing: 1",
	} {
		_, err := render(t, values)
		require.Error(t, err, values)
	}
}
