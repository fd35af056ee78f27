// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"sync"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// Limits bounds a miner. Zero means the default.
type Limits struct {
	Templates int   // 20,000
	Shapes    int   // 100,000
	Contexts  int   // 400,000
	Bytes     int64 // 128 MiB, as Bytes estimates
}

// DefaultLimits are the limits that stand in for zeros.
var DefaultLimits = Limits{Templates: 20_000, Shapes: 100_000, Contexts: 400_000, Bytes: 128 << 20}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	if l.Templates > 0 {
		d.Templates = l.Templates
	}
	if l.Shapes > 0 {
		d.Shapes = l.Shapes
	}
	if l.Contexts > 0 {
		d.Contexts = l.Contexts
	}
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	return d
}

// Miner holds the templates of one partition. Lookup and what it returns are
// safe beside everything else; the other methods take the miner's mutex.
type Miner[P any] struct {
	table table[P]

	salt uint64

	mu        sync.Mutex
	limits    Limits
	templates int
	contexts  map[uint64]context[P]
	generals  map[uint64]*Entry[P]   // generalisations by the hash of their skeleton
	forms     map[uint64][]*Entry[P] // shapes and generalisations by their form
	kin       map[uint64][]*Entry[P] // shapes and generalisations by hashes of their sketch
	probation queue[*Template[P]]
	protected queue[*Template[P]]
	covered   queue[*Entry[P]]
	seq       uint64
	bytes     int64
	evictions Evictions
	skel      skeleton
	other     skeleton
	sketch    []uint64
	votes     []vote[P]
	align     aligner
	out       *Outcome[P]
}

// context is a skeleton with one more slot and the shapes that are instances of
// it, by what they have there. Once ripe it is a generalisation.
type context[P any] struct {
	one  *Entry[P]
	more []*Entry[P] // at most needStrict
	// Members that have there:
	words    int16 // a word, of them
	capitals int16 //   in capitals
	names    int16 //   others in small letters
	numbered int16 //   with a number after it
	vars     int16 // variable text
	generals int16 // anything, being generalisations
}

// New returns an empty miner.
func New[P any](limits Limits) *Miner[P] { return NewSalted[P](limits, 0) }

// NewSalted returns an empty miner whose generalisations have other IDs than those
// of miners with another salt, as shapes have that the caller salts.
func NewSalted[P any](limits Limits, salt uint64) *Miner[P] {
	m := &Miner[P]{
		salt:     salt,
		limits:   limits.withDefaults(),
		contexts: map[uint64]context[P]{},
		generals: map[uint64]*Entry[P]{},
		forms:    map[uint64][]*Entry[P]{},
		kin:      map[uint64][]*Entry[P]{},
	}
	m.table.init()
	m.probation.keep = (*Template[P]).live
	m.protected.keep = (*Template[P]).live
	m.covered.keep = func(e *Entry[P]) bool { return !e.gone }
	return m
}

// Lookup returns the entry of a shape, or nil. It never waits.
func (m *Miner[P]) Lookup(shape uint64) *Entry[P] { return m.table.get(shape) }

// Match returns the entry of a line by its shape and check, or nil. It never waits.
func (m *Miner[P]) Match(shape, check uint64) *Entry[P] { return m.table.find(shape, check) }

// Outcome says what one Learn changed.
type Outcome[P any] struct {
	// Entry is the shape's.
	Entry *Entry[P]
	// Template is the root that the shape belongs to now.
	Template *Template[P]
	// Created is true when Template is new: the line is like none before.
	Created bool
	// Absorbed are templates that this step joined into Template.
	Absorbed []*Template[P]
	// Evicted are templates that this step dropped to stay within the limits.
	Evicted []*Template[P]
	// Records are what a store must add to have the same state.
	Records []Record
}

// Learn adds the shape of a line that Match did not find; t is the line's event
// time in Unix nanoseconds. Its cost does not depend on how much is known. It
// does not count the line: that is what Entry.Seen is for.
func (m *Miner[P]) Learn(line *mask.Line, t int64) Outcome[P] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.table.find(line.Shape, line.Check); e != nil {
		return Outcome[P]{Entry: e, Template: e.Template()}
	}
	out := Outcome[P]{}
	m.out = &out
	out.Entry = m.learn(m.table.free(line.Shape), line.Encode(), t)
	out.Entry.check.Store(line.Check)
	m.table.put(out.Entry) // readers see the shape once all about it is settled
	out.Template = out.Entry.Template()
	m.out = nil
	m.evict(&out)
	return out
}

func (m *Miner[P]) learn(shape uint64, text string, t int64) *Entry[P] {
	m.skel.parse(text)
	covers := m.covering(&m.skel)
	if len(covers) > 0 {
		return m.cover(shape, t, covers)
	}
	relative := m.relative(&m.skel)
	if relative != nil && relative.slots > 0 && m.align.fits() {
		return m.cover(shape, t, []*Entry[P]{relative})
	}
	e := m.newEntry(shape, text, t)
	m.addTemplate(e)
	m.out.Created = true
	m.record(e)
	if relative != nil {
		m.unite(e, relative)
	}
	m.skel.parse(text)
	m.addContexts(e, &m.skel)
	m.out.Created = len(m.out.Absorbed) == 0 && e.Template().ID() == shape
	return e
}

// cover makes a shape of the templates that have it already.
func (m *Miner[P]) cover(shape uint64, t int64, covers []*Entry[P]) *Entry[P] {
	e := m.newEntry(shape, "", t)
	m.covered.push(e)
	m.join(e, covers[0].Template())
	for _, g := range covers[1:] {
		m.union(e.Template(), g.Template())
	}
	m.record(e)
	return e
}

// covering returns the generalisations that the skeleton is an instance of: by
// itself, with one word replaced, or, when there are none, with two.
func (m *Miner[P]) covering(s *skeleton) []*Entry[P] {
	var found []*Entry[P]
	if g := m.general(s, s.hash); g != nil {
		found = append(found, g)
	}
	if len(m.generals) == 0 {
		return nil
	}
	for _, i := range s.positions {
		if g := m.general(s, s.without(s.hash, i)); g != nil {
			found = append(found, g)
		}
	}
	if len(found) > 0 {
		return found
	}
	positions := s.positions[:min(len(s.positions), maxPairs)]
	for a, i := range positions {
		h := s.without(s.hash, i)
		for _, j := range positions[a+1:] {
			if g := m.general(s, s.without(h, j)); g != nil {
				found = append(found, g)
			}
		}
	}
	return found
}

// general returns the generalisation with a hash that s is an instance of, or nil.
func (m *Miner[P]) general(s *skeleton, hash uint64) *Entry[P] {
	g := m.generals[hash]
	if g == nil {
		return nil
	}
	if m.other.parse(g.text); !s.instanceOf(&m.other) {
		return nil // made to collide
	}
	return g
}

// maxPairs is how many words of a line are replaced two at a time.
const maxPairs = 20

func (m *Miner[P]) newEntry(shape uint64, text string, t int64) *Entry[P] {
	m.seq++
	e := &Entry[P]{shape: shape, text: text, birth: t, seq: m.seq}
	e.last.Store(t)
	m.bytes += entryBytes
	return e
}

// addTemplate makes e the root of a template of its own.
func (m *Miner[P]) addTemplate(e *Entry[P]) *Template[P] {
	t := &Template[P]{id: e.shape}
	t.birth.Store(e.birth)
	t.shown.Store(e)
	m.templates++
	m.probation.push(t)
	m.bytes += templateBytes
	m.attach(e, t)
	return t
}

func (m *Miner[P]) attach(e *Entry[P], t *Template[P]) {
	e.tmpl.Store(t)
	if t.first == nil {
		t.first = e
	} else {
		t.end.next, e.prev = e, t.end
	}
	t.end = e
	m.bytes += textCost * int64(len(e.text))
}

// join adds a shape to a template; when the shape is older than the root it
// becomes the root.
func (m *Miner[P]) join(e *Entry[P], t *Template[P]) {
	if e.slots == 0 && older(e.birth, e.shape, t) {
		root := m.addTemplate(e)
		m.union(root, t)
		return
	}
	m.attach(e, t)
}

// forget takes e out of the list of its template.
func (t *Template[P]) forget(e *Entry[P]) {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		t.first = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		t.end = e.prev
	}
	e.prev, e.next = nil, nil
}

func older[P any](birth int64, id uint64, t *Template[P]) bool {
	b := t.birth.Load()
	return birth < b || birth == b && id < t.id
}

// union joins the templates of a and b; the older root survives.
func (m *Miner[P]) union(a, b *Template[P]) *Template[P] {
	a, b = a.Root(), b.Root()
	if a == b {
		return a
	}
	if older(b.birth.Load(), b.id, a) {
		a, b = b, a
	}
	b.parent.Store(a)
	switch {
	case b.first == nil:
	case a.first == nil:
		a.first, a.end = b.first, b.end
	default:
		a.end.next, b.first.prev, a.end = b.first, a.end, b.end
	}
	b.first, b.end = nil, nil
	a.mark += b.mark
	if more(b.shown.Load(), a.shown.Load()) {
		a.shown.Store(b.shown.Load())
	}
	m.templates--
	m.bytes -= templateBytes
	if m.out != nil {
		m.out.Absorbed = append(m.out.Absorbed, b)
		m.out.Records = append(m.out.Records, Record{Shape: b.id, Parent: a.id, Birth: b.birth.Load()})
	}
	return a
}

// more is true when a is the better picture of a template than b.
func more[P any](a, b *Entry[P]) bool {
	if a.slots != b.slots {
		return a.slots > b.slots
	}
	if a.slots == 0 {
		return false
	}
	return a.shape < b.shape
}
