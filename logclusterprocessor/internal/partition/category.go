// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
)

// category is a set of meanings that are near each other: the loose cut of the
// tree of which meanings are the strict one. Its ID is that of the oldest meaning
// that was ever in it.
type category struct {
	id       uint64
	birth    int64
	meanings []*meaning
}

// categoryID is the category's, or the meaning's own while it is in none.
func (m *meaning) categoryID() uint64 {
	if m.category == nil {
		return m.id
	}
	return m.category.id
}

// categorize puts a new meaning into the nearest category, if one is near enough,
// else into one of its own, and makes it comparable to others.
func (p *Partition) categorize(m *meaning) {
	vector := p.space.Vector(m.terms())
	if hit, ok := p.index.Nearest(vector, p.settings.Clustering.AssignThreshold()); ok {
		p.join(m, p.meanings.byID[hit.ID].category)
	} else {
		p.join(m, &category{id: m.id, birth: m.birth})
	}
	if p.index.Len() < p.settings.Clusters {
		p.index.Add(m.id, vector)
	} else {
		p.observer.Evicted("cluster", "clusters", 1) // it has an ID, but no category finds it
	}
}

// join puts a meaning into a category.
func (p *Partition) join(m *meaning, c *category) {
	if m.category == c {
		return
	}
	p.leave(m)
	m.category = c
	c.meanings = append(c.meanings, m)
	p.unsaved.cluster(m)
}

// leave takes a meaning out of its category.
func (p *Partition) leave(m *meaning) {
	if c := m.category; c != nil {
		i := slices.Index(c.meanings, m)
		c.meanings = slices.Delete(c.meanings, i, i+1)
		m.category = nil
	}
}

// mergeCategories makes one category of several, under the ID of the oldest.
func (p *Partition) mergeCategories(all []*category) {
	if len(all) < 2 {
		return
	}
	slices.SortFunc(all, func(a, b *category) int { return cmp.Or(cmp.Compare(a.birth, b.birth), cmp.Compare(a.id, b.id)) })
	for _, c := range slices.Compact(all)[1:] {
		for _, m := range slices.Clone(c.meanings) {
			p.join(m, all[0])
			p.publishAll(m)
		}
	}
	p.observer.Merged(len(all) - 1)
}

// indexMeanings builds the index under the space in force.
func (p *Partition) indexMeanings() {
	p.index = cluster.NewIndex(p.settings.Clustering.Distance)
	for _, m := range p.meanings.sorted() {
		if !m.deferred && p.index.Len() < p.settings.Clusters {
			p.index.Add(m.id, p.space.Vector(m.terms()))
		}
	}
}
