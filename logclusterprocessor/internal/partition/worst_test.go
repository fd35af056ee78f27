// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
)

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
