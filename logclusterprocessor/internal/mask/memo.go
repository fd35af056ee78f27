// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"math/bits"
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
// memo, up to a collision of 64-bit hashes whose keys nobody knows.
//
// Lines that come with other letters each time are never remembered. Where lines of
// one beginning are seldom found, most of them are no longer looked for.
//
// A Memo takes 400 KiB, whatever it has seen. It is safe for concurrent use,
// without locks.
type Memo struct {
	masker *Masker
	// seeds of the hash, drawn at random so that no line can be made to have the
	// key of another.
	seeds [2]uint64
	sets  []memoSet
	// misses says for each kind of line how seldom it was found of late.
	misses [memoKinds]atomic.Uint32
}

const (
	memoSets  = 4096 // a power of two
	memoKinds = 1024 // a power of two
	// A miss costs about a seventh of what being recalled saves: as many misses to a
	// hit are the point where asking pays no longer.
	hitWorth  = 7
	giveUp    = 64  // misses, hits taken off, from which few lines are looked for
	maxMisses = 128 // so that a kind that is found again is soon looked for again
	askAnyway = 16  // one line in so many is looked for all the same
)

// memoSet is the places where a value may be.
type memoSet [4]struct {
	// tag is the key xor the values, so that an entry of which another caller has
	// written only a part is no hit (Hyatt and Mann, A lock-less transposition
	// table implementation for parallel search chess engines, 2002).
	tag, value, check atomic.Uint64
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
	misses := &m.misses[m.kind(text)]
	seldom := misses.Load()
	if seldom >= giveUp {
		if line.asked++; line.asked%askAnyway != 0 {
			m.masker.Mask(text, line)
			return false
		}
	}
	key := m.key(text)
	shape, check, ok := m.get(key)
	if !ok {
		if exact, _, some := m.get(key ^ exactKey); some {
			shape, check, ok = m.get(m.exactly(key, exact, text))
		}
	}
	if ok {
		if seldom > 0 {
			misses.Store(seldom - min(seldom, hitWorth))
		}
		line.Shape, line.Check, line.Tokens, line.Text, line.masker = shape, check, line.Tokens[:0], text, m.masker
		return true
	}
	if seldom < maxMisses {
		misses.Store(seldom + 1)
	}
	m.masker.Mask(text, line)
	switch line.exact {
	case 0:
		m.put(key, line.Shape, line.Check)
	case anyDigit:
	default:
		m.put(key^exactKey, line.exact, 0)
		m.put(m.exactly(key, line.exact, text), line.Shape, line.Check)
	}
	return false
}

// kind tells lines apart by their first bytes but for hexadecimal digits, and by
// about how long they are.
func (m *Memo) kind(text string) uint64 {
	h := m.seeds[1] ^ uint64(len(text)>>4)
	if len(text) >= 32 {
		h = mix(zeroHex(load8(text[16:]))^h, zeroHex(load8(text[24:]))^m.seeds[0])
	}
	if len(text) >= 16 {
		return mix(zeroHex(load8(text))^h, zeroHex(load8(text[8:]))^m.seeds[0]) & (memoKinds - 1)
	}
	a, b := last16(text)
	return mix(zeroHex(a)^h, zeroHex(b)^m.seeds[0]) & (memoKinds - 1)
}

// zeroHex makes 0s of the bytes of w that are hexadecimal digits.
func zeroHex(w uint64) uint64 {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
		low  = 0x7f * ones
	)
	folded := (w | 0x20*ones) & low
	letter := (folded + (0x80-'a')*ones) &^ (folded + (0x7f-'f')*ones) &^ w & high >> 7
	return zeroDigits(w&^(letter*0xff) | letter*'0')
}

// exactKey makes the key to where the digits are that matter. It is in the same
// set as the key.
const exactKey = 1 << 63

// exactly is the key of a line of which some digits matter, those at exact.
func (m *Memo) exactly(key, exact uint64, text string) uint64 {
	h := key ^ exact
	for exact != 0 {
		var i, j int
		i, j, exact = lastHeeded(exact)
		if i < 0 || j > len(text) {
			return key // a collision
		}
		part := text[i:j]
		for len(part) > 16 {
			h = mix(load8(part)^m.seeds[1], load8(part[8:])^h)
			part = part[16:]
		}
		a, b := last16(part)
		h = mix(a^m.seeds[1], b^h^m.seeds[0])
	}
	return h
}

func (m *Memo) get(key uint64) (value, check uint64, ok bool) {
	set := &m.sets[key&uint64(len(m.sets)-1)]
	for i := range set {
		value, check = set[i].value.Load(), set[i].check.Load()
		if set[i].tag.Load() == key^value^bits.RotateLeft64(check, 32) {
			return value, check, true
		}
	}
	return 0, 0, false
}

// put overwrites any value of the set: what is seen often is soon put back.
func (m *Memo) put(key, value, check uint64) {
	set := &m.sets[key&uint64(len(m.sets)-1)]
	e := &set[rand.Uint32()%uint32(len(set))] //nolint:gosec // no secret
	e.value.Store(value)
	e.check.Store(check)
	e.tag.Store(key ^ value ^ bits.RotateLeft64(check, 32))
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
