// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// blocked clusters more groups than fit a matrix, in O(n²) time and the memory
// of ExactCap groups. The minimum spanning tree gives blocks of near groups:
// its edges are taken shortest first, unless a block would outgrow the cap. Each block
// is clustered exactly; what is left of all of them is then clustered
// together if it fits. Under single, complete and average linkage groups that
// the tree connects only above the threshold never merge, so blocks that the
// cap did not have to part give the exact result.
func blocked(ctx context.Context, items []Item, groups [][]int, opts *Options) ([]Merge, error) {
	edges, err := spanningTree(ctx, items, groups, opts.Distance)
	if err != nil {
		return nil, err
	}
	parts, parted := blocks(groups, edges, opts)
	var merges []Merge
	for _, block := range parts {
		if len(block) < 2 {
			continue
		}
		m, err := exact(ctx, items, block, opts)
		if err != nil {
			return nil, err
		}
		merges = append(merges, m...)
	}
	slices.SortStableFunc(merges, func(a, b Merge) int { return cmp.Compare(a.Height, b.Height) })

	complete := !parted && opts.Clusters == 0 && opts.Linkage != Ward
	if complete {
		return merges, nil
	}
	// Second round, over what the first has left.
	u := newUnion(len(items))
	for _, g := range groups {
		for _, i := range g[1:] {
			u.join(g[0], i)
		}
	}
	left := len(groups)
	done := 0
	for ; done < len(merges); done++ {
		if opts.Clusters > 0 && left <= max(opts.Clusters, opts.ExactCap) || opts.Clusters == 0 && merges[done].Height > opts.Threshold {
			break
		}
		if u.join(merges[done].A, merges[done].B) {
			left--
		}
	}
	if left > opts.ExactCap {
		return merges[:done], nil
	}
	more, err := exact(ctx, items, unionGroups(u), opts)
	return append(merges[:done], more...), err
}

// unionGroups returns the members of each set, sets in order of their roots.
func unionGroups(u union) [][]int {
	place := make(map[int]int, len(u))
	var out [][]int
	for i := range u {
		root := u.find(i)
		at, known := place[root]
		if !known {
			at = len(out)
			place[root] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], i)
	}
	return out
}

// edge joins two groups at the smallest distance between their items.
type edge struct {
	a, b   int
	length float64
}

// spanningTree is Prim's algorithm over items, those of one group at distance
// 0. Memory is linear, each row of the matrix is computed once.
func spanningTree(ctx context.Context, items []Item, groups [][]int, d Distance) ([]edge, error) {
	n := len(items)
	owner := make([]int, n)
	vectors := make([]feature.Vector, n)
	for g, members := range groups {
		for _, i := range members {
			owner[i] = g
		}
	}
	for i := range items {
		vectors[i] = items[i].Vector
	}
	rows := newRows(vectors, d)
	nearest := make([]float64, n) // to the tree
	from := make([]int, n)
	done := make([]bool, n)
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	edges := make([]edge, 0, len(groups)-1)
	for step, at := 0, 0; ; step++ {
		if step%every == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		done[at] = true
		row := rows.all(at)
		next := -1
		for j := range row {
			if done[j] {
				continue
			}
			length := row[j]
			if owner[j] == owner[at] {
				length = -1
			}
			if length < nearest[j] {
				nearest[j], from[j] = length, at
			}
			if next < 0 || nearest[j] < nearest[next] {
				next = j
			}
		}
		if next < 0 {
			break
		}
		if a, b := owner[from[next]], owner[next]; a != b {
			edges = append(edges, edge{min(a, b), max(a, b), nearest[next]})
		}
		at = next
	}
	slices.SortStableFunc(edges, func(x, y edge) int {
		return cmp.Or(cmp.Compare(x.length, y.length), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	return edges, nil
}

// blocks joins groups along the edges, shortest first, leaving out those longer
// than any merge can be. It parts what an edge would make larger than the cap.
func blocks(groups [][]int, edges []edge, opts *Options) (out [][][]int, parted bool) {
	u := newUnion(len(groups))
	count := make([]int, len(groups))
	for i := range count {
		count[i] = 1
	}
	for _, e := range edges {
		if opts.Clusters == 0 && e.length > opts.Threshold {
			break
		}
		a, b := u.find(e.a), u.find(e.b)
		if a == b {
			continue
		}
		if count[a]+count[b] > opts.ExactCap {
			parted = true
			continue
		}
		u.join(a, b)
		count[min(a, b)] = count[a] + count[b]
	}
	sets := unionGroups(u)
	out = make([][][]int, len(sets))
	for i, set := range sets {
		for _, g := range set {
			out[i] = append(out[i], groups[g])
		}
	}
	return out, parted
}
