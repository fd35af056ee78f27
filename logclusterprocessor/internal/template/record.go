// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// Record is one thing learnt. The state of a miner is the fold of records in the
// order of Seq, and records of several miners merge in any order.
type Record struct {
	// Shape is the hash of a line's masked tokens, or of a generalisation's.
	Shape uint64
	// Parent is the ID of the template's root when the record was made; Shape
	// itself for a root.
	Parent uint64
	// Birth and Last are event times of the first and the latest line, in Unix
	// nanoseconds; Count is the number of lines.
	Birth, Last, Count int64
	// Seq orders the records of one miner.
	Seq uint64
	// Text is the encoded masked line (mask.Line.Encode); empty for a shape that
	// a generalisation covers, and for an edge between two roots.
	Text string
	// Slots is how many words a generalisation replaced; 0 for a shape.
	Slots uint8
	// Founded says that the shape was a template of its own at first.
	Founded bool
}

// recordOf is the record of e now.
func recordOf[P any](e *Entry[P]) Record {
	return Record{
		Shape: e.shape, Parent: e.Template().id, Birth: e.birth, Last: e.last.Load(),
		Count: e.count.Load(), Seq: e.seq, Text: e.text, Slots: e.slots, Founded: e.founded.Load(),
	}
}

func (m *Miner[P]) record(e *Entry[P]) {
	if m.out != nil {
		m.out.Records = append(m.out.Records, recordOf(e))
	}
}

// Records is the complete state, in the order of Seq.
func (m *Miner[P]) Records() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := make([]Record, 0, m.table.live+len(m.generals))
	m.table.each(func(e *Entry[P]) { records = append(records, recordOf(e)) })
	for _, g := range m.generals {
		records = append(records, recordOf(g))
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return records
}

// Restore adds records: those of a store at start, or of another replica. A shape
// that is known keeps its count, and of two births the older. It returns what was
// absorbed and evicted.
func (m *Miner[P]) Restore(records []Record) Outcome[P] {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := Outcome[P]{}
	m.out = &out
	for i := range records {
		if r := &records[i]; r.Slots == 0 {
			m.restoreShape(r)
		}
	}
	for i := range records {
		r := &records[i]
		parent := m.table.get(r.Parent)
		switch {
		case parent == nil:
		case r.Slots > 0:
			m.restoreGeneral(r, parent.Template())
		default:
			if e := m.table.get(r.Shape); e != nil {
				m.union(e.Template(), parent.Template())
			}
		}
	}
	m.out = nil
	m.evict(&out)
	return out
}

func (m *Miner[P]) restoreShape(r *Record) {
	m.seq = max(m.seq, r.Seq)
	e := m.table.get(r.Shape)
	switch {
	case e != nil:
		e.Seen(0, r.Last)
		if r.Birth < e.birth {
			m.rebirth(e, r.Birth)
		}
		return
	case r.Seq == 0: // an edge between roots that are not here
		return
	}
	e = m.newEntry(r.Shape, r.Text, r.Birth)
	e.seq = r.Seq
	e.Seen(r.Count, r.Last)
	e.stored = storedAs(r)
	m.addTemplate(e)
	m.table.put(e)
	if r.Text == "" {
		m.covered.push(e)
		return
	}
	m.skel.parse(r.Text)
	e.check.Store(mask.Check(m.skel.raw))
	m.enter(e, &m.skel)
}

func (m *Miner[P]) restoreGeneral(r *Record, t *Template[P]) {
	m.seq = max(m.seq, r.Seq)
	if g := m.generals[r.Shape^m.salt]; g != nil {
		m.union(g.Template(), t)
		return
	}
	g := m.newGeneral(r.Shape^m.salt, r.Text, r.Birth, r.Slots, t)
	g.seq = r.Seq
	g.stored = storedAs(r)
	m.skel.parse(g.text)
	if g.slots < maxSlots {
		m.enter(g, &m.skel)
	}
}

// rebirth makes a shape older than was thought, and perhaps a root.
func (m *Miner[P]) rebirth(e *Entry[P], birth int64) {
	e.birth = birth
	t := e.Template()
	switch {
	case t.id == e.shape:
		t.birth.Store(birth)
	case older(birth, e.shape, t):
		t.forget(e)
		m.union(m.addTemplate(e), t)
	}
}
