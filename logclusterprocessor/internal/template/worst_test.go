// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// shuffled returns lines of the same n words, in another order each.
func shuffled(n, lines int) []string {
	r := rand.New(rand.NewPCG(4, 2))
	words := make([]string, n)
	for i := range words {
		words[i] = letters(i*977 + 5000)
	}
	out := make([]string, lines)
	for k := range out {
		r.Shuffle(n, func(i, j int) { words[i], words[j] = words[j], words[i] })
		out[k] = strings.Join(words, " ")
	}
	return out
}

// BenchmarkWorstLearn is what a stranger can make one line cost.
func BenchmarkWorstLearn(b *testing.B) {
	for _, n := range []int{30, 60, 120, 1000} {
		b.Run(fmt.Sprintf("shuffled=%d", n), func(b *testing.B) {
			lines := shuffled(n, 3000)
			m := New[int](Limits{})
			var line mask.Line
			for i := 0; b.Loop(); i++ {
				feed(m, &line, lines[i%len(lines)]+letters(i), int64(i))
			}
		})
	}
}

// maxPerByte is far above what a byte of a line costs on a busy machine, and far
// below what it costs when the time is no longer linear: 26,000 ns was seen.
const maxPerByte = 3000.0

// TestWorstBytes bounds what a byte of lines costs that make the masker look ahead
// or back.
func TestWorstBytes(t *testing.T) {
	var line mask.Line
	worst := 0.0
	for _, unit := range []string{
		"[", "{", "(", "a=[", "a={", `a="`, `"`, `'`, "a='", `"a `, `"a/1`, `\"a/1 `, "`", "`a", "`a`.", `\n`, `\n\t`, `\\n`, "\n", "\n\ta.b:", "<a>b", ">a", "GET /", "+a", "a+b", "a+",
		"::1", ":", "a:", "a1=", "=", "a==", "/a", "a/b.", "1,", "1, ", "x 1 ", "a=b ", `k="v`, `{"a":`, "sha256:", "aB1+", "status 5", "code: ", "，", "é", "用a", "\xff",
		"ab12-", "Mon ", "1 Mon ", "0x1, ", "~~", "a.b.c ", `"a":"`, `"msg":"`, `msg="`, "\n  at ", `\n\tat `, "a'b", "''", `""`, "[]", "a[", "1[", "%", "1%",
	} {
		text := strings.Repeat(unit, 8<<10/len(unit))
		best := time.Duration(1 << 62)
		for range 3 {
			begin := time.Now()
			masker.Mask(text, &line)
			best = min(best, time.Since(begin))
		}
		perByte := float64(best.Nanoseconds()) / float64(len(text))
		worst = max(worst, perByte)
		require.Less(t, perByte, maxPerByte, "%q", unit)
	}
	t.Logf("the worst: %.0f ns a byte", worst)
}
