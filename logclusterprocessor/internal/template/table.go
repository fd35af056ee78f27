// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
)

// table maps shapes to entries: open addressing with linear probing, read
// without locks and written under the miner's mutex. Readers see each write at
// once or, during growth, the old array, which stays correct for what it holds.
type table[P any] struct {
	slots atomic.Pointer[[]atomic.Pointer[Entry[P]]]
	live  int
	used  int // live entries and tombstones
	tomb  *Entry[P]
	seed  uint64 // drawn for each table, so that nobody can fill one part of it
}

const minSlots = 64

func (t *table[P]) init() {
	t.tomb, t.seed = &Entry[P]{}, rand.Uint64()|1 //nolint:gosec // seeded by the system, and ChaCha8
	s := make([]atomic.Pointer[Entry[P]], minSlots)
	t.slots.Store(&s)
}

// place is where a shape belongs in a table of m+1 places.
func (t *table[P]) place(shape, m uint64) uint64 {
	hi, lo := bits.Mul64(shape^t.seed, 0x9e3779b97f4a7c15)
	return (hi ^ lo ^ t.seed>>32) & m
}

// maxCollisions is how many lines of one shape are told apart.
const maxCollisions = 8

// another is the shape of a line whose own another line has.
func another(shape uint64) uint64 {
	hi, lo := bits.Mul64(shape^0x8bb84b93962eacc9, 0x4b33a62ed433d4a3)
	return hi ^ lo
}

// find returns the entry of a line, or nil.
func (t *table[P]) find(shape, check uint64) *Entry[P] {
	for range maxCollisions {
		e := t.get(shape)
		if e == nil || e.check.Load() == check || e.check.CompareAndSwap(0, check) || e.check.Load() == check {
			return e
		}
		shape = another(shape)
	}
	return nil
}

// free returns the shape to give to a line that find does not find.
func (t *table[P]) free(shape uint64) uint64 {
	for t.get(shape) != nil {
		shape = another(shape)
	}
	return shape
}

func (t *table[P]) get(shape uint64) *Entry[P] {
	s := *t.slots.Load()
	m := uint64(len(s) - 1)
	for i := t.place(shape, m); ; i = (i + 1) & m {
		e := s[i].Load()
		if e == nil {
			return nil
		}
		if e.shape == shape && e != t.tomb {
			return e
		}
	}
}

func (t *table[P]) put(e *Entry[P]) {
	s := *t.slots.Load()
	if 4*(t.used+1) > 3*len(s) {
		s = t.rebuild(s)
	}
	t.insert(s, e)
	t.live++
	t.used++
}

func (t *table[P]) insert(s []atomic.Pointer[Entry[P]], e *Entry[P]) {
	m := uint64(len(s) - 1)
	i := t.place(e.shape, m)
	for s[i].Load() != nil {
		i = (i + 1) & m
	}
	s[i].Store(e)
}

// rebuild drops the tombstones and leaves the array at most half full.
func (t *table[P]) rebuild(old []atomic.Pointer[Entry[P]]) []atomic.Pointer[Entry[P]] {
	n := minSlots
	for n < 2*(t.live+1) {
		n *= 2
	}
	s := make([]atomic.Pointer[Entry[P]], n)
	for i := range old {
		if e := old[i].Load(); e != nil && e != t.tomb {
			t.insert(s, e)
		}
	}
	t.used = t.live
	t.slots.Store(&s)
	return s
}

func (t *table[P]) remove(shape uint64) {
	s := *t.slots.Load()
	m := uint64(len(s) - 1)
	for i := t.place(shape, m); ; i = (i + 1) & m {
		e := s[i].Load()
		if e == nil {
			return
		}
		if e.shape == shape && e != t.tomb {
			s[i].Store(t.tomb)
			t.live--
			return
		}
	}
}

// each calls f for every entry, in an order of no meaning.
func (t *table[P]) each(f func(*Entry[P])) {
	s := *t.slots.Load()
	for i := range s {
		if e := s[i].Load(); e != nil && e != t.tomb {
			f(e)
		}
	}
}
