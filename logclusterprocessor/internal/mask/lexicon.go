// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// lexClass is what is known of a word from common use, in any log.
type lexClass uint8

const (
	lexLiteral lexClass = 1 << iota // true: a value unless it says how something is
	lexNull                         // null: a value unless a word follows, as in null pointer
	lexDate                         // part of a date when beside variable text
	lexUnit                         // part of a quantity when after variable text
	lexMessage                      // a key whose value is text or a level, not data
	lexMeaning                      // a key whose value says what happened, if it is a word
	lexOutcome                      // says what became of something: text under any key
	lexMethod                       // of HTTP: varies before a path, and as a value
)

// lexWords has the words of each class, with a line that needs them.
var lexWords = []struct {
	class lexClass
	any   bool // whether in capitals too
	words string
}{
	{lexLiteral, true, "true false"},                     // cached=true
	{lexNull, false, "null NULL nil None undefined NaN"}, // the owner is null
	// at Mon Jan 2 15:04:05 UTC 2006
	{lexDate, false, "Mon Tue Wed Thu Fri Sat Sun " +
		"Monday Tuesday Wednesday Thursday Friday Saturday Sunday " +
		"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec " +
		"January February March April June July August September October November December " +
		"UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST BST IST JST AM PM am pm"},
	// took 35 ms, 2 GiB free
	{lexUnit, false, "B kB KB MB GB TB PB KiB MiB GiB TiB K M G Ki Mi Gi Ti " +
		"ns us µs ms s sec secs min mins hr hrs msec usec " +
		"bytes byte Hz kHz KHz MHz GHz mV mA mW W V kbps Mbps Gbps"},
	// msg="disk is full", "stack": "java.io.IOException: ..."
	{lexMessage, false, "msg message error err reason event description desc detail details text " +
		"exception cause level lvl severity log stack stacktrace stack_trace backtrace traceback"},
	// verb=watch, "state": "RUNNING", result 'exit-code'
	{lexMeaning, false, "status state result outcome verb action method event op operation reason code"},
	// dsn=4.4.1, status=deferred; relay=none; healthy=false
	{lexOutcome, true, "ok success successful succeeded failed failure fail error up down online offline " +
		"enabled disabled opened closed open granted denied allowed blocked accepted rejected refused " +
		"accept reject deny allow block drop " +
		"sent deferred bounced delivered dropped expired timeout aborted cancelled canceled killed " +
		"started stopped running pending active inactive healthy unhealthy ready degraded valid invalid " +
		"passed skipped completed complete done connected disconnected lost found missing alive dead " +
		"crashed terminated exited locked unlocked paused resumed suspended unavailable available"},
	// "GET /index.html HTTP/1.1"
	{lexMethod, false, "GET POST PUT DELETE HEAD OPTIONS PATCH CONNECT TRACE PROPFIND"},
}

// lexicon is a table of open addressing by the hash of a word: one load for the
// many words that it does not hold.
var lexicon = func() (t [1024]struct {
	hash  uint64
	class lexClass
},
) {
	add := func(w string, class lexClass) {
		h := hashString(w)
		i := h % uint64(len(t))
		for t[i].class != 0 && t[i].hash != h {
			i = (i + 1) % uint64(len(t))
		}
		t[i].hash = h
		t[i].class |= class
	}
	for _, group := range lexWords {
		for _, w := range strings.Fields(group.words) {
			add(w, group.class)
			if group.any {
				add(strings.ToUpper(w), group.class)
				add(strings.ToUpper(w[:1])+w[1:], group.class)
			}
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

// IsOutcome is true for a word that says what became of something.
func IsOutcome(word string) bool { return lexLookup(hashString(word))&lexOutcome != 0 }

// HoldsText is true for a key whose value is text, such as msg.
func HoldsText(key string) bool { return keyClass(key)&lexMessage != 0 }

// HoldsMeaning is true for a key whose value says what happened, such as status.
func HoldsMeaning(key string) bool { return keyClass(key)&lexMeaning != 0 }

// keyClass is the class of a key, or of the last part of its name, as in log.level.
func keyClass(key string) lexClass {
	if known := lexLookup(hashString(key)); known != 0 {
		return known
	}
	return lastPart(key)
}

// lastPart is the class of what follows the last separator of a name. A code is
// what happened only when it is of what happened: error_code, not currency_code.
func lastPart(name string) lexClass {
	for k := len(name) - 1; k > 0; k-- {
		if c := name[k]; c != '.' && c != '_' && c != '-' {
			continue
		}
		if name[k+1:] == "code" {
			if keyClass(name[:k])&(lexMeaning|lexMessage|lexOutcome) == 0 && name[:k] != "exit" && name[:k] != "return" && name[:k] != "response" {
				return 0
			}
		}
		return lexLookup(hashString(name[k+1:]))
	}
	return 0
}
