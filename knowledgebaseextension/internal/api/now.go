// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"net/http"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Now is what is going on in the last hour.
type Now struct {
	Window  Window    `json:"window"`  // the hour
	New     []Cluster `json:"new"`     // first seen in it, the newest first
	Growing []Growing `json:"growing"` // many more than in the 24 hours before, the most out of the ordinary first
}

// Growing is a cluster that grows.
type Growing struct {
	Cluster
	Hour   int64   `json:"hour"`   // records of the last hour
	Before float64 `json:"before"` // of the mean of the hours before
}

// maxNow is how many clusters each list has.
const maxNow = 20

func (s *server) now(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	window, err := latestWindow(r.Context(), base, defaultMinutes)
	if err != nil {
		return err
	}
	page, err := base.Clusters(r.Context(), store.Query{Sort: store.ByNewest, Since: window.From, After: learning, Limit: maxNow})
	if err != nil {
		return err
	}
	growing, err := base.Growing(r.Context(), window.Until, maxNow)
	if err != nil {
		return err
	}
	view := Now{Window: window, New: make([]Cluster, 0, len(page.Clusters)), Growing: make([]Growing, 0, len(growing))}
	var ids []string
	for i := range page.Clusters {
		view.New = append(view.New, viewCluster(&page.Clusters[i], window))
		ids = append(ids, page.Clusters[i].ID)
	}
	for i := range growing {
		g := &growing[i]
		view.Growing = append(view.Growing, Growing{viewCluster(&g.Cluster, window), g.Hour, g.Before})
		ids = append(ids, g.ID)
	}
	counts, err := base.Counts(r.Context(), ids, window.From, window.Until)
	if err != nil {
		return err
	}
	for i := range view.New {
		view.New[i].Counts = dense(counts[view.New[i].ID], window, time.Minute)
	}
	for i := range view.Growing {
		view.Growing[i].Counts = dense(counts[view.Growing[i].ID], window, time.Minute)
	}
	return writeJSON(w, view)
}
