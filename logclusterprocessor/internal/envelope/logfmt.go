// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

// fromLogfmt takes pairs of keys and values off. All of the text must be pairs,
// and one of them must hold a message.
func (s *Splitter) fromLogfmt(text string, e *Envelope) (string, bool) {
	if at(text, run(text, 0, cKey)) != '=' {
		return "", false
	}
	e.obj = object{}
	mark := len(e.Items)
	if s.pairs(text, e) {
		if inner, ok := e.obj.close(s, e); ok {
			return inner, true
		}
	}
	e.Items = e.Items[:mark]
	return "", false
}

// pairs returns false when not all of text is pairs.
func (s *Splitter) pairs(text string, e *Envelope) bool {
	r := newReader(text)
	for i := 0; i < len(text); i = spaces(text, i) {
		keyEnd := stop(text, i, '=')
		if keyEnd == i || at(text, keyEnd) != '=' {
			return false
		}
		role := s.keys.roleAt(text, i, keyEnd)
		v, end := r.pair(keyEnd + 1)
		if role >= roleMessage && end > keyEnd+1 && text[keyEnd+1] != '"' {
			end = openText(text, end)
			v.raw = text[keyEnd+1 : end]
			if v.raw[len(v.raw)-1] == ':' { // audit(1772359200.123:42):
				return false
			}
		}
		if end < 0 || end < len(text) && !isSpaceByte(text[end]) {
			return false
		}
		if role != roleNone && v.kind != absent && (e.Explain || !role.carrier()) {
			e.obj.field(s, e, role, v, 0)
		}
		i = end
	}
	return true
}

// pair reads the value of a pair at i: in quotes, or up to white space.
func (r *reader) pair(i int) (value, int) {
	text := r.text
	if at(text, i) == '"' && i < len(text) {
		v, end := r.quoted(i)
		if v.kind == absent { // cut off
			v = value{raw: text[i+1:], kind: escaped}
		}
		return v, end
	}
	end := stop(text, i, ' ')
	if at(text, end) == '"' {
		return value{}, -1
	}
	return value{raw: text[i:end], kind: plain}, end
}

// openText returns the end of a message that should have stood in quotes: it goes
// on to the next key.
func openText(text string, end int) int {
	for end < len(text) {
		next := run(text, end, cSpace)
		key := run(text, next, cKey)
		if key > next && at(text, key) == '=' || next >= len(text) {
			return end
		}
		for end = next; end < len(text) && !isSpaceByte(text[end]); {
			end++
		}
	}
	return end
}
