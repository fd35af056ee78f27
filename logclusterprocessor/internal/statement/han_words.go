// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import "slices"

// Bounds of the words for keywords.
const (
	hanWordsMost   = 32 // words of a text
	hanWordLongest = 6  // runes between two wordings of the lexicon that are still a word
)

// Words returns the words of a Chinese text that a person would search for, none
// of other texts.
func Words(text string) []string {
	if !isHan(text) {
		return nil
	}
	return hanWords(text)
}

// hanWords returns the words of a text that a person would search for: the
// wordings of the lexicon's words and senses, Latin words, and what stands
// between them if it is short enough to be a word. Values, frames, negations
// and function words are none. There are hanWordsMost at most, each once, in
// the order of the text.
func hanWords(text string) []string {
	s := scanHan(han, text)
	return s.words()
}

func (s *hanScanner) words() (out []string) {
	for i := 0; i < len(s.tokens) && len(out) < hanWordsMost; {
		n, at := s.word(i)
		end := s.tokens[i+n-1].end
		if w := string(s.text[at:end]); at < end && !slices.Contains(out, w) {
			out = append(out, w)
		}
		i += n
	}
	return out
}

// word finds the word that begins with token i: how many tokens it takes, and
// where it starts. One that is none starts at its end.
func (s *hanScanner) word(i int) (tokens, at int) {
	t := s.tokens[i]
	switch {
	case s.loose(i): // characters up to the next wording
		n := 1
		for i+n < len(s.tokens) && s.loose(i+n) && s.tokens[i+n].at == s.tokens[i+n-1].end {
			n++
		}
		end := s.tokens[i+n-1].end
		if runes := end - t.at; runes < 2 || runes > hanWordLongest {
			return n, end
		}
		return n, t.at
	case t.entry == nil:
		if s.number(t) {
			return 1, t.end
		}
		return 1, t.at
	case s.lex.outcome(t.entry.name) && i > 0 && s.tokens[i-1].end == t.at && s.tokens[i-1].denies():
		return 1, s.tokens[i-1].at // 未找到
	case s.lex.negated[t.entry.name] != "":
		return 1, t.end // 找到 without its negation is the contrary
	case t.entry.isWord():
		return 1, t.at
	}
	return 1, t.end
}

// loose is true for a single Han character that is, or may be, a part of a word.
func (s *hanScanner) loose(i int) bool {
	t := s.tokens[i]
	return t.end-t.at == 1 && !isLatin(s.text[t.at]) && (t.entry == nil || t.entry.isWord())
}

// denies is true for marks of failure and negations.
func (t hanToken) denies() bool {
	return t.entry != nil && (t.entry.kind == hanFailure || t.entry.kind == hanNegation)
}
