// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// redraw draws every digit of a line again.
func redraw(r *rand.Rand, line string) string {
	b := []byte(line)
	for i, c := range b {
		if '0' <= c && c <= '9' {
			b[i] = '0' + byte(r.IntN(10))
		}
	}
	return string(b)
}

// requireDigitsAlike checks what Memo rests on: lines that differ in digits only,
// and not in those that the scanner says it heeded, have one shape.
func requireDigitsAlike(t testing.TB, m *Masker, r *rand.Rand, text string) {
	var line, other Line
	m.Mask(text, &line)
	for range 4 {
		drawn := []byte(redraw(r, text))
		if line.exact == anyDigit {
			m.Mask(string(drawn), &other)
			require.NotZero(t, other.exact, "%q is heeded\n%q is not", text, drawn)
			continue
		}
		for e := line.exact; e != 0; {
			var i, j int
			i, j, e = lastHeeded(e)
			copy(drawn[i:j], text[i:j])
		}
		m.Mask(string(drawn), &other)
		require.Equal(t, line.exact, other.exact, "%q\n%q", text, drawn)
		require.Equal(t, line.Shape, other.Shape, "%q is %s\n%q is %s", text, line.String(), drawn, other.String())
	}
}

// snippets are what the masker decides by, to be put together at random.
var snippets = strings.Split("GET |HTTP/1.1\" |exited with code |status |status=|returned |sha256:|SQLSTATE[|ORA-00942:|aB1+/|curl/8.5|<EventID>|</|\\n\\tat |user |ok|0|1|7|12|255|1234|0x|0X|x|e|f|deadbeef|ms|kB|Jan|Mon|UTC|true|null|at|in|msg|user|blk_|jk2_init|std::|k8s|"+
	" |  |\n|\t|\n\t|\n  | at |#|, |,|;|: |:|::|=|==|=>|-|--|+|.|..|/|//|://|\\|\\n|@|~|_|'|\"|`|`.`|(|)|[|]|{|}|<|>|&|%|$|*|é|中文|٣|\xff|\u200b", "|")

func randomLine(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(24) {
		b.WriteString(snippets[r.IntN(len(snippets))])
	}
	return b.String()
}

func TestDigitsAreAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	m, err := New(Options{MaxBytes: 100})
	require.NoError(t, err)
	for range 40_000 {
		requireDigitsAlike(t, m, r, randomLine(r))
	}
	for _, line := range mixedLines(2000) {
		requireDigitsAlike(t, m, r, line)
	}
}

func TestWhereDigitsMatter(t *testing.T) {
	m, err := New(Options{})
	require.NoError(t, err)
	for text, exact := range map[string]uint64{
		"":                                   0,
		"job 17 took 20 ms":                  0,
		"at 0x7ffe of 0x1000":                0,
		"jk2_init() found 3":                 1<<6 | 8,                       // a digit of a name is constant
		"a k8s=1 x12=1":                      (3<<6|3)<<rangeBits | 9<<6 | 3, // and of a key
		"exited with code 0":                 18<<6 | 1,
		"exited with code 42":                0,
		"a1=1 b1=1 c1=1 d1=1 e1=1":           anyDigit,
		"regs 0x1f, 17":                      anyDigit, // a list of two kinds, or of one were it 1x1f
		"regs 12, 17":                        0,
		"panic\n  3: f 0x7f":                 anyDigit, // a stack frame, or not, were it 1x7f
		"panic\n  at f (g.go:12)\n  at h 13": 0,
	} {
		var line Line
		m.Mask(text, &line)
		require.Equal(t, exact, line.exact, text)
	}
}

func TestMemoGivesWhatTheMaskerGives(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	m, err := New(Options{MaxBytes: 90})
	require.NoError(t, err)
	memo := NewMemo(m)
	lines := mixedLines(300)
	for range 300 {
		lines = append(lines, randomLine(r))
	}
	var got, want Line
	recalled := 0
	for range 30_000 {
		text := redraw(r, lines[r.IntN(len(lines))])
		m.Mask(text, &want)
		if memo.Mask(text, &got) {
			recalled++
			require.Empty(t, got.Tokens)
		} else {
			require.Equal(t, want.Tokens, got.Tokens)
		}
		require.Equal(t, want.Shape, got.Shape, text)
		require.Equal(t, want.Text, got.Text)
	}
	require.Greater(t, recalled, 15_000)
}

func TestMemoOfConcurrentCallers(t *testing.T) {
	m, err := New(Options{})
	require.NoError(t, err)
	memo := NewMemo(m)
	memo.sets = memo.sets[:1] // all write to the same four places
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(caller), 1))
			var got, want Line
			for range 5000 {
				text := randomLine(r)
				memo.Mask(text, &got)
				m.Mask(text, &want)
				if want.Shape != got.Shape {
					t.Errorf("%q: %x in place of %x", text, got.Shape, want.Shape)
				}
			}
		})
	}
	wg.Wait()
}

func TestMemoLeavesUserRulesAlone(t *testing.T) {
	m, err := New(Options{Rules: []Rule{{Name: "seven", Pattern: "code 7"}}})
	require.NoError(t, err)
	memo := NewMemo(m)
	var line Line
	for _, text := range []string{"code 7", "code 8", "code 7"} {
		require.False(t, memo.Mask(text, &line))
		require.NotEmpty(t, line.Tokens)
	}
}

func TestZeroDigits(t *testing.T) {
	for i := range 256 {
		for j := range 256 {
			b := [8]byte{byte(i), byte(j), 'a', '5', byte(j), 0, 0xff, byte(i)}
			want := b
			for k, c := range b {
				if '0' <= c && c <= '9' {
					want[k] = '0'
				}
			}
			require.Equal(t, load8(string(want[:])), zeroDigits(load8(string(b[:]))), "%q", b)
			for k, c := range b {
				if isHex(c) {
					want[k] = '0'
				}
			}
			require.Equal(t, load8(string(want[:])), zeroHex(load8(string(b[:]))), "%q", b)
		}
	}
}

// TestMemoGivesUpOnLinesThatNeverComeBack: what is not found is soon not looked
// for, and looked for again once it is found.
func TestMemoGivesUpOnLinesThatNeverComeBack(t *testing.T) {
	m, err := New(Options{})
	require.NoError(t, err)
	memo := NewMemo(m)
	r := rand.New(rand.NewPCG(5, 1))
	var line Line
	unique := func() string { return fmt.Sprintf("request %016x of a client was answered", r.Uint64()) }
	for range 4 * giveUp {
		memo.Mask(unique(), &line)
	}
	kind := memo.kind(unique())
	require.GreaterOrEqual(t, memo.misses[kind].Load(), uint32(giveUp))
	known := unique()
	require.Equal(t, kind, memo.kind(known))
	recalled := 0
	for range 1000 {
		if memo.Mask(known, &line) {
			recalled++
		}
	}
	require.Greater(t, recalled, 500)
	require.Less(t, memo.misses[kind].Load(), uint32(giveUp))
}
