// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the longest constant word; what is longer is data.
const maxWord = 64

// Features of an atom beyond the classes of its bytes.
type atomInfo struct {
	classes uint8 // union of the classes of its bytes
	dots    uint8
	slashes uint8
	address bool // an at sign or a backslash inside
	scoped  bool // a :: inside
}

// atom scans a word, a number or a name that begins at i: letters and digits,
// and punctuation that joins them.
func (s *scanner) atom(i int) int {
	text := s.text
	if i+8 <= len(text) {
		// Most atoms are short plain words: eight bytes at once, no loop.
		w := load8(text[i:])
		if n := letters(w); n > 0 && n < 8 {
			if next := text[i+n]; ends[next] {
				return s.word(hashWord(w, n), i, i+n, next)
			}
		}
	}
	var a atomInfo
	j := i
scan:
	for j < len(text) {
		c := class[text[j]]
		if c&cWord != 0 {
			a.classes |= c
			j++
			continue
		}
		if c&cHigh != 0 {
			r, n := utf8.DecodeRuneInString(text[j:])
			if !isLetter(r) || isIdeographic(r) {
				break
			}
			a.classes |= cLetter | cNonHex
			j += n
			continue
		}
		if j+1 >= len(text) {
			break
		}
		next := class[text[j+1]]
		switch {
		case c&cJoin != 0 && (next&cWord != 0 || text[j] == '/' && text[j+1] == '.'):
			switch text[j] {
			case '.':
				a.dots++
			case '/':
				a.slashes++
			case '@':
				a.address = true
			case '\\':
				if isEscape(text[j+1]) && !s.driveLike(i) {
					break scan
				}
				a.address = true
			case '\'':
				if class[text[j-1]]&cLetter == 0 || next&cLetter == 0 || j+2 < len(text) && class[text[j+2]]&cWord != 0 && text[j+1] != 'r' && text[j+1] != 'l' && text[j+1] != 'v' {
					break scan
				}
			}
			j++
		case text[j] == '-' && text[j+1] == '-' || text[j] == '~' && text[j+1] == '~':
			// Doubled inside a name only when the name goes on.
			if j+2 >= len(text) || class[text[j+2]]&cWord == 0 || a.classes&cDigit == 0 {
				break scan
			}
			j += 2
		case text[j] == ':' && text[j+1] == ':' && a.classes&cLetter != 0 &&
			j+2 < len(text) && class[text[j+2]]&cLetter != 0:
			a.scoped = true
			j += 2
		case text[j] == '+' && next&cWord != 0 && (a.classes&cDigit != 0 || s.mailbox(j)):
			j++ // a version, an exponent, or a mailbox
		default:
			break scan
		}
	}
	if a.slashes > 0 && (a.slashes > 1 || a.dots > 0 || a.classes&cDigit != 0) && a.classes&cLetter != 0 {
		if j < len(text) && !a.numberedSlash(text[i:j]) {
			j = max(j, s.path(j))
		}
	}
	return s.classify(i, j, a)
}

// ends is true for what cannot go on with a word or make it something else.
var ends = func() (t [256]bool) {
	for c := range t {
		t[c] = class[c]&(cWord|cJoin|cHigh) == 0 && c != ':' && c != '+'
	}
	return t
}()

// phrase is true when a space and a letter follow at j.
func (s *scanner) phrase(j int) bool {
	return j+1 < len(s.text) && s.text[j] == ' ' && class[s.text[j+1]]&cLetter != 0
}

// word emits a plain word with what is likely to follow, a space.
func (s *scanner) word(h uint64, i, j int, next byte) int {
	known := lexLookup(h)
	if known&lexLiteral != 0 && !s.predicate() || known&lexNull != 0 && !s.phrase(j) {
		s.emitVar(i, i, j)
	} else if known&lexMethod != 0 && s.method(i, j) || len(s.tokens) == 1 && s.host(i, j) {
		// emitted
	} else if known == 0 || !s.foldWord(known, j) {
		s.add(h, Word, i, j, j).class = known
	}
	if next == ' ' {
		s.space = true
		j++
	}
	return j
}

// numberedSlash is true for a word, a slash and a number, as in HTTP/1.1.
func (a atomInfo) numberedSlash(w string) bool {
	k := strings.IndexByte(w, '/')
	return a.slashes == 1 && k > 0 && class[w[0]]&cLetter != 0 && numeric(w[k+1:]) && !hasDigit(w[:k])
}

// classify emits the atom text[i:j] as a word or as variable text and returns
// the end of what it took.
func (s *scanner) classify(i, j int, a atomInfo) int {
	text := s.text
	next := byte(' ')
	if j < len(text) {
		next = text[j]
	}
	if a.classes&cNonHex == 0 && j-i <= 4 && next == ':' && a.dots == 0 {
		if end := s.hexGroups(i); end > j {
			s.emitVar(i, i, end)
			return end
		}
	}
	if j-i == 1 && next == ':' && j+2 < len(text) && a.classes&cLetter != 0 &&
		(text[j+1] == '\\' || text[j+1] == '/' && text[j+2] != '/') {
		end := s.path(i)
		s.emitVar(i, i, end)
		return end
	}
	if len(s.tokens) == 1 && s.host(i, j) {
		return j
	}
	if a.classes&cDigit == 0 {
		if s.constant(i, j, a) {
			s.emitWord(i, j)
		} else {
			s.emitVar(i, i, j)
		}
		return j
	}
	if end := s.opaque(i, j, a, next); end > 0 {
		return end
	}
	if class[text[i]]&cLetter != 0 {
		if (a.scoped || next == '(' || next == '=' || next == '"' && s.quotedAsKey(i, j)) &&
			a.slashes == 0 && !a.address && identifier(text[i:j]) {
			s.heed(i, j)
			s.emitWord(i, j)
			return j
		}
		if p := prefix(text[i:j], a); p > 0 && !s.port(j) {
			s.emitVar(i, i+p, j)
			return j
		}
	}
	if next == ':' && s.port(j) {
		j = s.number(j + 1)
	}
	s.emitVar(i, i, j)
	return j
}

// opaque emits what begins at i when it is a number or a code that says what
// happened, or random text, and returns its end, or 0. The atom has a digit.
func (s *scanner) opaque(i, j int, a atomInfo, next byte) int {
	if a.classes&cLetter == 0 {
		if (j-i == 1 || j-i == 3) && s.status(i, j) {
			return j
		}
		if j-i != 5 {
			return 0
		}
	}
	if s.code(i, j) {
		s.heed(i, j)
		s.add(hashString(s.text[i:j]), Word, i, j, j)
		return j
	}
	if a.classes&cLetter == 0 || a.address {
		return 0
	}
	end := 0
	if next == ':' {
		end = s.digest(i, j)
	} else if j-i >= minBlob || next == '=' || next == '+' || a.slashes > 0 {
		end = s.blob(i)
	}
	if end < j {
		return 0
	}
	s.emitVar(i, i, end)
	return end
}

// predicate is true when a word that is true or false here says how something is:
// after must be, is and the like.
func (s *scanner) predicate() bool {
	n := len(s.tokens)
	if n == 0 || s.tokens[n-1].Kind != Word {
		return false
	}
	switch s.text[s.tokens[n-1].Start:s.tokens[n-1].End] {
	case "be", "is", "was", "been", "are", "were", "not", "returned", "returns", "becomes", "became":
		return true
	}
	return false
}

// constant decides on an atom without digits.
func (s *scanner) constant(i, j int, a atomInfo) bool {
	switch {
	case a.address, j-i > maxWord:
		return false
	case a.slashes > 0:
		return a.slashes == 1 && a.dots == 0
	case a.dots >= 2:
		// A dotted name is data, unless it is a key, a function or an exception.
		if j < len(s.text) {
			switch s.text[j] {
			case '(', '=':
				return true
			case ':':
				return !s.port(j)
			}
		}
		w := s.text[i:j]
		return strings.HasSuffix(w, "Exception") || strings.HasSuffix(w, "Error")
	case a.dots == 1:
		return !s.port(j) || strings.ContainsFunc(s.text[i:j], unicode.IsUpper)
	case a.classes&cNonHex == 0:
		return j-i < 8
	}
	return true
}

// port is true when a colon and a digit stand at j.
func (s *scanner) port(j int) bool {
	return j+1 < len(s.text) && s.text[j] == ':' && class[s.text[j+1]]&cDigit != 0
}

// quotedAsKey is true when text[i:j] is quoted and a colon follows, as in JSON.
func (s *scanner) quotedAsKey(i, j int) bool {
	return i > 0 && s.text[i-1] == '"' && j+1 < len(s.text) && s.text[j+1] == ':'
}

// identifier is true for a name in a program that happens to hold a digit or two.
func identifier(w string) bool {
	digits := 0
	for k := 0; k < len(w); k++ {
		if class[w[k]]&cDigit != 0 {
			digits++
		}
	}
	return digits <= 2
}

// prefix is the length of the constant letters that a numbered name begins
// with, as in blk_123, eth0 or task_7_m_12; 0 when the name is not of that kind.
func prefix(w string, a atomInfo) int {
	if a.address || a.slashes > 0 && !a.numberedSlash(w) || a.classes&cNonHex == 0 && len(w) >= 6 || len(w) > maxWord {
		return 0
	}
	p := 0
	for p < len(w) && class[w[p]]&cDigit == 0 {
		p++
	}
	const letter = cLetter | cHigh
	for k := p; k < len(w); k++ {
		if class[w[k]]&letter == 0 || w[k] == '_' {
			continue
		}
		// One letter between separators may stand among the numbers.
		if class[w[k-1]]&cDigit != 0 || k+1 < len(w) && class[w[k+1]]&(cWord|cHigh) != 0 && w[k+1] != '_' {
			return 0
		}
	}
	// Of several separators before the digits the last ones are signs.
	for p > 1 && class[w[p-1]]&letter == 0 && (class[w[p-2]]&letter == 0 || w[p-2] == '_') {
		p--
	}
	// A single letter beside the digits is one of them: rack-B12, node_A7.
	if p > 2 && class[w[p-1]]&cLetter != 0 && w[p-1] != '_' && (class[w[p-2]]&cLetter == 0 || w[p-2] == '_') && class[w[p-2]]&cHigh == 0 {
		p--
	}
	if a.dots > 0 && strings.IndexByte(w[:p-1], '.') >= 0 {
		return 0
	}
	return p
}

// hexGroups returns the end of an IPv6 or MAC address or a time of day that
// begins at i: at least three groups of hexadecimal digits, or two of decimal
// ones, with a digit among them. It returns 0 when there is none.
func (s *scanner) hexGroups(i int) int {
	groups, run, digits, letters := 0, 0, false, false
	j := i
	for ; j < len(s.text); j++ {
		b := s.text[j]
		c := class[b]
		if c&cDigit != 0 {
			digits = true
		} else if c&cLetter != 0 && c&cNonHex == 0 {
			letters = true
		} else if b == ':' && j+1 < len(s.text) && (isHex(s.text[j+1]) || s.text[j+1] == ':') && groups < 16 {
			groups++
			run = 0
			continue
		} else {
			break
		}
		if run++; run > 4 {
			return 0
		}
	}
	if j < len(s.text) && class[s.text[j]]&cWord != 0 || !digits || groups == 0 || groups == 1 && letters {
		return 0
	}
	if j+1 < len(s.text) && s.text[j] == '.' && class[s.text[j+1]]&cDigit != 0 {
		j = s.number(j)
	}
	return j
}

func isHex(b byte) bool {
	return class[b]&cDigit != 0 || class[b]&(cLetter|cNonHex) == cLetter
}

func isEscape(b byte) bool { return b == 'n' || b == 't' || b == 'r' || b == '"' }

// driveLike is true when the atom at i follows a drive or another backslash.
func (s *scanner) driveLike(i int) bool {
	return i > 0 && (s.text[i-1] == '\\' || s.text[i-1] == ':')
}

func numeric(w string) bool {
	for k := 0; k < len(w); k++ {
		if class[w[k]]&cDigit == 0 && w[k] != '.' {
			return false
		}
	}
	return w != ""
}

func hasDigit(w string) bool {
	for k := 0; k < len(w); k++ {
		if class[w[k]]&cDigit != 0 {
			return true
		}
	}
	return false
}
