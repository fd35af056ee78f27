// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "math/bits"

// hash hashes a string of at most 15 bytes as hashWords does, others 16 bytes a
// round, by wyhash's multiplication.
func hash(s string, seed uint64) uint64 {
	n := len(s)
	h := seed
	for len(s) > 15 {
		h = mix(load8(s)^hashKey, load8(s[8:])^h)
		s = s[16:]
	}
	var a, b uint64
	for k := len(s) - 1; k >= 0; k-- {
		b = b<<8 | a>>56
		a = a<<8 | uint64(s[k])
	}
	return hashWords(a, b, n, h)
}

const hashKey = 0x8ebc6af09c88c6e3

// hashWords hashes the n bytes in two words, the first in the lowest byte.
func hashWords(a, b uint64, n int, seed uint64) uint64 { return mix(a^hashKey, b^seed^uint64(n)<<56) }

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// The compiler makes one load.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
)

// firstQuote is how many bytes of w, from the lowest, come before a quote: 8 or more
// when there is none.
func firstQuote(w uint64) int {
	w ^= '"' * ones
	return bits.TrailingZeros64((w-ones)&^w&high) / 8
}

// stop returns where the first white space, quote or c is from i on, or the end.
func stop(text string, i int, c byte) int {
	for ; i+8 <= len(text); i += 8 {
		w := load8(text[i:])
		x, q := w^uint64(c)*ones, w^'"'*ones
		if found := ((w-(' '+1)*ones)&^w | (x-ones)&^x | (q-ones)&^q) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(text) && text[i] > ' ' && text[i] != '"' && text[i] != c {
		i++
	}
	return i
}
