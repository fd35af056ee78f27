// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package mask turns a raw log line into a stream of masked tokens and its
// shape, the hash of that stream.
//
// A line is cut into words, punctuation and variable text (numbers, paths,
// addresses, values of keys...). The shape is a pure function of the line and
// the masker's version: the same on every replica and after every restart. It
// leaves out white space and what kind of variable text was seen, so that
// id=1234 and id=12ab are one shape.
package mask // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"

import "unicode/utf8"

// builtinVersion changes whenever the scanner gives any line another shape.
const builtinVersion = 3

// DefaultMaxBytes is how much of a line is looked at when Options says nothing.
const DefaultMaxBytes = 16 << 10

// Options configures a Masker.
type Options struct {
	// Rules are applied to the raw text before the built-in scanner, in order;
	// text that one rule took is not seen by the next.
	Rules []Rule
	// MaxBytes is how much of a line is looked at; 0 means DefaultMaxBytes.
	MaxBytes int
}

// Masker masks lines. It is immutable and safe for concurrent use.
type Masker struct {
	rules    []rule
	maxBytes int
	version  uint64
}

// New compiles the rules. The error names the index of the rule that is wrong.
func New(o Options) (*Masker, error) {
	m := &Masker{maxBytes: o.MaxBytes, version: mix(builtinVersion, seed)}
	if m.maxBytes <= 0 {
		m.maxBytes = DefaultMaxBytes
	}
	for i, r := range o.Rules {
		c, err := compileRule(i, r)
		if err != nil {
			return nil, err
		}
		m.rules = append(m.rules, c)
		m.version = mix(m.version^hashString(r.Name), hashString(r.Pattern))
	}
	return m, nil
}

// Version identifies the built-in scanner and the rules; it is part of every
// shape.
func (m *Masker) Version() uint64 { return m.version }

// Kind says what a token is.
type Kind uint8

const (
	// Word is constant text of letters, in any script.
	Word Kind = iota
	// Punct is constant punctuation, a run of one character.
	Punct
	// Var is variable text; it may begin with a constant prefix.
	Var
)

// Token is a piece of a line. Offsets are bytes into the looked-at text.
type Token struct {
	// Hash identifies the masked token: all Vars with one prefix have one hash.
	Hash uint64
	// Start, Prefix and End: text[Start:Prefix] is constant and text[Prefix:End]
	// variable.
	Start, Prefix, End uint32
	Kind               Kind
	// Space is true when white space came before the token.
	Space bool
	// rule is 1 + the index of the user rule that made this Var, or a stack.
	rule uint8
	// class is what the lexicon knows about a Word.
	class lexClass
}

// Vars of no user rule: the frames of a stack trace, all but the first digit of the
// status of an HTTP response, and a word that stands where a value does.
const (
	stackRule = 0xff
	classRule = 0xfe
	placeRule = 0xfd
)

// Line is the result of masking, owned by the caller and reusable: once its
// buffers have grown, masking into it allocates nothing.
type Line struct {
	// Shape is the hash of the masked token stream and the masker's version.
	Shape uint64
	// Check is a second hash of the same, never 0, with keys of this process: two
	// lines of one Shape that have another Check were made to collide.
	Check uint64
	// Tokens is valid until the line is reused.
	Tokens []Token
	// Text is the part of the line that was looked at.
	Text string

	masker *Masker
	spans  []span
	exact  uint64 // as of the scanner
	asked  uint32 // lines of kinds that a memo gave up
}

// Mask fills line. Any input gives a result, in time linear in the number of
// bytes looked at.
func (m *Masker) Mask(text string, line *Line) {
	text = cut(text, m.maxBytes)
	line.Text, line.masker = text, m
	line.Tokens = line.Tokens[:0]
	s := scanner{text: text, tokens: line.Tokens}
	if len(m.rules) > 0 {
		line.spans = m.find(text, line.spans[:0])
		pos := 0
		for _, sp := range line.spans {
			s.run(pos, sp.start)
			s.rule = sp.rule + 1
			s.emitVar(sp.start, sp.start, sp.end)
			s.rule = 0
			pos = sp.end
		}
		s.run(pos, len(text))
	} else {
		s.run(0, len(text))
	}
	line.Tokens, line.exact = s.tokens, s.exact
	h, c := m.version, checkKeys[1]
	for i := range line.Tokens {
		t := &line.Tokens[i]
		h = mix(h^t.Hash, shapeKey)
		if n := t.Prefix - t.Start; n <= 8 && int(t.Start)+8 <= len(text) && (t.Kind != Punct || n <= 3) {
			w := load8(text[t.Start:]) & (1<<(8*n) - 1)
			c = mix(w^checkKeys[0], c^(uint64(n)<<8|uint64(t.Kind))) // checkToken of a short text
		} else {
			c = checkToken(c, t.Kind, text[t.Start:t.Prefix])
		}
	}
	line.Shape, line.Check = h, c|1
}

// cut shortens text to at most limit bytes, at white space when there is some
// near the end, and never inside a rune.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for i := limit; i > limit-64 && i > 0; i-- {
		if class[text[i]]&(cSpace|cNewline) != 0 {
			return text[:i]
		}
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
