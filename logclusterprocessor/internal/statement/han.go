// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of a run of Chinese text.
const (
	hanRunesRead    = 1024     // runes of a run that are read; the rest is one last word
	hanBytesRead    = 16 << 10 // the same in bytes, with values and punctuation
	hanContentLeast = 2        // runes of content below which a text says nothing
)

//go:embed lexicon/zh.txt
var hanFile string

var han = mustHanLexicon(hanFile)

// isHan tells whether readHan can read the text: it has Han characters, and
// none of the letters that make it Japanese or Korean, whose words would be
// taken apart by a Chinese lexicon.
func isHan(text string) bool {
	found := false
	for _, r := range text {
		switch {
		case r < 0x1100: // nothing below the first hangul
		case unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			return false
		case unicode.Is(unicode.Han, r):
			found = true
		}
	}
	return found
}

// readHan reduces a run of text that contains Han characters, with Latin
// words, digits and placeholders inside, to a reading. Two runs say the same
// when fail and done are both zero or both not, not is equal, the sets of senses
// and of words are equal, and what neither failed nor has a sense is under way
// in both or in none. Words are the names of the lexicon, Latin words in lower
// case, and single Han characters for the rest. Chinese has no inflection and
// puts verb and object in either order (内存分配失败, 分配内存失败), so the order
// of words carries nothing, except behind the mark of a role: words there end
// with '>'.
func readHan(text string) reading {
	s := scanHan(han, text)
	return s.reading(text)
}

// readHan reads a Chinese message into words that are canonical in English, so
// that the statements of both languages can be equal.
func (l *lexicon) readHan(text string) reading {
	r := readHan(text)
	words := r.words
	r.words = make([]string, 0, len(words))
	for _, w := range words {
		bare, isBehind := strings.CutSuffix(w, behind)
		said := l.read(bare) // a Latin word may be a frame or a sense: "请求 failed", "OOM"
		if len(said.senses)+said.fail+said.done == 0 {
			w = l.canonical(bare)
			if isBehind {
				w += behind
			}
			r.words = append(r.words, w)
			continue
		}
		r.senses = append(r.senses, said.senses...)
		r.fail, r.done = r.fail+said.fail, r.done+said.done
	}
	return r
}

func scanHan(lex *hanLexicon, text string) hanScanner {
	s := hanScanner{lex: lex}
	s.text, s.rest = hanRunes(text)
	s.scan()
	return s
}

// Runes that hanRunes puts in for others.
const (
	clauseEnd = '.' // any punctuation that ends a clause
	colon     = ':'
	gap       = ' ' // between two Latin words
)

// hanRunes takes the values out and makes the rest uniform: lower case, no
// full-width forms, no quotation marks, no white space beside Han characters.
// What stood around a value is joined, since 没有 <value> 这个 is one wording.
// It reads hanRunesRead of them; rest is what is left of the text.
func hanRunes(text string) (out []rune, rest string) {
	out = make([]rune, 0, min(len(text), hanRunesRead))
	i := 0
	for i < min(len(text), hanBytesRead) && len(out) < hanRunesRead {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == '<' && placeholder(text[i:]) > 0 {
			n = placeholder(text[i:])
			if i > 0 && isASCIIWord(text[i-1]) { // alpha<num>: part of the value
				out = withoutLatin(out)
			}
			for i+n < len(text) && isASCIIWord(text[i+n]) {
				n++
			}
		}
		i += n
		switch r = narrow(r); {
		case unicode.Is(unicode.Han, r):
			if n := len(out); n > 0 && out[n-1] == gap {
				out = out[:n-1]
			}
			out = append(out, r)
		case r == '_', unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			out = append(out, unicode.ToLower(r))
		case r == colon:
			out = append(out, colon)
		case strings.ContainsRune(".,;!?。，；、！？…\n", r):
			out = append(out, clauseEnd)
		default:
			out = addGap(out)
		}
	}
	return out, text[i:]
}

func isASCIIWord(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// withoutLatin drops the Latin word that the runes end with.
func withoutLatin(runes []rune) []rune {
	for len(runes) > 0 && isLatin(runes[len(runes)-1]) {
		runes = runes[:len(runes)-1]
	}
	return runes
}

// addGap keeps a Latin word apart from the next.
func addGap(out []rune) []rune {
	if n := len(out); n > 0 && isLatin(out[n-1]) {
		return append(out, gap)
	}
	return out
}

// narrow maps full-width forms and the ideographic space to ASCII.
func narrow(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000:
		return ' '
	}
	return r
}

// isLatin is true for what words of other scripts than Han are made of.
func isLatin(r rune) bool {
	return r != gap && r != colon && r != clauseEnd && !unicode.Is(unicode.Han, r)
}

// hanToken is a piece of the text: an entry of the lexicon, a Latin word or a
// single Han character.
type hanToken struct {
	at, end int
	entry   *hanEntry // nil: not in the lexicon
	role    bool      // what something becomes, or where it goes
}

// hanScanner cuts a text into tokens, longest entry first.
type hanScanner struct {
	lex    *hanLexicon
	text   []rune
	rest   string // what was not read
	tokens []hanToken
}

func (s *hanScanner) scan() {
	clause := 0 // first token of this clause
	for i := 0; i < len(s.text); {
		switch s.text[i] {
		case colon, clauseEnd:
			tagRoles(s.tokens[clause:])
			clause = len(s.tokens)
			i++
		case gap:
			i++
		default:
			t := s.token(i)
			s.tokens = append(s.tokens, t)
			i = t.end
		}
	}
	tagRoles(s.tokens[clause:])
}

// tagRoles tags the tokens of a clause behind the first mark of a role: where
// two parties stand on both sides of it, swapping them says something else
// (主库切换为从库, 服务器被客户端拒绝). A verb alone is no party (连接到服务器,
// 文件被锁定).
func tagRoles(clause []hanToken) {
	const party = 3 // runes of content: more than the two of most verbs
	before, after := 0, 0
	source := -1 // content before the last source (从)
	for _, t := range clause {
		after += t.content()
	}
	for i, t := range clause {
		after -= t.content()
		if t.entry != nil {
			parted := false
			switch t.entry.kind {
			case hanSource:
				source = before
			case hanRole:
				parted = true
			case hanMark:
				parted = before >= party || source >= 0 && before > source
			case hanPassive:
				parted = before > 0 && after >= party
			}
			if parted {
				for j := range clause[i+1:] {
					clause[i+1+j].role = true
				}
				return
			}
		}
		before += t.content()
	}
}

// content is the number of runes that are not of a frame or function word.
func (t hanToken) content() int {
	if t.entry == nil || t.entry.isWord() {
		return t.end - t.at
	}
	return 0
}

// token finds the token at i: the longest entry there, or else a Latin word or
// one character.
func (s *hanScanner) token(i int) hanToken {
	end := i + 1
	if isLatin(s.text[i]) {
		for end < len(s.text) && isLatin(s.text[end]) {
			end++
		}
	}
	for n := min(s.lex.longest, len(s.text)-i); n > 0; n-- {
		w := string(s.text[i : i+n])
		if s.lex.levels[w] && s.heads(i, i+n) {
			return hanToken{at: i, end: i + n, entry: hanDropped}
		}
		if e := s.lex.entries[w]; e != nil && s.whole(i, i+n) {
			return hanToken{at: i, end: i + n, entry: e}
		}
	}
	return hanToken{at: i, end: end}
}

// hanDropped is the entry of what says nothing.
var hanDropped = &hanEntry{kind: hanFunction}

// whole refuses what would cut a Latin word.
func (s *hanScanner) whole(at, end int) bool {
	cuts := func(i int) bool { return i > 0 && i < len(s.text) && isLatin(s.text[i]) && isLatin(s.text[i-1]) }
	return !cuts(at) && !cuts(end)
}

// heads tells whether a level heads a clause: 错误：, but not 读取错误：.
func (s *hanScanner) heads(at, end int) bool {
	starts := at == 0 || s.text[at-1] == colon || s.text[at-1] == clauseEnd
	return starts && end < len(s.text) && s.text[end] == colon
}

// reading adds up the tokens.
func (s *hanScanner) reading(text string) reading {
	var out reading
	var passive, failedSense bool
	content, failed := 0, slices.ContainsFunc(s.tokens, hanToken.fails)
	negation := -1 // the token of the last negation that no sense has taken
	for i, t := range s.tokens {
		e := t.entry
		if e == nil {
			if s.number(t) {
				continue
			}
			e = &hanEntry{kind: hanWord, name: string(s.text[t.at:t.end])}
		}
		switch e.kind {
		case hanFailure:
			out.fail++
		case hanNegation:
			out.not++
			negation = i
		case hanDone:
			out.done++
		case hanPassive:
			passive = true
		case hanUnderWay:
			out.underWay = true
		case hanSense:
			out.senses = append(out.senses, e.name)
			failedSense = failedSense || i > 0 && s.tokens[i-1].fails() && s.tokens[i-1].end == t.at
			continue
		}
		switch {
		case e.name == "":
		case failed && s.lex.failing[e.name] != "":
			out.senses = append(out.senses, s.lex.failing[e.name])
		case negation >= 0 && s.lex.negated[e.name] != "" && s.oneClause(negation, i):
			out.senses = append(out.senses, s.lex.negated[e.name])
			out.not--
			negation = -1
		default:
			for w := range strings.FieldsSeq(e.name) {
				if t.role {
					w += behind
				}
				out.words = append(out.words, w)
			}
			content += t.end - t.at
		}
	}
	if s.rest != "" {
		out.words = append(out.words, s.rest)
	}
	switch {
	case failedSense:
		out.fail = 1 // 无法超时 is not 超时
	case len(out.senses) > 0:
		out.fail = 0 // the sense says it
	case content < hanContentLeast:
		out.words = append(out.words, strings.TrimSpace(text)) // a frame alone is equal to itself only
	}
	if passive && out.fail+out.not+out.done+len(out.senses) == 0 {
		out.done = 1
	}
	return out
}

// oneClause tells whether two tokens stand in one clause.
func (s *hanScanner) oneClause(a, b int) bool {
	return !slices.Contains(s.text[s.tokens[a].end:s.tokens[b].at], clauseEnd)
}

// fails tells whether a token is a mark of failure.
func (t hanToken) fails() bool { return t.entry != nil && t.entry.kind == hanFailure }

// number tells whether a token is a value that no placeholder stands for.
func (s *hanScanner) number(t hanToken) bool {
	for _, r := range s.text[t.at:t.end] {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
