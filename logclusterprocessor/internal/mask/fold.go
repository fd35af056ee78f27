// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

// Folding joins, as tokens are emitted, what belongs together beside variable
// text: the words of a date, the unit of a quantity, and repetitions, so that
// lists of any length are one.

// foldWord is true when the word text[:end] with what the lexicon says of it
// became part of the variable text before it.
func (s *scanner) foldWord(class lexClass, end int) bool {
	n := len(s.tokens)
	if class&(lexDate|lexUnit) == 0 || n == 0 {
		return false
	}
	last := &s.tokens[n-1]
	if last.Kind != Var || last.rule != 0 || !hasDigit(s.text[last.Prefix:last.End]) {
		return false
	}
	last.End = uint32(end)
	s.space = false
	return true
}

// foldVar adds variable text, or joins it to what came before.
func (s *scanner) foldVar(h uint64, start, prefix, end int) {
	n := len(s.tokens)
	for n > 0 && s.tokens[n-1].class&lexDate != 0 && prefix == start && s.rule == 0 {
		n--
		start, s.space = int(s.tokens[n].Start), s.tokens[n].Space
		prefix = start
	}
	s.tokens = s.tokens[:n]
	if k := s.repeated(h); k >= 0 && s.alike(k, prefix, end) {
		s.tokens[k].End = max(s.tokens[k].End, uint32(end))
		s.tokens = s.tokens[:k+1]
		s.space = false
	} else {
		s.add(h, Var, start, prefix, end)
	}
	s.foldPhrase()
}

// repeated returns the index of the earlier Var with hash h that a Var now would
// repeat, with at most one separator between, or -1.
func (s *scanner) repeated(h uint64) int {
	k := len(s.tokens) - 1
	if k >= 0 && s.tokens[k].Kind == Punct && s.tokens[k].End-s.tokens[k].Start <= 2 && separates(s.text[s.tokens[k].Start]) {
		k--
	}
	if k < 0 {
		return -1
	}
	if o := &s.tokens[k]; o.Hash != h || o.Kind != Var || o.End == o.Start || o.rule != s.rule {
		return -1
	}
	return k
}

// maxList is how long a list is whose items are still looked at, in bytes.
const maxList = 256

// alike is true when text[start:end] may be an item of the list that Var k is: not
// when a comma and a space stand between and the kinds are known to differ.
func (s *scanner) alike(k, start, end int) bool {
	if !s.space || k+1 == len(s.tokens) || s.text[s.tokens[k+1].Start] != ',' {
		return true
	}
	o := &s.tokens[k]
	v, w := s.text[o.Prefix:o.End], s.text[start:end]
	if len(v) > maxList || len(w) > maxList {
		return true // to look at all of a long list for each item would cost its square
	}
	if hexMark(v) || hexMark(w) {
		s.exact = anyDigit
	}
	a, b := placeholder(v), placeholder(w)
	return a == b || a == Any || b == Any || a == "<id>" || b == "<id>"
}

// hexMark is true when an x follows a digit in v, where the digit 0 makes a
// hexadecimal number and another digit does not.
func hexMark(v string) bool {
	for k := 1; k < len(v); k++ {
		if v[k]|0x20 == 'x' && class[v[k-1]]&cDigit != 0 {
			return true
		}
	}
	return false
}

// separates is true for punctuation that stands between the items of a list.
func separates(b byte) bool {
	switch b {
	case ',', ';', ':', '/', '-', '|', '+', '~', '#', '.', '\\', '&', '_', '*', '^':
		return true
	}
	return false
}

// same is true when two tokens say the same. A quote that closes is not one that
// opens.
func (s *scanner) same(i, j int) bool {
	a, b := &s.tokens[i], &s.tokens[j]
	return a.Hash == b.Hash && (a.Kind != Punct || a.Space == b.Space || !isQuote(s.text[a.Start]))
}

// foldPhrase takes out a phrase that ends in the last token, a Var, and says the
// same as the one right before it, as in --set a=1 --set b=2. It looks back to the
// last four Vars.
func (s *scanner) foldPhrase() {
	last := len(s.tokens) - 1
	if s.vars[0] == uint32(last+1) {
		return
	}
	for n, at := range s.vars {
		prev := int(at) - 1
		k := last - prev
		if at == 0 || k <= 0 {
			break
		}
		if prev+1 < k || s.tokens[prev].Hash != s.tokens[last].Hash {
			continue
		}
		same := true
		for i := prev - k + 1; i < prev && same; i++ {
			same = s.same(i, i+k)
		}
		if same {
			s.tokens[prev].End = s.tokens[last].End
			copy(s.vars[:], s.vars[n:])
			clear(s.vars[len(s.vars)-n:])
			s.tokens = s.tokens[:prev+1]
			return
		}
	}
	copy(s.vars[1:], s.vars[:])
	s.vars[0] = uint32(last + 1)
}

func isQuote(b byte) bool { return b == '"' || b == '\'' || b == '`' }
