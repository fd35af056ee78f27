// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
)

// worstLines are what strangers send to make one line cost much: as many bytes as are
// asked for, another each time.
var worstLines = map[string]func(r *rand.Rand, n int) string{
	"words of its own": func(r *rand.Rand, n int) string { return filled(n, func() string { return linetest.Word(r) + " " }) },
	"few words in another order": func(r *rand.Rand, n int) string {
		return filled(n, func() string { return string(rune('a'+r.IntN(26))) + "lpha " })
	},
	"brackets":    func(r *rand.Rand, n int) string { return linetest.Word(r) + " " + strings.Repeat("[", n) },
	"quotes":      func(r *rand.Rand, n int) string { return linetest.Word(r) + " " + strings.Repeat(`"a `, n/3) },
	"backslashes": func(r *rand.Rand, n int) string { return linetest.Word(r) + " " + strings.Repeat(`\"a/1 `, n/6) },
	"deep JSON":   func(r *rand.Rand, n int) string { return linetest.Word(r) + " " + strings.Repeat(`{"a":`, n/5) },
	"keys":        func(r *rand.Rand, n int) string { return filled(n, func() string { return linetest.Word(r) + "=1 " }) },
}

func filled(n int, more func() string) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(more())
	}
	return b.String()
}

// What a line costs that was never seen before, from mask to cluster, grows no faster
// than its length: counted in allocations, which do not depend on the machine. Of long
// lines only the beginning is learnt, so that they cost even less.
func TestWorstLinesCostWhatTheirLengthSays(t *testing.T) {
	const runs = 50
	allocations := func(line func(r *rand.Rand, n int) string, n int) float64 {
		r := rand.New(rand.NewPCG(1, 6))
		l := newLearner(t, newBudgeted(t, 10, 64<<20))
		lines := make([]string, runs+1)
		for i := range lines {
			lines[i] = line(r, n)
		}
		i := 0
		return testing.AllocsPerRun(runs, func() {
			l.learn("a", lines[i])
			i++
		})
	}
	for name, line := range worstLines {
		short, long := allocations(line, 500), allocations(line, 8000)
		t.Logf("%s: %.0f allocations for 500 bytes, %.0f for 8,000", name, short, long)
		require.LessOrEqual(t, short, 500.0, name)
		require.LessOrEqual(t, long, 16*short, name)
	}
}

// BenchmarkWorstLine is what a stranger can make one line cost that was never seen
// before, windows included: one in 5,000 lines.
func BenchmarkWorstLine(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 4))
	words := make([]string, 120)
	for i := range words {
		words[i] = linetest.Word(r)
	}
	for name, line := range map[string]func() string{
		"8 words of its own": func() string {
			return fmt.Sprintf("%s %s %s %s %s %s %s %s", linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r))
		},
		"120 words in another order": func() string {
			r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			return strings.Join(words, " ")
		},
		"brackets":  func() string { return strings.Repeat("[", 8000) + linetest.Word(r) },
		"quotes":    func() string { return strings.Repeat(`"a `, 2700) + linetest.Word(r) },
		"one prose": func() string { return strings.Repeat(linetest.Word(r)+" ", 1000) },
	} {
		b.Run(name, func(b *testing.B) {
			l := newLearner(b, newBudgeted(b, 10, 64<<20))
			for i := 0; b.Loop(); i++ {
				l.learn("a", line())
				if i%5000 == 4999 {
					p := l.Get([]byte("a"), l.at)
					l.at += p.settings.Window
					p.Advance(l.at, new(time.Duration))
				}
			}
		})
	}
}
