// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// ErrBroken says that a storage extension panicked. It is not called again: what it
// locked stays locked.
var ErrBroken = errors.New("the storage extension panicked; its file is damaged: move it away and restart, or use directory instead of storage")

// stored keeps snapshots in a storage extension.
type stored struct {
	ext     storage.Extension
	kind    component.Kind
	id      component.ID
	version uint16

	client storage.Client
	store  *Store
	broken error
}

func (s *stored) open(ctx context.Context) error {
	if s.client != nil {
		return nil
	}
	return s.guard(func() error {
		client, err := s.ext.GetClient(ctx, s.kind, s.id, "")
		if err != nil && err.Error() == "timeout" { // what bbolt says of a lock
			return fmt.Errorf("%w (storage %T): %w", ErrLocked, s.ext, err)
		}
		if err != nil {
			return err
		}
		s.client, s.store = client, New(client, s.version)
		return nil
	})
}

func (s *stored) load(ctx context.Context, restore Restore) (origin Origin, err error) {
	origin = Unreachable
	err = s.guard(func() (err error) {
		origin, err = s.store.Load(ctx, restore)
		return err
	})
	return origin, err
}

func (s *stored) save(ctx context.Context, chunks iter.Seq[[]byte]) error {
	return s.guard(func() error { return s.store.Save(ctx, chunks) })
}

func (s *stored) close(ctx context.Context) error {
	if s.client == nil {
		return nil
	}
	return s.guard(func() error { return s.client.Close(ctx) })
}

// guard turns the panic of an extension into an error: that of bbolt about a damaged
// file, and the fault when a file that it maps into memory was cut off.
func (s *stored) guard(f func() error) (err error) {
	if s.broken != nil {
		return s.broken
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			s.broken = fmt.Errorf("%w (%v)", ErrBroken, cause)
			err = s.broken
		}
	}()
	return f()
}

// filed keeps snapshots in files.
type filed struct{ *Files }

func (f filed) open(context.Context) error                              { return f.Open() }
func (f filed) load(_ context.Context, r Restore) (Origin, error)       { return f.Load(r) }
func (f filed) save(ctx context.Context, chunks iter.Seq[[]byte]) error { return f.Save(ctx, chunks) }
func (f filed) close(context.Context) error                             { return f.Close() }
