// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package feature turns the words of a log template into weighted terms and
// terms into sparse vectors.
//
// A template is read as a statement: what happened (the sense: not found,
// denied, timed out), to what (the object: table, file, connection) and the
// rest. The words for senses and objects are in lexicon.txt; everything else
// is a stemmed word. Weights come from document frequencies that a Vocabulary
// learns and hands out as immutable versions (Space).
package feature

import (
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
)

// Kind tells what a term stands for.
type Kind uint8

const (
	// Word is a stem that the lexicon does not know.
	Word Kind = iota
	// Sense is what happened, by the lexicon's name for it.
	Sense
	// Object is what it happened to, by the lexicon's name for it.
	Object
	// Pair is a sense together with the nearest object: "table not found".
	Pair
)

// Term is one feature of a template.
type Term struct {
	Text    string  // stem, or the lexicon's name; with Kind the term's identity
	Surface string  // lower-case words as they occurred, empty for a Pair and for parts of Chinese words
	Dim     uint64  // hash of Kind and Text
	Weight  float32 // local weight in (0, 1]: the place and role in the template, not its rarity
	Kind    Kind
	Common  bool // frequent in every log by the lexicon
	Part    bool // a Word that is part of a name with a placeholder, a unit or a field's name
}

// Terms are the distinct terms of one template in order of appearance.
type Terms []Term

// Extractor finds the terms of templates. The zero value is ready; it keeps no
// state and may be shared.
type Extractor struct{}

// Terms returns the terms of a template, given as its text, or the text cut at
// white space: with the placeholders in angle brackets, the punctuation and the
// quotes, for they tell sentences, speakers and names apart. Constant words
// alone cost a fifth of the accuracy. A template without a word has no terms.
func (Extractor) Terms(words []string) Terms {
	terms := weigh(match(builtin, tokenize(words)))
	for _, w := range statement.Words(strings.Join(words, " ")) {
		terms = terms.put(Term{Text: w, Surface: w, Dim: dim(Word, w), Weight: float32(tuned.Word), Kind: Word})
	}
	return terms
}

// put adds a term, or raises the weight of the same one. Of two wordings it keeps
// the one of more words: "permission denied", not EACCES.
func (t Terms) put(term Term) Terms {
	for i := range t {
		if t[i].Dim == term.Dim {
			t[i].Weight = max(t[i].Weight, term.Weight)
			if t[i].Surface == "" || strings.Count(term.Surface, " ") > strings.Count(t[i].Surface, " ") {
				t[i].Surface = term.Surface
			}
			return t
		}
	}
	return append(t, term)
}

// dim is FNV-1a over kind and text: the same in every process and release.
func dim(k Kind, text string) uint64 {
	h := (uint64(14695981039346656037) ^ uint64(k)) * 1099511628211
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}
