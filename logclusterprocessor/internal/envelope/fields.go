// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "unicode/utf8"

// A body that comes as a map goes through Begin, Text or JSON for each of its
// fields whose Role is not zero, and End.

// Begin readies e for the fields of a map.
func (e *Envelope) Begin() {
	e.reset()
	e.obj = object{}
}

// Role returns what the value of a key is for, 0 when it is for nothing.
func (s *Splitter) Role(key string) Role { return s.keys.role(key) }

// Text takes a field that is text.
func (s *Splitter) Text(e *Envelope, role Role, text string) {
	e.obj.field(s, e, role, value{raw: cut(text, s.maxBytes), kind: plain}, 0)
}

// JSON takes a field that is no text, written as JSON. It keeps a copy.
func (s *Splitter) JSON(e *Envelope, role Role, json []byte) {
	start := len(e.buf)
	e.buf = append(e.buf, json...)
	raw := e.written(start)
	r := newReader(raw)
	v, end := r.value(0)
	if end < 0 || v.kind == absent {
		return
	}
	e.obj.field(s, e, role, v, 0)
	s.descend(e, role, v, 0)
}

// End fills e from the fields. It returns false when none of them is a message.
func (s *Splitter) End(e *Envelope) bool {
	message, ok := e.obj.close(s, e)
	if ok {
		s.peel(message, e)
	}
	return ok
}

// Whole makes all of json the message, after End returned false. It keeps a copy.
func (s *Splitter) Whole(e *Envelope, json []byte) {
	start := len(e.buf)
	e.buf = append(e.buf, json[:min(len(json), s.maxBytes+utf8.UTFMax)]...)
	e.finish(e.plain(cut(e.written(start), s.maxBytes)))
}
