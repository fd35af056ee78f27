// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

// minBlob is how long Base64 without padding is, and minDigest a digest behind the
// name of its algorithm.
const (
	minBlob   = 20
	minDigest = 16
)

// base64Run returns the end of the run of the letters of Base64, of both alphabets,
// that begins at i, and what it has.
func (s *scanner) base64Run(i int) (j int, upper, lower, digit bool) {
	for j = i; j < len(s.text); j++ {
		switch b := s.text[j]; {
		case b >= 'A' && b <= 'Z':
			upper = true
		case b >= 'a' && b <= 'z':
			lower = true
		case b >= '0' && b <= '9':
			digit = true
		case b != '+' && b != '/' && b != '-' && b != '_':
			return j, upper, lower, digit
		}
	}
	return j, upper, lower, digit
}

// blob returns the end of the Base64 that begins at i with its padding, or 0.
func (s *scanner) blob(i int) int {
	j, upper, lower, digit := s.base64Run(i)
	if !upper || !lower || !digit {
		return 0
	}
	end := j
	for end < len(s.text) && end < j+2 && s.text[end] == '=' {
		end++
	}
	if end < len(s.text) && class[s.text[end]]&(cWord|cHigh) != 0 {
		return 0
	}
	if end > j && j-i >= 6 && (end-i)%4 == 0 || end == j && j-i >= minBlob && dense(s.text[i:j]) {
		return end
	}
	return 0
}

// dense is true when letters of one kind follow each other seldom, as at random and
// not as in words and paths.
func dense(w string) bool {
	changes := 0
	for k := 1; k < len(w); k++ {
		if kindOf(w[k]) != kindOf(w[k-1]) {
			changes++
		}
	}
	return 5*changes >= 2*len(w)
}

func kindOf(b byte) byte {
	switch {
	case b >= 'A' && b <= 'Z':
		return 'A'
	case b >= 'a' && b <= 'z':
		return 'a'
	case b >= '0' && b <= '9':
		return '0'
	}
	return '-'
}

// padding takes the '=' at i, and one after it, as the padding of the variable text
// that ends there, and returns its end, or 0.
func (s *scanner) padding(i int) int {
	n := len(s.tokens)
	if n == 0 || s.space || s.tokens[n-1].Kind != Var || s.tokens[n-1].End != uint32(i) || s.tokens[n-1].End-s.tokens[n-1].Prefix < 8 {
		return 0
	}
	end := i + 1
	if end < len(s.text) && s.text[end] == '=' {
		end++
	}
	if end < len(s.text) && class[s.text[end]]&(cSpace|cNewline|cStop) == 0 {
		return 0
	}
	s.tokens[n-1].End = uint32(end)
	return end
}

// digest returns the end of a digest whose algorithm text[i:j] and a colon come
// before, as in sha256:9f86..., or 0.
func (s *scanner) digest(i, j int) int {
	if j-i < 3 || j-i > 8 || j+1+minDigest > len(s.text) || s.text[j] != ':' {
		return 0
	}
	end, hex := j+1, true
	for end < len(s.text) && class[s.text[end]]&cWord != 0 {
		hex = hex && isHex(s.text[end])
		end++
	}
	if hex && end-j-1 >= minDigest && end-j-1 >= 32 {
		return end
	}
	run, upper, lower, digit := s.base64Run(j + 1)
	if run-j-1 < minBlob || !upper || !lower || !digit {
		return 0
	}
	for end = run; end < len(s.text) && end < run+2 && s.text[end] == '='; end++ {
	}
	return end
}

// isDigest is true for the name of an algorithm, a colon, and a digest.
func isDigest(v string) bool {
	k := 0
	for k < len(v) && k < 9 && class[v[k]]&cWord != 0 {
		k++
	}
	if k < 3 || k+1+minDigest > len(v) || v[k] != ':' || class[v[0]]&cLetter == 0 {
		return false
	}
	for _, b := range []byte(v[k+1:]) {
		if class[b]&cWord == 0 && b != '+' && b != '/' && b != '=' && b != '-' {
			return false
		}
	}
	return true
}

// shortIPv6 returns the end of an IPv6 address that begins with the two colons at
// i, or 0.
func (s *scanner) shortIPv6(i int) int {
	j, run := i+2, 0
	for j < len(s.text) {
		b := s.text[j]
		if isHex(b) {
			if run++; run > 4 {
				return 0
			}
		} else if b == ':' && j+1 < len(s.text) && isHex(s.text[j+1]) {
			run = 0
		} else {
			break
		}
		j++
	}
	if j == i+2 || j < len(s.text) && class[s.text[j]]&(cWord|cHigh) != 0 {
		return 0
	}
	return j
}

// mailbox is true when the plus sign at j is inside the name of a mailbox.
func (s *scanner) mailbox(j int) bool {
	for k := j + 1; k+1 < len(s.text) && k < j+maxWord; k++ {
		switch b := s.text[k]; {
		case b == '@':
			return class[s.text[k+1]]&cWord != 0
		case class[b]&cWord == 0 && b != '.' && b != '-':
			return false
		}
	}
	return false
}
