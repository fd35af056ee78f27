// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// passReason says why a record left without a template.
type passReason int

const (
	notPassed passReason = iota
	passedBodyType
	passedEmpty
	passReasons
)

var passReasonNames = [passReasons]string{
	passedBodyType: "body_type",
	passedEmpty:    "empty",
}

// telemetry turns what the batches and the partitions report into the
// processor's own metrics.
type telemetry struct {
	*metadata.TelemetryBuilder
	logger                   *zap.Logger
	matched, learned, passed metric.MeasurementOption
	repeated, unlearned      metric.MeasurementOption
	passedBy                 [passReasons]metric.MeasurementOption
}

var _ partition.Observer = (*telemetry)(nil)

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{
		TelemetryBuilder: builder,
		logger:           set.Logger,
		matched:          with("outcome", "matched"),
		learned:          with("outcome", "learned"),
		passed:           with("outcome", "passed"),
		repeated:         with("outcome", "repeated"),
		unlearned:        with("outcome", "unlearned"),
	}
	for reason := notPassed + 1; reason < passReasons; reason++ {
		t.passedBy[reason] = with("reason", passReasonNames[reason])
	}
	return t, nil
}

func with(key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String(key, value)))
}

// observe registers what is read from the partitions when someone collects.
func (t *telemetry) observe(parts *partition.Registry) error {
	of := func(read func(partition.Stats) int) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(read(parts.Stats())))
			return nil
		}
	}
	return errors.Join(
		t.RegisterProcessorLogClusterPartitionsCallback(of(func(s partition.Stats) int { return s.Partitions })),
		t.RegisterProcessorLogClusterTemplatesCallback(of(func(s partition.Stats) int { return s.Templates })),
		t.RegisterProcessorLogClusterClustersCallback(of(func(s partition.Stats) int { return s.Clusters })),
		t.RegisterProcessorLogClusterMemoryCallback(of(func(s partition.Stats) int { return s.Bytes })),
	)
}

// count reports what became of a batch's records.
func (t *telemetry) count(ctx context.Context, c *counts) {
	add := func(counter metric.Int64Counter, n int, options ...metric.AddOption) {
		if n > 0 {
			counter.Add(ctx, int64(n), options...)
		}
	}
	add(t.ProcessorLogClusterRecords, c.matched, t.matched)
	add(t.ProcessorLogClusterRecords, c.learned, t.learned)
	add(t.ProcessorLogClusterRecords, c.repeated, t.repeated)
	add(t.ProcessorLogClusterRecords, c.unlearned, t.unlearned)
	add(t.ProcessorLogClusterRemovedAttributes, c.foreign)
	add(t.ProcessorLogClusterTruncatedRecords, c.truncated)
	add(t.ProcessorLogClusterLateRecords, c.late)
	add(t.ProcessorLogClusterSharedRecords, c.shared)
	passed := 0
	for reason, n := range c.passed {
		if n > 0 {
			add(t.ProcessorLogClusterPassedRecords, n, t.passedBy[reason])
			passed += n
		}
	}
	add(t.ProcessorLogClusterRecords, passed, t.passed)
}

// maxLabel is how much of a partition's key a metric shows, in bytes: senders choose it.
const maxLabel = 100

// countUnlearned reports records of a partition that were answered without being learnt.
func (t *telemetry) countUnlearned(ctx context.Context, partition string, n int) {
	if n > 0 {
		name := strings.ToValidUTF8(partition[:min(len(partition), maxLabel)], "")
		t.ProcessorLogClusterUnlearnedRecords.Add(ctx, int64(n), with("partition", name))
	}
}

// Evicted implements partition.Observer.
func (t *telemetry) Evicted(kind, reason string, n int) {
	t.ProcessorLogClusterEvicted.Add(context.Background(), int64(n), metric.WithAttributes(
		attribute.String("kind", kind), attribute.String("reason", reason)))
}

// Merged implements partition.Observer.
func (t *telemetry) Merged(clusters int) {
	t.ProcessorLogClusterMerges.Add(context.Background(), int64(clusters))
}

// Clustered implements partition.Observer.
func (t *telemetry) Clustered(method string, took time.Duration) {
	t.ProcessorLogClusterWindows.Add(context.Background(), 1, with("method", method))
	t.ProcessorLogClusterWindowDuration.Record(context.Background(), took.Seconds())
}

// Joined implements partition.Observer: the way to see why clusters merged, and
// with clustering.full_tree what a larger threshold would merge.
func (t *telemetry) Joined(part string, steps []partition.Join) {
	for _, s := range steps {
		if entry := t.logger.Check(zap.DebugLevel, "clusters joined"); entry != nil {
			entry.Write(zap.String("partition", part), zap.String("template_id", s.A), zap.String("with_template_id", s.B),
				zap.Float64("distance", s.Height), zap.Bool("merged", s.Merged))
		}
	}
}

// Waited implements partition.Observer.
func (t *telemetry) Waited(d time.Duration) {
	t.ProcessorLogClusterWindowWait.Record(context.Background(), d.Seconds())
}
