// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package lifecycle starts and stops components that keep a state: one instance
// for each configuration, however many pipelines use it; no data before its start
// has ended; one time limit for all that is done at shutdown.
package lifecycle // import "github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrStopped is what data gets that waited for a start that never ended.
var ErrStopped = errors.New("the component was shut down before its start had ended")

// Gate holds data back until a component has its state. The zero value is shut.
type Gate struct {
	open atomic.Bool // the fast path
	made sync.Once
	once sync.Once
	done chan struct{}
	err  error
}

func (g *Gate) ended() chan struct{} {
	g.made.Do(func() { g.done = make(chan struct{}) })
	return g.done
}

// Open lets everything through from now on, unless the gate was closed before.
func (g *Gate) Open() {
	g.once.Do(func() {
		g.open.Store(true)
		close(g.ended())
	})
}

// Close refuses, with err, whatever waits or comes, unless the gate was opened before.
func (g *Gate) Close(err error) {
	g.once.Do(func() {
		g.err = err
		close(g.ended())
	})
}

// Wait returns nil once the gate is open, and an error once it is closed or when
// ctx ends before.
func (g *Gate) Wait(ctx context.Context) error {
	if g.open.Load() {
		return nil
	}
	select {
	case <-g.ended():
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
