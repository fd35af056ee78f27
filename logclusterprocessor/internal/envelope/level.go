// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// levels are the words for a level and their severity numbers, as OpenTelemetry's
// log data model maps those of syslog; the rest by analogy.
var levels = map[string]int32{
	"trace": 1, "trc": 1, "trce": 1, "verbose": 1, "vrb": 1, "finest": 1, "finer": 1, "silly": 1,
	"debug": 5, "dbg": 5, "debg": 5, "dbug": 5, "debu": 5, "fine": 5,
	"info": 9, "inf": 9, "information": 9, "informational": 9, "log": 9, "config": 9,
	"notice": 10, "note": 10,
	"warn": 13, "warning": 13, "wrn": 13, "warni": 13,
	"error": 17, "err": 17, "eror": 17, "erro": 17, "fail": 17, "severe": 17,
	"critical": 18, "crit": 18, "crt": 18,
	"alert": 19,
	"fatal": 21, "ftl": 21, "fata": 21, "emergency": 21, "emerg": 21, "panic": 21, "pani": 21, "pnc": 21,
}

// maxLevel is the length of the longest word for a level.
const maxLevel = 13

// spellings has the levels as they are most often written, by the hash of the text:
// so most need no folding, and no level needs memory of its own.
var spellings [1024]struct {
	text     string
	severity int32
}

// levelLengths has bit n set for the first letters of words of n letters.
var levelLengths [256]uint16

func init() {
	for w, severity := range levels {
		for _, text := range [...]string{w, strings.ToUpper(w), strings.ToUpper(w[:1]) + w[1:]} {
			addSpelling(text, severity)
			levelLengths[text[0]] |= 1 << len(w)
		}
	}
	for _, l := range syslogLevels {
		addSpelling(l.name, l.severity)
	}
	for _, text := range [...]string{
		"T", "V", "D", "I", "W", "E", "C", "F", "*", "#", ".", "-",
		"10", "20", "30", "40", "50", "60", "5000", "10000", "20000", "30000", "40000", "50000",
	} {
		addSpelling(text, 0)
	}
}

func addSpelling(text string, severity int32) {
	i := spellingSlot(text)
	spellings[i].text, spellings[i].severity = text, severity
}

// spellingSlot is where text is, or where it would be.
func spellingSlot(text string) uint64 {
	i := hash(text, 0) % uint64(len(spellings))
	for spellings[i].text != "" && spellings[i].text != text {
		i = (i + 1) % uint64(len(spellings))
	}
	return i
}

// spelling returns text in memory that is nobody else's.
func spelling(text string) string {
	if s := spellings[spellingSlot(text)].text; s != "" {
		return s
	}
	return strings.Clone(text)
}

// severityOf returns the severity number of a word for a level, 0 for others.
func severityOf(w string) int32 {
	if len(w) == 0 || len(w) > maxLevel || levelLengths[w[0]]>>len(w)&1 == 0 {
		return 0
	}
	if s := &spellings[spellingSlot(w)]; s.text != "" {
		return s.severity
	}
	var low [maxLevel]byte
	for i := 0; i < len(w); i++ {
		low[i] = w[i] | 0x20
	}
	return levels[string(low[:len(w)])]
}

// letterSeverity is the severity number of a letter that stands for a level.
func letterSeverity(b byte) int32 {
	switch b {
	case 'T', 'V':
		return 1
	case 'D':
		return 5
	case 'I':
		return 9
	case 'W':
		return 13
	case 'E':
		return 17
	case 'C':
		return 18
	case 'F':
		return 21
	}
	return 0
}

// syslogLevels are the names and severity numbers of syslog's severities.
var syslogLevels = [8]struct {
	name     string
	severity int32
}{
	{"emerg", 21}, {"alert", 19}, {"crit", 18}, {"err", 17}, {"warning", 13}, {"notice", 10}, {"info", 9}, {"debug", 5},
}

// numberSeverity is the severity number of a level that is a number: 10 to 60 as
// Bunyan and Pino have it, 5000 to 50000 as Logback has it. Smaller ones mean one
// thing here and its opposite there.
func numberSeverity(n int) int32 {
	switch n {
	case 10, 5000:
		return 1
	case 20, 10000:
		return 5
	case 30, 20000:
		return 9
	case 40, 30000:
		return 13
	case 50, 40000:
		return 17
	case 60, 50000:
		return 21
	}
	return 0
}

// stepSeverity is the severity number of a level of Python's logging: debug is 10.
func stepSeverity(n int) int32 {
	if n >= 10 && n <= 50 && n%10 == 0 {
		return [...]int32{5, 9, 13, 17, 21}[n/10-1]
	}
	return 0
}

// digits is the number that w is, or -1.
func digits(w string) int {
	if len(w) == 0 || len(w) > 6 {
		return -1
	}
	n := 0
	for i := 0; i < len(w); i++ {
		if class[w[i]]&cDigit == 0 {
			return -1
		}
		n = n*10 + int(w[i]-'0')
	}
	return n
}

func upper(w string) bool {
	for i := 0; i < len(w); i++ {
		if class[w[i]]&cUpper == 0 {
			return false
		}
	}
	return w != ""
}
