// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

// Classes of bytes. A byte may be of several.
const (
	cSpace   = 1 << iota // white space and control characters
	cNewline             // line feed
	cLetter              // ASCII letter or underscore
	cDigit
	cNonHex // letter that is no hexadecimal digit
	cJoin   // punctuation that may join the parts of one atom
	cHigh   // byte of a rune beyond ASCII
	cStop   // ends a path or a value: quotes, brackets, comma, semicolon, bar
)

const cWord = cLetter | cDigit

var class = func() (t [256]uint8) {
	for c := 0; c <= ' '; c++ {
		t[c] = cSpace
	}
	t[0x7f] = cSpace
	t['\n'] = cNewline
	for c := '0'; c <= '9'; c++ {
		t[c] = cDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = cLetter|cNonHex, cLetter|cNonHex
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c], t[c-'a'+'A'] = cLetter, cLetter
	}
	t['_'] = cLetter | cNonHex
	for _, c := range `.-/@\~$'` {
		t[c] |= cJoin
	}
	for _, c := range "\"'`()[]{}<>,;|" {
		t[c] |= cStop
	}
	for c := 0x80; c <= 0xff; c++ {
		t[c] = cHigh
	}
	return t
}()
