// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package passage takes apart what people paste when they ask about an error: a chat
// message, a stack trace, a piece of a log, JSON from an alert. It returns the passages
// that may be what a log line says, the likeliest first.
package passage

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

const (
	// Most is how many passages there are at most, over all tiers.
	Most = 32
	// shortest is how many words a part of a line has at least.
	shortest = 2
	// deepest is how many levels of JSON within JSON are looked into.
	deepest = 6
)

// Tiers returns the passages of a text in tiers. A later tier has parts of what the
// earlier ones have, so it is worth a look only when they said nothing.
func Tiers(text string) [][]string {
	s := splitter{seen: map[string]bool{}}
	text = strings.TrimSpace(text)
	s.tier(func() { s.add(text) })
	s.tier(func() { s.lines(text, 0) })
	lines := s.tiers[len(s.tiers)-1]
	s.tier(func() {
		for _, line := range append([]string{text}, lines...) {
			if !strings.Contains(line, "\n") {
				s.parts(line)
			}
		}
	})
	return s.tiers
}

type splitter struct {
	tiers [][]string
	now   []string
	seen  map[string]bool
}

func (s *splitter) tier(fill func()) {
	s.now = nil
	fill()
	s.tiers = append(s.tiers, s.now)
}

func (s *splitter) add(text string) {
	text = strings.TrimSpace(text)
	if text == "" || s.seen[text] || len(s.seen) >= Most || !utf8.ValidString(text) {
		return
	}
	s.seen[text] = true
	s.now = append(s.now, text)
}

// lines adds the code spans, the JSON strings and the lines of a text.
func (s *splitter) lines(text string, depth int) {
	if s.json(text, depth) {
		return
	}
	for _, span := range between(text, "`") {
		s.lines(span, depth+1)
	}
	for line := range strings.Lines(text) {
		if len(s.seen) >= Most {
			break
		}
		line = bare(line)
		if isFrame(line) || s.json(embedded(line), depth) {
			continue
		}
		if words(line) >= shortest || !strings.Contains(line, " ") && strings.ContainsAny(line, ":.") {
			s.add(line)
		}
	}
}

// parts adds the quoted pieces and the clauses of a line.
func (s *splitter) parts(line string) {
	for _, quote := range []string{`"`, "“”", "'", "「」", "《》"} {
		for _, span := range between(line, quote) {
			s.part(span)
		}
	}
	for _, sentence := range sentences(line) {
		s.part(sentence)
		// What is said of the error comes before it: "we get: connection refused".
		for rest := sentence; ; {
			_, after, ok := cut(rest)
			if !ok {
				break
			}
			s.part(after)
			rest = after
		}
	}
}

func (s *splitter) part(text string) {
	if words(text) >= shortest {
		s.add(text)
	}
}

// json adds the strings of a JSON text, those under the keys of messages first.
func (s *splitter) json(text string, depth int) bool {
	text = strings.TrimSpace(text)
	if depth > deepest || text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return false
	}
	if depth > 0 || len(s.tiers) > 0 {
		s.add(text) // an envelope that is known takes its message out
	}
	for _, wanted := range []bool{true, false} {
		s.walk(v, wanted, false, depth)
	}
	return true
}

// walk adds strings of more than a word: those under the key of a message, or the others.
func (s *splitter) walk(v any, wanted, under bool, depth int) {
	switch v := v.(type) {
	case string:
		if under == wanted && words(v) >= shortest {
			s.lines(v, depth+1)
		}
	case []any:
		for _, e := range v {
			s.walk(e, wanted, under, depth)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			s.walk(v[key], wanted, isMessage(key), depth)
		}
	}
}
