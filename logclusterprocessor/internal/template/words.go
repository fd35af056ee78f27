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
	if u.Kind == mask.Var {
		return u.Placeholder == "xx" // the class of a status
	}
	switch {
	case u.Const == "": // of a damaged record
		return true
	case u.Const[0] >= utf8.RuneSelf && isPhrase(u.Const), state(u.Const), levels[strings.ToLower(u.Const)], isCode(u.Const):
		return true
	case participle(u.Const) && !s.elsewhere(i):
		return true
	case strings.HasPrefix(u.Const, "SIG") && capitals(u.Const):
		return true
	}
	key, quoted := s.keyOf(i)
	if key != "" && mask.HoldsText(key) {
		return true
	}
	return !quoted && s.isEvent(i)
}

// elsewhere is true when another word than unit i says what happened.
func (s *skeleton) elsewhere(i int) bool {
	for k := range s.units {
		if u := &s.units[k]; k != i && u.Kind == mask.Word && (participle(u.Const) || mask.IsOutcome(u.Const)) {
			return true
		}
	}
	return false
}

// isCode is true for a number that is text.
func isCode(w string) bool { return strings.Trim(w, "0123456789") == "" }

// isPhrase is true for a run of a script without spaces that is more than a name.
func isPhrase(w string) bool {
	n := 0
	for _, r := range w {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			n++
		}
	}
	return n >= minPhrase
}

const minPhrase = 2

// keyOf returns the key whose value unit i is, alone, and whether it is in quotes.
func (s *skeleton) keyOf(i int) (key string, quoted bool) {
	k := i - 1
	if k >= 0 && isQuote(s.units[k].Const) {
		if i+1 == len(s.units) || s.units[i+1].Const != s.units[k].Const {
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

// isEvent is true for a word that says what failed, what cannot be done, or what
// something is: it stands behind or before a frame that says so.
func (s *skeleton) isEvent(i int) bool {
	if i+1 < len(s.units) && failures[s.units[i+1].Const] && s.units[i+1].Space && !s.isNamed(i) {
		return true
	}
	if i == 0 || s.units[i-1].Kind != mask.Word {
		return false
	}
	switch before := strings.ToLower(s.units[i-1].Const); {
	case eventAfter[before]:
		return true
	case before == "to":
		return i > 1 && s.units[i-2].Kind == mask.Word && eventAfterTo[strings.ToLower(s.units[i-2].Const)]
	}
	return false
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
	if i == 0 {
		return false
	}
	left := &s.units[i-1]
	switch {
	case isQuote(left.Const):
		key, quoted := s.keyOf(i)
		return quoted && (key == "" || !mask.HoldsMeaning(key))
	case left.Const == ":" && !left.Space && i > 1 && s.units[i].Space, left.isVar() && s.units[i].Space && i > 1:
		left = &s.units[i-2]
	}
	return left.Kind == mask.Word && isNoun(left.Const) || s.isBracketed(i)
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

// isNoun is true for a word after which a name is likely.
func isNoun(w string) bool {
	if w != "" && w[0] >= utf8.RuneSelf {
		for _, n := range hanNouns {
			if strings.HasSuffix(w, n) {
				return true
			}
		}
		return false
	}
	return nouns[strings.ToLower(w)]
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

// nouns are words after which a name is likely: session closed for user alice.
var nouns = set(`user username host hostname port node domain client server group device file directory path
	database table topic queue service process thread session task job container image pod namespace volume
	interface address id name named key class module package account`)

// hanNouns are the same in Chinese: 用户alice登录系统.
var hanNouns = strings.Fields("用户 主机 节点 表 数据库 服务 服务器 队列 任务 容器 实例 集群 分区 文件 接口 应用 租户 账号 域名 主题")

var prepositions = set("for from to by of on in at as via with into")

// Frames: the word behind one of eventAfter (cannot open), behind eventAfterTo and
// "to" (failed to open), and before one of failures (upload failed) is the event.
var (
	eventAfter = set(`cannot can't couldn't didn't doesn't don't won't isn't wasn't not never must should shall be is
		was are were been while`)
	eventAfterTo = set(`failed fail fails failing failure unable able trying tried tries try attempted attempting
		attempt attempts refused refuses about error unwilling`)
	failures = set("failed fails failure succeeded")
)

// levels of severity: [error] #42.
var levels = set("trace debug info notice warn warning error err crit critical alert emerg fatal severe")

// state is true for words that say what became of something or relate words to
// each other: never names.
func state(w string) bool {
	if prepositions[w] || mask.IsOutcome(w) {
		return true
	}
	return states[strings.ToLower(w)]
}

// participle is true for words that look as if they said what happened.
func participle(w string) bool {
	return len(w) > 4 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing")) && !strings.Contains(w, ".")
}

var states = set(`start stop begin end close read write success on off yes no none not is was are were has had will
	can cannot does did be been and or but the a an already before after left right in out idle busy shutdown
	startup starts stops exists fails reset put set get add exit enter full empty true false`)

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

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
