// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// Index finds the nearest of many vectors. It holds them in an inverted index
// and looks only at vectors with a term that could bring them within the
// threshold (MaxScore, Turtle and Flood 1995), so frequent terms are seldom
// walked. All vectors must come from one feature.Space. Not safe for
// concurrent use.
type Index struct {
	distance Distance
	slots    []slot
	free     []int32
	byID     map[uint64]int32
	lists    map[uint64]*list

	// Scratch of one query.
	common []float64 // by slot
	opened []int32
	terms  []queryTerm
}

type slot struct {
	id     uint64
	vector feature.Vector
	size   size
	at     []int32 // where the posting of each entry is in its list
}

// list has the postings of one dimension, in no order.
type list struct {
	postings []indexed
	max      float64 // upper bound of what the list can add per unit of a query
}

// indexed is the posting of an entry of the vector in a slot.
type indexed struct {
	slot, entry int32
	weight      float32
}

// queryTerm is an entry of a query with the vectors that have its dimension.
type queryTerm struct {
	weight float32
	list   *list
	most   float64 // what this dimension can add to any candidate
}

// NewIndex returns an empty index.
func NewIndex(d Distance) *Index {
	return &Index{distance: d, byID: map[uint64]int32{}, lists: map[uint64]*list{}}
}

// Len returns the number of vectors.
func (x *Index) Len() int { return len(x.byID) }

// Has is true when there is a vector of an ID.
func (x *Index) Has(id uint64) bool {
	_, ok := x.byID[id]
	return ok
}

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
	s := slot{id, v, sizeOf(v), make([]int32, len(v))}
	x.slots[at] = s
	x.byID[id] = at
	for i, e := range v {
		l := x.lists[e.Dim]
		if l == nil {
			l = &list{}
			x.lists[e.Dim] = l
		}
		s.at[i] = int32(len(l.postings))
		l.postings = append(l.postings, indexed{at, int32(i), e.Weight})
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
	for i, e := range x.slots[at].vector {
		l := x.lists[e.Dim]
		last := len(l.postings) - 1
		moved := l.postings[last]
		l.postings[x.slots[at].at[i]] = moved
		x.slots[moved.slot].at[moved.entry] = x.slots[at].at[i]
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
	own := sizeOf(v)
	x.terms = x.terms[:0]
	for _, e := range v {
		if l := x.lists[e.Dim]; l != nil {
			x.terms = append(x.terms, queryTerm{e.Weight, l, x.most(e.Weight, l.max, own)})
		}
	}
	// Long lists that add little come last. As far as all of them together
	// cannot bring a vector within the threshold they open no candidates: what is
	// near must be in another list as well.
	slices.SortStableFunc(x.terms, func(a, b queryTerm) int {
		return cmp.Compare(b.most*float64(len(a.list.postings)), a.most*float64(len(b.list.postings)))
	})
	least := x.distance.least(own, threshold) - rounding
	rest, opening := 0.0, len(x.terms)
	for opening > 0 && rest+x.terms[opening-1].most < least {
		opening--
		rest += x.terms[opening].most
	}
	x.opened = x.opened[:0]
	for i := range x.terms {
		t := &x.terms[i]
		if i >= opening {
			if len(t.list.postings) > walkFactor*len(x.opened) {
				break // dearer than to look at the candidates themselves
			}
			rest -= t.most
		}
		for _, p := range t.list.postings {
			c := &x.common[p.slot]
			if *c == 0 {
				if i >= opening {
					continue
				}
				x.opened = append(x.opened, p.slot)
			}
			*c += x.distance.share(t.weight, p.weight)
		}
	}
	rest = max(0, rest)
	for _, at := range x.opened {
		s := &x.slots[at]
		most := rest
		if x.distance == Cosine {
			most *= own.norm * s.size.norm
		}
		near := x.distance.of(own, s.size, x.common[at]+most) <= threshold+rounding
		x.common[at] = 0
		if !near {
			continue
		}
		// In the order of dimensions: the sum above depends on the order of the
		// lists in its last bits, and with it on what came before.
		if d := x.distance.of(own, s.size, x.distance.common(v, s.vector)); d <= threshold {
			found(Hit{s.id, d})
		}
	}
}

// walkFactor is how many postings are walked in the time that one candidate takes.
const walkFactor = 16

// rounding allows for the order in which sums are made.
const rounding = 1e-6

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
