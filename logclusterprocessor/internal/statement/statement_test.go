// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testdata/same.txt has messages a paragraph that are one statement, and no two
// paragraphs are the same. Its comments say which rule each is about.
func TestSameAndApart(t *testing.T) {
	data, err := os.ReadFile("testdata/same.txt")
	require.NoError(t, err)
	reader, err := New()
	require.NoError(t, err)
	paragraph := map[string]string{} // by key, its first message
	for p := range strings.SplitSeq(string(data), "\n\n") {
		first, key := "", ""
		for line := range strings.Lines(p) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			said := reader.Read(line)
			if first == "" {
				first, key = line, said.Key()
				require.NotContains(t, paragraph, key, "%q is read like %q", first, paragraph[key])
				paragraph[key] = first
			}
			require.Equal(t, key, said.Key(), "%q and %q", first, line)
		}
	}
	require.Greater(t, len(paragraph), 50)
}

// What has nothing to say but values or a failure is equal to nothing else.
func TestLiteral(t *testing.T) {
	reader, err := New()
	require.NoError(t, err)
	for _, text := range []string{"<*>", "<*>: <*>", "Error", "failed", "error: <num>"} {
		said := reader.Read(text)
		require.Equal(t, "= "+strings.ToLower(text), said.Key())
	}
}

// Swap one word of a pair of opposites, or put a "not" in: the statement changes.
func TestOpposites(t *testing.T) {
	reader, err := New()
	require.NoError(t, err)
	data, err := os.ReadFile("testdata/opposites.txt")
	require.NoError(t, err)
	messages, err := os.ReadFile("testdata/same.txt")
	require.NoError(t, err)
	key := func(text string) string { s := reader.Read(text); return s.Key() }
	variants := 0
	differ := func(a, b string) {
		variants++
		require.NotEqual(t, key(a), key(b), "%q and %q", a, b)
	}
	for pair := range strings.Lines(string(data)) {
		a, b, _ := strings.Cut(strings.TrimSpace(pair), " <> ")
		for _, frame := range []string{"% the connection", "cannot % connection <*>", "failed to % it: permission denied", "connection <*> was %", "% of job <num> failed", "the % value"} {
			differ(strings.Replace(frame, "%", a, 1), strings.Replace(frame, "%", b, 1))
		}
	}
	for line := range strings.Lines(string(messages)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, aux := range []string{" is ", " was ", " has ", " be ", " are "} {
			if i := strings.Index(line, aux); i >= 0 {
				differ(line, line[:i]+aux+"not"+line[i+len(aux)-1:])
			}
		}
	}
	require.Greater(t, variants, 400)
}
