// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import "sync/atomic"

// table maps shapes to entries: open addressing with linear probing, read
// without locks and written under the miner's mutex. Readers see each write at
// once or, during growth, the old array, which stays correct for what it holds.
type table[P any] struct {
	slots atomic.Pointer[[]atomic.Pointer[Entry[P]]]
	live  int
	used  int // live entries and tombstones
	tomb  *Entry[P]
}

const minSlots = 64

func (t *table[P]) init() {
	t.tomb = &Entry[P]{}
	s := make([]atomic.Pointer[Entry[P]], minSlots)
	t.slots.Store(&s)
}

func (t *table[P]) get(shape uint64) *Entry[P] {
	s := *t.slots.Load()
	m := uint64(len(s) - 1)
	for i := shape & m; ; i = (i + 1) & m {
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
	i := e.shape & m
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
	for i := shape & m; ; i = (i + 1) & m {
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
