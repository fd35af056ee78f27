// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import "strings"

// frames is called at a line feed. When stack frames follow, however many, it
// takes them as one Var.
func (s *scanner) frames(i int) int {
	start, end := -1, i
	for end < len(s.text) && s.text[end] == '\n' {
		line, next := s.nextLine(end + 1)
		_, after := "", 0
		if next < len(s.text) {
			_, after = s.nextLine(next + 1)
		}
		switch {
		case s.isFrame(line):
		case start >= 0 && indented(line) && line != "": // the source text of a frame
		case next < len(s.text) && isPosition(s.text[next+1:after]): // a function over its position
		default:
			if start < 0 {
				return i + 1
			}
			s.emitStack(start, end)
			return end
		}
		if start < 0 {
			start = end + 1
		}
		end = next
	}
	if start >= 0 && end > start {
		s.emitStack(start, end)
	}
	return max(end, i+1)
}

func (s *scanner) emitStack(start, end int) {
	s.space = true
	s.rule = stackRule
	s.emitVar(start, start, end)
	s.rule = 0
}

// nextLine returns the line that begins at i and its end.
func (s *scanner) nextLine(i int) (string, int) {
	if k := strings.IndexByte(s.text[i:], '\n'); k >= 0 {
		return s.text[i : i+k], i + k
	}
	return s.text[i:], len(s.text)
}

func indented(line string) bool {
	return strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "  ")
}

// escapedFrames takes stack frames that a quoted string holds with its line feeds
// escaped, from the first of them at i, as one Var, and returns their end, or 0.
func (s *scanner) escapedFrames(i int) int {
	start, end, feed := 0, i, s.feed(i)
	for feed > 0 {
		line, next := s.escapedLine(end + feed)
		after := ""
		if k := s.feed(next); k > 0 {
			after, _ = s.escapedLine(next + k)
		}
		if !s.isFrame(unescapeIndent(line)) && !isPosition(unescapeIndent(after)) {
			break
		}
		if start == 0 {
			start = end + feed
		}
		end = next
		feed = s.feed(end)
	}
	if start == 0 {
		return 0
	}
	s.emitStack(start, end)
	return end
}

// feed is the length of the escaped line feed at i, once or twice escaped, or 0.
func (s *scanner) feed(i int) int {
	k := i
	for k < len(s.text) && k < i+2 && s.text[k] == '\\' {
		k++
	}
	if k == i || k == len(s.text) || s.text[k] != 'n' {
		return 0
	}
	return k + 1 - i
}

// escapedLine returns what stands from i to the next escaped line feed or quote.
func (s *scanner) escapedLine(i int) (line string, end int) {
	for end = i; end < len(s.text); end++ {
		if b := s.text[end]; b == '"' && s.text[end-1] != '\\' || b == '\n' || b == '\\' && s.feed(end) > 0 {
			break
		}
	}
	return s.text[i:end], end
}

// unescapeIndent makes the escaped tab that a line begins with white space.
func unescapeIndent(line string) string {
	rest := strings.TrimLeft(line, "\\")
	if rest == line || !strings.HasPrefix(rest, "t") {
		return line
	}
	return "\t" + rest[1:]
}

// isFrame is true for the ways in which languages write one frame of a stack.
func (s *scanner) isFrame(line string) bool {
	rest := strings.TrimLeft(line, " \t")
	if len(rest) == len(line) {
		// Not indented: only a numbered frame, as debuggers write it.
		return s.numberedFrame(rest)
	}
	for _, p := range [...]string{"at ", "from ", "File \"", "File \\\"", "in ", "..."} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return isPosition(line) || s.numberedFrame(rest)
}

// isPosition is true for an indented path with a line number, file.go:12, and what
// follows a colon there, as in user.rb:12:in `full'.
func isPosition(line string) bool {
	if !indented(line) {
		return false
	}
	rest := strings.TrimLeft(line, " \t")
	if k := strings.IndexAny(rest, " \t"); k >= 0 {
		rest = rest[:k]
	}
	dot := strings.LastIndexByte(rest, '.')
	if dot <= 0 {
		return false
	}
	colon := strings.IndexByte(rest[dot:], ':')
	return colon > 0 && dot+colon+1 < len(rest) && class[rest[dot+colon+1]]&cDigit != 0
}

// numberedFrame is true for "#3 0x7f.. in f ()" and "  3: f".
func (s *scanner) numberedFrame(rest string) bool {
	k := 0
	if strings.HasPrefix(rest, "#") {
		k = 1
	}
	d := k
	for d < len(rest) && d < k+4 && class[rest[d]]&cDigit != 0 {
		d++
	}
	if d == k || d+1 >= len(rest) {
		return false
	}
	if k == 1 {
		return rest[d] == ' '
	}
	if !strings.HasPrefix(rest[d:], ": ") {
		return false
	}
	if hexMark(rest) {
		s.exact = anyDigit
	}
	return strings.Contains(rest, "::") || strings.Contains(rest, "0x")
}
