// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// writer writes answers on records. An empty key means that the attribute is
// switched off.
type writer struct {
	template, templateID, clusterID, category, keywords, fresh, solution, parameters string
	listsKeywords                                                                    bool
	always                                                                           int // attributes that every record gets

	keys    []string
	lengths uint64 // bit n%64 is set when a key has n bytes
}

func newWriter(c *AttributesConfig) writer {
	key := func(a AttributeConfig) string {
		if !a.Enabled {
			return ""
		}
		return a.Key
	}
	w := writer{
		template:   key(c.Template),
		templateID: key(c.TemplateID),
		clusterID:  key(c.ClusterID),
		category:   key(c.Category),
		keywords:   key(c.Keywords.AttributeConfig),
		fresh:      key(c.New),
		solution:   key(c.Solution),
		parameters: key(c.Parameters),

		listsKeywords: c.Keywords.As == AsList,
	}
	for _, k := range []string{w.template, w.templateID, w.clusterID, w.category, w.keywords, w.parameters} {
		if k != "" {
			w.always++
		}
	}
	for _, k := range []string{w.template, w.templateID, w.clusterID, w.category, w.keywords, w.fresh, w.solution, w.parameters} {
		if k != "" {
			w.keys = append(w.keys, k)
			w.lengths |= 1 << (len(k) % 64)
		}
	}
	return w
}

// takeOff removes what a sender wrote under our keys, and says how much that was: a
// solution that a stranger wrote must not reach the engineer on call.
func (w *writer) takeOff(attrs pcommon.Map) (n int) {
	for key := range attrs.All() {
		if w.lengths&(1<<(len(key)%64)) != 0 && slices.Contains(w.keys, key) {
			before := attrs.Len()
			attrs.RemoveIf(func(key string, _ pcommon.Value) bool { return slices.Contains(w.keys, key) })
			return before - attrs.Len()
		}
	}
	return 0
}

// write puts the answer on a record; fresh says that the record is the first of
// its template.
func (w *writer) write(attrs pcommon.Map, a *partition.Answer, fresh bool) {
	solution := w.solution != "" && a.Solution != ""
	fresh = fresh && w.fresh != ""
	n := attrs.Len() + w.always
	if solution {
		n++
	}
	if fresh {
		n++
	}
	attrs.EnsureCapacity(n)

	put(attrs, w.template, a.Template)
	put(attrs, w.templateID, a.TemplateID)
	put(attrs, w.clusterID, a.ClusterID)
	put(attrs, w.category, a.CategoryID)
	if len(a.Keywords) > 0 {
		if w.listsKeywords {
			putSlice(attrs, w.keywords, a.Keywords)
		} else {
			put(attrs, w.keywords, a.KeywordText)
		}
	}
	if fresh {
		attrs.PutBool(w.fresh, true)
	}
	if solution {
		attrs.PutStr(w.solution, a.Solution)
	}
}

func put(attrs pcommon.Map, key, value string) {
	if key != "" {
		attrs.PutStr(key, value)
	}
}

func putSlice(attrs pcommon.Map, key string, values []string) {
	if key == "" {
		return
	}
	slice := attrs.PutEmptySlice(key)
	slice.EnsureCapacity(len(values))
	for _, v := range values {
		slice.AppendEmpty().SetStr(v)
	}
}
