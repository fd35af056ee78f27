// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/keyword"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/representative"
)

// nearest is how many representatives near each new template are clustered with
// the window.
const nearest = 5

// window is a closed window that is clustered beside the flow. Until done is
// closed it belongs to the goroutine that clusters; it sees nothing but the
// snapshot taken when the window closed, so that its result does not depend on
// how fast it runs.
type window struct {
	birth    int64 // of the youngest shape when it closed
	space    *feature.Space
	distance cluster.Distance
	groups   []group // in order of birth
	done     chan struct{}
	vectors  map[uint64]feature.Vector // of members under space, as they were needed

	// The result.
	index    *cluster.Index // of representatives, under space
	indexed  []uint64       // every ID that index may hold
	findings []finding
	joins    []Join
	err      error
}

// Join is one step of a clustering: two groups of templates, each named by one of
// its templates, and the linkage distance between them.
type Join struct {
	A, B   string // template IDs
	Height float64
	Merged bool // false above the cut: a larger threshold would merge them
}

// finding says that groups are one, or that one has new members, and what stands
// for it from now on.
type finding struct {
	groups          []int // the oldest first
	representatives []uint64
	keywords        []string
}

// group is a category as it was when the window closed.
type group struct {
	id      uint64
	birth   int64
	members []snapshot
	fresh   bool // the window founded one of its templates
}

// snapshot is a member as it was when the window closed.
type snapshot struct {
	id         uint64
	terms      feature.Terms
	represents bool
	labelled   bool
	fresh      bool
}

// cluster finds what to merge. It may take long.
func (w *window) cluster(ctx context.Context, settings *Settings) (cluster.Method, error) {
	w.indexRepresentatives()
	items, owners, ids := w.items(settings)
	result, err := cluster.Agglomerate(ctx, items, settings.Clustering)
	if err != nil {
		return result.Method, err
	}

	w.joins = w.explain(ids, &result)

	// Merged groups, each under its oldest; groups are in order of birth, and so
	// are items.
	together := make(map[int][]int) // label -> groups
	var labels []int
	for i, label := range result.Labels {
		if len(together[label]) == 0 {
			labels = append(labels, label)
		}
		if !slices.Contains(together[label], owners[i]) {
			together[label] = append(together[label], owners[i])
		}
	}
	for _, label := range labels {
		w.settle(together[label], settings)
	}
	return result.Method, nil
}

// explain names what each step of the clustering joined.
func (w *window) explain(ids []uint64, result *cluster.Result) []Join {
	joins := make([]Join, len(result.Merges))
	merged := result.Groups - result.Clusters
	for i, m := range result.Merges {
		joins[i] = Join{A: FormatID(ids[m.A]), B: FormatID(ids[m.B]), Height: m.Height, Merged: i < merged}
	}
	return joins
}

// indexRepresentatives builds the index under the window's space.
func (w *window) indexRepresentatives() {
	w.index = cluster.NewIndex(w.distance)
	for _, g := range w.groups {
		for _, m := range g.members {
			if m.represents {
				w.add(m)
			}
		}
	}
}

// vector returns a member's vector under the window's space.
func (w *window) vector(m snapshot) feature.Vector {
	v, ok := w.vectors[m.id]
	if !ok {
		v = w.space.Vector(m.terms)
		w.vectors[m.id] = v
	}
	return v
}

// items returns what to cluster: the window's templates and the representatives
// of every category that has one near them. With a fixed number of clusters all
// categories take part.
func (w *window) items(settings *Settings) (items []cluster.Item, owners []int, ids []uint64) {
	owner := make(map[uint64]int)
	near := make([]bool, len(w.groups))
	for i, g := range w.groups {
		near[i] = g.fresh || settings.Clustering.Clusters > 0
		for _, m := range g.members {
			owner[m.id] = i
		}
	}
	for _, g := range w.groups {
		for _, m := range g.members {
			if !m.fresh {
				continue
			}
			for _, hit := range w.index.NearestK(w.vector(m), settings.Clustering.Threshold, nearest) {
				near[owner[hit.ID]] = true
			}
		}
	}
	for i, g := range w.groups {
		if !near[i] {
			continue
		}
		for _, m := range g.members {
			if m.represents || m.fresh {
				items = append(items, cluster.Item{Vector: w.vector(m), Group: i})
				owners = append(owners, i)
				ids = append(ids, m.id)
			}
		}
	}
	return items, owners, ids
}

// settle notes that groups are one and chooses what stands for them, if
// anything about them is new.
func (w *window) settle(groups []int, settings *Settings) {
	if len(groups) == 1 && !w.groups[groups[0]].fresh {
		return
	}
	var terms []feature.Terms
	var candidates []representative.Member
	var members []snapshot
	for _, g := range groups {
		for _, m := range w.groups[g].members {
			members = append(members, m)
			terms = append(terms, m.terms)
			candidates = append(candidates, representative.Member{Vector: w.vector(m), Labelled: m.labelled})
		}
	}
	f := finding{groups: groups, keywords: keyword.Select(terms, w.space, settings.Keywords)}
	for _, i := range representative.Select(candidates, settings.Representatives) {
		f.representatives = append(f.representatives, members[i].id)
	}
	w.apply(f)
}

// apply puts a finding into the result and its representatives into the index.
func (w *window) apply(f finding) {
	for _, g := range f.groups {
		for _, m := range w.groups[g].members {
			w.index.Remove(m.id)
		}
	}
	for _, g := range f.groups {
		for _, m := range w.groups[g].members {
			if slices.Contains(f.representatives, m.id) {
				w.add(m)
			}
		}
	}
	w.findings = append(w.findings, f)
}

func (w *window) add(m snapshot) {
	w.index.Add(m.id, w.vector(m))
	w.indexed = append(w.indexed, m.id)
}
