// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// maxBracket is the length of the longest bracket of a header.
const maxBracket = 256

// bracket matches a bracket with something of a header in it.
func (h *header) bracket(i int) int {
	t := h.text
	end := closing(t, i)
	if end == 0 {
		return 0
	}
	inside := strings.TrimSpace(t[i+1 : end-1])
	switch {
	case inside == "", inside == "-":
		if h.count == 0 {
			return 0
		}
	case h.bracketTime(inside), h.bracketLevel(inside):
	case h.count == 0 && !h.bracketFirst(inside, end):
		return 0
	case h.bracketID(inside):
	case h.has(Time) && h.has(Level) && !h.has(Logger) && strings.HasPrefix(t[blanks(t, end):], "- "):
		h.note(nameKind(inside), inside)
		h.named = strings.ContainsAny(inside, ".:/@")
	case code(inside) || (h.has(Logger) || h.has(Position) || h.has(Trace)) && !loggerLike(inside) && !strings.ContainsAny(inside, digitBytes):
		return 0
	case linePosition(inside) == len(inside):
		h.note(Position, inside)
	case run(inside, 0, cName|cKey) == len(inside) && class[inside[0]]&(cLetter|cDigit) != 0, strings.IndexByte(inside, ' ') < 0 && strings.IndexByte(inside, ',') > 0:
		h.note(nameKind(inside), inside)
	case h.threadNext(end):
		h.note(Process, inside)
	default:
		return 0
	}
	return end
}

// closing returns the end of the bracket that opens at i, or 0.
func closing(t string, i int) int {
	depth := 0
	for k := i; k < len(t) && k < i+maxBracket; k++ {
		switch t[k] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return k + 1
			}
		case '\n':
			return 0
		}
	}
	return 0
}

// nameKind tells a logger's name from a thread's.
func nameKind(w string) Kind {
	if strings.IndexByte(w, '.') > 0 {
		return Logger
	}
	return Process
}

// bracketFirst is true when a bracket without time or level may begin a header:
// when another item follows at once that does not look like text.
func (h *header) bracketFirst(inside string, end int) bool {
	if uptime(inside) {
		return true
	}
	if strings.IndexByte(inside, ' ') >= 0 {
		return false
	}
	next := blanks(h.text, end)
	if at(h.text, next) == '[' || h.levelNext(next) {
		return true
	}
	l, _ := timeAt(h.text, next)
	return l != nil
}

// bracketTime takes a time, and what stands behind it in the same bracket.
func (h *header) bracketTime(inside string) bool {
	l, end := timeAt(inside, 0)
	if l == nil || h.has(Time) {
		return false
	}
	h.note(Time, inside[:end])
	h.sure = h.sure || l.sure || h.last != nil
	rest := inside[end:]
	for k := 0; k < len(rest); {
		if strings.IndexByte(" :,/|#-", rest[k]) >= 0 {
			k++
			continue
		}
		stop := k
		for stop < len(rest) && strings.IndexByte(" :,/|#", rest[stop]) < 0 {
			stop++
		}
		switch w := rest[k:stop]; {
		case severityOf(w) > 0 && !h.has(Level):
			h.setLevel(w, severityOf(w))
			h.sure = true
		case digits(w) >= 0:
			h.note(Process, w)
		default:
			h.note(nameKind(w), w)
		}
		k = stop
	}
	return true
}

// bracketLevel takes a level, alone or with a module.
func (h *header) bracketLevel(inside string) bool {
	if h.has(Level) {
		return false
	}
	if severity := severityOf(inside); severity > 0 {
		h.setLevel(inside, severity)
		h.sure = true
		return true
	}
	k := strings.IndexByte(inside, ':')
	if k < 0 {
		k = strings.IndexByte(inside, '/')
	}
	if k <= 0 || strings.IndexByte(inside, ' ') >= 0 {
		return false
	}
	a, b := inside[:k], inside[k+1:]
	switch {
	case severityOf(b) > 0:
		a, b = b, a
	case severityOf(a) == 0 || !upper(a) && !h.has(Time):
		return false
	}
	h.setLevel(a, severityOf(a))
	h.note(Logger, b)
	h.sure = h.sure || h.has(Time) || upper(a)
	return true
}

// bracketID takes numbers and IDs, bare or after their name.
func (h *header) bracketID(inside string) bool {
	switch {
	case uptime(inside):
		h.note(Time, inside)
		h.sure = true
		return true
	case strings.HasPrefix(inside, "req-"):
		h.note(Trace, inside)
		return true
	case identity(inside, 0) == len(inside):
		h.note(Trace, inside)
		return true
	case run(inside, 0, cDigit|cHex) == len(inside) && class[inside[0]]&cDigit != 0:
		h.note(Process, inside)
		return true
	case strings.HasSuffix(inside, "s") && decimals(inside[:len(inside)-1]) > 0:
		h.note(Time, inside)
		return true
	}
	label := run(inside, 0, cLower)
	if b := at(inside, label); b != ' ' && b != ':' && b != '=' {
		return false
	}
	switch inside[:label] {
	case "pid", "tid", "thread", "client", "remote", "conn", "myid":
		h.note(Process, inside)
		return h.count > 0
	}
	return false
}

// threadNext is true when what follows a bracket of several words shows that they
// are a thread's name: a level, or the name of a logger.
func (h *header) threadNext(i int) bool {
	t := h.text
	if !h.has(Time) && !h.has(Level) {
		return false
	}
	i = blanks(t, i)
	if !h.has(Level) && h.levelNext(i) {
		return true
	}
	end := run(t[:min(len(t), i+maxName)], i, cName)
	if end == i || class[t[i]]&cLetter == 0 {
		return false
	}
	w := strings.TrimSuffix(t[i:end], ":")
	after := blanks(t, end)
	return classLike(w) || after > end && (strings.HasPrefix(t[after:], "- ") || strings.HasPrefix(t[after:], ": "))
}

// uptime is true for the seconds since the start of a kernel.
func uptime(w string) bool { return decimals(w) > 0 }

// decimals returns the number of digits behind the dot of a number, 0 for others.
func decimals(w string) int {
	dot := run(w, 0, cDigit)
	if dot == 0 || at(w, dot) != '.' || run(w, dot+1, cDigit) != len(w) {
		return 0
	}
	return len(w) - dot - 1
}

// code is true for the code of a message, MY-010914 or AH00124: it says what
// happened.
func code(w string) bool {
	letters := run(w, 0, cUpper)
	k := letters
	if at(w, k) == '-' {
		k++
	}
	return letters >= 2 && len(w) >= k+3 && run(w, k, cDigit) == len(w)
}
