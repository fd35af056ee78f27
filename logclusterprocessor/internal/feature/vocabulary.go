// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"cmp"
	"math"
	"slices"
)

// Weighting is how a template's terms become numbers.
type Weighting uint8

const (
	// TFIDF weighs a term by its place in the template and its rarity among templates.
	TFIDF Weighting = iota
	// Binary weighs every term 1.
	Binary
)

// Options set how a Vocabulary counts and how its Spaces weigh.
type Options struct {
	Weighting Weighting
	// Standardize divides each weight by the term's standard deviation over
	// templates (as a Bernoulli variable), the original recipe's scaling.
	Standardize bool
	// MaxTerms caps the vocabulary; 0 means 50,000. At the cap a new term takes
	// the place of a rare one that has been there for long.
	MaxTerms int
	// MaxVector caps the terms of one vector to the most informative; 0 means 64.
	MaxVector int
}

const (
	defaultMaxTerms  = 50_000
	defaultMaxVector = 64
)

// maxLooks is how many terms one eviction looks at: a bound on its cost.
const maxLooks = 64

// Vocabulary counts in how many templates each term occurs. What is added or
// removed shows in the next Freeze only. Not safe for concurrent use; the
// Spaces it hands out are.
type Vocabulary struct {
	opts    Options
	docs    int
	places  map[uint64]int32 // in counts, by dimension
	counts  []count
	free    []int32 // places in counts that a removal left
	hand    int     // the place in counts where the next eviction starts to look
	evicted uint64
	frozen  *Space
	dirty   bool
}

type count struct {
	dim  uint64
	docs uint32
	// spared is how many templates the term must exceed to be passed over by
	// the next eviction that looks at it.
	spared uint32
}

// NewVocabulary returns an empty vocabulary. Its first Space weighs by what is
// known of logs in general.
func NewVocabulary(opts Options) *Vocabulary {
	if opts.MaxTerms <= 0 {
		opts.MaxTerms = defaultMaxTerms
	}
	if opts.MaxVector <= 0 {
		opts.MaxVector = defaultMaxVector
	}
	return &Vocabulary{opts: opts, places: map[uint64]int32{}, dirty: true}
}

// Add counts one template's terms.
func (v *Vocabulary) Add(terms Terms) {
	v.docs++
	v.dirty = true
	for i := range terms {
		at, known := v.places[terms[i].Dim]
		if !known {
			at = v.place()
			v.counts[at] = count{dim: terms[i].Dim, spared: 1}
			v.places[terms[i].Dim] = at
		}
		v.counts[at].docs++
	}
}

// Remove takes back one template's terms, given as they were added.
func (v *Vocabulary) Remove(terms Terms) {
	if v.docs == 0 {
		return
	}
	v.docs--
	v.dirty = true
	for i := range terms {
		at, known := v.places[terms[i].Dim]
		if !known {
			continue // evicted since
		}
		if v.counts[at].docs--; v.counts[at].docs == 0 {
			delete(v.places, terms[i].Dim)
			v.free = append(v.free, at)
		}
	}
}

// place returns a free place in counts.
func (v *Vocabulary) place() int32 {
	switch n := len(v.free); {
	case n > 0:
		at := v.free[n-1]
		v.free = v.free[:n-1]
		return at
	case len(v.counts) < v.opts.MaxTerms:
		v.counts = append(v.counts, count{})
		return int32(len(v.counts) - 1)
	default:
		return v.evict()
	}
}

// evict forgets a term and returns its place. The hand of a clock goes round
// (CLOCK, Corbato 1969): it passes over a term that is in more templates than it
// was spared for, and doubles that, so a term survives as many rounds as its
// count has bits. Of maxLooks that all deserve to stay the rarest goes.
func (v *Vocabulary) evict() int32 {
	rarest := v.hand
	for range min(maxLooks, len(v.counts)) {
		at := v.hand
		v.hand = (v.hand + 1) % len(v.counts)
		c := &v.counts[at]
		if c.docs < v.counts[rarest].docs {
			rarest = at
		}
		if c.docs <= c.spared {
			rarest = at
			break
		}
		c.spared *= 2
	}
	delete(v.places, v.counts[rarest].dim)
	v.evicted++
	return int32(rarest)
}

// Templates returns how many templates count.
func (v *Vocabulary) Templates() int { return v.docs }

// Len returns the number of terms held.
func (v *Vocabulary) Len() int { return len(v.places) }

// Evicted returns how many terms the cap has cost so far.
func (v *Vocabulary) Evicted() uint64 { return v.evicted }

// Freeze returns an immutable snapshot. The version rises by one whenever
// something changed since the last; else the same Space comes back.
func (v *Vocabulary) Freeze() *Space {
	if !v.dirty {
		return v.frozen
	}
	s := &Space{opts: v.opts, docs: float64(v.docs), counts: make(map[uint64]uint32, len(v.places))}
	for dim, at := range v.places {
		s.counts[dim] = v.counts[at].docs
	}
	if v.frozen != nil {
		s.version = v.frozen.version
	}
	s.version++
	v.frozen, v.dirty = s, false
	return s
}

// Space is one version of the vocabulary. Vectors of one version can be
// compared with each other, vectors of different versions should not be.
type Space struct {
	opts    Options
	version uint64
	docs    float64
	counts  map[uint64]uint32
}

// Version returns the space's number, from 1.
func (s *Space) Version() uint64 { return s.version }

// Vector returns the terms as a vector of Euclidean length 1 (Binary without
// Standardize: ones). Terms that the version does not know weigh as what is
// usual for such terms. No terms give an empty vector.
func (s *Space) Vector(terms Terms) Vector {
	entries := make([]Entry, 0, len(terms))
	for i := range terms {
		entries = append(entries, Entry{Dim: terms[i].Dim, Weight: s.weight(&terms[i])})
	}
	if len(entries) > s.opts.MaxVector {
		slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Compare(b.Weight, a.Weight) })
		entries = entries[:s.opts.MaxVector]
	}
	v := newVector(entries)
	if s.opts.Weighting == Binary && !s.opts.Standardize {
		return v
	}
	return v.unit()
}

func (s *Space) weight(t *Term) float32 {
	f := s.frequency(t)
	w := 1.0
	if s.opts.Weighting == TFIDF {
		w = float64(t.Weight) * math.Pow(-math.Log(f), tuned.IDFPower)
	}
	if s.opts.Standardize {
		w /= math.Sqrt(f * (1 - f))
	}
	return float32(w)
}

// frequency estimates the share of templates with the term, in (0, 1): what was
// counted, smoothed by PriorDocs imaginary templates of logs in general.
func (s *Space) frequency(t *Term) float64 {
	prior := tuned.PriorWord
	switch {
	case t.Kind == Pair:
		prior = tuned.PriorPair
	case t.Kind != Word:
		prior = tuned.PriorLexicon
	case t.Common:
		prior = tuned.PriorCommon
	}
	f := (float64(s.counts[t.Dim]) + tuned.PriorDocs*prior) / (s.docs + tuned.PriorDocs)
	return min(f, 0.99)
}

// IDF returns the term's inverse document frequency in this version, in nats.
func (s *Space) IDF(t *Term) float64 { return -math.Log(s.frequency(t)) }
