// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// budget is the memory that all partitions have together. Whoever needs it takes it;
// when there is too little, the largest partition gives up what it used least, beside
// the flow, until the others fit. So one service cannot take from the others what they
// need, and an idle one does not keep what a busy one could use.
type budget struct {
	limit    int64        // in bytes, as estimated; 0 is none
	total    atomic.Int64 // of all partitions
	trimming atomic.Bool
	trim     func()
}

const (
	// Trimming ends at this part of the limit, so that it does not begin at once again.
	trimTo = 0.95
	// From this part of the limit on whoever learns something forgets as much: trimming
	// does not keep up.
	hardLimit = 1.05
	// trimStep is how many templates a partition forgets while it is locked.
	trimStep = 32
)

// take notes that a partition has grown by so many bytes, or shrunk.
func (b *budget) take(bytes int64) {
	if total := b.total.Add(bytes); b.limit > 0 && total > b.limit && bytes > 0 && b.trimming.CompareAndSwap(false, true) {
		b.trim()
	}
}

func (b *budget) isExhausted() bool {
	return b.limit > 0 && float64(b.total.Load()) > hardLimit*float64(b.limit)
}

// trim makes the largest partitions forget until all fit again.
func (r *Registry) trim() {
	b := &r.shared.budget
	r.shared.running.Add(1)
	go func() {
		defer r.shared.running.Done()
		defer b.trimming.Store(false)
		for r.shared.ctx.Err() == nil && float64(b.total.Load()) > trimTo*float64(b.limit) {
			all := r.All()
			if len(all) == 0 {
				return
			}
			largest := slices.MaxFunc(all, func(a, b *Partition) int {
				return cmp.Compare(a.sizes.bytes.Load(), b.sizes.bytes.Load())
			})
			if !largest.shrink(trimStep) {
				return // templates are not what takes the memory
			}
		}
	}()
}

// shrink forgets up to n templates, those that are worth least; false is that there is
// none.
func (p *Partition) shrink(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forgetLeast(n) > 0
}

// forgetLeast is shrink for who has the lock.
func (p *Partition) forgetLeast(n int) int {
	evicted := p.miner.Evict(n)
	for _, t := range evicted {
		p.forget(t)
	}
	if len(evicted) > 0 {
		p.observer.Evicted("template", "memory", len(evicted))
		p.measure()
	}
	return len(evicted)
}
