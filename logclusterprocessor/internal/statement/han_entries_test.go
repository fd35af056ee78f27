// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hanEvidence is what hangs on one wording of the lexicon.
type hanEvidence struct {
	joined   int             // positive pairs that are joined with it alone
	projects map[string]bool // of those pairs
	parted   int             // pairs that must be apart and are with it alone
	lost     int             // positive pairs that it keeps apart
	wrong    int             // pairs that must be apart and are joined by it
	readIn   map[string]bool // projects with a message that reads otherwise without it
}

// without is the lexicon without one wording.
func (l *hanLexicon) without(wording string) *hanLexicon {
	c := &hanLexicon{maps.Clone(l.entries), maps.Clone(l.levels), maps.Clone(l.failing), maps.Clone(l.negated), l.longest}
	delete(c.entries, wording)
	delete(c.levels, wording)
	return c
}

func readingBy(lex *hanLexicon, text string) reading {
	s := scanHan(lex, text)
	return s.reading(text)
}

// hanLine is a line of the lexicon's file.
type hanLine struct{ section, wording, message string }

func hanLines(t *testing.T) (out []hanLine) {
	section := ""
	for line := range strings.Lines(hanFile) {
		line = strings.TrimSuffix(line, "\n")
		wording, message, _ := strings.Cut(line, "\t")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		default:
			out = append(out, hanLine{section, wording, message})
		}
	}
	require.NotEmpty(t, out)
	return out
}

// Each wording has a message that reads otherwise without it, or has other words.
func TestHanLexiconHasNoIdleEntry(t *testing.T) {
	for _, l := range hanLines(t) {
		require.NotEmpty(t, l.message, "no message for %s", l.wording)
		lex := han.without(uniform(l.wording))
		if kind, _, _ := strings.Cut(l.section, " "); kind == "failing" {
			delete(lex.failing, l.wording)
		} else if kind == "negated" {
			delete(lex.negated, l.wording)
		}
		with, without := readingBy(han, l.message).hanKey(), readingBy(lex, l.message).hanKey()
		if with == without {
			a, b := scanHan(han, l.message), scanHan(lex, l.message)
			with, without = fmt.Sprint(a.words()), fmt.Sprint(b.words())
		}
		assert.NotEqual(t, without, with, "[%s] %s says nothing in: %s", l.section, l.wording, l.message)
	}
}

// hanReadings are the keys of all messages of the data, and who uses a wording.
type hanReadings struct {
	key    map[string]string
	usedBy map[string][]hanMessage
}

func readAllHan(d hanData) hanReadings {
	r := hanReadings{map[string]string{}, map[string][]hanMessage{}}
	messages := slices.Concat(d.sets, d.singles)
	for _, p := range slices.Concat(d.positive, d.negative) {
		messages = append(messages, p.a, p.b)
	}
	for _, m := range messages {
		if _, ok := r.key[m.text]; ok {
			continue
		}
		s := scanHan(han, m.text)
		r.key[m.text] = s.reading(m.text).hanKey()
		seen := map[string]bool{}
		for _, tok := range s.tokens {
			if w := string(s.text[tok.at:tok.end]); tok.entry != nil && !seen[w] {
				seen[w] = true
				r.usedBy[w] = append(r.usedBy[w], m)
			}
		}
	}
	return r
}

// evidence compares the data's pairs with and without one wording.
func (r hanReadings) evidence(d hanData, wording string) hanEvidence {
	e := hanEvidence{projects: map[string]bool{}, readIn: map[string]bool{}}
	lex, now := han.without(wording), map[string]string{}
	for _, m := range r.usedBy[wording] {
		if k := readingBy(lex, m.text).hanKey(); k != r.key[m.text] {
			now[m.text] = k
			e.readIn[m.project] = true
		}
	}
	same := func(p hanPair) (with, without bool) {
		key := func(text string) string { return cmp.Or(now[text], r.key[text]) }
		return r.key[p.a.text] == r.key[p.b.text], key(p.a.text) == key(p.b.text)
	}
	for _, p := range d.positive {
		if with, without := same(p); with && !without {
			e.joined++
			e.projects[p.a.project], e.projects[p.b.project] = true, true
		} else if without && !with {
			e.lost++
		}
	}
	for _, p := range d.negative {
		if with, without := same(p); with && !without {
			e.wrong++
		} else if without && !with {
			e.parted++
		}
	}
	return e
}

// No wording joins what must be apart, or keeps apart more than it joins. What
// hangs on each is printed with -v.
func TestHanEntries(t *testing.T) {
	d := loadHan(t)
	r := readAllHan(d)
	for _, l := range hanLines(t) {
		e := r.evidence(d, uniform(l.wording))
		t.Logf("[%s] %s joins %d pairs of %d projects, parts %d; keeps %d apart, joins %d wrongly; read in %d projects",
			l.section, l.wording, e.joined, len(e.projects), e.parted, e.lost, e.wrong, len(e.readIn))
		assert.Zero(t, e.wrong, "%s joins pairs that must be apart", l.wording)
		assert.LessOrEqual(t, e.lost, max(1, e.joined), "%s keeps apart more than it joins", l.wording)
	}
}
