// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"cmp"
	"maps"
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
	// MaxTerms caps the vocabulary; 0 means 50,000. At the cap the rarest
	// eighth is forgotten, of equals the longest unseen.
	MaxTerms int
	// MaxVector caps the terms of one vector to the most informative; 0 means 64.
	MaxVector int
}

const (
	defaultMaxTerms  = 50_000
	defaultMaxVector = 64
)

// Vocabulary counts in how many templates each term occurs. What is added or
// removed shows in the next Freeze only. Not safe for concurrent use; the
// Spaces it hands out are.
type Vocabulary struct {
	opts    Options
	docs    int
	counts  map[uint64]count
	clock   uint64
	evicted uint64
	frozen  *Space
	dirty   bool
}

type count struct {
	docs uint32
	seen uint64 // clock of the last Add
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
	return &Vocabulary{opts: opts, counts: map[uint64]count{}, dirty: true}
}

// Add counts one template's terms.
func (v *Vocabulary) Add(terms Terms) {
	v.docs++
	v.clock++
	v.dirty = true
	for _, t := range terms {
		c, known := v.counts[t.Dim]
		if !known && len(v.counts) >= v.opts.MaxTerms {
			v.evict()
		}
		c.docs++
		c.seen = v.clock
		v.counts[t.Dim] = c
	}
}

// Remove takes back one template's terms, given as they were added.
func (v *Vocabulary) Remove(terms Terms) {
	if v.docs == 0 {
		return
	}
	v.docs--
	v.dirty = true
	for _, t := range terms {
		c, known := v.counts[t.Dim]
		if !known {
			continue // evicted since
		}
		if c.docs--; c.docs == 0 {
			delete(v.counts, t.Dim)
			continue
		}
		v.counts[t.Dim] = c
	}
}

// evict forgets the rarest eighth, so that its cost is spread over the additions between.
func (v *Vocabulary) evict() {
	dims := slices.Collect(maps.Keys(v.counts))
	slices.SortFunc(dims, func(a, b uint64) int {
		ca, cb := v.counts[a], v.counts[b]
		return cmp.Or(cmp.Compare(ca.docs, cb.docs), cmp.Compare(ca.seen, cb.seen), cmp.Compare(a, b))
	})
	n := max(1, len(dims)/8)
	for _, d := range dims[:n] {
		delete(v.counts, d)
	}
	v.evicted += uint64(n)
}

// Len returns the number of terms held.
func (v *Vocabulary) Len() int { return len(v.counts) }

// Evicted returns how many terms the cap has cost so far.
func (v *Vocabulary) Evicted() uint64 { return v.evicted }

// Freeze returns an immutable snapshot. The version rises by one whenever
// something changed since the last; else the same Space comes back.
func (v *Vocabulary) Freeze() *Space {
	if !v.dirty {
		return v.frozen
	}
	s := &Space{opts: v.opts, docs: float64(v.docs), counts: make(map[uint64]uint32, len(v.counts))}
	for d, c := range v.counts {
		s.counts[d] = c.docs
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
