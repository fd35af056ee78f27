// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// nearest is how many meanings near each new one are clustered with the window.
const nearest = 5

// window is a closed window that is clustered beside the flow. Until done is
// closed it belongs to the goroutine that clusters; it sees nothing but the
// snapshot taken when the window closed, so that its result does not depend on
// how fast it runs.
type window struct {
	birth    int64 // of the youngest shape when it closed
	space    *feature.Space
	distance cluster.Distance
	meanings []snapshot // in order of birth
	done     chan struct{}

	// The result.
	index    *cluster.Index // of meanings, under space
	findings []finding
	joins    []Join
	err      error
}

// Join is one step of a clustering: two groups of clusters, each named by one of
// them, and the linkage distance between them.
type Join struct {
	A, B   string // cluster IDs
	Height float64
	Merged bool // false above the cut: a larger threshold would merge them
}

// finding says that categories are one: each is named by one of its meanings.
type finding []uint64

// snapshot is a meaning as it was when the window closed.
type snapshot struct {
	id       uint64
	category int // its place among the categories, in order of birth
	terms    feature.Terms
	vector   feature.Vector // under the window's space
	fresh    bool           // the window founded it
}

// cluster finds which categories are one. It may take long.
func (w *window) cluster(ctx context.Context, settings *Settings) (cluster.Method, error) {
	w.vectorize()
	chosen := w.choose(settings)
	items := make([]cluster.Item, len(chosen))
	for i, c := range chosen {
		items[i] = cluster.Item{Vector: w.meanings[c].vector, Group: w.meanings[c].category}
	}
	result, err := cluster.Agglomerate(ctx, items, settings.Clustering)
	if err != nil {
		return result.Method, err
	}
	w.explain(chosen, &result)
	w.find(chosen, &result)
	return result.Method, nil
}

// vectorize makes the vectors and the index under the window's space.
func (w *window) vectorize() {
	w.index = cluster.NewIndex(w.distance)
	for i := range w.meanings {
		m := &w.meanings[i]
		m.vector = w.space.Vector(m.terms)
		w.index.Add(m.id, m.vector)
	}
}

// choose returns what to cluster: every meaning of the categories of new ones and
// of those near them. With a fixed number of clusters all take part.
func (w *window) choose(settings *Settings) []int {
	at := make(map[uint64]int, len(w.meanings))
	for i := range w.meanings {
		at[w.meanings[i].id] = i
	}
	near := map[int]bool{}
	for i := range w.meanings {
		m := &w.meanings[i]
		if settings.Clustering.Clusters > 0 {
			near[m.category] = true
		}
		if !m.fresh {
			continue
		}
		near[m.category] = true
		for _, hit := range w.index.NearestK(m.vector, settings.Clustering.Threshold, nearest) {
			near[w.meanings[at[hit.ID]].category] = true
		}
	}
	var chosen []int
	for i := range w.meanings {
		if near[w.meanings[i].category] {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// explain names what each step of the clustering joined.
func (w *window) explain(chosen []int, result *cluster.Result) {
	merged := result.Groups - result.Clusters
	name := func(item int) string { return FormatID(w.meanings[chosen[item]].id) }
	for i, m := range result.Merges {
		w.joins = append(w.joins, Join{A: name(m.A), B: name(m.B), Height: m.Height, Merged: i < merged})
	}
}

// find notes the categories that have one label.
func (w *window) find(chosen []int, result *cluster.Result) {
	type group struct {
		categories []int
		finding    finding
	}
	var groups []*group
	byLabel := map[int]*group{}
	for item, label := range result.Labels {
		m := &w.meanings[chosen[item]]
		g := byLabel[label]
		if g == nil {
			g = &group{}
			byLabel[label] = g
			groups = append(groups, g)
		}
		if !slices.Contains(g.categories, m.category) {
			g.categories, g.finding = append(g.categories, m.category), append(g.finding, m.id)
		}
	}
	for _, g := range groups {
		if len(g.finding) > 1 {
			w.findings = append(w.findings, g.finding)
		}
	}
}
