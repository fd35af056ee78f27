// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import "strings"

// maxCommand bounds a terminal's command, in bytes.
const maxCommand = 2048

// maxParameters bounds the numbers of a command, in bytes.
const maxParameters = 64

// escapes are the escape character that begins a terminal's command and its
// spellings, once something has made it printable.
var escapes = [...]string{"\x1b", `\u001b`, `\u001B`, `\x1b`, `\x1B`, `\033`, `\e`, "#033", "^["}

// plain returns text without the commands to a terminal: colours, titles, links
// (ECMA-48), also where their first character is spelt out.
func (e *Envelope) plain(text string) string {
	i := firstCommand(text)
	if i < 0 {
		return text
	}
	start, done := len(e.buf), 0
	for i < len(text) {
		if end := command(text, i); end > i {
			e.buf = append(e.buf, text[done:i]...)
			i, done = end, end
			continue
		}
		i++
	}
	if done == 0 {
		return text
	}
	e.buf = append(e.buf, text[done:]...)
	return e.written(start)
}

// firstCommand is where a command may begin, or -1.
func firstCommand(text string) int {
	first := -1
	for _, b := range [...]byte{0x1b, '\\', '#', '^'} {
		end := len(text)
		if first >= 0 {
			end = first
		}
		for i := 0; i < end; i++ {
			k := strings.IndexByte(text[i:end], b)
			if k < 0 {
				break
			}
			if i += k; b == 0x1b || introducer(text, i) > 0 {
				first = i
				break
			}
		}
	}
	return first
}

// introducer returns the end of the escape character at i, in any spelling, or 0.
func introducer(text string, i int) int {
	switch text[i] {
	case 0x1b:
		return i + 1
	case '\\', '#', '^':
		for _, s := range escapes {
			if strings.HasPrefix(text[i:], s) {
				if next := at(text, i+len(s)); next == '[' || next == ']' {
					return i + len(s)
				}
			}
		}
	}
	return 0
}

// command returns the end of the command that begins at i, or 0.
func command(text string, i int) int {
	j := introducer(text, i)
	if j == 0 {
		return 0
	}
	switch next := at(text, j); {
	case next == '[':
		if end := parameters(text, j+1); end > 0 {
			return end
		}
		return j
	case next == ']':
		return title(text, j+1)
	case next >= 0x20 && next <= 0x2f: // a character set
		if final := at(text, j+1); final >= 0x30 && final < 0x7f {
			return j + 2
		}
	case next >= 0x40 && next < 0x7f && next != '{':
		return j + 1
	}
	return j
}

// parameters returns the end of what follows ESC [, or 0.
func parameters(text string, i int) int {
	for end := i + maxParameters; i < len(text) && i < end; i++ {
		switch b := text[i]; {
		case b >= 0x20 && b < 0x40:
		case b >= 0x40 && b < 0x7f:
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// titleEnds end an operating system's command.
var titleEnds = [...]string{"\x07", `\u0007`, `\x07`, `\007`, `\a`, "#007", "^G"}

// title returns the end of what follows ESC ]; when nothing ends it, its begin. No
// other command stands in it, so that the search ends at the next one.
func title(text string, i int) int {
	for j := i; j < len(text) && j < i+maxCommand; j++ {
		switch text[j] {
		case 0x1b, '\\', '#', '^', 0x07:
			for _, s := range titleEnds {
				if strings.HasPrefix(text[j:], s) {
					return j + len(s)
				}
			}
			for _, s := range escapes {
				if strings.HasPrefix(text[j:], s) {
					if at(text, j+len(s)) != '\\' {
						return i
					}
					return j + len(s) + 1
				}
			}
		case '\n':
			return i
		}
	}
	return i
}
