// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package feature turns the words of a log template into weighted terms and
// terms into sparse vectors.
//
// A template is read as a statement: what happened (the sense: not found,
// denied, timed out), to what (the object: table, file, connection) and the
// rest. The words for senses and objects are in lexicon.txt; everything else
// is a stemmed word. Weights come from document frequencies that a Vocabulary
// learns and hands out as immutable versions (Space).
package feature

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Kind tells what a term stands for.
type Kind uint8

const (
	// Word is a stem that the lexicon does not know.
	Word Kind = iota
	// Sense is what happened, by the lexicon's name for it.
	Sense
	// Object is what it happened to, by the lexicon's name for it.
	Object
	// Pair is a sense together with the nearest object: "table not found".
	Pair
)

// Term is one feature of a template.
type Term struct {
	Text    string  // stem, or the lexicon's name; with Kind the term's identity
	Surface string  // lower-case words as they occurred, empty for a Pair
	Dim     uint64  // hash of Kind and Text
	Weight  float32 // local weight in (0, 1]: the place and role in the template, not its rarity
	Kind    Kind
	Common  bool // frequent in every log by the lexicon
}

// Terms are the distinct terms of one template in order of appearance.
type Terms []Term

// params are the constants of the weighting, chosen on error catalogues of
// systems left out in turn (docs/semantic-clusters.md).
type params struct {
	Problem, Failure, Event, Generic, Object, Attribute, Word, Common, Pair float64
	Quoted, Prefix, Advice, LaterSentence, Rest                             float64
	SecondSense                                                             float64
	ObjDecay, PosDecay, OtherObject, Alone                                  float64
	IDFPower                                                                float64
	PriorN, PriorWord, PriorCommon, PriorLex, PriorPair                     float64
}

var tuned = params{
	Problem: 1, Failure: 0.8, Event: 0.7, Generic: 0.3, Object: 1, Attribute: 0.5, Word: 0.5, Common: 0.4, Pair: 0.8,
	Quoted: 0.4, Prefix: 0.4, Rest: 2, Advice: 0.15, LaterSentence: 0.6, SecondSense: 0.7,
	ObjDecay: 0.1, PosDecay: 0.03, OtherObject: 0.8, Alone: 0.5, IDFPower: 0.25,
	PriorN: 200, PriorWord: 0.002, PriorCommon: 0.05, PriorLex: 0.02, PriorPair: 0.005,
}

// Extractor finds the terms of templates. The zero value is ready; it keeps no
// state and may be shared.
type Extractor struct{}

// Terms returns the terms of a template, given as its words in order with
// placeholders in angle brackets among them. A template without a word has none.
func (Extractor) Terms(words []string) Terms {
	return weigh(match(builtin, tokenize(words)), &tuned)
}

// span is a term where it was found.
type span struct {
	term     Term
	role     role
	place    int
	sentence int
	advice   bool // tells what to do
	quoted   bool
	prefix   bool
	behind   bool // directly behind a preposition
	caused   bool // after a "because" or "due to" of its sentence
}

// match reads tokens into spans by the lexicon, longest phrase first.
func match(l *lexicon, tokens []token) []span {
	content := l.stems(tokens)
	advised, sentence := false, 0
	n, behind := 0, false
	for _, c := range content {
		if c.sentence != sentence {
			sentence = c.sentence
			advised = c.class&advice != 0
		}
		c.advised = advised
		c.behind = behind
		if c.class&filler == 0 || c.class&preposition != 0 || c.gap {
			behind = c.class&preposition != 0
		}
		if c.class&filler == 0 {
			content[n] = c
			n++
		}
	}
	content = content[:n]
	spans := make([]span, 0, n)
	var used []int
	because := -1
	for i := range content {
		c := &content[i]
		if c.used {
			continue
		}
		s := span{place: c.place, sentence: c.sentence, advice: c.advised, quoted: c.quoted, prefix: c.prefix, behind: c.behind}
		var p *phrase
		if p, used = l.longest(content, i, used); p != nil {
			surface := c.text
			for _, u := range used[1:] {
				surface += " " + content[u].text
			}
			for _, u := range used {
				content[u].used = true
			}
			s.role = p.role
			s.term = Term{Text: p.name, Surface: surface, Kind: p.role.kind()}
		} else {
			if c.class&cause != 0 {
				because = c.sentence
			}
			if c.class&(preposition|function|negative|unable) != 0 || len(c.text) == 1 {
				continue
			}
			s.term = Term{Text: c.stem, Surface: c.text, Common: c.class&common != 0}
		}
		s.caused = because == s.sentence
		s.term.Dim = dim(s.term.Kind, s.term.Text)
		spans = append(spans, s)
	}
	return spans
}

// longest returns the longest phrase that starts at content[i] and the places
// it takes, in the given slice's memory. Objects win ties.
func (l *lexicon) longest(content []stemmed, i int, used []int) (*phrase, []int) {
	var best *phrase
	try := func(list []phrase, exact bool) {
		for k := range list {
			if best != nil && len(list[k].elements) <= len(best.elements) {
				return
			}
			var ok bool
			if used, ok = fits(list[k].elements, content, i, exact, used); ok {
				best = &list[k]
				return
			}
		}
	}
	text := content[i].text
	try(l.objects[text], true)
	if one, plural := strings.CutSuffix(text, "s"); plural {
		try(l.objects[one], true)
	}
	try(l.senses[content[i].stem], false)
	if best != nil { // a failed try may have overwritten the places
		exact := best.role.kind() == Object
		used, _ = fits(best.elements, content, i, exact, used)
	}
	return best, used
}

// fits tells whether elements match from content[i] on, and where.
func fits(elements []element, content []stemmed, i int, exact bool, used []int) ([]int, bool) {
	used = append(used[:0], i)
	at := i + 1
	for _, e := range elements[1:] {
		skip := 0
		if e.gap {
			skip = maxGap
		}
		for ; ; at++ {
			if at >= len(content) || content[at].used || content[at].sentence != content[i].sentence {
				return used, false
			}
			if same(&content[at], e.stem, exact) {
				break
			}
			if skip--; skip < 0 || content[at].class&(preposition|function) != 0 {
				return used, false
			}
		}
		used = append(used, at)
		at++
	}
	return used, true
}

func same(c *stemmed, want string, exact bool) bool {
	if exact {
		return c.text == want || len(c.text) == len(want)+1 && c.text[len(want)] == 's' && c.text[:len(want)] == want
	}
	return c.stem == want
}

// dim is FNV-1a over kind and text: the same in every process and release.
func dim(k Kind, text string) uint64 {
	h := (uint64(14695981039346656037) ^ uint64(k)) * 1099511628211
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// weigh gives spans their local weights, adds the pair and joins repetitions.
func weigh(spans []span, p *params) Terms {
	topic := topicOf(spans)
	nearest, distance := -1, 0
	if topic >= 0 {
		nearest, distance = nearestObject(spans, topic)
	}
	out := make(Terms, 0, len(spans)+1)
	for i := range spans {
		s := &spans[i]
		w := 1.0
		switch s.role {
		case problem:
			w = p.Problem
		case failure:
			w = p.Failure
		case event:
			w = p.Event
		case generic:
			w = p.Generic
		case object:
			w = p.Object
			if i != nearest {
				w *= p.OtherObject
			}
		case attribute:
			w = p.Attribute
		default:
			w = p.Word
			if s.term.Common {
				w = p.Common
			}
		}
		if s.term.Kind == Sense && i != topic {
			w *= p.SecondSense
		}
		if s.term.Kind == Object && nearest >= 0 {
			w /= 1 + p.ObjDecay*float64(max(0, abs(s.place-spans[topic].place)-distance))
		}
		if s.quoted {
			w *= p.Quoted
		}
		if s.prefix && s.term.Kind == Word {
			w *= p.Prefix
		}
		switch {
		case s.advice:
			w *= p.Advice
		case s.sentence > 0:
			w *= p.LaterSentence
		}
		w /= 1 + p.PosDecay*float64(s.place)
		s.term.Weight = float32(w)
		out = out.put(s.term)
	}
	if nearest >= 0 {
		text := spans[topic].term.Text + " " + spans[nearest].term.Text
		out = out.put(Term{Text: text, Dim: dim(Pair, text), Kind: Pair, Weight: float32(p.Pair)})
	}
	if nearest < 0 && topic >= 0 && p.Alone > 0 {
		text := spans[topic].term.Text + " "
		out = out.put(Term{Text: text, Dim: dim(Pair, text), Kind: Pair, Weight: float32(p.Alone)})
	}
	// However long the message, what it is about stays audible.
	var core, rest float64
	isCore := func(t *Term) bool {
		return t.Kind == Pair || topic >= 0 && t.Dim == spans[topic].term.Dim || nearest >= 0 && t.Dim == spans[nearest].term.Dim
	}
	for i := range out {
		w := float64(out[i].Weight) * float64(out[i].Weight)
		if isCore(&out[i]) {
			core += w
		} else {
			rest += w
		}
	}
	if limit := p.Rest * p.Rest * core; core > 0 && rest > limit {
		scale := float32(math.Sqrt(limit / rest))
		for i := range out {
			if !isCore(&out[i]) {
				out[i].Weight *= scale
			}
		}
	}
	return slices.Clip(out)
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

// nearestObject returns the object nearest to the topic in its sentence and its
// distance in words. One behind a preposition counts only if there is no other,
// an attribute only if there is nothing else.
func nearestObject(spans []span, topic int) (nearest, distance int) {
	nearest = -1
	for i := range spans {
		s := &spans[i]
		if s.term.Kind != Object || s.sentence != spans[topic].sentence {
			continue
		}
		d := abs(s.place - spans[topic].place)
		if nearest >= 0 && cmp.Or(cmp.Compare(s.role, spans[nearest].role), compareBool(s.behind, spans[nearest].behind), cmp.Compare(d, distance)) >= 0 {
			continue
		}
		nearest, distance = i, d
	}
	return nearest, distance
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

// put adds a term, or raises the weight of the same one.
func (t Terms) put(term Term) Terms {
	for i := range t {
		if t[i].Dim == term.Dim {
			t[i].Weight = max(t[i].Weight, term.Weight)
			return t
		}
	}
	return append(t, term)
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
