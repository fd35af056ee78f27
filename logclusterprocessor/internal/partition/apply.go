// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Apply takes in what others changed: other processors on the same knowledge
// base, and people. It is false when there is no such partition.
func (r *Registry) Apply(key string, rows knowledge.Rows) bool {
	p := r.find(key)
	if p == nil {
		return false
	}
	p.takeParts(&rows)
	return true
}

// maxTake is how many templates are taken in at a time: whoever learns waits for
// that long.
const maxTake = 200

// takeParts adds rows in parts, templates with all their shapes, so that the flow
// can learn in between.
func (p *Partition) takeParts(rows *knowledge.Rows) {
	part := func(rows *knowledge.Rows) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.take(rows)
	}
	if len(rows.Shapes) <= maxTake {
		part(rows)
		return
	}
	shapes := append([]knowledge.Shape(nil), rows.Shapes...)
	slices.SortStableFunc(shapes, func(a, b knowledge.Shape) int { return cmp.Compare(a.Template, b.Template) })
	templates := make(map[knowledge.ID]knowledge.Template, len(rows.Templates))
	for _, t := range rows.Templates {
		templates[t.ID] = t
	}
	clusters := make(map[knowledge.ID]knowledge.Cluster, len(rows.Clusters))
	for _, c := range rows.Clusters {
		clusters[c.ID] = c
	}
	part(&knowledge.Rows{Solutions: rows.Solutions})
	for len(shapes) > 0 {
		n := min(maxTake, len(shapes))
		for n < len(shapes) && shapes[n].Template == shapes[n-1].Template {
			n++
		}
		some := knowledge.Rows{Shapes: shapes[:n:n]}
		for i, s := range some.Shapes {
			t, ok := templates[s.Template]
			if !ok || i > 0 && s.Template == shapes[i-1].Template {
				continue
			}
			some.Templates = append(some.Templates, t)
			delete(templates, t.ID)
			if c, ok := clusters[t.Cluster]; ok {
				some.Clusters = append(some.Clusters, c)
				delete(clusters, c.ID)
			}
		}
		part(&some)
		shapes = shapes[n:]
	}
	rest := knowledge.Rows{Aliases: rows.Aliases, Clock: rows.Clock} // the clock last of all
	for _, t := range rows.Templates {
		if _, left := templates[t.ID]; left {
			rest.Templates = append(rest.Templates, t)
		}
	}
	for _, c := range rows.Clusters {
		if _, left := clusters[c.ID]; left {
			rest.Clusters = append(rest.Clusters, c)
		}
	}
	part(&rest)
}

// Lead says whether to re-cluster a partition.
func (r *Registry) Lead(key string, leads bool) {
	if p := r.find(key); p != nil {
		p.leads.Store(leads)
	}
}

func (r *Registry) find(key string) *Partition {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byKey[key]
}

// take adds rows to what is known. In which cluster a template is, the rows
// decide; everything else joins.
func (p *Partition) take(rows *knowledge.Rows) {
	joined := p.miner.Restore(records(rows.Shapes))
	absorbed := joined.Absorbed
	for _, a := range rows.Aliases {
		if a.Kind == knowledge.KindTemplate {
			absorbed = append(absorbed, p.miner.Join(uint64(a.From), uint64(a.To)).Absorbed...)
		}
	}
	for i := range rows.Shapes {
		p.birth = max(p.birth, rows.Shapes[i].Birth)
	}
	p.noteDecisions(rows)
	for i := range rows.Templates {
		p.place(&rows.Templates[i])
	}
	for _, t := range absorbed {
		p.follow(t)
	}
	p.placeRest(rows.Shapes)
	for i := range rows.Shapes {
		if rows.Shapes[i].Founded {
			p.recount(&rows.Shapes[i])
		}
		if e := p.miner.Lookup(uint64(rows.Shapes[i].Hash)); e != nil {
			p.generalise(e.Template())
		}
	}
	p.describeAs(rows.Clusters)
	p.solve(rows.Solutions)
	for _, t := range joined.Evicted {
		p.forget(t)
	}
	if rows.Clock != nil && !p.leads.Load() {
		p.followClock(rows.Clock)
	}
	p.measure()
}

// describeAs takes over what the knowledge base says of clusters.
func (p *Partition) describeAs(rows []knowledge.Cluster) {
	for _, row := range rows {
		m := p.meanings.byID[uint64(row.ID)]
		if m == nil {
			continue
		}
		m.noise = row.Noise
		if !p.unsaved.hasCluster(m) {
			if len(row.Keywords) > 0 {
				m.keywords = row.Keywords
			}
			if !p.leads.Load() && row.Category != 0 {
				p.joinByID(m, row.Category)
			}
		}
		p.show(m)
	}
}

// joinByID puts a meaning into the category of an ID, that of another meaning or
// its own.
func (p *Partition) joinByID(m *meaning, id knowledge.ID) {
	saved := p.unsaved.hasCluster(m)
	to := &category{id: uint64(id), birth: m.birth}
	if first := p.meanings.byID[uint64(id)]; first != nil && first.category != nil && first.category.id == uint64(id) {
		to = first.category
	}
	if m.categoryID() != to.id {
		p.join(m, to)
	}
	if !saved {
		p.unsaved.savedCluster(m)
	}
}

// show makes the records of a meaning carry what is known of it, which the
// knowledge base knows.
func (p *Partition) show(of *meaning) {
	for _, m := range of.members {
		unsaved := p.unsaved.has(m)
		p.publish(m)
		if !unsaved {
			p.unsaved.saved(m)
		}
	}
}

// place puts a template where the knowledge base has it.
func (p *Partition) place(row *knowledge.Template) {
	e := p.miner.Lookup(uint64(row.ID))
	if e == nil {
		return
	}
	m := p.meanings.members[e.Template().ID()]
	if m == nil {
		m = p.restoreMember(e.Template(), p.meaningOf(p.joinedTo(uint64(row.Cluster)), row.Birth))
		p.adopted(m)
	}
	was := m.placed
	m.placed = row.Placed
	if id := p.joinedTo(uint64(row.Cluster)); (was || m.placed) && m.meaning.id != id {
		p.move(m, id)
	}
	if e.Template().ID() == uint64(row.ID) {
		m.represents = row.Represents
		p.publish(m)
		p.unsaved.saved(m)
	}
}

// adopted takes up a member that another collector has founded.
func (p *Partition) adopted(m *member) {
	if to := m.meaning; to.category == nil {
		to.fresh, p.stirred = true, true
		p.categorize(to)
	}
}

// has is true when the knowledge base has not what is known of a template here.
func (u *unsaved) has(m *member) bool { return u != nil && u.templates[m.template.ID()] }

// hasCluster is the same for a cluster.
func (u *unsaved) hasCluster(m *meaning) bool { return u != nil && u.clusters[m.id] }

// saved notes that the knowledge base has a template as it is.
func (u *unsaved) saved(m *member) {
	if u != nil {
		delete(u.templates, m.template.ID())
	}
}

// savedCluster is the same for a cluster.
func (u *unsaved) savedCluster(m *meaning) {
	if u != nil {
		delete(u.clusters, m.id)
	}
}

// follow ends a template that joined another, as absorb does; the other may be
// one that only the knowledge base knew.
func (p *Partition) follow(t *Template) {
	if p.meanings.members[t.ID()] == nil {
		return
	}
	root := t.Root()
	if p.meanings.members[root.ID()] == nil {
		p.adopted(p.settle(root))
	}
	p.absorb(root, t)
	p.generalise(root)
}

// placeRest gives templates a place for which no row came.
func (p *Partition) placeRest(shapes []knowledge.Shape) {
	for i := range shapes {
		e := p.miner.Lookup(uint64(shapes[i].Hash))
		if e == nil || p.meanings.members[e.Template().ID()] != nil {
			continue
		}
		t := e.Template()
		m := p.restoreMember(t, p.meaningOf(p.idOf(t.Text()), t.Birth()))
		p.adopted(m)
		p.describe(m.meaning)
	}
}

// noteDecisions remembers what people decided: which clusters are part of others,
// and their solutions.
func (p *Partition) noteDecisions(rows *knowledge.Rows) {
	for _, a := range rows.Aliases {
		if a.Kind != knowledge.KindCluster || !a.Person {
			continue
		}
		if a.From == a.To {
			p.release(uint64(a.From))
			continue
		}
		p.joined[uint64(a.From)] = uint64(a.To)
		p.obey(uint64(a.From))
	}
	if len(p.meanings.members) == 0 {
		p.solve(rows.Solutions)
	}
}

// obey moves what is in a cluster that a person made part of another.
func (p *Partition) obey(from uint64) {
	old := p.meanings.byID[from]
	if old == nil {
		return
	}
	for _, m := range slices.Clone(old.members) {
		p.move(m, p.joinedTo(from))
	}
	p.observer.Merged(1)
}

// release takes apart what a person had joined and has taken back: what is in the other
// cluster goes where its statement says.
func (p *Partition) release(from uint64) {
	to, ok := p.joined[from]
	if !ok {
		return
	}
	delete(p.joined, from)
	other := p.meanings.byID[p.joinedTo(to)]
	if other == nil {
		return
	}
	for _, m := range slices.Clone(other.members) {
		if !m.placed {
			p.move(m, p.idOf(m.text))
		}
	}
}

// solve gives clusters the texts of solutions. A solution for a cluster that
// is not in memory waits until it comes back.
func (p *Partition) solve(solutions []knowledge.Solution) {
	for _, s := range solutions {
		id := uint64(s.Cluster)
		if s.Text == "" {
			delete(p.solutions, id)
		} else {
			p.solutions[id] = s.Text
		}
		if c := p.meanings.byID[id]; c != nil {
			c.solution = s.Text
			p.show(c)
		}
	}
}

// followClock brings into force what the leader's clustering has: its words'
// weights, and which templates no longer wait for a window.
func (p *Partition) followClock(clock *knowledge.Clock) {
	if clock.Space <= p.counted && clock.Closed <= p.closed {
		return
	}
	for _, m := range p.meanings.byID {
		if m.birth <= clock.Closed {
			m.fresh = false
		}
	}
	p.closed = max(p.closed, clock.Closed)
	p.counted = max(p.counted, clock.Space)
	p.pending = nil
	p.space = p.vocabulary.Freeze()
	p.indexMeanings()
}
