// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"errors"
	"fmt"
	"slices"
)

// Check returns what contradicts the invariants of what the partitions hold, for
// tests: nil when all is in order. It is not to be called beside other methods.
func (r *Registry) Check() error {
	var errs []error
	sum := int64(0)
	for _, p := range r.All() {
		sum += p.sizes.bytes.Load()
		if err := p.Check(); err != nil {
			errs = append(errs, fmt.Errorf("partition %q: %w", p.key, err))
		}
	}
	if total := r.shared.budget.total.Load(); total != sum {
		errs = append(errs, fmt.Errorf("the budget counts %d bytes, the partitions have %d", total, sum))
	}
	return errors.Join(errs...)
}

// Check is that of one partition, whose invariants are written down at its type.
func (p *Partition) Check() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &checker{}
	c.meanings(&p.meanings)
	for _, m := range p.meanings.members {
		c.member(p, m)
	}
	for _, m := range p.meanings.byID {
		c.category(p, m)
	}
	c.whole(p)
	return errors.Join(c.errs...)
}

// checker collects what is wrong.
type checker struct{ errs []error }

// must notes what is wrong unless it holds.
func (c *checker) must(holds bool, format string, args ...any) {
	if !holds {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// meanings checks the tables against each other.
func (c *checker) meanings(s *meanings) {
	n := 0
	for id, m := range s.byID {
		n += len(m.members)
		c.must(m.id == id, "cluster %016x is kept as %016x", m.id, id)
		c.must(len(m.members) > 0, "cluster %016x has no template", id)
		c.must(slices.IsSortedFunc(m.members, (*member).compare), "the templates of cluster %016x are not in order of birth", id)
		for _, member := range m.members {
			c.must(member.meaning == m && s.members[member.template.ID()] == member,
				"template %016x is in cluster %016x, and elsewhere", member.template.ID(), id)
		}
	}
	c.must(n == len(s.members), "the clusters have %d templates of %d", n, len(s.members))
	listed := map[*meaning]int{}
	for _, m := range s.order {
		listed[m]++
	}
	for id, m := range s.byID {
		c.must(m.listed && listed[m] == 1, "cluster %016x is listed %d times", id, listed[m])
	}
	c.must(s.unsorted || slices.IsSortedFunc(s.order, (*meaning).compare), "the clusters are not in order of birth")
}

// member checks a template and what its records carry.
func (c *checker) member(p *Partition, m *member) {
	id := m.template.ID()
	e := p.miner.Lookup(id)
	c.must(e != nil && e.Template() == m.template, "template %016x is not the miner's", id)
	c.must(m.text == m.template.Text(), "template %016x is %q and not %q", id, m.template.Text(), m.text)
	c.must(m.public == m.template.PublicID(), "template %016x is public as %016x and not %016x", id, m.template.PublicID(), m.public)
	c.must(p.joinedTo(m.meaning.id) == m.meaning.id, "template %016x is in cluster %016x, which a person made part of another", id, m.meaning.id)
	if !m.placed {
		c.must(p.idOf(m.text) == m.meaning.id, "template %016x is in cluster %016x, its statement in %016x: %s", id, m.meaning.id, p.idOf(m.text), m.text)
	}
	got, want := m.template.Payload.Load(), newAnswer(m.text, m.public, m.meaning)
	c.must(got != nil, "the records of template %016x get no answer", id)
	if got != nil {
		c.must(got.Template == want.Template && got.TemplateID == want.TemplateID && got.ClusterID == want.ClusterID &&
			got.CategoryID == want.CategoryID && slices.Equal(got.Keywords, want.Keywords) && got.KeywordText == want.KeywordText &&
			got.Solution == want.Solution && got.Noise == want.Noise,
			"the records of template %016x carry %+v and not %+v", id, *got, *want)
	}
}

// category checks where a meaning is compared with others.
func (c *checker) category(p *Partition, m *meaning) {
	if m.deferred {
		c.must(m.category == nil && !p.index.Has(m.id), "cluster %016x came in a flood and is compared with others", m.id)
		return
	}
	c.must(m.category != nil, "cluster %016x is in no category", m.id)
	if m.category == nil {
		return
	}
	times := 0
	for _, n := range m.category.meanings {
		c.must(p.meanings.byID[n.id] == n, "category %016x has cluster %016x, which is gone", m.category.id, n.id)
		if n == m {
			times++
		}
	}
	c.must(times == 1, "category %016x has cluster %016x %d times", m.category.id, m.id, times)
}

// whole checks what is counted of all.
func (c *checker) whole(p *Partition) {
	indexed, founding := 0, 0
	for id := range p.meanings.byID {
		if p.index.Has(id) {
			indexed++
		}
	}
	for _, m := range p.meanings.members {
		founding += len(m.founding)
	}
	c.must(indexed == p.index.Len(), "the index has %d clusters, of which %d are known", p.index.Len(), indexed)
	c.must(p.index.Len() <= p.settings.Clusters, "the index has %d clusters, more than %d", p.index.Len(), p.settings.Clusters)
	c.must(founding == p.vocabulary.Templates(), "%d templates count in the vocabulary, %d were founded", p.vocabulary.Templates(), founding)
	c.must(p.miner.Len() == len(p.meanings.members), "the miner has %d templates, the clusters %d", p.miner.Len(), len(p.meanings.members))
	c.must(p.miner.Len() <= p.settings.Templates, "%d templates, more than %d", p.miner.Len(), p.settings.Templates)
	if !p.gone {
		c.must(p.sizes.bytes.Load() == p.bytes(), "%d bytes are noted, %d are used", p.sizes.bytes.Load(), p.bytes())
	}
}
