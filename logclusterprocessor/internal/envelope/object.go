// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// valueKind says how a value is written.
type valueKind uint8

const (
	absent  valueKind = iota
	plain             // text as it is
	escaped           // text with escapes
	literal           // a number, true, false or null
	nested            // an object or an array
)

// value is a value as it stands in a text, without its quotes.
type value struct {
	raw  string
	kind valueKind
}

// text is the value as text, "" when it says nothing.
func (v value) text(e *Envelope) string {
	switch v.kind {
	case escaped:
		return e.unescape(v.raw)
	case absent:
		return ""
	case literal:
		if v.raw == "null" {
			return ""
		}
	}
	return v.raw
}

// object collects what the fields of an object say.
type object struct {
	message           value
	rank              Role // of the message's key; a nested one counts less
	fault, stack      value
	faultType, saying value
	level             string
	severity          int32
	program           value
	blank             bool // a message is there and says nothing
}

// nestedRank is added to the rank of a message for each wrapper around it.
const nestedRank = 1 << 8

// field notes the value of a key. depth is how many objects are around it.
func (o *object) field(s *Splitter, e *Envelope, role Role, v value, depth int) {
	if role >= roleMessage {
		o.offer(v, role-roleMessage+Role(depth)*nestedRank)
		return
	}
	switch role {
	case roleLevel, roleLevelStep, roleLevelNumber, rolePriority:
		o.setLevel(role, v)
	case roleFault:
		o.fault = first(o.fault, v)
	case roleFaultType:
		o.faultType = first(o.faultType, v)
	case roleFaultText:
		o.saying = first(o.saying, v)
	case roleStack:
		o.stack = first(o.stack, v)
	case roleWrapper:
	default:
		if role == roleProgram && v.kind == plain {
			o.program = first(o.program, v)
		}
		if kind := s.keys.kinds[role]; v.kind != nested {
			e.note(kind, v.raw)
		}
	}
}

// offer takes v for the message if its rank is better. Text stands before what is
// none.
func (o *object) offer(v value, rank Role) {
	switch {
	case v.kind == nested:
		rank += nestedRank * 4
	case v.kind == literal && (v.raw == "null" || v.raw == "true" || v.raw == "false"):
		return
	case spaces(v.raw, 0) == len(v.raw):
		o.blank = true
		return
	}
	if o.message.kind == absent || rank < o.rank {
		o.message, o.rank = v, rank
	}
}

// first returns a, or b when a says nothing.
func first(a, b value) value {
	if a.kind != absent || b.raw == "" || b.kind == literal && class[b.raw[0]]&cDigit == 0 {
		return a
	}
	switch b.raw {
	case "null", "nil", "none", "None", "<nil>", "undefined", "-", "{}", "[]", "true", "false", "0":
		return a
	}
	if b.kind == literal {
		return a
	}
	return b
}

func (o *object) setLevel(role Role, v value) {
	if o.severity > 0 || v.kind == absent || v.kind == nested {
		return
	}
	w := trim(v.raw)
	n, severity := digits(w), int32(0)
	switch {
	case n < 0 && len(w) == 1:
		severity = letterSeverity(w[0])
	case n < 0:
		severity = severityOf(w)
	case role == roleLevelStep:
		severity = stepSeverity(n)
	case role == rolePriority && n < len(syslogLevels):
		w, severity = syslogLevels[n].name, syslogLevels[n].severity
	case role == roleLevelNumber && n <= 24:
		severity = int32(n)
	case role == roleLevel:
		severity = numberSeverity(n)
	}
	if severity > 0 {
		o.level, o.severity = w, severity
	}
}

// close hands over what the object said and returns its message; ok is false when
// it has none.
func (o *object) close(s *Splitter, e *Envelope) (message string, ok bool) {
	e.setLevel(o.level, o.severity)
	if o.message.kind == absent && !o.blank {
		return "", false
	}
	if fault := o.faultLine(s, e); fault != "" {
		e.fault = fault
	} else if o.message.kind == absent {
		return "", false
	}
	if o.program.kind != absent {
		e.Program = o.program.raw
	}
	if o.severity > 0 {
		e.note(Level, o.level)
	}
	return o.message.text(e), true
}

// maxFault is how much of an error is kept, in bytes.
const maxFault = 512

// faultLine is what the fields of an error say in a line.
func (o *object) faultLine(s *Splitter, e *Envelope) string {
	if o.fault.kind == absent && o.stack.kind == absent && o.faultType.kind == absent && o.saying.kind == absent {
		return ""
	}
	kind, saying := o.faultType.text(e), o.saying.text(e)
	if o.fault.kind == nested {
		var inner object
		inner.faultFields(s, o.fault.raw)
		kind, saying = orElse(kind, inner.faultType.text(e)), orElse(saying, inner.saying.text(e))
		if o.stack.kind == absent {
			o.stack = inner.stack
		}
	} else if text := o.fault.text(e); text != "" {
		saying = orElse(saying, head(text))
	}
	saying = line(saying)
	switch {
	case saying == "" && o.stack.kind != absent && o.stack.kind != nested:
		saying = stackHead(o.stack.text(e))
		if saying == "" {
			saying = kind
		}
	case saying == "":
		saying = kind
	case kind != "" && !strings.Contains(saying, kind):
		start := len(e.buf)
		e.buf = append(append(append(e.buf, line(kind)...), ": "...), saying...)
		saying = e.written(start)
	}
	return cut(trim(e.plain(saying)), maxFault)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// line is the first line of text that is not empty.
func line(text string) string {
	text = trim(text)
	if k := strings.IndexByte(text, '\n'); k >= 0 {
		text = text[:k]
	}
	return trim(text)
}

const traceback = "Traceback (most recent call last)"

// head is the line of an error that says what it is: the first, or, in a traceback
// of Python, the last that is not indented.
func head(text string) string {
	text = trim(text)
	if !strings.HasPrefix(text, traceback) {
		return line(text)
	}
	found := ""
	for text != "" {
		row := text
		if k := strings.IndexByte(text, '\n'); k >= 0 {
			row, text = text[:k], text[k+1:]
		} else {
			text = ""
		}
		if row != "" && !isSpaceByte(row[0]) && !strings.HasPrefix(row, traceback) {
			found = row
		}
	}
	return trim(found)
}

// stackHead is the line of a stack trace that names the exception, "" when it has
// frames only.
func stackHead(text string) string {
	row := head(text)
	colon := strings.Index(row, ": ")
	if strings.HasPrefix(row, "at ") || strings.HasPrefix(row, "goroutine ") || strings.HasPrefix(row, "File ") {
		return ""
	}
	name := row
	if colon > 0 {
		name = row[:colon]
	}
	if k := strings.IndexByte(name, ' '); k > 0 && colon < 0 {
		name = name[:k]
	}
	if colon > 0 || faultLike(name) {
		return row
	}
	return ""
}
