// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// priority matches syslog's priority, and all of a header by RFC 5424.
func (h *header) priority(i int) int {
	t := h.text
	end := run(t, i+1, cDigit)
	n := digits(t[i+1 : end])
	if n < 0 || n > 191 || end > i+4 || at(t, end) != '>' {
		return 0
	}
	version := run(t, end+1, cDigit)
	if version > end+1 && version < end+4 && at(t, version) == ' ' {
		if rest := h.columns(version + 1); rest > 0 {
			h.prioritised(n)
			h.ends, h.empty = true, true
			return rest
		}
	}
	if l, _ := timeAt(t, end+1); l == nil && h.programAt(end+1) == 0 && class[at(t, end+1)]&cLetter == 0 {
		return 0
	}
	h.prioritised(n)
	h.host = true
	return end + 1
}

func (h *header) prioritised(n int) {
	l := syslogLevels[n&7]
	h.setLevel(l.name, l.severity)
	h.sure = true
}

// columns takes time, host, program, process ID, message ID and structured data of
// RFC 5424, each of which may be a dash. It returns their end, or 0.
func (h *header) columns(i int) int {
	t := h.text
	var column [5]string
	for k := range column {
		end := i
		for end < len(t) && end < i+256 && t[end] > ' ' {
			end++
		}
		if end == i || at(t, end) != ' ' {
			return 0
		}
		column[k] = t[i:end]
		i = end + 1
	}
	if l, end := timeAt(column[0], 0); column[0] != "-" && (l == nil || end != len(column[0])) {
		return 0
	}
	switch {
	case at(t, i) == '-':
		i++
	case at(t, i) == '[':
		if i = structured(t, i); i == 0 {
			return 0
		}
	default:
		return 0
	}
	for k, kind := range [...]Kind{Time, Host, Program, Process} {
		if column[k] != "-" {
			h.note(kind, column[k])
		}
	}
	if column[2] != "-" {
		h.program = column[2]
	}
	return blanks(t, i)
}

// structured returns the end of the structured data that begins at i, or 0.
func structured(t string, i int) int {
	quoted := false
	for ; i < len(t); i++ {
		switch t[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ']':
			if !quoted && at(t, i+1) != '[' {
				return i + 1
			}
		}
	}
	return 0
}

// hostAndProgram matches what follows the time in syslog by RFC 3164, or after
// another time when a process ID shows that it is that.
func (h *header) hostAndProgram(i int) int {
	t := h.text
	if !h.has(Time) && !h.host || h.has(Program) || h.count > 2 || h.sep != ' ' && h.sep != 0 || h.has(Level) && !h.host {
		return 0
	}
	if end := h.programAt(i); end > 0 && (h.host || t[end-2] == ']') {
		return h.tagged(i, end)
	}
	host := i
	for host < len(t) && host < i+maxName && (class[t[host]]&(cLetter|cDigit) != 0 || strings.IndexByte(".-_:/", t[host]) >= 0) {
		host++
	}
	if host == i || at(t, host) != ' ' || t[host-1] == ':' {
		return 0
	}
	tag := blanks(t, host)
	if h.host {
		tag = h.facilityAndLevel(tag)
	}
	if end := h.programAt(tag); end > 0 && (h.host || t[end-2] == ']') {
		h.note(Host, t[i:host])
		return h.tagged(tag, end)
	}
	if !h.host || !strings.ContainsAny(t[i:host], digitBytes+".-") || class[t[i]]&cDigit != 0 {
		return 0
	}
	h.note(Host, t[i:host])
	h.ends = true
	return host
}

// facilityAndLevel takes a level, alone or behind a facility, before a program, and
// returns where the program begins; i when there is none.
func (h *header) facilityAndLevel(i int) int {
	t := h.text
	end := i
	for end < len(t) && end < i+maxName && !isSpaceByte(t[end]) {
		end++
	}
	w := t[i:end]
	w = w[strings.LastIndexAny(w, ".:")+1:]
	severity := severityOf(w)
	next := blanks(t, end)
	if severity == 0 || h.programAt(next) == 0 {
		return i
	}
	h.setLevel(w, severity)
	return next
}

func (h *header) tagged(i, end int) int {
	w := h.text[i : end-1]
	h.program = w
	if k := strings.LastIndexByte(w, '['); k > 0 {
		h.program = w[:k]
		h.note(Process, w[k+1:len(w)-1])
	}
	h.note(Program, h.program)
	h.sure, h.ends = true, true
	return end
}

// programAt returns the end of a program's name, its process ID if there is one,
// and a colon at i, or 0.
func (h *header) programAt(i int) int {
	t := h.text
	end := i
	for end < len(t) && end < i+maxName && (class[t[end]]&(cLetter|cDigit) != 0 || strings.IndexByte("._-/()@+", t[end]) >= 0) {
		end++
	}
	if end == i {
		return 0
	}
	if at(t, end) == '[' {
		id := run(t, end+1, cDigit)
		if id == end+1 || at(t, id) != ']' {
			return 0
		}
		end = id + 1
	}
	if at(t, end) != ':' || end+1 < len(t) && !isSpaceByte(t[end+1]) {
		return 0
	}
	return end + 1
}
