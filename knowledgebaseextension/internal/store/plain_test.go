// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Restart it.\n\t- then look":                  "Restart it.\n\t- then look",
		"\x1b[2J\x1b[31mred\x1b[0m":                   "red",
		"\x1b]0;title\x07text":                        "text",
		"\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\": "here",
		"\u009b31mred":                                "red",
		"a\rb\x00c\x7fd\be":                           "ab\ufffdcde",
		"user\u202e \u2066// if admin\u2069 \u2066":   "user // if admin ",
		"\x1bcreset":                                  "reset",
		"cut off \x1b[":                               "cut off ",
		"שלום, 世界 🙂 \u200e":                           "שלום, 世界 🙂 \u200e",
	} {
		require.Equal(t, want, plain(in), "%q", in)
		require.Equal(t, plain(in), plain(plain(in)), "%q", in)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("\x1b[\x1b[31mm")
	f.Add("\x1b\x1b[[")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range plain(text) {
			require.False(t, r == 0x1b || r == 0x9b || r == 0x202e, "%q", text)
		}
	})
}
