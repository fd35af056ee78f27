// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxWrappers is how deep an object may lie that holds the message.
const maxWrappers = 3

// fromJSON takes an object off. A text that breaks off in the middle, as long
// lines do, is read as far as it goes.
func (s *Splitter) fromJSON(text string, e *Envelope) (string, bool) {
	e.obj = object{}
	mark := len(e.Items)
	end := s.fields(text, e, 0)
	if end < 0 || end < len(text) {
		e.Items = e.Items[:mark]
		return "", false
	}
	inner, ok := e.obj.close(s, e)
	if !ok {
		e.Items = e.Items[:mark]
	}
	return inner, ok
}

// fields reads the object that text begins with and returns its end, the text's
// length when the text breaks off, or -1 when it is no JSON.
func (s *Splitter) fields(text string, e *Envelope, depth int) int {
	r := newReader(text)
	i := 1
	for first := true; ; first = false {
		i = spaces(text, i)
		switch {
		case i >= len(text):
			return len(text)
		case text[i] == '}':
			return spaces(text, i+1)
		case text[i] == ',' && !first:
			i = spaces(text, i+1)
		case !first:
			return -1
		}
		if i >= len(text) {
			return len(text)
		}
		if text[i] != '"' {
			return -1
		}
		role, end := s.keys.quotedRole(text, i)
		if end == 0 || end > r.escape {
			if end, _ = r.closeQuote(i + 1); end == 0 {
				return len(text)
			}
			role = s.keys.role(text[i+1 : end-1])
		}
		if i = spaces(text, end); i >= len(text) {
			return len(text)
		}
		if text[i] != ':' {
			return -1
		}
		i = spaces(text, i+1)
		if role == roleNone || role.carrier() && !e.Explain {
			i = r.skip(i)
		} else {
			var v value
			if v, i = r.value(i); i >= 0 && v.kind != absent {
				e.obj.field(s, e, role, v, depth)
				s.descend(e, role, v, depth)
			}
		}
		if i < 0 {
			return -1
		}
	}
}

// descend reads the object under a key that may hold the message.
func (s *Splitter) descend(e *Envelope, role Role, v value, depth int) {
	if v.kind == nested && v.raw[0] == '{' && depth < maxWrappers && (role == roleWrapper || role >= roleMessage) {
		s.fields(v.raw, e, depth+1)
	}
}

// faultFields reads the object of an error, or the first of an array of them.
func (o *object) faultFields(s *Splitter, raw string) {
	if raw[0] == '[' {
		r := newReader(raw)
		v, end := r.value(run(raw, 1, cSpace))
		switch {
		case end < 0 || v.kind == absent:
		case v.kind == nested && v.raw[0] == '{':
			raw = v.raw
		case v.kind == plain || v.kind == escaped:
			o.saying = v
		}
		if raw[0] == '[' {
			return
		}
	}
	r := newReader(raw)
	for i := 1; i < len(raw); {
		i = run(raw, i, cSpace)
		if at(raw, i) == ',' {
			i = run(raw, i+1, cSpace)
		}
		if at(raw, i) != '"' {
			return
		}
		key, end := r.quoted(i)
		i = run(raw, end, cSpace)
		if key.kind == absent || at(raw, i) != ':' {
			return
		}
		v, end := r.value(run(raw, i+1, cSpace))
		if end < 0 {
			return
		}
		if v.kind == plain || v.kind == escaped {
			switch role := s.keys.role(key.raw); {
			case role >= roleMessage || role == roleFaultText || role == roleFault:
				o.saying = first(o.saying, v)
			case role == roleFaultType || key.raw == "type" || key.raw == "name" || key.raw == "class" || key.raw == "kind":
				o.faultType = first(o.faultType, v)
			case role == roleStack:
				o.stack = first(o.stack, v)
			}
		}
		i = end
	}
}

// unescape decodes the escapes of JSON and of Go's quoted strings; others stay.
func (e *Envelope) unescape(raw string) string {
	start := len(e.buf)
	for i := 0; i < len(raw); {
		k := strings.IndexByte(raw[i:], '\\')
		if k < 0 || i+k+1 >= len(raw) {
			e.buf = append(e.buf, raw[i:]...)
			break
		}
		e.buf = append(e.buf, raw[i:i+k]...)
		i += k
		switch b := raw[i+1]; b {
		case '"', '\\', '/', '\'':
			e.buf = append(e.buf, b)
		case 'n', 'r':
			e.buf = append(e.buf, '\n')
		case 't':
			e.buf = append(e.buf, '\t')
		case 'b', 'f':
			e.buf = append(e.buf, ' ')
		case 'u':
			r, n := unicodeEscape(raw[i:])
			if n > 0 {
				e.buf = utf8.AppendRune(e.buf, r)
				i += n
				continue
			}
			e.buf = append(e.buf, '\\', 'u')
		default:
			e.buf = append(e.buf, '\\', b)
		}
		i += 2
	}
	return e.written(start)
}

// unicodeEscape decodes \uXXXX, or two of them that make one rune, and returns
// how many bytes it took, 0 for none.
func unicodeEscape(raw string) (rune, int) {
	r, ok := hex4(raw)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if low, ok := hex4(raw[6:]); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return both, 12
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

func hex4(raw string) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	r := rune(0)
	for _, b := range []byte(raw[2:6]) {
		switch {
		case class[b]&cDigit != 0:
			r = r<<4 | rune(b-'0')
		case class[b]&cHex != 0:
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
