// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "unicode"

// isIdeographic is true for scripts that write words without spaces. Their runs
// are words that end where the script does, so that a number inside is seen.
func isIdeographic(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	switch r {
	case 0x3005, 0x3006, 0x303b, 0x30fc, 0xff70: // marks of repetition and length
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai,
		unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

func isDigit(r rune) bool { return r > 0x7f && unicode.IsDigit(r) }

func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == 0xfeff || r == 0x200b || r == 0x85
}
