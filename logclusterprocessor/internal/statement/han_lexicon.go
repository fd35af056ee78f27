// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// hanKind is what an entry of the Chinese lexicon does.
type hanKind uint8

const (
	hanFailure  hanKind = iota // a mark of failure; a name is kept as a word (打不开: fail, open)
	hanNegation                // a negation
	hanDone                    // a mark of success
	hanPassive                 // who did it may follow; a mark of success if nothing else tells the outcome
	hanUnderWay                // it goes on
	hanSense                   // the named sense; it swallows the mark of failure
	hanFailing                 // a word that is the named sense where the text has a mark of failure
	hanNegated                 // a word that is the named sense where a negation stands before it in the clause
	hanWord                    // a word; with a name a synonym of it
	hanRole                    // a word, and what follows it in the clause has a role of its own
	hanSource                  // dropped; a mark behind it tells where from and where to (由左向右)
	hanMark                    // dropped, but what follows has a role of its own if more than a verb stands before
	hanLevel                   // a level before a colon, at the head of a clause: dropped
	hanFunction                // dropped
)

// hanKinds are the sections of the lexicon's file. Those with true need a name.
var hanKinds = map[string]struct {
	kind  hanKind
	named bool
}{
	"failure":   {hanFailure, false},
	"negation":  {hanNegation, false},
	"success":   {hanDone, false},
	"passive":   {hanPassive, false},
	"under-way": {hanUnderWay, false},
	"sense":     {hanSense, true},
	"failing":   {hanFailing, true},
	"negated":   {hanNegated, true},
	"same":      {hanWord, true},
	"word":      {hanWord, false},
	"role":      {hanRole, false},
	"source":    {hanSource, false},
	"mark":      {hanMark, false},
	"level":     {hanLevel, false},
	"function":  {hanFunction, false},
}

// hanEntry is one wording's effect. An empty name leaves no word.
type hanEntry struct {
	kind hanKind
	name string
}

// isWord tells whether a person would search for the wording.
func (e *hanEntry) isWord() bool {
	return e.kind == hanWord || e.kind == hanSense || e.kind == hanRole
}

// hanLexicon finds entries by wording.
type hanLexicon struct {
	entries map[string]*hanEntry
	levels  map[string]bool   // wordings that are a level before a colon; most are entries as well
	failing map[string]string // word: the sense that it is where the text has a mark of failure
	negated map[string]string // word: the sense that it is behind a negation
	longest int               // runes of the longest wording
}

// Bounds of a lexicon's file.
const (
	hanEntriesMost    = 10000
	hanWordingLongest = 16 // runes
)

func mustHanLexicon(file string) *hanLexicon {
	lex, err := parseHanLexicon(file)
	if err != nil {
		panic("built-in Chinese lexicon: " + err.Error())
	}
	return lex
}

// parseHanLexicon reads sections of wordings, one a line, with the message
// that made an entry necessary behind a tab:
//
//	# comment
//	[sense not found]
//	找不到	找不到文件 <path>
//
// A section's name is that of the sense or the word that its wordings stand
// for. A wording is in one section only.
func parseHanLexicon(file string) (*hanLexicon, error) {
	lex := &hanLexicon{entries: map[string]*hanEntry{}, levels: map[string]bool{}, failing: map[string]string{}, negated: map[string]string{}}
	var kind, name string
	for n, line := range strings.Split(file, "\n") {
		line, _, _ = strings.Cut(line, "\t")
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			kind, name, _ = strings.Cut(strings.Trim(line, "[]"), " ")
			if k, ok := hanKinds[kind]; !ok || k.named && name == "" {
				return nil, fmt.Errorf("line %d: no such section: %s", n+1, line)
			}
		case kind == "":
			return nil, fmt.Errorf("line %d: wording before the first section", n+1)
		default:
			if err := lex.add(hanKinds[kind].kind, name, line); err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
		}
	}
	return lex, nil
}

// uniform is a wording as the scanner sees it.
func uniform(line string) string {
	runes, _ := hanRunes(line)
	return strings.Trim(string(runes), " ")
}

// outcome tells whether what the named word says hangs on a failure or a
// negation before it.
func (l *hanLexicon) outcome(name string) bool {
	return l.failing[name] != "" || l.negated[name] != ""
}

// add enters a wording as the scanner sees it.
func (l *hanLexicon) add(kind hanKind, name, line string) error {
	wording := uniform(line)
	n := utf8.RuneCountInString(wording)
	switch {
	case wording == "" || strings.ContainsAny(wording, ".:"):
		return fmt.Errorf("%q is no wording", line)
	case n > hanWordingLongest && kind != hanFailing && kind != hanNegated:
		return fmt.Errorf("%q is longer than %d characters", line, hanWordingLongest)
	case len(l.entries)+len(l.levels)+len(l.failing)+len(l.negated) >= hanEntriesMost:
		return fmt.Errorf("more than %d entries", hanEntriesMost)
	}
	switch kind {
	case hanFailing:
		return enter(l.failing, line, name)
	case hanNegated:
		return enter(l.negated, line, name)
	}
	l.longest = max(l.longest, n)
	if kind == hanLevel {
		return enter(l.levels, wording, true)
	}
	if (kind == hanWord || kind == hanRole) && name == "" {
		name = wording
	}
	return enter(l.entries, wording, &hanEntry{kind, name})
}

// enter refuses a second entry: one of the two would never be read.
func enter[V any](m map[string]V, wording string, v V) error {
	if _, ok := m[wording]; ok {
		return fmt.Errorf("%q is in the lexicon already", wording)
	}
	m[wording] = v
	return nil
}
