// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafka

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/plog"
)

const partitions = 8

// topics are the topics of one test.
type topics struct{ brokers, logs, metrics, traces string }

func newTopics(t *testing.T) topics {
	t.Helper()
	broker := os.Getenv("OTELCOL_AIOPS_KAFKA")
	if broker == "" {
		cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
		require.NoError(t, err)
		t.Cleanup(cluster.Close)
		broker = cluster.ListenAddrs()[0]
	}
	unique := time.Now().UnixNano()
	names := topics{broker, fmt.Sprintf("otlp_logs_%d", unique), fmt.Sprintf("otlp_metrics_%d", unique), fmt.Sprintf("otlp_spans_%d", unique)}
	client, err := kgo.NewClient(kgo.SeedBrokers(broker))
	require.NoError(t, err)
	defer client.Close()
	created, err := kadm.NewClient(client).CreateTopics(t.Context(), partitions, 1, nil, names.logs, names.metrics, names.traces)
	require.NoError(t, err)
	require.NoError(t, created.Error())
	return names
}

// readLogs returns the services of each partition of the topic of logs, once it holds so
// many log records.
func (n topics) readLogs(t *testing.T, records int) map[int32]map[string]int {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(n.brokers), kgo.ConsumeTopics(n.logs), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	require.NoError(t, err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	services := map[int32]map[string]int{}
	for records > 0 {
		fetched := client.PollFetches(ctx)
		require.NoError(t, fetched.Err())
		fetched.EachRecord(func(r *kgo.Record) {
			logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(r.Value)
			require.NoError(t, err)
			records -= logs.LogRecordCount()
			if services[r.Partition] == nil {
				services[r.Partition] = map[string]int{}
			}
			for _, resource := range logs.ResourceLogs().All() {
				service, _ := resource.Resource().Attributes().Get("service.name")
				services[r.Partition][service.Str()] += resource.ScopeLogs().At(0).LogRecords().Len()
			}
		})
	}
	return services
}
