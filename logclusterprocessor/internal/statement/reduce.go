// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"slices"
	"strings"
)

// reading is what a run of text says, before it is put in canonical form.
type reading struct {
	fail     int      // failure marks
	not      int      // negations
	done     int      // success marks
	senses   []string // what happened
	words    []string // what is left, in order
	underWay bool     // the first word left is one like "starting"
}

// readAny reduces a message in whatever language it is. One without a lexicon is
// read as words.
func (l *lexicon) readAny(text string) reading {
	if isHan(text) {
		return l.readHan(text)
	}
	return l.read(text)
}

// clauseMarks end what a phrase may span.
const clauseMarks = ":;,.!?"

// read reduces a message of words. The order of the steps matters: a failure
// frame is read before a negation ("could not"), both before senses ("not
// found"), and measures are dropped while their numbers are still there.
func (l *lexicon) read(text string) reading {
	tokens := l.withoutPairs(l.withoutCarrier(tokenize(text)))
	for i := range tokens {
		if t := &tokens[i]; t.kind == word {
			t.text = l.canonical(t.raw)
		}
	}
	tokens = l.rewrites.replace(tokens)
	tokens = l.frames.replace(tokens)
	tokens = slices.DeleteFunc(tokens, func(t token) bool {
		return t.kind == value || t.kind == word && l.has(stop, t.raw) || t.kind == mark && !strings.Contains(clauseMarks, t.raw)
	})
	tokens = l.withoutName(l.senses.replace(tokens))
	l.markRoles(tokens)
	return l.collect(tokens)
}

// withoutName drops a lone word behind the last colon or before the first one
// when the rest says what happened to what: the word names which one it was, as in
// "Table not found: orders" and "orders: no such table".
func (l *lexicon) withoutName(tokens []token) []token {
	colons := 0
	for _, t := range tokens {
		if t.kind == mark && t.raw == ":" {
			colons++
		}
	}
	if colons != 1 {
		return tokens
	}
	at := slices.IndexFunc(tokens, func(t token) bool { return t.kind == mark && t.raw == ":" })
	before, after := tokens[:at], tokens[at+1:]
	switch {
	case isLoneWord(after) && l.isComplete(before):
		return before
	case isLoneWord(before) && l.isComplete(after):
		return after
	}
	return tokens
}

func isLoneWord(tokens []token) bool { return len(tokens) == 1 && tokens[0].kind == word }

// isComplete is true for a sense with a word that says of what.
func (l *lexicon) isComplete(tokens []token) bool {
	has := func(f func(t token) bool) bool { return slices.ContainsFunc(tokens, f) }
	return has(func(t token) bool { return t.kind == sense }) && has(func(t token) bool { return t.kind == word && !l.has(late, t.raw) })
}

func (l *lexicon) collect(tokens []token) reading {
	var r reading
	for _, t := range tokens {
		switch t.kind {
		case fail:
			r.fail++
		case not:
			r.not++
		case done:
			r.done++
		case sense:
			r.senses = append(r.senses, t.text)
		case word:
			if l.has(late, t.raw) {
				continue
			}
			if len(r.words) == 0 {
				r.underWay = isParticiple(t.raw)
			}
			r.words = append(r.words, t.text)
		}
	}
	return r
}

// isParticiple is true for words such as "starting"; of those that end so but
// are none, such as "string", equal ones stay equal.
func isParticiple(w string) bool { return len(w) > len("doing") && strings.HasSuffix(w, "ing") }

// withoutCarrier drops what says nothing about what happened: the level at the
// head, parts of values, measures.
func (l *lexicon) withoutCarrier(tokens []token) []token {
	if len(tokens) > 1 && tokens[0].kind == word && l.has(level, tokens[0].raw) && tokens[1].raw == ":" {
		tokens = tokens[2:]
	}
	out := make([]token, 0, len(tokens))
	for i, t := range tokens {
		switch {
		case t.kind != word:
		case isGlued(tokens, i):
			continue
		case i > 0 && tokens[i-1].kind == value && l.has(unit, t.raw): // "after <num> ms"
			if n := len(out) - 2; n >= 0 && out[n].kind == word && l.has(measure, out[n].raw) {
				out = slices.Delete(out, n, n+1)
			}
			continue
		case i+1 < len(tokens) && tokens[i+1].kind == value && l.has(place, t.raw): // "at offset <num>"
			continue
		}
		out = append(out, t)
	}
	return out
}

// isGlued is true for words that are part of a name or a quantity: "ssh<num>".
func isGlued(tokens []token, i int) bool {
	return !tokens[i].loose && i > 0 && tokens[i-1].kind == value ||
		i+1 < len(tokens) && !tokens[i+1].loose && tokens[i+1].kind == value
}

// withoutPairs drops key=value, unless the value says what became of something
// or nothing else is left.
func (l *lexicon) withoutPairs(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t.kind != word || i+1 == len(tokens) || tokens[i+1].raw != "=" {
			out = append(out, t)
			continue
		}
		hasValue := i+2 < len(tokens) && tokens[i+2].kind != mark
		if hasValue && tokens[i+2].kind == word && l.has(outcome, t.raw) {
			out = append(out, t)
			continue
		}
		i++ // the '='
		if hasValue {
			i++
		}
	}
	if !slices.ContainsFunc(out, func(t token) bool { return t.kind == word }) {
		return tokens
	}
	return out
}

// behind marks a word whose place in the clause matters.
const behind = ">"

// markRoles tells the words behind a connector such as "than" or "from .. to"
// from those before it.
func (l *lexicon) markRoles(tokens []token) {
	from, marking := false, false
	for i := range tokens {
		t := &tokens[i]
		switch {
		case t.kind == mark:
			from, marking = false, false
		case t.kind != word:
		case t.raw == "from":
			from = true
		case t.raw == "to" && from, l.has(order, t.raw):
			marking = true
		case marking && !l.has(late, t.raw):
			t.text += behind
		}
	}
}
