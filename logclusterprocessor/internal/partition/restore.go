// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Restore makes a partition that goes on where the saved one stopped, or adds what
// was saved to one that has begun without it. It is false when there is no room.
func (r *Registry) Restore(key string, rows knowledge.Rows) bool {
	p := r.Get([]byte(key), time.Now().UnixNano())
	if p.key != key {
		return false // limits::partitions is lower than the number of partitions saved
	}
	if !p.restoreAll(&rows) {
		p.takeParts(&rows)
	}
	return true
}

// restoreAll restores a partition that has not begun yet, else it is false.
func (p *Partition) restoreAll(rows *knowledge.Rows) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.birth != 0 || len(p.categories.members) > 0 {
		return false
	}
	p.restore(rows)
	return true
}

func (p *Partition) restore(rows *knowledge.Rows) {
	p.miner.Restore(records(rows.Shapes))
	p.noteDecisions(rows)
	p.restoreMembers(rows)
	if p.unsaved != nil {
		p.unsaved = newUnsaved() // all that came is saved
	}
	p.restoreOrphans(rows.Shapes)
	clock := rows.Clock
	if clock == nil {
		clock = &knowledge.Clock{Boundary: noWindow}
	}
	p.restoreVocabulary(rows.Shapes, clock)
	p.birth = clock.Birth
	for i := range rows.Shapes {
		p.birth = max(p.birth, rows.Shapes[i].Birth)
	}
	p.ordinal.Store(clock.Ordinal)
	p.boundary.Store(clock.Boundary)
	if p.unsaved != nil && rows.Clock != nil {
		p.unsaved.clock = *clock
	}
	p.measure()
}

// restoreMembers puts the templates into their categories.
func (p *Partition) restoreMembers(rows *knowledge.Rows) {
	for _, row := range rows.Clusters {
		c := p.newCategory(uint64(row.ID), row.Birth)
		c.keywords, c.noise = row.Keywords, row.Noise
		p.categories.byID[c.id] = c
	}
	for _, row := range rows.Templates {
		e := p.miner.Lookup(uint64(row.ID))
		if e == nil || p.categories.members[e.Template().ID()] != nil {
			continue
		}
		p.restoreMember(e.Template(), p.categoryOf(row.Cluster, row.Birth)).represents = row.Represents
	}
	for id, c := range p.categories.byID {
		if len(c.members) == 0 {
			delete(p.categories.byID, id)
		}
	}
	for _, m := range p.categories.members {
		p.publish(m)
	}
}

// restoreOrphans gives those a place that have none, because the store lost it:
// they stand alone, and the store is told.
func (p *Partition) restoreOrphans(shapes []knowledge.Shape) {
	for _, s := range shapes {
		if e := p.miner.Lookup(uint64(s.Hash)); e != nil && p.categories.members[e.Template().ID()] == nil {
			t := e.Template()
			m := p.restoreMember(t, p.newCategory(t.ID(), t.Birth()))
			m.represents = true
			p.unsaved.cluster(m.category)
			p.publish(m)
		}
	}
}

// categoryOf returns the category of an ID, a new one if need be.
func (p *Partition) categoryOf(id knowledge.ID, birth int64) *category {
	if c := p.categories.byID[uint64(id)]; c != nil {
		return c
	}
	return p.newCategory(uint64(id), birth)
}

func (p *Partition) restoreMember(t *Template, c *category) *member {
	text := t.Text()
	m := &member{template: t, text: text, terms: p.extract.Terms([]string{text})}
	p.categories.add(m, c)
	return m
}

// restoreVocabulary counts again what founded the templates, in the order in
// which they were founded, and takes up the windows where they were.
func (p *Partition) restoreVocabulary(shapes []knowledge.Shape, clock *knowledge.Clock) {
	founders := slices.DeleteFunc(slices.Clone(shapes), func(s knowledge.Shape) bool { return !s.Founded })
	slices.SortFunc(founders, func(a, b knowledge.Shape) int { return cmp.Compare(a.Birth, b.Birth) })
	count := func(until int64) {
		for len(founders) > 0 && founders[0].Birth <= until {
			p.recount(&founders[0])
			founders = founders[1:]
		}
	}

	count(clock.Space)
	for _, m := range p.categories.members {
		m.fresh = false
	}
	p.space, p.counted = p.vocabulary.Freeze(), clock.Space
	p.indexRepresentatives()

	count(clock.Closed)
	p.closed = clock.Closed
	if clock.Closed > clock.Space {
		// A window is closed whose clustering is not in force.
		p.birth = clock.Closed
		w := p.newWindow()
		if clock.Done {
			w.restore(clock.Pending)
			p.pending = w
		} else {
			p.start(w)
		}
	}
	p.stirred = len(founders) > 0
	count(math.MaxInt64)
}

// recount takes in the words of a shape that founded a template.
func (p *Partition) recount(s *knowledge.Shape) {
	e := p.miner.Lookup(uint64(s.Hash))
	if e == nil || e.Founded() {
		return
	}
	m := p.categories.members[e.Template().ID()]
	if m == nil {
		return
	}
	f := founding{shape: e.Shape(), terms: m.terms}
	if text := template.Text(s.Masked); text != m.text {
		f.terms = p.extract.Terms([]string{text})
	}
	p.vocabulary.Add(f.terms)
	m.founding = append(m.founding, f)
	e.Found()
	if e.Shape() == m.template.ID() {
		m.fresh = true
	}
}

// indexRepresentatives builds the index under the space in force.
func (p *Partition) indexRepresentatives() {
	p.index = cluster.NewIndex(p.settings.Clustering.Distance)
	for id, m := range p.categories.members {
		if m.represents {
			p.index.Add(id, p.space.Vector(m.terms))
		}
	}
}

// restore gives a window the result that was saved.
func (w *window) restore(findings []knowledge.Finding) {
	defer close(w.done)
	w.indexRepresentatives()
	place := make(map[knowledge.ID]int, len(w.groups))
	for i, g := range w.groups {
		place[knowledge.ID(g.id)] = i
	}
	for _, saved := range findings {
		f := finding{keywords: saved.Keywords}
		for _, id := range saved.Clusters {
			if g, ok := place[id]; ok {
				f.groups = append(f.groups, g)
			}
		}
		for _, id := range saved.Representatives {
			f.representatives = append(f.representatives, uint64(id))
		}
		w.apply(f)
	}
}

func records(shapes []knowledge.Shape) []template.Record {
	records := make([]template.Record, len(shapes))
	for i, s := range shapes {
		records[i] = template.Record{
			Shape: uint64(s.Hash), Slots: s.Slots, Seq: s.Seq, Parent: uint64(s.Template), Text: s.Masked,
			Birth: s.Birth, Last: s.LastSeen, Count: s.Count,
		}
	}
	return records
}
