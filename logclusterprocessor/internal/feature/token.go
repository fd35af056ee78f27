// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what one template may cost; a template beyond them is cut, not refused.
const (
	maxTokens     = 256 // tokens looked at
	maxSpeaker    = 2   // tokens before a first colon that may name the speaker
	maxTokenBytes = 64  // bytes of one token; longer ones are data, not words
)

// token is one word of a template in lower case.
type token struct {
	text string
	// surface is the text as it occurred, but in lower case: "doesn't" where text is "not".
	surface string
	// sentence counts sentences from 0; phrases never span two.
	sentence int
	// quoted tokens stand in quotes: names from the data rather than words.
	quoted bool
	// gap is set where a placeholder or a symbol stands between this token and the one before.
	gap bool
	// glued tokens touch a placeholder or name a value: parts of names, units,
	// fields ("ssh<num>", "<num>kb", "uid=<num>").
	glued bool
	// prefix tokens say who speaks: the package of a dotted name, a program or
	// code before the first colon.
	prefix bool
}

// tokenizer splits the words of a template into tokens.
type tokenizer struct {
	tokens   []token
	sentence int
	gap      bool
	colon    bool // a colon was seen
	touching bool // a placeholder ends here, '_' and '-' apart
	joined   bool // a token ends here, '_' and '-' apart
	ended    bool // a sentence end was seen; the next token starts a new one
}

func tokenize(words []string) []token {
	t := tokenizer{tokens: make([]token, 0, len(words)+8)}
	for _, word := range words {
		for part := range strings.FieldsSeq(word) {
			t.word(part)
			if len(t.tokens) >= maxTokens {
				return t.tokens[:maxTokens]
			}
		}
	}
	return t.tokens
}

// word takes one run of text without white space.
func (t *tokenizer) word(s string) {
	quoted := isQuoted(s)
	t.touching, t.joined = false, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '<':
			t.gap = true
			n := placeholderLen(s[i:])
			if n == 0 {
				t.touching, t.joined = false, false
				i += size
				continue
			}
			if t.joined {
				t.tokens[len(t.tokens)-1].glued = true
			}
			t.touching, t.joined = true, false
			i += n
		case isWordRune(r):
			n, before := wordLen(s[i:]), len(t.tokens)
			t.run(s[i:i+n], quoted)
			t.joined = len(t.tokens) > before
			if t.joined && t.touching {
				t.tokens[before].glued = true
			}
			t.touching = false
			i += n
		default:
			if endsSentence(s[i:], r) {
				t.ended = true
			} else if r == '.' && i+size < len(s) && len(t.tokens) > 0 {
				t.tokens[len(t.tokens)-1].prefix = true
			}
			if r == ':' && !t.colon {
				t.colon = true
				if len(t.tokens) <= maxSpeaker {
					for k := range t.tokens {
						t.tokens[k].prefix = true
					}
				}
			}
			if r == '=' && t.joined {
				t.tokens[len(t.tokens)-1].glued = true
			}
			if r != '-' && r != '_' {
				t.touching, t.joined = false, false
				t.gap = t.gap || r != '.' && r != '/'
			}
			i += size
		}
	}
}

// endsSentence tells whether the punctuation at the start of s closes a
// sentence: '.', '!', '?' or ';' at the end of the word, quotes apart.
func endsSentence(s string, r rune) bool {
	if r == '。' || r == '；' {
		return true
	}
	return (r == '.' || r == '!' || r == '?' || r == ';') && strings.Trim(s[1:], "\"'`)]") == ""
}

// isQuoted tells whether all of s, closing punctuation apart, is in quotes.
func isQuoted(s string) bool {
	q, size := utf8.DecodeRuneInString(s)
	if !strings.ContainsRune("\"'`‘“", q) {
		return false
	}
	rest := strings.TrimRight(s[size:], ".,:;)!?")
	return strings.HasSuffix(rest, "\"") || strings.HasSuffix(rest, "'") || strings.HasSuffix(rest, "`") ||
		strings.HasSuffix(rest, "’") || strings.HasSuffix(rest, "”")
}

// placeholderLen returns the length of the placeholder ("<num>", "<*>") at the start of s, or 0.
func placeholderLen(s string) int {
	for i := 1; i < len(s) && i < 40; i++ {
		c := s[i]
		switch {
		case c == '>':
			if i == 1 {
				return 0
			}
			return i + 1
		case c == '*' || c == '_' || c == '-' || c == ':' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		default:
			return 0
		}
	}
	return 0
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// wordLen returns the length of the run of word runes at the start of s;
// an apostrophe between letters belongs to it ("doesn't").
func wordLen(s string) int {
	for i, r := range s {
		if isWordRune(r) {
			continue
		}
		if (r == '\'' || r == '’') && i > 0 {
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if unicode.IsLetter(next) {
				continue
			}
		}
		return i
	}
	return len(s)
}

// run takes a run of word runes: scripts without spaces become bigrams of
// characters, camelCase is split, a lone number is no word.
func (t *tokenizer) run(s string, quoted bool) {
	start := 0
	prev := rune(0)
	for i, r := range s {
		if i > start {
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			lowerNext := unicode.IsLower(next)
			if isSpaceless(r) != isSpaceless(prev) ||
				unicode.IsUpper(r) && (unicode.IsLower(prev) || unicode.IsUpper(prev) && lowerNext && !isPlural(s[i:])) {
				t.piece(s[start:i], quoted)
				start = i
			}
		}
		prev = r
	}
	t.piece(s[start:], quoted)
}

// isPlural tells whether s is one capital and an 's' at the end of the word: "IDs" is one word.
func isPlural(s string) bool {
	return len(s) == 2 && s[1] == 's'
}

func (t *tokenizer) piece(s string, quoted bool) {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsDigit(first):
		t.gap = true
	case isSpaceless(first):
		if size == len(s) {
			t.add(s, s, quoted)
			return
		}
		prev, surface := 0, func(pair string) string { return pair }
		if unicode.Is(unicode.Han, first) {
			surface = func(string) string { return "" } // people see words, which come besides
		}
		for i := range s {
			if i > 0 {
				_, n := utf8.DecodeRuneInString(s[i:])
				pair := s[prev : i+n]
				t.add(pair, surface(pair), quoted)
				prev = i
			}
		}
	case len(s) <= maxTokenBytes:
		t.contraction(strings.ToLower(s), quoted)
	default:
		t.gap = true
	}
}

// contraction reads "doesn't" as "not", "can't" as "cannot" and cuts other tails ("user's").
func (t *tokenizer) contraction(s string, quoted bool) {
	i := strings.IndexAny(s, "'’")
	if i < 0 {
		t.add(s, s, quoted)
		return
	}
	head, tail := s[:i], strings.TrimLeft(s[i:], "'’")
	switch {
	case tail != "t" || !strings.HasSuffix(head, "n"):
		t.add(head, head, quoted)
	case head == "can" || head == "couldn":
		t.add(inability, s, quoted)
	default:
		t.add(negation, s, quoted)
	}
}

func (t *tokenizer) add(text, surface string, quoted bool) {
	if t.ended && len(t.tokens) > 0 {
		t.sentence++
	}
	t.ended = false
	t.tokens = append(t.tokens, token{text: text, surface: surface, sentence: t.sentence, quoted: quoted, gap: t.gap})
	t.gap = false
}

// isSpaceless tells whether r belongs to a script written without spaces.
func isSpaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
