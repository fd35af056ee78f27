// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import "slices"

// What things cost, in bytes, with their share of the tables that hold them.
const (
	entryBytes    = 240
	templateBytes = 192
	contextBytes  = 120
	memberBytes   = 16
	textCost      = 2 // times the length: as units and, when asked for, for people
)

// Evictions counts what was dropped, by the limit that asked for it. Shapes are
// those that went alone: a template remains, and they come back when seen.
type Evictions struct {
	Templates int64
	Shapes    int64
	Contexts  int64
	Bytes     int64
}

// queue is a first-in first-out queue. Items may be withdrawn by making keep
// false for them; they are gone before the queue would grow.
type queue[T any] struct {
	items []T
	head  int
	keep  func(T) bool
}

func (q *queue[T]) len() int { return len(q.items) - q.head }

func (q *queue[T]) push(v T) {
	if len(q.items) == cap(q.items) {
		kept := make([]T, 0, max(64, q.len()))
		for _, v := range q.items[q.head:] {
			if q.keep(v) {
				kept = append(kept, v)
			}
		}
		q.items, q.head = slices.Grow(kept, len(kept)+1), 0
	}
	q.items = append(q.items, v)
}

func (q *queue[T]) pop() T {
	var zero T
	v := q.items[q.head]
	q.items[q.head] = zero
	q.head++
	return v
}

// Len is the number of templates.
func (m *Miner[P]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.templates
}

// Shapes is the number of known shapes.
func (m *Miner[P]) Shapes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.table.live
}

// Bytes estimates the memory in use.
func (m *Miner[P]) Bytes() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bytes
}

// Evictions returns the counts since the miner was made.
func (m *Miner[P]) Evictions() Evictions {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.evictions
}

// evict drops what is worth least until the limits hold. New templates are on
// probation and go first unless they were seen again; those seen again are
// dropped by a clock (second chance). After S3-FIFO (Yang et al., SOSP 2023).
// It looks at what Entry.Seen was told: who wants the same evictions for any
// split into batches counts before Learn.
func (m *Miner[P]) evict(out *Outcome[P]) {
	for {
		switch {
		case m.table.live > m.limits.Shapes && m.covered.len() > m.limits.Shapes/2 && m.evictShape():
			m.evictions.Shapes++
			continue
		case m.templates > m.limits.Templates:
			m.evictions.Templates++
		case m.table.live > m.limits.Shapes:
			m.evictions.Shapes++
		case len(m.contexts) > m.limits.Contexts:
			m.evictions.Contexts++
		case m.bytes > m.limits.Bytes:
			m.evictions.Bytes++
		default:
			return
		}
		t := m.victim()
		if t == nil {
			return
		}
		m.drop(t)
		out.Evicted = append(out.Evicted, t)
	}
}

// Evict drops up to n templates, those that are worth least, and returns them.
func (m *Miner[P]) Evict(n int) []*Template[P] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var evicted []*Template[P]
	for range n {
		t := m.victim()
		if t == nil {
			break
		}
		m.drop(t)
		evicted = append(evicted, t)
	}
	return evicted
}

// maxChances bounds how many templates the clock passes in one step.
const maxChances = 32

func (m *Miner[P]) victim() *Template[P] {
	for chances := 0; ; {
		fromProbation := m.probation.len() > 0 && (10*m.probation.len() > m.templates || m.protected.len() == 0)
		var t *Template[P]
		switch {
		case fromProbation:
			t = m.probation.pop()
		case m.protected.len() > 0:
			t = m.protected.pop()
		default:
			return nil
		}
		if !t.live() {
			continue
		}
		count := t.lines()
		if chances < maxChances && (fromProbation && count > 1 || !fromProbation && count > t.mark) {
			t.mark = count
			m.protected.push(t)
			chances++
			continue
		}
		return t
	}
}

func (t *Template[P]) live() bool { return !t.gone && t.parent.Load() == nil }

// lines is how many lines the template has had, or a bound that is good enough
// for the clock when it has very many shapes.
func (t *Template[P]) lines() int64 {
	n := int64(0)
	for e, k := t.first, 0; e != nil && k < 64; e, k = e.next, k+1 {
		n += e.count.Load()
	}
	return n
}

// drop forgets a template, its shapes and its generalisations.
func (m *Miner[P]) drop(t *Template[P]) {
	for e := t.first; e != nil; e = e.next {
		if e.gone {
			continue
		}
		e.gone = true
		if e.text != "" {
			m.dropContexts(e)
		}
		if e.slots == 0 {
			m.table.remove(e.shape)
		} else {
			delete(m.generals, e.shape^m.salt)
		}
		m.bytes -= entryBytes + textCost*int64(len(e.text))
	}
	t.gone = true
	m.templates--
	m.bytes -= templateBytes
}

// evictShape forgets the shape that a generalisation covers and that was not
// seen for longest. It is false when only roots are left, which stay.
func (m *Miner[P]) evictShape() bool {
	chances := 0
	for tries := m.covered.len(); tries > 0; tries-- {
		e := m.covered.pop()
		if e.gone {
			continue
		}
		t := e.Template()
		count := e.count.Load()
		if seen := count > max(e.mark, 1); e.shape == t.id || seen && chances < maxChances {
			e.mark = count
			m.covered.push(e)
			chances++
			continue
		}
		e.gone = true
		m.table.remove(e.shape)
		m.bytes -= entryBytes
		t.forget(e)
		return true
	}
	return false
}
