// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"cmp"
	"slices"
)

// weights are the constants of this package. They were set to round numbers
// in the middle of where error catalogues of several systems score alike;
// docs/semantic-clusters.md has the figures.
type weights struct {
	// Local weights by what a term stands for; that of a problem, failure,
	// event and the nearest object is 1.
	Broad, Generic, OtherObject, Attribute, Word, Common float64
	// Plain is Word and Common's factor in a template that reports no trouble,
	// Lone that in one whose trouble has no object: a shared sense alone must not do.
	Plain, Lone float64
	// Pair is the weight of sense and object together: it parts "table not found"
	// from both "column not found" and "table is full".
	Pair float64
	// Factors: for a sense that is not the topic, a word in quotes, a word that
	// names the speaker, a sentence of advice.
	SecondSense, Quoted, Prefix, Advice float64
	// PosDecay makes early words weigh more: 1 / (1 + PosDecay * place).
	PosDecay float64
	// IDFPower softens rarity: a template's rarest word is often a name.
	IDFPower float64
	// PriorDocs templates of logs in general are assumed before any is seen,
	// these shares of them with a given term.
	PriorDocs, PriorWord, PriorCommon, PriorLexicon, PriorPair float64
}

var tuned = weights{
	Broad: 0.6, Generic: 0.3, OtherObject: 0.7, Attribute: 0.4, Word: 0.25, Common: 0.15, Plain: 3, Lone: 1.5,
	Pair:        0.8,
	SecondSense: 0.7, Quoted: 0.4, Prefix: 0.4, Advice: 0.15,
	PosDecay: 0.03, IDFPower: 0.25,
	PriorDocs: 200, PriorWord: 0.002, PriorCommon: 0.05, PriorLexicon: 0.02, PriorPair: 0.01,
}

// weigh gives spans their local weights, adds the pair and joins repetitions.
func weigh(spans []span) Terms {
	topic := topicOf(spans)
	nearest := nearestObject(spans, topic)
	out := make(Terms, 0, len(spans)+1)
	for i := range spans {
		s := &spans[i]
		w := s.base(i == nearest, nearest >= 0)
		if s.term.Kind == Sense && topic >= 0 && i != topic && !(s.role < failure && spans[topic].role == failure) {
			w *= tuned.SecondSense
		}
		if s.term.Kind == Word {
			switch {
			case topic < 0 || spans[topic].role == event:
				w *= tuned.Plain
			case nearest < 0:
				w *= tuned.Lone
			}
		}
		if s.quoted {
			w *= tuned.Quoted
		}
		if s.prefix && s.term.Kind == Word {
			w *= tuned.Prefix
		}
		if s.advice {
			w *= tuned.Advice
		}
		w /= 1 + tuned.PosDecay*float64(s.place)
		s.term.Weight = float32(w)
		out = out.put(s.term)
	}
	if nearest >= 0 {
		text := spans[topic].term.Text + " " + spans[nearest].term.Text
		out = out.put(Term{Text: text, Dim: dim(Pair, text), Kind: Pair, Weight: float32(tuned.Pair)})
	}
	return slices.Clip(out)
}

// base is a span's weight by what it stands for: whether it is the nearest
// object, and whether the topic has one. A broad problem of nothing known says
// no more than that something failed.
func (s *span) base(nearest, about bool) float64 {
	switch s.role {
	case problem, failure, event:
		return 1
	case broad:
		if about {
			return tuned.Broad
		}
		return tuned.Generic
	case generic:
		return tuned.Generic
	case object:
		if nearest {
			return 1
		}
		return tuned.OtherObject
	case attribute:
		return tuned.Attribute
	}
	if s.term.Common {
		return tuned.Common
	}
	return tuned.Word
}

// topicOf returns the sense that the template is about, in its first sentence
// that has one: the first problem, else failure, event, generic word; or -1.
func topicOf(spans []span) int {
	topic := -1
	for i := range spans {
		s := &spans[i]
		if s.term.Kind != Sense || s.advice {
			continue
		}
		if topic < 0 || s.role < spans[topic].role && (s.sentence == spans[topic].sentence || s.caused || spans[topic].role > failure) {
			topic = i
		}
	}
	return topic
}

// nearestObject returns the object nearest to the topic in its sentence, or -1.
// One behind a preposition counts only if there is no other, an attribute only
// if there is nothing else.
func nearestObject(spans []span, topic int) int {
	if topic < 0 {
		return -1
	}
	nearest := -1
	for i := range spans {
		if spans[i].term.Kind != Object || spans[i].sentence != spans[topic].sentence {
			continue
		}
		if nearest < 0 || fartherFrom(&spans[topic], &spans[i], &spans[nearest]) < 0 {
			nearest = i
		}
	}
	return nearest
}

// fartherFrom orders objects by how likely they are what the topic is about, the likeliest first.
func fartherFrom(topic, a, b *span) int {
	return cmp.Or(
		cmp.Compare(a.role, b.role),
		compareBool(a.behind, b.behind),
		cmp.Compare(distance(a, topic), distance(b, topic)),
	)
}

func distance(a, b *span) int {
	return max(a.place-b.place, b.place-a.place)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
