// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// What stands at the very begin of a text only.

// seconds matches seconds or milliseconds since 1970 before a level.
func (h *header) seconds(i int) int {
	end := run(h.text, i, cDigit)
	if n := end - i; n != 10 && n != 13 {
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
	if end-i != 25 || at(h.text, end) != ' ' {
		return 0
	}
	h.note(Time, h.text[i:end])
	h.sure, h.ends = true, true
	return end
}

// maxColumns is how many columns may stand before a level.
const maxColumns = 12

// seconds since 1970, up to a level or to the time in a line of syslog.
func (h *header) columnsToLevel(i int) int {
	t := h.text
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
	if n := date - i - 1; n != 4 && n != 8 || at(t, date) != ' ' {
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
	if !strings.HasPrefix(h.text[i+1:], ", [") {
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
	if severity == 0 || word-i != 4 || !strings.HasPrefix(t[word:], ": ") {
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
	if severity == 0 || at(t, word) != ':' || class[at(t, word+1)]&cLetter == 0 {
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

// serviceColumn matches what Compose writes before each line.
func (h *header) serviceColumn(i int) int {
	t := h.text
	end := run(t, i, cKey)
	if end == i || class[t[end-1]]&cDigit == 0 || t[run(t, i, cLower|cUpper)] != '-' && strings.IndexByte(t[i:end], '_') < 0 && strings.IndexByte(t[i:end], '-') < 0 {
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
	if !strings.HasPrefix(h.text[i:], "@cee:") {
		return 0
	}
	h.sure, h.ends = true, true
	return i + 5
}

// processAndRole matches a process ID and a role before a time.
func (h *header) processAndRole(i int) int {
	t := h.text
	end := run(t, i, cDigit)
	if at(t, end) != ':' || class[at(t, end+1)]&cUpper == 0 || at(t, end+2) != ' ' {
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

// programAndTime matches a name before date and time.
func (h *header) programAndTime(i int) int {
	t := h.text
	end := run(t, i, cKey)
	if at(t, end) != ' ' || class[at(t, end+1)]&cDigit == 0 {
		return 0
	}
	l, after := timeAt(t, end+1)
	if l == nil || !l.sure || at(t, end+3) == ':' || at(t, after) != ':' && !h.levelNext(after) {
		return 0
	}
	h.program = t[i:end]
	h.note(Program, h.program)
	return end
}
