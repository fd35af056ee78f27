// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafkapartitionerextension

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension/internal/metadatatest"
)

const partitions = 64

// logs and metrics are records as the exporter makes them: of one resource, keyed by a
// hash of all its attributes.
func logs(t *testing.T, attributes map[string]any) *kgo.Record {
	t.Helper()
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	require.NoError(t, rl.Resource().Attributes().FromRaw(attributes))
	rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("a line")
	value, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return &kgo.Record{Key: []byte(fmt.Sprint(attributes)), Value: value}
}

func metrics(t *testing.T, attributes map[string]any) *kgo.Record {
	t.Helper()
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	require.NoError(t, rm.Resource().Attributes().FromRaw(attributes))
	rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty().SetTimestamp(pcommon.Timestamp(1))
	value, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(md)
	require.NoError(t, err)
	return &kgo.Record{Key: []byte(fmt.Sprint(attributes)), Value: value}
}

func TestPodsOfAServiceMeet(t *testing.T) {
	tt := componenttest.NewTelemetry()
	p, err := newPartitioner(metadatatest.NewSettings(tt), createDefaultConfig().(*Config))
	require.NoError(t, err)
	topic := p.GetPartitioner().ForTopic("telemetry")
	at := func(r *kgo.Record) int {
		require.True(t, topic.RequiresConsistency(r))
		return topic.Partition(r, partitions)
	}

	used := map[int]bool{}
	for service := range 200 {
		attributes := map[string]any{"service.namespace": "shop", "service.name": fmt.Sprintf("s%d", service)}
		home := at(logs(t, attributes))
		used[home] = true
		for pod := range 5 {
			attributes["k8s.pod.name"] = fmt.Sprintf("pod-%d", pod)
			attributes["a.first.attribute"] = int64(pod)
			assert.Equal(t, home, at(logs(t, attributes)))
			assert.Equal(t, home, at(metrics(t, attributes)), "logs and metrics of a service meet")
		}
	}
	assert.Greater(t, len(used), partitions*3/4, "services spread over the partitions")
	metadatatest.AssertEqualExtensionKafkaPartitionerRecords(t, tt, []metricdata.DataPoint[int64]{
		{Value: 200 * 11, Attributes: attribute.NewSet(attribute.String("key", "attributes"))},
	}, metricdatatest.IgnoreTimestamp())
}

// What has none of the attributes goes where it would without the extension.
func TestOtherRecordsGoByTheirKey(t *testing.T) {
	tt := componenttest.NewTelemetry()
	p, err := newPartitioner(metadatatest.NewSettings(tt), createDefaultConfig().(*Config))
	require.NoError(t, err)
	topic, plain := p.ForTopic("telemetry"), kgo.StickyKeyPartitioner(nil).ForTopic("telemetry")
	records := []*kgo.Record{
		logs(t, map[string]any{"host.name": "a"}),
		{Key: []byte("k"), Value: []byte(`{"resourceLogs":[]}`)},
		{Key: []byte("k"), Value: nil},
	}
	for _, r := range records {
		assert.Equal(t, plain.RequiresConsistency(r), topic.RequiresConsistency(r))
		assert.Equal(t, plain.Partition(r, partitions), topic.Partition(r, partitions))
	}
	metadatatest.AssertEqualExtensionKafkaPartitionerRecords(t, tt, []metricdata.DataPoint[int64]{
		{Value: int64(len(records)), Attributes: attribute.NewSet(attribute.String("key", "record"))},
	}, metricdatatest.IgnoreTimestamp())
	topic.(kgo.TopicPartitionerOnNewBatch).OnNewBatch()
	assert.False(t, topic.RequiresConsistency(&kgo.Record{Value: []byte("no key")}))
}
