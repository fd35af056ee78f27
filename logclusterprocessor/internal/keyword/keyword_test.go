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
		"table|not found":    {"Table not found: <*>", "<*>: no such table exists"},
		"column|not found":   {"Column not found: <*>", "column <*> does not exist", "unknown column <*> not found"},
		"connection refused": {"Connection refused by <*>", "connection to <*> refused"},
		"started|worker":     {"Worker <*> started", "worker process started"},
		"failed password":    {"Failed password for <*> from <ip> ssh<num>"},
		"amd":                {"amd<num>"},
		"登录失败":               {"登录"},
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
		require.ElementsMatch(t, strings.Split(want, "|"), got, "%q", texts)
		require.Equal(t, got[:1], Select(members(texts), space, 1), "fewer are the best of more")
	}
}

// Words of single members are not of the cluster, however rare they are, and
// what is far below the best is left out.
func TestSelectLeavesOut(t *testing.T) {
	space := feature.NewVocabulary(feature.Options{}).Freeze()
	texts := []string{
		"Failed password for alice from <ip>", "Failed password for root from <ip>", "Failed password for bob from <ip>",
		"Failed password for invalid gizmo from <ip> ssh<num>",
	}
	for n := 1; n <= len(texts); n++ {
		got := Select(members(texts[:n]), space, 5)
		require.Equal(t, "failed password", got[0])
		if n > 1 {
			require.Equal(t, []string{"failed password"}, got)
		}
	}
	require.Equal(t, []string{"gizmo"}, Select(members([]string{"gizmo", "widget"}), space, 5), "nothing in common: the best one word")
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
