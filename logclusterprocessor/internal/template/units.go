// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// maxPositions is how many words of a line may vary; the rest of a longer line
// is constant.
const maxPositions = 48

// How many distinct words a position must have shown before it is taken as
// variable: the less, the more the rest says that it is. Where two are enough no
// line leaves with an ID that becomes an alias. Accuracy on Loghub is flat from 4
// to 8 for needWord and from 10 to 24 for needStrict; docs/decisions/templates.md
// has the figures.
const (
	needFirst  = 1  // the name of a user: a word in small letters that ends what user begins
	needPlain  = 2  // where a name is likely, words in small letters
	needName   = 3  // in quotes, or after a noun that comes before names
	needWord   = 4  // elsewhere
	needStrict = 12 // the first word, keys, functions; where states are likely
	varWeight  = 2  // how many words variable text at the position counts as
	minContext = 3  // how many other words two lines share by more than chance
	minValues  = 2  // pieces of variable text that such lines have beside
)

// slotHash is the unit of any variable text and of a generalised word: a line
// with a number where others have a name is in the same context.
const slotHash = 0x9e3779b97f4a7c15

// unit is a mask.Unit with what the miner needs of it.
type unit struct {
	mask.Unit
	hash  uint64
	is    wordClass
	fixed bool // never varies
}

// skeleton is a line's units and their hash. The hash is a sum over positions,
// so that a word is exchanged in constant time.
type skeleton struct {
	units     []unit
	positions []int // of words that may vary
	slots     []int // positions, and those of variable text
	hash      uint64
	form      uint64 // the hash with slots for all words: what stays of a line's form
	raw       []mask.Unit
	events    int // words that say, or seem to say, what happened
}

func (s *skeleton) parse(encoded string) {
	s.raw = mask.Decode(encoded, s.raw[:0])
	s.units, s.positions, s.slots, s.hash = s.units[:0], s.positions[:0], s.slots[:0], 0
	s.form, s.events = 0, 0
	for i, u := range s.raw {
		h := uint64(slotHash)
		if u.Const != "" || u.Kind != mask.Var {
			h = xxhash.Sum64String(u.Const) + uint64(u.Kind)
		}
		v := unit{Unit: u, hash: h, fixed: u.Kind == mask.Punct}
		if u.Kind == mask.Word {
			v.is = classOf(u.Const)
			if v.is&isParticiple != 0 || v.is&isState != 0 && mask.IsOutcome(u.Const) {
				s.events++
			}
		}
		s.units = append(s.units, v)
		s.hash += term(i, h)
		if u.Kind == mask.Punct {
			s.form += term(i, h)
		} else {
			s.form += term(i, slotHash)
		}
	}
	for i := range s.units {
		u := &s.units[i]
		if u.fixed = u.fixed || s.tells(i); u.fixed || len(s.slots) == maxPositions {
			continue
		}
		s.slots = append(s.slots, i)
		if u.hash != slotHash {
			s.positions = append(s.positions, i)
		}
	}
}

func term(i int, h uint64) uint64 {
	hi, lo := bits.Mul64(h^0xa0761d6478bd642f, uint64(2*i+1)*0xe7037ed1a0b428db)
	return hi ^ lo
}

// without is the hash with a slot at position i.
func (s *skeleton) without(h uint64, i int) uint64 {
	return h - term(i, s.units[i].hash) + term(i, slotHash)
}

// instanceOf is true when general, a generalisation of the same form, has the same
// units but for its slots.
func (s *skeleton) instanceOf(general *skeleton) bool {
	if len(s.units) != len(general.units) {
		return false
	}
	for i := range s.units {
		switch g, u := &general.units[i], &s.units[i]; {
		case g.hash == slotHash && (u.hash == slotHash || !u.fixed):
		case g.hash == u.hash && g.Const == u.Const:
		default:
			return false
		}
	}
	return true
}

// constants counts the words of two letters or more, those of skip left out.
func (s *skeleton) constants(skip ...int) int {
	n := 0
next:
	for i := range s.units {
		for _, k := range skip {
			if i == k {
				continue next
			}
		}
		if u := &s.units[i]; u.Kind == mask.Word && len(u.Const) > 1 {
			n++
		}
	}
	return n
}

// keeps is true when a line has constant text beside position i.
func (s *skeleton) keeps(i int) bool {
	for k := range s.units {
		if u := &s.units[k]; k != i && u.Kind != mask.Punct && len(u.Const) > 1 {
			return true
		}
	}
	return false
}
