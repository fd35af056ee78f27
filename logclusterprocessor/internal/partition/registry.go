// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/find"
)

// overflowKey is the partition that all share once there are too many.
const overflowKey = "(other)"

// idleAfter is how long nobody must have asked for a partition before another
// may take its place.
const idleAfter = time.Hour

// Observer is told what happens beside the flow. Methods are called from
// several goroutines.
type Observer interface {
	// Evicted says that n things of a kind were forgotten, and why.
	Evicted(kind, reason string, n int)
	// Merged says that clusters joined older ones.
	Merged(clusters int)
	// Clustered says how a window was clustered, and how long that took.
	Clustered(method string, took time.Duration)
	// Joined gives the steps of a window's clustering, nearest first.
	Joined(partition string, steps []Join)
	// Waited says how long the flow waited for a clustering.
	Waited(d time.Duration)
}

// Stats is what the partitions hold now.
type Stats struct {
	Partitions, Templates, Clusters int
	Bytes                           int // estimated
}

// Registry holds the partitions. It is safe for concurrent use.
type Registry struct {
	settings Settings
	shared   *shared
	stop     context.CancelFunc

	mu    sync.RWMutex
	byKey map[string]*Partition
	idle  idleQueue // of all but the shared one
	// full is the time until which no partition can have been idle for long enough to
	// give its place to another.
	full int64
}

// KeepChanges makes the partitions remember what is not yet saved. To be called
// before the first Get.
func (r *Registry) KeepChanges() {
	r.shared.keep = true
	r.shared.offered = find.NewIndex[place]() // questions come through a knowledge base
}

// shared is what partitions have in common.
type shared struct {
	observer Observer
	budget   budget
	keep     bool
	offered  *find.Index[place] // what the templates say; nil when nobody can ask
	ctx      context.Context    // ends the clusterings that run
	running  sync.WaitGroup
	slots    chan struct{} // bounds the clusterings that run at once
}

// NewRegistry returns a registry without partitions.
func NewRegistry(settings Settings, observer Observer) *Registry {
	ctx, stop := context.WithCancel(context.Background())
	r := &Registry{
		settings: settings,
		shared: &shared{
			observer: observer,
			ctx:      ctx,
			// Half of the processors at most: the other half is the flow's.
			slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		},
		stop:  stop,
		byKey: make(map[string]*Partition),
	}
	r.shared.budget.limit, r.shared.budget.trim = settings.Budget, r.trim
	return r
}

// Get returns the partition of a key, a new one if need be. now is the
// processing time in ns since 1970.
func (r *Registry) Get(key []byte, now int64) *Partition {
	p := r.of(key, now)
	p.used.Store(now)
	return p
}

// of is Get without noting that somebody asked.
func (r *Registry) of(key []byte, now int64) *Partition {
	r.mu.RLock()
	p := r.byKey[string(key)]
	if p == nil && now < r.full {
		p = r.byKey[overflowKey]
	}
	r.mu.RUnlock()
	if p == nil {
		p = r.add(string(key), now)
	}
	return p
}

// IsShared is true of the partition that all share once there are too many.
func (p *Partition) IsShared() bool { return p.key == overflowKey }

func (r *Registry) add(key string, now int64) *Partition {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.byKey[key]; p != nil {
		return p
	}
	if len(r.byKey) >= r.settings.Partitions && !r.evictIdle(now) {
		key = overflowKey
		if p := r.byKey[key]; p != nil {
			return p
		}
	}
	p := newPartition(key, r.settings, r.shared)
	p.used.Store(now)
	r.byKey[key] = p
	if key != overflowKey {
		r.idle.add(p)
	}
	return p
}

// evictIdle makes room by forgetting the partition that was unused for longest. One
// that was restored and not used since gives its place at once: those that are live need
// it.
func (r *Registry) evictIdle(now int64) bool {
	if now < r.full {
		return false
	}
	oldest, since := r.idle.evict(now - int64(idleAfter))
	if oldest == nil {
		r.full = since + int64(idleAfter) // used only grows, so nobody is idle before
		return false
	}
	delete(r.byKey, oldest.key)
	oldest.retire()
	r.shared.observer.Evicted("partition", "idle", 1)
	return true
}

// retire gives back what the partition takes of the budget. A batch may still hold it.
func (p *Partition) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	for _, m := range p.meanings.members {
		p.withdraw(m)
	}
	p.budget.take(-p.sizes.bytes.Swap(0))
}

// Stats adds up what the partitions hold.
func (r *Registry) Stats() Stats {
	var s Stats
	for _, p := range r.All() {
		p.addTo(&s)
	}
	return s
}

// All returns the partitions of this moment, in no order.
func (r *Registry) All() []*Partition {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]*Partition, 0, len(r.byKey))
	for _, p := range r.byKey {
		all = append(all, p)
	}
	return all
}

// Shutdown waits for the clusterings that run; when ctx ends before they do, it
// ends them.
func (r *Registry) Shutdown(ctx context.Context) error {
	defer r.stop()
	done := make(chan struct{})
	go func() {
		r.shared.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		r.stop()
		<-done
		return ctx.Err()
	}
}
