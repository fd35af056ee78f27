// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

// fold joins, in place, what belongs together beside variable text: the words
// of a date, the unit of a quantity, and repetitions, so that lists of any
// length are one.
func fold(text string, tokens []Token) []Token {
	out := tokens[:0]
	var vars recent
	for i := range tokens {
		t := tokens[i]
		n := len(out)
		switch t.Kind {
		case Var:
			for n > 0 && out[n-1].Kind == Word && out[n-1].class&lexDate != 0 && t.Prefix == t.Start {
				n--
				t.Start, t.Prefix, t.Space = out[n].Start, out[n].Start, out[n].Space
			}
			out = out[:n]
			if k := repeated(text, out, &t); k >= 0 {
				out = out[:k+1]
				out[k].End = max(out[k].End, t.End)
				t, out = out[k], out[:k]
			}
			out = append(out, t)
			out = vars.fold(out)
			continue
		case Word:
			if n > 0 && t.class&(lexDate|lexUnit) != 0 && out[n-1].Kind == Var && out[n-1].rule == 0 &&
				hasDigitAt(text, &out[n-1]) {
				out[n-1].End = t.End
				continue
			}
		case Punct:
			if n > 0 && text[t.Start] == '%' && out[n-1].Kind == Var && !t.Space {
				out[n-1].End = t.End
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// recent remembers where the latest Vars are. A phrase that ends in variable text
// and comes again at once is one, as in --set a=1 --set b=2.
type recent struct {
	at [4]uint32 // 1 + index, the latest first
}

func (r *recent) fold(out []Token) []Token {
	last := len(out) - 1
	if r.at[0] == uint32(last+1) {
		return out
	}
	for n, at := range r.at {
		if at == 0 || int(at) > last {
			break
		}
		prev := int(at) - 1
		k := last - prev
		if out[prev].Hash != out[last].Hash || prev+1 < k {
			continue
		}
		same := true
		for i := prev - k + 1; i < prev && same; i++ {
			same = out[i].Hash == out[i+k].Hash
		}
		if same {
			out[prev].End = out[last].End
			copy(r.at[:], r.at[n:])
			clear(r.at[len(r.at)-n:])
			return out[:prev+1]
		}
	}
	copy(r.at[1:], r.at[:])
	r.at[0] = uint32(last + 1)
	return out
}

// repeated returns the index of the earlier Var that t repeats, with at most
// one separator between, or -1.
func repeated(text string, out []Token, t *Token) int {
	k := len(out) - 1
	if k >= 0 && out[k].Kind == Punct && out[k].End-out[k].Start <= 2 && separates(text[out[k].Start]) {
		k--
	}
	if k < 0 || out[k].Kind != Var || out[k].Hash != t.Hash || out[k].End == out[k].Start {
		return -1
	}
	return k
}

// separates is true for punctuation that stands between the items of a list.
func separates(b byte) bool {
	switch b {
	case ',', ';', ':', '/', '-', '|', '+', '~', '#', '.', '\\', '&', '_', '*', '^':
		return true
	}
	return false
}

func hasDigitAt(text string, t *Token) bool {
	return t.End > t.Start && (class[text[t.End-1]]&cDigit != 0 || hasDigit(text[t.Prefix:t.End]))
}
