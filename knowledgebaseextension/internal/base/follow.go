// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

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
