// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package passage

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// messageKeys are the keys under which JSON has what happened, in lower case.
var messageKeys = []string{"message", "msg", "error", "err", "exception", "reason", "detail", "description", "body", "log", "cause", "summary", "text", "stacktrace", "stack"}

// isMessage is true of a key such as error_message or exception.message.
func isMessage(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc(messageKeys, func(m string) bool { return strings.Contains(key, m) })
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// embedded is the JSON object within a line, "" without one.
func embedded(line string) string {
	i, k := strings.IndexByte(line, '{'), strings.LastIndexByte(line, '}')
	if i < 0 || k < i {
		return ""
	}
	return line[i : k+1]
}

// between returns what stands between marks: a pair of the same, or of two.
func between(text, marks string) (spans []string) {
	open, size := utf8.DecodeRuneInString(marks)
	end := open
	if len(marks) > size {
		end, _ = utf8.DecodeRuneInString(marks[size:])
	}
	for {
		i := opening(text, open)
		if i < 0 {
			return spans
		}
		rest := strings.TrimLeft(text[i:], string(open))
		k := strings.IndexRune(rest, end)
		if k < 0 {
			return spans
		}
		spans = append(spans, rest[:k])
		text = strings.TrimLeft(rest[k:], string(end))
	}
}

// opening is where a mark opens: an apostrophe within a word does not.
func opening(text string, mark rune) int {
	var before rune
	for i, r := range text {
		if r == mark && (mark != '\'' || !unicode.IsLetter(before)) {
			return i
		}
		before = r
	}
	return -1
}

// bare is a line without what chats, terminals and stack traces put before it.
func bare(line string) string {
	line = strings.TrimLeft(strings.TrimSpace(line), "> ")
	for _, head := range []string{"Caused by: ", "Suppressed: ", `Exception in thread "main" `, "- ", "* "} {
		line = strings.TrimPrefix(line, head)
	}
	return strings.Trim(line, "` ")
}

// isFrame is true of a frame of a stack trace, which says where, not what.
func isFrame(line string) bool {
	for _, head := range []string{"at ", `File "`, "... ", "goroutine ", "#", "Traceback ", "created by ", "from /"} {
		if strings.HasPrefix(line, head) && (head != "#" || len(line) > 1 && unicode.IsDigit(rune(line[1]))) && (head != "at " || strings.ContainsAny(line, "(/:")) {
			return true
		}
	}
	return false
}

// words is how many words of letters a text has; Chinese characters count two to a word.
func words(text string) int {
	n, han := 0, 0
	inside := false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
			inside = false
		case unicode.IsLetter(r):
			if !inside {
				n++
			}
			inside = true
		default:
			inside = false
		}
	}
	return n + han/2
}

// ends are what ends a sentence where white space follows, or wherever it stands.
const (
	ends    = ".!?;,"
	hanEnds = "。！？；，"
)

// sentences cuts a line at the ends of its clauses.
func sentences(line string) (out []string) {
	start := 0
	for i, r := range line {
		size := utf8.RuneLen(r)
		switch {
		case strings.ContainsRune(hanEnds, r):
		case strings.ContainsRune(ends, r) && (i+1 == len(line) || line[i+1] == ' '):
		case r == '-' && strings.HasPrefix(line[i:], "- ") && i > 0 && line[i-1] == ' ':
		default:
			continue
		}
		out = append(out, line[start:i])
		start = i + size
	}
	return append(out, line[start:])
}

// cut divides a clause behind a colon.
func cut(text string) (before, after string, ok bool) {
	if before, after, ok = strings.Cut(text, ": "); ok {
		return before, after, true
	}
	return strings.Cut(text, "：")
}
