// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// disk is a storage extension whose client can be made to fail.
type disk struct {
	component.StartFunc
	component.ShutdownFunc
	storage.Client
	broken error // GetClient says so

	mu         sync.Mutex
	unreadable string // a key that cannot be read
	full       bool
}

func (d *disk) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return d, d.broken
}

func (d *disk) Close(context.Context) error { return nil }

func (d *disk) Get(ctx context.Context, key string) ([]byte, error) {
	if key == d.unreadable {
		return nil, errors.New("input/output error")
	}
	return d.Client.Get(ctx, key)
}

func (d *disk) Set(ctx context.Context, key string, value []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errFull
	}
	return d.Client.Set(ctx, key, value)
}

func (d *disk) fill(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

// text is a state of one chunk.
type text struct {
	mu    sync.Mutex
	value string
}

func (s *text) Snapshot() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { yield([]byte(s.get())) }
}

func (s *text) Restore(_ uint16, chunks iter.Seq2[[]byte, error]) error {
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		s.set(string(chunk))
	}
	return nil
}

func (s *text) Clear() { s.set("") }

func (s *text) get() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

func (s *text) set(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = value
}

// diary is what an observer was told.
type diary struct {
	mu     sync.Mutex
	from   Origin
	faults map[string]int
	saves  chan error
}

func (d *diary) Fault(_ context.Context, fault string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[fault]++
}

func (d *diary) origin() Origin {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.from
}

func (d *diary) count(fault string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.faults[fault]
}

func (d *diary) Restored(_ context.Context, from Origin) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.from = from
}

func (d *diary) Saved(_ context.Context, _ time.Duration, err error) {
	select {
	case d.saves <- err:
	default:
	}
}

type extensions map[component.ID]component.Component

func (e extensions) GetExtensions() map[component.ID]component.Component { return e }

var diskID = component.MustNewID("disk")

func newKeeper(interval time.Duration) (k *Keeper, s *text, d *diary, logs *observer.ObservedLogs) {
	core, logs := observer.New(zap.WarnLevel)
	s, d = &text{}, &diary{saves: make(chan error, 100), faults: map[string]int{}}
	k = &Keeper{
		Kind: component.KindProcessor, ID: component.MustNewID("test"), Storage: &diskID,
		Interval: interval, Version: 1, State: s, Observer: d, Logger: zap.New(core),
	}
	return k, s, d, logs
}

func TestKeeperWithoutStorage(t *testing.T) {
	k, _, _, _ := newKeeper(time.Hour)
	k.Storage = nil
	require.NoError(t, k.Start(t.Context(), extensions{}))
	require.NoError(t, k.Shutdown(t.Context()))
}

func TestStorageThatIsNotThereIsRefused(t *testing.T) {
	refuses := func(want string, with extensions) {
		t.Helper()
		k, _, _, _ := newKeeper(time.Hour)
		require.EqualError(t, k.Start(t.Context(), with), want)
		require.NoError(t, k.Shutdown(t.Context()), "as the Collector does after a start that failed")
	}
	refuses(`storage: there is no extension "disk"; add it under extensions and under service.extensions`, extensions{})
	refuses(`storage: extension "disk" is not a storage extension`, extensions{diskID: nil})
}

// What cannot be read costs one checkpoint, then all, never the start.
func TestKeeperGoesOnFromWhatCanBeRead(t *testing.T) {
	d := &disk{Client: open(t)}
	for _, value := range []string{"older", "latest"} {
		k, s, _, _ := newKeeper(time.Hour)
		require.NoError(t, k.Start(t.Context(), extensions{diskID: d}))
		s.set(value)
		require.NoError(t, k.Shutdown(t.Context()))
	}
	k, s, diary, _ := newKeeper(time.Hour)
	require.NoError(t, k.Start(t.Context(), extensions{diskID: d}))
	require.Equal(t, Latest, diary.origin())
	require.Equal(t, "latest", s.get())
	k.stop()
	k.done.Wait()

	d.unreadable = chunkKey((k.medium.(*stored).store.next+1)%slots, 0)
	k, s, diary, logs := newKeeper(time.Hour)
	require.NoError(t, k.Start(t.Context(), extensions{diskID: d}))
	require.Equal(t, Previous, diary.origin())
	require.Equal(t, "older", s.get())
	require.Equal(t, 1, logs.FilterMessage("A checkpoint cannot be used").Len())
	k.stop()
	k.done.Wait()
}

// A full disk is told once an interval; when there is room again, saving goes on.
func TestKeeperOnAFullDisk(t *testing.T) {
	d := &disk{Client: open(t), full: true}
	k, s, diary, logs := newKeeper(time.Millisecond)
	require.NoError(t, k.Start(t.Context(), extensions{diskID: d}))
	require.Equal(t, Nothing, diary.origin())
	s.set("learnt")
	require.ErrorIs(t, <-diary.saves, errFull)
	require.ErrorIs(t, <-diary.saves, errFull)
	require.Eventually(t, func() bool {
		return logs.FilterMessage("What was learnt cannot be read or stored; data flows, and it is tried again").Len() > 0
	}, 10*time.Second, time.Millisecond)
	d.fill(false)
	require.Eventually(t, func() bool { return <-diary.saves == nil }, 10*time.Second, time.Millisecond)
	d.fill(true)
	require.NoError(t, k.Shutdown(t.Context()), "a full disk is no reason for the collector to fail")

	k, s, diary, _ = newKeeper(time.Hour)
	d.fill(false)
	require.NoError(t, k.Start(t.Context(), extensions{diskID: d}))
	require.Equal(t, Latest, diary.origin())
	require.Equal(t, "learnt", s.get())
	require.NoError(t, k.Shutdown(t.Context()))
}
