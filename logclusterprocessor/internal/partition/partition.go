// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package partition learns from the lines of one partition: it ties masked
// lines to templates and templates to meanings (what users call clusters), and
// puts each window of new meanings into categories beside the flow.
//
// Time comes in as two numbers. A tick moves the windows: the event time, the
// processing time or the ordinal of a record, as configured. A birth orders what
// is learnt: the event time, made unique within the partition.
package partition

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/find"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Settings is what partitions are made with.
type Settings struct {
	Window          int64 // length of a window, in ticks
	Clustering      cluster.Options
	Statements      *statement.Reader
	Finding         *find.Reader // for questions in other words
	Versions        knowledge.Versions
	Representatives int   // of a cluster
	Keywords        int   // of a cluster
	Partitions      int   // beyond this number one is shared
	Clusters        int   // of a partition that take part in clustering
	Vocabulary      int   // distinct terms of a partition
	Templates       int   // of a partition
	Bytes           int64 // of a partition, as estimated
	Learn           int64 // bytes of new lines that a window may bring, see mayLearn; 0 is no bound
	Budget          int64 // bytes of all partitions, as estimated; 0 is no bound
}

// Entry is a known shape of lines.
type Entry = template.Entry[Answer]

// Template is a set of shapes.
type Template = template.Template[Answer]

// noWindow is the boundary before the first record.
const noWindow = math.MinInt64

// Partition is what was learnt of one partition. It is safe for concurrent use:
// Lookup takes no lock, all else is the slow path.
//
// Whenever nobody holds the lock (Check looks for all of it):
//   - Each template of the miner is one member of one meaning, and no other is. Its
//     payload is what its text, its public ID and its meaning say now.
//   - A meaning has a member, in order of birth. It is the one of the statement of each
//     member's text, unless a person put the member there or joined meanings.
//   - A meaning is in one category, and in the index, unless that is full. One that came
//     in a flood is in neither.
//   - The vocabulary counts each founding of a member once, and nothing else.
//   - The limits hold, and sizes are those of now.
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
	sizes    struct{ templates, clusters, bytes atomic.Int64 }

	mu         sync.Mutex
	gone       bool  // taken out of the registry
	birth      int64 // of the youngest shape
	vocabulary *feature.Vocabulary
	space      *feature.Space // vocabulary in force
	counted    int64          // birth up to which templates count in it
	index      *cluster.Index // of meanings under space, by ID
	meanings   meanings
	moved      map[uint64]bool   // meanings that came or changed since the last window closed
	stirred    bool              // a meaning was founded in the open window
	founded    int               // meanings founded in the open window
	spent      int64             // of settings.Learn, in the open window
	reported   evictions         // what the observer knows of
	closed     int64             // birth of the youngest shape when the last window closed
	pending    *window           // closed, its clustering not yet in force
	solutions  map[uint64]string // by cluster ID
	joined     map[uint64]uint64 // clusters that a person made part of others
	unsaved    *unsaved          // nil without a knowledge base
	leads      atomic.Bool       // categorizes the partition; others follow
}

func newPartition(key string, settings Settings, s *shared) *Partition {
	p := &Partition{
		key:        key,
		salt:       knowledge.PartitionSalt(key),
		settings:   settings,
		shared:     s,
		miner:      template.NewSalted[Answer](settings.limits(), xxhash.Sum64String("generalisation "+key)),
		vocabulary: feature.NewVocabulary(feature.Options{MaxTerms: settings.Vocabulary}),
		meanings:   newMeanings(),
		moved:      map[uint64]bool{},
		solutions:  map[uint64]string{},
		joined:     map[uint64]uint64{},
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
func (p *Partition) Salt(shape uint64) uint64 { return knowledge.Salted(shape, p.salt) }

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
// ns since 1970. fresh is true when it founded a template. e is nil when the window has
// used up what it may cost: see Unlearned.
func (p *Partition) Learn(line *mask.Line, t int64) (e *Entry, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.mayLearn(line) {
		return nil, false
	}
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
	if out.Created && p.budget.isExhausted() {
		p.forgetLeast(1)
	}
	return out.Entry, out.Created
}

// found puts a new template into the meaning of its statement. A window that has
// brought too many new meanings is most likely a flood of lines that never come
// again: those beyond are compared with nothing until a later window finds that
// they stayed.
func (p *Partition) found(t *Template) {
	m := &member{template: t, text: t.Text()}
	to := p.meaningOf(p.idOf(m.text), t.Birth())
	isNew := len(to.members) == 0
	p.meanings.add(m, to)
	if isNew {
		p.stirred, to.fresh = true, true
		if p.founded++; p.founded > maxFresh {
			to.deferred = true
			p.observer.Evicted("cluster", "window", 1)
		}
	}
	if to.deferred {
		p.publish(m)
		return
	}
	p.offer(m)
	p.count(m)
	if isNew {
		p.categorize(to)
	}
	if to.isDescribedNow() {
		p.describe(to)
	} else {
		p.publish(m)
	}
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

// absorb ends a template that joined another.
func (p *Partition) absorb(survivor, absorbed *Template) {
	s, a := p.meanings.members[survivor.ID()], p.meanings.members[absorbed.ID()]
	if a == nil || a == s {
		return // founded and absorbed in one step: nobody has seen its ID
	}
	s.founding = append(s.founding, a.founding...)
	p.alias(absorbed.ID(), survivor.ID())
	old := a.meaning
	p.remove(a)
	p.withdraw(a)
	p.succeed(old, s.meaning)
}

// generalise follows a template whose text may have lost words, and with them,
// perhaps, its statement.
func (p *Partition) generalise(t *Template) {
	m := p.meanings.members[t.ID()]
	text := t.Text()
	if m == nil || text == m.text {
		return
	}
	m.text, m.terms = text, p.extract.Terms([]string{text})
	if !m.meaning.deferred {
		p.offer(m)
	}
	if m.placed {
		p.changed(m.meaning)
		return
	}
	p.move(m, p.idOf(text))
}

// move takes a member to the meaning of an ID.
func (p *Partition) move(m *member, id uint64) {
	old := m.meaning
	if old.id == id {
		p.changed(old)
		return
	}
	p.remove(m)
	to := p.meaningOf(id, m.template.Birth())
	isNew := len(to.members) == 0
	p.meanings.add(m, to)
	if isNew {
		to.fresh, to.deferred, p.stirred = true, old.deferred, true
		if !to.deferred {
			p.categorize(to)
		}
	}
	p.succeed(old, to)
	p.changed(to)
}

// changed follows a member that came to a meaning, left it or has other words.
func (p *Partition) changed(m *meaning) {
	if m.deferred || !m.isDescribedNow() {
		p.publishAll(m)
		return
	}
	p.describe(m)
	if p.index.Has(m.id) {
		p.index.Add(m.id, p.space.Vector(m.terms()))
		p.moved[m.id] = true
	}
}

// succeed hands on what a meaning had that has no members left. Its ID is an alias
// from now on.
func (p *Partition) succeed(old, to *meaning) {
	if old == to {
		return
	}
	if len(old.members) > 0 {
		p.changed(old)
		return
	}
	if to.solution == "" {
		to.solution = old.solution
	}
	p.note(knowledge.Alias{Kind: knowledge.KindCluster, From: knowledge.ID(old.id), To: knowledge.ID(to.id)})
}

// forget takes out a template that a limit evicted.
func (p *Partition) forget(t *Template) {
	m := p.meanings.members[t.ID()]
	if m == nil {
		return // evicted by the step that founded it
	}
	for _, f := range m.founding {
		p.vocabulary.Remove(f.terms)
	}
	old := m.meaning
	p.remove(m)
	p.withdraw(m)
	if len(old.members) > 0 {
		p.changed(old)
	}
}

// remove takes a template out of its meaning, and the meaning out of the index
// and its category when that was the last one.
func (p *Partition) remove(m *member) {
	old := m.meaning
	p.meanings.remove(m)
	p.unsaved.template(m)
	if len(old.members) == 0 {
		p.index.Remove(old.id)
		p.leave(old)
		p.unsaved.cluster(old)
	}
}
