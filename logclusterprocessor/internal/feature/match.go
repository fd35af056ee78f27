// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/stem"
)

// stemmed is a token with its stem and the word lists it is in.
type stemmed struct {
	token
	stem    string
	class   wordClass
	index   int  // among the tokens
	place   int  // the same, placeholders counted
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
		c := stemmed{token: t, class: l.words[t.text], index: i, place: place}
		switch {
		case c.class&unable != 0:
			c.stem = inability
		case c.class&negative != 0:
			c.stem = negation
			if i > 0 && (tokens[i-1].text == "can" || tokens[i-1].text == "could") {
				c.stem, out[i-1].class = inability, filler
			}
		default:
			c.stem = stem.Of(t.text)
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
	used := make([]int, 0, 8)
	because := -1
	for i := range content {
		c := &content[i]
		if c.used {
			continue
		}
		s := span{place: c.place, sentence: c.sentence, advice: c.advised, quoted: c.quoted, prefix: c.prefix, behind: c.behind}
		var p *phrase
		if p, used = l.longest(content, i, used); p != nil {
			for _, u := range used {
				content[u].used = true
			}
			s.role = p.role
			s.term = Term{Text: p.name, Surface: surface(l, tokens, content, used), Kind: p.role.kind()}
		} else {
			if c.class&cause != 0 {
				because = c.sentence
			}
			if c.class&(preposition|function|negative|unable) != 0 || len(c.text) == 1 {
				continue
			}
			s.term = Term{Text: c.stem, Surface: c.surface, Common: c.class&common != 0, Part: c.glued}
		}
		s.caused = because == s.sentence
		s.term.Dim = dim(s.term.Kind, s.term.Text)
		spans = append(spans, s)
	}
	return spans
}

// longest returns the longest phrase that starts at content[i] and the places
// it takes, in the given slice's memory. Exact words win ties.
func (l *lexicon) longest(content []stemmed, i int, used []int) (*phrase, []int) {
	best := longestOf(nil, l.byWord[content[i].text], content, i)
	if one, plural := strings.CutSuffix(content[i].text, "s"); plural {
		best = longestOf(best, l.byWord[one], content, i)
	}
	best = longestOf(best, l.byStem[content[i].stem], content, i)
	if best == nil {
		return nil, used
	}
	used, _ = best.fits(content, i, used[:0])
	return best, used
}

// longestOf returns the first of the list, which is the longest, that fits and is longer than best.
func longestOf(best *phrase, list []phrase, content []stemmed, i int) *phrase {
	for k := range list {
		if best != nil && len(list[k].elements) <= len(best.elements) {
			break
		}
		if _, ok := list[k].fits(content, i, nil); ok {
			return &list[k]
		}
	}
	return best
}

// fits tells whether the phrase, whose first element is known to match, matches
// from content[i] on. It appends the places to used unless that is nil.
func (p *phrase) fits(content []stemmed, i int, used []int) ([]int, bool) {
	note := used != nil
	if note {
		used = append(used, i)
	}
	at := i + 1
	for k := 1; k < len(p.elements); k++ {
		e := &p.elements[k]
		skip := 0
		if e.gap {
			skip = maxGap
		}
		for ; ; at++ {
			if at >= len(content) || content[at].used || content[at].sentence != content[i].sentence {
				return used, false
			}
			if e.matches(&content[at]) {
				break
			}
			if skip--; skip < 0 || content[at].class&(preposition|function) != 0 {
				return used, false
			}
		}
		if note {
			used = append(used, at)
		}
		at++
	}
	return used, true
}

// surface returns the words of a phrase as they occurred, with what stands
// between them and, before a negation, its auxiliary: "does not exist". A
// phrase with a gap is given by its own words.
func surface(l *lexicon, tokens []token, content []stemmed, used []int) string {
	words := make([]string, 0, 4)
	if used[len(used)-1]-used[0] != len(used)-1 {
		for _, u := range used {
			words = append(words, content[u].surface)
		}
		return strings.Join(words, " ")
	}
	first, last := content[used[0]].index, content[used[len(used)-1]].index
	if content[used[0]].class&negative != 0 && first > 0 && l.auxiliary(tokens[first-1].text) && !tokens[first].gap {
		first--
	}
	for _, t := range tokens[first : last+1] {
		words = append(words, t.surface)
	}
	return strings.Join(words, " ")
}

// auxiliary tells whether a word before "not" goes with it.
func (l *lexicon) auxiliary(word string) bool {
	return l.words[word] == filler || word == "can" || word == "could"
}
