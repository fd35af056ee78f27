// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package cluster groups sparse vectors: agglomerative clustering of a batch,
// and an index that finds the nearest of many vectors at once.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// DefaultMergeThreshold is DefaultThreshold of average linkage and cosine distance.
const DefaultMergeThreshold = 0.5

// assignShare is the part of the merge threshold within which a new item may
// join a cluster at once.
const assignShare = 0.65

// DefaultExactCap is the number of groups up to which Agglomerate holds all
// their distances: 4 bytes a pair, 32 MB.
const DefaultExactCap = 4000

// NoGroup marks an item that stands alone at the start.
const NoGroup = -1

// Item is one vector to cluster.
type Item struct {
	Vector feature.Vector
	// Group ties items together from the start: those with the same
	// non-negative number end in the same cluster. NoGroup: alone.
	Group int
}

// Options say how to measure, when to stop and what to return.
type Options struct {
	Linkage  Linkage
	Distance Distance
	// Threshold is the largest height of a merge, in units of the distance.
	// Used when Clusters is 0.
	Threshold float64
	// Clusters, if positive, stops at this many clusters instead.
	Clusters int
	// Tree asks for the merges above the cut as well.
	Tree bool
	// ExactCap is the number of groups above which the way is approximate; 0 means DefaultExactCap.
	ExactCap int
}

// AssignThreshold is the distance to the nearest representative up to which a
// new item joins its cluster at once. It is smaller than that of a merge: a
// join cannot be taken back, while a merge sees all members and can come later.
func (o Options) AssignThreshold() float64 {
	if o.Clusters > 0 && o.Threshold == 0 {
		return assignShare * DefaultThreshold(o.Linkage, o.Distance)
	}
	return assignShare * o.Threshold
}

// Method is the way taken.
type Method uint8

const (
	// Exact: the result is that of the textbook algorithm.
	Exact Method = iota
	// Blocked: groups were first clustered in blocks of near ones, what was left
	// then together if it was few enough. Merges may be missed, but none is made
	// above the threshold.
	Blocked
)

func (m Method) String() string { return [...]string{"exact", "blocked"}[m] }

// Merge joins the clusters of two items.
type Merge struct {
	A, B   int     // an item of each side, the smallest index of it; A < B
	Height float64 // linkage distance at which they join
	Size   int     // items in the joined cluster
}

// Result is a partition of the items.
type Result struct {
	// Labels hold for each item the smallest index of an item in its cluster.
	Labels []int
	// Merges in order of rising height (Blocked: within each of its rounds),
	// those of the initial groups not included: up to the cut, or with
	// Options.Tree all that were found.
	Merges []Merge
	// Method is the way that the size of the input led to.
	Method Method
	// Groups is the number of groups at the start, Clusters that at the end.
	Groups, Clusters int
}

// Agglomerate clusters items bottom up from their initial groups, merging the
// two nearest groups until the cut. It takes O(n²) time for n groups and
// ExactCap²·2 bytes at most. Ties go to the smaller index, so the result is a
// function of the input. The context's error comes back when it ends first.
func Agglomerate(ctx context.Context, items []Item, opts Options) (Result, error) {
	if err := CheckPair(opts.Linkage, opts.Distance); err != nil {
		return Result{}, err
	}
	if opts.Clusters < 0 {
		return Result{}, fmt.Errorf("clusters %d: want 0 (cut by threshold) or more", opts.Clusters)
	}
	if opts.Clusters == 0 && !(opts.Threshold >= 0) {
		return Result{}, errors.New("threshold: want 0 or more")
	}
	if opts.ExactCap <= 0 {
		opts.ExactCap = DefaultExactCap
	}
	groups := initialGroups(items)
	method := Exact
	var merges []Merge
	var err error
	if len(groups) <= opts.ExactCap {
		merges, err = exact(ctx, items, groups, &opts)
	} else {
		method = Blocked
		merges, err = blocked(ctx, items, groups, &opts)
	}
	if err != nil {
		return Result{}, err
	}
	r := cut(items, groups, merges, &opts)
	r.Method = method
	return r, nil
}

// initialGroups returns the items of each group, groups in order of their first item.
func initialGroups(items []Item) [][]int {
	groups := make([][]int, 0, len(items))
	place := map[int]int{}
	for i := range items {
		g := items[i].Group
		if at, known := place[g]; known && g >= 0 {
			groups[at] = append(groups[at], i)
			continue
		}
		place[g] = len(groups)
		groups = append(groups, []int{i})
	}
	return groups
}

// exact returns all merges of the groups, in order of rising height.
func exact(ctx context.Context, items []Item, groups [][]int, opts *Options) ([]Merge, error) {
	m, err := groupDistances(ctx, items, groups, opts)
	if err != nil {
		return nil, err
	}
	sizes := make([]int, len(groups))
	firsts := make([]int, len(groups))
	for g, members := range groups {
		sizes[g], firsts[g] = len(members), members[0]
	}
	return chain(ctx, m, sizes, firsts, opts.Linkage)
}

// cut applies merges, lowest first, up to the threshold or number of clusters.
func cut(items []Item, groups [][]int, merges []Merge, opts *Options) Result {
	u := newUnion(len(items))
	for _, g := range groups {
		for _, i := range g[1:] {
			u.join(g[0], i)
		}
	}
	r := Result{Groups: len(groups), Clusters: len(groups), Labels: make([]int, len(items))}
	applied := 0
	for ; applied < len(merges); applied++ {
		m := &merges[applied]
		if opts.Clusters > 0 && r.Clusters <= opts.Clusters || opts.Clusters == 0 && m.Height > opts.Threshold {
			break
		}
		if u.join(m.A, m.B) {
			r.Clusters--
		}
	}
	r.Merges = merges
	if !opts.Tree {
		r.Merges = slices.Clip(merges[:applied])
	}
	for i := range items {
		r.Labels[i] = u.find(i)
	}
	return r
}

// union is a disjoint-set forest whose roots are the smallest members.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) find(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(a, b int) bool {
	a, b = u.find(a), u.find(b)
	if a == b {
		return false
	}
	u[max(a, b)] = min(a, b)
	return true
}

// condensed is a symmetric matrix without diagonal, the lower triangle row by row.
type condensed struct {
	d []float32
	n int
}

func newCondensed(n int) condensed { return condensed{make([]float32, n*(n-1)/2), n} }

func (m condensed) at(i, j int) float32 { return m.d[index(i, j)] }

func index(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return i*(i-1)/2 + j
}

// every is how many rows are computed between two looks at the context.
const every = 64

// groupDistances fills the matrix of linkage distances between the groups by
// the linkage's definition.
func groupDistances(ctx context.Context, items []Item, groups [][]int, opts *Options) (condensed, error) {
	m := newCondensed(len(groups))
	vectors := make([]feature.Vector, 0, len(items))
	owner := make([]int, 0, len(items))
	if opts.Linkage == Ward {
		for g, members := range groups {
			vectors = append(vectors, centroid(items, members))
			owner = append(owner, g)
		}
	} else {
		for g, members := range groups {
			for _, i := range members {
				vectors = append(vectors, items[i].Vector)
				owner = append(owner, g)
			}
		}
	}
	if opts.Linkage == Single {
		for i := range m.d {
			m.d[i] = math.MaxFloat32
		}
	}
	rows := newRows(vectors, opts.Distance)
	for i := range vectors {
		if i%every == 0 && ctx.Err() != nil {
			return m, ctx.Err()
		}
		row := rows.before(i)
		for j, d := range row {
			a, b := owner[i], owner[j]
			if a == b {
				continue
			}
			at := &m.d[index(a, b)]
			switch opts.Linkage {
			case Single:
				*at = min(*at, float32(d))
			case Complete:
				*at = max(*at, float32(d))
			case Ward:
				na, nb := float64(len(groups[a])), float64(len(groups[b]))
				*at = float32(d * math.Sqrt(2*na*nb/(na+nb)))
			default:
				*at += float32(d / float64(len(groups[a])*len(groups[b])))
			}
		}
	}
	return m, nil
}

func centroid(items []Item, members []int) feature.Vector {
	vectors := make([]feature.Vector, len(members))
	for i, m := range members {
		vectors[i] = items[m].Vector
	}
	return feature.Mean(vectors)
}

// chain is the nearest-neighbour chain algorithm (Murtagh 1983; Müllner 2011,
// fig. 3) with Lance-Williams updates. All four linkages are reducible, so
// merging mutual nearest neighbours as they are met gives the same tree as
// merging the globally nearest pair. It overwrites m.
func chain(ctx context.Context, m condensed, sizes, firsts []int, linkage Linkage) ([]Merge, error) {
	n := m.n
	merges := make([]Merge, 0, max(0, n-1))
	alive := make([]int, n) // places of live groups, rising
	for i := range alive {
		alive[i] = i
	}
	stack := make([]int, 0, n)
	for step := 0; len(alive) > 1; step++ {
		if step%every == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(stack) == 0 {
			stack = append(stack, alive[0])
		}
		for {
			a := stack[len(stack)-1]
			b, best := -1, float32(math.Inf(1))
			if len(stack) > 1 {
				b = stack[len(stack)-2] // wins ties, or the chain could run in a circle
				best = m.at(a, b)
			}
			row := m.d[a*(a-1)/2:]
			for _, x := range alive {
				if x < a {
					if row[x] < best {
						b, best = x, row[x]
					}
				} else if x > a {
					if d := m.d[x*(x-1)/2+a]; d < best {
						b, best = x, d
					}
				}
			}
			if len(stack) > 1 && b == stack[len(stack)-2] {
				stack = stack[:len(stack)-2]
				keep, gone := min(a, b), max(a, b)
				merges = append(merges, Merge{
					A: min(firsts[keep], firsts[gone]), B: max(firsts[keep], firsts[gone]),
					Height: float64(best), Size: sizes[keep] + sizes[gone],
				})
				at, _ := slices.BinarySearch(alive, gone)
				alive = slices.Delete(alive, at, at+1)
				update(m, alive, keep, gone, best, sizes, linkage)
				sizes[keep] += sizes[gone]
				firsts[keep] = min(firsts[keep], firsts[gone])
				break
			}
			stack = append(stack, b)
		}
	}
	slices.SortStableFunc(merges, func(a, b Merge) int {
		switch {
		case a.Height < b.Height:
			return -1
		case a.Height > b.Height:
			return 1
		}
		return 0
	})
	return merges, nil
}

// update replaces the distances of keep by those of keep and gone joined (Lance and Williams 1967).
func update(m condensed, alive []int, keep, gone int, height float32, sizes []int, linkage Linkage) {
	nk, ng := float64(sizes[keep]), float64(sizes[gone])
	h := float64(height)
	for _, x := range alive {
		if x == keep {
			continue
		}
		at := &m.d[index(keep, x)]
		dk, dg := *at, m.at(gone, x)
		switch linkage {
		case Single:
			*at = min(dk, dg)
		case Complete:
			*at = max(dk, dg)
		case Ward:
			nx := float64(sizes[x])
			k, g := float64(dk), float64(dg)
			*at = float32(math.Sqrt(max(0, ((nk+nx)*k*k+(ng+nx)*g*g-nx*h*h)/(nk+ng+nx))))
		default:
			*at = float32((nk*float64(dk) + ng*float64(dg)) / (nk + ng))
		}
	}
}
