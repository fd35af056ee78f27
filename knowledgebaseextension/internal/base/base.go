// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package base connects log_cluster processors with the store and keeps them
// connected: it opens the store as soon as it can be opened, gives processors what
// is known, what others change and who leads, and takes what they learn.
//
// One goroutine, the supervisor, does all reading; processors save from their own.
// Nothing here makes a processor wait but what the processor itself bounds.
package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Options says what to keep, where and how long.
type Options struct {
	Store       store.Options
	Retention   store.Retention
	Samples     int // lines kept of a template
	SampleBytes int // of a line
	// Follow gives clusters of other partitions that say the same the solution too.
	Follow bool
}

// file is the SQLite file, for messages; empty without one.
func (o *Options) file() string {
	if o.Store.DSN != "" {
		return ""
	}
	return o.Store.File
}

// Observer is told how it goes. Methods are called from several goroutines.
type Observer interface {
	// Saved says that a delta of some rows was saved, and how long that took.
	Saved(rows int, took time.Duration)
	// Applied says that a processor took in rows of others.
	Applied(rows int)
	// Failed says that an operation on the store failed; it will be tried again.
	Failed(operation string, err error)
	// Health says that operations began to fail, or that all succeed again (nil).
	Health(err error)
	// Removed says what retention took away.
	Removed(store.Removed)
}

// Errors that callers tell apart.
var (
	// ErrNotReady says that the store is not open, or not read yet.
	ErrNotReady = errors.New("the knowledge base is not ready")
	// ErrNoProcessor says that no log_cluster processor of this process uses the
	// knowledge base, so that nothing can be matched.
	errEmpty       = errors.New("the file had no byte in it: what was known is lost, unless there is a copy; beginning anew")
	ErrNoProcessor = errors.New("no log_cluster processor of this collector uses this knowledge base")
)

// How often things are done.
const (
	pollInterval   = 500 * time.Millisecond // how late a change may be seen when nobody announces it
	wakePause      = 100 * time.Millisecond // how often announcements may wake
	retryInterval  = time.Second            // between attempts to reach the store
	leaseInterval  = time.Second            // between renewals of a lease
	leaseTime      = 5 * time.Second        // after which another takes a lease that nobody renewed
	retainInterval = time.Minute
	followInterval = 2 * time.Second // between looks for clusters that say what another says
	// callTimeout bounds a call of the store: a server that hangs counts as down.
	callTimeout = 10 * time.Second
	// openTimeout is for bringing a large store up to date, once in its life.
	openTimeout = 10 * time.Minute
	// saveTimeout bounds one transaction, of thousands of rows.
	saveTimeout = 20 * time.Second
	// lastFold is for what was saved last, at the end.
	lastFold = time.Second
	// loadTimeout is for reading everything.
	loadTimeout = time.Minute
)

// Base is a knowledge base under supervision.
type Base struct {
	options  Options
	observer Observer
	health   health
	wake     chan struct{}
	stop     context.CancelFunc
	done     sync.WaitGroup

	mu       sync.Mutex
	store    *store.Store // nil until it is open
	sessions []*session
}

// New returns a base that does nothing until Start.
func New(options Options, observer Observer) *Base {
	return &Base{
		options: options, observer: observer, health: health{observer: observer, failing: map[string]error{}, file: options.file()},
		wake: make(chan struct{}, 1), stop: func() {},
	}
}

// Start begins to open the store, and does not wait for it.
func (b *Base) Start() {
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	b.done.Add(1)
	go func() {
		defer b.done.Done()
		b.supervise(ctx)
	}()
}

// Shutdown ends everything, within ctx; a database that hangs is left behind.
// Processors must have left.
func (b *Base) Shutdown(ctx context.Context) error {
	b.stop()
	err, ended := lifecycle.Within(ctx, func() error {
		b.done.Wait()
		b.mu.Lock()
		s := b.store
		b.store = nil
		b.mu.Unlock()
		if s == nil {
			return nil
		}
		return s.Close()
	})
	if !ended {
		return fmt.Errorf("the database does not answer: %w", ctx.Err())
	}
	return err
}

// Store returns the open store, or ErrNotReady and why.
func (b *Base) Store() (*store.Store, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.store == nil {
		return nil, errors.Join(ErrNotReady, b.health.of(opConnect))
	}
	return b.store, nil
}

// Match asks the processors of this process what a text may be about, as
// knowledge.Best has it. It reads memory only. Without a processor it returns ErrNoProcessor.
func (b *Base) Match(q knowledge.Query) ([]knowledge.Match, error) {
	b.mu.Lock()
	sessions := b.sessions
	b.mu.Unlock()
	if len(sessions) == 0 {
		return nil, ErrNoProcessor
	}
	var matches []knowledge.Match
	for _, s := range sessions {
		matches = append(matches, s.processor.Match(q)...)
	}
	return knowledge.Best(matches, q.Limit), nil
}

// Related asks the processors of this process which clusters are near one, the
// nearest first. Without a processor that holds the partition there are none.
func (b *Base) Related(partition string, cluster knowledge.ID) []knowledge.Related {
	b.mu.Lock()
	sessions := b.sessions
	b.mu.Unlock()
	for _, s := range sessions {
		if related := s.processor.Related(partition, cluster); len(related) > 0 {
			return related
		}
	}
	return nil
}

// Explain asks a processor of this process how it reads a line. Without one it
// returns ErrNoProcessor.
func (b *Base) Explain(q knowledge.Query) (knowledge.Explanation, error) {
	b.mu.Lock()
	sessions := b.sessions
	b.mu.Unlock()
	if len(sessions) == 0 {
		return knowledge.Explanation{}, ErrNoProcessor
	}
	var out knowledge.Explanation
	for _, s := range sessions {
		if out = s.processor.Explain(q); out.TemplateID != 0 {
			break
		}
	}
	return out, nil
}

// Alone is true when no other collector can share the store.
func (b *Base) Alone() bool { return b.options.Store.DSN == "" }

// Poke makes the base look for changes at once.
func (b *Base) Poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// supervise opens the store and then follows it.
func (b *Base) supervise(ctx context.Context) {
	for ctx.Err() == nil {
		if s := b.open(ctx); s != nil {
			b.attend(ctx, s)
		}
	}
}

// attend follows an open store until ctx ends or its file is gone.
func (b *Base) attend(ctx context.Context, s *store.Store) {
	var beside sync.WaitGroup
	defer beside.Wait()
	if s.Postgres() {
		for _, task := range []func(context.Context, *store.Store){b.listen, b.lease, b.fold} {
			beside.Add(1)
			go func() {
				defer beside.Done()
				task(ctx, s)
			}()
		}
	}
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	var retained, followed time.Time
	for ctx.Err() == nil {
		if err := s.Gone(); err != nil {
			b.abandon(ctx, s, err)
			return
		}
		for _, session := range b.current() {
			b.health.note(opRead, session.follow(ctx, s))
		}
		if now := time.Now(); now.Sub(retained) >= retainInterval {
			retained = now
			b.retain(ctx, s, now)
		}
		if now := time.Now(); b.options.Follow && now.Sub(followed) >= followInterval {
			followed = now
			b.followStatements(ctx, s)
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-b.wake:
			pause(ctx, wakePause)
		}
	}
}

// abandon gives up a store whose file is gone, long enough for all to see, and has the
// processors read, and save, what is there then.
func (b *Base) abandon(ctx context.Context, s *store.Store, why error) {
	b.mu.Lock()
	b.store = nil
	b.mu.Unlock()
	b.health.note(opConnect, why)
	for _, session := range b.current() {
		session.anew()
	}
	pause(ctx, 2*retryInterval)
	if err := s.Close(); err != nil {
		b.observer.Failed(opConnect, err)
	}
}

// open tries until it succeeds or ctx ends.
func (b *Base) open(ctx context.Context) *store.Store {
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(ctx, openTimeout)
		s, err := store.Open(call, b.options.Store)
		cancel()
		if err == nil {
			b.mu.Lock()
			b.store = s
			b.mu.Unlock()
			if s.WasEmpty() {
				b.health.note(opConnect, errEmpty)
			}
			b.health.note(opConnect, nil)
			return s
		}
		if ctx.Err() == nil {
			b.health.note(opConnect, err)
			for _, session := range b.current() {
				session.attempted(err)
			}
		}
		select {
		case <-b.wake: // somebody joined and wants to know
		case <-time.After(retryInterval):
		case <-ctx.Done():
		}
	}
	return nil
}

func (b *Base) current() []*session {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sessions
}

// listen wakes the supervisor at every commit that the server announces.
func (b *Base) listen(ctx context.Context, s *store.Store) {
	for ctx.Err() == nil {
		err := s.Listen(ctx, func() {
			b.health.note(opListen, nil)
			b.Poke()
		})
		if ctx.Err() == nil {
			b.health.note(opListen, err)
			pause(ctx, retryInterval)
		}
	}
}

// fold takes what the collectors have saved into the tables, if no other does. What is
// left when it ends, others do, or whoever comes next.
func (b *Base) fold(ctx context.Context, s *store.Store) {
	for ctx.Err() == nil {
		if !b.foldSome(ctx, s) {
			pause(ctx, pollInterval)
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFold)
	defer cancel()
	for b.foldSome(last, s) {
	}
}

func (b *Base) foldSome(ctx context.Context, s *store.Store) (more bool) {
	call, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	done, err := s.Fold(call, b.options.Samples)
	if ctx.Err() != nil {
		return false
	}
	b.health.note(opFold, err)
	if done.Skipped != nil {
		b.observer.Failed(opFold, done.Skipped)
	}
	return err == nil && done.More
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// lease renews who re-clusters what.
func (b *Base) lease(ctx context.Context, s *store.Store) {
	for ; ctx.Err() == nil; pause(ctx, leaseInterval) {
		for _, session := range b.current() {
			if session.isLoaded() {
				b.health.note(opLease, session.lease(ctx, s))
			}
		}
	}
}

func (b *Base) followStatements(ctx context.Context, s *store.Store) {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	n, err := s.Follow(call)
	if ctx.Err() != nil {
		return
	}
	b.health.note(opFollow, err)
	if n > 0 {
		b.Poke()
	}
}

func (b *Base) retain(ctx context.Context, s *store.Store, now time.Time) {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	removed, err := s.Retain(call, b.options.Retention, now)
	if ctx.Err() != nil {
		return
	}
	b.health.note(opRetain, err)
	b.observer.Removed(removed)
}
