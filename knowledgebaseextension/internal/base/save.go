// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

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

// cut shortens samples to what is kept.
func (s *session) cut(samples []knowledge.Sample) {
	most := s.base.options.SampleBytes
	for i := range samples {
		if text := samples[i].Text; len(text) > most {
			samples[i].Text = strings.ToValidUTF8(text[:most], "") + "…"
		}
	}
}
