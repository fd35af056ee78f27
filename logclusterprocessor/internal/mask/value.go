// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// How far a bracket's partner is looked for, in bytes, and how often in vain.
const (
	maxValue      = 4096
	maxUnbalanced = 4
)

// maxNames is how many names in back quotes are joined by dots.
const maxNames = 4

// assigns is true when an '=' here, before next, stands between a key and a value.
func (s *scanner) assigns(next byte) bool {
	if next == '=' || next == '>' || next == '~' || len(s.tokens) == 0 {
		return false
	}
	last := &s.tokens[len(s.tokens)-1]
	if last.Kind != Punct {
		return true
	}
	b := s.text[last.Start]
	return b == ']' || b == ')' || b == '"'
}

// quotedKey is true when the last tokens are a quoted word that begins an object
// or follows a comma.
func (s *scanner) quotedKey() bool {
	n := len(s.tokens)
	if n < 4 || s.tokens[n-1].Kind != Punct || s.tokens[n-2].Kind == Punct || s.tokens[n-3].Kind != Punct {
		return false
	}
	before := s.text[s.tokens[n-4].Start:s.tokens[n-4].End]
	return s.text[s.tokens[n-3].Start] == s.text[s.tokens[n-1].Start] &&
		(strings.HasSuffix(before, "{") || strings.HasSuffix(before, ",") || s.tokens[n-4].Kind == Var)
}

// key returns the key before the operator that is the last token, and what is
// known of it.
func (s *scanner) key() (string, lexClass) {
	for k := len(s.tokens) - 2; k >= 0 && k >= len(s.tokens)-3; k-- {
		if t := &s.tokens[k]; t.Kind == Word {
			name := s.text[t.Start:t.End]
			if t.class != 0 {
				return name, t.class
			}
			return name, lastPart(name)
		}
	}
	return "", 0
}

// value scans the value of a key, from right after the operator: variable text
// whatever it is, with quotes and brackets balanced, and even when empty. Text
// that reads as a sentence keeps its words, and so do objects of JSON their keys.
func (s *scanner) value(i int) int {
	text := s.text
	key, known := s.key()
	if known&lexMessage != 0 {
		return i
	}
	j := i
	for j < len(text) && class[text[j]]&cSpace != 0 {
		j++
	}
	if j == len(text) || class[text[j]]&cNewline != 0 || j > i && s.nextKey(j) {
		return s.emptyValue(i)
	}
	s.space = j > i
	b := text[j]
	switch b {
	case '"', '\'', '`':
		end := s.closingQuote(j)
		if end < 0 || sentence(text[j+1:end-1]) || end-j < maxWord && tells(known, text[j+1:end-1]) {
			return j
		}
		s.emitVar(j, j, end)
		return end
	case '{', '[', '(', '<':
		if b == '{' && s.object(j) {
			return j
		}
		if end := s.balanced(j); end > 0 {
			s.emitVar(j, j, end)
			return end
		}
		return j
	}
	if class[b]&cStop != 0 || b == '&' {
		return s.emptyValue(i)
	}
	k := j
	for k < len(text) {
		c := class[text[k]]
		if c&(cSpace|cNewline|cStop) != 0 || text[k] == '&' || c&cHigh != 0 && s.ideographic(k) {
			break
		}
		if text[k] == '\\' && k+1 < len(text) && isEscape(text[k+1]) && (k+2 == len(text) || class[text[k+2]]&cWord == 0) {
			break // the end of a quoted string's line
		}
		k++
	}
	if k == j {
		return j
	}
	if k < len(text) {
		switch text[k] {
		case '(', '[', '{':
			if end := s.balanced(k); end > 0 {
				s.emitVar(j, j, end)
				return end
			}
		}
	}
	for k > j+1 && (text[k-1] == '.' || text[k-1] == ':') {
		k--
	}
	switch w := text[j:k]; {
	case class[w[0]]&cDigit != 0 && known&lexMeaning == 0:
		s.emitVar(j, j, k)
	case known&lexOutcome != 0 && isLiteral(w):
		s.add(hashString(w), Word, j, k, k)
	case tells(known, w):
		return j
	case known&lexMeaning != 0 && isCount(w) && s.telling(j, k, strings.Contains(key, "xit"), true):
	default:
		s.emitVar(j, j, k)
	}
	return k
}

// tells is true for a value that says what became of something, or what is done,
// being a word under such a key.
func tells(key lexClass, value string) bool {
	if len(value) > maxWord || value == "" || class[value[0]]&(cLetter|cHigh) == 0 {
		return false
	}
	known := lexLookup(hashString(value))
	switch {
	case known&lexOutcome != 0:
		return true
	case key&lexMeaning == 0 || known&(lexMethod|lexNull|lexLiteral) != 0:
		return false
	}
	for k := 0; k < len(value); k++ {
		if class[value[k]]&(cLetter|cHigh) == 0 && value[k] != '-' {
			return false
		}
	}
	return true
}

func isLiteral(w string) bool { return lexLookup(hashString(w))&lexLiteral != 0 }

func (s *scanner) emptyValue(i int) int {
	s.space = false
	s.emitVar(i, i, i)
	return i
}

// nextKey is true when what begins at i is a key of its own.
func (s *scanner) nextKey(i int) bool {
	j := i
	for j < len(s.text) && j < i+maxWord {
		b := s.text[j]
		if class[b]&cWord == 0 && b != '.' && b != '-' {
			break
		}
		j++
	}
	return j > i && j < len(s.text) && s.text[j] == '=' && (j+1 == len(s.text) || s.text[j+1] != '=')
}

// closingQuote returns the end of the quoted string that begins at i, or -1.
func (s *scanner) closingQuote(i int) int {
	q := s.text[i]
	for j := i + 1; j < len(s.text); j++ {
		switch s.text[j] {
		case '\\':
			j++
		case q:
			return j + 1
		}
	}
	return -1
}

// qualifiedName returns the end of names in back quotes with dots between, as in
// `a`.`b`, or 0.
func (s *scanner) qualifiedName(i int) int {
	names := 0
	for j := i; ; j++ {
		n := strings.IndexByte(s.text[j+1:min(len(s.text), j+1+maxWord)], '`')
		if n <= 0 || class[s.text[j+1]]&(cWord|cHigh) == 0 {
			return 0
		}
		names++
		if j += n + 2; !strings.HasPrefix(s.text[j:], ".`") || names == maxNames {
			if names > 1 {
				return j
			}
			return 0
		}
	}
}

// object is true when the brace at i opens an object with quoted keys.
func (s *scanner) object(i int) bool {
	for j := i + 1; j < len(s.text); j++ {
		if class[s.text[j]]&(cSpace|cNewline) == 0 {
			return s.text[j] == '"' || s.text[j] == '\''
		}
	}
	return false
}

// balanced returns the end of the bracketed text that begins at i, or -1.
func (s *scanner) balanced(i int) int {
	if s.unbalanced >= maxUnbalanced {
		return -1
	}
	open := s.text[i]
	partner := closing(open)
	depth := 0
	for j := i; j < len(s.text) && j < i+maxValue; j++ {
		switch s.text[j] {
		case open:
			depth++
		case partner:
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	s.unbalanced++
	return -1
}

// sentence is true for text of at least three plain words that make up most of it.
func sentence(w string) bool {
	words, chunks := 0, 0
	for k := 0; k < len(w); {
		if class[w[k]]&(cSpace|cNewline) != 0 {
			k++
			continue
		}
		start, plain := k, true
		for k < len(w) && class[w[k]]&(cSpace|cNewline) == 0 {
			if class[w[k]]&(cLetter|cHigh) == 0 && (k == start || k+1 < len(w) && class[w[k+1]]&(cSpace|cNewline) == 0) {
				plain = false
			}
			k++
		}
		chunks++
		if plain && k-start > 1 {
			words++
		}
	}
	return words >= 3 && 2*words >= chunks
}
