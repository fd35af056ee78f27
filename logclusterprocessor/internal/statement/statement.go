// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package statement reduces a message to what it says.
//
// Two messages mean the same when their statements are equal: not near, equal.
// So the answer depends on nothing but the two messages, and a statement names a
// cluster on every replica, in any order, in a stream of any size. All the work
// is in the reduction: values go, the many ways to say that something failed
// become one mark, negations are counted, a few dozen senses ("not found")
// stand for all their wordings, and words lose their endings. What is left
// is a set of words. What a message is reduced by is data: lexicon/*.txt.
package statement

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Version changes whenever a message may get another statement from the built-in
// lexicon.
const Version = 1

// Statement is what a message says.
type Statement struct {
	// Failed is true for a failure without a sense that says which.
	Failed bool
	// Negations is how many are not part of a sense.
	Negations int
	// Succeeded is true when the message says so: "finished successfully".
	Succeeded bool
	// UnderWay is true for what is being done: "starting", not "started".
	UnderWay bool
	// Senses are the lexicon's names of what happened, in order, without repetition.
	Senses []string
	// Words are the other words in canonical form, in order, without repetition. A
	// word that ends with '>' stands behind "than", "from .. to" and the like.
	Words []string
	// Literal is the text of a message that says nothing but values, or that
	// something failed: it is equal to nothing but itself.
	Literal string
}

// Key is the canonical text of a statement. Equal keys mean the same.
func (s *Statement) Key() string {
	if s.Literal != "" {
		return "= " + s.Literal
	}
	var b strings.Builder
	if s.Failed {
		b.WriteString("! ")
	}
	b.WriteString(strings.Repeat("~ ", s.Negations))
	if s.Succeeded {
		b.WriteString("+ ")
	}
	if s.UnderWay {
		b.WriteString("… ")
	}
	for _, sense := range s.Senses {
		b.WriteString("[" + sense + "] ")
	}
	b.WriteString(strings.Join(s.Words, " "))
	return strings.TrimSuffix(b.String(), " ")
}

// Hash is a hash of Key and Version.
func (s *Statement) Hash() uint64 {
	return xxhash.Sum64String(fmt.Sprintf("statement %d %s", Version, s.Key()))
}

//go:embed lexicon/en.txt
var english string

// Lexicon is a text in the format of lexicon/en.txt.
type Lexicon struct {
	Name string // for errors
	Text string
}

// Reader reads messages. It is immutable and safe for concurrent use.
type Reader struct {
	english *lexicon
	version uint64
}

// New returns a reader that knows the built-in lexicon and what the others add.
// An error names the lexicon and the line.
func New(more ...Lexicon) (*Reader, error) {
	l, err := parse(append([]Lexicon{{"built-in", english}}, more...))
	if err != nil {
		return nil, err
	}
	r := &Reader{english: l, version: Version}
	for _, lex := range more {
		r.version = r.version*31 + xxhash.Sum64String(lex.Text)
	}
	return r, nil
}

// Version changes whenever a message may get another statement.
func (r *Reader) Version() uint64 { return r.version }

// Read reduces a message, given as the text of its template: constant words with
// placeholders in angle brackets.
func (r *Reader) Read(text string) Statement {
	said := r.english.readAny(text)
	if len(said.senses)+len(said.words) == 0 {
		return Statement{Literal: strings.Join(strings.Fields(strings.ToLower(text)), " ")}
	}
	words := slices.DeleteFunc(said.words, func(w string) bool {
		return slices.ContainsFunc(said.senses, func(sense string) bool { return slices.Contains(r.english.implied[sense], w) })
	})
	return Statement{
		Failed:    said.fail > 0 && len(said.senses) == 0,
		Negations: said.not,
		Succeeded: said.done > 0,
		UnderWay:  said.underWay && said.fail == 0 && len(said.senses) == 0,
		Senses:    set(said.senses),
		Words:     set(words),
	}
}

// set sorts words in place and drops repetitions.
func set(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
