// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package deploy checks the files of deploy/ that no test can start here: the
// Kubernetes manifests against the API's own types, the compose file against
// what was tested.
package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// The fields that we use of custom resources, whose own types would bring half of
// Kubernetes with them; schema_test.go has their schemas.
type openTelemetryCollector struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Mode                 string                         `json:"mode"`
		Replicas             *int32                         `json:"replicas"`
		Image                string                         `json:"image"`
		Env                  []corev1.EnvVar                `json:"env"`
		Resources            corev1.ResourceRequirements    `json:"resources"`
		PodSecurityContext   *corev1.PodSecurityContext     `json:"podSecurityContext"`
		SecurityContext      *corev1.SecurityContext        `json:"securityContext"`
		VolumeMounts         []corev1.VolumeMount           `json:"volumeMounts"`
		VolumeClaimTemplates []corev1.PersistentVolumeClaim `json:"volumeClaimTemplates"`
		Config               map[string]any                 `json:"config"`
	} `json:"spec"`
}

type scaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              map[string]any `json:"spec"`
}

type kustomization struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Namespace  string   `json:"namespace"`
	Resources  []string `json:"resources"`
	Images     []struct {
		Name   string `json:"name"`
		NewTag string `json:"newTag"`
	} `json:"images"`
}

func kinds() map[string]any {
	return map[string]any{
		"Namespace": &corev1.Namespace{}, "ServiceAccount": &corev1.ServiceAccount{}, "Service": &corev1.Service{},
		"StatefulSet": &appsv1.StatefulSet{}, "DaemonSet": &appsv1.DaemonSet{}, "NetworkPolicy": &networkingv1.NetworkPolicy{},
		"PodDisruptionBudget": &policyv1.PodDisruptionBudget{}, "PriorityClass": &schedulingv1.PriorityClass{},
		"ClusterRole": &rbacv1.ClusterRole{}, "ClusterRoleBinding": &rbacv1.ClusterRoleBinding{},
		"HorizontalPodAutoscaler": &autoscalingv2.HorizontalPodAutoscaler{}, "ScaledObject": &scaledObject{},
		"Kustomization": &kustomization{}, "OpenTelemetryCollector": &openTelemetryCollector{},
	}
}

// document is one of a manifest.
type document struct {
	file, kind string
	model      string // its name in the OpenAPI document of Kubernetes
	text       string
	value      map[string]any
}

func newDocument(t *testing.T, file, text string) document {
	t.Helper()
	d := document{file: file, text: text}
	require.NoError(t, yaml.Unmarshal([]byte(text), &d.value), file)
	version, _ := d.value["apiVersion"].(string)
	d.kind, _ = d.value["kind"].(string)
	group, version, found := strings.Cut(version, "/")
	if !found {
		group, version = "core", group
	}
	group, _, _ = strings.Cut(group, ".") // rbac.authorization.k8s.io
	d.model = strings.Join([]string{"io.k8s.api", group, version, d.kind}, ".")
	return d
}

// documents are those of all manifests.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(program.Root(t), "deploy", "kubernetes", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, document := range strings.Split(string(text), "\n---\n") {
				all = append(all, newDocument(t, file, document))
			}
		}
	}
	return all
}

// object is a document, decoded without an unknown field.
type object struct {
	file, kind string
	value      any
}

func objects(t *testing.T) []object {
	t.Helper()
	var all []object
	for _, d := range documents(t) {
		value := kinds()[d.kind]
		require.NotNil(t, value, "%s: kind %q", d.file, d.kind)
		require.NoError(t, yaml.UnmarshalStrict([]byte(d.text), value), d.file)
		all = append(all, object{d.file, d.kind, value})
	}
	return all
}

func TestManifestsMatchTheAPI(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range objects(t) {
		seen[o.kind] = true
	}
	for kind := range kinds() {
		require.True(t, seen[kind], "no %s", kind)
	}
}

// A typing mistake must not pass the check above.
func TestUnknownFieldIsRefused(t *testing.T) {
	require.ErrorContains(t, yaml.UnmarshalStrict([]byte("spec: {replica: 1}"), &appsv1.StatefulSet{}), "replica")
}

// What runs is what the project says runs: limits, no rights, probes, and labels
// that find each other.
func TestPods(t *testing.T) {
	services := map[string]map[string]string{}
	templates := map[string]corev1.PodTemplateSpec{}
	for _, o := range objects(t) {
		switch v := o.value.(type) {
		case *appsv1.StatefulSet:
			templates[v.Name] = v.Spec.Template
			require.Equal(t, v.Spec.Selector.MatchLabels, v.Spec.Template.Labels)
			require.Len(t, v.Spec.VolumeClaimTemplates, 1)
		case *appsv1.DaemonSet:
			templates[v.Name] = v.Spec.Template
			require.Equal(t, v.Spec.Selector.MatchLabels, v.Spec.Template.Labels)
		case *corev1.Service:
			services[v.Name] = v.Spec.Selector
			require.Equal(t, corev1.ClusterIPNone, v.Spec.ClusterIP, "headless")
		case *networkingv1.NetworkPolicy:
			require.NotEmpty(t, v.Spec.PodSelector.MatchLabels)
		}
	}
	require.Len(t, templates, 2)
	require.Equal(t, templates["otelcol-aiops-gateway"].Labels, services["otelcol-aiops-gateway"])
	for name, template := range templates {
		require.Len(t, template.Spec.Containers, 1, name)
		c := template.Spec.Containers[0]
		require.False(t, c.Resources.Limits.Memory().IsZero(), name)
		require.False(t, c.Resources.Requests.Memory().IsZero(), name)
		requireMemoryLimit(t, name, c.Env, c.Resources)
		require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem, name)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation, name)
		require.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop, name)
		require.NotNil(t, c.ReadinessProbe, name)
		require.NotNil(t, c.LivenessProbe, name)
		require.NotNil(t, c.StartupProbe, name)
		require.Equal(t, "otelcol-aiops", template.Spec.PriorityClassName, name)
		requireEnvironment(t, name, c)
		for _, arg := range c.Args {
			config, is := strings.CutPrefix(arg, "--config=/etc/otelcol-aiops/")
			require.True(t, is, arg)
			require.FileExists(t, filepath.Join(program.Root(t), "config", config), "the image has the files of config/")
		}
		mounts := map[string]bool{}
		for _, v := range template.Spec.Volumes {
			mounts[v.Name] = true
		}
		for _, m := range c.VolumeMounts {
			require.True(t, mounts[m.Name] || m.Name == "state", "%s mounts %s", name, m.Name)
		}
	}
}

// The runtime's own limit is four fifths of the container's, so that memory is given
// back before the kernel ends the collector.
func requireMemoryLimit(t *testing.T, name string, env []corev1.EnvVar, resources corev1.ResourceRequirements) {
	t.Helper()
	for _, e := range env {
		if e.Name == "GOMEMLIMIT" {
			limit, err := resource.ParseQuantity(strings.TrimSuffix(e.Value, "B"))
			require.NoError(t, err, name)
			require.InDelta(t, 0.8, limit.AsApproximateFloat64()/resources.Limits.Memory().AsApproximateFloat64(), 0.03, name)
			return
		}
	}
	require.Fail(t, "no GOMEMLIMIT", name)
}

// Every variable that a config has no default for is set.
func requireEnvironment(t *testing.T, name string, c corev1.Container) {
	t.Helper()
	set := map[string]bool{}
	for _, e := range c.Env {
		set[e.Name] = true
	}
	for _, arg := range c.Args {
		text, err := os.ReadFile(filepath.Join(program.Root(t), "config", filepath.Base(arg)))
		require.NoError(t, err)
		for _, v := range unsetVariable.FindAllStringSubmatch(string(text), -1) {
			require.True(t, set[v[1]], "%s: %s needs %s", name, arg, v[1])
		}
	}
}

var unsetVariable = regexp.MustCompile(`\$\{env:(\w+)\}`)

// The operator's resource carries config/gateway.yaml, word for word.
func TestOperatorsConfigIsTheGateways(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(program.Root(t), "config", "gateway.yaml"))
	require.NoError(t, err)
	var want map[string]any
	require.NoError(t, yaml.Unmarshal(text, &want))
	for _, o := range objects(t) {
		if v, is := o.value.(*openTelemetryCollector); is {
			requireMemoryLimit(t, v.Name, v.Spec.Env, v.Spec.Resources)
			require.Equal(t, want, v.Spec.Config, "copy config/gateway.yaml to spec.config of %s", o.file)
			return
		}
	}
	require.Fail(t, "no OpenTelemetryCollector")
}

var goVersion = regexp.MustCompile(`^v0\.(\d)(\d\d)\.(\d+)$`)

// compose.yaml starts the versions of Loki and Prometheus that are tested, with
// the files that are tested, and nothing that is not pinned.
func TestCompose(t *testing.T) {
	dir := filepath.Join(program.Root(t), "deploy", "compose")
	text, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	require.NoError(t, err)
	var c struct {
		Services map[string]struct {
			Image   string   `json:"image"`
			Command []string `json:"command"`
			Ports   []string `json:"ports"`
			Volumes []string `json:"volumes"`
		} `json:"services"`
		Volumes map[string]any `json:"volumes"`
	}
	require.NoError(t, yaml.Unmarshal(text, &c))

	loki := strings.TrimPrefix(required(t, "loki", "github.com/grafana/loki/v3"), "v")
	require.Equal(t, "docker.io/grafana/loki:"+loki, c.Services["loki"].Image)
	// Prometheus 3.15.0 is v0.315.0 of its module.
	v := goVersion.FindStringSubmatch(required(t, "prometheus", "github.com/prometheus/prometheus"))
	require.Len(t, v, 4)
	require.Equal(t, "docker.io/prom/prometheus:v"+v[1]+"."+v[2]+"."+v[3], c.Services["prometheus"].Image)

	for _, argument := range c.Services["otelcol-aiops"].Command {
		if strings.Contains(argument, "0.0.0.0:8890") {
			require.Contains(t, argument, "authenticator:", "other containers reach the knowledge base")
		}
	}
	for name, s := range c.Services {
		require.Regexp(t, `:v?\d+\.\d+\.\d+$`, s.Image, "%s is pinned", name)
		for _, p := range s.Ports {
			require.True(t, strings.HasPrefix(p, "127.0.0.1:"), "%s listens on %s", name, p)
		}
		for _, volume := range s.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(source, ".") {
				_, err := os.Stat(filepath.Join(dir, source))
				require.NoError(t, err, "%s mounts %s", name, source)
			} else {
				require.Contains(t, c.Volumes, source)
			}
		}
	}
}

// required is the version of a module that testbed/backends compiles.
func required(t *testing.T, backend, module string) string {
	t.Helper()
	file := filepath.Join(program.Root(t), "testbed", "backends", backend, "go.mod")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	mod, err := modfile.Parse(file, text, nil)
	require.NoError(t, err)
	for _, r := range mod.Require {
		if r.Mod.Path == module {
			return r.Mod.Version
		}
	}
	require.FailNow(t, "not required", module)
	return ""
}
