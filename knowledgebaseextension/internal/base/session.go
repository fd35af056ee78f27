// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// session is one processor's connection.
type session struct {
	base      *Base
	processor knowledge.Processor
	writer    string // names the processor in the store, for as long as it runs

	saving  chan struct{}       // holds a token while a Save or the first load runs
	number  int64               // of the last save
	last    *attempt            // that save, when it is in doubt
	doubts  map[string][]*doubt // by partition
	reading sync.Mutex          // what is read later is applied later

	mu      sync.Mutex
	cursor  store.Cursor // up to where the processor has everything
	left    bool
	loaded  bool
	fresh   []string        // partitions of which the processor wants all rows
	known   map[string]bool // partitions of which the processor has all rows
	waiting []chan error    // of Loaded
	led     map[string]time.Time
	// forgotten are templates by partition that the store said it does not know, until
	// the next save.
	forgotten map[string][]knowledge.ID
	applying  sync.Mutex // held while methods of the processor run
}

var (
	_ knowledge.Base    = (*Base)(nil)
	_ knowledge.Session = (*session)(nil)
)

// Join implements knowledge.Base.
func (b *Base) Join(p knowledge.Processor) knowledge.Session {
	s := &session{base: b, processor: p, writer: uuid.NewString(), saving: make(chan struct{}, 1), doubts: map[string][]*doubt{}, known: map[string]bool{}, led: map[string]time.Time{}, forgotten: map[string][]knowledge.ID{}}
	b.mu.Lock()
	b.sessions = append(slices.Clone(b.sessions), s)
	b.mu.Unlock()
	b.Poke()
	return s
}

// Loaded implements knowledge.Session.
func (s *session) Loaded(ctx context.Context) error {
	s.mu.Lock()
	if s.loaded {
		s.mu.Unlock()
		return nil
	}
	done := make(chan error, 1)
	s.waiting = append(s.waiting, done)
	s.mu.Unlock()
	s.base.Poke()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNotReady, ctx.Err())
	}
}

// attempted tells those who wait in Loaded how an attempt ended.
func (s *session) attempted(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = s.loaded || err == nil
	for _, w := range s.waiting {
		w <- err
	}
	s.waiting = nil
}

// anew forgets what the store had: it is another one now.
func (s *session) anew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded, s.cursor, s.last = false, store.Cursor{}, nil
	s.fresh = nil
	clear(s.known)
	clear(s.led)
}

func (s *session) isLoaded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loaded
}

// Health implements knowledge.Session.
func (s *session) Health() error { return s.base.health.now() }

// Leave implements knowledge.Session.
func (s *session) Leave() {
	b := s.base
	b.mu.Lock()
	b.sessions = slices.DeleteFunc(slices.Clone(b.sessions), func(other *session) bool { return other == s })
	open := b.store
	b.mu.Unlock()
	s.mu.Lock()
	s.left = true
	leads := len(s.led) > 0
	s.mu.Unlock()
	s.applying.Lock() // whoever calls the processor now ends first, and nobody comes after
	defer s.applying.Unlock()
	if open != nil && leads {
		ctx, cancel := context.WithTimeout(context.Background(), leaseTime)
		defer cancel()
		_ = open.Release(ctx, s.writer) // else the lease runs out
	}
}

// call runs f, which calls the processor, unless it has left.
func (s *session) call(f func()) {
	s.applying.Lock()
	defer s.applying.Unlock()
	s.mu.Lock()
	left := s.left
	s.mu.Unlock()
	if !left {
		f()
	}
}

// follow gives the processor what it does not have yet.
func (s *session) follow(ctx context.Context, from *store.Store) error {
	var err error
	if s.isLoaded() {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		err = errors.Join(s.changes(call, from), s.meet(call, from))
	} else {
		call, cancel := context.WithTimeout(ctx, loadTimeout)
		defer cancel()
		err = s.load(call, from)
		s.attempted(err)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// load gives the processor everything, and the lead of what nobody leads.
func (s *session) load(ctx context.Context, from *store.Store) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.unlock()
	state, cursor, err := from.Load(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.addSamples(ctx, from, state); err != nil {
		return err
	}
	s.apply(state, true)
	s.reached(cursor)
	if s.base.Alone() {
		return nil
	}
	return s.lease(ctx, from)
}

// addSamples adds the lines from which the processor learns again what other
// versions have learnt.
func (s *session) addSamples(ctx context.Context, from *store.Store, state store.State) error {
	now := s.processor.Versions()
	for name, rows := range state {
		if rows.Clock == nil || rows.Clock.Versions == now {
			continue
		}
		if err := from.Samples(ctx, name, rows); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) changes(ctx context.Context, from *store.Store) error {
	s.mu.Lock()
	after := s.cursor
	s.mu.Unlock()
	news, err := from.News(ctx, s.writer, after)
	if err != nil || !news {
		return err
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	changed, err := from.Changes(ctx, s.writer, after)
	switch {
	case err != nil:
		return err
	case changed.Lost:
		state, cursor, err := from.Load(ctx, nil)
		if err != nil {
			return err
		}
		changed.State, changed.Cursor = state, cursor
	}
	s.apply(changed.State, false)
	s.forget(changed.Forgotten)
	s.reached(changed.Cursor)
	return nil
}

func (s *session) reached(cursor store.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor = cursor
}

// apply gives rows to the processor. all says that they are all of a partition.
func (s *session) apply(state store.State, all bool) {
	for _, name := range latestFirst(state) {
		rows := state[name]
		s.call(func() {
			held := s.processor.Apply(name, *rows, all)
			s.mu.Lock()
			if all && held {
				s.known[name] = true
			} else if !held {
				delete(s.known, name)
			}
			s.mu.Unlock()
			if held {
				s.base.observer.Applied(len(rows.Shapes) + len(rows.Templates) + len(rows.Clusters) + len(rows.Aliases) + len(rows.Solutions))
			}
		})
	}
}

// latestFirst orders partitions by when they were last seen: a processor may not
// have room for all. What has no rows, because its retention is over, is left out.
func latestFirst(state store.State) []string {
	latest := make(map[string]int64, len(state))
	var names []string
	for name, rows := range state {
		if rows.Empty() && len(rows.Solutions) == 0 {
			continue
		}
		names = append(names, name)
		for i := range rows.Shapes {
			latest[name] = max(latest[name], rows.Shapes[i].LastSeen)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(latest[b], latest[a]), cmp.Compare(a, b)) })
	return names
}

// lease renews the lead of the processor's partitions, and tells it.
func (s *session) lease(ctx context.Context, from *store.Store) error {
	var names []string
	s.call(func() { names = s.processor.Partitions() })
	slices.Sort(names) // all in one order: nobody deadlocks
	call, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	asked := time.Now()
	held, err := from.Lease(call, s.writer, names, leaseTime.Milliseconds())
	s.mu.Lock()
	for _, name := range held {
		s.led[name] = asked.Add(leaseTime)
	}
	now := time.Now()
	leads := make(map[string]bool, len(names))
	for _, name := range names {
		if err == nil && !slices.Contains(held, name) || now.After(s.led[name]) {
			delete(s.led, name)
		}
		leads[name] = !s.led[name].IsZero()
	}
	s.mu.Unlock()
	s.call(func() {
		for name, is := range leads {
			s.processor.Lead(name, is)
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *session) lock(ctx context.Context) error {
	select {
	case s.saving <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) unlock() { <-s.saving }

// Save implements knowledge.Session.
func (s *session) Save(ctx context.Context, changes []knowledge.Change) (map[string][]knowledge.ID, error) {
	into, err := s.base.Store()
	if err != nil {
		return nil, err
	}
	if err := s.lock(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReady, err)
	}
	defer s.unlock()
	if !s.isLoaded() {
		return nil, ErrNotReady
	}
	if len(changes) == 0 {
		return s.takeForgotten(nil), nil
	}
	call, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	begin := time.Now()
	if err := s.settle(call, into, changes); err != nil {
		s.base.health.note(opSave, err)
		return nil, err
	}
	for i := range changes {
		s.cut(changes[i].Rows.Samples)
	}
	s.number++
	saved, err := into.Save(call, store.Writer{ID: s.writer, Number: s.number}, changes, s.base.options.Samples)
	if errors.Is(err, store.ErrInDoubt) {
		s.doubted(changes)
	}
	if ctx.Err() == nil {
		s.base.health.note(opSave, err)
	}
	if err != nil {
		return nil, err
	}
	s.base.observer.Saved(saved.Rows, time.Since(begin))
	s.learn(call, into, changes, saved.Known)
	return s.takeForgotten(saved.Forgotten), nil
}

// forget notes what the store said beside a save.
func (s *session) forget(forgotten map[string][]knowledge.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for partition, ids := range forgotten {
		s.forgotten[partition] = append(s.forgotten[partition], ids...)
	}
}

// takeForgotten returns what a save said, and what was noted before.
func (s *session) takeForgotten(said map[string][]knowledge.ID) map[string][]knowledge.ID {
	s.forget(said)
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.forgotten
	s.forgotten = map[string][]knowledge.ID{}
	return all
}

// learn gives the processor what the store knew better, and asks for all of partitions
// that are new to it. What was saved is saved: an error here is no reason to save it
// twice.
func (s *session) learn(ctx context.Context, from *store.Store, changes []knowledge.Change, clusters []string) {
	s.mu.Lock()
	for i := range changes {
		if name := changes[i].Partition; !s.known[name] {
			s.known[name], s.fresh = true, append(s.fresh, name)
		}
	}
	fresh := len(s.fresh) > 0
	s.mu.Unlock()
	if fresh {
		s.base.Poke()
	}
	if len(clusters) == 0 {
		return
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	state, err := from.Known(ctx, clusters)
	if err != nil {
		s.base.health.note(opRead, err)
		return
	}
	s.apply(state, false)
}

// meet gives the processor all of partitions that are new to it: another collector may
// have seen them first.
func (s *session) meet(ctx context.Context, from *store.Store) error {
	s.mu.Lock()
	fresh := s.fresh
	s.fresh = nil
	s.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	state, err := from.Meet(ctx, s.writer, fresh)
	if err != nil {
		s.mu.Lock()
		s.fresh = append(fresh, s.fresh...)
		s.mu.Unlock()
		return err
	}
	s.apply(state, false)
	return nil
}

// cut shortens samples to what is kept.
func (s *session) cut(samples []knowledge.Sample) {
	most := s.base.options.SampleBytes
	for i := range samples {
		if text := samples[i].Text; len(text) > most {
			samples[i].Text = strings.ToValidUTF8(text[:most], "") + "…"
		}
	}
}
