// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// whole is one point with all that identifies it.
type whole struct {
	resource pcommon.Resource
	scope    pcommon.InstrumentationScope
	metric   pmetric.Metric
	point    pmetric.NumberDataPoint
}

func newWhole() whole {
	rm := pmetric.NewMetrics().ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "shop")
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("lib")
	sm.Scope().SetVersion("1.2")
	m := sm.Metrics().AppendEmpty()
	m.SetName("requests")
	m.SetUnit("{request}")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	dp := sum.DataPoints().AppendEmpty()
	_ = dp.Attributes().FromRaw(map[string]any{
		"method": "GET", "code": 200, "ok": true, "ratio": 0.5, "raw": []byte{1},
		"list": []any{"a", 1}, "map": map[string]any{"k": "v"}, "none": nil,
	})
	return whole{rm.Resource(), sm.Scope(), m, dp}
}

func (w whole) id() ID {
	return OfResource(w.resource).Scope(w.scope).Metric(w.metric).Point(w.point.Attributes())
}

// An ID stands in checkpoints, so it must never change.
func TestIDIsStable(t *testing.T) {
	require.EqualValues(t, uint64(0xcd28d3385643d85a), newWhole().id())
}

func TestWhatIdentifies(t *testing.T) {
	base := newWhole().id()
	for name, change := range map[string]func(w whole){
		"resource":       func(w whole) { w.resource.Attributes().PutStr("host.name", "a") },
		"scope name":     func(w whole) { w.scope.SetName("other") },
		"scope version":  func(w whole) { w.scope.SetVersion("1.3") },
		"scope attrs":    func(w whole) { w.scope.Attributes().PutBool("x", true) },
		"metric name":    func(w whole) { w.metric.SetName("request") },
		"unit":           func(w whole) { w.metric.SetUnit("1") },
		"monotonicity":   func(w whole) { w.metric.Sum().SetIsMonotonic(false) },
		"temporality":    func(w whole) { w.metric.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta) },
		"type":           func(w whole) { w.metric.SetEmptyGauge() },
		"attribute":      func(w whole) { w.point.Attributes().PutStr("method", "PUT") },
		"attribute type": func(w whole) { w.point.Attributes().PutStr("code", "200") },
		"bool":           func(w whole) { w.point.Attributes().PutBool("ok", false) },
		"double":         func(w whole) { w.point.Attributes().PutDouble("ratio", 0.25) },
		"bytes":          func(w whole) { w.point.Attributes().PutEmptyBytes("raw").FromRaw([]byte{2}) },
		"order in list":  func(w whole) { _ = w.point.Attributes().PutEmptySlice("list").FromRaw([]any{1, "a"}) },
		"nested":         func(w whole) { w.point.Attributes().PutEmptyMap("map").PutStr("k", "w") },
		"one less":       func(w whole) { w.point.Attributes().Remove("none") },
		"swapped values": func(w whole) {
			w.point.Attributes().PutInt("method", 200)
			w.point.Attributes().PutStr("code", "GET")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWhole()
			change(w)
			require.NotEqual(t, base, w.id())
		})
	}
}

func TestWhatDoesNotIdentify(t *testing.T) {
	base := newWhole().id()
	for name, change := range map[string]func(w whole){
		"description": func(w whole) { w.metric.SetDescription("new words") },
		"time":        func(w whole) { w.point.SetTimestamp(1) },
		"value":       func(w whole) { w.point.SetIntValue(1) },
		"our flag": func(w whole) {
			w.point.Attributes().PutBool("anomaly.flag", true)
			w.point.Attributes().PutStr("anomaly.kind", "spike")
		},
		"order of attributes": func(w whole) {
			method, _ := w.point.Attributes().Get("method")
			kept := method.Str()
			w.point.Attributes().Remove("method")
			w.point.Attributes().PutStr("method", kept)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWhole()
			change(w)
			require.Equal(t, base, w.id())
		})
	}
}

func BenchmarkPointID(b *testing.B) {
	w := newWhole()
	w.point.Attributes().Clear()
	w.point.Attributes().PutStr("method", "GET")
	w.point.Attributes().PutStr("route", "/api/v1/orders")
	w.point.Attributes().PutInt("code", 200)
	id := OfResource(w.resource).Scope(w.scope).Metric(w.metric)
	b.ReportAllocs()
	for b.Loop() {
		id.Point(w.point.Attributes())
	}
}
