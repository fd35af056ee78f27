// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafka

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/kube"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

const (
	services = 20
	pods     = 5 // of a service
	lines    = 10
)

// system is an agent, Kafka, gateways and a store of files.
type system struct {
	topics
	dir, store string // where the store listens
	agent      string // the same for the agent's OTLP/HTTP
	sent       map[string]string
}

func newSystem(t *testing.T) *system {
	t.Helper()
	s := &system{topics: newTopics(t), dir: t.TempDir(), store: program.FreeAddress(t), agent: program.FreeAddress(t), sent: map[string]string{}}
	kube.StartAgent(t, kube.Start(t), s.dir, "localhost:1", "config/agent-kafka.yaml", program.WriteFile(t, s.dir, "kafka.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters: {kafka: {brokers: [%q], logs: {topic: %s}, metrics: {topic: %s}, traces: {topic: %s}}}
`, s.agent, s.brokers, s.logs, s.metrics, s.traces)))
	return s
}

// startGateway starts one that soon notices that another is gone. Its queue is small,
// so that it refuses what comes while the store is away.
func (s *system) startGateway(t *testing.T, name string) *program.Program {
	t.Helper()
	group := fmt.Sprintf(`session_timeout: 6s, heartbeat_interval: 500ms, max_partition_fetch_size: 20000, group_id: %s`, s.logs)
	return program.StartCollector(t, []string{"STATE_DIR=" + filepath.Join(s.dir, name), "KAFKA_BROKERS=" + s.brokers, "GATEWAY_ID=" + name, "LOKI_OTLP_ENDPOINT=http://" + s.store},
		program.Collector(t), "--config", "config/gateway.yaml", "--config", "config/gateway-kafka.yaml", "--config", program.WriteFile(t, s.dir, name+".yaml", fmt.Sprintf(`
receivers:
  otlp: {protocols: {grpc: {endpoint: %q}, http: {endpoint: %q}}}
  kafka/logs: {logs: {topics: [%s]}, %s}
  kafka/metrics: {metrics: {topics: [%s]}, %s-metrics}
  kafka/traces: {traces: {topics: [%s]}, %s-traces}
exporters:
  otlp_http/loki: {sending_queue: {queue_size: 3000, sizer: bytes, block_on_overflow: false, batch: {min_size: 100, max_size: 0}}, retry_on_failure: {initial_interval: 100ms, max_interval: 500ms}}
  file: {path: %q}
extensions: {health_check: {endpoint: %q}, knowledge_base: {http: {endpoint: %q}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {exporters: [file]}, metrics/forecast: {exporters: [file]}, metrics/self: {exporters: [file]}}
`, program.FreeAddress(t), program.FreeAddress(t), s.logs, group, s.metrics, group, s.traces, group,
			filepath.Join(s.dir, name+"-metrics.jsonl"), program.FreeAddress(t), program.FreeAddress(t))))
}

// startStore starts what the gateways send to.
func (s *system) startStore(t *testing.T) {
	t.Helper()
	program.StartCollector(t, nil, program.Collector(t), "--config", program.WriteFile(t, s.dir, "store.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters: {file: {path: %q, flush_interval: 100ms}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [otlp], exporters: [file]}}
`, s.store, filepath.Join(s.dir, "store.jsonl"))))
}

// send sends lines of all pods of all services, each line once.
func (s *system) send(t *testing.T, round int) {
	t.Helper()
	for service := range services {
		name := fmt.Sprintf("service-%d", service)
		for pod := range pods {
			bodies := make([]string, lines)
			for i := range bodies {
				bodies[i] = fmt.Sprintf("connection %d of pod %d refused, round %d", i, pod, round)
				s.sent[name+" "+bodies[i]] = name
			}
			logs := otlp.Logs(name, time.Now(), time.Millisecond, plog.SeverityNumberError, bodies...)
			logs.ResourceLogs().At(0).Resource().Attributes().PutStr("k8s.pod.name", fmt.Sprintf("%s-%d", name, pod))
			otlp.SendLogs(t, s.agent, logs)
		}
	}
}

// arrived returns the cluster IDs of the lines in the store.
func (s *system) arrived(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "store.jsonl"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	ids := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, "\n") {
			continue
		}
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(line))
		require.NoError(t, err)
		for _, resource := range logs.ResourceLogs().All() {
			service, _ := resource.Resource().Attributes().Get("service.name")
			for _, scope := range resource.ScopeLogs().All() {
				for _, r := range scope.LogRecords().All() {
					id, _ := r.Attributes().Get("log.cluster.id")
					key := service.Str() + " " + r.Body().Str()
					ids[key] = append(ids[key], id.AsString())
				}
			}
		}
	}
	return ids
}

// requireAll waits until everything sent has arrived, and checks that each line of a
// service has the same cluster ID, however often it came.
func (s *system) requireAll(t *testing.T, atMost time.Duration) {
	t.Helper()
	var ids map[string][]string
	missing := func() (n int) {
		ids = s.arrived(t)
		for key := range s.sent {
			if len(ids[key]) == 0 {
				n++
			}
		}
		return n
	}
	deadline := time.Now().Add(atMost)
	for missing() > 0 && time.Now().Before(deadline) {
		time.Sleep(200 * time.Millisecond)
	}
	require.Zero(t, missing(), "of %d lines", len(s.sent))
	of := map[string]string{}
	twice := 0
	for key, service := range s.sent {
		twice += len(ids[key]) - 1
		for _, id := range ids[key] {
			require.Regexp(t, "^[0-9a-f]{16}$", id)
			if of[service] == "" {
				of[service] = id
			}
			require.Equal(t, of[service], id, key)
		}
	}
	t.Logf("%d lines, %d came again", len(s.sent), twice)
}

// All pods of a service meet in one partition; nothing is lost while the store is away
// and the gateways refuse, when one stops and when one is killed.
func TestGatewaysShareATopic(t *testing.T) {
	program.Collector(t)
	s := newSystem(t)
	one, two := s.startGateway(t, "one"), s.startGateway(t, "two")

	s.send(t, 1)
	homes := map[string]int{}
	for _, of := range s.readLogs(t, len(s.sent)) {
		for service := range of {
			homes[service]++
		}
	}
	require.Len(t, homes, services)
	for service, n := range homes {
		assert.Equal(t, 1, n, "partitions of %s", service)
	}
	one.WaitUntil(t, "a gateway refuses", func() bool {
		return strings.Contains(one.Output(), "sending queue is full") || strings.Contains(two.Output(), "sending queue is full")
	})
	require.Empty(t, s.arrived(t))

	s.startStore(t)
	s.requireAll(t, time.Minute)

	one.Stop(t)
	s.send(t, 2)
	s.requireAll(t, time.Minute)

	s.startGateway(t, "one")
	s.send(t, 3)
	two.Kill()
	s.requireAll(t, time.Minute)
	// Not stopped in order: the group is dealing out what the other had, and the receiver
	// may wait for that for a minute.
}

// A hot service is spread as the guide says: by what its lines say, not by their numbers.
func TestHotServiceIsSpread(t *testing.T) {
	program.Collector(t)
	n, address := newTopics(t), program.FreeAddress(t)
	page := filepath.Join(program.Root(t), "docs", "kafka.md")
	blocks := docs.CodeBlocks(t, page, "yaml")
	require.Len(t, blocks, 1)
	dir := t.TempDir()
	program.StartCollector(t, nil, program.Collector(t), "--config", program.WriteFile(t, dir, "agent.yaml", blocks[0]), "--config", program.WriteFile(t, dir, "addresses.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters: {kafka: {brokers: [%q], logs: {topic: %s}}}
service: {telemetry: {metrics: {level: none}}}
`, address, n.brokers, n.logs)))

	const templates, lines = 64, 10
	for _, service := range []string{"checkout", "cart"} {
		for template := range templates {
			bodies := make([]string, lines)
			for i := range bodies {
				bodies[i] = fmt.Sprintf("order %d failed: %s", i, strings.Repeat("x", template))
			}
			otlp.SendLogs(t, address, otlp.Logs(service, time.Now(), time.Millisecond, plog.SeverityNumberError, bodies...))
		}
	}
	used := map[string]int{}
	for partition, of := range n.readLogs(t, 2*templates*lines) {
		for service, records := range of {
			used[service]++
			assert.Zero(t, records%lines, "the lines of a template of %s are in one partition, not only some of them in %d", service, partition)
		}
	}
	assert.Equal(t, 1, used["cart"])
	assert.Greater(t, used["checkout"], partitions/2)
}
