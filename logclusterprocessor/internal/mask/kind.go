// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"strings"
	"unicode/utf8"
)

// Any is the placeholder of text whose kinds disagree, or of no known kind.
const Any = "<*>"

// Placeholder names the variable text of t, a Var of this line: "<num>".
func (l *Line) Placeholder(t *Token) string {
	switch {
	case t.rule == stackRule:
		return "<stack>"
	case t.rule == classRule:
		return "xx"
	case t.rule == placeRule:
		return placeholder(l.Text[t.Prefix:t.End])
	case t.rule > 0:
		return "<" + l.masker.rules[t.rule-1].name + ">"
	}
	return placeholder(l.Text[t.Prefix:t.End])
}

// Parameters appends the variable text of the line, in order, to dst. Quotes
// around a value are left out.
func (l *Line) Parameters(dst []string) []string {
	for i := range l.Tokens {
		t := &l.Tokens[i]
		if t.Kind != Var {
			continue
		}
		v := l.Text[t.Prefix:t.End]
		if t.rule == classRule {
			v = l.Text[t.Start:t.End]
		}
		if quoted(v) {
			v = v[1 : len(v)-1]
		}
		dst = append(dst, v)
	}
	return dst
}

// String shows the masked line: constant text as it is, with placeholders.
func (l *Line) String() string {
	var b strings.Builder
	for i := range l.Tokens {
		t := &l.Tokens[i]
		if t.Space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(l.Text[t.Start:t.Prefix])
		if t.Kind == Var {
			b.WriteString(l.Placeholder(t))
		}
	}
	return b.String()
}

func quoted(v string) bool {
	return len(v) >= 2 && v[0] == v[len(v)-1] && isQuote(v[0])
}

// placeholder finds the kind of variable text by how it is written.
func placeholder(v string) string {
	if quoted(v) {
		if inner := placeholder(v[1 : len(v)-1]); inner != Any && inner != "<id>" {
			return inner
		}
		return "<str>"
	}
	if v == "" {
		return Any
	}
	var f features
	f.scan(v)
	switch {
	case strings.Contains(v, "://"):
		return "<url>"
	case v[0] == '<' && f.digits && isQuantity(v[1:]):
		return "<num>"
	case v[0] == '[' || v[0] == '{' || v[0] == '(' || v[0] == '<' && f.spaces:
		return Any
	case isUUID(v):
		return "<uuid>"
	case isMAC(v):
		return "<mac>"
	case isIP(v):
		return "<ip>"
	case isProduct(v):
		return Any
	case f.at > 0 && f.letters && f.slashes == 0:
		return "<email>"
	case isDigest(v):
		return "<hex>"
	case strings.HasPrefix(v, "0x") || strings.HasPrefix(v, "0X"):
		return "<hex>"
	case f.colons > 0 && f.digits && isTime(v), isDate(v):
		return "<time>"
	case v[0] == '/' || v[0] == '~' || strings.HasPrefix(v, "./") || strings.HasPrefix(v, "../") ||
		len(v) > 2 && v[1] == ':' && (v[2] == '\\' || v[2] == '/') || f.slashes > 0 && f.letters:
		return "<path>"
	case f.hexOnly && isIDLength(len(v)):
		if f.letters {
			return "<hex>"
		}
		return Any // an ID in hexadecimal that happens to have no letter, or a number
	case f.digits && isQuantity(v):
		return "<num>"
	case f.hexOnly && f.digits && len(v) >= 6 || f.hexOnly && len(v) >= 8:
		return "<hex>"
	case f.digits && f.letters && !f.spaces && f.dots == 0:
		return "<id>"
	}
	return Any
}

// features counts what a value is written with.
type features struct {
	letters, digits, spaces, hexOnly bool
	dots, colons, slashes, at        int
}

func (f *features) scan(v string) {
	f.hexOnly = true
	for k := 0; k < len(v); k++ {
		c := class[v[k]]
		switch {
		case c&cDigit != 0:
			f.digits = true
		case c&cLetter != 0:
			f.letters = true
			f.hexOnly = f.hexOnly && c&cNonHex == 0
		case c&(cSpace|cNewline) != 0:
			f.spaces = true
		case c&cHigh != 0:
			f.letters, f.hexOnly = true, false
		}
		switch v[k] {
		case '.':
			f.dots++
		case ':':
			f.colons++
		case '/', '\\':
			f.slashes++
		case '@':
			f.at++
		}
		if c&cWord == 0 {
			f.hexOnly = false
		}
	}
}

func isUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for k := 0; k < len(v); k++ {
		if k == 8 || k == 13 || k == 18 || k == 23 {
			if v[k] != '-' {
				return false
			}
		} else if !isHex(v[k]) {
			return false
		}
	}
	return true
}

// isMAC is true for at least six pairs of hexadecimal digits with colons between.
func isMAC(v string) bool {
	if len(v) < 17 || len(v)%3 != 2 {
		return false
	}
	for k := 0; k < len(v); k++ {
		if k%3 == 2 && v[k] != ':' || k%3 != 2 && !isHex(v[k]) {
			return false
		}
	}
	return true
}

// isIDLength is true for how long IDs and digests in hexadecimal are.
func isIDLength(n int) bool { return n == 16 || n == 32 || n == 40 || n == 64 }

// isProduct is true for a product and its version, as in curl/8.5.0, and what
// follows them.
func isProduct(v string) bool {
	k := 0
	for k < len(v) && (class[v[k]]&cWord != 0 || v[k] == '-' || v[k] == '.') {
		k++
	}
	d := k + 1
	for d < len(v) && (class[v[d]]&cDigit != 0 || v[d] == '.') {
		d++
	}
	return k > 0 && class[v[0]]&cLetter != 0 && k < len(v) && v[k] == '/' && d > k+1 && strings.IndexByte(v[k:d], '.') > 0 && (d == len(v) || v[d] == ' ')
}

// isIP is true for an IPv4 address, perhaps after a slash and with a port or a
// prefix length, and for IPv6 addresses.
func isIP(v string) bool {
	v = strings.TrimPrefix(v, "/")
	dots, digits, colons, k := 0, 0, 0, 0
	for k < len(v) && (class[v[k]]&cDigit != 0 || v[k] == '.') {
		if v[k] == '.' {
			dots++
			digits = 0
		} else {
			digits++
		}
		if digits > 3 {
			break
		}
		k++
	}
	if dots == 3 && digits > 0 && digits <= 3 && (k == len(v) || v[k] == ':' || v[k] == '/') {
		return true
	}
	for k = 0; k < len(v); k++ {
		if v[k] == ':' {
			colons++
		} else if !isHex(v[k]) {
			return false
		}
	}
	return colons >= 3 || colons == 2 && strings.Contains(v, "::")
}

// isTime is true for text with a time of day: two digits, a colon, two digits, and
// nothing before and after that would make them part of something else, as in
// user.js:10:15 or SHA384:25.
func isTime(v string) bool {
	for k := 0; k+4 < len(v); k++ {
		if v[k+2] == ':' && class[v[k]]&class[v[k+1]]&class[v[k+3]]&class[v[k+4]]&cDigit != 0 && standsAlone(v, k, k+5) {
			return strings.Count(v, ".") <= 1
		}
	}
	return false
}

func standsAlone(v string, from, end int) bool {
	if end < len(v) && class[v[end]]&cWord != 0 && v[end] != 'Z' {
		return false
	}
	if from == 0 {
		return true
	}
	switch v[from-1] {
	case ' ', 'T', 't', '_', '-', '(', '[', '/':
		return true
	case ':': // as in 28/Jan/2026:10:11:12, and 0:00:12
		return from > 1 && class[v[from-2]]&cDigit != 0 && !strings.ContainsAny(v[:from-1], ".:")
	}
	return false
}

// isDate is true for text that begins with a date as in ISO 8601, with '-' or
// '/', or holds the name of a day or a month.
func isDate(v string) bool {
	if len(v) >= 10 && numeric(v[:4]) && numeric(v[5:7]) && numeric(v[8:10]) && v[4] == v[7] && (v[4] == '-' || v[4] == '/') {
		return true
	}
	word, _, found := strings.Cut(v, " ")
	return found && lexLookup(hashString(strings.TrimRight(word, ",")))&lexDate != 0
}

// isQuantity is true for numbers, lists of them, and numbers with a sign or a
// unit.
func isQuantity(v string) bool {
	for k := 0; k < len(v); {
		if class[v[k]]&cLetter == 0 || v[k] == '_' {
			if class[v[k]]&cHigh != 0 {
				r, n := utf8.DecodeRuneInString(v[k:])
				if !isDigit(r) {
					return false
				}
				k += n
				continue
			}
			k++
			continue
		}
		e := k
		for e < len(v) && class[v[e]]&cWord != 0 {
			e++
		}
		unit := v[k:e]
		exponent := len(unit) <= 4 && (unit[0] == 'e' || unit[0] == 'E') && k > 0 && class[v[k-1]]&cDigit != 0
		if !exponent && lexLookup(hashString(unit))&lexUnit == 0 || k == 0 {
			return false
		}
		k = e
	}
	return true
}
