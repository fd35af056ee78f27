// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Restore makes a partition that goes on where the saved one stopped, or adds what
// was saved to one that has begun without it. It is false when there is no room.
func (r *Registry) Restore(key string, rows knowledge.Rows) bool {
	p := r.of([]byte(key), 0)
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
	if p.birth != 0 || len(p.meanings.members) > 0 {
		return false
	}
	p.restore(rows)
	return true
}

func (p *Partition) restore(rows *knowledge.Rows) {
	p.miner.Restore(records(rows.Shapes))
	p.noteDecisions(rows)
	p.restoreMembers(rows)
	if p.unsaved != nil && (rows.Clock == nil || rows.Clock.Versions == p.settings.Versions) {
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
	p.resettle(rows.Templates)
	p.measure()
}

// restoreMembers puts the templates into their meanings.
func (p *Partition) restoreMembers(rows *knowledge.Rows) {
	reread := rows.Clock != nil && rows.Clock.Versions.Statements != p.settings.Versions.Statements
	for _, row := range rows.Clusters {
		m := p.meaningOf(uint64(row.ID), row.Birth)
		m.keywords, m.noise = row.Keywords, row.Noise
		p.meanings.byID[m.id] = m
	}
	for i := range rows.Templates {
		row := &rows.Templates[i]
		e := p.miner.Lookup(uint64(row.ID))
		if e == nil || p.meanings.members[e.Template().ID()] != nil {
			continue
		}
		m := p.restoreMember(e.Template(), p.meaningOf(p.joinedTo(uint64(row.Cluster)), row.Birth))
		m.represents, m.placed = row.Represents, row.Placed
		if reread && !m.placed {
			p.move(m, p.idOf(m.text))
		}
	}
	for id, m := range p.meanings.byID {
		if len(m.members) == 0 {
			delete(p.meanings.byID, id)
		}
	}
	p.restoreCategories(rows.Clusters)
	for _, m := range p.meanings.members {
		p.publish(m)
	}
}

// restoreCategories puts the meanings into their categories.
func (p *Partition) restoreCategories(rows []knowledge.Cluster) {
	known := map[knowledge.ID]*category{}
	for _, row := range rows {
		m := p.meanings.byID[uint64(row.ID)]
		if m == nil {
			continue
		}
		c := known[row.Category]
		if c == nil {
			c = &category{id: uint64(row.Category), birth: m.birth}
			known[row.Category] = c
		}
		c.birth = min(c.birth, m.birth)
		p.join(m, c)
	}
	for _, m := range p.meanings.sorted() {
		if m.category == nil {
			p.join(m, &category{id: m.id, birth: m.birth})
		}
	}
}

// restoreOrphans gives those a place that have none, because the store lost it:
// their statements say where, and the store is told.
func (p *Partition) restoreOrphans(shapes []knowledge.Shape) {
	for _, s := range shapes {
		e := p.miner.Lookup(uint64(s.Hash))
		if e == nil || p.meanings.members[e.Template().ID()] != nil {
			continue
		}
		m := p.settle(e.Template())
		p.unsaved.cluster(m.meaning)
		p.publish(m)
	}
}

// settle puts a template that has no place into the meaning of its statement.
func (p *Partition) settle(t *Template) *member {
	m := p.restoreMember(t, p.meaningOf(p.idOf(t.Text()), t.Birth()))
	if m.meaning.category == nil {
		p.join(m.meaning, &category{id: m.meaning.id, birth: m.meaning.birth})
	}
	return m
}

// resettle moves the templates whose text is not as it was saved to the meaning of their
// statement: what a limit made the processor forget may have lost its generalisation to
// another template since.
func (p *Partition) resettle(rows []knowledge.Template) {
	for i := range rows {
		m := p.meanings.members[uint64(rows[i].ID)]
		if m == nil || m.placed || m.text == rows[i].Text {
			continue
		}
		if id := p.idOf(m.text); id != m.meaning.id {
			p.move(m, id)
		}
	}
}

func (p *Partition) restoreMember(t *Template, to *meaning) *member {
	text := t.Text()
	m := &member{template: t, text: text, terms: p.extract.Terms([]string{text})}
	p.meanings.add(m, to)
	p.offer(m)
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
	for _, m := range p.meanings.byID {
		m.fresh = false
	}
	p.space, p.counted = p.vocabulary.Freeze(), clock.Space
	p.indexMeanings()

	count(clock.Closed)
	p.closed = clock.Closed
	if clock.Closed > clock.Space {
		// A window is closed whose clustering is not in force.
		p.birth = clock.Closed
		w := p.newWindow()
		if clock.Done {
			w.restore(clock.Categories)
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
	m := p.meanings.members[e.Template().ID()]
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
	if e.Shape() == m.template.ID() && m == m.meaning.members[0] {
		m.meaning.fresh = true
	}
}

// restore gives a window the result that was saved.
func (w *window) restore(findings [][]knowledge.ID) {
	defer close(w.done)
	w.vectorize()
	for _, saved := range findings {
		f := make(finding, len(saved))
		for i, id := range saved {
			f[i] = uint64(id)
		}
		w.findings = append(w.findings, f)
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
