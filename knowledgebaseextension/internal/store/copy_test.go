// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
)

// Everything goes from a file to PostgreSQL and back, and is what it was: also what can
// be undone.
func TestCopy(t *testing.T) {
	first := open(t, Options{File: filepath.Join(t.TempDir(), "kb.db")})
	furnish(t, first)
	save(t, first, "w", "desk", rowsOf(wording{ID: 0xc1, Cluster: 0xc1, Text: "user <*> logged in", Count: 1, At: time.Hour}))
	require.NoError(t, first.JoinProblem(t.Context(), tableGone.Cluster.String(), []string{"00000000000000c1"}, "ann"))
	_, err := first.SetStatus(t.Context(), "00000000000000c1", Status{State: StateInWork}, "ann", time.Now())
	require.NoError(t, err)
	_, err = first.Import(t.Context(), []Exported{entryOf(0xee, "Not seen yet.")}, "git", nil)
	require.NoError(t, err)

	second := open(t, Options{DSN: pgtest.Start(t).Database(t)})
	third := open(t, Options{File: filepath.Join(t.TempDir(), "kb.db")})
	want := everythingCopied(t, first)
	counted := 0
	require.NoError(t, Copy(t.Context(), first, second, func(_ string, rows int) { counted += rows }))
	require.Equal(t, len(want), counted)
	require.Equal(t, want, everythingCopied(t, second))
	require.NoError(t, Copy(t.Context(), second, third, nil))
	require.Equal(t, want, everythingCopied(t, third))
	require.ErrorIs(t, Copy(t.Context(), first, third, nil), ErrInvalid, "it is not empty")
	require.Equal(t, want, everythingCopied(t, third))

	for _, s := range []*Store{second, third} {
		page, err := s.Clusters(t.Context(), Query{Search: "logged", Noise: true})
		require.NoError(t, err)
		require.Len(t, page.Clusters, 1)
		history, err := s.History(t.Context(), 0, 100)
		require.NoError(t, err)
		i := slices.IndexFunc(history, func(e Event) bool { return e.Action == "status" })
		require.NoError(t, s.Undo(t.Context(), history[i].Revision, "ann"))
		_, err = s.SetSolution(t.Context(), Edit{Cluster: "00000000000000c1", Text: "Both.", Author: "ann"})
		require.NoError(t, err)
		require.Equal(t, "Both.", s.textOf(t, tableGone.Cluster))
	}
}

// everythingCopied is all rows of all tables that are copied.
func everythingCopied(t *testing.T, s *Store) []string {
	var all []string
	for _, table := range copied {
		var kinds []kind
		var names []string
		for _, column := range strings.Fields(table.columns) {
			name, k, _ := strings.Cut(column, ":")
			names, kinds = append(names, name), append(kinds, kind(k))
		}
		where := ""
		if table.table == "solutions" {
			where = " WHERE text <> '' OR cluster IN (SELECT id FROM clusters)"
		}
		err := s.reader().each(t.Context(), func(scan func(...any) error) error {
			row, err := scanKinds(scan, kinds)
			all = append(all, table.table+" "+fmt.Sprint(row...))
			return err
		}, "SELECT "+strings.Join(names, ", ")+" FROM "+table.table+where)
		require.NoError(t, err)
	}
	slices.Sort(all)
	return all
}

// Every column of every table that is copied is.
func TestCopyKnowsAllColumns(t *testing.T) {
	s := open(t, Options{File: filepath.Join(t.TempDir(), "kb.db")})
	left := []string{"partitions.holder", "partitions.until"} // of the version before leases
	for _, table := range copied {
		columns, err := s.reader().texts(t.Context(), "SELECT name FROM pragma_table_info(?)", table.table)
		require.NoError(t, err)
		for _, column := range columns {
			if !slices.Contains(left, table.table+"."+column) {
				require.Contains(t, " "+table.columns, " "+column+":", table.table)
			}
		}
	}
	tables, err := s.reader().texts(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'")
	require.NoError(t, err)
	for _, table := range tables {
		if !slices.Contains([]string{"revision", "saves", "leases", "schema_version"}, table) {
			require.True(t, slices.ContainsFunc(copied, func(c struct{ table, columns string }) bool { return c.table == table }), table)
		}
	}
}
