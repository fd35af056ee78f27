// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import "reflect"

// Constant names one of the package's weights for tests that vary them.
type Constant struct {
	Name  string
	Value *float64
}

// Constants returns the weights, to be changed and put back by the test.
func Constants() []Constant {
	v := reflect.ValueOf(&tuned).Elem()
	out := make([]Constant, v.NumField())
	for i := range out {
		out[i] = Constant{v.Type().Field(i).Name, v.Field(i).Addr().Interface().(*float64)}
	}
	return out
}

// ParseLexicon checks a lexicon's text.
func ParseLexicon(text string) error {
	_, err := parseLexicon(text)
	return err
}

// LexiconText is the embedded lexicon.
var LexiconText = lexiconText

// WithoutLexicon runs f with a lexicon that has the word lists but no phrases.
func WithoutLexicon(f func()) {
	kept := builtin
	defer func() { builtin = kept }()
	builtin = &lexicon{words: kept.words}
	f()
}
