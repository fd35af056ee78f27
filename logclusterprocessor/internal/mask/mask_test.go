// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "renew golden files")

const arrow = "\t-> "

func newMasker(tb testing.TB, o Options) *Masker {
	m, err := New(o)
	require.NoError(tb, err)
	return m
}

func masked(m *Masker, text string) string {
	var l Line
	m.Mask(text, &l)
	return l.String()
}

func TestGolden(t *testing.T) {
	const file = "testdata/lines.txt"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	m := newMasker(t, Options{})
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	escape := strings.NewReplacer("\n", `\n`, "\t", `\t`)
	var out []string
	for _, l := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(l, "#") {
			out = append(out, l)
			continue
		}
		in, want, _ := strings.Cut(l, arrow)
		raw := in
		if strings.Contains(in, `\n`) {
			raw = unescape.Replace(in)
		}
		got := escape.Replace(masked(m, raw))
		if !*update {
			require.Equal(t, want, got, "input %q", raw)
		}
		out = append(out, in+arrow+got)
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(out, "\n")+"\n"), 0o644))
	}
}

func shape(m *Masker, text string) uint64 {
	var l Line
	m.Mask(text, &l)
	return l.Shape
}

func TestOneShape(t *testing.T) {
	m := newMasker(t, Options{})
	for _, same := range [][]string{
		{"id=1234", "id=12ab", "id=", `id="x y"`, "id=null", "id=[1, 2]"},
		{"sent 403 bytes", "sent   7 bytes", "sent\t7 bytes "},
		{"took 5 ms", "took 5ms", "took 12.5 s"},
		{"lifetime 00:02", "lifetime <1 sec", "lifetime 3 hrs"},
		{"deleting blk_1", "deleting blk_1 blk_-2", "deleting blk_1, blk_2, blk_3"},
		{"from 10.0.0.1 (a.example.com)", "from 10.0.0.1 ()"},
		{"at Fri Jun 17 07:07:00 2005", "at 2005-06-17T07:07:00Z"},
		{"err: x\n\tat a.B.c(B.java:1)", "err: x\n\tat a.B.c(B.java:1)\n\tat d.E.f(E.java:2)\n\t... 3 more"},
		{`{"u":"bob","n":1}`, `{"u":null,"n":-2.5e3}`, `{ "u": "bob smith", "n": [] }`},
		{"用户1登录", "用户99登录"},
	} {
		for _, l := range same[1:] {
			require.Equal(t, shape(m, same[0]), shape(m, l), "%q and %q", same[0], l)
		}
	}
	for _, differ := range [][2]string{
		{"link up", "link down"},
		{"fans ( 1 2 **** 3 )", "fans ( 1 2 3 )"},
		{"user=a id=1", "user=a"},
		{"block blk_1 lost", "block rdd_1 lost"},
		{"level=info up", "level=warn up"},
		{"err: x\n\tat a.B.c(B.java:1)", "err: y\n\tat a.B.c(B.java:1)"},
	} {
		require.NotEqual(t, shape(m, differ[0]), shape(m, differ[1]), "%q and %q", differ[0], differ[1])
	}
}

func TestParameters(t *testing.T) {
	m := newMasker(t, Options{})
	var l Line
	m.Mask(`user="bob smith" got 7 files from /var/x in blk_42 at Mon Jan 2`, &l)
	require.Equal(t, []string{"bob smith", "7", "/var/x", "42", "Mon Jan 2"}, l.Parameters(nil))
	require.Equal(t, "user=<str> got <num> files from <path> in blk_<num> at <time>", l.String())
}

func TestRules(t *testing.T) {
	m := newMasker(t, Options{Rules: []Rule{
		{Name: "order", Pattern: `ORD-[A-Z]+`},
		{Name: "who", Pattern: `\b(?:alice|bob)\b`},
	}})
	require.Equal(t, "<order> of <who> and <who> costs <num>", masked(m, "ORD-ABC of alice and bob costs 5"))
	require.Equal(t, shape(m, "ORD-ABC of bob"), shape(m, "ORD-Z of alice"))
	require.NotEqual(t, shape(m, "of bob"), shape(newMasker(t, Options{}), "of bob"))
	require.NotEqual(t, m.Version(), newMasker(t, Options{}).Version())
	require.Equal(t, newMasker(t, Options{}).Version(), newMasker(t, Options{MaxBytes: 9}).Version())

	for _, c := range []struct {
		rule Rule
		want string
	}{
		{Rule{"a b", "x"}, `rule 1: name "a b"`},
		{Rule{"", "x"}, `rule 1: name ""`},
		{Rule{"x", "("}, `rule 1 (x): pattern "(": error parsing regexp`},
		{Rule{"x", "a*"}, "must not match the empty string"},
		{Rule{"x", ""}, "must not match the empty string"},
		{Rule{"x", "a|b?"}, "must not match the empty string"},
		{Rule{"x", `^`}, "must not match the empty string"},
		{Rule{"x", `\b`}, "must not match the empty string"},
		{Rule{"x", "(a?){3}"}, "must not match the empty string"},
	} {
		_, err := New(Options{Rules: []Rule{{"ok", "y+"}, c.rule}})
		require.ErrorContains(t, err, c.want)
	}
}

func TestRequiredLiteral(t *testing.T) {
	for pattern, want := range map[string]string{
		`ORD-[A-Z]+`: "ORD-", `(?i)order`: "", `a|b`: "", `\d+ms`: "ms", `(foo)+bar?`: "foo", `x{2,3}yz`: "yz",
	} {
		c, err := compileRule(0, Rule{"x", pattern})
		require.NoError(t, err)
		require.Equal(t, want, c.literal, pattern)
	}
}

func TestMaxBytes(t *testing.T) {
	m := newMasker(t, Options{MaxBytes: 20})
	var l Line
	m.Mask("alpha beta gamma delta epsilon", &l)
	require.Equal(t, "alpha beta gamma", l.Text)
	m.Mask(strings.Repeat("登录", 100), &l)
	require.True(t, utf8.ValidString(l.Text))
	require.LessOrEqual(t, len(l.Text), 20)
	m.Mask(strings.Repeat("\x80", 100), &l)
	require.LessOrEqual(t, len(l.Text), 20)
	m.Mask("", &l)
	require.Empty(t, l.Tokens)
}

func TestMaskAllocatesNothing(t *testing.T) {
	m := newMasker(t, Options{})
	lines := mixedLines(500)
	var l Line
	for _, s := range lines {
		m.Mask(s, &l)
	}
	i := 0
	require.Zero(t, testing.AllocsPerRun(2000, func() {
		m.Mask(lines[i%len(lines)], &l)
		i++
	}))
}

func TestEncodeKeepsTheMaskedLine(t *testing.T) {
	m := newMasker(t, Options{})
	var l Line
	for _, s := range mixedLines(200) {
		m.Mask(s, &l)
		units := Decode(l.Encode(), nil)
		require.Len(t, units, len(l.Tokens))
		require.Equal(t, l.Encode(), EncodeUnits(units))
		var b strings.Builder
		for i, u := range units {
			if u.Space && i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(u.Const + u.Placeholder)
		}
		require.Equal(t, l.String(), b.String())
	}
}

// check holds for any line.
func check(t *testing.T, m *Masker, text string, l *Line) {
	m.Mask(text, l)
	require.LessOrEqual(t, len(l.Text), m.maxBytes)
	require.True(t, strings.HasPrefix(text, l.Text))
	// Tokens in order recompose the text but for white space and escapes.
	pos := uint32(0)
	for i := range l.Tokens {
		k := &l.Tokens[i]
		require.True(t, pos <= k.Start && k.Start <= k.Prefix && k.Prefix <= k.End, "token %d of %q", i, l.Text)
		gap := l.Text[pos:k.Start]
		for _, esc := range []string{`\n`, `\t`, `\r`, `\"`} {
			gap = strings.ReplaceAll(gap, esc, "")
		}
		require.Empty(t, strings.TrimFunc(gap, func(r rune) bool { return isSpace(r) || r <= ' ' || r == 0x7f }), "lost before token %d of %q", i, l.Text)
		pos = k.End
	}
	require.LessOrEqual(t, int(pos), len(l.Text))
	require.True(t, utf8.ValidString(l.Encode()) || l.masker.rules != nil, "%q", l.Text)
	units := Decode(l.Encode(), nil)
	require.Len(t, units, len(l.Tokens))
	require.Equal(t, l.Check, Check(units), "%q", l.Text) // restored, a line is the same
	require.Len(t, l.Parameters(nil), strings.Count(l.Encode(), string(rune(placeholderMark))))
}

func FuzzMask(f *testing.F) {
	data, err := os.ReadFile("testdata/lines.txt")
	require.NoError(f, err)
	for _, l := range strings.Split(string(data), "\n") {
		in, _, _ := strings.Cut(l, arrow)
		f.Add(strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(in))
	}
	for _, l := range []string{"a=[a=[a=[a=[a=[", `k="v\"w" x='`, "\xff\xfe\x80", "a\x00b", "::::", "1:2:3:4:5:6", "http://", "C:\\", "\n\t\n\tat ", "r: 0x1f, 17, 2x3", "p\n  3: f 0x7f", "f2(1) k8s=7",
		`10.0.0.1 - - "GET /a HTTP/1.1" 503 7 "-" "curl/8.5.0"`, "exited with code 0", "exit_code=137 status=0", "SQLSTATE[42P01]: x", "[MY-010914] ORA-00942: y",
		"payload q83vASNFZ4k= rejected", "RSA SHA256:aB1/aB1+aB1/aB1+aB1/aB1+aB1=", "from ::1 ok", "a+b@c.d", "Oct 11 22:14:15 alpha notice su: x",
		"<EventID>4624</EventID><a>b</a>", `"stack":"a.B: y\n\tat c(d:1)\n\t... 2 more"`, `q:"v" w: 'x'`, "用户alice登录"} {
		f.Add(l)
	}
	m := newMasker(f, Options{MaxBytes: 4096})
	ruled := newMasker(f, Options{MaxBytes: 4096, Rules: []Rule{{"a", "a+"}, {"x", "[x-z]1?"}}})
	f.Fuzz(func(t *testing.T, text string) {
		var l, again Line
		check(t, m, text, &l)
		m.Mask(text, &again)
		require.Equal(t, l.Shape, again.Shape)
		check(t, ruled, text, &again)
		requireDigitsAlike(t, m, rand.New(rand.NewPCG(again.Shape, 1)), text)
	})
}
