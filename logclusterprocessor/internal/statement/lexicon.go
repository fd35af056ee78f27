// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/stem"
)

// class is a set of words, by the section of the lexicon that lists them. Words
// are in it as written, in lower case.
type class string

const (
	stop    class = "stop"
	late    class = "late"
	unit    class = "unit"
	place   class = "place"
	measure class = "measure"
	level   class = "level"
	outcome class = "outcome"
	order   class = "order"
)

// lexicon is what decides how a message is reduced. It is read only once parsed.
type lexicon struct {
	classes  map[class]map[string]bool
	lemma    map[string]string   // irregular form to base form
	synonym  map[string]string   // stem to the stem that stands for it
	implied  map[string][]string // by sense: words that it says already
	rewrites phrases             // before the words of [stop] go
	frames   phrases             // failure, negation, success
	senses   phrases
}

// section is a part of the lexicon's file, with how one of its wordings is read.
type section struct {
	name string
	read func(l *lexicon, name, wording string) error
}

// sections in the order in which they are read, whatever their order in the file:
// phrases are compared in canonical form, so what makes it comes first.
var sections = []section{
	words(stop), words(late), words(unit), words(place), words(measure), words(level), words(outcome), words(order),
	{"lemma", (*lexicon).addLemma},
	{"synonym", (*lexicon).addSynonym},
	{"rewrite", (*lexicon).addRewrite},
	frame("fail", fail), frame("not", not), frame("done", done),
	{"sense", (*lexicon).addSense},
}

// marks are what the elements of a sense may be besides words.
var marks = map[string]kind{"FAIL": fail, "NOT": not, "DONE": done}

// wording is one wording of an entry where it stands.
type wording struct {
	lexicon       string
	line          int
	name, wording string
}

// parse reads lexicons in the format that the head of lexicon/en.txt describes.
// An error names the lexicon and the line.
func parse(lexicons []Lexicon) (*lexicon, error) {
	wordings := map[string][]wording{}
	for _, lex := range lexicons {
		if err := split(lex, wordings); err != nil {
			return nil, err
		}
	}
	l := &lexicon{
		classes: map[class]map[string]bool{}, lemma: map[string]string{}, synonym: map[string]string{}, implied: map[string][]string{},
		rewrites: phrases{}, frames: phrases{}, senses: phrases{},
	}
	for _, s := range sections {
		for _, w := range wordings[s.name] {
			if err := s.read(l, w.name, w.wording); err != nil {
				return nil, fmt.Errorf("lexicon %s, line %d: [%s] %q: %w", w.lexicon, w.line, s.name, w.wording, err)
			}
		}
	}
	return l, nil
}

// split sorts the wordings of a lexicon by section.
func split(lex Lexicon, into map[string][]wording) error {
	in := ""
	n := 0
	for line := range strings.SplitSeq(lex.Text, "\n") {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if line[0] == '[' {
			in = strings.Trim(line, "[]")
			if !slices.ContainsFunc(sections, func(s section) bool { return s.name == in }) {
				return fmt.Errorf("lexicon %s, line %d: unknown section [%s]", lex.Name, n, in)
			}
			continue
		}
		if in == "" {
			return fmt.Errorf("lexicon %s, line %d: an entry must stand in a [section]", lex.Name, n)
		}
		name, list, named := strings.Cut(line, ":")
		if !named {
			name, list = "", line
		}
		for w := range strings.SplitSeq(list, ";") {
			if w = strings.TrimSpace(w); w != "" {
				into[in] = append(into[in], wording{lex.Name, n, strings.TrimSpace(name), w})
			}
		}
	}
	return nil
}

// words is a section that lists words.
func words(c class) section {
	return section{string(c), func(l *lexicon, _, wording string) error {
		if l.classes[c] == nil {
			l.classes[c] = map[string]bool{}
		}
		for w := range strings.FieldsSeq(wording) {
			l.classes[c][w] = true
		}
		return nil
	}}
}

func (l *lexicon) has(c class, w string) bool { return l.classes[c][w] }

func (l *lexicon) addLemma(name, wording string) error {
	for w := range strings.FieldsSeq(wording) {
		l.lemma[w] = name
	}
	return nil
}

func (l *lexicon) addSynonym(name, wording string) error {
	to := l.canonical(name)
	for w := range strings.FieldsSeq(wording) {
		from := l.stem(w)
		if other, taken := l.synonym[from]; taken && other != to {
			return fmt.Errorf("%q is a synonym of %q already", w, other)
		}
		if from != to {
			l.synonym[from] = to
		}
	}
	return nil
}

func (l *lexicon) addRewrite(name, wording string) error {
	p := phrase{elements: l.elements(wording, nil)}
	for w := range strings.FieldsSeq(name) {
		p.becomes = append(p.becomes, token{kind: word, text: l.canonical(w), raw: w, loose: true})
	}
	if len(p.becomes) == 0 {
		return errors.New("want NAME: phrase; phrase")
	}
	return l.rewrites.add(p)
}

// frame is a section of phrases that become one mark.
func frame(name string, k kind) section {
	return section{name, func(l *lexicon, _, wording string) error {
		return l.frames.add(phrase{elements: l.elements(wording, nil), becomes: []token{{kind: k}}})
	}}
}

// addSense adds a wording of a sense. Its name may be followed by words in
// parentheses that it implies: a "connection refused" is one of a connect.
func (l *lexicon) addSense(name, wording string) error {
	name, more, _ := strings.Cut(name, "(")
	name = strings.TrimSpace(name)
	if name == "" {
		return errors.New("want NAME: phrase; phrase")
	}
	for w := range strings.FieldsSeq(name + " " + strings.TrimSuffix(more, ")")) {
		l.implied[name] = append(l.implied[name], l.canonical(w))
	}
	return l.senses.add(phrase{elements: l.elements(wording, marks), becomes: []token{{kind: sense, text: name}}})
}

// elements reads a phrase as a message is read, up to the point where phrases of
// its section are looked for: with marks, those of senses.
func (l *lexicon) elements(wording string, marks map[string]kind) []element {
	var out []element
	for i, part := range strings.Split(" "+wording+" ", " .. ") {
		var tokens []token
		for w := range strings.FieldsSeq(part) {
			if k, ok := marks[w]; ok {
				tokens = append(tokens, token{kind: k})
				continue
			}
			for _, t := range tokenize(w) {
				if t.kind == word {
					t.text = l.canonical(t.raw)
					tokens = append(tokens, t)
				}
			}
		}
		if marks != nil {
			tokens = l.frames.replace(l.rewrites.replace(tokens))
		}
		gap := i > 0
		for _, t := range tokens {
			if marks != nil && t.kind == word && l.has(stop, t.raw) {
				continue
			}
			out, gap = append(out, element{kind: t.kind, text: t.text, gap: gap}), false
		}
	}
	return out
}

// canonical is what stands for a word: its stem or that of its synonyms.
func (l *lexicon) canonical(w string) string {
	s := l.stem(w)
	if to, ok := l.synonym[s]; ok {
		return to
	}
	return s
}

// stem is the base form of a word without its ending (Porter2).
func (l *lexicon) stem(w string) string {
	if base, ok := l.lemma[w]; ok {
		w = base
	}
	return stem.Of(w)
}
