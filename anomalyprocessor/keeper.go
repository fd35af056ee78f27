// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// keeper stores what the streams learnt, beside the flow. Without a storage
// extension it does nothing.
type keeper struct {
	id       component.ID
	storage  *component.ID
	interval time.Duration
	streams  *series.Map[stream]
	tel      *telemetry
	logger   *zap.Logger

	client storage.Client
	store  *checkpoint.Store
	stop   context.CancelFunc
	done   sync.WaitGroup
}

func newKeeper(set processor.Settings, cfg *Config, streams *series.Map[stream], tel *telemetry) *keeper {
	return &keeper{
		id:       set.ID,
		storage:  cfg.Storage,
		interval: cfg.CheckpointInterval,
		streams:  streams,
		tel:      tel,
		logger:   set.Logger,
	}
}

// start restores the last checkpoint. One that cannot be read is no reason not
// to start.
func (k *keeper) start(ctx context.Context, host component.Host) error {
	if k.storage == nil {
		return nil
	}
	ext, ok := host.GetExtensions()[*k.storage]
	if !ok {
		return fmt.Errorf("storage: there is no extension %q; add it under extensions and under service.extensions", k.storage)
	}
	from, ok := ext.(storage.Extension)
	if !ok {
		return fmt.Errorf("storage: extension %q is not a storage extension", k.storage)
	}
	client, err := from.GetClient(ctx, component.KindProcessor, k.id, "")
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	k.client, k.store = client, checkpoint.New(client, stateVersion)
	k.load(ctx)

	// Not from ctx, which ends with the start.
	saving, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.done.Go(func() { k.saveOften(saving) })
	return nil
}

func (k *keeper) load(ctx context.Context) {
	origin, err := k.store.Load(ctx, func(_ uint16, chunks iter.Seq2[[]byte, error]) error {
		k.streams.Clear()
		return restore(k.streams, chunks)
	})
	if origin == checkpoint.Lost {
		k.streams.Clear()
	}
	if err != nil {
		k.logger.Warn("A checkpoint cannot be used", zap.Stringer("going_on_from", origin), zap.Error(err))
	}
	k.tel.restored(ctx, origin)
	k.logger.Info("Restored what was learnt", zap.Stringer("checkpoint", origin), zap.Int("streams", k.streams.Len()))
}

func (k *keeper) saveOften(ctx context.Context) {
	ticker := time.NewTicker(k.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := k.save(ctx); err != nil && ctx.Err() == nil {
				k.logger.Warn("What was learnt cannot be stored; trying again", zap.Duration("in", k.interval), zap.Error(err))
			}
		}
	}
}

func (k *keeper) save(ctx context.Context) error {
	began := time.Now()
	k.streams.Expire()
	err := k.store.Save(ctx, chunks(k.streams))
	k.tel.saved(ctx, time.Since(began), err)
	return err
}

// shutdown stores for the last time. The flow must have ended.
func (k *keeper) shutdown(ctx context.Context) error {
	if k.stop == nil {
		return nil
	}
	k.stop()
	k.done.Wait()
	return errors.Join(k.save(ctx), k.client.Close(ctx))
}
