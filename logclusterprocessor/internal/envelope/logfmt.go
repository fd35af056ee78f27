// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

// fromLogfmt takes pairs of keys and values off. All of the text must be pairs,
// and one of them must hold a message.
func (s *Splitter) fromLogfmt(text string, e *Envelope) (string, bool) {
	i := run(text, 0, cKey)
	if at(text, i) != '=' {
		return "", false
	}
	e.obj = object{}
	mark := len(e.Items)
	for i = 0; i < len(text); i = run(text, i, cSpace) {
		keyEnd := run(text, i, cKey)
		if keyEnd == i || at(text, keyEnd) != '=' {
			e.Items = e.Items[:mark]
			return "", false
		}
		role := s.keys.role(text[i:keyEnd])
		v, end := pairValue(text, keyEnd+1)
		if role >= roleMessage && v.kind == plain && end > keyEnd+1 && text[keyEnd+1] != '"' {
			end = openText(text, end)
			v.raw = text[keyEnd+1 : end]
			if v.raw[len(v.raw)-1] == ':' { // audit(1772359200.123:42):
				e.Items = e.Items[:mark]
				return "", false
			}
		}
		if end < 0 || end < len(text) && !isSpaceByte(text[end]) {
			e.Items = e.Items[:mark]
			return "", false
		}
		if role != roleNone && v.kind != absent {
			e.obj.field(s, e, role, v, 0)
		}
		i = end
	}
	inner, ok := e.obj.close(s, e)
	if !ok {
		e.Items = e.Items[:mark]
	}
	return inner, ok
}

// pairValue reads the value at i: in quotes, or up to white space.
func pairValue(text string, i int) (value, int) {
	if at(text, i) == '"' && i < len(text) {
		v, end := quoted(text, i)
		if v.kind == absent { // cut off
			v = value{raw: text[i+1:], kind: escaped}
		}
		return v, end
	}
	end := i
	for end < len(text) && !isSpaceByte(text[end]) {
		if text[end] == '"' {
			return value{}, -1
		}
		end++
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
