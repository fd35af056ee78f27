// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package passage

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// TestTiers reads testdata/messages.txt: a message, then "=>" and passages that must be
// among those of the second and third tier, then "<>" and passages that must not.
func TestTiers(t *testing.T) {
	text, err := os.ReadFile("testdata/messages.txt")
	require.NoError(t, err)
	for i, c := range strings.Split(strings.TrimSpace(string(text)), "\n----\n") {
		message, rest, _ := strings.Cut(c, "\n=>\n")
		wanted, unwanted, _ := strings.Cut(rest, "\n<>\n")
		tiers := Tiers(message)
		require.Equal(t, []string{strings.TrimSpace(message)}, tiers[0])
		found := slices.Concat(tiers[1:]...)
		for w := range strings.Lines(wanted) {
			require.Contains(t, append(found, tiers[0]...), strings.TrimRight(w, "\n"), "message %d", i)
		}
		for u := range strings.Lines(unwanted) {
			require.NotContains(t, found, strings.TrimRight(u, "\n"), "message %d", i)
		}
	}
}

func FuzzTiers(f *testing.F) {
	text, err := os.ReadFile("testdata/messages.txt")
	require.NoError(f, err)
	for _, c := range strings.Split(string(text), "\n----\n") {
		f.Add(c)
	}
	f.Add(`{"a":"{\"a\":\"{\\\"a\\\":\\\"x y\\\"}\"}"}`)
	f.Add("'' `` “”: : ：。a")
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		for _, tier := range Tiers(text) {
			for _, p := range tier {
				require.False(t, seen[p], "twice: %q", p)
				require.NotEmpty(t, strings.TrimSpace(p))
				require.True(t, utf8.ValidString(p))
				seen[p] = true
			}
		}
		require.LessOrEqual(t, len(seen), Most)
	})
}
