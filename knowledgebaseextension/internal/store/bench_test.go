// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// BenchmarkSave is the second of a busy collector: more lines of 1,000 templates.
func BenchmarkSave(b *testing.B) {
	for name, o := range map[string]func(b *testing.B) Options{
		"sqlite":   func(b *testing.B) Options { return Options{File: filepath.Join(b.TempDir(), "kb.db")} },
		"postgres": func(b *testing.B) Options { return Options{DSN: pgtest.Start(b).Database(b)} },
	} {
		b.Run(name, func(b *testing.B) {
			s := open(b, o(b))
			words := make([]wording, 1000)
			for i := range words {
				id := knowledge.ID(0x1234567*i + 1)
				words[i] = wording{id, id - id%2, "disk <path> of user <*> is full", 1, time.Duration(i)}
			}
			save(b, s, "w", "shop", rowsOf(words...))
			more := rowsOf(words...)
			more.Templates, more.Clusters = nil, nil
			b.ResetTimer()
			rows := 0
			for b.Loop() {
				saved, err := s.Save(b.Context(), "w", "shop", more, 3)
				require.NoError(b, err)
				rows += saved.Rows
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}
