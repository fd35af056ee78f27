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

import "slices"

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
	Sense, Generic, Object, Word, Common, Pair          float64
	Quoted, Preposition, Advice, LaterSentence          float64
	SecondSense                                         float64
	ObjDecay, PosDecay                                  float64
	IDFPower                                            float64
	PriorN, PriorWord, PriorCommon, PriorLex, PriorPair float64
}

var tuned = params{
	Sense: 1, Generic: 0.4, Object: 1, Word: 0.7, Common: 0.5, Pair: 0.8,
	Quoted: 0.4, Advice: 0.15, LaterSentence: 0.6, SecondSense: 0.7,
	ObjDecay: 0.2, PosDecay: 0.03, IDFPower: 0.5,
	PriorN: 200, PriorWord: 0.002, PriorCommon: 0.05, PriorLex: 0.03, PriorPair: 0.005,
}

var generic = map[string]bool{"failed": true, "warning": true, "count": true}

// Extractor finds the terms of templates. The zero value is ready; it keeps no
// state and may be shared.
type Extractor struct{}

// span is a term found at tokens [from, to).
type span struct {
	term     Term
	at       int // place among the content words, placeholders counted
	sentence int
}

// Terms returns the terms of a template, given as its words in order with
// placeholders in angle brackets among them. A template without a word has none.
func (Extractor) Terms(words []string) Terms {
	spans := match(builtin, tokenize(words))
	return weigh(spans, &tuned)
}

// stemmed is a token after the word lists.
type stemmed struct {
	token
	stem  string
	class wordClass
	index int // place counting all tokens
	used  bool
}

// match reads tokens into spans by the lexicon, longest phrase first.
func match(l *lexicon, tokens []token) []span {
	content := make([]stemmed, 0, len(tokens))
	firsts := map[int]bool{} // sentences of advice
	seen := -1
	place := 0
	for _, t := range tokens {
		stem, class := l.stem(t.text)
		if t.sentence != seen {
			seen = t.sentence
			firsts[seen] = class&advice != 0 && seen > 0
		}
		place++
		if t.gap {
			place++
		}
		if class&filler != 0 {
			continue
		}
		content = append(content, stemmed{token: t, stem: stem, class: class, index: place})
	}
	spans := make([]span, 0, len(content))
	for i := range content {
		c := &content[i]
		if c.used {
			continue
		}
		at, sentence := c.index, c.sentence
		if firsts[sentence] {
			sentence = -1
		}
		if p, used := longest(l, content, i); p != nil {
			surface := ""
			for _, u := range used {
				content[u].used = true
				if surface != "" {
					surface += " "
				}
				surface += content[u].text
			}
			spans = append(spans, span{Term{Text: p.name, Surface: surface, Dim: dim(p.kind, p.name), Kind: p.kind, Weight: quoteWeight(c)}, at, sentence})
			continue
		}
		if c.class&preposition != 0 {
			continue
		}
		spans = append(spans, span{Term{Text: c.stem, Surface: c.text, Dim: dim(Word, c.stem), Kind: Word, Common: c.class&common != 0, Weight: quoteWeight(c)}, at, sentence})
	}
	return spans
}

func quoteWeight(c *stemmed) float32 {
	if c.quoted {
		return float32(tuned.Quoted)
	}
	return 1
}

// longest returns the longest phrase that starts at content[i] and the places it takes.
func longest(l *lexicon, content []stemmed, i int) (*phrase, []int) {
	list := l.phrases[content[i].stem]
	for k := range list {
		if used := fits(list[k].elements, content, i); used != nil {
			return &list[k], used
		}
	}
	return nil, nil
}

func fits(elements []element, content []stemmed, i int) []int {
	used := make([]int, 0, len(elements))
	used = append(used, i)
	at := i + 1
	for _, e := range elements[1:] {
		reach := at
		if e.gap {
			reach = at + maxGap
		}
		found := -1
		for ; at <= reach && at < len(content); at++ {
			if content[at].sentence != content[i].sentence || content[at].used {
				break
			}
			if content[at].stem == e.stem {
				found = at
				break
			}
		}
		if found < 0 {
			return nil
		}
		used = append(used, found)
		at = found + 1
	}
	return used
}

// dim is FNV-1a over kind and text: the same in every process and release.
func dim(k Kind, text string) uint64 {
	h := (uint64(14695981039346656037) ^ uint64(k)) * 1099511628211
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// weigh gives spans their local weights, adds the pairs and joins repetitions.
func weigh(spans []span, p *params) Terms {
	mainAt := -1
	for i, s := range spans {
		if s.term.Kind == Sense && s.sentence >= 0 && !generic[s.term.Text] {
			mainAt = i
			break
		}
	}
	if mainAt < 0 {
		for i, s := range spans {
			if s.term.Kind == Sense && s.sentence >= 0 {
				mainAt = i
				break
			}
		}
	}
	nearest, best := -1, 1<<30
	if mainAt >= 0 {
		for i, s := range spans {
			if s.term.Kind != Object || s.sentence != spans[mainAt].sentence {
				continue
			}
			if d := abs(s.at - spans[mainAt].at); d < best {
				nearest, best = i, d
			}
		}
	}
	out := make(Terms, 0, len(spans)+1)
	put := func(t Term) {
		for i := range out {
			if out[i].Dim == t.Dim {
				out[i].Weight = max(out[i].Weight, t.Weight)
				return
			}
		}
		out = append(out, t)
	}
	for i, s := range spans {
		w := float64(s.term.Weight)
		switch {
		case s.term.Kind == Sense && generic[s.term.Text]:
			w *= p.Generic
		case s.term.Kind == Sense:
			w *= p.Sense
			if i != mainAt {
				w *= p.SecondSense
			}
		case s.term.Kind == Object:
			w *= p.Object
			if nearest >= 0 {
				d := abs(s.at-spans[mainAt].at) - best
				w /= 1 + p.ObjDecay*float64(d)
			}
		case s.term.Common:
			w *= p.Common
		default:
			w *= p.Word
		}
		switch {
		case s.sentence < 0:
			w *= p.Advice
		case s.sentence > 0:
			w *= p.LaterSentence
		}
		w /= 1 + p.PosDecay*float64(s.at)
		t := s.term
		t.Weight = float32(w)
		put(t)
	}
	if nearest >= 0 {
		text := spans[mainAt].term.Text + "|" + spans[nearest].term.Text
		put(Term{Text: text, Dim: dim(Pair, text), Kind: Pair, Weight: float32(p.Pair)})
	}
	return slices.Clip(out)
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}
