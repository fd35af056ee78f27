// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package partition learns from the lines of one partition: it ties masked
// lines to templates, templates to categories (what users call clusters), and
// clusters each window of new templates beside the flow.
//
// Time comes in as two numbers. A tick moves the windows: the event time, the
// processing time or the ordinal of a record, as configured. A birth orders what
// is learnt: the event time, made unique within the partition.
package partition

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/keyword"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Settings is what partitions are made with.
type Settings struct {
	Window          int64         // length of a window, in ticks
	MaxWait         time.Duration // for a clustering that is due; 0: never wait
	Clustering      cluster.Options
	Representatives int   // of a category
	Keywords        int   // of a category
	Partitions      int   // beyond this number one is shared
	Categories      int   // of a partition
	Vocabulary      int   // distinct terms of a partition
	Templates       int   // of a partition
	Bytes           int64 // of a partition, as estimated
}

// Entry is a known shape of lines.
type Entry = template.Entry[Answer]

// Template is a set of shapes.
type Template = template.Template[Answer]

// noWindow is the boundary before the first record.
const noWindow = math.MinInt64

// Partition is what was learnt of one partition. It is safe for concurrent use:
// Lookup takes no lock, all else is the slow path.
type Partition struct {
	key      string
	salt     uint64
	settings Settings
	*shared
	miner    *template.Miner[Answer]
	extract  feature.Extractor
	used     atomic.Int64 // processing time of the latest batch
	ordinal  atomic.Int64 // records so far
	boundary atomic.Int64 // tick at which the open window ends
	sizes    struct{ templates, categories, bytes atomic.Int64 }

	mu         sync.Mutex
	birth      int64 // of the youngest shape
	vocabulary *feature.Vocabulary
	space      *feature.Space // vocabulary in force
	counted    int64          // birth up to which templates count in it
	index      *cluster.Index // representatives under space, by template ID
	categories categories
	joinable   int                // categories with a representative, exact when a window closes
	stirred    bool               // something was founded in the open window, though it may be absorbed by now
	founded    int                // templates founded in the open window
	reported   evictions          // what the observer knows of
	closed     int64              // birth of the youngest shape when the last window closed
	pending    *window            // closed, its clustering not yet in force
	solutions  map[uint64]string  // by cluster ID
	apart      map[[2]uint64]bool // clusters that a person took apart, the smaller ID first
	unsaved    *unsaved           // nil without a knowledge base
	leads      atomic.Bool        // re-clusters the partition; others follow
}

func newPartition(key string, settings Settings, s *shared) *Partition {
	p := &Partition{
		key:        key,
		salt:       xxhash.Sum64String(key),
		settings:   settings,
		shared:     s,
		miner:      template.NewSalted[Answer](settings.limits(), xxhash.Sum64String("generalisation "+key)),
		vocabulary: feature.NewVocabulary(feature.Options{MaxTerms: settings.Vocabulary}),
		categories: newCategories(),
		solutions:  map[uint64]string{},
		apart:      map[[2]uint64]bool{},
	}
	p.space = p.vocabulary.Freeze()
	p.index = cluster.NewIndex(settings.Clustering.Distance)
	p.boundary.Store(noWindow)
	if s.keep {
		p.unsaved = newUnsaved()
	}
	p.leads.Store(true)
	return p
}

// Key returns the partition's key.
func (p *Partition) Key() string { return p.key }

// Next returns the ordinal of one more record, from 1.
func (p *Partition) Next() int64 { return p.ordinal.Add(1) }

// Where is where a tick lies.
type Where int

// Within the open window, beyond its end (Advance is due), or before its start.
const (
	Within Where = iota
	Beyond
	Late
)

// Where tells where a tick lies.
func (p *Partition) Where(tick int64) Where {
	switch boundary := p.boundary.Load(); {
	case tick >= boundary, boundary == noWindow:
		return Beyond
	case tick < boundary-p.settings.Window:
		return Late
	default:
		return Within
	}
}

// Salt makes the shape of a line the partition's own: what one partition
// learns never names a template of another.
func (p *Partition) Salt(shape uint64) uint64 {
	// The finalizer of MurmurHash3 (Appleby).
	h := shape ^ p.salt
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Lookup returns the entry of a line's salted shape and its check, or nil.
func (p *Partition) Lookup(shape, check uint64) *Entry { return p.miner.Match(shape, check) }

// Answer returns what to write on the records of an entry.
func (p *Partition) Answer(e *Entry) *Answer {
	if a := e.Template().Payload.Load(); a != nil {
		return a
	}
	// Another caller is founding the template just now.
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.Template().Payload.Load()
}

// Learn takes in a line whose salted shape is not known. t is its event time in
// ns since 1970. fresh is true when it founded a template.
func (p *Partition) Learn(line *mask.Line, t int64) (e *Entry, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	birth := max(t, p.birth+1)
	out := p.miner.Learn(line, birth)
	p.birth = birth
	if out.Created {
		p.found(out.Template)
	}
	for _, absorbed := range out.Absorbed {
		p.absorb(out.Template, absorbed)
	}
	if !out.Created {
		p.generalise(out.Template)
	}
	for _, evicted := range out.Evicted {
		p.forget(evicted)
	}
	p.measure()
	return out.Entry, out.Created
}

// found gives a new template its category: the nearest, if one is near enough,
// else one of its own. A window that has brought too many new templates is most
// likely a flood of lines that never come again: what it brings beyond stands
// alone, at little cost, until a later window finds that it stayed.
func (p *Partition) found(t *Template) {
	m := &member{template: t, text: t.Text(), fresh: true}
	p.stirred = true
	p.founded++
	if p.founded > maxFresh {
		m.deferred = true
		p.categories.add(m, p.newCategory(t.ID(), t.Birth()))
		p.publish(m)
		p.observer.Evicted("cluster", "window", 1)
		return
	}
	p.count(m)
	if near := p.nearest(m); near != nil {
		p.categories.add(m, near)
		p.publish(m)
		// As often as the category doubles, so that a large one costs no more.
		if n := len(m.category.members); n&(n-1) == 0 {
			p.rename(m.category)
		}
		return
	}
	p.categories.add(m, p.newCategory(t.ID(), t.Birth()))
	p.establish(m)
}

// nearest returns the category with a representative near enough to join at
// once, or nil.
func (p *Partition) nearest(m *member) *category {
	hit, ok := p.index.Nearest(p.space.Vector(m.terms), p.settings.Clustering.AssignThreshold())
	if !ok {
		return nil
	}
	return p.categories.members[hit.ID].category
}

// count adds what a new template says to the vocabulary.
func (p *Partition) count(m *member) {
	m.terms = p.extract.Terms([]string{m.text})
	m.founding = append(m.founding, founding{m.template.ID(), m.terms})
	p.vocabulary.Add(m.terms)
	if e := p.miner.Lookup(m.template.ID()); e != nil {
		e.Found()
	}
}

// establish makes a category that consists of m open to others.
func (p *Partition) establish(m *member) {
	p.rename(m.category)
	if p.joinable < p.settings.Categories {
		p.joinable++
		p.represent(m)
	} else {
		p.observer.Evicted("cluster", "clusters", 1) // it has an ID, but nothing will join it
	}
}

// rename chooses the keywords of a category.
func (p *Partition) rename(c *category) {
	terms := make([]feature.Terms, len(c.members))
	for i, m := range c.members {
		terms[i] = m.terms
	}
	c.keywords = keyword.Select(terms, p.space, p.settings.Keywords)
	p.unsaved.cluster(c)
	for _, m := range c.members {
		p.publish(m)
	}
}

func (p *Partition) newCategory(id uint64, birth int64) *category {
	return &category{id: id, birth: birth, solution: p.solutions[id]}
}

// absorb ends a template that joined another; their categories become one.
func (p *Partition) absorb(survivor, absorbed *Template) {
	s, a := p.categories.members[survivor.ID()], p.categories.members[absorbed.ID()]
	if a == nil || a == s {
		return // founded and absorbed in one step: nobody has seen its ID
	}
	if !p.areApart(s.category, a.category) {
		p.merge(s.category, a.category)
	}
	s.founding = append(s.founding, a.founding...)
	p.remove(a)
	p.alias(knowledge.KindTemplate, absorbed.ID(), survivor.ID())
}

// generalise follows a template whose text may have lost words.
func (p *Partition) generalise(t *Template) {
	m := p.categories.members[t.ID()]
	text := t.Text()
	if m == nil || text == m.text {
		return
	}
	m.text, m.terms = text, p.extract.Terms([]string{text})
	if m.represents {
		p.represent(m)
	}
	p.publish(m)
	if len(m.category.members) <= maxRename {
		p.rename(m.category) // the word that turned out to vary may be a keyword
	}
}

// maxRename is the size of a category up to which its keywords follow at once.
const maxRename = 16

// forget takes out a template that a limit evicted.
func (p *Partition) forget(t *Template) {
	m := p.categories.members[t.ID()]
	if m == nil {
		return // evicted by the step that founded it
	}
	for _, f := range m.founding {
		p.vocabulary.Remove(f.terms)
	}
	p.remove(m)
}

// remove takes a template out of its category, which gets another
// representative if it was the last.
func (p *Partition) remove(m *member) {
	c := m.category
	p.categories.remove(m)
	if !m.represents {
		return
	}
	p.withdraw(m)
	if len(c.members) > 0 && !c.represented() {
		p.represent(c.members[0])
	}
}

// merge joins two categories under the ID of the older one, which it returns.
func (p *Partition) merge(a, b *category) *category {
	if a == b {
		return a
	}
	if b.older(a) {
		a, b = b, a
	}
	p.join(a, b)
	p.alias(knowledge.KindCluster, b.id, a.id)
	p.observer.Merged(1)
	return a
}

// join moves all members of b to a.
func (p *Partition) join(a, b *category) {
	p.categories.join(a, b)
	if a.solution == "" {
		a.solution = b.solution
	}
	for pair := range p.apart {
		if pair[0] == b.id || pair[1] == b.id {
			delete(p.apart, pair)
			if other := pair[0] ^ pair[1] ^ b.id; other != a.id {
				p.apart[pairOf(a.id, other)] = true
			}
		}
	}
	p.unsaved.cluster(a)
	for _, m := range a.members {
		p.publish(m)
	}
}

func pairOf(a, b uint64) [2]uint64 { return [2]uint64{min(a, b), max(a, b)} }

// areApart is true when a person keeps two categories apart, by word or by having
// written different solutions.
func (p *Partition) areApart(a, b *category) bool {
	return a != b && (p.apart[pairOf(a.id, b.id)] || a.solution != "" && b.solution != "" && a.solution != b.solution)
}

// represent makes a member stand for its category.
func (p *Partition) represent(m *member) {
	p.unsaved.template(m)
	m.represents = true
	m.promoted = true
	p.index.Add(m.template.ID(), p.space.Vector(m.terms))
}

// withdraw ends that.
func (p *Partition) withdraw(m *member) {
	p.unsaved.template(m)
	m.represents = false
	p.index.Remove(m.template.ID())
}
