// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// saved is what the knowledge base has: the state last saved, by key, so that a
// delta is the difference to it. What could not be saved is in the next delta
// by itself.
type saved struct {
	shapes   map[knowledge.ShapeKey]knowledge.Shape
	clusters map[knowledge.ID]knowledge.Cluster
	clock    knowledge.Clock
	aliases  []knowledge.Alias // not yet saved
}

func newSaved() *saved {
	return &saved{
		shapes:   map[knowledge.ShapeKey]knowledge.Shape{},
		clusters: map[knowledge.ID]knowledge.Cluster{},
	}
}

// maxAliases bounds the aliases that wait for a knowledge base that is down.
const maxAliases = 100_000

// alias notes that one ID is part of another from now on.
func (p *Partition) alias(kind knowledge.Kind, from, to uint64) {
	switch {
	case p.saved == nil:
	case len(p.saved.aliases) >= maxAliases:
		p.observer.Evicted("alias", "unsaved", 1)
	default:
		p.saved.aliases = append(p.saved.aliases, knowledge.Alias{
			Kind: kind, From: knowledge.ID(from), To: knowledge.ID(to), At: p.birth,
		})
	}
}

// Save gives what changed since the last time it succeeded to put, outside the
// lock. Not to be called twice at a time.
func (p *Partition) Save(put func(delta knowledge.Rows) error) error {
	p.mu.Lock()
	state, aliases := p.state(), p.saved.aliases
	p.mu.Unlock()
	delta := p.saved.difference(&state)
	delta.Aliases = aliases
	if delta.Empty() {
		return nil
	}
	if err := put(delta); err != nil {
		return err
	}
	p.saved.take(state)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saved.aliases = slices.Clone(p.saved.aliases[len(aliases):])
	return nil
}

// state is everything that a restart must find.
func (p *Partition) state() knowledge.Rows {
	var rows knowledge.Rows
	founded := map[uint64]bool{}
	for _, m := range p.categories.members {
		for _, f := range m.founding {
			founded[f.shape] = true
		}
	}
	for _, r := range p.miner.Records() {
		rows.Shapes = append(rows.Shapes, knowledge.Shape{
			Hash: knowledge.ID(r.Shape), Slots: r.Slots, Seq: r.Seq, Template: knowledge.ID(r.Parent),
			Founded: r.Slots == 0 && founded[r.Shape], Masked: r.Text,
			Birth: r.Birth, LastSeen: r.Last, Count: r.Count,
		})
	}
	for _, c := range p.categories.byID {
		rows.Clusters = append(rows.Clusters, c.row())
	}
	slices.SortFunc(rows.Clusters, func(a, b knowledge.Cluster) int {
		return cmp.Or(cmp.Compare(a.Birth, b.Birth), cmp.Compare(a.ID, b.ID))
	})
	rows.Clock = p.clock()
	return rows
}

func (c *category) row() knowledge.Cluster {
	row := knowledge.Cluster{ID: knowledge.ID(c.id), Birth: c.birth, Keywords: c.keywords}
	for _, m := range c.members {
		id := knowledge.ID(m.template.ID())
		row.Templates = append(row.Templates, id)
		if m.represents {
			row.Representatives = append(row.Representatives, id)
		}
	}
	return row
}

func (p *Partition) clock() *knowledge.Clock {
	c := &knowledge.Clock{
		Boundary: p.boundary.Load(),
		Birth:    p.birth,
		Space:    p.counted,
		Closed:   p.closed,
		Ordinal:  p.ordinal.Load(),
	}
	if w := p.pending; w != nil && w.isDone() {
		c.Done = w.err == nil
		for _, f := range w.findings {
			found := knowledge.Finding{Keywords: f.keywords}
			for _, g := range f.groups {
				found.Clusters = append(found.Clusters, knowledge.ID(w.groups[g].id))
			}
			for _, id := range f.representatives {
				found.Representatives = append(found.Representatives, knowledge.ID(id))
			}
			c.Pending = append(c.Pending, found)
		}
	}
	return c
}

// difference returns the rows of state that are not saved as they are.
func (s *saved) difference(state *knowledge.Rows) knowledge.Rows {
	var delta knowledge.Rows
	live := make(map[knowledge.ShapeKey]bool, len(state.Shapes))
	for _, row := range state.Shapes {
		live[keyOf(row)] = true
		if s.shapes[keyOf(row)] != row {
			delta.Shapes = append(delta.Shapes, row)
		}
	}
	alive := make(map[knowledge.ID]bool, len(state.Clusters))
	for _, row := range state.Clusters {
		alive[row.ID] = true
		if !equal(s.clusters[row.ID], row) {
			delta.Clusters = append(delta.Clusters, row)
		}
	}
	for key := range s.shapes {
		if !live[key] {
			delta.Gone.Shapes = append(delta.Gone.Shapes, key)
		}
	}
	for id := range s.clusters {
		if !alive[id] {
			delta.Gone.Clusters = append(delta.Gone.Clusters, id)
		}
	}
	if !sameClock(&s.clock, state.Clock) {
		delta.Clock = state.Clock
	}
	return delta
}

// take notes that state is saved.
func (s *saved) take(state knowledge.Rows) {
	clear(s.shapes)
	for _, row := range state.Shapes {
		s.shapes[keyOf(row)] = row
	}
	clear(s.clusters)
	for _, row := range state.Clusters {
		s.clusters[row.ID] = row
	}
	s.clock = *state.Clock
}

func keyOf(s knowledge.Shape) knowledge.ShapeKey {
	return knowledge.ShapeKey{Hash: s.Hash, Slots: s.Slots}
}

func equal(a, b knowledge.Cluster) bool {
	return a.ID == b.ID && slices.Equal(a.Templates, b.Templates) &&
		slices.Equal(a.Representatives, b.Representatives) && slices.Equal(a.Keywords, b.Keywords)
}

func sameClock(a, b *knowledge.Clock) bool {
	return a.Boundary == b.Boundary && a.Birth == b.Birth && a.Space == b.Space && a.Closed == b.Closed &&
		a.Ordinal == b.Ordinal && a.Done == b.Done
}
