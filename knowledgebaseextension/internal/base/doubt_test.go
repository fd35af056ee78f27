// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// quiet is an observer and a processor of nothing.
type quiet struct{}

func (quiet) Saved(int, time.Duration)                         {}
func (quiet) Applied(int)                                      {}
func (quiet) Failed(string, error)                             {}
func (quiet) Health(error)                                     {}
func (quiet) Removed(store.Removed)                            {}
func (quiet) Apply(string, knowledge.Rows, bool) bool          { return true }
func (quiet) Lead(string, bool)                                {}
func (quiet) Partitions() []string                             { return nil }
func (quiet) Related(string, knowledge.ID) []knowledge.Related { return nil }
func (quiet) Explain(knowledge.Query) knowledge.Explanation    { return knowledge.Explanation{} }
func (quiet) Versions() knowledge.Versions                     { return knowledge.Versions{} }
func (quiet) Match(knowledge.Query) []knowledge.Match          { return nil }

func rows(count int64) knowledge.Rows {
	return knowledge.Rows{
		Shapes:    []knowledge.Shape{{Hash: 1, Template: 1, Founded: true, Masked: "x", Birth: 1, LastSeen: 1, Count: count}},
		Templates: []knowledge.Template{{ID: 1, Cluster: 1, Text: "x", Birth: 1, Represents: true}},
		Clusters:  []knowledge.Cluster{{ID: 1, Birth: 1}},
	}
}

// A save whose commit nobody has heard of is counted once, whether it came to pass or
// not.
func TestASaveInDoubtIsCountedOnce(t *testing.T) {
	b := New(Options{Store: store.Options{File: filepath.Join(t.TempDir(), "kb.db")}}, quiet{})
	b.Start()
	s := b.Join(quiet{}).(*session)
	require.NoError(t, s.Loaded(t.Context()))
	count := func() int64 {
		open, err := b.Store()
		require.NoError(t, err)
		totals, err := open.Totals(t.Context())
		require.NoError(t, err)
		return totals.Records
	}
	save := func(delta knowledge.Rows) {
		_, err := s.Save(t.Context(), []knowledge.Change{{Partition: "shop", Rows: delta}})
		require.NoError(t, err)
	}
	delta := rows(5)
	doubt := func() { s.doubted([]knowledge.Change{{Partition: "shop", Rows: delta}}) }
	save(rows(5))
	doubt()       // it was committed
	save(rows(7)) // the same, and two more
	require.EqualValues(t, 7, count())
	require.Empty(t, s.doubts)

	s.number++
	doubt() // it was not
	save(rows(9))
	require.EqualValues(t, 16, count())

	save(rows(3))
	delta = rows(3)
	doubt()
	save(knowledge.Rows{Templates: rows(0).Templates}) // another part of what is offered comes first
	save(rows(4))
	require.EqualValues(t, 20, count())
	s.Leave()
	require.NoError(t, b.Shutdown(t.Context()))
}
