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

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// BenchmarkAPI measures what a request costs the server, without the network, with
// many clusters in an SQLite file. match is the handler alone: what a processor
// takes for it is measured where the processor is.
func BenchmarkAPI(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("clusters=%d", n), func(b *testing.B) {
			s, err := store.Open(b.Context(), store.Options{File: filepath.Join(b.TempDir(), "kb.db")})
			require.NoError(b, err)
			defer s.Close()
			words := make([]wording, n)
			for i := range words {
				id := knowledge.ID(0x9e3779b97f4a7c15 * uint64(i+1)) // spread as hashes are
				words[i] = wording{id, id, fmt.Sprintf("part %d of %d is not where it was <num>", i, i%97), int64(1 + i%1000), time.Duration(i) * time.Second / 30}
			}
			_, err = s.Save(b.Context(), "w", "shop", rowsOf(words...), 1)
			require.NoError(b, err)
			handler := New(Options{Logger: zap.NewNop(), Base: &base{kept: s, matcher: lookup{
				"part 7": {Partition: "shop", Template: words[7].id, TemplateText: words[7].text, Cluster: words[7].id, Confidence: 1, How: knowledge.Known},
			}}})
			some := words[n/2].id.String()
			for _, r := range []struct{ name, method, path, body string }{
				{"match", http.MethodPost, "/api/v1/match", "part 7"},
				{"list", http.MethodGet, "/api/v1/clusters?limit=100", ""},
				{"list-last-seen", http.MethodGet, "/api/v1/clusters?limit=100&sort=last_seen", ""},
				{"search-common", http.MethodGet, "/api/v1/clusters?limit=100&q=part", ""},
				{"search-rare", http.MethodGet, fmt.Sprintf("/api/v1/clusters?limit=100&q=part+%d", n/2), ""},
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
		})
	}
}
