// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package basetest keeps the rows of a partition in memory, as simply as that can be
// done: what a knowledge base is compared with and tests stand on.
package basetest // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/basetest"

import (
	"cmp"
	"maps"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Rows is the fold of all changes of a partition.
type Rows struct {
	Shapes    map[ShapeKey]knowledge.Shape
	Templates map[knowledge.ID]knowledge.Template
	Clusters  map[knowledge.ID]knowledge.Cluster
	Clock     *knowledge.Clock
	// What people decided.
	Joined    []knowledge.Alias
	Solutions map[knowledge.ID]string
}

// ShapeKey tells shapes apart.
type ShapeKey struct {
	Hash  knowledge.ID
	Slots uint8
}

// New returns no rows.
func New() *Rows {
	return &Rows{
		Shapes: map[ShapeKey]knowledge.Shape{}, Templates: map[knowledge.ID]knowledge.Template{},
		Clusters: map[knowledge.ID]knowledge.Cluster{}, Solutions: map[knowledge.ID]string{},
	}
}

// Clone returns a copy.
func (p *Rows) Clone() *Rows {
	return &Rows{
		Shapes: maps.Clone(p.Shapes), Templates: maps.Clone(p.Templates), Clusters: maps.Clone(p.Clusters), Clock: p.Clock,
		Joined: slices.Clone(p.Joined), Solutions: maps.Clone(p.Solutions),
	}
}

// All returns everything, in the order that is promised.
func (p *Rows) All() knowledge.Rows {
	rows := knowledge.Rows{Clock: p.Clock, Aliases: p.Joined}
	for _, s := range p.Shapes {
		rows.Shapes = append(rows.Shapes, s)
	}
	slices.SortFunc(rows.Shapes, func(x, y knowledge.Shape) int {
		return cmp.Or(cmp.Compare(x.Seq, y.Seq), cmp.Compare(x.Hash, y.Hash))
	})
	for _, t := range p.Templates {
		rows.Templates = append(rows.Templates, t)
	}
	slices.SortFunc(rows.Templates, func(x, y knowledge.Template) int {
		return cmp.Or(cmp.Compare(x.Birth, y.Birth), cmp.Compare(x.ID, y.ID))
	})
	for _, c := range p.Clusters {
		rows.Clusters = append(rows.Clusters, c)
	}
	slices.SortFunc(rows.Clusters, func(x, y knowledge.Cluster) int {
		return cmp.Or(cmp.Compare(x.Birth, y.Birth), cmp.Compare(x.ID, y.ID))
	})
	for _, id := range slices.Sorted(maps.Keys(p.Solutions)) {
		rows.Solutions = append(rows.Solutions, knowledge.Solution{Cluster: id, Text: p.Solutions[id]})
	}
	return rows
}

// Save adds a change.
func (p *Rows) Save(delta *knowledge.Rows) {
	for _, s := range delta.Shapes {
		p.shape(s)
	}
	for _, t := range delta.Templates {
		p.Templates[t.ID] = t
	}
	for _, c := range delta.Clusters {
		p.Clusters[c.ID] = c
	}
	for _, a := range delta.Aliases {
		p.join(a)
	}
	if delta.Clock != nil {
		p.Clock = delta.Clock
	}
}

// shape adds lines to a shape. One that claims to be a root gives way to an edge, else
// the last edge holds.
func (p *Rows) shape(s knowledge.Shape) {
	key := ShapeKey{s.Hash, s.Slots}
	if old, known := p.Shapes[key]; known {
		s.Count += old.Count
		s.Birth, s.LastSeen, s.Founded = min(s.Birth, old.Birth), max(s.LastSeen, old.LastSeen), s.Founded || old.Founded
		s.Masked = cmp.Or(old.Masked, s.Masked)
		if s.Template == s.Hash {
			s.Template = old.Template
		}
	}
	p.Shapes[key] = s
}

func (p *Rows) join(a knowledge.Alias) {
	if a.Kind == knowledge.KindTemplate {
		delete(p.Templates, a.From)
		for key, s := range p.Shapes {
			if s.Template == a.From {
				s.Template = a.To
				p.Shapes[key] = s
			}
		}
		return
	}
	for _, t := range p.Templates {
		if t.Cluster == a.From {
			return
		}
	}
	delete(p.Clusters, a.From)
	p.Inherit(a.From, a.To)
}

// Inherit hands on the solution of a cluster that is part of another.
func (p *Rows) Inherit(from, to knowledge.ID) {
	if p.Solutions[to] == "" && p.Solutions[from] != "" {
		p.Solutions[to] = p.Solutions[from]
	}
	delete(p.Solutions, from)
}
