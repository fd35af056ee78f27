// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

// Classes of bytes. A byte may be of several.
const (
	cSpace   = 1 << iota // white space and control characters
	cNewline             // line feed
	cLetter              // ASCII letter or underscore
	cDigit
	cNonHex // letter that is no hexadecimal digit
	cJoin   // punctuation that may join the parts of one atom
	cHigh   // byte of a rune beyond ASCII
	cStop   // ends a path or a value: quotes, brackets, comma, semicolon, bar
)

const cWord = cLetter | cDigit

var class = func() (t [256]uint8) {
	for c := 0; c <= ' '; c++ {
		t[c] = cSpace
	}
	t[0x7f] = cSpace
	t['\n'] = cNewline
	for c := '0'; c <= '9'; c++ {
		t[c] = cDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = cLetter|cNonHex, cLetter|cNonHex
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c], t[c-'a'+'A'] = cLetter, cLetter
	}
	t['_'] = cLetter | cNonHex
	for _, c := range `.-/@\~$'` {
		t[c] |= cJoin
	}
	for _, c := range "\"'`()[]{}<>,;|" {
		t[c] |= cStop
	}
	for c := 0x80; c <= 0xff; c++ {
		t[c] = cHigh
	}
	return t
}()

// lexClass is what is known of a word from common use, in any log.
type lexClass uint8

const (
	lexLiteral lexClass = 1 << iota // true: a value wherever it stands
	lexNull                         // null: a value unless a word follows, as in null pointer
	lexDate                         // part of a date when beside variable text
	lexUnit                         // part of a quantity when after variable text
	lexMessage                      // a key whose value is text or a level, not data
)

var lexWords = []struct {
	class lexClass
	words []string
}{
	{lexLiteral, []string{"true", "false", "True", "False", "TRUE", "FALSE"}},
	{lexNull, []string{"null", "NULL", "nil"}},
	{lexDate, []string{
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
		"January", "February", "March", "April", "June", "July", "August", "September",
		"October", "November", "December",
		"UTC", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST",
		"BST", "IST", "JST", "AM", "PM", "am", "pm",
	}},
	{lexUnit, []string{
		"B", "kB", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "K", "M", "G",
		"ns", "us", "ms", "s", "sec", "secs", "min", "mins", "hr", "hrs", "msec", "usec",
		"Hz", "kHz", "KHz", "MHz", "GHz", "mV", "mA", "mW", "W", "V", "kbps", "Mbps", "Gbps",
	}},
	{lexMessage, []string{
		"msg", "message", "error", "err", "reason", "event", "description", "desc", "detail",
		"details", "text", "exception", "cause", "level", "lvl", "severity", "log",
	}},
}

// lexicon is a table of open addressing by the hash of a word: one load for the
// many words that it does not hold.
var lexicon = func() (t [512]struct {
	hash  uint64
	class lexClass
},
) {
	for _, group := range lexWords {
		for _, w := range group.words {
			h := hashString(w)
			i := h % uint64(len(t))
			for t[i].class != 0 && t[i].hash != h {
				i = (i + 1) % uint64(len(t))
			}
			t[i].hash = h
			t[i].class |= group.class
		}
	}
	return t
}()

func lexLookup(h uint64) lexClass {
	for i := h % uint64(len(lexicon)); lexicon[i].class != 0; i = (i + 1) % uint64(len(lexicon)) {
		if lexicon[i].hash == h {
			return lexicon[i].class
		}
	}
	return 0
}
