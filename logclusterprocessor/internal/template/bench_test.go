// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// benchLines are the lines of all sets, each digit drawn anew: repeated lines
// would flatter the caches. Without the shared data they are made ones.
func benchLines(b *testing.B) (lines []string, bytes int64) {
	if dir := findData(); dir != "" {
		for _, set := range loghub {
			l, _ := readLoghub(b, set)
			lines = append(lines, l...)
		}
	} else {
		lines = madeLines(20_000, 1)
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	for i, l := range lines {
		redrawn := []byte(l)
		for k, c := range redrawn {
			if c >= '1' && c <= '9' {
				redrawn[k] = byte('1' + r.IntN(9))
			}
		}
		lines[i] = string(redrawn)
		bytes += int64(len(l))
	}
	return lines, bytes / int64(len(lines))
}

func BenchmarkMask(b *testing.B) {
	lines, size := benchLines(b)
	var line mask.Line
	b.SetBytes(size)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		masker.Mask(lines[i%len(lines)], &line)
	}
}

// BenchmarkMemo is lines with a number in hexadecimal of their own, with and without a
// memo, a line that the memo knows but for its digits, one that it does
// not since it ends in letters of its own, and the latter without a memo.
func BenchmarkMemo(b *testing.B) {
	lines, _ := benchLines(b)
	r := rand.New(rand.NewPCG(1, 3))
	unseen := make([]string, len(lines))
	for i, l := range lines {
		own := []byte(l + " ref=abcdefghijkl")
		for k := len(l) + len(" ref="); k < len(own); k++ {
			own[k] = byte('a' + r.IntN(26))
		}
		unseen[i] = string(own)
	}
	hex := make([]string, 4096)
	for i := range hex {
		hex[i] = fmt.Sprintf("request %016x of client 10.0.0.7 took 12 ms and was answered from the cache", r.Uint64())
	}
	var line mask.Line
	b.Run("hex", func(b *testing.B) {
		memo := mask.NewMemo(masker)
		for i := 0; b.Loop(); i++ {
			memo.Mask(hex[i%len(hex)]+letters(i), &line)
		}
	})
	b.Run("hex, scanned", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			masker.Mask(hex[i%len(hex)]+letters(i), &line)
		}
	})
	b.Run("recalled", func(b *testing.B) {
		memo := mask.NewMemo(masker)
		for _, l := range lines {
			memo.Mask(redraw(r, l), &line)
		}
		for i := 0; b.Loop(); i++ {
			memo.Mask(lines[i%len(lines)], &line)
		}
	})
	b.Run("missed", func(b *testing.B) {
		var memo *mask.Memo
		for i := 0; b.Loop(); i++ {
			if i%len(unseen) == 0 {
				memo = mask.NewMemo(masker)
			}
			memo.Mask(unseen[i%len(unseen)], &line)
		}
	})
	b.Run("scanned", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			masker.Mask(unseen[i%len(unseen)], &line)
		}
	})
}

func BenchmarkMaskAndLookup(b *testing.B) {
	lines, size := benchLines(b)
	m := New[int](Limits{})
	var line mask.Line
	for i, l := range lines {
		feed(m, &line, l, int64(i))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		masker.Mask(lines[i%len(lines)], &line)
		if e := m.Match(line.Shape, line.Check); e == nil || e.Template() == nil {
			b.Fatal("a known line was not found")
		}
	}
}

// A new template must cost the same among few and among many.
func BenchmarkLearnNew(b *testing.B) {
	for _, known := range []int{1_000, 20_000, 100_000} {
		b.Run(fmt.Sprintf("among=%d", known), func(b *testing.B) {
			m := New[int](Limits{Templates: known, Shapes: 2 * known, Contexts: 20 * known, Bytes: 1 << 40})
			var line mask.Line
			n := 0
			next := func() {
				masker.Mask("task "+letters(n*31)+" of "+letters(n)+" ended with code "+letters(n*7), &line)
				n++
			}
			for range known {
				next()
				m.Learn(&line, int64(n))
			}
			b.ReportAllocs()
			for b.Loop() {
				next()
				m.Learn(&line, int64(n))
			}
		})
	}
}
