// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// tells is true for a unit that says what happened or how it ended: it never
// varies, however many others stand there in other lines.
func (s *skeleton) tells(i int) bool {
	u := &s.units[i]
	switch {
	case u.Kind == mask.Var:
		return u.Placeholder == "xx" // the class of a status
	case u.Const == "": // of a damaged record
		return true
	case u.is&(isState|isLevel) != 0, isCode(u.Const), u.Const[0] >= utf8.RuneSelf && isPhrase(u.Const):
		return true
	case u.is&isParticiple != 0 && s.events < 2 && !s.isFieldValue(i):
		return true // nothing else says what happened
	case u.Const[0] == 'S' && strings.HasPrefix(u.Const, "SIG") && capitals(u.Const):
		return true
	}
	key, quoted := s.keyOf(i)
	if key != "" && mask.HoldsText(key) {
		return true
	}
	return !quoted && s.isEvent(i)
}

// isCode is true for a number that is text.
func isCode(w string) bool {
	for k := 0; k < len(w); k++ {
		if w[k] < '0' || w[k] > '9' {
			return false
		}
	}
	return true
}

// isPhrase is true for a run of a script without spaces: several words, or one that
// holds a sentence together.
func isPhrase(w string) bool {
	return strings.ContainsFunc(w, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
	})
}

// keyOf returns the key whose value unit i is, alone, and whether it is in quotes.
func (s *skeleton) keyOf(i int) (key string, quoted bool) {
	k := i - 1
	if k >= 0 && closing[s.units[k].Const] != "" {
		if i+1 == len(s.units) || s.units[i+1].Const != closing[s.units[k].Const] {
			return "", false
		}
		quoted = true
		k--
	}
	if k < 1 || s.units[k].Const != "=" && s.units[k].Const != ":" {
		return "", quoted
	}
	operator := s.units[k].Const
	k--
	if isQuote(s.units[k].Const) {
		k--
	} else if operator == ":" {
		return "", quoted // a colon in text: what is behind is no value
	}
	if k < 0 || s.units[k].Kind != mask.Word {
		return "", quoted
	}
	return s.units[k].Const, quoted
}

func isQuote(c string) bool { return c == `"` || c == "'" || c == "`" }

// closing has the partners of the quotes that open.
var closing = map[string]string{`"`: `"`, "'": "'", "`": "`", "“": "”", "‘": "’", "«": "»", "「": "」", "『": "』", "《": "》"}

// isEvent is true for a word that says what failed, what cannot be done, or what
// something is: it stands behind or before a frame that says so.
func (s *skeleton) isEvent(i int) bool {
	if i+1 < len(s.units) && s.units[i+1].is&isFailure != 0 && s.units[i+1].Space && !s.isNamed(i) {
		return true
	}
	if i == 0 || s.units[i-1].Kind != mask.Word {
		return false
	}
	before := &s.units[i-1]
	return before.is&isBeforeEvent != 0 ||
		before.Const == "to" && i > 1 && s.units[i-2].Kind == mask.Word && s.units[i-2].is&isBeforeTo != 0
}

func (s *skeleton) isFirst(i int) bool {
	for k := range i {
		if u := &s.units[k]; u.Kind != mask.Punct && u.Const != "" {
			return false
		}
	}
	return !s.isBracketed(i)
}

// isKey is true before what makes a word a key or a function.
func (s *skeleton) isKey(i int) bool {
	if i+1 == len(s.units) {
		return false
	}
	next := &s.units[i+1]
	return next.Kind == mask.Punct && !next.Space && (next.Const == "=" || next.Const == "(" || next.Const == ":")
}

// isNamed is true for a word in quotes or brackets, or after a noun that names come
// after, perhaps with a colon or another name between.
func (s *skeleton) isNamed(i int) bool {
	if i == 0 || compounds[s.units[i].Const] {
		return false
	}
	left := &s.units[i-1]
	switch {
	case closing[left.Const] != "":
		key, quoted := s.keyOf(i)
		return quoted && (key == "" || !mask.HoldsMeaning(key))
	case s.isFieldValue(i):
		return true
	case left.Const == ":" && !left.Space && i > 1 && s.units[i].Space, left.isVar() && s.units[i].Space && i > 1:
		left = &s.units[i-2]
	}
	return left.Kind == mask.Word && left.is&isNoun != 0 || s.isBracketed(i)
}

// isPerson is true for a word that can only be the name of a user: in small
// letters, right behind the word user and before a preposition, a mark or the end.
// What is no name there, as in user agent, makes a compound.
func (s *skeleton) isPerson(i int) bool {
	if i < 1 || !s.units[i].Space || s.constants(i) < minContext {
		return false
	}
	u, left := &s.units[i], &s.units[i-1]
	if u.Kind != mask.Word || u.is != 0 || left.Kind != mask.Word || left.Const != "user" && left.Const != "username" && left.Const != "User" ||
		!lower(u.Const) || compounds[u.Const] || isAbstract(u.Const) {
		return false
	}
	if i+1 == len(s.units) {
		return true
	}
	right := &s.units[i+1]
	return right.is&isPreposition != 0 || right.Kind == mask.Punct && (right.Const != "(" && right.Const != "=" && right.Const != ":" || right.Space)
}

// compounds are words that follow a noun in a compound: user agent, device type.
var compounds = map[string]bool{
	"type": true, "status": true, "state": true, "size": true, "count": true, "version": true, "option": true, "options": true,
	"value": true, "format": true, "class": true, "group": true, "manager": true, "system": true, "descriptor": true,
	"agent": true, "input": true, "data": true, "space": true, "mode": true, "interface": true, "profile": true,
	"limit": true, "role": true, "store": true, "pool": true, "list": true, "level": true, "code": true, "token": true,
	"record": true, "table": true, "login": true, "request": true, "defined": true, "password": true, "privileges": true,
}

func isAbstract(w string) bool {
	for _, suffix := range [...]string{"tion", "sion", "ment", "ance", "ence", "ity", "ness", "ings", "ions"} {
		if strings.HasSuffix(w, suffix) {
			return true
		}
	}
	return false
}

// isFieldValue is true for a word behind a field's name and a colon.
func (s *skeleton) isFieldValue(i int) bool {
	if i < 2 || !s.units[i].Space {
		return false
	}
	colon := &s.units[i-1]
	return colon.Const == ":" && !colon.Space && isField(s.units[i-2].Const)
}

// isField is true for a name of a program's, in camel case or with underscores, of
// which the last part says neither a text nor what happened: stationName: suzhou.
func isField(w string) bool {
	for k := len(w) - 1; k > 0; k-- {
		if w[k] == '_' || w[k] >= 'A' && w[k] <= 'Z' && w[k-1] >= 'a' && w[k-1] <= 'z' {
			last := strings.ToLower(strings.TrimLeft(w[k:], "_"))
			return last != "" && !mask.HoldsText(last) && !mask.HoldsMeaning(last) && !mask.IsOutcome(last)
		}
	}
	return false
}

// isThing is true for a plain word that stands where a sentence says what it is
// about, not which one: before a noun ("missing clients data"), before its name
// ("added group <*>"), behind a word that goes with kinds ("no editor found"), or as
// a subject of which only an outcome is said ("image not found").
func (s *skeleton) isThing(i int) bool {
	u := &s.units[i]
	switch {
	case u.Kind != mask.Word || !isPlain(u.Const):
		return false
	case isAbstract(u.Const): // public key encryption has failed
		return true
	case s.isNamed(i):
		return false
	case i > 0 && kindWords[s.units[i-1].Const], s.isFirst(i) && s.isKey(i):
		return true
	}
	if i+1 < len(s.units) && s.units[i+1].Space {
		next := &s.units[i+1]
		switch {
		case next.isVar(), closing[next.Const] != "" && i+2 < len(s.units) && s.units[i+2].isVar():
			return true
		case next.Kind == mask.Word && next.is&^isNoun == 0 && isPlain(next.Const) && lower(next.Const):
			return true
		}
	}
	return s.isFirst(i) && !s.hasOther(i)
}

// hasOther is true when another word than that at i says what a line is about.
func (s *skeleton) hasOther(i int) bool {
	for k := range s.units {
		if u := &s.units[k]; k != i && u.Kind == mask.Word && u.Const != "" && u.is == 0 {
			return true
		}
	}
	return false
}

// isPlain is true for a word of letters alone, in small letters but for the first.
func isPlain(w string) bool {
	for k := range len(w) {
		if c := w[k]; (c < 'a' || c > 'z') && (k > 0 || c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(w) > 1
}

// kindWords go with kinds of things, not with names.
var kindWords = set("no", "No", "missing", "Missing", "unknown", "Unknown", "invalid", "Invalid", "unsupported", "Unsupported",
	"illegal", "Illegal", "bad", "Bad", "duplicate", "Duplicate", "any", "another", "such")

// isForeign is true for a name in Latin letters with an underscore or a dot, in a
// line of a script without spaces: there it is no word of the language.
func (s *skeleton) isForeign(i int) bool {
	u := &s.units[i]
	if u.Kind != mask.Word || u.Const[0] >= utf8.RuneSelf || !strings.ContainsAny(u.Const, "_.") || !lower(u.Const) {
		return false
	}
	for k := range s.units {
		if v := &s.units[k]; v.Kind == mask.Word && v.Const != "" && v.Const[0] >= utf8.RuneSelf && len(v.Const) > utf8.UTFMax && isPhrase(v.Const) {
			return true
		}
	}
	return false
}

// isMeaning is true for a word under a key whose value says what happened.
func (s *skeleton) isMeaning(i int) bool {
	key, _ := s.keyOf(i)
	return key != "" && mask.HoldsMeaning(key)
}

// isBracketed is true for a word that is all that stands between brackets, bars or
// the fields of a header.
func (s *skeleton) isBracketed(i int) bool {
	if i == 0 || i+1 == len(s.units) {
		return false
	}
	switch left, right := s.units[i-1].Const, s.units[i+1].Const; left {
	case "[":
		return right == "]"
	case "|":
		return right == "|"
	case "-":
		return right == "[" && s.units[i].Space
	}
	return false
}

// isObject is true for a word that is all that stands between two prepositions,
// as in for alice from, in a line with several values. After "to" may be a verb,
// and before "of" is a noun.
func (s *skeleton) isObject(i int) bool {
	if i == 0 || i+1 == len(s.units) {
		return false
	}
	before, after := &s.units[i-1], &s.units[i+1]
	return before.is&isPreposition != 0 && before.Const != "to" && after.is&isPreposition != 0 && after.Const != "of" &&
		s.values() >= minValues
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

// lower is true for words without capital letters.
func lower(w string) bool {
	return strings.IndexFunc(w, unicode.IsUpper) < 0
}

// capitals is true for words written as the names of states are, and for codes.
func capitals(w string) bool {
	letters := 0
	for _, r := range w {
		switch {
		case r >= 'A' && r <= 'Z':
			letters++
		case r != '_' && r != '-' && (r < '0' || r > '9'):
			return false
		}
	}
	return letters > 1
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
