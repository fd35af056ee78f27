// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"sync"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
)

// State is what a component keeps over a restart.
type State interface {
	// Snapshot yields the state; a chunk is valid until the next. It is called
	// beside the flow.
	Snapshot() iter.Seq[[]byte]
	// Restore adds what Snapshot yielded to what has been learnt since the start,
	// which is nothing unless the snapshot could not be reached at the start. It may
	// be called beside the flow.
	Restore(version uint16, chunks iter.Seq2[[]byte, error]) error
	// Clear forgets everything.
	Clear()
}

// Observer is told what the keeper does.
type Observer interface {
	Restored(ctx context.Context, from Origin)
	Saved(ctx context.Context, took time.Duration, err error)
	// Fault says that the state could not be used, and why: see FaultOf.
	Fault(ctx context.Context, fault string)
}

// The times that things may take.
const (
	// startWait is how long the start waits for a snapshot.
	startWait = time.Second
	// loadWait is how long data waits for it, from the start on. What comes later joins
	// what was learnt meanwhile.
	loadWait = 10 * time.Second
	// tryInterval is how often what cannot be reached is tried, at most.
	tryInterval = 5 * time.Second
	// callTimeout is the time after which reading or writing all hangs.
	callTimeout = time.Minute
)

// ErrHangs says that a call has not come back in time.
var ErrHangs = errors.New("the storage does not answer")

// Keeper stores a component's state now and then, beside the flow, and restores it at
// the start. One call of the storage runs at a time; one that hangs is left behind,
// and nothing more is asked until it comes back.
type Keeper struct {
	Kind      component.Kind
	ID        component.ID
	Storage   *component.ID // the storage extension, or
	Directory string        // the directory; neither keeps nothing
	Interval  time.Duration
	Version   uint16 // of the state
	State     State
	Observer  Observer
	Logger    *zap.Logger

	ready   lifecycle.Gate
	make    func(component.Host) (medium, error) // nil is as configured
	timeout time.Duration                        // 0 is callTimeout
	medium  medium
	host    component.Host
	calls   chan struct{} // holds one token while a call runs
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu      sync.Mutex
	loaded  bool   // until then nothing is saved: it could replace what cannot be read now
	late    bool   // the start has ended
	failing string // the fault that was reported last
}

// medium is where snapshots are.
type medium interface {
	open(ctx context.Context) error
	load(ctx context.Context, restore Restore) (Origin, error)
	save(ctx context.Context, chunks iter.Seq[[]byte]) error
	close(ctx context.Context) error
}

// Start restores the last checkpoint. One that cannot be read, or reached, is no
// reason not to start; a configuration that names no storage is.
func (k *Keeper) Start(ctx context.Context, host component.Host) error {
	k.host = host
	if k.make == nil {
		k.make = k.configured
	}
	var err error
	if k.medium, err = k.make(host); err != nil || k.medium == nil {
		k.ready.Open()
		return err
	}
	if k.timeout == 0 {
		k.timeout = callTimeout
	}
	k.calls = make(chan struct{}, 1)

	stop, ended := lifecycle.Begin(ctx, startWait, &k.done, k.begin, k.saveOften)
	k.stop = stop
	if !ended {
		k.Observer.Restored(ctx, Unreachable)
		k.report(ctx, ErrHangs)
	}
	return nil
}

// begin loads, and lets the data through then.
func (k *Keeper) begin(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, loadWait)
	defer cancel()
	err := k.load(wait)
	k.mu.Lock()
	loaded := k.loaded
	k.late = true
	k.mu.Unlock()
	k.ready.Open()
	if ctx.Err() != nil {
		return
	}
	if !loaded && !errors.Is(err, ErrHangs) {
		k.Observer.Restored(ctx, Unreachable)
	}
	k.report(ctx, err)
}

// Ready waits until a snapshot was restored, or is not waited for any more.
func (k *Keeper) Ready(ctx context.Context) error { return k.ready.Wait(ctx) }

// configured returns the medium that the configuration names, or nil.
func (k *Keeper) configured(host component.Host) (medium, error) {
	switch {
	case k.Directory != "":
		return filed{NewFiles(k.Directory, k.Kind, k.ID, k.Version)}, nil
	case k.Storage == nil:
		return nil, nil
	}
	ext, ok := host.GetExtensions()[*k.Storage]
	if !ok {
		return nil, fmt.Errorf("storage: there is no extension %q; add it under extensions and under service.extensions", k.Storage)
	}
	from, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not a storage extension", k.Storage)
	}
	return &stored{ext: from, kind: k.Kind, id: k.ID, version: k.Version}, nil
}

// call runs f, which uses the medium, and waits for it until ctx ends.
func (k *Keeper) call(ctx context.Context, f func() error) error {
	select {
	case k.calls <- struct{}{}:
	case <-ctx.Done():
		return ErrHangs
	}
	done := make(chan error, 1)
	go func() {
		err := f()
		<-k.calls
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrHangs, ctx.Err())
	}
}

// load opens the medium and restores what is there. It is to be called again until
// isLoaded; an error may also say that something was damaged.
func (k *Keeper) load(ctx context.Context) error {
	return k.call(ctx, func() error {
		if err := k.medium.open(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		origin, err := k.medium.load(context.WithoutCancel(ctx), func(version uint16, chunks iter.Seq2[[]byte, error]) error {
			k.mu.Lock()
			late := k.late
			k.mu.Unlock()
			if !late {
				k.State.Clear() // of what a snapshot that is damaged has left
			}
			return k.State.Restore(version, chunks)
		})
		if origin == Unreachable {
			return err
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if origin == Lost && !k.late {
			k.State.Clear()
		}
		if err != nil {
			k.Logger.Warn("A checkpoint cannot be used", zap.Stringer("going_on_from", origin), zap.Error(err))
		}
		k.Observer.Restored(ctx, origin)
		k.loaded = true
		return err
	})
}

func (k *Keeper) isLoaded() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loaded
}

func (k *Keeper) saveOften(ctx context.Context) {
	pause := k.Interval
	if !k.isLoaded() {
		pause = min(tryInterval, k.Interval)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		call, cancel := context.WithTimeout(ctx, k.timeout)
		err := k.step(call)
		cancel()
		if ctx.Err() != nil {
			return
		}
		k.report(ctx, err)
		if pause = k.Interval; err != nil {
			pause = min(tryInterval, k.Interval)
		}
		timer.Reset(pause)
	}
}

// step saves, once what was saved before could be read.
func (k *Keeper) step(ctx context.Context) error {
	if !k.isLoaded() {
		return k.load(ctx)
	}
	return k.save(ctx)
}

func (k *Keeper) save(ctx context.Context) error {
	began := time.Now()
	err := k.call(ctx, func() error { return k.medium.save(ctx, k.State.Snapshot()) })
	if errors.Is(err, ErrDeleted) {
		k.Observer.Saved(ctx, time.Since(began), nil) // it is written, and reported once
	} else {
		k.Observer.Saved(ctx, time.Since(began), err)
	}
	return err
}

// report says when trouble begins, changes and ends.
func (k *Keeper) report(ctx context.Context, err error) {
	fault := FaultOf(err)
	if fault != "" {
		k.Observer.Fault(ctx, fault)
	}
	k.mu.Lock()
	before := k.failing
	k.failing = fault
	k.mu.Unlock()
	switch {
	case fault == before:
	case fault == "":
		k.Logger.Info("What is learnt is stored")
		componentstatus.ReportStatus(k.host, componentstatus.NewEvent(componentstatus.StatusOK))
	default:
		k.Logger.Warn("What was learnt cannot be read or stored; data flows, and it is tried again", zap.String("fault", fault), zap.Error(err))
		componentstatus.ReportStatus(k.host, componentstatus.NewRecoverableErrorEvent(fmt.Errorf("state: %w", err)))
	}
}

// FaultOf names what is wrong with a state in metrics, "" when nothing is.
func FaultOf(err error) string {
	for _, known := range []struct {
		err  error
		name string
	}{
		{ErrHangs, "hanging"},
		{ErrLocked, "locked"},
		{ErrDeleted, "deleted"},
		{ErrBroken, "damaged"},
		{ErrDamaged, "damaged"},
		{codec.ErrMalformed, "damaged"},
		{syscall.ENOSPC, "full"},
		{syscall.EDQUOT, "full"},
		{syscall.EROFS, "read_only"},
		{fs.ErrPermission, "permission"},
	} {
		if errors.Is(err, known.err) {
			return known.name
		}
	}
	if err != nil {
		return "other"
	}
	return ""
}

// Shutdown stores for the last time, within ctx. The flow must have ended. What
// cannot be stored is reported and is no error: nobody could do anything about it.
func (k *Keeper) Shutdown(ctx context.Context) error {
	k.ready.Close(lifecycle.ErrStopped)
	if k.stop == nil {
		return nil
	}
	k.stop()
	k.done.Wait() // calls are left behind, so this takes no time
	if k.isLoaded() {
		k.report(ctx, k.save(ctx))
	}
	if err := k.call(ctx, func() error { return k.medium.close(ctx) }); err != nil {
		k.Logger.Warn("The storage was not closed", zap.Error(err))
	}
	return nil
}
