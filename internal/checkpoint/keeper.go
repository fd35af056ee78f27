// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// State is what a component keeps over a restart.
type State interface {
	// Snapshot yields the state; a chunk is valid until the next. It is called
	// beside the flow.
	Snapshot() iter.Seq[[]byte]
	// Restore makes the state what Snapshot yielded, whatever it was before.
	Restore(version uint16, chunks iter.Seq2[[]byte, error]) error
	// Clear forgets everything.
	Clear()
}

// Observer is told what the keeper does.
type Observer interface {
	Restored(ctx context.Context, from Origin)
	Saved(ctx context.Context, took time.Duration, err error)
}

// Keeper stores a component's state now and then, beside the flow, and restores
// it at the start.
type Keeper struct {
	Kind     component.Kind
	ID       component.ID
	Storage  *component.ID // the storage extension; nil keeps nothing
	Interval time.Duration
	Version  uint16 // of the state
	State    State
	Observer Observer
	Logger   *zap.Logger

	client storage.Client
	store  *Store
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Start restores the last checkpoint. One that cannot be read is no reason not
// to start.
func (k *Keeper) Start(ctx context.Context, host component.Host) error {
	if k.Storage == nil {
		return nil
	}
	ext, ok := host.GetExtensions()[*k.Storage]
	if !ok {
		return fmt.Errorf("storage: there is no extension %q; add it under extensions and under service.extensions", k.Storage)
	}
	from, ok := ext.(storage.Extension)
	if !ok {
		return fmt.Errorf("storage: extension %q is not a storage extension", k.Storage)
	}
	client, err := from.GetClient(ctx, k.Kind, k.ID, "")
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	k.client, k.store = client, New(client, k.Version)
	k.load(ctx)

	// Not from ctx, which ends with the start.
	saving, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.done.Go(func() { k.saveOften(saving) })
	return nil
}

func (k *Keeper) load(ctx context.Context) {
	origin, err := k.store.Load(ctx, func(version uint16, chunks iter.Seq2[[]byte, error]) error {
		k.State.Clear()
		return k.State.Restore(version, chunks)
	})
	if origin == Lost {
		k.State.Clear()
	}
	if err != nil {
		k.Logger.Warn("A checkpoint cannot be used", zap.Stringer("going_on_from", origin), zap.Error(err))
	}
	k.Observer.Restored(ctx, origin)
}

func (k *Keeper) saveOften(ctx context.Context) {
	ticker := time.NewTicker(k.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := k.save(ctx); err != nil && ctx.Err() == nil {
				k.Logger.Warn("What was learnt cannot be stored; trying again", zap.Duration("in", k.Interval), zap.Error(err))
			}
		}
	}
}

func (k *Keeper) save(ctx context.Context) error {
	began := time.Now()
	err := k.store.Save(ctx, k.State.Snapshot())
	k.Observer.Saved(ctx, time.Since(began), err)
	return err
}

// Shutdown stores for the last time. The flow must have ended.
func (k *Keeper) Shutdown(ctx context.Context) error {
	if k.stop == nil {
		return nil
	}
	k.stop()
	k.done.Wait()
	return errors.Join(k.save(ctx), k.client.Close(ctx))
}
