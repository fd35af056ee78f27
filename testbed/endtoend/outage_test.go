// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/kube"
)

// store stands before a backend and can be away.
type store struct {
	address string
	away    atomic.Bool
	refused atomic.Int64
}

func newStore(t *testing.T, address string) *store {
	t.Helper()
	s := &store{}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.away.Load() {
			s.refused.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.address = strings.TrimPrefix(server.URL, "http://")
	return s
}

// Thirty pods of eight services through agent and gateway as they are shipped, with
// both stores away in the middle: every line arrives, once, with level and cluster
// where it has them, what the kubelet says of each pod too, and no alert fires.
func TestStoresAwayLoseNothing(t *testing.T) {
	const pods, services, lines = 30, 8, 40
	loki, prometheus := backend.StartLoki(t), backend.StartPrometheus(t)
	logs, metrics := newStore(t, loki.Address), newStore(t, prometheus.Address)
	beforeLoki, beforePrometheus := *loki, *prometheus
	beforeLoki.Address, beforePrometheus.Address = logs.address, metrics.address
	g := startGateway(t, &beforeLoki, &beforePrometheus, nil, "config/gateway-log-rates.yaml")

	cluster, dir := kube.Start(t), t.TempDir()
	var all []corev1.Pod
	for i := range pods {
		all = append(all, cluster.Add("shop", fmt.Sprintf("svc-%d", i%services), fmt.Sprintf("p%04d", i), "app", nil, nil))
	}
	n := 0
	write := func(rounds int) {
		for range rounds {
			for _, pod := range all {
				n++
				line := fmt.Sprintf(`{"level":"info","msg":"order %d taken"}`, n)
				if n%10 == 0 {
					line = fmt.Sprintf("ERROR cannot reach db%d:5432", n)
				}
				kube.WriteLog(t, kube.LogFile(filepath.Join(dir, "pods"), pod, 0), time.Now(), line)
			}
		}
	}
	write(lines / 2)
	agent := kube.StartAgent(t, cluster, dir, g.grpc)
	arrived := func(selector string) float64 {
		found, err := loki.Query(`sum(count_over_time({service_name=~"svc-.*"} `+selector+` [1h]))`, time.Now())
		if err != nil || len(found) == 0 {
			return 0
		}
		return found[0].Value()
	}
	g.WaitUntil(t, "the first half is there", func() bool { return arrived("") == pods*lines/2 })

	logs.away.Store(true)
	metrics.away.Store(true)
	write(lines / 2)
	g.WaitUntil(t, "both stores have been asked in vain", func() bool { return logs.refused.Load() >= 2 && metrics.refused.Load() >= 2 })
	assert.InDelta(t, pods*lines/2, arrived(""), 0, "nothing comes meanwhile")
	logs.away.Store(false)
	metrics.away.Store(false)

	g.WaitUntil(t, "the second half is there", func() bool { return arrived("") >= pods*lines })
	assert.InDelta(t, pods*lines, arrived(""), 0, "every line, once")
	assert.InDelta(t, pods*lines/10, arrived("| severity_number>=17"), 0, "errors")
	assert.InDelta(t, pods*lines, arrived(`| log_cluster_id!=""`), 0, "with a cluster")
	g.WaitUntil(t, "each pod is in Prometheus", func() bool {
		found, err := prometheus.Query(`count(container_uptime_seconds_total{k8s_namespace_name="shop",service_name=~"svc-.*"})`, time.Now())
		return err == nil && len(found) == 1 && found[0].Value() == pods
	})
	assert.NotContains(t, g.Output(), "Dropping data")
	assert.NotContains(t, agent.Output(), "Dropping data")
	firing := query(t, prometheus, `ALERTS{alertstate="firing"}`, time.Now())
	require.Empty(t, firing, "nothing is wrong any more")
	agent.Stop(t)
	g.Stop(t)
}
