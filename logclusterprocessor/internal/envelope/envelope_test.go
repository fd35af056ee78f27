// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

func TestEveryItemHasItsExample(t *testing.T) {
	s := New(Options{})
	for i := range items {
		item := &items[i]
		t.Run(item.name, func(t *testing.T) {
			var e Envelope
			s.Split(item.example, &e)
			require.Equal(t, item.message, e.Message, item.example)
			require.NotEmpty(t, item.why)
			require.LessOrEqual(t, i, 31, "byFirst has 32 bits")
		})
	}
}

func TestEveryLayoutHasItsExample(t *testing.T) {
	for i := range layouts {
		l := &layouts[i]
		t.Run(l.pattern, func(t *testing.T) {
			got, end := timeAt(l.example+" disk full", 0)
			require.Equal(t, l, got)
			require.Equal(t, len(l.example), end)
		})
	}
}

func TestEveryKeyHasItsRole(t *testing.T) {
	s := New(Options{})
	for i, key := range DefaultMessageKeys() {
		require.Equal(t, roleMessage+Role(i), s.Role(key), key)
	}
	for _, r := range keyRoles {
		for _, key := range r.keys {
			require.Equal(t, r.role, s.Role(key), key)
			require.Equal(t, r.role, s.Role(strings.ToUpper(key[:1])+key[1:]), key)
		}
	}
	for key, want := range map[string]Role{
		"log.level": roleLevel, "stackTrace": roleStack, "error.stack_trace": roleStack, "trace_id": roleTrace, "PRIORITY": rolePriority,
		"": roleNone, "orders": roleNone, "messages": roleNone, "MSG": roleNone, strings.Repeat("message", 99): roleNone,
	} {
		require.Equal(t, want, s.Role(key), key)
	}
}

// readLines reads the texts of a file in testdata.
func readLines(t testing.TB, name string) []string {
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	var lines []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		line, err := strconv.Unquote(sc.Text())
		require.NoError(t, err, sc.Text())
		lines = append(lines, line)
	}
	return lines
}

// TestLines compares what is found in testdata/lines.txt with lines.golden.
func TestLines(t *testing.T) {
	s := New(Options{})
	e := Envelope{Explain: true}
	var got strings.Builder
	for _, line := range readLines(t, "lines.txt") {
		s.Split(line, &e)
		fmt.Fprintf(&got, "%s\n  %s\n", strconv.Quote(line), strconv.Quote(e.Message))
		if e.Severity > 0 {
			fmt.Fprintf(&got, "  severity %d %s\n", e.Severity, e.Level)
		}
		for _, item := range e.Items {
			fmt.Fprintf(&got, "  %s %s\n", item.Kind, strconv.Quote(item.Text))
		}
	}
	const golden = "testdata/lines.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}

// A bare message comes through as it is.
func TestBareMessagesStay(t *testing.T) {
	s := New(Options{})
	e := Envelope{Explain: true}
	for _, line := range readLines(t, "bare.txt") {
		s.Split(line, &e)
		require.Equal(t, line, e.Message)
		require.False(t, e.Decoded, line)
		require.Empty(t, e.Items, line)
	}
}

// envelopes put a message where programs put it.
var envelopes = map[string]func(message string) string{
	"bare": func(m string) string { return m },
	"Java": func(m string) string {
		return "2026-03-01 10:00:00,123 WARN  [exec-7] com.acme.shop.core.Handler - " + m
	},
	"syslog": func(m string) string { return "Mar  1 10:00:00 shop-app shopd[42]: " + m },
	"klog":   func(m string) string { return "W0301 10:00:00.123456       1 core/handler.go:42] " + m },
	"logfmt": func(m string) string {
		return "ts=2026-03-01T10:00:00.123Z level=warn caller=core/handler.go:42 service=shop env=prod version=1.2.3 trace_id=6a7b8c9d0e1f msg=" + strconv.Quote(m) + " n=3"
	},
	"JSON": func(m string) string {
		return `{"ts":"2026-03-01T10:00:00Z","level":"warn","logger":"core.Handler","msg":` + quoteJSON(m) + `,"service":"shop","n":3}`
	},
	"JSON, escaped": func(m string) string {
		return `{"time": "2026-03-01T10:00:00Z", "level": "warn", "msg": ` + quoteASCII(m) + `}`
	},
	"JSON in JSON": func(m string) string {
		return `{"log":` + quoteJSON(`{"level":"warn","msg":`+quoteJSON(m)+"}\n") + `,"stream":"stderr","time":"2026-03-01T10:00:00Z"}`
	},
	"CRI": func(m string) string {
		return "2026-03-01T10:00:00.123456789Z stderr F W0301 10:00:00.123456 1 a.go:4] " + m
	},
	"colours": func(m string) string {
		return "\x1b[2m2026-03-01T10:00:00.123Z\x1b[0m \x1b[33m WARN\x1b[0m a::b: " + m + "\x1b[0m"
	},
	"pipes": func(m string) string { return "2026-03-01 10:00:00.1234|WARN|Shop.Orders|" + m },
}

func quoteJSON(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// quoteASCII writes all that is not ASCII as \uXXXX.
func quoteASCII(text string) string {
	var b strings.Builder
	for _, r := range quoteJSON(text) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// The same message comes out of every envelope.
func TestEnvelopes(t *testing.T) {
	s := New(Options{})
	var e Envelope
	for _, message := range readLines(t, "bare.txt") {
		for name, wrap := range envelopes {
			line := wrap(message)
			s.Split(line, &e)
			require.Equal(t, message, e.Message, "%s: %s", name, line)
			if name != "bare" && name != "syslog" {
				require.EqualValues(t, 13, e.Severity, "%s: %s", name, line)
			}
		}
	}
}

func TestMap(t *testing.T) {
	s := New(Options{})
	var e Envelope
	for _, message := range readLines(t, "bare.txt") {
		e.Begin()
		s.JSON(&e, s.Role("level"), []byte("40"))
		s.Text(&e, s.Role("msg"), message)
		require.True(t, s.End(&e))
		require.Equal(t, message, e.Message)
		require.EqualValues(t, 13, e.Severity)
	}
	e.Begin()
	s.Text(&e, s.Role("user"), "alice")
	require.False(t, s.End(&e))
	const whole = `{"user":"alice"}`
	s.Whole(&e, []byte(whole))
	if whole != e.Message { // to the byte: JSON that is equal is not enough
		t.Fatalf("got %s", e.Message)
	}
}

func TestColours(t *testing.T) {
	s := New(Options{})
	var e Envelope
	const want = "disk is full"
	for _, line := range []string{
		"\x1b[1mdisk\x1b[0m is full", "di\x1b[31msk\x1b[0m is \x1b[38;5;200mfull", "\x1b[?25ldisk is full\x1b[K",
		"\x1b]0;a title\x07disk is full", "\x1b]8;;https://a.example/b\x1b\\disk\x1b]8;;\x1b\\ is full", "\x1b(Bdisk is full",
		`\u001b[1mdisk\u001b[0m is full`, `\x1b[1mdi\x1b[0msk is full`, `\033[1mdisk\033[0m is full`, `\e[1mdisk\e[0m is full`,
		"#033[1mdisk#033[0m is full", "^[[1mdisk^[[0m is full", `{"msg":"\u001b[1mdisk\u001b[0m is full"}`, `{"msg":"\\u001b[1mdisk is full"}`,
	} {
		s.Split(line, &e)
		require.Equal(t, want, e.Message, line)
	}
	for _, line := range []string{`C:\etc\x is full`, "issue #033 is full", "a^[b is full", `regexp \[a-z\] is full`} {
		s.Split(line, &e)
		require.Equal(t, line, e.Message)
	}
}

func TestCutShort(t *testing.T) {
	s := New(Options{MaxBytes: 64})
	var e Envelope
	for _, c := range [][2]string{
		{`{"ts":"2026-03-01T10:00:00Z","msg":"disk full on the first of all the disks","x":1}`, "disk full on the first of al"},
		{`level=info x=1 msg="disk full on the first of all the disks of the house" y=2`, "disk full on the first of all the disks of t"},
		{strings.Repeat("ö", 40), strings.Repeat("ö", 32)},
	} {
		s.Split(c[0], &e)
		require.Equal(t, c[1], e.Message)
	}
}

func TestNoAllocation(t *testing.T) {
	s := New(Options{})
	var e Envelope
	lines := readLines(t, "lines.txt")
	for _, message := range readLines(t, "bare.txt") {
		for _, wrap := range envelopes {
			lines = append(lines, wrap(message))
		}
	}
	for _, line := range lines { // grow the buffers
		s.Split(line, &e)
	}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		for _, line := range lines {
			s.Split(line, &e)
		}
	}))
}

// The time is that of the length, whatever the text: none of these takes the
// minutes that a square would.
func TestLinear(t *testing.T) {
	const n = 1 << 20
	s := New(Options{MaxBytes: n})
	var e Envelope
	start := time.Now()
	for _, part := range []string{
		"{", "[", "(", `{"a":`, `{"message":`, `{"log":"{\"log\":\"`, `"`, `\`, "a=", `a="`, "msg=a ", "\x1b", "\x1b[", "\x1b]", `\033]`, "#033[", "^[[1;",
		"2026-03-01 ", "INFO ", "[INFO] ", "<", "a|", "- 1 ", "1772359200 ", "trace", "traceid: ", "a.", "ö", " ", "\n", `{"error":[`, "a b=",
		`{"msg":"","errors":[{"a":"`, "Traceback (most recent call last)\n",
	} {
		text := strings.Repeat(part, n/len(part))
		s.Split(text, &e)
		require.LessOrEqual(t, len(e.Message), n+maxFault+2)
		s.Split(`{"msg":"a","stack":`+strconv.Quote(text), &e)
		s.Split("2026-03-01 10:00:00 INFO "+text, &e)
	}
	require.Less(t, time.Since(start), time.Minute)
}

func FuzzSplit(f *testing.F) {
	for _, name := range []string{"lines.txt", "bare.txt"} {
		for _, line := range readLines(f, name) {
			f.Add(line)
		}
	}
	for i := range items {
		f.Add(items[i].example)
	}
	s := New(Options{MaxBytes: 4096})
	f.Fuzz(func(t *testing.T, line string) {
		e := Envelope{Explain: true}
		s.Split(line, &e)
		message := e.Message
		if utf8.ValidString(line) {
			require.True(t, utf8.ValidString(message), "%q", message)
		}
		require.LessOrEqual(t, len(message), 4096+maxFault+2)
		again := Envelope{Explain: true}
		s.Split(`{"log":`+quoteJSON(line)+`}`, &again)
		s.Split(line, &again) // whatever the envelope saw before
		require.Equal(t, message, again.Message)
		require.Len(t, again.Items, len(e.Items))

		e.Begin()
		s.Text(&e, s.Role("msg"), line)
		s.JSON(&e, s.Role("err"), []byte(line))
		if !s.End(&e) {
			s.Whole(&e, []byte(line))
		}
		require.LessOrEqual(t, len(e.Message), 4096+maxFault+2)
	})
}

func BenchmarkSplit(b *testing.B) {
	s := New(Options{})
	var e Envelope
	const message = "connection to shard 12 of orders lost, retrying in 250 ms"
	long := `{"level":"warn","ts":1772359200.123,"logger":"core.Handler","caller":"core/handler.go:42","msg":"` + message +
		`","service":"shop","env":"prod","version":"1.2.3","region":"eu-west-1","pod":"shop-6a7b8c9d-x2x4z","trace_id":"6a7b8c9d0e1f","user":"u-77","shard":12,"retry":true,"delay_ms":250}`
	lines := map[string]string{"JSON of 15 keys": long}
	for name, wrap := range envelopes {
		lines[name] = wrap(message)
	}
	for name, line := range lines {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Split(line, &e)
			}
		})
	}
}
