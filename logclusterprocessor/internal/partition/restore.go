// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Restore makes a partition that goes on where the saved one stopped.
func (r *Registry) Restore(key string, rows knowledge.Rows) error {
	now := time.Now().UnixNano()
	p := r.Get([]byte(key), now)
	if p.key != key {
		return errors.New("limits.partitions is lower than the number of partitions saved; " + key + " starts afresh")
	}
	p.restore(rows)
	return nil
}

func (p *Partition) restore(rows knowledge.Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.miner.Restore(records(rows.Shapes))
	p.restoreMembers(&rows)
	clock := rows.Clock
	if clock == nil {
		clock = &knowledge.Clock{Boundary: noWindow}
	}
	p.restoreVocabulary(rows.Shapes, clock)
	p.birth = clock.Birth
	p.ordinal.Store(clock.Ordinal)
	p.boundary.Store(clock.Boundary)
	for _, m := range p.categories.members {
		m.publish()
	}
	p.measure()
	p.saved.take(p.state())
}

// restoreMembers puts the templates into their categories.
func (p *Partition) restoreMembers(rows *knowledge.Rows) {
	for _, row := range rows.Clusters {
		c := p.newCategory(uint64(row.ID), row.Birth)
		c.keywords = row.Keywords
		for _, id := range row.Templates {
			e := p.miner.Lookup(uint64(id))
			if e == nil || p.categories.members[e.Template().ID()] != nil {
				continue
			}
			t := e.Template()
			m := p.restoreMember(t, c)
			m.represents = slices.Contains(row.Representatives, id)
		}
	}
	// What has no row, because the store lost it, stands alone.
	for _, s := range rows.Shapes {
		if e := p.miner.Lookup(uint64(s.Hash)); e != nil && p.categories.members[e.Template().ID()] == nil {
			t := e.Template()
			p.restoreMember(t, p.newCategory(t.ID(), t.Birth())).represents = true
		}
	}
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
	if e == nil {
		return
	}
	m := p.categories.members[e.Template().ID()]
	if m == nil {
		return
	}
	f := founding{shape: e.Shape(), terms: p.extract.Terms([]string{template.Text(s.Masked)})}
	p.vocabulary.Add(f.terms)
	m.founding = append(m.founding, f)
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

// solve gives categories the texts of solutions. A solution for a cluster that
// is not in memory waits until it comes back.
func (p *Partition) solve(solutions []knowledge.Solution) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range solutions {
		id := uint64(s.Cluster)
		if s.Text == "" {
			delete(p.solutions, id)
		} else {
			p.solutions[id] = s.Text
		}
		if c := p.categories.byID[id]; c != nil {
			c.solution = s.Text
			for _, m := range c.members {
				m.publish()
			}
		}
	}
}
