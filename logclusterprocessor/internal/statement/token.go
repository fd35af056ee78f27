// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what one template may cost. A template beyond them is cut.
const (
	maxTokens    = 256
	maxWordBytes = 64 // of letters and digits; what is longer is data
)

// kind is what a token is.
type kind uint8

const (
	word  kind = iota
	value      // a placeholder
	mark       // one character of punctuation
	fail       // a failure frame: "cannot", "failed to", "error"
	not        // a negation
	done       // success
	sense      // what happened, under the name that the lexicon has for it
)

// token is a piece of a template.
type token struct {
	kind kind
	// text is the word in canonical form, or the name of a sense.
	text string
	// raw is the word in lower case.
	raw string
	// loose tokens have white space or punctuation before them.
	loose bool
}

// tokenize cuts a template into words, placeholders and punctuation. camelCase
// and names joined by '_', '-' and '.' are cut into their words.
func tokenize(text string) []token {
	t := tokenizer{tokens: make([]token, 0, 32), loose: true}
	for i := 0; i < len(text) && len(t.tokens) < maxTokens; {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '<' && placeholder(text[i:]) > 0:
			t.add(value, "")
			i += placeholder(text[i:])
		case isWordRune(r):
			n := wordLen(text[i:])
			t.run(text[i : i+n])
			i += n
		case unicode.IsSpace(r):
			t.loose = true
			i += size
		case r == '_' || r == '-' || r == '.' || r == '/' || r == '@':
			// What joins words to a name, unless white space follows.
			if next, _ := utf8.DecodeRuneInString(text[i+size:]); !isWordRune(next) && next != '<' {
				t.add(mark, text[i:i+size])
				t.loose = true
			}
			i += size
		default:
			t.add(mark, text[i:i+size])
			t.loose = true
			i += size
		}
	}
	return t.tokens
}

type tokenizer struct {
	tokens []token
	loose  bool
}

func (t *tokenizer) add(k kind, text string) {
	t.tokens = append(t.tokens, token{kind: k, text: text, raw: text, loose: t.loose})
	t.loose = false
}

// placeholder returns the length of the placeholder that text begins with, or 0.
func placeholder(text string) int {
	for i := 1; i < len(text) && i < 40; i++ {
		switch c := text[i]; {
		case c == '>' && i > 1:
			return i + 1
		case c == '*', c == '_', c == '-', c == ':', '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z':
		default:
			return 0
		}
	}
	return 0
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// wordLen returns the length of the run of letters and digits that text begins
// with. An apostrophe between letters is part of it.
func wordLen(text string) int {
	for i, r := range text {
		if isWordRune(r) {
			continue
		}
		if r == '\'' || r == '’' {
			if next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):]); unicode.IsLetter(next) {
				continue
			}
		}
		return i
	}
	return len(text)
}

// run cuts camelCase into words.
func (t *tokenizer) run(text string) {
	start, prev := 0, rune(0)
	for i, r := range text {
		if i > start && unicode.IsUpper(r) {
			next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
			if unicode.IsLower(prev) || unicode.IsUpper(prev) && unicode.IsLower(next) && text[i+1:] != "s" {
				t.word(text[start:i])
				start = i
			}
		}
		prev = r
	}
	t.word(text[start:])
}

// word adds a word: "doesn't" as "does not", others without the tail behind
// their apostrophe.
func (t *tokenizer) word(text string) {
	if len(text) > maxWordBytes && isASCII(text) {
		t.add(value, "")
		return
	}
	text = strings.ToLower(text)
	i := strings.IndexAny(text, "'’")
	if i < 0 {
		t.add(word, text)
		return
	}
	head, tail := text[:i], strings.TrimLeft(text[i:], "'’")
	if tail != "t" || !strings.HasSuffix(head, "n") {
		t.add(word, head)
		return
	}
	if head == "can" || head == "won" || head == "shan" {
		head += "n"
	}
	t.add(word, strings.TrimSuffix(head, "n"))
	t.loose = true
	t.add(word, "not")
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
