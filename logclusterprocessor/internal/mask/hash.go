// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"math/bits"
	"math/rand/v2"
)

// Multiplication constants of wyhash (Wang Yi, final version 4).
const (
	seed     = 0xa0761d6478bd642f
	shapeKey = 0xe7037ed1a0b428db
	wordKey  = 0x8ebc6af09c88c6e3
	varHash  = 0x589965cc75374cc3
)

// mix folds the 128-bit product of two words, wyhash's round.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashString hashes 16 bytes a round. Up to 8 bytes are one word, zero-padded,
// which is what hashWord takes.
func hashString(s string) uint64 {
	n := len(s)
	h := uint64(seed)
	for n > 16 {
		h = mix(load8(s)^wordKey, load8(s[8:])^h)
		s = s[16:]
		n -= 16
	}
	a, b := last16(s)
	return mix(a^wordKey^uint64(n)<<56, b^h)
}

// last16 is the bytes of s, at most 16 of them, in two words that may overlap. Up
// to 8 bytes are the first, zero-padded.
func last16(s string) (a, b uint64) {
	n := len(s)
	switch {
	case n > 8:
		a, b = load8(s), load8(s[n-8:])
	case n == 8:
		a = load8(s)
	case n >= 4:
		a = load4(s) | load4(s[n-4:])<<(8*(n-4))
	case n > 0:
		a = uint64(s[0]) | uint64(s[n>>1])<<(8*(n>>1)) | uint64(s[n-1])<<(8*(n-1))
	}
	return a, b
}

// hashWord is hashString of the first n bytes of w, n < 8.
func hashWord(w uint64, n int) uint64 {
	w &= 1<<(8*n) - 1
	return mix(w^wordKey^uint64(n)<<56, seed)
}

// checkKeys are drawn for each process, so that nobody can make two lines that have
// one check.
var checkKeys = [2]uint64{rand.Uint64(), rand.Uint64()} //nolint:gosec // seeded by the system, and ChaCha8

// checkToken adds the constant text of a token to a check.
func checkToken(c uint64, kind Kind, text string) uint64 {
	if kind == Punct && len(text) > 3 && class[text[0]]&cHigh == 0 {
		text = text[:3] // as in emitPunct
	}
	c ^= uint64(len(text))<<8 | uint64(kind)
	for len(text) > 16 {
		c = mix(load8(text)^checkKeys[0], load8(text[8:])^c)
		text = text[16:]
	}
	a, b := last16(text)
	return mix(a^checkKeys[0], b^c)
}

// Check is Line.Check of the line that units are of.
func Check(units []Unit) uint64 {
	c := checkKeys[1]
	for i := range units {
		c = checkToken(c, units[i].Kind, units[i].Const)
	}
	return c | 1
}

// letters is how many of the bytes of w, from the lowest, are ASCII letters or
// underscores before the first that is not.
func letters(w uint64) int {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
		low  = 0x7f * ones
	)
	folded := (w | 0x20*ones) & low
	letter := (folded + (0x80-'a')*ones) &^ (folded + (0x7f-'z')*ones) &^ w
	u := w ^ '_'*ones
	other := (u&low + low) | u
	return bits.TrailingZeros64(^letter&other&high) / 8
}

// The compiler makes one load of each.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// punctHash is the hash of each character of punctuation.
var punctHash = func() (t [256]uint64) {
	for c := range t {
		t[c] = mix(uint64(c)+1, shapeKey)
	}
	return t
}()
