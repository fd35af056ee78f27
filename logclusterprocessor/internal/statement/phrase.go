// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"cmp"
	"errors"
	"slices"
)

// maxGap is the number of words that ".." in a phrase stands for at most.
const maxGap = 3

// phrase is one wording of an entry.
type phrase struct {
	elements []element
	becomes  []token
}

// element is one token of a phrase.
type element struct {
	kind kind
	text string // of a word, in canonical form
	gap  bool   // up to maxGap other words may come before it
}

func (e *element) matches(t *token) bool { return e.kind == t.kind && e.text == t.text }

// phrases are found by the text of their first element, the longest first.
type phrases map[string][]phrase

func (p phrases) add(entry phrase) error {
	if len(entry.elements) == 0 {
		return errors.New("a phrase needs a word that is not in [stop]")
	}
	first := entry.elements[0].text
	p[first] = append(p[first], entry)
	slices.SortStableFunc(p[first], func(a, b phrase) int { return cmp.Compare(len(b.elements), len(a.elements)) })
	return nil
}

// replace puts what phrases become in their place.
func (p phrases) replace(tokens []token) []token {
	for i := 0; i < len(tokens); i++ {
		for _, candidate := range p[tokens[i].text] {
			at := candidate.find(tokens, i)
			if at == nil {
				continue
			}
			for _, k := range slices.Backward(at) {
				tokens = slices.Delete(tokens, k, k+1)
			}
			tokens = slices.Insert(tokens, i, candidate.becomes...)
			i += len(candidate.becomes) - 1
			break
		}
	}
	return tokens
}

// find returns where the elements of a phrase stand that begins at i, or nil.
// Values between them are passed over, punctuation is not.
func (p *phrase) find(tokens []token, i int) (at []int) {
	for k := range p.elements {
		e := &p.elements[k]
		skip := 0
		if e.gap {
			skip = maxGap
		}
		for ; ; i++ {
			if i >= len(tokens) {
				return nil
			}
			t := &tokens[i]
			if e.matches(t) {
				break
			}
			if k > 0 && t.kind == value {
				continue
			}
			if skip--; skip < 0 || t.kind != word {
				return nil
			}
		}
		at = append(at, i)
		i++
	}
	return at
}
