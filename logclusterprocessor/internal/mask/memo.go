// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"math/rand/v2"
	"sync/atomic"
)

// Memo spares lines the scanner that differ from one seen lately in their digits
// only, as most lines of a log do.
//
// The scanner tells digits from other bytes, but not one digit from another,
// except where scanner.exact says so: the digits of a name that is constant, as in
// jk2_init(). So the shape of a line follows from the line with each digit made a
// 0 and, if there are any, the digits that mattered. The first, hashed eight bytes
// a step, is the key to the shape or to where those digits are, the two together
// are the key to the shape then. What Mask gives is the same with and without a
// memo, up to a collision of 64-bit hashes, to which shapes are open as well.
//
// A Memo takes 256 KiB, whatever it has seen. It is safe for concurrent use,
// without locks.
type Memo struct {
	masker *Masker
	// seeds of the hash, drawn at random so that no line can be made to have the
	// key of another.
	seeds [2]uint64
	sets  []memoSet
}

// memoSets is a power of two.
const memoSets = 4096

// memoSet is the places where a value may be: one cache line.
type memoSet [4]struct {
	// check is the key xor the value, so that a pair of which another caller has
	// written only one half is no hit (Hyatt and Mann, A lock-less transposition
	// table implementation for parallel search chess engines, 2002).
	check, value atomic.Uint64
}

// NewMemo returns an empty memo of what m masks. User rules may look at the value
// of any digit: with rules every line is masked in full.
func NewMemo(m *Masker) *Memo {
	memo := &Memo{masker: m, seeds: [2]uint64{rand.Uint64(), rand.Uint64()}} //nolint:gosec // seeded by the system, and ChaCha8
	if len(m.rules) == 0 {
		memo.sets = make([]memoSet, memoSets)
	}
	return memo
}

// Mask fills line as Masker.Mask does, or, when it remembers the shape and returns
// true, with the shape alone.
func (m *Memo) Mask(text string, line *Line) (recalled bool) {
	if m.sets == nil {
		m.masker.Mask(text, line)
		return false
	}
	text = cut(text, m.masker.maxBytes)
	key := m.key(text)
	shape, ok := m.get(key)
	if !ok {
		if exact, some := m.get(key ^ exactKey); some {
			shape, ok = m.get(m.exactly(key, exact, text))
		}
	}
	if ok {
		line.Shape, line.Tokens, line.Text, line.masker = shape, line.Tokens[:0], text, m.masker
		return true
	}
	m.masker.Mask(text, line)
	switch line.exact {
	case 0:
		m.put(key, line.Shape)
	case anyDigit:
	default:
		m.put(key^exactKey, line.exact)
		m.put(m.exactly(key, line.exact, text), line.Shape)
	}
	return false
}

// exactKey makes the key to where the digits are that matter. It is in the same
// set as the key.
const exactKey = 1 << 63

// exactly is the key of a line of which some digits matter, those at exact.
func (m *Memo) exactly(key, exact uint64, text string) uint64 {
	digits := uint64(0)
	for e := exact; e != 0; e >>= 16 {
		if i := int(e & 0xffff); i <= len(text) { // always, but for a collision
			digits = digits<<8 | uint64(text[i-1])
		}
	}
	return mix(key^exact, digits^m.seeds[0])
}

func (m *Memo) get(key uint64) (value uint64, ok bool) {
	set := &m.sets[key&uint64(len(m.sets)-1)]
	for i := range set {
		value = set[i].value.Load()
		if set[i].check.Load()^value == key {
			return value, true
		}
	}
	return 0, false
}

// put overwrites any value of the set: what is seen often is soon put back.
func (m *Memo) put(key, value uint64) {
	set := &m.sets[key&uint64(len(m.sets)-1)]
	e := &set[rand.Uint32()%uint32(len(set))] //nolint:gosec // no secret
	e.value.Store(value)
	e.check.Store(key ^ value)
}

// key hashes s with every digit made a 0, 16 bytes a round (see hashString).
func (m *Memo) key(s string) uint64 {
	h := m.seeds[0] ^ uint64(len(s))
	for len(s) > 16 {
		h = mix(zeroDigits(load8(s))^m.seeds[1], zeroDigits(load8(s[8:]))^h)
		s = s[16:]
	}
	a, b := last16(s)
	return mix(zeroDigits(a)^m.seeds[1], zeroDigits(b)^h)
}

// zeroDigits makes 0s of the bytes of w that are ASCII digits.
func zeroDigits(w uint64) uint64 {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
		low  = 0x7f * ones
	)
	v := w ^ '0'*ones // a digit is now its value
	digit := ^((v&low + (0x7f-9)*ones) | v) & high
	return w &^ (digit>>3 - digit>>7) // '0' is a digit without its lower four bits
}
