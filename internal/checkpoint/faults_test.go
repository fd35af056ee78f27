// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// sick is a medium that has a fault until it is healed.
type sick struct {
	mu    sync.Mutex
	fault error
	hang  chan struct{} // calls wait for it while it is not nil
	saved []byte
}

func (s *sick) set(fault error, hang chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.hang = fault, hang
}

func (s *sick) trouble() error {
	s.mu.Lock()
	fault, hang := s.fault, s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
	return fault
}

func (s *sick) open(context.Context) error { return s.trouble() }

func (s *sick) load(_ context.Context, restore Restore) (Origin, error) {
	s.mu.Lock()
	saved := s.saved
	s.mu.Unlock()
	if saved == nil {
		return Nothing, nil
	}
	return Latest, restore(1, func(yield func([]byte, error) bool) { yield(saved, nil) })
}

func (s *sick) save(_ context.Context, chunks iter.Seq[[]byte]) error {
	if err := s.trouble(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range chunks {
		s.saved = slices.Clone(c)
	}
	return nil
}

func (s *sick) close(context.Context) error { return s.trouble() }

// board is a host that keeps the status it was told.
type board struct {
	extensions
	mu     sync.Mutex
	status componentstatus.Status
}

func (b *board) Report(e *componentstatus.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = e.Status()
}

func (b *board) says(want componentstatus.Status) func() bool {
	return func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.status == want
	}
}

var faults = map[string]error{
	"locked":     ErrLocked,
	"damaged":    ErrDamaged,
	"deleted":    ErrDeleted,
	"full":       syscall.ENOSPC,
	"read_only":  syscall.EROFS,
	"permission": fs.ErrPermission,
	"other":      errors.New("input/output error"),
	"hanging":    nil,
}

// Whatever is wrong with the storage and whenever it begins, the component starts and
// stops in time, says what is wrong by status and metric, tries again, and goes on
// from what was stored once it can be read.
func TestFaults(t *testing.T) {
	t.Parallel()
	const soon, patience = 20 * time.Millisecond, 20 * time.Second
	for name, fault := range faults {
		for _, phase := range []string{"start", "run", "stop"} {
			t.Run(name+" at "+phase, func(t *testing.T) {
				t.Parallel()
				var hang chan struct{}
				if fault == nil {
					hang = make(chan struct{})
				}
				k, s, diary, _ := newKeeper(soon)
				m := &sick{saved: []byte("stored")}
				k.make = func(component.Host) (medium, error) { return m, nil }
				k.timeout = 100 * time.Millisecond
				host := &board{}
				if phase == "start" {
					m.set(fault, hang)
				}
				began := time.Now()
				require.NoError(t, k.Start(t.Context(), host))
				require.Less(t, time.Since(began), 3*time.Second)
				if phase == "start" {
					require.Equal(t, Unreachable, diary.origin())
					if hang != nil { // what is stored may still come: data waits
						soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
						require.ErrorIs(t, k.Ready(soon), context.DeadlineExceeded)
						cancel()
					}
				} else {
					require.Equal(t, "stored", s.get())
				}
				if phase == "run" {
					m.set(fault, hang)
				}
				if phase != "stop" {
					require.Eventually(t, host.says(componentstatus.StatusRecoverableError), patience, time.Millisecond)
					require.Eventually(t, func() bool { return diary.count(name) > 1 }, patience, time.Millisecond, "it is tried again")
					m.set(nil, nil)
					if hang != nil {
						close(hang)
					}
					require.Eventually(t, host.says(componentstatus.StatusOK), patience, time.Millisecond)
					require.NoError(t, k.Ready(t.Context()))
					require.Equal(t, "stored", s.get())
				} else {
					m.set(fault, hang)
				}
				stop, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				began = time.Now()
				require.NoError(t, k.Shutdown(stop))
				require.Less(t, time.Since(began), 3*time.Second)
				if phase == "stop" {
					require.Positive(t, diary.count(name))
					if hang != nil {
						close(hang)
					}
				}
			})
		}
	}
}

// An extension that panics, as bbolt does over a damaged file, or faults, as it does
// over one that was cut off, is not called again.
func TestAnExtensionThatPanics(t *testing.T) {
	k, _, diary, logs := newKeeper(10 * time.Millisecond)
	ext := &panicking{}
	require.NoError(t, k.Start(t.Context(), extensions{diskID: ext}))
	require.Equal(t, Unreachable, diary.origin())
	require.Eventually(t, func() bool { return diary.count("damaged") > 2 }, 20*time.Second, time.Millisecond)
	require.NoError(t, k.Shutdown(t.Context()))
	require.Equal(t, 1, ext.calls)
	require.Contains(t, fmt.Sprint(logs.All()), "directory", "it says what to do")
}

type panicking struct {
	component.StartFunc
	component.ShutdownFunc
	calls int
}

func (p *panicking) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	p.calls++
	panic("page 7 already freed")
}
