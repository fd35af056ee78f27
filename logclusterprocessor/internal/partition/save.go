// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// unsaved is what the knowledge base lacks, besides what the miner knows that it
// lacks. What is refused stays, and is bounded by what the partition holds and by
// the numbers below. The methods of nil, without a knowledge base, do nothing.
type unsaved struct {
	templates map[uint64]bool
	clusters  map[uint64]bool
	aliases   []knowledge.Alias
	samples   []knowledge.Sample
	clock     knowledge.Clock // as the base has it
}

// Bounds on what waits for a knowledge base that is down.
const (
	maxAliases = 100_000
	maxSamples = 1_000
	// maxChanges is how many shapes one transaction takes: a slow machine must have
	// it done well before the knowledge base gives up on it.
	maxChanges = 4_000
	// maxPuts is how often one Save puts: a flood must not keep it from the others.
	maxPuts = 64
)

func newUnsaved() *unsaved {
	return &unsaved{templates: map[uint64]bool{}, clusters: map[uint64]bool{}}
}

func (u *unsaved) template(m *member) {
	if u != nil {
		u.templates[m.template.ID()] = true
	}
}

func (u *unsaved) cluster(m *meaning) {
	if u != nil {
		u.clusters[m.id] = true
	}
}

// alias notes that one template is part of another from now on.
func (p *Partition) alias(from, to uint64) {
	p.note(knowledge.Alias{Kind: knowledge.KindTemplate, From: knowledge.ID(from), To: knowledge.ID(to)})
}

func (p *Partition) note(a knowledge.Alias) {
	a.At = p.birth
	switch {
	case p.unsaved == nil:
	case len(p.unsaved.aliases) >= maxAliases:
		p.observer.Evicted("alias", "unsaved", 1)
	default:
		p.unsaved.aliases = append(p.unsaved.aliases, a)
	}
}

// Sample keeps a line of a new shape until the next Save.
func (p *Partition) Sample(e *Entry, t int64, text string) {
	if !p.keep {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.unsaved.samples) < maxSamples {
		p.unsaved.samples = append(p.unsaved.samples, knowledge.Sample{
			Template: knowledge.ID(e.Template().ID()), Shape: knowledge.ID(e.Shape()), At: t, Text: strings.Clone(text),
		})
	}
}

// Save gives what changed since the last time it succeeded to put, outside the
// lock, until nothing is left or too much comes. Without counts, more lines of what is known are no
// change. Not to be called twice at a time.
func (p *Partition) Save(counts bool, put func(delta knowledge.Rows) (forgotten []knowledge.ID, err error)) error {
	for range maxPuts {
		delta, changes, all := p.delta(counts)
		if delta.Empty() {
			if all {
				return nil
			}
			continue // what was to be saved is gone by now
		}
		forgotten, err := put(delta)
		if err != nil {
			p.takeBack(&delta)
			return err
		}
		p.miner.Saved(changes)
		p.offerAgain(forgotten)
		if all {
			return nil
		}
	}
	return nil
}

// delta takes out what is to be saved, and says whether that is all.
func (p *Partition) delta(counts bool) (delta knowledge.Rows, changes []template.Change[Answer], all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.unsaved
	n := min(len(u.aliases), maxChanges)
	delta.Aliases, u.aliases = u.aliases[:n:n], u.aliases[n:]
	if len(u.aliases) > 0 {
		// Only after an outage. What is joined must be before its templates move.
		p.takeRows(&delta, 0)
		return delta, nil, false
	}
	changes, all = p.miner.Changes(maxChanges, counts)
	delta.Shapes = make([]knowledge.Shape, len(changes))
	for i := range changes {
		r := &changes[i].Record
		delta.Shapes[i] = knowledge.Shape{
			Hash: knowledge.ID(r.Shape), Slots: r.Slots, Seq: r.Seq, Template: knowledge.ID(r.Parent),
			Founded: r.Founded, Masked: r.Text, Birth: r.Birth, LastSeen: r.Last, Count: r.Count,
		}
	}
	p.takeRows(&delta, maxChanges)
	all = all && len(u.templates)+len(u.clusters) == 0
	delta.Samples, u.samples = u.samples, nil
	if now := p.clock(); all && p.leads.Load() && !sameClock(&u.clock, now) {
		delta.Clock, u.clock = now, *now
	}
	return delta, changes, all
}

// takeRows takes out the templates and clusters that a delta names and the base
// does not have as they are, and about as many others as it may.
func (p *Partition) takeRows(delta *knowledge.Rows, others int) {
	u := p.unsaved
	takeCluster := func(id uint64) {
		if !u.clusters[id] {
			return
		}
		delete(u.clusters, id)
		if m := p.meanings.byID[id]; m != nil {
			delta.Clusters = append(delta.Clusters, knowledge.Cluster{
				ID: knowledge.ID(m.id), Birth: m.birth, Keywords: m.keywords, Category: knowledge.ID(m.categoryID()),
			})
		}
	}
	takeTemplate := func(id uint64) {
		if !u.templates[id] {
			return
		}
		delete(u.templates, id)
		if m := p.meanings.members[id]; m != nil {
			delta.Templates = append(delta.Templates, m.row())
			takeCluster(m.meaning.id)
		}
	}
	for _, a := range delta.Aliases {
		if a.Kind == knowledge.KindTemplate {
			takeTemplate(uint64(a.To))
		} else {
			takeCluster(uint64(a.To))
		}
	}
	for _, s := range delta.Shapes {
		takeTemplate(uint64(s.Template))
	}
	for id := range u.templates {
		if len(delta.Templates) >= others {
			break
		}
		takeTemplate(id)
	}
	for id := range u.clusters {
		if len(delta.Clusters) >= others {
			break
		}
		takeCluster(id)
	}
	slices.SortFunc(delta.Templates, func(a, b knowledge.Template) int {
		return cmp.Or(cmp.Compare(a.Birth, b.Birth), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(delta.Clusters, func(a, b knowledge.Cluster) int {
		return cmp.Or(cmp.Compare(a.Birth, b.Birth), cmp.Compare(a.ID, b.ID))
	})
}

// takeBack puts what was refused before what came since.
func (p *Partition) takeBack(delta *knowledge.Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.unsaved
	for _, t := range delta.Templates {
		u.templates[uint64(t.ID)] = true
	}
	for _, c := range delta.Clusters {
		u.clusters[uint64(c.ID)] = true
	}
	u.aliases = slices.Concat(delta.Aliases, u.aliases)
	u.samples = slices.Concat(delta.Samples, u.samples)
	u.samples = u.samples[:min(len(u.samples), maxSamples)]
	if delta.Clock != nil {
		u.clock = knowledge.Clock{}
	}
}

// offerAgain puts all about templates into the next delta.
func (p *Partition) offerAgain(forgotten []knowledge.ID) {
	if len(forgotten) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range forgotten {
		e := p.miner.Lookup(uint64(id))
		if e == nil {
			continue
		}
		m := p.meanings.members[e.Template().ID()]
		if m == nil {
			continue
		}
		p.miner.Forgotten(m.template.ID())
		p.unsaved.template(m)
		p.unsaved.cluster(m.meaning)
	}
}

func (m *member) row() knowledge.Template {
	return knowledge.Template{
		ID: knowledge.ID(m.template.ID()), Cluster: knowledge.ID(m.meaning.id), Text: cmp.Or(m.text, emptyTemplate),
		Birth: m.template.Birth(), Represents: m.represents, Placed: m.placed,
	}
}

func (p *Partition) clock() *knowledge.Clock {
	c := &knowledge.Clock{
		Boundary: p.boundary.Load(),
		Birth:    p.birth,
		Space:    p.counted,
		Closed:   p.closed,
		Ordinal:  p.ordinal.Load(),
		Versions: p.settings.Versions,
	}
	if w := p.pending; w != nil && w.isDone() {
		c.Done = w.err == nil
		for _, f := range w.findings {
			one := make([]knowledge.ID, len(f))
			for i, id := range f {
				one[i] = knowledge.ID(id)
			}
			c.Categories = append(c.Categories, one)
		}
	}
	return c
}

func sameClock(a, b *knowledge.Clock) bool {
	return a.Boundary == b.Boundary && a.Birth == b.Birth && a.Space == b.Space && a.Closed == b.Closed &&
		a.Ordinal == b.Ordinal && a.Versions == b.Versions && a.Done == b.Done
}
