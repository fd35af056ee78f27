// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/kljensen/snowball/english"
)

//go:embed lexicon.txt
var lexiconText string

// maxGap is the number of words that ".." in a phrase stands for at most.
const maxGap = 3

// negation is the stem that stands for every word of the lexicon's [negation].
const negation = "not"

// lexicon is the parsed form of lexicon.txt; read only once parsed.
type lexicon struct {
	phrases map[string][]phrase // by first stem, longest first
	names   map[string]string   // name of a sense or object by its key
	words   map[string]wordClass
}

// phrase is one wording of a sense or an object.
type phrase struct {
	elements []element
	kind     Kind
	name     string
}

// element is one stem of a phrase, after a gap of up to maxGap words if so marked.
type element struct {
	stem string
	gap  bool
}

// wordClass is a set of the lexicon's word lists.
type wordClass uint8

const (
	filler wordClass = 1 << iota
	preposition
	negative
	advice
	common
)

var wordSections = map[string]wordClass{
	"filler": filler, "preposition": preposition, "negation": negative, "advice": advice, "common": common,
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
	l := &lexicon{phrases: map[string][]phrase{}, names: map[string]string{}, words: map[string]wordClass{}}
	type entry struct {
		line       int
		kind       Kind
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
			if section != "sense" && section != "object" && wordSections[section] == 0 {
				return nil, fmt.Errorf("lexicon line %d: unknown section %q", i+1, section)
			}
		case section == "sense" || section == "object":
			name, list, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("lexicon line %d: want NAME: phrase; phrase", i+1)
			}
			kind := Sense
			if section == "object" {
				kind = Object
			}
			for _, text := range strings.Split(list, ";") {
				entries = append(entries, entry{i + 1, kind, strings.TrimSpace(name), text})
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
	for _, e := range entries {
		p := phrase{kind: e.kind, name: e.name, elements: l.elements(e.text)}
		if len(p.elements) == 0 {
			return nil, fmt.Errorf("lexicon line %d: phrase %q is empty or all filler", e.line, e.text)
		}
		l.add(p)
	}
	return l, nil
}

func (l *lexicon) elements(text string) []element {
	var out []element
	gap := false
	for _, w := range strings.Fields(text) {
		if w == ".." {
			gap = true
			continue
		}
		for _, t := range tokenize([]string{w}) {
			if stem, class := l.stem(t.text); class&filler == 0 {
				out = append(out, element{stem, gap && len(out) > 0})
				gap = false
			}
		}
	}
	return out
}

// add keeps the phrases of a first stem in order of falling length, and of the file among equals.
func (l *lexicon) add(p phrase) {
	first := p.elements[0].stem
	list := l.phrases[first]
	at := len(list)
	for at > 0 && len(list[at-1].elements) < len(p.elements) {
		at--
	}
	list = append(list, phrase{})
	copy(list[at+1:], list[at:])
	list[at] = p
	l.phrases[first] = list
}

// stem returns the stem of a lower-case word and the lists that the word is in.
func (l *lexicon) stem(word string) (string, wordClass) {
	class := l.words[word]
	if class&negative != 0 {
		return negation, class
	}
	return english.Stem(word, true), class
}
