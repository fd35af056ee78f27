// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Bounds on what one search may cost.
const (
	// walked is how many postings are looked at, those of the rarest terms first.
	walked = 30_000
	// scored is how many candidates are compared word by word.
	scored = 64
)

// Index holds what is known, one entry for each statement, with whoever has it. It
// is safe for concurrent use.
type Index[Owner comparable] struct {
	mu     sync.RWMutex
	terms  map[uint64]*list
	docs   []doc[Owner]
	byKey  map[uint64]int32
	of     map[Owner]int32
	live   int
	common sync.Pool // *scratch
}

// doc is a statement. One without owners is gone; its place is kept until so many are
// that the index is built anew.
type doc[Owner comparable] struct {
	Reading
	owners []Owner
}

// list has the docs of a term in the order of their places, some of which are gone.
type list struct {
	docs []int32
	live int
}

// NewIndex returns an empty index.
func NewIndex[Owner comparable]() *Index[Owner] {
	x := &Index[Owner]{of: map[Owner]int32{}}
	x.clear()
	return x
}

func (x *Index[Owner]) clear() {
	x.terms, x.byKey, x.docs, x.live = map[uint64]*list{}, map[uint64]int32{}, nil, 0
}

// Len is the number of distinct statements.
func (x *Index[Owner]) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// Put says what an owner says now.
func (x *Index[Owner]) Put(o Owner, r Reading) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.of[o]; ok {
		if x.docs[at].key == r.key {
			return
		}
		x.remove(o, at)
	}
	at, ok := x.byKey[r.key]
	if !ok {
		at = x.add(r)
	}
	x.docs[at].owners = append(x.docs[at].owners, o)
	x.of[o] = at
}

// Remove forgets an owner.
func (x *Index[Owner]) Remove(o Owner) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.of[o]; ok {
		x.remove(o, at)
	}
}

func (x *Index[Owner]) add(r Reading) int32 {
	at := int32(len(x.docs))
	x.docs = append(x.docs, doc[Owner]{Reading: r})
	x.byKey[r.key] = at
	x.live++
	r.each(func(term uint64) {
		l := x.terms[term]
		if l == nil {
			l = &list{}
			x.terms[term] = l
		}
		l.docs = append(l.docs, at)
		l.live++
	})
	return at
}

func (x *Index[Owner]) remove(o Owner, at int32) {
	delete(x.of, o)
	d := &x.docs[at]
	d.owners = slices.DeleteFunc(d.owners, func(other Owner) bool { return other == o })
	if len(d.owners) > 0 {
		return
	}
	delete(x.byKey, d.key)
	x.live--
	d.each(func(term uint64) {
		if l := x.terms[term]; l != nil {
			if l.live--; l.live == 0 {
				delete(x.terms, term)
			}
		}
	})
	d.exact, d.loose = nil, nil
	if gone := len(x.docs) - x.live; gone > 1000 && gone > x.live {
		x.compact()
	}
}

// compact builds the index anew without what is gone.
func (x *Index[Owner]) compact() {
	old := x.docs
	x.clear()
	for i := range old {
		if len(old[i].owners) == 0 {
			continue
		}
		at := x.add(old[i].Reading)
		x.docs[at].owners = old[i].owners
		for _, o := range old[i].owners {
			x.of[o] = at
		}
	}
}

// each calls f for every distinct term. The two readings share no term but by chance.
func (r *Reading) each(f func(term uint64)) {
	for _, t := range r.exact {
		f(t)
	}
	for i, t := range r.loose {
		if !slices.ContainsFunc(r.loose[:i], func(w weighted) bool { return w.term == t.term }) && !slices.Contains(r.exact, t.term) {
			f(t.term)
		}
	}
}

// priorDocs are assumed before any is seen, so that rarity means something in a small
// base.
const priorDocs = 200

// rarity is a term's inverse document frequency. A term that is nowhere is as rare as
// one that is in one place.
func (x *Index[Owner]) rarity(term uint64) float64 {
	n := 1
	if l := x.terms[term]; l != nil {
		n = max(n, l.live)
	}
	return math.Log(float64(x.live+priorDocs) / float64(n))
}

// Hit is a statement that may be what was asked for.
type Hit[Owner comparable] struct {
	Owners     []Owner
	Same       bool // the statements are equal
	Confidence float64
	Features   Features
}

// Search returns up to k statements, the surest first. admit, when not nil, says
// which owners count.
func (x *Index[Owner]) Search(r *Reading, k int, admit func(Owner) bool) []Hit[Owner] {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.weigh(r)
	var hits []Hit[Owner]
	for _, at := range x.candidates(r) {
		d := &x.docs[at]
		owners := d.owners
		if admit != nil {
			owners = slices.DeleteFunc(slices.Clone(owners), func(o Owner) bool { return !admit(o) })
		}
		if len(owners) == 0 {
			continue
		}
		f := x.compare(&q, &d.Reading)
		f[told] = of(admit != nil)
		hits = append(hits, Hit[Owner]{Owners: slices.Clone(owners), Same: d.key == r.key, Features: f, Confidence: f.probability()})
	}
	slices.SortStableFunc(hits, func(a, b Hit[Owner]) int { return cmp.Compare(b.Confidence, a.Confidence) })
	for i := range hits {
		if len(hits) > 1 {
			rival := hits[0].Confidence
			if i == 0 {
				rival = hits[1].Confidence
			}
			hits[i].Features.set(rivalry, rival)
		}
	}
	for i := range hits {
		hits[i].Confidence = min(hits[i].Features.answer(), most)
	}
	return hits[:min(k, len(hits))]
}

// scratch sums up what candidates share with a question.
type scratch struct {
	sums   []float32 // by place
	opened []int32
}

// candidates are the places of the docs that share most with a question.
func (x *Index[Owner]) candidates(r *Reading) []int32 {
	type entry struct {
		list   *list
		rarity float32
	}
	var entries []entry
	r.each(func(term uint64) {
		if l := x.terms[term]; l != nil {
			entries = append(entries, entry{l, float32(x.rarity(term))})
		}
	})
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(len(a.list.docs), len(b.list.docs)) })
	s, _ := x.common.Get().(*scratch)
	if s == nil {
		s = &scratch{}
	}
	defer x.common.Put(s)
	if len(s.sums) < len(x.docs) {
		s.sums = make([]float32, len(x.docs)+len(x.docs)/4)
	}
	left := walked
	for _, e := range entries {
		docs := e.list.docs
		if len(docs) > left {
			docs = docs[:left]
		}
		left -= len(docs)
		for _, at := range docs {
			if len(x.docs[at].owners) == 0 {
				continue
			}
			if s.sums[at] == 0 {
				s.opened = append(s.opened, at)
			}
			s.sums[at] += e.rarity
		}
	}
	best := topOf(s.opened, s.sums)
	if at, ok := x.byKey[r.key]; ok && !slices.Contains(best, at) {
		best = append(best, at)
	}
	for _, at := range s.opened {
		s.sums[at] = 0
	}
	s.opened = s.opened[:0]
	return best
}

// topOf returns the places of the largest sums, the youngest first among equals.
func topOf(opened []int32, sums []float32) []int32 {
	best := make([]int32, 0, scored+1)
	for _, at := range opened {
		if len(best) == scored && sums[at] <= sums[best[scored-1]] {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, sums[at], func(have int32, sum float32) int { return cmp.Compare(sum, sums[have]) })
		if len(best) == scored {
			best = best[:scored-1]
		}
		best = slices.Insert(best, i, at)
	}
	return best
}
