// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Bounds of what is written of a value, and of the memory kept for the next.
const (
	maxJSONDepth   = 32
	maxKeptEntries = 1024
)

// jsonWriter writes values as JSON with sorted keys, so that equal maps give equal
// text. Its memory is reused.
type jsonWriter struct {
	buf     []byte
	limit   int
	entries []jsonEntry
}

type jsonEntry struct {
	key   string
	value pcommon.Value
}

// write returns v as JSON, valid until the next call, and false when it was cut
// at limit bytes.
func (w *jsonWriter) write(v pcommon.Value, limit int) (json []byte, whole bool) {
	w.buf, w.limit = w.buf[:0], limit
	w.value(v, 0)
	if cap(w.entries) > maxKeptEntries {
		w.entries = nil
	}
	if len(w.buf) <= limit {
		return w.buf, true
	}
	for limit > 0 && !utf8.RuneStart(w.buf[limit]) {
		limit--
	}
	return w.buf[:limit], false
}

func (w *jsonWriter) full() bool { return len(w.buf) > w.limit }

func (w *jsonWriter) value(v pcommon.Value, depth int) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		w.text(v.Str())
	case pcommon.ValueTypeBool:
		w.buf = strconv.AppendBool(w.buf, v.Bool())
	case pcommon.ValueTypeInt:
		w.buf = strconv.AppendInt(w.buf, v.Int(), 10)
	case pcommon.ValueTypeDouble:
		if f := v.Double(); math.IsNaN(f) || math.IsInf(f, 0) {
			w.buf = append(w.buf, "null"...)
		} else {
			w.buf = strconv.AppendFloat(w.buf, f, 'g', -1, 64)
		}
	case pcommon.ValueTypeBytes:
		raw := v.Bytes().AsRaw()
		w.buf = append(w.buf, '"')
		w.buf = base64.StdEncoding.AppendEncode(w.buf, raw[:min(len(raw), max(0, w.limit-len(w.buf)))])
		w.buf = append(w.buf, '"')
	case pcommon.ValueTypeMap, pcommon.ValueTypeSlice:
		if depth == maxJSONDepth {
			w.buf = append(w.buf, "null"...)
			return
		}
		if v.Type() == pcommon.ValueTypeMap {
			w.object(v.Map(), depth+1)
			return
		}
		w.array(v.Slice(), depth+1)
	default:
		w.buf = append(w.buf, "null"...)
	}
}

func (w *jsonWriter) object(m pcommon.Map, depth int) {
	start := len(w.entries)
	for k, v := range m.All() {
		w.entries = append(w.entries, jsonEntry{k, v})
	}
	end := len(w.entries)
	slices.SortStableFunc(w.entries[start:end], func(a, b jsonEntry) int { return strings.Compare(a.key, b.key) })
	w.buf = append(w.buf, '{')
	for i := start; i < end && !w.full(); i++ {
		if i > start {
			w.buf = append(w.buf, ',')
		}
		w.text(w.entries[i].key)
		w.buf = append(w.buf, ':')
		w.value(w.entries[i].value, depth)
	}
	w.buf = append(w.buf, '}')
	clear(w.entries[start:end]) // hold on to no record
	w.entries = w.entries[:start]
}

func (w *jsonWriter) array(s pcommon.Slice, depth int) {
	w.buf = append(w.buf, '[')
	for i := 0; i < s.Len() && !w.full(); i++ {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.value(s.At(i), depth)
	}
	w.buf = append(w.buf, ']')
}

// text writes a string. What is not valid UTF-8 stays as it is.
func (w *jsonWriter) text(s string) {
	w.buf = append(w.buf, '"')
	for i := 0; i < len(s) && !w.full(); i++ {
		switch b := s[i]; {
		case b == '"' || b == '\\':
			w.buf = append(w.buf, '\\', b)
		case b == '\n':
			w.buf = append(w.buf, '\\', 'n')
		case b == '\t':
			w.buf = append(w.buf, '\\', 't')
		case b == '\r':
			w.buf = append(w.buf, '\\', 'r')
		case b < ' ':
			const hex = "0123456789abcdef"
			w.buf = append(w.buf, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		default:
			w.buf = append(w.buf, b)
		}
	}
	w.buf = append(w.buf, '"')
}
