// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// layout is a way to write a time. In a pattern
//
//	d  is a digit, s one of the first digit of minutes and seconds
//	D  is the day of the month, padded with a space or not
//	h  is one or two digits
//	n  is one to four digits: seconds that are not padded, or ran over
//	M  is a month's name and W a weekday's, three letters each
//	T  is what stands between date and time
//	F  is the fraction of a second, which may be missing
//	Z  is the zone, which may be missing
//	A  is AM or PM, which may be missing; P is the same, but demanded
//
// and everything else stands for itself.
type layout struct {
	pattern string
	example string
	// sure is true when the time alone makes a header.
	sure bool
	// host is true when a host and a program follow, by RFC 3164.
	host bool
}

// layouts are tried in order.
var layouts = [...]layout{
	{pattern: "dddd-dd-ddTdd:sd:nFZ", example: "2026-03-01T10:00:00.123+01:00", sure: true},
	{pattern: "dddd/dd/ddTdd:sd:nFZ", example: "2026/03/01 10:00:00", sure: true},
	{pattern: "dddd-dd-dd-dd.sd.sdFZ", example: "2026-03-01-10.00.00.123456", sure: true},
	{pattern: "dddd.dd.ddTdd:sd:nFZ", example: "2026.03.01 10:00:00", sure: true},
	{pattern: "dddddddd-n:n:n:n", example: "20260301-10:0:15:606", sure: true},
	{pattern: "ddddddddTdd:sd:nFZ", example: "20260301 10:00:00.123", sure: true},
	{pattern: "ddddddddTddddddFZ", example: "20260301T100000Z"},
	{pattern: "dd/M/dddd:dd:sd:nFZ", example: "01/Mar/2026:10:00:00 +0100", sure: true},
	{pattern: "dd/M/dddd dd:sd:nFZ", example: "01/Mar/2026 10:00:00", sure: true},
	{pattern: "dd-M-dddd dd:sd:nFZ", example: "01-Mar-2026 10:00:00.123", sure: true},
	{pattern: "h M dddd dd:sd:nFZ", example: "1 Mar 2026 10:00:00.123", sure: true},
	{pattern: "h/h/dddd h:sd:nFA", example: "3/1/2026 9:00:00 AM", sure: true},
	{pattern: "dd/dd/dd dd:sd:nFA", example: "26/03/01 10:00:00", sure: true},
	{pattern: "dd.dd.dddd dd:sd:nF", example: "01.03.2026 10:00:00", sure: true},
	{pattern: "dd-dd-dddd dd:sd:nF", example: "01-03-2026 10:00:00", sure: true},
	{pattern: "dd-ddTdd:sd:nF", example: "03-01 10:00:00.123", sure: true},
	{pattern: "dd-dd|dd:sd:nF", example: "03-01|10:00:00.123", sure: true},
	{pattern: "dddddd dddddd", example: "260301 100000"},
	{pattern: "dd:sd:nFZ", example: "10:00:00.123", sure: true},
	{pattern: "h:sdP", example: "10:00AM"},
	{pattern: "M D dd:sd:nF dddd", example: "Mar  1 10:00:00 2026", sure: true},
	{pattern: "M D dd:sd:nFZ", example: "Mar  1 10:00:00", sure: true, host: true},
	{pattern: "M D dddd dd:sd:nFZ", example: "Mar  1 2026 10:00:00", sure: true, host: true},
	{pattern: "M D, dddd h:sd:nFA", example: "Mar 01, 2026 9:00:00 AM", sure: true},
	{pattern: "W M D dd:sd:nFZ dddd", example: "Tue Mar  3 10:00:00.123 2026", sure: true},
	{pattern: "W, D M dddd dd:sd:nZ", example: "Tue, 03 Mar 2026 10:00:00 +0000", sure: true},
}

// timeAt returns the layout of the time that begins at i and its end, or nil.
func timeAt(text string, i int) (*layout, int) {
	if i+7 > len(text) {
		return nil, 0
	}
	first := class[text[i]]
	if first&(cDigit|cUpper) == 0 {
		return nil, 0
	}
	digit := first&cDigit != 0
	if !digit && !oneOfThree(text, i, months) && !oneOfThree(text, i, weekdays) {
		return nil, 0
	}
	for k := range layouts {
		l := &layouts[k]
		if (l.pattern[0] == 'M' || l.pattern[0] == 'W') == digit || !fits(shapes[k][0], text[i+2]) || !fits(shapes[k][1], text[i+4]) {
			continue
		}
		if end := l.match(text, i); end > 0 && bounded(text, end) {
			return l, end
		}
	}
	return nil, 0
}

// shapes has for each layout what may stand at its places 2 and 4, so that most are
// ruled out at once: d a digit, 0 anything, or the sign itself.
var shapes [len(layouts)][2]byte

func init() {
	for k := range layouts {
		pattern := layouts[k].pattern
		for n, place := range [...]int{2, 4} {
			if strings.Trim(pattern[:place], "ds-/.:") != "" {
				break // the place shifts
			}
			switch p := pattern[place]; p {
			case 's', 'd':
				shapes[k][n] = 'd'
			case '-', '/', '.', ':', '|', ' ':
				shapes[k][n] = p
			}
		}
	}
}

func fits(shape, b byte) bool {
	return shape == 0 || shape == b || shape == 'd' && class[b]&cDigit != 0
}

// bounded is true when what ends at i does not go on.
func bounded(text string, i int) bool {
	next := at(text, i)
	if class[next]&(cDigit|cLetter) != 0 || next == '_' {
		return false
	}
	return next != ':' && next != '.' && next != '-' && next != '/' || class[at(text, i+1)]&cDigit == 0
}

// match returns the end of a time of this layout at i, or 0.
func (l *layout) match(text string, i int) int {
	for k := 0; k < len(l.pattern); k++ {
		p := l.pattern[k]
		b := at(text, i)
		switch p {
		case 'd', 's':
			if class[b]&cDigit == 0 || p == 's' && b > '5' {
				return 0
			}
			i++
		case 'D', 'h', 'n':
			if p == 'D' && b == ' ' {
				i++
			}
			most := i + 2
			if p == 'n' {
				most += 2
			}
			start := i
			for i < most && class[at(text, i)]&cDigit != 0 {
				i++
			}
			if i == start {
				return 0
			}
		case 'M', 'W':
			names := months
			if p == 'W' {
				names = weekdays
			}
			if !oneOfThree(text, i, names) {
				return 0
			}
			i += 3
		case 'T':
			if b != 'T' && b != ' ' && b != '_' && b != 't' {
				return 0
			}
			i++
		case 'F':
			if (b == '.' || b == ',' || b == ':') && class[at(text, i+1)]&cDigit != 0 {
				i = run(text, i+1, cDigit)
			}
		case 'Z':
			i = zone(text, i)
		case 'A', 'P':
			k := i
			if b == ' ' {
				k++
			}
			if half := at(text, k) | 0x20; (half == 'a' || half == 'p') && at(text, k+1)|0x20 == 'm' {
				i = k + 2
			} else if p == 'P' {
				return 0
			}
		default:
			if b != p {
				return 0
			}
			i++
		}
	}
	return i
}

const (
	months   = "JanFebMarAprMayJunJulAugSepOctNovDec"
	weekdays = "MonTueWedThuFriSatSun"
	zones    = "UTCGMTCETESTEDTPSTPDTMSTMDTCSTCDTISTJSTKSTMSKBSTWET"
)

// oneOfThree is true when one of the names, three letters each, stands at i.
func oneOfThree(text string, i int, names string) bool {
	if i+3 > len(text) {
		return false
	}
	w := text[i : i+3]
	for k := 0; k < len(names); k += 3 {
		if names[k:k+3] == w {
			return true
		}
	}
	return false
}

// zone returns the end of the time zone at i, or i.
func zone(text string, i int) int {
	if at(text, i) == 'Z' {
		return i + 1
	}
	j := i
	if at(text, j) == ' ' {
		j++
	}
	if b := at(text, j); b == '+' || b == '-' {
		end := run(text, j+1, cDigit)
		switch {
		case end == j+5:
			return end
		case end == j+3 && at(text, end) == ':' && run(text, end+1, cDigit) == end+3:
			return end + 3
		case end == j+3 && j == i:
			return end
		}
		return i
	}
	if j > i && oneOfThree(text, j, zones) && class[at(text, j+3)]&(cLetter|cDigit) == 0 {
		return j + 3
	}
	return i
}
