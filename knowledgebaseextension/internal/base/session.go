// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"context"
	"fmt"
	"slices"
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
