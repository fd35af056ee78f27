// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// Two lines that share many words and differ where values stand are instances of
// one template, even when the values are of several words: no context of one
// position leads from one to the other.
const (
	maxUnits    = 128  // of lines that are aligned
	maxCells    = 6000 // that a line may fill in all, a few ns each
	maxGap      = 10   // units that a value may have
	maxGapWords = 4    // words among them
	minShared   = 4    // words that two lines of one template share
	minAround   = 8    // when neither has a plain value but an expression
)

// gap is what differs between two aligned lines: units a to b of one, c to d of
// the other.
type gap struct{ a, b, c, d int }

// aligner compares lines. It keeps its buffers.
type aligner struct {
	x, y  *skeleton
	score []uint16
	gaps  []gap
	cells int // of score that are left for this line
}

// align finds the gaps between x and y, and is true when all of them hold values.
func (al *aligner) align(x, y *skeleton) bool {
	al.x, al.y, al.gaps = x, y, al.gaps[:0]
	if len(x.units) > maxUnits || len(y.units) > maxUnits {
		return false
	}
	al.match()
	if len(al.gaps) == 0 || !al.fill() {
		return false
	}
	shared, at := 0, 0
	for _, g := range al.gaps {
		shared += wordsOf(x.units[at:g.a])
		at = g.b
	}
	shared += wordsOf(x.units[at:])
	differ, need := 0, max(minShared, 2*len(al.gaps))
	for _, g := range al.gaps {
		left, right := x.units[g.a:g.b], y.units[g.c:g.d]
		if !plausible(x, g.a, g.b) || !plausible(y, g.c, g.d) {
			return false
		}
		if !isValue(left) && !isValue(right) {
			if g.a == 0 || !isExpression(left) && !isExpression(right) {
				return false
			}
			need = max(need, minAround)
		}
		differ += max(wordsOf(left), wordsOf(right))
	}
	return shared >= max(need, differ)
}

// match fills gaps from a longest common subsequence, in which a word weighs more
// than a mark.
func (al *aligner) match() {
	x, y := al.x.units, al.y.units
	low := 0
	for low < len(x) && low < len(y) && x[low].hash == y[low].hash {
		low++
	}
	n, m := len(x), len(y)
	for n > low && m > low && x[n-1].hash == y[m-1].hash {
		n--
		m--
	}
	if n == low && m == low {
		return
	}
	if al.cells -= (n - low + 1) * (m - low + 1); al.cells < 0 {
		return // no gaps: not aligned
	}
	// score[i][j] is of x[i:n] and y[j:m].
	width := m - low + 1
	al.score = slices.Grow(al.score[:0], (n-low+1)*width)[:(n-low+1)*width]
	clear(al.score)
	at := func(i, j int) *uint16 { return &al.score[(i-low)*width+j-low] }
	for i := n - 1; i >= low; i-- {
		for j := m - 1; j >= low; j-- {
			best := max(*at(i+1, j), *at(i, j+1))
			if x[i].hash == y[j].hash {
				best = max(best, *at(i+1, j+1)+weight(&x[i]))
			}
			*at(i, j) = best
		}
	}
	i, j := low, low
	for i < n || j < m {
		g := gap{i, i, j, j}
		for i < n || j < m {
			if i < n && j < m && x[i].hash == y[j].hash && *at(i, j) == *at(i+1, j+1)+weight(&x[i]) {
				break
			}
			if j == m || i < n && *at(i, j) == *at(i+1, j) {
				i++
			} else {
				j++
			}
		}
		g.b, g.d = i, j
		al.gaps = append(al.gaps, g)
		for i < n && j < m && x[i].hash == y[j].hash && *at(i, j) == *at(i+1, j+1)+weight(&x[i]) {
			i++
			j++
		}
	}
}

func weight(u *unit) uint16 {
	if u.isWord() {
		return 4
	}
	return 1
}

// fill makes gaps that are empty on one side whole: with the variable text beside
// them, or with the gap next to them when hardly anything stands between. It is
// false when one stays empty: the line has a part that the other has not.
func (al *aligner) fill() bool {
	x := al.x.units
	for k := 0; k < len(al.gaps); {
		g := &al.gaps[k]
		if g.a < g.b && g.c < g.d {
			al.balance(k)
			k++
			continue
		}
		switch {
		case k > 0 && wordsOf(x[al.gaps[k-1].b:g.a]) <= 1:
			al.gaps[k-1].b, al.gaps[k-1].d = g.b, g.d
			al.gaps = slices.Delete(al.gaps, k, k+1)
			k--
		case k+1 < len(al.gaps) && wordsOf(x[g.b:al.gaps[k+1].a]) <= 1:
			g.b, g.d = al.gaps[k+1].b, al.gaps[k+1].d
			al.gaps = slices.Delete(al.gaps, k+1, k+2)
		case al.clause(g):
			return false
		case g.a > 0 && g.c > 0 && x[g.a-1].isVar() && (k == 0 || al.gaps[k-1].b < g.a):
			g.a--
			g.c--
		case g.b < len(x) && g.d < len(al.y.units) && x[g.b].isVar() && (k+1 == len(al.gaps) || g.b < al.gaps[k+1].a):
			g.b++
			g.d++
		default:
			return false
		}
	}
	return true
}

// clause is true when the gap that only one line has is words up to the end of what
// is said: returns successfully, not a longer value.
func (al *aligner) clause(g *gap) bool {
	units, at, from := al.x.units, g.b, g.a
	if g.a == g.b {
		units, at, from = al.y.units, g.d, g.c
	}
	if wordsOf(units[from:at]) == 0 {
		return false
	}
	return at == len(units) || isQuote(units[at].Const)
}

// balance takes the bracket that closes or opens one inside gap k into it.
func (al *aligner) balance(k int) {
	x, g := al.x.units, &al.gaps[k]
	open := 0
	for i := g.a; i < g.b; i++ {
		switch c := x[i].Const; {
		case opens[c]:
			open++
		case closes[c]:
			open--
		}
	}
	switch {
	case open > 0 && g.b < len(x) && closes[x[g.b].Const] && (k+1 == len(al.gaps) || g.b < al.gaps[k+1].a):
		g.b++
		g.d++
	case open < 0 && g.a > 0 && opens[x[g.a-1].Const] && (k == 0 || al.gaps[k-1].b < g.a):
		g.a--
		g.c--
	}
}

var opens, closes = map[string]bool{"(": true, "[": true, "{": true}, map[string]bool{")": true, "]": true, "}": true}

// fits is true when x has variable text in every gap.
func (al *aligner) fits() bool {
	for _, g := range al.gaps {
		if g.b-g.a > 1 || !al.x.units[g.a].isVar() {
			return false
		}
	}
	return true
}

// general returns the units of x with a slot in each gap, and how many of the
// slots are new.
func (al *aligner) general() (units []mask.Unit, slots int) {
	i, j := 0, 0
	same := func(end int) {
		for ; i < end; i, j = i+1, j+1 {
			units = append(units, al.x.units[i].Unit)
			widen(units[len(units)-1:], []mask.Unit{al.y.units[j].Unit})
		}
	}
	for _, g := range al.gaps {
		same(g.a)
		units = append(units, mask.Unit{Kind: mask.Var, Space: al.x.units[g.a].Space, Placeholder: mask.Any})
		if g.b-g.a > 1 || !al.x.units[g.a].isVar() {
			slots++
		}
		i, j = g.b, g.d
	}
	same(len(al.x.units))
	return units, slots
}

// wordsOf counts the words of two letters or more.
func wordsOf(units []unit) (n int) {
	for i := range units {
		if units[i].isWord() {
			n++
		}
	}
	return n
}

func (u *unit) isWord() bool { return u.Kind == mask.Word && len(u.Const) > 1 }

func (u *unit) isVar() bool { return u.Kind == mask.Var && u.Const == "" }

// isValue is true for a piece of variable text, or a name: no word of a language.
func isValue(units []unit) bool {
	if len(units) != 1 {
		return false
	}
	u := &units[0]
	switch u.Kind {
	case mask.Var:
		return u.Const == "" || strings.HasSuffix(u.Const, "_")
	case mask.Word:
		return strings.ContainsAny(u.Const[1:], "_.") && lower(u.Const)
	}
	return false
}

// isExpression is true for several units with variable text or brackets.
func isExpression(units []unit) bool {
	for i := range units {
		if u := &units[i]; len(units) > 1 && (u.Kind == mask.Var || u.Kind == mask.Punct && u.Const != "," && u.Const != ".") {
			return true
		}
	}
	return false
}

// plausible is true when units from to end of s may be a value.
func plausible(s *skeleton, from, end int) bool {
	if end-from > maxGap || wordsOf(s.units[from:end]) > maxGapWords {
		return false
	}
	for i := from; i < end; i++ {
		u := &s.units[i]
		if u.Kind != mask.Word {
			continue
		}
		key := i+1 < len(s.units) && s.units[i+1].Const == "=" && !s.units[i+1].Space
		if key || u.fixed || capitals(u.Const) && end-from == 1 {
			return false
		}
	}
	return true
}
