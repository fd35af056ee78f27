// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

const prefix = "otelcol_processor_log_cluster_"

// Points returns the values of a counter or gauge of the processor's internal
// telemetry by attribute set (`kind=template reason=cap`). The name is without
// the prefix otelcol_processor_log_cluster_. Nothing recorded is no points.
func (p *Processor) Points(ctx context.Context, name string) (map[string]int64, error) {
	m, err := p.metric(ctx, name)
	if m == nil || err != nil {
		return nil, err
	}
	out := map[string]int64{}
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, dp := range data.DataPoints {
			out[join(dp.Attributes)] += dp.Value
		}
	case metricdata.Gauge[int64]:
		for _, dp := range data.DataPoints {
			out[join(dp.Attributes)] += dp.Value
		}
	default:
		return nil, fmt.Errorf("metric %s is a %T, not a sum or gauge of integers", name, m.Data)
	}
	return out, nil
}

// Total is the sum of Points over all attribute sets.
func (p *Processor) Total(ctx context.Context, name string) (int64, error) {
	points, err := p.Points(ctx, name)
	var sum int64
	for _, v := range points {
		sum += v
	}
	return sum, err
}

// Durations returns how many durations a histogram recorded, and their sum in
// seconds.
func (p *Processor) Durations(ctx context.Context, name string) (count uint64, seconds float64, err error) {
	m, err := p.metric(ctx, name)
	if m == nil || err != nil {
		return 0, 0, err
	}
	data, ok := m.Data.(metricdata.Histogram[float64])
	if !ok {
		return 0, 0, fmt.Errorf("metric %s is a %T, not a histogram", name, m.Data)
	}
	for _, dp := range data.DataPoints {
		count += dp.Count
		seconds += dp.Sum
	}
	return count, seconds, nil
}

func (p *Processor) metric(ctx context.Context, name string) (*metricdata.Metrics, error) {
	var rm metricdata.ResourceMetrics
	if err := p.Telemetry.Reader.Collect(ctx, &rm); err != nil {
		return nil, fmt.Errorf("collect internal telemetry: %w", err)
	}
	for _, sm := range rm.ScopeMetrics {
		for i := range sm.Metrics {
			if sm.Metrics[i].Name == prefix+name {
				return &sm.Metrics[i], nil
			}
		}
	}
	return nil, nil
}

func join(set attribute.Set) string {
	parts := make([]string, 0, set.Len())
	for _, kv := range set.ToSlice() {
		parts = append(parts, string(kv.Key)+"="+kv.Value.String())
	}
	return strings.Join(parts, " ")
}
