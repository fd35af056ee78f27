// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// BenchmarkMigrate opens a store of 100,000 clusters whose schema is one version
// behind. It is slow to set up: -benchtime 3x.
func BenchmarkMigrate(b *testing.B) {
	onBothStores(b, func(b *testing.B, options func() Options) {
		for b.Loop() {
			b.StopTimer()
			o := options()
			s, err := connect(o)
			require.NoError(b, err)
			provider, err := s.migrator()
			require.NoError(b, err)
			_, newest, err := provider.GetVersions(b.Context())
			require.NoError(b, err)
			_, err = provider.UpTo(b.Context(), newest-1)
			require.NoError(b, err)
			for i := range 100 {
				save(b, s, "w", "shop", rowsOf(somewords(i)...))
			}
			require.NoError(b, s.Close())
			b.StartTimer()
			open(b, o)
		}
	})
}

// onBothStores runs a benchmark on SQLite and on PostgreSQL; options are those of
// a new database.
func onBothStores(b *testing.B, bench func(b *testing.B, options func() Options)) {
	b.Run("sqlite", func(b *testing.B) {
		bench(b, func() Options { return Options{File: filepath.Join(b.TempDir(), "kb.db")} })
	})
	b.Run("postgres", func(b *testing.B) {
		server := pgtest.Start(b)
		bench(b, func() Options { return Options{DSN: server.Database(b)} })
	})
}

// BenchmarkSave is the second of a busy collector: more lines of 1,000 templates,
// and 1,000 new templates.
func BenchmarkSave(b *testing.B) {
	onBothStores(b, func(b *testing.B, options func() Options) {
		b.Run("known", func(b *testing.B) {
			s := open(b, options())
			save(b, s, "w", "shop", rowsOf(somewords(0)...))
			more := rowsOf(somewords(0)...)
			more.Templates, more.Clusters = nil, nil
			benchmarkSave(b, s, func(int) *knowledge.Rows { return more })
		})
		b.Run("new", func(b *testing.B) {
			s := open(b, options())
			benchmarkSave(b, s, func(i int) *knowledge.Rows { return rowsOf(somewords(i)...) })
		})
	})
}

// somewords is the i-th thousand of templates.
func somewords(i int) []wording {
	words := make([]wording, 1000)
	for j := range words {
		n := 1000*i + j
		id := knowledge.ID(0x9e3779b97f4a7c15 * uint64(n+1))
		words[j] = wording{ID: id, Cluster: id, Text: fmt.Sprintf("disk <path> of user %d is full since <time>", n), Count: 1, At: time.Duration(n)}
	}
	return words
}

func benchmarkSave(b *testing.B, s *Store, delta func(i int) *knowledge.Rows) {
	b.ResetTimer()
	rows := 0
	for i := 0; b.Loop(); i++ {
		saved, err := s.Save(b.Context(), Writer{ID: "w", Number: int64(i + 1)}, []knowledge.Change{{Partition: "shop", Rows: *delta(i)}}, 3)
		require.NoError(b, err)
		rows += saved.Rows
		fold(b, s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
}
