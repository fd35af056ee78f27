// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafkapartitionerextension // import "github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension"

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension/internal/resource"
)

// partitioner implements kafkaexporter.RecordPartitionerExtension and kgo.Partitioner.
type partitioner struct {
	component.StartFunc
	component.ShutdownFunc
	attributes []string
	telemetry  *metadata.TelemetryBuilder
}

func newPartitioner(set extension.Settings, cfg *Config) (*partitioner, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, fmt.Errorf("create telemetry: %w", err)
	}
	return &partitioner{attributes: cfg.Attributes, telemetry: telemetry}, nil
}

// GetPartitioner implements kafkaexporter.RecordPartitionerExtension.
func (p *partitioner) GetPartitioner() kgo.Partitioner { return p }

// ForTopic implements kgo.Partitioner. Keys are assigned to partitions as Kafka's own
// clients assign them, by murmur2.
func (p *partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	return &topicPartitioner{partitioner: p, byKey: kgo.StickyKeyPartitioner(nil).ForTopic(topic)}
}

// topicPartitioner is used by one goroutine at a time.
type topicPartitioner struct {
	*partitioner
	byKey kgo.TopicPartitioner
	key   []byte // of the record at hand
}

var (
	byAttributes = metric.WithAttributeSet(attribute.NewSet(attribute.String("key", "attributes")))
	byRecord     = metric.WithAttributeSet(attribute.NewSet(attribute.String("key", "record")))
)

// RequiresConsistency implements kgo.TopicPartitioner.
func (t *topicPartitioner) RequiresConsistency(r *kgo.Record) bool {
	return t.byKey.RequiresConsistency(t.keyed(r))
}

// Partition implements kgo.TopicPartitioner.
func (t *topicPartitioner) Partition(r *kgo.Record, n int) int {
	keyed := t.keyed(r)
	by := byAttributes
	if keyed == r {
		by = byRecord
	}
	t.telemetry.ExtensionKafkaPartitionerRecords.Add(context.Background(), 1, by)
	return t.byKey.Partition(keyed, n)
}

// OnNewBatch implements kgo.TopicPartitionerOnNewBatch, which spreads records without
// any key.
func (t *topicPartitioner) OnNewBatch() {
	if byKey, ok := t.byKey.(kgo.TopicPartitionerOnNewBatch); ok {
		byKey.OnNewBatch()
	}
}

// keyed returns a record with the attributes for a key, or r itself if its resource has
// none of them or its value is no OTLP.
func (t *topicPartitioner) keyed(r *kgo.Record) *kgo.Record {
	t.key = resource.AppendKey(t.key[:0], r.Value, t.attributes)
	if len(t.key) == 0 {
		return r
	}
	return &kgo.Record{Key: t.key}
}
