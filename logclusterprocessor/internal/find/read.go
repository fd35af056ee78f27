// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package find finds, among what many partitions have learnt, what a text in other
// words means, and says how sure it is.
//
// A text is read twice: as a statement, whose words and senses are few and exact, and
// as weighted terms, which are more and looser. Rarity counts over all that is known.
// What two texts share, and what only one of them has, is put into numbers, and a
// logistic model whose coefficients are data turns them into a probability.
package find

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
)

//go:embed loose.txt
var loose string

//go:embed opposite.txt
var opposites string

// Reader reads texts. It is immutable and safe for concurrent use.
type Reader struct {
	strict     *statement.Reader   // which decides about clusters
	statements *statement.Reader   // the looser one
	opposite   map[uint64][]uint64 // of a word's term
}

// NewReader returns a reader of texts whose clusters the strict one decides about.
func NewReader(strict *statement.Reader) (*Reader, error) {
	statements, err := statement.New(statement.Lexicon{Name: "find/loose.txt", Text: loose})
	if err != nil {
		return nil, err
	}
	r := &Reader{strict: strict, statements: statements, opposite: map[uint64][]uint64{}}
	for line := range strings.Lines(opposites) {
		line, _, _ = strings.Cut(line, "#")
		pair := strings.Fields(line)
		if len(pair) == 0 {
			continue
		}
		if len(pair) != 2 {
			return nil, fmt.Errorf("find/opposite.txt: an opposite is two words: %q", strings.TrimSpace(line))
		}
		a, b := r.term(pair[0]), r.term(pair[1])
		r.opposite[a] = append(r.opposite[a], b)
		r.opposite[b] = append(r.opposite[b], a)
	}
	return r, nil
}

// term is that of a word as statements have it.
func (r *Reader) term(word string) uint64 {
	said := r.statements.Read(word)
	if len(said.Senses) > 0 {
		return senseTerm(said.Senses[0])
	}
	if len(said.Words) > 0 {
		return wordTerm(said.Words[0])
	}
	return 0
}

func senseTerm(name string) uint64 { return xxhash.Sum64String("[" + name) }

// wordTerm disregards on which side of "than" a word stands: that decides about
// equality, not about nearness.
func wordTerm(word string) uint64 { return xxhash.Sum64String(strings.TrimSuffix(word, ">")) }

// Reading is what a text says, for comparison with others.
type Reading struct {
	key     uint64   // of equal statements
	exact   []uint64 // terms of the looser reading
	loose   []weighted
	senses  int      // of exact, those that come first
	codes   []uint64 // those of exact that are numbers, such as an exit code
	against []uint64 // opposites of words in exact
	tone    tone
}

// weighted is a term with its weight within the text.
type weighted struct {
	term   uint64
	weight float32
}

// tone is what a statement says beside its words.
type tone struct {
	failed, succeeded, underWay bool
	negated                     bool // an odd number of times
	trouble                     bool // it failed, or has a sense, which says what went wrong
}

// Read reads a text with values masked.
func (r *Reader) Read(text string) Reading {
	var extract feature.Extractor
	decisive := r.strict.Read(text)
	said := r.statements.Read(text)
	out := Reading{key: decisive.Hash(), senses: len(said.Senses), tone: tone{
		failed: said.Failed, succeeded: said.Succeeded, underWay: said.UnderWay,
		negated: said.Negations%2 == 1, trouble: said.Failed || len(said.Senses) > 0,
	}}
	for _, s := range said.Senses {
		out.exact = append(out.exact, senseTerm(s))
	}
	for _, w := range said.Words {
		term := wordTerm(w)
		if slices.Contains(out.exact, term) {
			continue
		}
		out.exact = append(out.exact, term)
		if strings.Trim(w, "0123456789") == "" {
			out.codes = append(out.codes, term)
		}
	}
	for _, t := range out.exact {
		out.against = append(out.against, r.opposite[t]...)
	}
	for _, t := range extract.Terms([]string{text}) {
		out.loose = append(out.loose, weighted{t.Dim, t.Weight})
	}
	return out
}

// IsEmpty is true of a text that says nothing but values.
func (r *Reading) IsEmpty() bool { return len(r.exact) == 0 }

// SaysTrouble is true of a text that says that something went wrong.
func (r *Reading) SaysTrouble() bool { return r.tone.trouble }
