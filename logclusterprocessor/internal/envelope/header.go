// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"math/bits"
	"strings"
)

// Bounds of a header: items, and bytes up to its last item's begin.
const (
	maxItems  = 16
	maxHeader = 1024
)

// header is the state of taking one header off a text.
type header struct {
	e    *Envelope
	text string

	count  int         // items so far
	seen   uint16      // bit n: an item of kind n
	last   *headerItem // the one before
	sure   bool        // an item was seen that no message begins with
	shut   bool        // the header came to an end that can be seen
	ends   bool        // the last item ends the header; another may follow it
	host   bool        // a time was seen that host and program follow
	empty  bool        // there may be no message
	named  bool        // the last item is a logger, behind time and level
	sep    byte        // what came before i: a blank, tab, - : | , > or 0
	wide   int         // blanks before i
	dashes int         // in the separator before i

	level    string
	severity int32
	program  string
}

func (h *header) has(k Kind) bool { return h.seen>>k&1 != 0 }

func (h *header) note(k Kind, text string) {
	h.seen |= 1 << k
	h.e.note(k, text)
}

func (h *header) setLevel(text string, severity int32) {
	h.level, h.severity = text, severity
	h.note(Level, text)
}

// take takes the header off text. again is true when what is left may begin with
// another header.
func (h *header) take(text string, e *Envelope) (rest string, again, ok bool) {
	if plainWord(text) {
		return "", false, false
	}
	mark := len(e.Items)
	*h = header{e: e, text: text}
	i := h.run()
	if !h.accepted(i) {
		h.lone()
		e.Items = e.Items[:mark]
		return "", false, false
	}
	e.setLevel(h.level, h.severity)
	if h.program != "" {
		e.Program = h.program
	}
	rest = text[i:]
	if h.sep == ',' && len(rest) > 1 && rest[0] == '"' && rest[len(rest)-1] == '"' {
		rest = rest[1 : len(rest)-1]
	}
	return rest, h.ends, true
}

// run takes items until there is none, and returns where the header ends.
func (h *header) run() int {
	i, candidates := 0, &beginning
	for h.count < maxItems && i < len(h.text) && i < maxHeader {
		end := 0
		for m := candidates[h.text[i]]; m != 0 && end == 0; m &= m - 1 {
			item := &items[bits.TrailingZeros32(m)]
			if end = item.match(h, i); end > 0 {
				h.last = item
			}
		}
		if end == 0 {
			break
		}
		h.count++
		candidates = &following
		if h.ends {
			return blanks(h.text, end)
		}
		named := h.named
		h.named = false
		i = h.separator(end)
		if named && strings.IndexByte("-:|,>", h.sep) >= 0 {
			break // nothing comes behind a logger that is closed
		}
	}
	return i
}

// separator skips what stands between items and returns where it ends.
func (h *header) separator(i int) int {
	t := h.text
	h.sep, h.shut, h.dashes = 0, false, 0
	switch at(t, i) {
	case ':', ',':
		h.sep = t[i]
		i++
	case ';':
		h.sep = ','
		i++
	}
	j := blanks(t, i)
	h.wide = j - i
	if h.sep == 0 && h.wide > 0 {
		h.sep = ' '
		if strings.IndexByte(t[i:j], '\t') >= 0 {
			h.sep = '\t'
		}
	}
	switch b := at(t, j); {
	case h.sep == ':' || h.sep == ',': // one is enough
	case b == '-':
		end := j
		for at(t, end) == '-' {
			end++
		}
		if h.wide > 0 && end-j <= 3 && isSpaceByte(at(t, end)) && end < len(t) {
			h.sep, h.dashes, j = '-', end-j, blanks(t, end)
			if h.dashes == 2 && at(t, j) == ':' && at(t, j+1) == ' ' { // Ruby without a program
				j = blanks(t, j+1)
			}
		}
	case b == '|', b == ':', b == '>':
		if b == '|' || h.wide > 0 && isSpaceByte(at(t, j+1)) {
			h.sep, j = b, blanks(t, j+1)
		}
	}
	if h.sep == ',' && h.wide == 0 || strings.IndexByte("-:|>\t", h.sep) >= 0 || t[i-1] == ']' {
		h.shut = true
	}
	return j
}

// accepted decides whether the items up to i are a header.
func (h *header) accepted(i int) bool {
	switch {
	case h.count == 0:
		return false
	case i >= len(h.text):
		// Nothing behind it. A line that is empty but for its header is rare enough to
		// ask for more than a time.
		return h.empty || h.sure && h.count > 1
	case h.sure:
		return true
	}
	return h.has(Level) && h.count > 1 && (h.shut || h.has(Time))
}

// lone keeps the level that a text without a header begins with. The word stays
// in the message.
func (h *header) lone() {
	if h.severity > 0 && h.e.Severity == 0 {
		h.e.setLevel(h.level, h.severity)
	}
}

// plainWord is true when text begins with a word that begins no header, as nearly
// all messages do.
func plainWord(text string) bool {
	if class[text[0]]&cLetter == 0 {
		return false
	}
	i := run(text, 1, cLetter)
	next := at(text, i+1)
	if at(text, i) != ' ' && at(text, i) != '\n' || next == '|' || next == ' ' || class[next]&cDigit != 0 {
		return false
	}
	return levelLengths[text[0]]>>min(i, 15)&1 == 0 && i != 3 && i > 1
}
