// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// newVersion writes the databases of a version that has none in testdata yet. Those
// that are there are never written again: they are what users have.
var newVersion = flag.String("new-version", "", "write testdata/<version>.db and .sql")

// furnish fills a database as the test below expects it.
func furnish(t *testing.T, s *Store) {
	rows := rowsOf(everything...)
	rows.Samples = []knowledge.Sample{{Template: tableGone.ID, Shape: tableGone.ID, At: begin.UnixNano(), Text: "Table not found: users"}}
	rows.Clock = &knowledge.Clock{Boundary: 10, Birth: 9, Space: 8, Closed: 8, Done: true}
	save(t, s, "w", "shop", rows)
	_, err := s.SetSolution(t.Context(), Edit{Cluster: tableGone.Cluster.String(), Text: "Run the migration.", Author: "ann"})
	require.NoError(t, err)
	_, err = s.Merge(t.Context(), diskFull.Cluster.String(), noSpace.Cluster.String(), "ann")
	require.NoError(t, err)
	_, err = s.Split(t.Context(), noTable.ID.String(), "bob")
	require.NoError(t, err)
	require.NoError(t, s.SetNoise(t.Context(), diskFull.Cluster.String(), true, "cy"))
}

// A database of any released version opens, keeps all that it had, and can be
// written.
func TestEveryVersionOpens(t *testing.T) {
	if *newVersion != "" {
		writeVersion(t, *newVersion)
	}
	files, err := filepath.Glob("testdata/v*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			var s *Store
			if filepath.Ext(file) == ".db" {
				copied := filepath.Join(t.TempDir(), "kb.db")
				require.NoError(t, os.WriteFile(copied, content, 0o600))
				s = open(t, Options{File: copied})
			} else {
				server := pgtest.Start(t)
				dsn := server.Database(t)
				server.SQL(t, "test1", string(content))
				s = open(t, Options{DSN: dsn})
			}
			requireFurnished(t, s)
			save(t, s, "w", "shop", rowsOf(everything...))
			_, err = s.SetSolution(t.Context(), Edit{Cluster: tableGone.Cluster.String(), Text: "Run it twice.", Author: "ann"})
			require.NoError(t, err)
		})
	}
}

func requireFurnished(t *testing.T, s *Store) {
	d, err := s.Cluster(t.Context(), tableGone.Cluster.String())
	require.NoError(t, err)
	require.Equal(t, int64(3), d.Count)
	require.Equal(t, "Run the migration.", d.Solution.Text)
	require.Equal(t, "ann", d.Solution.Author)
	require.Equal(t, []string{"word00a1"}, d.Keywords)
	require.Equal(t, "Table not found: users", d.Samples[0].Text)
	require.Len(t, d.Apart, 1)
	require.Len(t, d.History, 2)
	d, err = s.Cluster(t.Context(), noSpace.Cluster.String())
	require.NoError(t, err)
	require.Equal(t, diskFull.Cluster.String(), d.ID)
	require.True(t, d.Noise)
	require.Equal(t, int64(8), d.Count)
	page, err := s.Clusters(t.Context(), Query{Search: "space_left <path>", Noise: true})
	require.NoError(t, err)
	require.Equal(t, diskFull.Cluster.String(), page.Clusters[0].ID)
	state, _, err := s.Load(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, state["shop"].Shapes, 4)
	require.Equal(t, &knowledge.Clock{Boundary: 10, Birth: 9, Space: 8, Closed: 8, Done: true}, state["shop"].Clock)
}

func writeVersion(t *testing.T, version string) {
	require.NoError(t, os.MkdirAll("testdata", 0o750))
	file := filepath.Join("testdata", version+".db")
	require.NoFileExists(t, file)
	s, err := Open(t.Context(), Options{File: file})
	require.NoError(t, err)
	furnish(t, s)
	require.NoError(t, s.Close())

	server := pgtest.Start(t)
	s = open(t, Options{DSN: server.Database(t)})
	furnish(t, s)
	require.NoError(t, os.WriteFile(filepath.Join("testdata", version+".sql"), []byte(server.Dump(t, "test1")), 0o600))
}
