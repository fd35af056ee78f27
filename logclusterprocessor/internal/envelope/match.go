// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// time matches a time in one of the layouts.
func (h *header) time(i int) int {
	if h.has(Time) {
		return 0
	}
	l, end := timeAt(h.text, i)
	if l == nil {
		return 0
	}
	h.sure = h.sure || l.sure
	h.host = h.host || l.host
	h.note(Time, h.text[i:end])
	return end
}

// columnsToLevel matches at least four columns that are no words, one of them the
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
	if end == i+1 || at(t, end) != ')' || class[t[i+1]]&cLetter == 0 || at(t, end+1) != ' ' {
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
