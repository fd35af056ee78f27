// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package score

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTemplateIsNormalised(t *testing.T) {
	for text, want := range map[string]string{
		"took <num> ms":           "took<*>ms",
		"from <ip>:<num> , <*>":   "from<*>",
		"GET <path> 2xx":          "GET<*>",
		"blk_<*> of <id>":         "<*>of<*>",
		"a < b and c > d":         "a<bandc>d",
		"<time> <*> sshd[<num>]:": "<*>sshd[<*>]:",
	} {
		require.Equal(t, want, Template(text), text)
	}
}

func TestTemplateTexts(t *testing.T) {
	truth := []string{"a <*>", "a <*>", "b <*> c", "d"}
	ids := []string{"1", "1", "2", "3"}
	text := []string{"a <num>", "a <num>", "b <*>", "d"}
	require.InDelta(t, 0.75, ParsingAccuracy(truth, text), 1e-9)
	require.InDelta(t, 2.0/3, TemplateAccuracy(truth, ids, text), 1e-9)
	require.InDelta(t, 1.0, TemplateAccuracy(truth, ids, truth), 1e-9)
	require.Zero(t, TemplateAccuracy([]string{"a"}, []string{"1"}, []string{"b"}))
}
