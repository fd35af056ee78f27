// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package keyword

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// What sets a cluster apart among the others, in the words that occurred.
func TestSelect(t *testing.T) {
	clusters := map[string][]string{
		"table|not found|exists": {"Table not found: <*>", "<*>: no such table exists"},
		"column|not found":       {"Column not found: <*>", "column <*> does not exist", "unknown column <*> not found"},
		"connection refused":     {"Connection refused by <*>", "connection to <*> refused"},
		"started|worker":         {"Worker <*> started", "worker process started"},
	}
	v := feature.NewVocabulary(feature.Options{})
	for _, texts := range clusters {
		for _, terms := range members(texts) {
			v.Add(terms)
		}
	}
	space := v.Freeze()
	for want, texts := range clusters {
		got := Select(members(texts), space, 5)
		for _, w := range strings.Split(want, "|") {
			require.Contains(t, got, w, "%q", texts)
		}
		require.LessOrEqual(t, len(got), 5)
		require.Equal(t, got[:1], Select(members(texts), space, 1), "fewer are the best of more")
	}
}

func TestSelectOfNothing(t *testing.T) {
	space := feature.NewVocabulary(feature.Options{}).Freeze()
	require.Empty(t, Select(nil, space, 5))
	require.Empty(t, Select(members([]string{"<*> <*>"}), space, 5))
	require.Empty(t, Select(members([]string{"table not found"}), space, 0))
}

func members(texts []string) []feature.Terms {
	out := make([]feature.Terms, len(texts))
	for i, text := range texts {
		out[i] = feature.Extractor{}.Terms(strings.Fields(text))
	}
	return out
}
