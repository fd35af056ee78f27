// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"cmp"
	"slices"
)

// stored is what a store has of an entry. It belongs to whoever saves, one at a
// time, from the moment that readers can see the entry.
type stored struct {
	parent  uint64
	count   int64 // the next change is what Entry.count is more than this
	known   bool
	founded bool
}

func storedAs(r *Record) stored {
	return stored{parent: r.Parent, count: r.Count, known: true, founded: r.Founded}
}

// Change is what a store lacks of one shape or generalisation.
type Change[P any] struct {
	// Record is as it is now, but Count is the number of lines since it was saved.
	Record Record
	Saved  bool // the store has it, and nothing but Count and Last is new
	entry  *Entry[P]
}

// maxKept is how many shapes a store keeps of those that a template covers: by them it
// knows the template again when it has left memory. Their number has no bound.
const maxKept = 64

// covered is true for a shape that a store need not keep: it is found by the
// generalisation which covers it.
func (e *Entry[P]) covered() bool {
	t := e.Template()
	if e.slots > 0 || e.text != "" || e.shape == t.id || e.kept || e.stored.known {
		return false
	}
	if t.kept < maxKept {
		t.kept++
		e.kept = true
	}
	return !e.kept
}

// carry has the root of e's template count the lines of e.
func (m *Miner[P]) carry(e *Entry[P]) {
	root := m.table.get(e.Template().id)
	n := e.count.Load() - e.stored.count
	if root == nil || n == 0 {
		return
	}
	root.Seen(0, e.last.Load())
	root.stored.count -= n
	e.stored.count += n
}

// Changes returns what a store lacks: the most that are asked for, in the order of
// Seq, and whether that is all. Shapes that a template covers are not among them: their
// lines count for its root. Without counts, more lines are no change. Changes and Saved are not to be called concurrently.
func (m *Miner[P]) Changes(most int, counts bool) (changes []Change[P], all bool) {
	var changed []*Entry[P]
	look := func(e *Entry[P]) {
		s := &e.stored
		if e.covered() {
			return
		}
		if !s.known || counts && s.count != e.count.Load() || s.parent != e.Template().id || s.founded != e.founded.Load() {
			changed = append(changed, e)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.each(func(e *Entry[P]) {
		if e.covered() {
			m.carry(e)
		}
	})
	m.table.each(look)
	for _, g := range m.generals {
		look(g)
	}
	slices.SortFunc(changed, func(a, b *Entry[P]) int {
		return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(a.slots, b.slots), cmp.Compare(a.shape, b.shape))
	})
	all = len(changed) <= most
	changes = make([]Change[P], 0, min(len(changed), most))
	for _, e := range changed[:min(len(changed), most)] {
		r := recordOf(e)
		s := &e.stored
		r.Count -= s.count
		saved := s.known && s.parent == r.Parent && s.founded == r.Founded
		changes = append(changes, Change[P]{r, saved, e})
	}
	return changes, all
}

// Saved notes that a store has changes.
func (m *Miner[P]) Saved(changes []Change[P]) {
	for _, c := range changes {
		s := storedAs(&c.Record)
		s.count += c.entry.stored.count
		c.entry.stored = s
	}
}

// Forgotten notes that a store does not know a template.
func (m *Miner[P]) Forgotten(id uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.table.get(id)
	if e == nil {
		return
	}
	for e := e.Template().first; e != nil; e = e.next {
		e.stored.known, e.stored.count = false, 0
	}
}

// Join makes two templates one: a store says that they are. It returns what was
// absorbed; a template that is not known joins nothing.
func (m *Miner[P]) Join(a, b uint64) Outcome[P] {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := Outcome[P]{}
	x, y := m.table.get(a), m.table.get(b)
	if x == nil || y == nil {
		return out
	}
	m.out = &out
	out.Template = m.union(x.Template(), y.Template())
	m.out = nil
	return out
}

// Find returns the template whose pattern an encoded line fits, or nil, and learns
// nothing.
func (m *Miner[P]) Find(text string) *Template[P] {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.skel.parse(text)
	if covers := m.covering(&m.skel); len(covers) > 0 {
		return covers[0].Template()
	}
	return nil
}
