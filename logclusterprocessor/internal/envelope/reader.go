// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// reader reads the values of JSON from the left to the right.
type reader struct {
	text string
	// escape is where the next backslash is, as of the last string: most texts have
	// none, and their strings end at the next quote.
	escape int
}

func newReader(text string) reader { return reader{text, nextEscape(text, 0)} }

// value reads the value that begins at i. An end of -1 says that there is none; a
// value that the text's end cuts off is absent, unless it is text.
func (r *reader) value(i int) (value, int) {
	text := r.text
	if i >= len(text) {
		return value{}, len(text)
	}
	switch b := text[i]; {
	case b == '"':
		v, end := r.quoted(i)
		if v.kind == absent { // cut off
			v = value{raw: strings.TrimRight(text[i+1:], `\`), kind: escaped}
		}
		return v, end
	case b == '{' || b == '[':
		end := r.balanced(i)
		if end < 0 {
			return value{}, len(text)
		}
		return value{raw: text[i:end], kind: nested}, end
	case class[b]&(cDigit|cLower) != 0 || b == '-' || b == 'N':
		end := i + 1
		for end < len(text) && (class[text[end]]&(cDigit|cLetter) != 0 || text[end] == '.' || text[end] == '-' || text[end] == '+') {
			end++
		}
		return value{raw: text[i:end], kind: literal}, end
	}
	return value{}, -1
}

// skip returns the end of the value that begins at i, or -1.
func (r *reader) skip(i int) int {
	if i < len(r.text) && r.text[i] == '"' {
		if end, _ := r.closeQuote(i + 1); end > 0 {
			return end
		}
		return len(r.text)
	}
	_, end := r.value(i)
	return end
}

// quoted reads the string in the quotes that open at i. Without a closing quote it
// is absent.
func (r *reader) quoted(i int) (value, int) {
	end, kind := r.closeQuote(i + 1)
	if end == 0 {
		return value{}, len(r.text)
	}
	return value{r.text[i+1 : end-1], kind}, end
}

// closeQuote returns the end of the string that began before i, with its quote, or
// 0, and whether there are escapes in it.
func (r *reader) closeQuote(i int) (int, valueKind) {
	if i > len(r.text) {
		return 0, plain
	}
	k := strings.IndexByte(r.text[i:], '"')
	if k < 0 {
		return 0, plain
	}
	if end := i + k + 1; end <= r.escape {
		return end, plain
	}
	return r.closeEscaped(i)
}

// closeEscaped is closeQuote for what follows an escape or holds one.
func (r *reader) closeEscaped(i int) (int, valueKind) {
	text := r.text
	if r.escape < i {
		r.escape = nextEscape(text, i)
	}
	kind := plain
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1, kind
		case '\\':
			kind = escaped
			i++
		}
	}
	return 0, kind
}

func nextEscape(text string, i int) int {
	if k := strings.IndexByte(text[i:], '\\'); k >= 0 {
		return i + k
	}
	return len(text)
}

// balanced returns the end of the object or array that begins at i, or -1.
func (r *reader) balanced(i int) int {
	depth := 0
	for ; i < len(r.text); i++ {
		switch r.text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			end, _ := r.closeQuote(i + 1)
			if end == 0 {
				return -1
			}
			i = end - 1
		}
	}
	return -1
}
