// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// Numbers and codes that say what happened are text: the class of an HTTP status,
// whether an exit code is 0, ORA-00942.

// isCount is true for digits alone.
func isCount(w string) bool {
	for k := 0; k < len(w); k++ {
		if class[w[k]]&cDigit == 0 {
			return false
		}
	}
	return w != ""
}

// telling emits the number text[i:j] when it tells how something ended: exit for
// what a process returned, any when the key or the word before it says that much.
// Which digits it has is heeded.
func (s *scanner) telling(i, j int, exit, any bool) bool {
	switch {
	case j-i == 1 && (exit || any):
		s.heed(i, j)
		if s.text[i] != '0' {
			return false
		}
		s.add(hashString("0"), Word, i, j, j)
		return true
	case j-i == 3 && !exit:
		s.heed(i, i+1)
		if s.text[i] < '1' || s.text[i] > '5' {
			return false
		}
		rule := s.rule
		s.rule = classRule
		s.emitVar(i, i+1, j)
		s.rule = rule
		return true
	}
	return false
}

// status emits the number text[i:j] when what stands before it makes it the status
// of a response or of a process: "GET /a HTTP/1.1" 503, exited with code 0.
func (s *scanner) status(i, j int) bool {
	n := len(s.tokens)
	if n == 0 || j-i != 1 && j-i != 3 {
		return false
	}
	if j-i == 3 && s.afterRequest() {
		return s.telling(i, j, false, false)
	}
	words, last := 0, statusWord(0)
	for k := n - 1; k >= 0 && k >= n-6 && words < 4; k-- {
		t := &s.tokens[k]
		if t.Kind == Punct && words == 0 {
			if b := s.text[t.Start]; b == ':' || b == '=' || b == '(' {
				continue
			}
		}
		if t.Kind != Word {
			return false
		}
		w := statusWords[s.text[t.Start:t.End]]
		words++
		switch {
		case w == aProcess:
			return s.telling(i, j, true, false)
		case words == 1 && w == 0:
			return false
		case words == 1:
			last = w
			if w == aResponse {
				return !s.counts(j) && s.telling(i, j, false, false)
			}
		case w != 0 && w != aCode:
			return s.telling(i, j, false, false)
		}
	}
	return last == aStatus && !s.counts(j) && s.telling(i, j, false, false)
}

// statusWord is what a word before a number says of it.
type statusWord uint8

const (
	aCode     statusWord = 1 + iota // code 0: of what, the words before say
	aStatus                         // status 404
	aResponse                       // returned 503
	aProcess                        // exit code 137
)

var statusWords = func() map[string]statusWord {
	m := map[string]statusWord{}
	for w, words := range map[statusWord]string{
		aCode: "code", aStatus: "status", aResponse: "returned responded http response",
		aProcess: "exit exited exits exiting return",
	} {
		for _, word := range strings.Fields(words) {
			m[word], m[strings.ToUpper(word)], m[strings.ToUpper(word[:1])+word[1:]] = w, w, w
		}
	}
	return m
}()

// afterRequest is true right behind an HTTP request or its version.
func (s *scanner) afterRequest() bool {
	k := len(s.tokens) - 1
	if t := &s.tokens[k]; t.Kind == Punct && s.text[t.Start] == '"' {
		k--
	}
	if k < 0 || s.tokens[k].Kind != Var {
		return false
	}
	t := &s.tokens[k]
	return s.request > 0 && k == s.request || s.text[t.Start:t.Prefix] == "HTTP/"
}

// counts is true when a word in small letters follows at j that a number counts.
func (s *scanner) counts(j int) bool {
	if j+1 >= len(s.text) || s.text[j] != ' ' || s.text[j+1] < 'a' || s.text[j+1] > 'z' {
		return false
	}
	word, _, _ := strings.Cut(s.text[j+1:min(len(s.text), j+9)], " ")
	switch word {
	case "for", "in", "after", "from", "on", "with", "to", "at", "and", "while", "when":
		return false
	}
	return true
}

// code is true when text[i:j] is a code that heads a message, or stands in brackets
// or after the name of its kind: ORA-00942: no such table, [MY-010914],
// SQLSTATE[42P01].
func (s *scanner) code(i, j int) bool {
	n := len(s.tokens)
	if n > 0 && s.sqlState(i, j) {
		return true
	}
	if j >= len(s.text) || s.text[j] != ':' && s.text[j] != ']' || n > 0 && s.tokens[n-1].Kind != Punct {
		return false
	}
	if s.text[j] == ']' && (n == 0 || s.text[s.tokens[n-1].Start] != '[' || s.space) || s.port(j) && s.text[i] != 'O' {
		return false
	}
	k, plain := i, false
	for k < j && s.text[k] >= 'A' && s.text[k] <= 'Z' {
		plain = plain || class[s.text[k]]&cNonHex != 0
		k++
	}
	letters := k - i
	if letters < 2 || letters > 8 || !plain {
		return false
	}
	need := 4
	if s.text[k] == '-' {
		k++
		need = 3
	}
	d := k
	for k < j && class[s.text[k]]&cDigit != 0 {
		k++
	}
	if k < j && k-d >= need && s.text[k] >= 'A' && s.text[k] <= 'Z' {
		k++
	}
	return k == j && k-d >= need && k-d <= 8
}

// sqlState is true for the five letters and digits behind SQLSTATE.
func (s *scanner) sqlState(i, j int) bool {
	if j-i != 5 {
		return false
	}
	k := len(s.tokens) - 1
	if s.tokens[k].Kind == Punct {
		k--
	}
	return k >= 0 && s.tokens[k].Kind == Word && strings.EqualFold(s.text[s.tokens[k].Start:s.tokens[k].End], "sqlstate")
}
