// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

// What a byte may be part of.
const (
	cDigit uint8 = 1 << iota
	cLower
	cUpper
	cSpace // white space, line ends included
	cName  // of a logger, thread, program or host
	cKey   // of a key in logfmt
	cHex
)

const cLetter = cLower | cUpper

// What may begin with a byte. Most messages begin with a letter: see header.plainWord.
const (
	openHeader uint8 = 1 << iota
	openKey
)

var (
	class [256]uint8
	opens [256]uint8
)

func init() {
	for b := range class {
		c := byte(b)
		switch {
		case '0' <= c && c <= '9':
			class[b] = cDigit | cName | cKey | cHex
		case 'a' <= c && c <= 'z':
			class[b] = cLower | cName | cKey
		case 'A' <= c && c <= 'Z':
			class[b] = cUpper | cName | cKey
		}
		if 'a' <= c|0x20 && c|0x20 <= 'f' {
			class[b] |= cHex
		}
	}
	for _, c := range " \t\r\n\v\f\x00" {
		class[c] |= cSpace
	}
	for _, c := range "._-$/#@:+*~%&<>()" {
		class[c] |= cName
	}
	for _, c := range "._-@/" {
		class[c] |= cKey
	}
	for b := range opens {
		if class[b]&(cDigit|cLetter) != 0 {
			opens[b] |= openHeader
		}
		if class[b]&cLetter != 0 || b == '_' || b == '@' {
			opens[b] |= openKey
		}
	}
	for i := range items {
		for _, c := range []byte(items[i].starts) {
			opens[c] |= openHeader
			beginning[c] |= 1 << i
			if !items[i].first {
				following[c] |= 1 << i
			}
		}
	}
}

func isSpaceByte(b byte) bool { return class[b]&cSpace != 0 }

// run returns the end of the bytes of these classes that begin at i.
func run(text string, i int, classes uint8) int {
	for i < len(text) && class[text[i]]&classes != 0 {
		i++
	}
	return i
}

// spaces is run for white space, of which there is none most often.
func spaces(text string, i int) int {
	if i < len(text) && text[i] > ' ' {
		return i
	}
	return run(text, i, cSpace)
}

// at returns the byte at i, or a line feed behind the end.
func at(text string, i int) byte {
	if i < len(text) {
		return text[i]
	}
	return '\n'
}

// blanks returns the end of the blanks and tabs that begin at i.
func blanks(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i
}
