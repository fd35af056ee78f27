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
	part(&knowledge.Rows{Apart: rows.Apart, Solutions: rows.Solutions})
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
	var changed []*category
	for i := range rows.Templates {
		changed = append(changed, p.place(&rows.Templates[i], rows.Clusters)...)
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
	for _, a := range rows.Aliases {
		if a.Kind == knowledge.KindCluster {
			changed = append(changed, p.obey(a)...)
		}
	}
	for _, row := range rows.Clusters {
		if c := p.categories.byID[uint64(row.ID)]; c != nil {
			c.noise = row.Noise
			if len(row.Keywords) > 0 && !p.unsaved.hasCluster(c) {
				c.keywords = row.Keywords
			}
			p.show(c)
		}
	}
	p.renameAll(changed)
	p.solve(rows.Solutions)
	for _, t := range joined.Evicted {
		p.forget(t)
	}
	if rows.Clock != nil && !p.leads.Load() {
		p.followClock(rows.Clock)
	}
	p.measure()
}

// show makes the records of a category carry what is known of it, which the
// knowledge base knows.
func (p *Partition) show(c *category) {
	for _, m := range c.members {
		unsaved := p.unsaved.has(m)
		p.publish(m)
		if !unsaved {
			p.unsaved.saved(m)
		}
	}
}

// renameAll chooses the keywords of categories that people, or collectors that do
// not lead, have changed: their words are those of other members. Who leads does
// it for all.
func (p *Partition) renameAll(changed []*category) {
	if !p.leads.Load() {
		return
	}
	slices.SortFunc(changed, func(a, b *category) int { return cmp.Compare(a.id, b.id) })
	for _, c := range slices.Compact(changed) {
		if n := len(c.members); n > 0 && n <= maxRename {
			p.rename(c)
		}
	}
}

// place puts a template where the knowledge base has it. It returns the categories
// that it was moved from and to, if it was.
func (p *Partition) place(row *knowledge.Template, clusters []knowledge.Cluster) (changed []*category) {
	e := p.miner.Lookup(uint64(row.ID))
	if e == nil {
		return nil
	}
	birth := row.Birth
	if i := slices.IndexFunc(clusters, func(c knowledge.Cluster) bool { return c.ID == row.Cluster }); i >= 0 {
		birth = clusters[i].Birth
	}
	c := p.categoryOf(row.Cluster, birth)
	m := p.categories.members[e.Template().ID()]
	switch {
	case m == nil:
		m = p.restoreMember(e.Template(), c)
		m.fresh, p.stirred = true, true
		p.publish(m)
		if e.Template().ID() == uint64(row.ID) {
			p.unsaved.saved(m)
		}
	case m.category != c:
		changed = []*category{m.category, c}
		p.move(m, c)
	}
	if m.deferred && row.Represents {
		m.deferred = false
		p.count(m)
	}
	if !p.unsaved.has(m) && row.Represents && !m.represents {
		p.represent(m)
		p.unsaved.saved(m)
	}
	return changed
}

// has is true when the knowledge base has not what is known of a template here.
func (u *unsaved) has(m *member) bool { return u != nil && u.templates[m.template.ID()] }

// hasCluster is the same for a cluster.
func (u *unsaved) hasCluster(c *category) bool { return u != nil && u.clusters[c.id] }

// saved notes that the knowledge base has a template as it is.
func (u *unsaved) saved(m *member) {
	if u != nil {
		delete(u.templates, m.template.ID())
	}
}

// move takes a member to another category. When it was the last of its own, the
// ID that it had given out is an alias.
func (p *Partition) move(m *member, c *category) {
	old, represents := m.category, m.represents
	p.remove(m)
	p.categories.add(m, c)
	if represents {
		p.represent(m)
	}
	if len(old.members) == 0 {
		p.alias(knowledge.KindCluster, old.id, c.id)
	} else {
		p.unsaved.cluster(old)
	}
	if c.keywords == nil {
		c.keywords = old.keywords
	}
	p.publish(m)
}

// follow ends a template that joined another, as absorb does; the other may be
// one that only the knowledge base knew.
func (p *Partition) follow(t *Template) {
	a := p.categories.members[t.ID()]
	if a == nil {
		return
	}
	root := t.Root()
	if p.categories.members[root.ID()] == nil {
		p.restoreMember(root, a.category)
	}
	p.absorb(root, t)
	p.generalise(root)
	p.publish(p.categories.members[root.ID()])
}

// placeRest gives templates a category of their own for which no row came.
func (p *Partition) placeRest(shapes []knowledge.Shape) {
	for i := range shapes {
		e := p.miner.Lookup(uint64(shapes[i].Hash))
		if e == nil || p.categories.members[e.Template().ID()] != nil {
			continue
		}
		t := e.Template()
		m := p.restoreMember(t, p.newCategory(t.ID(), t.Birth()))
		m.fresh, p.stirred = true, true
		p.represent(m)
		p.publish(m)
	}
}

// obey joins clusters that the knowledge base has joined, whichever is older here.
// It returns what became of them, if they were two.
func (p *Partition) obey(a knowledge.Alias) []*category {
	from := p.categories.byID[uint64(a.From)]
	if from == nil || a.From == a.To {
		return nil
	}
	into := p.categoryOf(a.To, from.birth)
	p.categories.byID[into.id] = into
	p.join(into, from)
	if into.keywords == nil {
		into.keywords = from.keywords
	}
	p.show(into)
	p.observer.Merged(1)
	return []*category{into}
}

// noteDecisions remembers what people decided.
func (p *Partition) noteDecisions(rows *knowledge.Rows) {
	for _, pair := range rows.Apart {
		p.apart[pairOf(uint64(pair[0]), uint64(pair[1]))] = true
	}
	if len(p.categories.members) == 0 {
		p.solve(rows.Solutions)
	}
}

// solve gives categories the texts of solutions. A solution for a cluster that
// is not in memory waits until it comes back.
func (p *Partition) solve(solutions []knowledge.Solution) {
	for _, s := range solutions {
		id := uint64(s.Cluster)
		if s.Text == "" {
			delete(p.solutions, id)
		} else {
			p.solutions[id] = s.Text
		}
		if c := p.categories.byID[id]; c != nil {
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
	for _, m := range p.categories.members {
		if m.template.Birth() <= clock.Closed {
			m.fresh = false
		}
	}
	p.closed = max(p.closed, clock.Closed)
	p.counted = max(p.counted, clock.Space)
	p.pending = nil
	p.space = p.vocabulary.Freeze()
	p.indexRepresentatives()
}
