// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package kube answers what an agent asks of a cluster: the API's lists and watches of
// pods and namespaces, and the kubelet's statistics, over HTTP with a kubeconfig. It
// stands in for a cluster, which cannot be had where the tests run.
package kube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Node is the name of the one node.
const Node = "node-1"

// Container is what the kubelet says of one container.
type Container struct {
	Started         time.Time
	NanoCores       uint64
	WorkingSet, Max uint64 // bytes; Max is the limit
}

// Cluster is a node with pods.
type Cluster struct {
	url, kubeconfig string

	mu         sync.Mutex
	pods       []corev1.Pod
	containers map[types.UID]Container
}

// Start serves an empty cluster until the test ends.
func Start(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{containers: map[types.UID]Container{}}
	server := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	c.url = server.URL
	c.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(c.kubeconfig, fmt.Appendf(nil, `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: %q}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`, c.url), 0o600))
	return c
}

// Env is the environment of an agent on the node.
func (c *Cluster) Env() []string {
	return []string{
		"KUBECONFIG=" + c.kubeconfig, "KUBERNETES_AUTH=kubeConfig", "KUBELET_ENDPOINT=" + Node,
		"NODE_NAME=" + Node, "HOST_ROOT=/",
	}
}

// Add has a pod of one container, named as the kubelet and a deployment would, on the
// node. Add all pods before an agent starts: a watch tells of no change.
func (c *Cluster) Add(namespace, deployment, suffix, container string, labels, annotations map[string]string) corev1.Pod {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, controller := len(c.pods)+1, true
	hash := "7d4b9c5f6"
	pod := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: deployment + "-" + hash + "-" + suffix, Namespace: namespace,
			UID:         types.UID(fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012d", n)),
			Annotations: annotations, Labels: map[string]string{"pod-template-hash": hash},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: deployment + "-" + hash, UID: "rs", Controller: &controller}},
		},
		Spec:   corev1.PodSpec{NodeName: Node, Containers: []corev1.Container{{Name: container, Image: "registry.example/" + container + ":1.2.3"}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.0.%d.%d", n/250, n%250+1)},
	}
	for key, value := range labels {
		pod.Labels[key] = value
	}
	c.pods = append(c.pods, pod)
	c.containers[pod.UID] = Container{Started: time.Now().Add(-time.Hour), NanoCores: 50e6, WorkingSet: 64 << 20, Max: 128 << 20}
	return pod
}

// Set changes what the kubelet says of a pod's container.
func (c *Cluster) Set(pod corev1.Pod, to Container) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.containers[pod.UID] = to
}

// LogFile is the path of a pod's log below the directory that stands for
// /var/log/pods.
func LogFile(dir string, pod corev1.Pod, restart int) string {
	return filepath.Join(dir, fmt.Sprintf("%s_%s_%s", pod.Namespace, pod.Name, pod.UID), pod.Spec.Containers[0].Name, fmt.Sprintf("%d.log", restart))
}

// WriteLog writes lines as containerd does.
func WriteLog(t testing.TB, file string, at time.Time, lines ...string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	for i, line := range lines {
		_, err := fmt.Fprintf(f, "%s stdout F %s\n", at.Add(time.Duration(i)*time.Microsecond).UTC().Format(time.RFC3339Nano), line)
		require.NoError(t, err)
	}
}

func (c *Cluster) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("watch") != "" {
		c.watch(w, r)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer any
	switch {
	case strings.HasSuffix(r.URL.Path, "/stats/summary"):
		answer = c.summary()
	case strings.HasSuffix(r.URL.Path, "/pods"):
		answer = corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, ListMeta: metav1.ListMeta{ResourceVersion: "1"}, Items: c.pods}
	case strings.HasSuffix(r.URL.Path, "/namespaces"):
		answer = corev1.NamespaceList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NamespaceList"}, ListMeta: metav1.ListMeta{ResourceVersion: "1"}}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// watch sends what there is, when asked to, and the mark that this was all; no change
// follows.
func (c *Cluster) watch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if r.URL.Query().Get("sendInitialEvents") == "true" {
		meta := metav1.ObjectMeta{ResourceVersion: "1", Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"}}
		var end any = corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: meta}
		events := json.NewEncoder(w)
		if strings.HasSuffix(r.URL.Path, "/pods") {
			c.mu.Lock()
			for _, pod := range c.pods {
				pod.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
				_ = events.Encode(map[string]any{"type": "ADDED", "object": pod})
			}
			c.mu.Unlock()
		} else {
			end = corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: meta}
		}
		_ = events.Encode(map[string]any{"type": "BOOKMARK", "object": end})
	}
	if flusher, is := w.(http.Flusher); is {
		flusher.Flush()
	}
	<-r.Context().Done()
}

// summary is the part of the kubelet's /stats/summary that the receiver reads.
func (c *Cluster) summary() map[string]any {
	now := time.Now()
	pods := make([]any, 0, len(c.pods))
	for _, pod := range c.pods {
		container := c.containers[pod.UID]
		usage := map[string]any{"time": now, "usageNanoCores": container.NanoCores}
		memory := map[string]any{"time": now, "workingSetBytes": container.WorkingSet, "availableBytes": container.Max - container.WorkingSet}
		pods = append(pods, map[string]any{
			"podRef":    map[string]any{"name": pod.Name, "namespace": pod.Namespace, "uid": pod.UID},
			"startTime": now.Add(-time.Hour), "cpu": usage, "memory": memory,
			"volume": []any{map[string]any{
				"time": now, "name": "data", "capacityBytes": 100 << 20, "availableBytes": 40 << 20,
			}},
			"containers": []any{map[string]any{"name": pod.Spec.Containers[0].Name, "startTime": container.Started, "cpu": usage, "memory": memory}},
		})
	}
	return map[string]any{"node": map[string]any{"nodeName": Node, "startTime": now.Add(-time.Hour)}, "pods": pods}
}

// StartAgent runs config/agent.yaml on the cluster's node. Its state is in dir, and
// what dir/pods has is what the node has below /var/log/pods.
func StartAgent(t testing.TB, c *Cluster, dir, gateway string, overlays ...string) *program.Program {
	t.Helper()
	config := program.WriteFile(t, dir, "agent.yaml", fmt.Sprintf(`
receivers:
  file_log: {include: [%q], start_at: beginning}
  host_metrics: {collection_interval: 1s}
  kubelet_stats: {collection_interval: 1s}
  otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}
extensions: {health_check: {endpoint: %q}}
`, dir+"/pods/*/*/*.log", program.FreeAddress(t), program.FreeAddress(t), program.FreeAddress(t)))
	args := append(make([]string, 0, 4+2*len(overlays)), "--config", "config/agent.yaml", "--config", config)
	for _, overlay := range overlays {
		args = append(args, "--config", overlay)
	}
	telemetry := program.FreeAddress(t)
	env := append(c.Env(), "STATE_DIR="+filepath.Join(dir, "agent"), "GATEWAY_ENDPOINT="+gateway,
		"TELEMETRY_INTERVAL=1s", "TELEMETRY_PORT="+telemetry[strings.LastIndex(telemetry, ":")+1:])
	return program.StartCollector(t, env, program.Collector(t), args...)
}
