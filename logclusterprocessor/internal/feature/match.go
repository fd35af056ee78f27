// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"strings"

	"github.com/kljensen/snowball/english"
)

// stemmed is a token with its stem and the word lists it is in.
type stemmed struct {
	token
	stem    string
	class   wordClass
	place   int  // among the tokens, a placeholder before it counted
	advised bool // of a sentence of advice
	behind  bool // directly behind a preposition, articles apart
	used    bool // part of a phrase found
}

// stems looks up tokens one by one. "can" before "not" is lost in it.
func (l *lexicon) stems(tokens []token) []stemmed {
	out := make([]stemmed, len(tokens))
	place := 0
	for i, t := range tokens {
		place++
		if t.gap {
			place++
		}
		c := stemmed{token: t, class: l.words[t.text], place: place}
		switch {
		case c.class&unable != 0:
			c.stem = inability
		case c.class&negative != 0:
			c.stem = negation
			if i > 0 && (tokens[i-1].text == "can" || tokens[i-1].text == "could") {
				c.stem, out[i-1].class = inability, filler
			}
		default:
			c.stem = english.Stem(t.text, true)
		}
		out[i] = c
	}
	return out
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
