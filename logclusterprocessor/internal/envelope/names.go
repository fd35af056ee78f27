// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// maxName is the length of the longest name of a logger, host or program.
const maxName = 128

// sources are the suffixes of source files.
const sources = " go java kt scala groovy py rb js mjs ts cs fs c cc cpp cxx h hpp rs php pl pm lua ex exs erl swift m mm dart clj sh "

// files are the suffixes of files and units that messages speak of as they do of
// loggers, hosts those of hosts.
const (
	files = " yaml yml json toml conf cfg ini xml properties txt log csv tsv html sql db pem crt key lock tmp service socket target mount timer slice scope device "
	hosts = " com org net io local internal "
)

// suffixIn is true when what follows the last dot of name is one of the words.
func suffixIn(name, words string) bool {
	suffix := name[strings.LastIndexByte(name, '.')+1:]
	if len(suffix) == len(name) || len(suffix) == 0 || len(suffix) > 10 {
		return false
	}
	for k := 0; k < len(words); {
		n := strings.IndexByte(words[k+1:], ' ')
		if n < 0 {
			break
		}
		if words[k+1:k+1+n] == suffix {
			return true
		}
		k += n + 1
	}
	return false
}

// name matches the name of a logger, module or program where something sets it off
// from the message.
func (h *header) name(i int) int {
	t := h.text
	if !h.has(Time) && !h.has(Level) && h.count == 0 || h.has(Level) && h.has(Logger) && h.sep == ' ' {
		return 0
	}
	end := nameEnd(t, i)
	w := t[i:end]
	colon := w[len(w)-1] == ':'
	if colon {
		end--
		w = w[:len(w)-1]
	}
	if w == "" || !h.setOff(w, end, colon) {
		return 0
	}
	h.note(Logger, w)
	h.named = h.has(Level) && h.has(Time)
	return end
}

// nameEnd returns the end of a name at i. Brackets behind a dot belong to it, as in
// Tomcat's C.[Catalina].[localhost].
func nameEnd(t string, i int) int {
	t = t[:min(len(t), i+maxName)]
	end := run(t, i, cName)
	for end > i && at(t, end) == '[' && t[end-1] == '.' {
		end = run(t, end+1, cName|cKey)
		if at(t, end) == ']' {
			end = run(t, end+1, cName)
		}
	}
	return end
}

// setOff is true when what stands around the name w, which ends at end, shows that
// it is no part of the message.
func (h *header) setOff(w string, end int, colon bool) bool {
	t := h.text
	level := h.has(Level)
	next := blanks(t, end)
	if colon {
		next = blanks(t, end+1)
		tag := h.last.name == "level letter" || level && h.dashes == 2 // Ruby: -- shop: text
		return tag || level && next > end+1 && loggerLike(w) || !level && h.sep != ' ' && h.levelNext(next)
	}
	wide := next - end
	switch b := at(t, next); {
	case !level && h.levelNext(end):
		return h.has(Time)
	case h.has(Time) && h.has(Process) && !level && wide > 0 && h.labelNext(next):
		return true
	case b == '-' && wide > 0:
		return at(t, next+1) == ' ' && (level || h.sep == '-' || loggerLike(w))
	case b == '|' && (h.sep == '|' || level):
		return h.sep == '|'
	case b == ':' && wide > 0:
		return level && at(t, next+1) == ' '
	case (b == ',' || b == ';') && wide == 0:
		return level && h.sep == ',' && h.wide == 0
	case b == '[' && wide > 0:
		return level && (loggerLike(w) || upper(w)) || h.bracketLevelNext(next)
	case wide > 0 && t[end] == '\t':
		return level && h.sep == '\t' && b != '{' || h.sep == '\t' && h.levelNext(next)
	case wide >= 2 && level:
		return upper(w) && len(w) > 2 || wide >= 3
	case wide > 0 && level:
		return classLike(w) || strings.Contains(w, "::")
	}
	return false
}

// labelNext is true when an upper-case word and a colon follow at i, as PostgreSQL
// has them in place of a level.
func (h *header) labelNext(i int) bool {
	end := run(h.text, i, cUpper)
	return end > i+3 && strings.HasPrefix(h.text[end:], ": ")
}

// bracketLevelNext is true when the bracket at i begins with a level.
func (h *header) bracketLevelNext(i int) bool {
	end := run(h.text, i+1, cLetter)
	return severityOf(h.text[i+1:end]) > 0
}

// loggerLike is true for a name that is none of a person, a file or an exception:
// com.acme.Orders, nova.compute, Shop::Orders, OrderService.
func loggerLike(w string) bool {
	if class[w[0]]&cLetter == 0 || faultLike(w) {
		return false
	}
	camel := class[w[0]]&cUpper != 0
	if dot := strings.IndexByte(w, '.'); dot >= 0 {
		file := strings.LastIndexByte(w, '.') == dot && suffixIn(w, files)
		return !file && !suffixIn(w, hosts) && strings.IndexByte(w, '@') < 0
	}
	if strings.Contains(w, "::") || strings.IndexByte(w, '/') > 0 || strings.IndexByte(w, '$') > 0 {
		return true
	}
	humps := 0
	for k := 1; k < len(w); k++ {
		switch {
		case class[w[k]]&cUpper != 0 && class[w[k-1]]&cLower != 0:
			humps++
		case class[w[k]]&(cLetter|cDigit) == 0:
			return false
		}
	}
	return camel && humps > 0
}

// faultLike is true for the name of an exception, which belongs to the message.
func faultLike(w string) bool {
	return strings.HasSuffix(w, "Error") || strings.HasSuffix(w, "Exception") || strings.HasSuffix(w, "Failure")
}

// classLike is true for a dotted name whose last or last but one part is a class.
func classLike(w string) bool {
	last := strings.LastIndexByte(w, '.')
	if last <= 0 || last+1 >= len(w) || faultLike(w) || strings.IndexByte(w, '@') >= 0 || strings.IndexByte(w, '/') >= 0 {
		return false
	}
	before := strings.LastIndexByte(w[:last], '.')
	if before <= 0 {
		return false
	}
	return class[w[last+1]]&cUpper != 0 || class[w[before+1]]&cUpper != 0
}

// classAndMethod matches the line that java.util.logging writes before the text.
func (h *header) classAndMethod(i int) int {
	t := h.text
	name := run(t[:min(len(t), i+maxName)], i, cName)
	if !h.has(Time) || h.has(Level) || at(t, name) != ' ' || strings.IndexByte(t[i:name], '.') < 0 {
		return 0
	}
	end := run(t, name+1, cName)
	if at(t, end) == '\r' {
		end++
	}
	if end == name+1 || at(t, end) != '\n' || end+1 >= len(t) {
		return 0
	}
	word := run(t, end+1, cUpper)
	if w := t[end+1 : word]; severityOf(w) > 0 && strings.HasPrefix(t[word:], ": ") {
		h.note(Logger, t[i:name])
		h.setLevel(w, severityOf(w))
		return word
	}
	return 0
}

// position matches file and line.
func (h *header) position(i int) int {
	t := h.text
	if !h.has(Time) && !h.has(Level) {
		return 0
	}
	end := nameEnd(t, i)
	w := t[i:end]
	k := strings.LastIndexByte(w, '#')
	if k > 0 && h.has(Level) && k+1 < len(w) && digits(strings.TrimSuffix(w[k+1:], ":")) >= 0 {
		end = i + k + 1
		end = run(t, end, cDigit)
		h.note(Position, t[i:end])
		return end
	}
	if k = linePosition(w); k == 0 {
		return 0
	}
	h.note(Position, w[:k])
	return i + k
}

// linePosition returns the end of file and line that w begins with, or 0.
func linePosition(w string) int {
	for k := 0; k < len(w); k++ {
		if w[k] != ':' && w[k] != '(' {
			continue
		}
		line := run(w, k+1, cDigit)
		if k == 0 || line == k+1 || !suffixIn(w[:k], sources) {
			return 0
		}
		if w[k] == '(' {
			if at(w, line) != ')' {
				return 0
			}
			return line + 1
		}
		if column := run(w, line+1, cDigit); at(w, line) == ':' && column > line+1 {
			line = column
		}
		return line
	}
	return 0
}

// traceWords begin the names of what a request is known by across programs.
var traceWords = [...]string{"trace", "span", "request", "correlation", "transaction", "x-request"}

// trace matches a labelled ID, or a bare UUID behind a time.
func (h *header) trace(i int) int {
	t := h.text
	if id := identity(t, i); id > 0 {
		if !h.has(Time) || id-i != 36 || !isSpaceByte(at(t, id)) {
			return 0
		}
		h.note(Trace, t[i:id])
		return id
	}
	if class[t[i]]&cLetter == 0 {
		return 0
	}
	end := run(t, i, cLetter)
	for at(t, end) == '_' || at(t, end) == '-' {
		end = run(t, end+1, cLetter)
	}
	known := false
	switch t[i] | 0x20 {
	case 't', 's', 'r', 'c', 'x':
	default:
		return 0
	}
	for _, w := range traceWords {
		known = known || end-i >= len(w) && strings.EqualFold(t[i:i+len(w)], w)
	}
	if b := at(t, end); !known || b != ':' && b != '=' {
		return 0
	}
	start := blanks(t, end+1)
	id := identity(t, start)
	if id == 0 || !isSpaceByte(at(t, id)) && at(t, id) != ',' && at(t, id) != ']' {
		return 0
	}
	h.note(Trace, t[start:id])
	h.sure = true
	return id
}

// identity returns the end of a long hexadecimal ID or a UUID at i, or 0.
func identity(text string, i int) int {
	end, digit, dashes := i, false, 0
	for ; end < len(text); end++ {
		c := class[text[end]]
		if c&cDigit != 0 {
			digit = true
		} else if text[end] == '-' {
			dashes++
		} else if c&cHex == 0 {
			break
		}
	}
	n := end - i
	if !digit || !(dashes == 0 && (n == 16 || n == 32) || dashes == 4 && n == 36) || class[at(text, end)]&cLetter != 0 {
		return 0
	}
	return end
}

// quotedColumn matches a column of CSV in quotes: a time, then a level and names.
func (h *header) quotedColumn(i int) int {
	t := h.text
	n := strings.IndexByte(t[i+1:min(len(t), i+1+maxName)], '"')
	if n <= 0 || at(t, i+n+2) != ',' {
		return 0
	}
	w := t[i+1 : i+1+n]
	end := i + n + 2
	if h.count == 0 {
		l, timeEnd := timeAt(w, 0)
		if l == nil || timeEnd != len(w) {
			return 0
		}
		h.note(Time, w)
		h.sure = true
		return end
	}
	switch severity := severityOf(w); {
	case severity > 0 && !h.has(Level):
		h.setLevel(w, severity)
	case digits(w) >= 0:
		h.note(Process, w)
	case h.has(Level) && !h.has(Logger) && run(w, 0, cName) == len(w):
		h.note(Logger, w)
	default:
		return 0
	}
	return end
}
