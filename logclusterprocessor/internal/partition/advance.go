// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
)

// Advance closes the windows that end at or before tick. Merges that the
// clustering of a window finds come into force when the window after it ends:
// at a point of the stream, not of the clock. A clustering that is not done by then is
// waited for as long as wait says, which gets less by it.
func (p *Partition) Advance(tick int64, wait *time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	boundary := p.boundary.Load()
	if tick < boundary {
		return
	}
	if boundary != noWindow && p.enforce(wait) {
		p.close()
		if tick-boundary >= p.settings.Window {
			p.enforce(wait) // nothing came in the window after it, which has ended too
		}
	}
	p.boundary.Store(floor(tick, p.settings.Window) + p.settings.Window)
	p.spent = 0
}

// SetBack opens the window of a tick anew when the open one begins after latest, the last
// tick that the clock allows: it was set back since. Else no window would close, and no
// line would be learnt beyond what one window may cost, until it is that late again.
func (p *Partition) SetBack(tick, latest int64) {
	if p.boundary.Load()-p.settings.Window <= latest {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.boundary.Store(floor(tick, p.settings.Window) + p.settings.Window)
	p.spent = 0
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
	meanings := p.snapshot() // before the vocabulary is frozen: it may add to it
	return &window{
		birth:    p.birth,
		space:    p.vocabulary.Freeze(),
		distance: p.settings.Clustering.Distance,
		meanings: meanings,
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

// maxFresh is how many new meanings a window compares. When there are more, those
// seen most come first and the others wait for the next window: in a flood of
// lines that never come again, they are gone by then.
const maxFresh = 5000

// snapshot copies the meanings that take part in clustering.
func (p *Partition) snapshot() []snapshot {
	fresh := p.takeFresh()
	clear(p.moved)
	places := map[*category]int{}
	all := make([]snapshot, 0, p.index.Len())
	for _, m := range p.meanings.sorted() {
		if !p.index.Has(m.id) {
			continue
		}
		place, known := places[m.category]
		if !known {
			place = len(places)
			places[m.category] = place
		}
		all = append(all, snapshot{id: m.id, category: place, terms: m.terms(), fresh: fresh[m]})
	}
	return all
}

// takeFresh returns the new meanings that the window compares.
func (p *Partition) takeFresh() map[*meaning]bool {
	var fresh []*meaning
	for _, m := range p.meanings.sorted() {
		if m.fresh {
			fresh = append(fresh, m)
		}
	}
	p.founded, p.stirred = 0, len(fresh) > maxFresh
	if p.stirred {
		count := make(map[*meaning]int64, len(fresh))
		for _, m := range fresh {
			count[m] = p.countOf(m)
		}
		slices.SortStableFunc(fresh, func(a, b *meaning) int { return cmp.Compare(count[b], count[a]) })
		fresh = fresh[:maxFresh]
	}
	taken := make(map[*meaning]bool, len(fresh))
	for _, m := range fresh {
		m.fresh, taken[m] = false, true
		if m.deferred {
			p.undefer(m)
		}
	}
	return taken
}

// countOf is how many lines founded the templates of a meaning, a bound that is
// good enough to tell a flood from what stays.
func (p *Partition) countOf(m *meaning) int64 {
	n := int64(0)
	for _, member := range m.members {
		if e := p.miner.Lookup(member.template.ID()); e != nil {
			n += e.Count()
		}
	}
	return n
}

// undefer takes up a meaning that came in a flood and stayed.
func (p *Partition) undefer(m *meaning) {
	m.deferred = false
	for _, member := range m.members {
		p.offer(member)
		if member.founding == nil {
			p.count(member)
		}
	}
	p.categorize(m)
	p.describe(m)
}

// enforce brings the pending clustering into force. It returns false when it is not
// done within wait.
func (p *Partition) enforce(wait *time.Duration) bool {
	w := p.pending
	if w == nil {
		return true
	}
	if !p.await(w, wait) {
		return false
	}
	p.pending = nil
	if w.err != nil {
		return true
	}
	p.space, p.counted = w.space, w.birth
	for _, f := range w.findings {
		p.adopt(f)
	}
	p.index = p.reconcile(w)
	for i := range w.meanings {
		if m := p.meanings.byID[w.meanings[i].id]; m != nil && w.meanings[i].fresh {
			p.describe(m) // by words whose weights are known now
		}
	}
	return true
}

// adopt merges the categories of a finding, as far as they still exist.
func (p *Partition) adopt(f finding) {
	var all []*category
	for _, id := range f {
		if m := p.meanings.byID[id]; m != nil && m.category != nil {
			all = append(all, m.category)
		}
	}
	p.mergeCategories(all)
}

// reconcile brings the window's index up to what happened since it closed.
func (p *Partition) reconcile(w *window) *cluster.Index {
	for i := range w.meanings {
		if id := w.meanings[i].id; !p.index.Has(id) {
			w.index.Remove(id)
		}
	}
	for _, m := range p.meanings.byID {
		if p.index.Has(m.id) && (p.moved[m.id] || !w.index.Has(m.id)) {
			w.index.Add(m.id, w.space.Vector(m.terms()))
		}
	}
	clear(p.moved)
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
func (p *Partition) await(w *window, wait *time.Duration) bool {
	if w.isDone() {
		return true
	}
	if *wait <= 0 {
		return false
	}
	begin := time.Now()
	defer func() {
		waited := time.Since(begin)
		*wait -= waited
		p.observer.Waited(waited)
	}()
	timer := time.NewTimer(*wait)
	defer timer.Stop()
	select {
	case <-w.done:
		return true
	case <-timer.C:
		return false
	}
}
