// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// quotedName returns the end of the name in the quotes that open at i, or 0: one
// word that is no key. Numbers, dots and underscores show that it is no part of the
// language, and so does what stands before: user 'bob', the index "orders".
func (s *scanner) quotedName(i int) int {
	q, named, upper := s.text[i], false, true
	if s.keyed() {
		return 0
	}
	for j := i + 1; j < len(s.text) && j < i+maxWord; j++ {
		b := s.text[j]
		switch {
		case b == q:
			if j+1 < len(s.text) && (s.text[j+1] == ':' && q == '"' && !s.space || s.text[j+1] == '=') {
				return 0
			}
			if named || !upper && !isEnd[s.text[i+1:j]] && s.introduced(s.text[i+1:j]) {
				return j
			}
			return 0
		case class[b]&cDigit != 0, b == '_', b == '.':
			named, upper = true, false
		case class[b]&(cLetter|cHigh) == 0 && b != '-':
			return 0
		case b >= 'a' && b <= 'z':
			upper = false
		}
	}
	return 0
}

// isEnd has the words in quotes that say which of two ends is meant: no valid
// revision range 'end'; missing 'start' attribute.
var isEnd = map[string]bool{
	"start": true, "end": true, "begin": true, "first": true, "last": true, "from": true, "to": true, "in": true, "out": true,
	"input": true, "output": true, "source": true, "target": true, "min": true, "max": true, "left": true, "right": true,
}

// keyed is true right after the operator of a key whose value is text or tells what
// happened.
func (s *scanner) keyed() bool {
	n := len(s.tokens)
	if n == 0 || s.tokens[n-1].Kind != Punct {
		return false
	}
	if b := s.text[s.tokens[n-1].Start]; b != '=' && b != ':' {
		return false
	}
	_, known := s.key()
	return known&(lexMessage|lexMeaning) != 0
}

// introduced is true when the quoted word w comes after a word that does not make
// it what is done, or what became of something.
func (s *scanner) introduced(w string) bool {
	n := len(s.tokens)
	if n == 0 || !s.space || lexLookup(hashString(w))&lexOutcome != 0 {
		return false
	}
	t := &s.tokens[n-1]
	if t.Kind == Punct && n > 1 && s.text[t.Start] == ':' && t.End == t.Start+1 && !t.Space {
		t = &s.tokens[n-2]
	}
	if t.Kind != Word {
		return false
	}
	switch before := s.text[t.Start:t.End]; before {
	case "to", "not", "cannot", "is", "was", "as", "be":
		return false
	default:
		return class[before[0]]&cLetter != 0 && keyClass(before)&(lexMeaning|lexMessage) == 0 || keyClass(before)&lexOutcome != 0
	}
}

// quotedProduct returns the end of the quoted text that opens at i with a product
// and its version, as user agents do, or 0. "-" says that there is none.
func (s *scanner) quotedProduct(i int) int {
	if strings.HasPrefix(s.text[i+1:], "-\"") {
		return i + 2
	}
	for j := i + 1; j+1 < len(s.text) && j < i+maxWord; j++ {
		b := s.text[j]
		if b == '/' && j > i+1 && class[s.text[j+1]]&cDigit != 0 {
			if end := strings.IndexByte(s.text[j:min(len(s.text), i+maxValue)], '"'); end > 0 {
				return j + end
			}
			return 0
		}
		if class[b]&cWord == 0 && b != '-' && b != '.' {
			return 0
		}
	}
	return 0
}

// method emits the HTTP method text[i:j] when a path or a URL follows.
func (s *scanner) method(i, j int) bool {
	rest := s.text[j:]
	if !strings.HasPrefix(rest, " /") && !strings.HasPrefix(rest, " http") {
		return false
	}
	s.add(varHash, Var, i, i, j).rule = placeRule
	s.request = len(s.tokens)
	return true
}

// host emits the word or name text[i:j] as a host when it stands between the time
// that a line begins with and a program, as in syslog: alpha sshd[7]: or alpha su:
func (s *scanner) host(i, j int) bool {
	if len(s.tokens) != 1 || !s.space || s.tokens[0].Kind != Var || s.tokens[0].Start != 0 || j >= len(s.text) || s.text[j] != ' ' {
		return false
	}
	k := s.program(j + 1)
	if k == 0 {
		// A level may stand between.
		for k = j + 1; k < len(s.text) && k < j+12 && class[s.text[k]]&cLetter != 0; k++ {
		}
		if k == j+1 || k == len(s.text) || s.text[k] != ' ' || s.program(k+1) == 0 {
			return false
		}
	}
	if !isTime(s.text[:s.tokens[0].End]) {
		return false
	}
	s.add(varHash, Var, i, i, j).rule = placeRule
	return true
}

// program returns the end of the name of a program that begins at i, before its
// process ID or a colon, or 0.
func (s *scanner) program(i int) int {
	k := i
	for k < len(s.text) && k < i+maxWord && (class[s.text[k]]&cWord != 0 || s.text[k] == '-' || s.text[k] == '/' || s.text[k] == '.') {
		k++
	}
	if k == i || k+1 >= len(s.text) || class[s.text[i]]&cLetter == 0 {
		return 0
	}
	if s.text[k] == '[' && class[s.text[k+1]]&cDigit != 0 || s.text[k] == ':' && s.text[k+1] == ' ' {
		return k
	}
	return 0
}

// elementText takes the text of an XML element, from right after the '>' of its
// tag, when that is one value.
func (s *scanner) elementText(i int) int {
	for j := i; j+1 < len(s.text) && j < i+maxWord; j++ {
		b := s.text[j]
		if class[b]&(cSpace|cNewline) != 0 {
			return i
		}
		if b != '<' {
			continue
		}
		if j == i || s.text[j+1] != '/' {
			return i
		}
		if w := s.text[i:j]; isCount(w) && s.eventID() {
			s.heed(i, j)
			s.add(hashString(w), Word, i, j, j)
		} else if !tells(0, w) {
			s.emitVar(i, i, j)
		} else {
			return i
		}
		return j
	}
	return i
}

// eventID is true right after a tag or key whose number says what happened.
func (s *scanner) eventID() bool {
	if len(s.tokens) < 2 {
		return false
	}
	t := &s.tokens[len(s.tokens)-2]
	switch s.text[t.Start:t.End] {
	case "EventID", "EventCode", "event_id", "EventId":
		return true
	}
	return false
}
