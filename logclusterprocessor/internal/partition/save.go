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

// Delta is what changed of a partition since the last that was Saved. The next is to
// be taken when this one was Saved or Refused.
type Delta struct {
	Rows knowledge.Rows
	All  bool // nothing is left to be saved

	of      *Partition
	changes []template.Change[Answer]
}

// Saved notes that the knowledge base has a delta.
func (d *Delta) Saved() { d.of.miner.Saved(d.changes) }

// Refused puts a delta before what came since.
func (d *Delta) Refused() { d.of.takeBack(&d.Rows) }

// Delta takes out what is to be saved, or a part of it. Without counts, more lines of
// what is known are no change.
func (p *Partition) Delta(counts bool) *Delta {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.unsaved
	d := &Delta{of: p}
	n := min(len(u.aliases), maxChanges)
	d.Rows.Aliases, u.aliases = u.aliases[:n:n], u.aliases[n:]
	if len(u.aliases) > 0 {
		// Only after an outage. What is joined must be before its templates move.
		p.takeRows(&d.Rows, 0)
		return d
	}
	d.changes, d.All = p.miner.Changes(maxChanges, counts)
	d.Rows.Shapes = make([]knowledge.Shape, len(d.changes))
	for i := range d.changes {
		r := &d.changes[i].Record
		d.Rows.Shapes[i] = knowledge.Shape{
			Hash: knowledge.ID(r.Shape), Slots: r.Slots, Seq: r.Seq, Template: knowledge.ID(r.Parent),
			Founded: r.Founded, Masked: r.Text, Birth: r.Birth, LastSeen: r.Last, Count: r.Count, Saved: d.changes[i].Saved,
		}
		if d.changes[i].Saved {
			d.Rows.Shapes[i].Masked = ""
		}
	}
	p.takeRows(&d.Rows, maxChanges)
	d.All = d.All && len(u.templates)+len(u.clusters) == 0
	d.Rows.Samples, u.samples = u.samples, nil
	if now := p.clock(); d.All && p.leads.Load() && !sameClock(&u.clock, now) {
		d.Rows.Clock, u.clock = now, *now
	}
	return d
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

// OfferAgain puts all about templates of a partition into its next delta: the
// knowledge base does not know them.
func (r *Registry) OfferAgain(key string, forgotten []knowledge.ID) {
	if p := r.find(key); p != nil {
		p.offerAgain(forgotten)
	}
}

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
