// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import (
	"math"
	"slices"
)

// Features are what is known about a question and a candidate, each about 0 to 1.
type Features [features]float64

// What the features are.
const (
	bias        = iota
	common      // share of rarity in common, exact
	covered     // share of the candidate's that the question has, exact
	asked       // share of the question's that the candidate has, exact
	equal       // the statements are equal by the lexicon that decides about clusters
	looseCosine // cosine of the looser terms
	swapped     // both have words that the other has not
	sharedSense // a sense in common
	otherSense  // senses, and none in common
	otherTone   // one reports trouble, the other does not
	negation    // one is negated, the other is not
	outcome     // one succeeded and the other failed, or one is under way
	amount      // how much is in common
	opposed     // one has a word whose opposite the other has
	otherCode   // both have numbers such as exit codes, and none in common
	told        // the candidates were those of one service
	rivalry     // confidence of the best other candidate; of the answer only
	features
)

func (f *Features) set(i int, v float64) { f[i] = v }

// question is a reading with the rarity of its terms.
type question struct {
	*Reading
	exactMass float64
	rarity    []float64 // of exact
	loose     map[uint64]float64
	norm      float64
}

func (x *Index[Owner]) weigh(r *Reading) question {
	q := question{Reading: r, rarity: make([]float64, len(r.exact)), loose: make(map[uint64]float64, len(r.loose))}
	for i, t := range r.exact {
		q.rarity[i] = x.rarity(t)
		q.exactMass += q.rarity[i]
	}
	for _, t := range r.loose {
		w := float64(t.weight) * x.rarity(t.term)
		q.loose[t.term] = w
		q.norm += w * w
	}
	return q
}

func (x *Index[Owner]) compare(q *question, d *Reading) Features {
	var shared, mass float64
	senses := 0
	for i, t := range d.exact {
		w := x.rarity(t)
		mass += w
		if k := slices.Index(q.exact, t); k >= 0 {
			shared += w
			if i < d.senses && k < q.senses {
				senses++
			}
		}
	}
	var dot, norm float64
	for _, t := range d.loose {
		w := float64(t.weight) * x.rarity(t.term)
		norm += w * w
		dot += w * q.loose[t.term]
	}
	f := Features{bias: 1, equal: of(q.key == d.key)}
	f[common] = ratio(2*shared, mass+q.exactMass)
	f[covered] = ratio(shared, mass)
	f[asked] = ratio(shared, q.exactMass)
	f[looseCosine] = ratio(dot, math.Sqrt(norm*q.norm))
	f[swapped] = min(1-f[covered], 1-f[asked])
	f[amount] = math.Min(shared, 20) / 10
	f[sharedSense] = of(senses > 0)
	f[otherSense] = of(senses == 0 && q.senses > 0 && d.senses > 0)
	f[otherTone] = of(q.tone.trouble != d.tone.trouble)
	f[negation] = of(q.tone.negated != d.tone.negated) * f[common]
	f[outcome] = of(q.tone.succeeded != d.tone.succeeded || q.tone.underWay != d.tone.underWay) * f[common]
	f[opposed] = of(q.opposes(d))
	f[otherCode] = of(len(q.codes) > 0 && len(d.codes) > 0 && !meet(q.codes, d.codes))
	return f
}

// opposes is true when the question has a word that the candidate has not, but its
// opposite.
func (r *Reading) opposes(d *Reading) bool {
	if r.tone.succeeded && d.tone.trouble || r.tone.trouble && d.tone.succeeded {
		return true
	}
	for _, t := range r.against {
		if slices.Contains(d.exact, t) && !slices.Contains(r.exact, t) {
			return true
		}
	}
	return false
}

func meet(a, b []uint64) bool {
	return slices.ContainsFunc(a, func(t uint64) bool { return slices.Contains(b, t) })
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func of(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
