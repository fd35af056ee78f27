// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package score

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormal(t *testing.T) {
	for template, want := range map[string]string{
		"Receiving block <*> src: /<*> dest: /<*>":    "Receiving block <*> src: <*> dest: <*>",
		"Receiving  block blk_<num> src: <ip>:<num> ": "Receiving block <*> src: <*>",
		"from <ip> port <num> 42 ssh2":                "from <*> port <*> ssh2",
		"user=<_>, took <num>.<num> ms":               "user=<*>, took <*> ms",
		"a-b: x":                                      "a-b: x",
		"":                                            "",
	} {
		require.Equal(t, want, Normal(template), template)
		require.Equal(t, want, Normal(want), "normal stays as it is")
	}
}

func TestTemplates(t *testing.T) {
	truth := labels("aabbc")
	text := []string{"open <*>", "open <*>", "close <*>", "close <*>", "x"}
	pa, fta := Templates(truth, text, truth, []string{"open <num>", "open <num>", "close <path>", "close <path>", "x"})
	require.InDelta(t, 1, pa, tolerance)
	require.InDelta(t, 1, fta, tolerance)

	// b is split, and one half of it reads otherwise; c reads otherwise.
	pa, fta = Templates(truth, text, labels("11234"), []string{"open <*>", "open <*>", "close <*>", "close all", "y"})
	require.InDelta(t, 3.0/5, pa, tolerance, "the lines that read right")
	require.InDelta(t, 2*1.0/(3+4), fta, tolerance, "one template of three true and four found")

	pa, fta = Templates(nil, nil, nil, nil)
	require.InDelta(t, 1, pa, 0)
	require.InDelta(t, 1, fta, 0)
}
