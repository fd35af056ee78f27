// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package series knows a metric stream when it sees it again, and keeps a
// bounded number of them with their states.
package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import (
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// ID is the identity of a metric stream as the OpenTelemetry data model has it
// (Metrics Data Model, "Timeseries Model"): resource, scope, the metric's name,
// unit, type, temporality and monotonicity, and the point's attributes. It is
// the same in every process and for every order of attributes. With a million
// streams two share one with a chance of 1 in 37 million.
type ID uint64

// ignored are the attributes that the anomaly processor writes on the points of users:
// a flagged point belongs to the stream it came from.
func ignored(key string) bool { return key == "anomaly.flag" || key == "anomaly.kind" }

// OfResource begins an ID.
func OfResource(r pcommon.Resource) ID { return ID(1).with(hashMap(r.Attributes())) }

// Scope continues an ID.
func (id ID) Scope(s pcommon.InstrumentationScope) ID {
	id = id.with(xxhash.Sum64String(s.Name())).with(xxhash.Sum64String(s.Version()))
	return id.with(hashMap(s.Attributes()))
}

// Metric continues an ID. The description is no part of it.
func (id ID) Metric(m pmetric.Metric) ID {
	id = id.with(xxhash.Sum64String(m.Name())).with(xxhash.Sum64String(m.Unit()))
	kind := uint64(m.Type())
	switch m.Type() {
	case pmetric.MetricTypeSum:
		kind |= uint64(m.Sum().AggregationTemporality()) << 8
		if m.Sum().IsMonotonic() {
			kind |= 1 << 16
		}
	case pmetric.MetricTypeHistogram:
		kind |= uint64(m.Histogram().AggregationTemporality()) << 8
	case pmetric.MetricTypeExponentialHistogram:
		kind |= uint64(m.ExponentialHistogram().AggregationTemporality()) << 8
	}
	return id.with(kind)
}

// Point completes an ID.
func (id ID) Point(attributes pcommon.Map) ID {
	hash := hashMap(attributes)
	if hash == 0 { // there are none, or only those that do not count
		return id
	}
	return id.with(hash)
}

func (id ID) with(h uint64) ID { return ID(mix(bits.RotateLeft64(uint64(id), 23), h)) }

// CopyAttributes gives an empty map of ours the attributes of the stream that a
// point belongs to, and makes room for more.
func CopyAttributes(point, to pcommon.Map, room int) {
	to.EnsureCapacity(point.Len() + room)
	point.CopyTo(to)
	to.RemoveIf(func(key string, _ pcommon.Value) bool { return ignored(key) })
}

// hashMap adds the hashes of the pairs, so that their order means nothing.
func hashMap(m pcommon.Map) uint64 {
	sum := uint64(m.Len())
	for key, value := range m.All() {
		if ignored(key) {
			sum--
			continue
		}
		sum += mix(xxhash.Sum64String(key), hashValue(value))
	}
	return sum
}

func hashValue(v pcommon.Value) uint64 {
	kind := uint64(v.Type()) + 1
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return xxhash.Sum64String(v.Str()) // the common one, without its kind
	case pcommon.ValueTypeBool:
		if v.Bool() {
			return mix(kind, 1)
		}
		return mix(kind, 0)
	case pcommon.ValueTypeInt:
		return mix(kind, uint64(v.Int()))
	case pcommon.ValueTypeDouble:
		return mix(kind, math.Float64bits(v.Double()))
	case pcommon.ValueTypeBytes:
		return mix(kind, xxhash.Sum64(v.Bytes().AsRaw()))
	case pcommon.ValueTypeMap:
		return mix(kind, hashMap(v.Map()))
	case pcommon.ValueTypeSlice:
		sum := kind
		for _, item := range v.Slice().All() {
			sum = mix(bits.RotateLeft64(sum, 23), hashValue(item))
		}
		return sum
	default:
		return kind
	}
}

// mix folds the 128-bit product of two words, each first moved away from zero
// (wyhash, Wang Yi).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
