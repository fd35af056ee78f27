// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"cmp"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// origin is who learnt something of a partition, and what is to be said to them.
type origin struct {
	writer, partition string
	forgotten         map[knowledge.ID]bool
	known             map[string]bool
}

func newOrigin(writer, partition string) *origin {
	return &origin{writer, partition, map[knowledge.ID]bool{}, map[string]bool{}}
}

// told is a row with those who sent it: at least one.
type told[T any] struct {
	row T
	by  []*origin
}

// partition is the same for all who sent it: IDs are of one partition.
func (t *told[T]) partition() string { return t.by[0].partition }

func (t *told[T]) also(o *origin) {
	if t.by[len(t.by)-1] != o {
		t.by = append(t.by, o)
	}
}

type shapeKey struct {
	hash  knowledge.ID
	slots uint8
}

// minute counts the lines of a template.
type minute struct {
	template knowledge.ID
	minute   int64 // since 1970
}

// learnt is what was learnt in several passes, by several writers, as one: each row is
// there once. The methods add passes in their order.
type learnt struct {
	origins   []*origin
	clocks    map[string]*knowledge.Clock // by partition; nil when there was none
	clusters  []told[knowledge.Cluster]
	templates []told[knowledge.Template]
	shapes    []told[knowledge.Shape]
	aliases   []told[knowledge.Alias]
	samples   []knowledge.Sample
	minutes   map[minute]int64

	clusterAt, templateAt map[knowledge.ID]int
	shapeAt               map[shapeKey]int
}

func newLearnt() *learnt {
	return &learnt{
		clocks: map[string]*knowledge.Clock{}, minutes: map[minute]int64{},
		clusterAt: map[knowledge.ID]int{}, templateAt: map[knowledge.ID]int{}, shapeAt: map[shapeKey]int{},
	}
}

func (l *learnt) add(o *origin, rows *knowledge.Rows) {
	l.origins = append(l.origins, o)
	if _, ok := l.clocks[o.partition]; !ok || rows.Clock != nil {
		l.clocks[o.partition] = rows.Clock
	}
	for _, c := range rows.Clusters {
		upsert(&l.clusters, l.clusterAt, c.ID, c, o, func(old, c *knowledge.Cluster) {
			c.Birth = min(c.Birth, old.Birth)
			*old = *c
		})
	}
	for _, t := range rows.Templates {
		upsert(&l.templates, l.templateAt, t.ID, t, o, func(old, t *knowledge.Template) {
			t.Birth = min(t.Birth, old.Birth)
			*old = *t
		})
	}
	for _, s := range rows.Shapes {
		if s.Count != 0 {
			l.minutes[minute{s.Template, s.LastSeen / int64(time.Minute)}] += s.Count
		}
		upsert(&l.shapes, l.shapeAt, shapeKey{s.Hash, s.Slots}, s, o, joinShapes)
	}
	for _, a := range rows.Aliases {
		l.aliases = append(l.aliases, told[knowledge.Alias]{a, []*origin{o}})
	}
	l.samples = append(l.samples, rows.Samples...)
}

// joinShapes adds what was learnt of a shape to what was before. An edge stays when
// another says that the shape is a template of its own.
func joinShapes(old, s *knowledge.Shape) {
	old.Count += s.Count
	old.LastSeen = max(old.LastSeen, s.LastSeen)
	old.Birth = min(old.Birth, s.Birth)
	old.Founded = old.Founded || s.Founded
	old.Saved = old.Saved && s.Saved
	old.Masked = cmp.Or(old.Masked, s.Masked)
	if s.Template != s.Hash {
		old.Template = s.Template
	}
}

func upsert[K comparable, T any](rows *[]told[T], at map[K]int, key K, row T, o *origin, join func(old, row *T)) {
	if i, ok := at[key]; ok {
		join(&(*rows)[i].row, &row)
		(*rows)[i].also(o)
		return
	}
	at[key] = len(*rows)
	*rows = append(*rows, told[T]{row, []*origin{o}})
}
