// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Inherit gives the templates that were learnt again what the knowledge base has
// for those of another version: counts, solutions, and what people have decided.
// heirs has a salted shape of each old template's sample.
func (p *Partition) Inherit(rows *knowledge.Rows, heirs map[knowledge.ID]uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	will := p.newWill(rows, heirs)
	for _, t := range will.templates {
		p.inheritTemplate(t, will)
	}
	for _, a := range rows.Aliases {
		if a.Kind == knowledge.KindCluster && a.Person && a.From != a.To {
			p.inheritJoin(will.founder[a.From], will.founder[a.To])
		}
	}
	for _, s := range rows.Solutions {
		if m := will.founder[s.Cluster]; m != nil {
			p.solutions[m.meaning.id] = s.Text
			m.meaning.solution = s.Text
			p.publishAll(m.meaning)
		}
	}
	if rows.Clock != nil {
		p.birth = max(p.birth, rows.Clock.Birth)
		p.ordinal.Store(rows.Clock.Ordinal)
		p.boundary.Store(rows.Clock.Boundary)
	}
	p.measure()
}

// will says who inherits from whom.
type will struct {
	templates []knowledge.Template
	heir      map[knowledge.ID]*member // by old template
	founder   map[knowledge.ID]*member // by old cluster, also one that joined another
}

func (p *Partition) newWill(rows *knowledge.Rows, heirs map[knowledge.ID]uint64) *will {
	w := &will{templates: slices.Clone(rows.Templates), heir: map[knowledge.ID]*member{}, founder: map[knowledge.ID]*member{}}
	for _, t := range w.templates {
		e := p.miner.Lookup(heirs[t.ID])
		if e == nil {
			continue
		}
		m := p.meanings.members[e.Template().ID()]
		if m == nil {
			continue
		}
		w.heir[t.ID] = m
		// The ID of a cluster was that of its oldest template: also of one that a
		// person has made part of another since.
		w.founder[t.ID] = m
		if w.founder[t.Cluster] == nil {
			w.founder[t.Cluster] = m
		}
	}
	// The founder last: when it leaves the old cluster, what is left there goes with it.
	slices.SortStableFunc(w.templates, func(a, b knowledge.Template) int {
		return cmp.Compare(founds(&a), founds(&b))
	})
	return w
}

func founds(t *knowledge.Template) int {
	if t.ID == t.Cluster {
		return 1
	}
	return 0
}

func (p *Partition) inheritTemplate(t knowledge.Template, w *will) {
	m := w.heir[t.ID]
	if m == nil {
		return
	}
	if t.Placed {
		m.placed = true
		p.move(m, uint64(t.Cluster))
		p.publish(m)
	}
	if to := m.template.ID(); to != uint64(t.ID) {
		p.note(knowledge.Alias{Kind: knowledge.KindTemplate, From: t.ID, To: knowledge.ID(to), Outdated: true})
	}
}

// inheritJoin joins two clusters again that a person had joined.
func (p *Partition) inheritJoin(from, into *member) {
	if from == nil || into == nil || from.meaning == into.meaning {
		return
	}
	old, to := from.meaning.id, into.meaning.id
	p.joined[old] = to
	p.obey(old)
	p.note(knowledge.Alias{Kind: knowledge.KindCluster, From: knowledge.ID(old), To: knowledge.ID(to), Person: true})
}
