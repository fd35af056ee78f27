// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"fmt"
	"maps"
	"os"
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
	usedIn   map[string]bool // projects with a message that uses it
	mixed    int             // messages of other sets that a message meets by it
	changed  int             // messages that read otherwise without it
	example  string          // the shortest of them
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

// TestHanEntries prints what hangs on each wording: run it with -v.
func TestHanEntries(t *testing.T) {
	d := loadHan(t)
	base, usedBy := map[string]string{}, map[string][]hanMessage{}
	read := func(m hanMessage) {
		if _, ok := base[m.text]; ok {
			return
		}
		s := scanHan(han, m.text)
		base[m.text] = s.reading(m.text).hanKey()
		seen := map[string]bool{}
		for _, tok := range s.tokens {
			if w := string(s.text[tok.at:tok.end]); tok.entry != nil && !seen[w] {
				seen[w] = true
				usedBy[w] = append(usedBy[w], m)
			}
		}
	}
	for _, m := range slices.Concat(d.sets, d.singles) {
		read(m)
	}
	for _, p := range slices.Concat(d.positive, d.negative) {
		read(p.a)
		read(p.b)
	}
	all := maps.Clone(han.entries)
	for w := range han.levels {
		if all[w] == nil {
			all[w] = &hanEntry{kind: hanLevel, wording: w}
		}
	}
	order := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return 1000*(int(all[a].kind)-int(all[b].kind)) + len(a) - len(b)
	})
	label, holders := map[string]string{}, map[string][]string{}
	for _, m := range slices.Concat(d.sets, d.singles) {
		if label[m.text] == "" {
			label[m.text] = m.set + m.text[:len(m.text)*(1-min(len(m.set), 1))]
			holders[base[m.text]] = append(holders[base[m.text]], m.text)
		}
	}
	strangers := func(text, key string) (n int) {
		for _, o := range holders[key] {
			if label[o] != label[text] && label[text] != "" {
				n++
			}
		}
		return n
	}
	keep := hanParts[0].keep
	if os.Getenv("ALL") != "" {
		keep = hanParts[2].keep
	}
	for _, w := range order {
		e := hanEvidence{projects: map[string]bool{}, usedIn: map[string]bool{}}
		lex, now := han.without(w), map[string]string{}
		for _, m := range usedBy[w] {
			now[m.text] = readingBy(lex, m.text).hanKey()
			if now[m.text] == base[m.text] {
				continue
			}
			e.changed++
			if keep(m.project) {
				e.usedIn[m.project] = true
			}
			if e.example == "" || len(m.text) < len(e.example) {
				e.example = m.text
			}
			e.mixed += strangers(m.text, base[m.text])
		}
		key := func(text string) string {
			if k, ok := now[text]; ok {
				return k
			}
			return base[text]
		}
		for _, p := range d.positive {
			if !keep(p.a.project, p.b.project) {
				continue
			}
			with, without := base[p.a.text] == base[p.b.text], key(p.a.text) == key(p.b.text)
			if with && !without {
				e.joined++
				e.projects[p.a.project], e.projects[p.b.project] = true, true
			} else if without && !with {
				e.lost++
			}
		}
		for _, p := range d.negative {
			if !keep(p.a.project, p.b.project) {
				continue
			}
			with, without := base[p.a.text] == base[p.b.text], key(p.a.text) == key(p.b.text)
			if with && !without {
				e.wrong++
			} else if without && !with {
				e.parted++
			}
		}
		t.Logf("E\t%d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s", all[w].kind, all[w].name, w,
			e.joined, len(e.projects), e.parted, e.lost, e.wrong, e.mixed, len(e.usedIn), e.example)
	}
}
