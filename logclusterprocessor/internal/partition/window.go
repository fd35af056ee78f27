// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"context"
	"slices"
	"time"

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
	vectors := w.indexRepresentatives()
	items, owners, ids := w.items(vectors, settings)
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
func (w *window) indexRepresentatives() map[uint64]feature.Vector {
	w.index = cluster.NewIndex(w.distance)
	vectors := make(map[uint64]feature.Vector)
	for _, g := range w.groups {
		for _, m := range g.members {
			if m.represents || m.fresh {
				vectors[m.id] = w.space.Vector(m.terms)
			}
			if m.represents {
				w.add(m.id, vectors[m.id])
			}
		}
	}
	return vectors
}

// items returns what to cluster: the window's templates and the representatives
// of every category that has one near them. With a fixed number of clusters all
// categories take part.
func (w *window) items(vectors map[uint64]feature.Vector, settings *Settings) (items []cluster.Item, owners []int, ids []uint64) {
	owner := make(map[uint64]int, len(vectors))
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
			for _, hit := range w.index.NearestK(vectors[m.id], settings.Clustering.Threshold, nearest) {
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
				items = append(items, cluster.Item{Vector: vectors[m.id], Group: i})
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
			candidates = append(candidates, representative.Member{Vector: w.space.Vector(m.terms), Labelled: m.labelled})
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
				w.add(m.id, w.space.Vector(m.terms))
			}
		}
	}
	w.findings = append(w.findings, f)
}

func (w *window) add(id uint64, v feature.Vector) {
	w.index.Add(id, v)
	w.indexed = append(w.indexed, id)
}

// Advance closes the windows that end at or before tick. Merges that the
// clustering of a window finds come into force when the window after it ends:
// at a point of the stream, not of the clock.
func (p *Partition) Advance(tick int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	boundary := p.boundary.Load()
	if tick < boundary {
		return
	}
	if boundary != noWindow && p.enforce() {
		p.close()
		if tick-boundary >= p.settings.Window {
			p.enforce() // nothing came in the window after it, which has ended too
		}
	}
	p.boundary.Store(floor(tick, p.settings.Window) + p.settings.Window)
}

// floor returns the largest multiple of step that is not above tick.
func floor(tick, step int64) int64 {
	rest := tick % step
	if rest < 0 {
		rest += step
	}
	return tick - rest
}

// close hands the open window to the clustering.
func (p *Partition) close() {
	if !p.stirred {
		return
	}
	p.start(p.newWindow())
	p.closed = p.birth
}

// newWindow closes over what is known now.
func (p *Partition) newWindow() *window {
	groups := p.snapshot() // before the vocabulary is frozen: it may add to it
	return &window{
		birth:    p.birth,
		space:    p.vocabulary.Freeze(),
		distance: p.settings.Clustering.Distance,
		groups:   groups,
		done:     make(chan struct{}),
	}
}

func (p *Partition) start(w *window) {
	p.pending = w
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		defer close(w.done)
		select {
		case p.slots <- struct{}{}:
			defer func() { <-p.slots }()
		case <-p.ctx.Done():
			w.err = p.ctx.Err()
			return
		}
		begin := time.Now()
		method, err := w.cluster(p.ctx, &p.settings)
		if w.err = err; err != nil {
			p.observer.Clustered("abandoned", time.Since(begin))
			return
		}
		p.observer.Clustered(method.String(), time.Since(begin))
		p.observer.Joined(p.key, w.joins)
	}()
}

// maxFresh is how many new templates a window clusters. When there are more, those
// seen most come first and the others wait for the next window: in a flood of
// lines that never come again, they are gone by then.
const maxFresh = 5000

// snapshot copies the categories that take part in clustering.
func (p *Partition) snapshot() []group {
	fresh := p.takeFresh()
	groups := make([]group, 0, p.categories.len())
	flat := make([]snapshot, 0, len(p.categories.members))
	for _, c := range p.categories.byID {
		if !c.represented() {
			continue
		}
		g := group{id: c.id, birth: c.birth}
		from := len(flat)
		for _, m := range c.members {
			m.promoted = false
			flat = append(flat, snapshot{
				id: m.template.ID(), terms: m.terms, represents: m.represents, fresh: fresh[m],
				labelled: c.solution != "" && m.template.ID() == c.id,
			})
			g.fresh = g.fresh || fresh[m]
		}
		g.members = flat[from:len(flat):len(flat)]
		groups = append(groups, g)
	}
	p.joinable = len(groups)
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.birth, b.birth), cmp.Compare(a.id, b.id))
	})
	return groups
}

// takeFresh returns the new templates that the window clusters.
func (p *Partition) takeFresh() map[*member]bool {
	var fresh []*member
	for _, m := range p.categories.members {
		if m.fresh {
			fresh = append(fresh, m)
		}
	}
	p.founded, p.stirred = 0, len(fresh) > maxFresh
	slices.SortFunc(fresh, func(a, b *member) int { return cmp.Compare(a.template.Birth(), b.template.Birth()) })
	if p.stirred {
		count := make(map[*member]int64, len(fresh))
		for _, m := range fresh {
			if e := p.miner.Lookup(m.template.ID()); e != nil {
				count[m] = e.Count()
			}
		}
		slices.SortStableFunc(fresh, func(a, b *member) int { return cmp.Compare(count[b], count[a]) })
		fresh = fresh[:maxFresh]
	}
	taken := make(map[*member]bool, len(fresh))
	for _, m := range fresh {
		m.fresh, taken[m] = false, true
		if m.deferred {
			m.deferred = false
			p.count(m)
			p.establish(m)
		}
	}
	return taken
}

// enforce brings the pending clustering into force, waiting for it as long as
// is allowed. It returns false when it is not done by then.
func (p *Partition) enforce() bool {
	w := p.pending
	if w == nil {
		return true
	}
	if !p.await(w) {
		return false
	}
	p.pending = nil
	if w.err != nil {
		return true
	}
	p.space, p.counted = w.space, w.birth
	for _, f := range w.findings {
		p.adopt(w, f)
	}
	p.index = p.reconcile(w)
	return true
}

// adopt merges the categories of a finding, as far as they still exist, and
// makes its representatives and keywords theirs.
func (p *Partition) adopt(w *window, f finding) {
	var c *category
	for _, g := range f.groups {
		switch now := p.categories.now(w.groups[g]); {
		case now == nil:
		case c == nil:
			c = now
		default:
			c = p.merge(c, now)
		}
	}
	if c == nil {
		return
	}
	var chosen []*member
	for _, id := range f.representatives {
		if m := p.categories.members[id]; m != nil && m.category == c {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) > 0 {
		for _, g := range f.groups {
			for _, old := range w.groups[g].members {
				if m := p.categories.members[old.id]; m != nil {
					m.represents = false
				}
			}
		}
		for _, m := range chosen {
			m.represents = true
		}
	}
	c.keywords = f.keywords
	for _, m := range c.members {
		m.publish()
	}
}

// reconcile brings the window's index up to what happened since it closed.
func (p *Partition) reconcile(w *window) *cluster.Index {
	for _, id := range w.indexed {
		if m := p.categories.members[id]; m == nil || !m.represents {
			w.index.Remove(id)
		}
	}
	for id, m := range p.categories.members {
		if m.promoted && m.represents {
			w.index.Add(id, w.space.Vector(m.terms))
		}
		m.promoted = false
	}
	return w.index
}

func (w *window) isDone() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// await waits for the clustering of a window.
func (p *Partition) await(w *window) bool {
	if w.isDone() {
		return true
	}
	if p.settings.MaxWait <= 0 {
		return false
	}
	begin := time.Now()
	defer func() { p.observer.Waited(time.Since(begin)) }()
	timer := time.NewTimer(p.settings.MaxWait)
	defer timer.Stop()
	select {
	case <-w.done:
		return true
	case <-timer.C:
		return false
	}
}
