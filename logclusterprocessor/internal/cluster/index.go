// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// Index finds the nearest of many vectors. It holds them in an inverted index
// and visits a vector only if it shares a term that could bring it within the
// threshold (MaxScore, Turtle and Flood 1995), so frequent terms open no
// candidates. All vectors must come from one feature.Space. Not safe for
// concurrent use.
type Index struct {
	distance Distance
	slots    []slot
	free     []int32
	byID     map[uint64]int32
	lists    map[uint64]*list

	common []float64 // by slot, scratch of one query
	opened []int32
}

type slot struct {
	id     uint64
	vector feature.Vector
	size   size
}

// list has the postings of one dimension, in no order.
type list struct {
	postings []posting
	max      float64 // upper bound of what the list can add per unit of a query
}

// NewIndex returns an empty index.
func NewIndex(d Distance) *Index {
	return &Index{distance: d, byID: map[uint64]int32{}, lists: map[uint64]*list{}}
}

// Len returns the number of vectors.
func (x *Index) Len() int { return len(x.byID) }

// Add puts a vector in under an ID, in place of an older one of that ID. The
// vector must not be changed afterwards.
func (x *Index) Add(id uint64, v feature.Vector) {
	x.Remove(id)
	var at int32
	if n := len(x.free); n > 0 {
		at, x.free = x.free[n-1], x.free[:n-1]
	} else {
		at = int32(len(x.slots))
		x.slots = append(x.slots, slot{})
		x.common = append(x.common, 0)
	}
	s := slot{id, v, sizeOf(v)}
	x.slots[at] = s
	x.byID[id] = at
	for _, e := range v {
		l := x.lists[e.Dim]
		if l == nil {
			l = &list{}
			x.lists[e.Dim] = l
		}
		l.postings = append(l.postings, posting{at, e.Weight})
		l.max = max(l.max, x.gain(e.Weight, s.size))
	}
}

// gain is the most that one posting adds: its weight, for cosine in units of the vector's length.
func (x *Index) gain(w float32, s size) float64 {
	if x.distance == Cosine && s.norm > 0 {
		return float64(w) / s.norm
	}
	return float64(w)
}

// Remove takes out the vector of an ID, if there is one.
func (x *Index) Remove(id uint64) {
	at, known := x.byID[id]
	if !known {
		return
	}
	delete(x.byID, id)
	for _, e := range x.slots[at].vector {
		l := x.lists[e.Dim]
		i := slices.IndexFunc(l.postings, func(p posting) bool { return p.vector == at })
		last := len(l.postings) - 1
		l.postings[i] = l.postings[last]
		l.postings = l.postings[:last]
		if last == 0 {
			delete(x.lists, e.Dim)
		}
	}
	x.slots[at] = slot{}
	x.free = append(x.free, at)
}

// Hit is a vector found.
type Hit struct {
	ID       uint64
	Distance float64
}

// Nearest returns the nearest vector within the threshold, of equally near ones
// that of the smallest ID.
func (x *Index) Nearest(v feature.Vector, threshold float64) (Hit, bool) {
	var best Hit
	found := false
	x.search(v, threshold, func(h Hit) {
		if !found || compareHits(h, best) < 0 {
			best, found = h, true
		}
	})
	return best, found
}

// NearestK returns up to k vectors within the threshold, nearest first, of
// equally near ones the smallest ID first.
func (x *Index) NearestK(v feature.Vector, threshold float64, k int) []Hit {
	var hits []Hit
	x.search(v, threshold, func(h Hit) { hits = append(hits, h) })
	slices.SortFunc(hits, compareHits)
	return hits[:min(k, len(hits))]
}

func compareHits(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
}

// search calls found for every vector within the threshold, except that vectors
// without a common term are never found.
func (x *Index) search(v feature.Vector, threshold float64, found func(Hit)) {
	type term struct {
		weight float32
		list   *list
		most   float64 // what this dimension can add to any candidate
	}
	own := sizeOf(v)
	terms := make([]term, 0, len(v))
	rest := 0.0
	for _, e := range v {
		if l := x.lists[e.Dim]; l != nil {
			t := term{e.Weight, l, x.most(e.Weight, l.max, own)}
			rest += t.most
			terms = append(terms, t)
		}
	}
	// The dimensions that add most come first; once the rest cannot reach the
	// threshold on its own, no further candidates open.
	slices.SortStableFunc(terms, func(a, b term) int { return cmp.Compare(b.most, a.most) })
	least := x.distance.least(own, threshold) - 1e-6 // rounding
	x.opened = x.opened[:0]
	for _, t := range terms {
		open := rest >= least
		rest -= t.most
		for _, p := range t.list.postings {
			c := &x.common[p.vector]
			if *c == 0 {
				if !open {
					continue
				}
				x.opened = append(x.opened, p.vector)
			}
			*c += x.distance.share(t.weight, p.weight)
		}
	}
	for _, at := range x.opened {
		s := &x.slots[at]
		near := x.distance.of(own, s.size, x.common[at]) <= threshold+1e-6
		x.common[at] = 0
		if !near {
			continue
		}
		// Again in the order of dimensions: the sum above depends on the order
		// of the lists in its last bits, and with it on what came before.
		if d := x.distance.Between(v, s.vector); d <= threshold {
			found(Hit{s.id, d})
		}
	}
}

func (x *Index) most(w float32, listMax float64, own size) float64 {
	switch x.distance {
	case Cosine:
		if own.norm == 0 {
			return 0
		}
		return float64(w) / own.norm * listMax
	case Euclidean:
		return float64(w) * listMax
	default:
		return min(float64(w), listMax)
	}
}
