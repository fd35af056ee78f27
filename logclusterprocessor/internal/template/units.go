// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/bits"
	"strings"
	"unicode"

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
	needPlain  = 2  // where a name is likely, words in small letters
	needName   = 3  // in quotes, or after a noun that comes before names
	needWord   = 6  // elsewhere
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

// isNamed is true for a word in quotes or after a noun that names come after.
func (s *skeleton) isNamed(i int) bool {
	if i == 0 {
		return false
	}
	left := s.units[i-1]
	if left.Const == `"` || left.Const == "'" || left.Const == "`" {
		return i+1 < len(s.units) && s.units[i+1].Const == left.Const
	}
	return left.Kind == mask.Word && nouns[strings.ToLower(left.Const)]
}

// isObject is true for a word that is all that stands between two prepositions,
// as in for alice from, in a line with several values. After "to" may be a verb,
// and before "of" is a noun.
func (s *skeleton) isObject(i int) bool {
	if i == 0 || i+1 == len(s.units) {
		return false
	}
	before, after := s.units[i-1].Const, s.units[i+1].Const
	return prepositions[before] && before != "to" && prepositions[after] && after != "of" && s.values() >= minValues
}

// values counts the pieces of variable text.
func (s *skeleton) values() (n int) {
	for i := range s.units {
		if s.units[i].Kind == mask.Var {
			n++
		}
	}
	return n
}

// nouns are words after which a name is likely.
var nouns = set("user", "username", "host", "hostname", "port", "node", "domain", "client", "server",
	"group", "device", "file", "directory", "path", "database", "table", "topic", "queue", "service",
	"process", "thread", "session", "task", "job", "container", "image", "pod", "namespace", "volume",
	"interface", "address", "id", "name", "named", "key", "class", "module", "package", "account")

var prepositions = set("for", "from", "to", "by", "of", "on", "in", "at", "as", "via", "with", "into")

// state is true for words that say what became of something or relate words to
// each other: never names.
func state(w string) bool {
	if prepositions[w] {
		return true
	}
	w = strings.ToLower(w)
	return states[w] || len(w) > 4 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing"))
}

var states = set("up", "down", "start", "stop", "begin", "end", "open", "close", "read", "write", "lost", "found",
	"ok", "ready", "done", "success", "failure", "error", "on", "off", "yes", "no", "none", "not", "is", "was", "are",
	"were", "has", "had", "will", "can", "cannot", "does", "did", "be", "been", "and", "or", "but", "the", "a", "an",
	"already", "before", "after", "left", "right", "in", "out", "online", "offline", "active", "inactive", "idle", "busy",
	"shutdown", "startup", "starts", "stops", "exists", "fails", "reset", "sent", "put", "set", "get", "add", "exit",
	"enter", "alive", "dead", "valid", "invalid")

// lower is true for words without capital letters.
func lower(w string) bool {
	return strings.IndexFunc(w, unicode.IsUpper) < 0
}

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
