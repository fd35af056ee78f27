// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// time matches a time in one of the layouts.
func (h *header) time(i int) int {
	l, end := timeAt(h.text, i)
	if l == nil || h.has(Time) {
		return 0
	}
	h.sure = h.sure || l.sure
	h.host = h.host || l.host
	h.note(Time, h.text[i:end])
	return end
}

// seconds matches seconds or milliseconds since 1970 before a level.
func (h *header) seconds(i int) int {
	end := run(h.text, i, cDigit)
	if n := end - i; h.count > 0 || n != 10 && n != 13 {
		return 0
	}
	if at(h.text, end) == '.' {
		end = run(h.text, end+1, cDigit)
	}
	if !h.levelNext(end) {
		return 0
	}
	h.note(Time, h.text[i:end])
	h.sure = true
	return end
}

// externalTime matches TAI64N.
func (h *header) externalTime(i int) int {
	end := run(h.text, i+1, cHex|cDigit)
	if h.count > 0 || end-i != 25 || at(h.text, end) != ' ' {
		return 0
	}
	h.note(Time, h.text[i:end])
	h.sure, h.ends = true, true
	return end
}

// maxColumns is how many columns may stand before a level.
const maxColumns = 12

// columnsToLevel matches at least four columns that are no words, one of them the
// seconds since 1970, up to a level or to the time in a line of syslog.
func (h *header) columnsToLevel(i int) int {
	t := h.text
	if h.count > 0 {
		return 0
	}
	epoch := false
	for n := 0; n < maxColumns && i < len(t); n++ {
		end := i
		digit, lower := false, false
		for end < len(t) && !isSpaceByte(t[end]) {
			c := class[t[end]]
			digit, lower = digit || c&cDigit != 0, lower || c&cLower != 0
			if c&cName == 0 {
				return 0
			}
			end++
		}
		w := t[i:end]
		l, _ := timeAt(t, i)
		switch {
		case n > 2 && epoch && (severityOf(w) > 0 && upper(w) && len(w) > 2 || l != nil && l.host):
			h.sure = true
			return i
		case w == "" || lower && !digit:
			return 0
		case len(w) == 10 && run(w, 0, cDigit) == 10:
			epoch = true
		}
		i = blanks(t, end)
	}
	return 0
}

// letterAndTime matches all of a header of glog and klog.
func (h *header) letterAndTime(i int) int {
	t := h.text
	date := run(t, i+1, cDigit)
	if n := date - i - 1; h.count > 0 || n != 4 && n != 8 || at(t, date) != ' ' {
		return 0
	}
	l, clock := timeAt(t, date+1)
	if l == nil || at(t, clock) != ' ' {
		return 0
	}
	id := blanks(t, clock)
	idEnd := run(t, id, cDigit)
	pos := blanks(t, idEnd)
	end := run(t, pos, cName)
	if idEnd == id || end == pos || at(t, end) != ']' {
		return 0
	}
	h.setLevel(t[i:i+1], letterSeverity(t[i]))
	h.note(Time, t[i+1:clock])
	h.note(Process, t[id:idEnd])
	h.note(Position, t[pos:end])
	h.sure, h.ends = true, true
	return end + 1
}

// letterAndBracket matches the letter; the bracket is an item of its own.
func (h *header) letterAndBracket(i int) int {
	if h.count > 0 || !strings.HasPrefix(h.text[i+1:], ", [") {
		return 0
	}
	l, _ := timeAt(h.text, i+4)
	if l == nil {
		return 0
	}
	h.sure = true
	return i + 1
}

// levelAndCategory matches a line of .NET's console.
func (h *header) levelAndCategory(i int) int {
	t := h.text
	word := run(t, i, cLower)
	severity := severityOf(t[i:word])
	if h.count > 0 || severity == 0 || word-i != 4 || !strings.HasPrefix(t[word:], ": ") {
		return 0
	}
	name := run(t, word+2, cName)
	if name == word+2 || at(t, name) != '[' {
		return 0
	}
	id := run(t, name+1, cDigit)
	if id == name+1 || at(t, id) != ']' {
		return 0
	}
	end := id + 1
	if at(t, end) == '\r' {
		end++
	}
	if at(t, end) != '\n' || end >= len(t) {
		return 0
	}
	h.setLevel(t[i:word], severity)
	h.note(Logger, t[word+2:name])
	h.sure = true
	return run(t, end, cSpace)
}

// levelNameText matches the default format of Python's logging.
func (h *header) levelNameText(i int) int {
	t := h.text
	word := run(t, i, cUpper)
	severity := severityOf(t[i:word])
	if h.count > 0 || severity == 0 || at(t, word) != ':' || class[at(t, word+1)]&(cLetter) == 0 {
		return 0
	}
	end := word + 1
	for end < len(t) && class[t[end]]&cName != 0 && t[end] != ':' {
		end++
	}
	if at(t, end) != ':' || end+1 >= len(t) {
		return 0
	}
	h.setLevel(t[i:word], severity)
	h.note(Logger, t[word+1:end])
	h.sure, h.ends = true, true
	return end + 1
}

// levelWord matches a word for a level.
func (h *header) levelWord(i int) int {
	t := h.text
	end := run(t, i, cLetter)
	w := t[i:end]
	severity := severityOf(w)
	if severity == 0 || h.has(Level) {
		return 0
	}
	next, all := at(t, end), upper(w)
	switch {
	case h.count == 0 && !all:
		if next == ':' { // error: disk full
			h.level, h.severity = w, severity
		}
		return 0
	case all && len(w) > 2:
		if !isSpaceByte(next) && strings.IndexByte(":|,;[-", next) < 0 {
			return 0
		}
	case !h.has(Time):
		return 0
	case next == ':' || next == '\t' || next == '|' || next == ',' || next == ';':
	case next == ' ':
		if k := blanks(t, end); k < end+2 && !strings.HasPrefix(t[k:], "- ") && at(t, k) != '|' && at(t, k) != '[' {
			return 0
		}
	default:
		return 0
	}
	h.setLevel(w, severity)
	return end
}

// levelLetter matches a single letter between a time and a name.
func (h *header) levelLetter(i int) int {
	t := h.text
	if h.has(Level) || !h.has(Time) || at(t, i+1) != ' ' {
		return 0
	}
	k := blanks(t, i+1)
	end := run(t, k, cName)
	switch next := at(t, end); {
	case at(t, k) == '|' || at(t, k) == '[': // a bar or a bracket follows
	case end > k+1 && t[end-1] == ':' && class[t[k]]&cLetter != 0 && next == ' ': // a tag
	case end > k+2 && upper(t[k:end]) && next == ' ' && (at(t, end+1) == ' ' || at(t, end+1) == '['): // a component
	default:
		return 0
	}
	h.setLevel(t[i:i+1], letterSeverity(t[i]))
	return i + 1
}

// channelAndLevel matches the channel of Monolog.
func (h *header) channelAndLevel(i int) int {
	t := h.text
	dot := run(t, i, cLower|cDigit)
	if !h.has(Time) || at(t, dot) != '.' {
		return 0
	}
	end := run(t, dot+1, cUpper)
	severity := severityOf(t[dot+1 : end])
	if severity == 0 || at(t, end) != ':' {
		return 0
	}
	h.note(Logger, t[i:dot])
	h.setLevel(t[dot+1:end], severity)
	return end
}

// markedLevel matches ##[error].
func (h *header) markedLevel(i int) int {
	if !strings.HasPrefix(h.text[i:], "##[") {
		return 0
	}
	end := run(h.text, i+3, cLetter)
	if end == i+3 || at(h.text, end) != ']' {
		return 0
	}
	w := h.text[i+3 : end]
	h.setLevel(w, severityOf(w))
	h.sure, h.ends = true, true
	return end + 1
}

// angle matches <error> and <0.123.0>.
func (h *header) angle(i int) int {
	t := h.text
	end := run(t, i+1, cLetter|cDigit)
	if w := t[i+1 : end]; at(t, end) == '>' && severityOf(w) > 0 && !h.has(Level) {
		h.setLevel(w, severityOf(w))
		h.sure = true
		return end + 1
	}
	for at(t, end) == '.' {
		end = run(t, end+1, cDigit)
	}
	if h.count == 0 || at(t, end) != '>' || class[at(t, i+1)]&cDigit == 0 {
		return 0
	}
	h.note(Process, t[i+1:end])
	return end + 1
}

// parenthesis matches a thread's name: one word, or several after a bracket.
func (h *header) parenthesis(i int) int {
	t := h.text
	if !h.has(Level) || !h.has(Time) {
		return 0
	}
	end := i + 1
	for end < len(t) && end < i+80 && (class[t[end]]&cName != 0 && t[end] != ')' || t[end] == ' ' && h.last.name == "bracket") {
		end++
	}
	if end == i+1 || at(t, end) != ')' || class[t[i+1]]&cLetter == 0 || at(t, end+1) != ' ' && at(t, end+1) != ':' {
		return 0
	}
	h.note(Process, t[i+1:end])
	return end + 1
}

// stream matches stdout F.
func (h *header) stream(i int) int {
	t := h.text[i:]
	if h.count != 1 || !h.has(Time) || len(t) < 8 || t[:6] != "stdout" && t[:6] != "stderr" || t[6] != ' ' {
		return 0
	}
	if t[7] != 'F' && t[7] != 'P' || len(t) > 8 && t[8] != ' ' {
		return 0
	}
	h.note(Stream, t[:6])
	h.ends, h.empty = true, true
	return i + 8
}

// serviceColumn matches what Compose writes before each line.
func (h *header) serviceColumn(i int) int {
	t := h.text
	end := run(t, i, cKey)
	if h.count > 0 || end == i || class[t[end-1]]&cDigit == 0 || t[run(t, i, cLower|cUpper)] != '-' && strings.IndexByte(t[i:end], '_') < 0 && strings.IndexByte(t[i:end], '-') < 0 {
		return 0
	}
	bar := blanks(t, end)
	if bar == end || at(t, bar) != '|' || at(t, bar+1) != ' ' {
		return 0
	}
	h.note(Stream, t[i:end])
	h.sure, h.ends = true, true
	return bar + 1
}

// cookie matches @cee:, after which JSON comes.
func (h *header) cookie(i int) int {
	if h.count > 0 || !strings.HasPrefix(h.text[i:], "@cee:") {
		return 0
	}
	h.sure, h.ends = true, true
	return i + 5
}

// processAndRole matches a process ID and a role before a time.
func (h *header) processAndRole(i int) int {
	t := h.text
	end := run(t, i, cDigit)
	if h.count > 0 || at(t, end) != ':' || class[at(t, end+1)]&cUpper == 0 || at(t, end+2) != ' ' {
		return 0
	}
	l, after := timeAt(t, end+3)
	if l == nil || at(t, after) != ' ' || at(t, after+2) != ' ' {
		return 0
	}
	switch t[after+1] {
	case '.', '-':
		h.setLevel(t[after+1:after+2], 5)
	case '*':
		h.setLevel(t[after+1:after+2], 10)
	case '#':
		h.setLevel(t[after+1:after+2], 13)
	default:
		return 0
	}
	h.note(Process, t[i:end])
	h.note(Time, t[end+3:after])
	h.sure = true
	return after + 2
}

// processAndThread matches two numbers around a number sign.
func (h *header) processAndThread(i int) int {
	t := h.text
	end := run(t, i, cDigit)
	if !h.has(Time) || at(t, end) != '#' {
		return 0
	}
	thread := run(t, end+1, cDigit)
	if thread == end+1 || at(t, thread) != ':' {
		return 0
	}
	h.note(Process, t[i:thread])
	if strings.HasPrefix(t[thread:], ": *") {
		if k := run(t, thread+3, cDigit); k > thread+3 && at(t, k) == ' ' {
			return k
		}
	}
	return thread
}

// number matches one or two numbers before a level or a bracket.
func (h *header) number(i int) int {
	t := h.text
	end := run(t, i, cDigit)
	if h.count == 0 || end-i > 20 || at(t, end) != ' ' && at(t, end) != '|' {
		return 0
	}
	next := blanks(t, end)
	if second := run(t, next, cDigit); second > next && at(t, second) == ' ' {
		next = blanks(t, second)
	}
	switch {
	case h.levelNext(end) || h.levelNext(next) || h.letterNext(next):
	case strings.HasPrefix(t[next:], "--- "):
	case at(t, next) == '[' && h.last.name == "time":
	case h.sep == '|' && at(t, next) == '|':
	default:
		return 0
	}
	h.note(Process, t[i:end])
	return end
}

// levelNext is true when a level follows at i: an upper-case word, or any in
// brackets.
func (h *header) levelNext(i int) bool {
	t := h.text
	j := blanks(t, i)
	for at(t, j) == '|' || at(t, j) == ',' || at(t, j) == ';' || at(t, j) == '-' && at(t, j+1) == ' ' {
		j = blanks(t, j+1)
	}
	open := at(t, j) == '[' || at(t, j) == '<'
	if open {
		j++
	}
	end := run(t, j, cLetter)
	w := t[j:end]
	if severityOf(w) == 0 {
		return false
	}
	if open {
		return true
	}
	next := at(t, end)
	return upper(w) && len(w) > 2 && (isSpaceByte(next) || strings.IndexByte(":|,;[", next) >= 0)
}

// letterNext is true when a letter for a level follows at i, and a tag.
func (h *header) letterNext(i int) bool {
	t := h.text
	if i >= len(t) || letterSeverity(t[i]) == 0 || at(t, i+1) != ' ' {
		return false
	}
	end := run(t, i+2, cName)
	return end > i+3 && t[end-1] == ':'
}
