// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// Unit is a token as text: what is left of a line once its values are gone.
type Unit struct {
	Kind  Kind
	Space bool
	// Const is the constant text: all of a Word or Punct, the prefix of a Var.
	Const string
	// Placeholder stands for the variable text of a Var, empty otherwise.
	Placeholder string
}

// Encoded units begin with a control character, which no token contains: kind
// and space make 0x01 to 0x06; 0x07 comes before a placeholder.
const (
	unitMark        = 0x01
	placeholderMark = 0x07
)

// Encode returns the masked tokens as text from which Decode makes units again.
// It is valid UTF-8 and the same for all lines of a shape but for white space
// and kinds.
func (l *Line) Encode() string {
	var b strings.Builder
	b.Grow(len(l.Text) + len(l.Tokens))
	for i := range l.Tokens {
		t := &l.Tokens[i]
		u := Unit{Kind: t.Kind, Space: t.Space, Const: l.Text[t.Start:t.Prefix]}
		if t.Kind == Var {
			u.Placeholder = l.Placeholder(t)
		}
		u.encode(&b)
	}
	return b.String()
}

// EncodeUnits is Encode for units.
func EncodeUnits(units []Unit) string {
	var b strings.Builder
	for i := range units {
		units[i].encode(&b)
	}
	return b.String()
}

func (u *Unit) encode(b *strings.Builder) {
	mark := byte(unitMark) + 2*byte(u.Kind)
	if u.Space {
		mark++
	}
	b.WriteByte(mark)
	b.WriteString(u.Const)
	if u.Kind == Var {
		b.WriteByte(placeholderMark)
		b.WriteString(u.Placeholder)
	}
}

// Decode appends the units of an encoded line to dst. Text that Encode did not
// make gives fewer units, never an error.
func Decode(s string, dst []Unit) []Unit {
	for i := 0; i < len(s); {
		mark := s[i]
		end := i + 1
		for end < len(s) && (s[end] < unitMark || s[end] > unitMark+5) {
			end++
		}
		if mark >= unitMark && mark <= unitMark+5 {
			u := Unit{Kind: Kind((mark - unitMark) / 2), Space: (mark-unitMark)%2 == 1, Const: s[i+1 : end]}
			if k := strings.IndexByte(u.Const, placeholderMark); k >= 0 {
				u.Const, u.Placeholder = u.Const[:k], u.Const[k+1:]
			}
			// What Encode made has text in every word; a damaged row may not.
			if u.Kind == Var || u.Const != "" {
				dst = append(dst, u)
			}
		}
		i = end
	}
	return dst
}
