// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"math"
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

// maxGrowth is how much more a byte of a line may cost that is 16 times as long:
// nothing when the time is linear, 16 times when it is quadratic.
const maxGrowth = 6

// TestWorstBytes looks at lines that make the masker look ahead or back.
func TestWorstBytes(t *testing.T) {
	var line mask.Line
	perByte := func(unit string, size int) float64 {
		text := strings.Repeat(unit, size/len(unit))
		best := time.Duration(math.MaxInt64)
		for range 5 {
			begin := time.Now()
			masker.Mask(text, &line)
			best = min(best, time.Since(begin))
		}
		return float64(best.Nanoseconds()) / float64(len(text))
	}
	worst := 0.0
	for _, unit := range []string{
		"[", "{", "(", "a=[", "a={", `a="`, `"`, `'`, "a='", `"a `, `"a/1`, `\"a/1 `, "`", "`a", "`a`.", `\n`, `\n\t`, `\\n`, "\n", "\n\ta.b:", "<a>b", ">a", "GET /", "+a", "a+b", "a+",
		"::1", ":", "a:", "a1=", "=", "a==", "/a", "a/b.", "1,", "1, ", "x 1 ", "a=b ", `k="v`, `{"a":`, "sha256:", "aB1+", "status 5", "code: ", "，", "é", "用a", "\xff",
		"ab12-", "Mon ", "1 Mon ", "0x1, ", "~~", "a.b.c ", `"a":"`, `"msg":"`, `msg="`, "\n  at ", `\n\tat `, "a'b", "''", `""`, "[]", "a[", "1[", "%", "1%",
	} {
		short, long := perByte(unit, 1<<10), perByte(unit, 16<<10)
		worst = max(worst, long)
		require.Less(t, long, maxGrowth*short+20, "ns a byte of %q", unit)
	}
	t.Logf("the worst: %.0f ns a byte", worst)
}
