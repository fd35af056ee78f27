// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/bits"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// maxPositions is how many words of a line may vary; the rest of a longer line
// is constant.
const maxPositions = 48

// How many distinct words a position must have shown before it is taken as
// variable. Accuracy on Loghub is flat from 4 to 8 for needWord and from 10 to 24
// for needStrict.
const (
	needName   = 3  // in quotes, or after a noun that comes before names
	needWord   = 6  // elsewhere
	needStrict = 12 // the first word, keys, functions; where states are likely
	varWeight  = 2  // how many words variable text at the position counts as
)

// slotHash is the unit of any variable text and of a generalised word: a line
// with a number where others have a name is in the same context.
const slotHash = 0x9e3779b97f4a7c15

// unit is a mask.Unit with what the miner needs of it.
type unit struct {
	mask.Unit
	hash uint64
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
}

func (s *skeleton) parse(encoded string) {
	s.raw = mask.Decode(encoded, s.raw[:0])
	s.units, s.positions, s.slots, s.hash = s.units[:0], s.positions[:0], s.slots[:0], 0
	s.form = 0
	for i, u := range s.raw {
		h := uint64(slotHash)
		if u.Const != "" || u.Kind != mask.Var {
			h = xxhash.Sum64String(u.Const) + uint64(u.Kind)
			if u.Kind != mask.Punct && len(s.slots) < maxPositions {
				s.positions = append(s.positions, i)
			}
		}
		if u.Kind != mask.Punct && len(s.slots) < maxPositions {
			s.slots = append(s.slots, i)
		}
		s.units = append(s.units, unit{u, h})
		s.hash += term(i, h)
		if u.Kind == mask.Punct {
			s.form += term(i, h)
		} else {
			s.form += term(i, slotHash)
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
		if g := &general.units[i]; g.hash != s.units[i].hash && (g.hash != slotHash || s.units[i].Kind == mask.Punct) {
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

// need is how many distinct words position i must show.
func (s *skeleton) need(i int) int {
	switch {
	case s.isFirst(i), s.isKey(i):
		return needStrict
	case s.isName(i):
		return needName
	}
	return needWord
}

func (s *skeleton) isFirst(i int) bool {
	return len(s.positions) == 0 || s.positions[0] >= i
}

// isKey is true before what makes a word a key or a function.
func (s *skeleton) isKey(i int) bool {
	if i+1 == len(s.units) {
		return false
	}
	next := &s.units[i+1]
	return next.Kind == mask.Punct && !next.Space && (next.Const == "=" || next.Const == "(" || next.Const == ":")
}

// isName is true for a word in quotes or after a noun; a numbered name says
// itself what it is.
func (s *skeleton) isName(i int) bool {
	if i == 0 || s.units[i].Kind == mask.Var && s.units[i].Const != "" {
		return false
	}
	left := s.units[i-1]
	if left.Const == `"` || left.Const == "'" {
		return i+1 < len(s.units) && s.units[i+1].Const == left.Const
	}
	return left.Kind == mask.Word && nouns[strings.ToLower(left.Const)]
}

// nouns are words after which a name is likely.
var nouns = set("user", "username", "host", "hostname", "port", "node", "domain", "client", "server",
	"group", "device", "file", "directory", "path", "database", "table", "topic", "queue", "service",
	"process", "thread", "session", "task", "job", "container", "image", "pod", "namespace", "volume",
	"interface", "address", "id", "name", "named", "key", "class", "module", "package", "account")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// capitals is true for words written as the names of states are.
func capitals(w string) bool {
	letters := 0
	for _, r := range w {
		switch {
		case r >= 'A' && r <= 'Z':
			letters++
		case r != '_' && r != '-':
			return false
		}
	}
	return letters > 1
}
