// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"slices"
	"unicode/utf8"
)

// scanner cuts text into tokens in one pass. A look ahead is bounded by a
// constant or takes what it looked at, so that the pass stays linear.
type scanner struct {
	text   string
	tokens []Token
	space  bool
	rule   uint8     // of the Vars to come
	vars   [4]uint32 // 1 + the indices of the last Vars, the latest first
	// unbalanced counts brackets whose partner was looked for in vain.
	unbalanced uint8
	request    int // 1 + the index of the path behind an HTTP method
	// exact says which digits' values mattered, not only that they were digits:
	// with another digit there the line might have another shape. It packs up to
	// three ranges of the text, or is anyDigit. Memo relies on it.
	exact uint64
}

const anyDigit = ^uint64(0)

// A range in exact takes 21 bits: 1 + its offset, and six for its length.
const (
	rangeBits   = 21
	lengthBits  = 6
	maxOffset   = 1<<(rangeBits-lengthBits) - 2
	maxInLength = 1<<lengthBits - 1
)

// heed notes that the values of the digits of text[i:j] matter.
func (s *scanner) heed(i, j int) {
	switch {
	case !hasDigit(s.text[i:j]) || s.exact == anyDigit:
	case s.exact>>(2*rangeBits) != 0 || i > maxOffset || j-i > maxInLength:
		s.exact = anyDigit
	default:
		s.exact = s.exact<<rangeBits | uint64(i+1)<<lengthBits | uint64(j-i)
	}
}

// lastHeeded is the last of the ranges that exact packs, and exact without it.
func lastHeeded(exact uint64) (i, j int, rest uint64) {
	i = int(exact>>lengthBits&(1<<(rangeBits-lengthBits)-1)) - 1
	return i, i + int(exact&maxInLength), exact >> rangeBits
}

// run scans text[i:end].
func (s *scanner) run(i, end int) {
	whole := s.text
	s.text = whole[:end]
	for i < end {
		b := s.text[i]
		c := class[b]
		switch {
		case c&cWord != 0:
			i = s.atom(i)
		case c&cSpace != 0:
			s.space = true
			i++
		case c&cHigh != 0:
			i = s.rune(i)
		case c&cNewline != 0:
			s.space = true
			i = s.frames(i)
		default:
			i = s.punct(i, b)
		}
	}
	s.text = whole
}

func (s *scanner) emitWord(start, end int) {
	s.word(hashString(s.text[start:end]), start, end, 0)
}

// add appends a token. The fields are written in place: a literal would be built
// aside and copied, which stalls on the narrow stores.
func (s *scanner) add(h uint64, kind Kind, start, prefix, end int) *Token {
	n := len(s.tokens)
	if n == cap(s.tokens) {
		s.tokens = slices.Grow(s.tokens, n+16)
	}
	s.tokens = s.tokens[:n+1]
	t := &s.tokens[n]
	t.Hash = h
	t.Start, t.Prefix, t.End = uint32(start), uint32(prefix), uint32(end)
	t.Kind, t.Space, t.rule, t.class = kind, s.space, s.rule, 0
	s.space = false
	return t
}

// emitVar adds variable text with a constant prefix, which may be empty.
func (s *scanner) emitVar(start, prefix, end int) {
	h := uint64(varHash)
	if prefix > start {
		h = mix(varHash^hashString(s.text[start:prefix]), wordKey)
	}
	s.foldVar(h, start, prefix, end)
}

// emitPunct adds a run of one character; runs of three and more are alike.
func (s *scanner) emitPunct(start, end int) {
	h := punctHash[s.text[start]] + uint64(min(end-start, 3))
	s.emitMark(h, start, end)
}

func (s *scanner) emitMark(h uint64, start, end int) {
	s.add(h, Punct, start, end, end)
}

// punct scans punctuation at i, or what begins with it.
func (s *scanner) punct(i int, b byte) int {
	next := byte(' ')
	if i+1 < len(s.text) {
		next = s.text[i+1]
	}
	nc := class[next]
	switch b {
	case '=':
		if end := s.padding(i); end > 0 {
			return end
		}
		if s.assigns(next) {
			s.emitPunct(i, i+1)
			return s.value(i + 1)
		}
	case ':':
		if next == '/' && i+2 < len(s.text) && s.text[i+2] == '/' && s.afterWord(i) {
			return s.url(i)
		}
		if next == ':' && !s.glued(i) {
			if end := s.shortIPv6(i); end > 0 {
				s.emitVar(i, i, end)
				return end
			}
		}
		if next == '"' && s.afterWord(i) && class[s.text[i-1]]&cWord != 0 { // text format of protocol buffers
			s.emitPunct(i, i+1)
			return s.value(i + 1)
		}
		if i > 0 && (s.text[i-1] == '"' || s.text[i-1] == '\'') && s.quotedKey() {
			s.emitPunct(i, i+1)
			return s.value(i + 1)
		}
	case '(', '[', '{', '"', '\'':
		// Empty brackets hold an empty value, unless they make a call.
		if next == closing(b) && !s.glued(i) {
			s.emitPunct(i, i+1)
			s.emitVar(i+1, i+1, i+1)
			s.emitPunct(i+1, i+2)
			return i + 2
		}
		if b != '"' && b != '\'' {
			s.emitPunct(i, i+1)
			return i + 1
		}
		end := s.quotedName(i)
		if end == 0 && b == '"' {
			end = s.quotedProduct(i)
		}
		if end > 0 {
			s.emitPunct(i, i+1)
			s.emitVar(i+1, i+1, end)
			s.emitPunct(end, end+1)
			return end + 1
		}
	case '`':
		if end := s.qualifiedName(i); end > 0 {
			s.emitVar(i, i, end)
			return end
		}
	case '-', '+', '<', '>', '~', '.':
		// A sign or a comparison belongs to the number. Not when it joins it to
		// what came before, nor in <5>.
		if nc&cDigit != 0 && !s.glued(i) {
			if end := s.number(i + 1); b != '<' || end == len(s.text) || s.text[end] != '>' {
				s.emitVar(i, i, end)
				return end
			}
		}
		if b == '.' && (next == '/' || next == '.') || b == '~' && next == '/' {
			if end := s.path(i); end > i+2 && !s.glued(i) {
				s.emitVar(i, i, end)
				return end
			}
		}
	case '%':
		if n := len(s.tokens); n > 0 && !s.space && s.tokens[n-1].Kind == Var {
			s.tokens[n-1].End++
			return i + 1
		}
	case '/':
		if i > 0 && s.text[i-1] == '<' {
			break // a tag that closes
		}
		if (nc&(cWord|cHigh) != 0 || next == '.' || next == '*' || next == '$') && !s.glued(i) {
			end := s.path(i)
			s.emitVar(i, i, end)
			return end
		}
	case '\\':
		if next == 'n' || next == '\\' {
			if end := s.escapedFrames(i); end > 0 {
				return end
			}
		}
		if next == 'n' || next == 't' || next == 'r' || next == '"' {
			// An escape inside a quoted string is white space or a quote.
			s.space = true
			return i + 2
		}
		if next == '\\' {
			if end := s.path(i); end > i+2 && class[s.text[end-1]]&cWord != 0 {
				s.emitVar(i, i, end)
				return end
			}
		}
	}
	j := i + 1
	for j < len(s.text) && s.text[j] == b && b != '"' && b != '\'' {
		j++
	}
	s.emitPunct(i, j)
	if b == '>' && j == i+1 {
		return s.elementText(j)
	}
	return j
}

// closing returns the partner of a bracket or a quote.
func closing(b byte) byte {
	switch b {
	case '(':
		return ')'
	case '[', '{', '<':
		return b + 2
	}
	return b
}

// glued is true when a word or number ends right before i.
func (s *scanner) glued(i int) bool {
	return i > 0 && !s.space && class[s.text[i-1]]&(cWord|cHigh) != 0
}

// afterWord is true when the last token is a word that ends at i.
func (s *scanner) afterWord(i int) bool {
	n := len(s.tokens)
	return n > 0 && s.tokens[n-1].End == uint32(i) && s.tokens[n-1].Kind != Punct
}

// number returns the end of the number or quantity whose digits begin at i.
func (s *scanner) number(i int) int {
	for i < len(s.text) {
		c := class[s.text[i]]
		if c&cWord == 0 && (c&cJoin == 0 && s.text[i] != '+' || i+1 == len(s.text) || class[s.text[i+1]]&cWord == 0) {
			break
		}
		i++
	}
	return i
}

// path returns the end of the path or URL that begins at i: white space, a
// quote or a bracket ends it, other punctuation only before white space.
func (s *scanner) path(i int) int {
	j := i
	for j < len(s.text) {
		b := s.text[j]
		c := class[b]
		if c&(cSpace|cNewline) != 0 || c&cStop != 0 && b != ',' && b != ';' {
			break
		}
		if c&cHigh != 0 && s.ideographic(j) {
			break
		}
		j++
	}
	for j > i+1 {
		switch s.text[j-1] {
		case '.', ',', ':', ';', '!', '?':
			j--
			continue
		}
		break
	}
	return j
}

// url turns the scheme before "://" at i, the last token, into a URL.
func (s *scanner) url(i int) int {
	last := &s.tokens[len(s.tokens)-1]
	s.space = last.Space
	start := int(last.Start)
	s.tokens = s.tokens[:len(s.tokens)-1]
	end := s.path(i)
	s.emitVar(start, start, end)
	return end
}

// rune scans a rune beyond ASCII.
func (s *scanner) rune(i int) int {
	r, n := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r == utf8.RuneError && n <= 1:
		return s.garbage(i)
	case isSpace(r):
		s.space = true
		return i + n
	case isDigit(r):
		j := i
		for j < len(s.text) {
			r, n := utf8.DecodeRuneInString(s.text[j:])
			if !isDigit(r) && (r < '0' || r > '9') {
				break
			}
			j += n
		}
		s.emitVar(i, i, j)
		return j
	case isIdeographic(r):
		j := i
		for j < len(s.text) {
			r, n := utf8.DecodeRuneInString(s.text[j:])
			if !isIdeographic(r) {
				break
			}
			j += n
		}
		s.emitWord(i, j)
		return j
	case isLetter(r):
		return s.atom(i)
	}
	h := mix(hashString(s.text[i:i+n]), shapeKey)
	s.emitMark(h, i, i+n)
	return i + n
}

// garbage takes a run of bytes that are no UTF-8 as variable text.
func (s *scanner) garbage(i int) int {
	j := i
	for j < len(s.text) && class[s.text[j]]&cHigh != 0 {
		if r, n := utf8.DecodeRuneInString(s.text[j:]); r != utf8.RuneError || n > 1 {
			break
		}
		j++
	}
	s.emitVar(i, i, j)
	return j
}

// ideographic is true when the rune at i is of a script without spaces.
func (s *scanner) ideographic(i int) bool {
	r, _ := utf8.DecodeRuneInString(s.text[i:])
	return isIdeographic(r) || r >= 0x3000 && r < 0x3040 || r >= 0xff00 && r < 0xff66
}
