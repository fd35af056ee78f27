// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed lexicon.txt
var lexiconText string

// maxGap is the number of words that ".." in a phrase stands for at most.
const maxGap = 3

// The stems that stand for every word of the lexicon's [negation] and [inability].
const (
	negation  = "not"
	inability = "cannot"
)

// lexicon is the parsed form of lexicon.txt; read only once parsed.
type lexicon struct {
	byStem map[string][]phrase // by first element, longest phrase first
	byWord map[string][]phrase // the same where the first element is exact
	words  map[string]wordClass
}

// phrase is one wording of a sense or an object.
type phrase struct {
	elements []element
	role     role
	name     string
}

// role is the section that a phrase is of.
type role uint8

const (
	noRole role = iota
	problem
	broad
	failure
	event
	generic
	object
	attribute
)

var roles = map[string]role{"problem": problem, "broad": broad, "failure": failure, "event": event, "generic": generic, "object": object, "attribute": attribute}

func (r role) kind() Kind {
	if r == object || r == attribute {
		return Object
	}
	return Sense
}

// element is one word of a phrase.
type element struct {
	text  string // its stem, or the word as it stands if exact
	exact bool
	gap   bool // up to maxGap other words may come before it
}

// matches tells whether the element stands for the token; exact ones leave a plural s aside.
func (e *element) matches(c *stemmed) bool {
	if !e.exact {
		return c.stem == e.text
	}
	return c.text == e.text || len(c.text) == len(e.text)+1 && c.text[len(e.text)] == 's' && c.text[:len(e.text)] == e.text
}

// wordClass is a set of the lexicon's word lists.
type wordClass uint8

const (
	filler wordClass = 1 << iota
	preposition
	function
	negative
	unable
	cause
	advice
	common
)

var wordSections = map[string]wordClass{
	"filler": filler, "preposition": preposition, "function": function, "negation": negative, "inability": unable, "cause": cause, "advice": advice, "common": common,
}

var builtin = mustParse(lexiconText)

func mustParse(text string) *lexicon {
	l, err := parseLexicon(text)
	if err != nil {
		panic(err) // the embedded file is checked by a test
	}
	return l
}

// parseLexicon reads the format that the head of lexicon.txt describes.
// An error names the line.
func parseLexicon(text string) (*lexicon, error) {
	l := &lexicon{byStem: map[string][]phrase{}, byWord: map[string][]phrase{}, words: map[string]wordClass{}}
	type entry struct {
		line       int
		role       role
		name, text string
	}
	var entries []entry
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			if roles[section] == noRole && wordSections[section] == 0 {
				return nil, fmt.Errorf("lexicon line %d: unknown section %q", i+1, section)
			}
		case roles[section] != noRole:
			name, list, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("lexicon line %d: want NAME: phrase; phrase", i+1)
			}
			for _, text := range strings.Split(list, ";") {
				entries = append(entries, entry{i + 1, roles[section], strings.TrimSpace(name), text})
			}
		case wordSections[section] != 0:
			for _, w := range strings.Fields(line) {
				l.words[w] |= wordSections[section]
			}
		default:
			return nil, fmt.Errorf("lexicon line %d: outside of a section", i+1)
		}
	}
	// Phrases are compared after the word lists apply, so they come last.
	meanings := map[string]string{} // by phrase
	for _, e := range entries {
		p := phrase{role: e.role, name: e.name, elements: l.elements(e.text, e.role.kind())}
		if len(p.elements) == 0 {
			return nil, fmt.Errorf("lexicon line %d: phrase %q is empty or all filler", e.line, e.text)
		}
		if other, taken := meanings[fmt.Sprint(p.elements)]; taken && other != p.name {
			return nil, fmt.Errorf("lexicon line %d: phrase %q stands for %q already", e.line, strings.TrimSpace(e.text), other)
		}
		meanings[fmt.Sprint(p.elements)] = p.name
		if p.elements[0].exact {
			add(l.byWord, p)
		} else {
			add(l.byStem, p)
		}
	}
	return l, nil
}

// elements reads a phrase the way match reads a template.
func (l *lexicon) elements(text string, kind Kind) []element {
	var tokens []token
	var marks []element // gap and exact of each token
	gap := false
	for _, w := range strings.Fields(text) {
		if w == ".." {
			gap = true
			continue
		}
		exact := kind == Object || w[0] == '='
		for _, t := range tokenize([]string{w}) {
			tokens = append(tokens, t)
			marks = append(marks, element{gap: gap, exact: exact})
			gap = false
		}
	}
	var out []element
	for i, c := range l.stems(tokens) {
		if c.class&filler != 0 {
			continue
		}
		e := marks[i]
		e.text = c.stem
		if e.exact {
			e.text = c.text
		}
		e.gap = e.gap && len(out) > 0
		out = append(out, e)
	}
	return out
}

// add keeps the phrases of a first stem in order of falling
// length, and of the file among equals.
func add(phrases map[string][]phrase, p phrase) {
	first := p.elements[0].text
	list := phrases[first]
	at := len(list)
	for at > 0 && len(list[at-1].elements) < len(p.elements) {
		at--
	}
	phrases[first] = slices.Insert(list, at, p)
}
