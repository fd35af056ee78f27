// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

const (
	sketchSize = 4  // hashes in a sketch
	maxKin     = 16 // entries remembered for one hash, the oldest
	maxTries   = 6  // entries that a new shape is aligned with
	kinBytes   = 72 // of a hash in the index
)

// sketch returns the smallest hashes of pairs of neighbouring words: lines that
// share most of their words share some of them (MinHash; Broder, 1997).
func (s *skeleton) sketch(dst []uint64) []uint64 {
	last := uint64(0)
	for i := range s.units {
		u := &s.units[i]
		switch {
		case u.isWord():
			if last != 0 {
				dst = append(dst, term(0, last)^u.hash)
			}
			last = u.hash
		case u.Kind == mask.Var:
			last = 0
		}
	}
	slices.Sort(dst)
	dst = slices.Compact(dst)
	return dst[:min(len(dst), sketchSize)]
}

// addKin enters e in the index of sketches. Of too many the oldest stay, so that
// the index is the same after a restart.
func (m *Miner[P]) addKin(e *Entry[P], s *skeleton) {
	if s.constants() < minShared {
		return
	}
	m.sketch = s.sketch(m.sketch[:0])
	for _, h := range m.sketch {
		list, known := m.kin[h]
		if !known {
			m.bytes += kinBytes
		}
		k, _ := slices.BinarySearchFunc(list, e, func(a, b *Entry[P]) int { return cmp.Compare(a.seq, b.seq) })
		if k == maxKin {
			continue
		}
		if len(list) == maxKin {
			list = list[:maxKin-1]
			m.bytes -= memberBytes
		}
		m.kin[h] = slices.Insert(list, k, e)
		m.bytes += memberBytes
	}
}

// dropKin forgets it again.
func (m *Miner[P]) dropKin(e *Entry[P], s *skeleton) {
	m.sketch = s.sketch(m.sketch[:0])
	for _, h := range m.sketch {
		list := m.kin[h]
		k := slices.Index(list, e)
		if k < 0 {
			continue
		}
		m.bytes -= memberBytes
		if list = slices.Delete(list, k, k+1); len(list) > 0 {
			m.kin[h] = list
			continue
		}
		delete(m.kin, h)
		m.bytes -= kinBytes
	}
}

// relative returns an entry that s is of one template with, and leaves their
// alignment in m.align; nil when there is none.
func (m *Miner[P]) relative(s *skeleton) *Entry[P] {
	if s.constants() < minShared {
		return nil
	}
	m.sketch = s.sketch(m.sketch[:0])
	votes := m.votes[:0]
	for _, h := range m.sketch {
		for _, e := range m.kin[h] {
			if k := slices.IndexFunc(votes, func(v vote[P]) bool { return v.e == e }); k >= 0 {
				votes[k].n++
			} else {
				votes = append(votes, vote[P]{e, 1})
			}
		}
	}
	slices.SortFunc(votes, func(a, b vote[P]) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(b.e.slots, a.e.slots), cmp.Compare(a.e.seq, b.e.seq))
	})
	m.votes = votes
	defer clear(votes)
	m.align.cells = maxCells
	for _, v := range votes[:min(len(votes), maxTries)] {
		m.other.parse(v.e.text)
		if m.align.align(&m.other, s) {
			return v.e
		}
	}
	return nil
}

// vote counts the hashes that an entry shares with a new shape.
type vote[P any] struct {
	e *Entry[P]
	n int
}

// unite makes a generalisation of e and its relative, as they are aligned.
func (m *Miner[P]) unite(e, relative *Entry[P]) {
	units, slots := m.align.general()
	slots = max(1, slots+int(relative.slots))
	if slots > maxSlots {
		return
	}
	t := m.union(e.Template(), relative.Template())
	text := mask.EncodeUnits(units)
	var s skeleton
	s.parse(text)
	if g := m.generals[s.hash]; g != nil {
		m.union(g.Template(), t)
		return
	}
	m.seq++
	g := m.newGeneral(s.hash, text, relative.birth, uint8(slots), t)
	m.record(g)
	m.adopt(g, &s)
	if slots < maxSlots {
		m.addContexts(g, &s)
	}
}
