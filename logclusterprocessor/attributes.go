// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// writer writes answers on records. An empty key means that the attribute is
// switched off.
type writer struct {
	template, templateID, clusterID, category, keywords, fresh, solution, parameters string
	listsKeywords                                                                    bool
	always                                                                           int // attributes that every record gets
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
	return w
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
