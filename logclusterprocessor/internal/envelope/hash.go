// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "math/bits"

// hash hashes a key, 16 bytes a round, by wyhash's multiplication.
func hash(s string, seed uint64) uint64 {
	h := seed ^ uint64(len(s))
	for len(s) > 16 {
		h = mix(load8(s)^0x8ebc6af09c88c6e3, load8(s[8:])^h)
		s = s[16:]
	}
	var a, b uint64
	switch n := len(s); {
	case n >= 8:
		a, b = load8(s), load8(s[n-8:])
	case n >= 4:
		a, b = load4(s), load4(s[n-4:])
	case n > 0:
		a = uint64(s[0]) | uint64(s[n>>1])<<8 | uint64(s[n-1])<<16
	}
	return mix(a^0x8ebc6af09c88c6e3, b^h)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
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

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
)

// zeroes has the high bit of the bytes of w that are zero, and maybe of bytes above
// the lowest of them.
func zeroes(w uint64) uint64 { return (w - ones) &^ w & high }
