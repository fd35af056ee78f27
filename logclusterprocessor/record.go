// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// maxAhead is how far a record's clock may run ahead of ours. A record from
// next year must not close every window until then.
const maxAhead = int64(10 * time.Minute)

// eventTime returns the record's time in ns since 1970: when it happened, else
// when it was observed, else now.
func eventTime(lr plog.LogRecord, now int64) int64 {
	t := lr.Timestamp()
	if t == 0 {
		t = lr.ObservedTimestamp()
	}
	if t == 0 || t > pcommon.Timestamp(now+maxAhead) {
		return now
	}
	return int64(t)
}

// partitionKey writes the key of the resource's partition into dst, which is empty. One
// attribute is written as it is, several are quoted so that no two sets of
// values share a key. Of several of which the last alone is there, that is the key, as if
// nobody had asked for the others: a service without a namespace keeps its IDs.
func partitionKey(dst []byte, resource pcommon.Map, by []string) []byte {
	if len(by) == 1 {
		v, ok := resource.Get(by[0])
		if !ok {
			return dst
		}
		if v.Type() == pcommon.ValueTypeStr {
			return knowledge.PartitionName(append(dst, v.Str()...))
		}
		return knowledge.PartitionName(append(dst, v.AsString()...))
	}
	if name, ok := onlyLast(resource, by); ok {
		return knowledge.PartitionName(append(dst, name...))
	}
	for i, key := range by {
		if i > 0 {
			dst = append(dst, ' ')
		}
		v, ok := resource.Get(key)
		if !ok {
			dst = append(dst, '-')
			continue
		}
		dst = strconv.AppendQuote(dst, v.AsString())
	}
	return knowledge.PartitionName(dst)
}

// onlyLast returns the value of the last attribute when no other is there, unless it
// could be taken for a key of several.
func onlyLast(resource pcommon.Map, by []string) (string, bool) {
	for _, key := range by[:len(by)-1] {
		if _, ok := resource.Get(key); ok {
			return "", false
		}
	}
	v, ok := resource.Get(by[len(by)-1])
	if !ok {
		return "", false
	}
	name := v.AsString()
	return name, !strings.HasPrefix(name, "-") && !strings.Contains(name, `"`)
}
