// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// BenchmarkAPI measures what a request costs the server, without the network, with
// many clusters. match is the handler alone: with a processor and over HTTP it is
// in testbed/cmd/bench-knowledge.
func BenchmarkAPI(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("store=sqlite/clusters=%d", n), func(b *testing.B) {
			benchmarkAPI(b, store.Options{File: filepath.Join(b.TempDir(), "kb.db")}, n, func() {})
		})
		b.Run(fmt.Sprintf("store=postgres/clusters=%d", n), func(b *testing.B) {
			server := pgtest.Start(b)
			benchmarkAPI(b, store.Options{DSN: server.Database(b)}, n, func() { server.SQL(b, "test1", "VACUUM ANALYZE") })
		})
	}
}

// settle does at once what PostgreSQL does by itself within a minute.
func benchmarkAPI(b *testing.B, o store.Options, n int, settle func()) {
	s, err := store.Open(b.Context(), o)
	require.NoError(b, err)
	defer s.Close()
	words := make([]wording, n)
	for i := range words {
		id := knowledge.ID(0x9e3779b97f4a7c15 * uint64(i+1)) // spread as hashes are
		text := fmt.Sprintf("part %d of %d is not where it was <num>", i, i%97)
		switch i % 200 { // half a hundredth of all; least records of all
		case 0:
			text = fmt.Sprintf("connection to %d failed <num>", i)
		case 100:
			text = fmt.Sprintf("replica %d was lost <num>", i)
		}
		words[i] = wording{ID: id, Cluster: id, Text: text, Count: int64(1 + i%1000), At: time.Duration(i) * time.Second / 30}
	}
	for i := 0; i < n; i += 10_000 {
		keep(b, s, "shop", rowsOf(words[i:i+10_000]...))
	}
	settle()
	handler := New(Options{Logger: zap.NewNop(), Base: &base{kept: s, matcher: lookup{
		"part 7": {Partition: "shop", Template: words[7].ID, TemplateText: words[7].Text, Cluster: words[7].ID, Confidence: 1, How: knowledge.Known},
	}}})
	some := words[n/2+1].ID.String()
	for _, r := range []struct{ name, method, path, body string }{
		{"match", http.MethodPost, "/api/v1/match", "part 7"},
		{"list", http.MethodGet, "/api/v1/clusters?limit=100", ""},
		{"list-last-seen", http.MethodGet, "/api/v1/clusters?limit=100&sort=last_seen", ""},
		{"search-of-all", http.MethodGet, "/api/v1/clusters?limit=100&q=part", ""},
		{"search-of-some", http.MethodGet, "/api/v1/clusters?limit=100&q=connection", ""},
		{"search-of-one", http.MethodGet, fmt.Sprintf("/api/v1/clusters?limit=100&q=part+%d", n/2+1), ""},
		{"search-of-none", http.MethodGet, "/api/v1/clusters?limit=100&q=replica+connection", ""},
		{"search-absent", http.MethodGet, "/api/v1/clusters?limit=100&q=parity", ""},
		{"search-two-letters", http.MethodGet, "/api/v1/clusters?limit=100&q=of", ""},
		{"search-two-letters-absent", http.MethodGet, "/api/v1/clusters?limit=100&q=zq", ""},
		{"search-service", http.MethodGet, "/api/v1/clusters?limit=100&q=shop", ""},
		{"search-id", http.MethodGet, "/api/v1/clusters?q=" + some, ""},
		{"cluster", http.MethodGet, "/api/v1/clusters/" + some, ""},
		{"summary", http.MethodGet, "/api/v1/summary", ""},
	} {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), r.method, r.path, strings.NewReader(r.body)))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
