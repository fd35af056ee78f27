// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package resource reads the attributes of the resource of an OTLP message, without
// decoding the rest.
package resource // import "github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension/internal/resource"

import "google.golang.org/protobuf/encoding/protowire"

// Numbers of the fields on the way to an attribute. They are the same for logs, metrics
// and traces (opentelemetry/proto/{logs,metrics,trace,resource,common}/v1).
const (
	fieldResources  = 1 // of LogsData, MetricsData, TracesData
	fieldResource   = 1 // of ResourceLogs, ResourceMetrics, ResourceSpans
	fieldAttributes = 1 // of Resource
	fieldKey        = 1 // of KeyValue
	fieldValue      = 2 // of KeyValue
)

// AppendKey appends to key what tells the named attributes of the message's first
// resource apart from any other values of theirs, in the order of the names. It appends
// nothing if the resource has none of them or message is no OTLP in protobuf.
func AppendKey(key, message []byte, names []string) []byte {
	attributes, ok := first(message, fieldResources)
	if !ok {
		return key
	}
	if attributes, ok = first(attributes, fieldResource); !ok {
		return key
	}
	for _, name := range names {
		value, ok := find(attributes, name)
		if !ok {
			continue
		}
		key = protowire.AppendString(key, name)
		key = protowire.AppendBytes(key, value)
	}
	return key
}

// find returns the value of an attribute, encoded.
func find(attributes []byte, name string) ([]byte, bool) {
	for len(attributes) > 0 {
		number, field, n := consume(attributes)
		if n < 0 {
			return nil, false
		}
		attributes = attributes[n:]
		if number != fieldAttributes {
			continue
		}
		if k, ok := first(field, fieldKey); !ok || string(k) != name {
			continue
		}
		return first(field, fieldValue)
	}
	return nil, false
}

// first returns the first field of a number in a message.
func first(message []byte, number protowire.Number) ([]byte, bool) {
	for len(message) > 0 {
		num, field, n := consume(message)
		if n < 0 {
			return nil, false
		}
		if num == number && field != nil {
			return field, true
		}
		message = message[n:]
	}
	return nil, false
}

// consume returns the first field of a message, its content if it is of bytes, and how
// long it is; less than 0 is no field.
func consume(message []byte) (number protowire.Number, content []byte, n int) {
	number, kind, head := protowire.ConsumeTag(message)
	if head < 0 {
		return 0, nil, -1
	}
	if kind != protowire.BytesType {
		n = protowire.ConsumeFieldValue(number, kind, message[head:])
	} else {
		content, n = protowire.ConsumeBytes(message[head:])
	}
	if n < 0 {
		return 0, nil, -1
	}
	return number, content, head + n
}
