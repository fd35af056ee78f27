// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/keyword"
)

func set(texts ...string) []labelled {
	out := make([]labelled, len(texts))
	for i, text := range texts {
		out[i].text = text
	}
	extract(out)
	return out
}

// The promise of the first six lines: with an empty vocabulary two wordings of
// one thing join, another thing stays apart, whether or not the tables' names
// are still part of the templates.
func TestTwoWordingsOneCluster(t *testing.T) {
	for name, texts := range map[string][]string{
		"templates": {"Table not found: <*>", "<*>: no such table exists", "Column not found: <*>", "table <*> already exists"},
		"lines": {
			"Table not found: orders", "Table not found: users", "Table not found: audit_log",
			"orders: no such table exists", "users: no such table exists", "items: no such table exists",
			"Column not found: amount", "Column not found: users", "table orders already exists",
		},
		"words": {"Table not found : <*>", "<*> : no such table exists", "Column not found : <*>", "table <*> already exists"},
	} {
		t.Run(name, func(t *testing.T) {
			s := set(texts...)
			tables := 2 // the first templates, which are about missing tables
			if name == "lines" {
				tables = 6
			}
			for order, labels := range map[string][]int{
				"batch":  batch(s, merging),
				"stream": stream(s, 3, 1, merging),
			} {
				for i := range s {
					require.Equal(t, i < tables, labels[i] == labels[0], "%s: %q", order, s[i].text)
				}
			}
		})
	}
}

// A sense in common is not enough where so many things are so ("bad", "illegal",
// "failed") and nothing else agrees.
func TestABroadSenseAloneJoinsNothing(t *testing.T) {
	s := set("bad <*> bytes in <num> places", "IllegalStateException: pool closed <stack>",
		"Invalid checksum algorithm <*>", "wrong turn at <*>", "failed probe <*>", "gizmo failed")
	labels := batch(s, merging)
	for i := range s {
		require.Equal(t, i, labels[i], "%q joined %q", s[i].text, s[labels[i]].text)
	}
	specific := set("operation timed out", "Timeout: no answer", "access denied", "Permission denied")
	require.Equal(t, []int{0, 0, 2, 2}, batch(specific, merging))
}

func TestKeywordsArePeoplesWords(t *testing.T) {
	s := set("Table not found: <*>", "<*>: no such table exists", "Column not found: <*>", "connection to <*> refused", "worker <*> started")
	v := feature.NewVocabulary(feature.Options{})
	for i := range s {
		v.Add(s[i].terms)
	}
	got := keyword.Select([]feature.Terms{s[0].terms, s[1].terms}, v.Freeze(), 5)
	require.Equal(t, []string{"table", "not found"}, got)
}
