// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

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
	if !p.leads.Load() {
		p.founded = 0 // who leads will tell what to join
		return
	}
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
		vectors:  map[uint64]feature.Vector{},
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
		w.vectors = nil // the index has those that are still of use
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
		case p.areApart(c, now):
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
					p.unsaved.template(m)
				}
			}
		}
		for _, m := range chosen {
			m.represents = true
		}
	}
	c.keywords = f.keywords
	p.unsaved.cluster(c)
	for _, m := range c.members {
		p.publish(m)
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
