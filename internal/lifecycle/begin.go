// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"sync"
	"time"
)

// Begin runs begin, then rest, beside the caller, until stop is called. It waits for
// the end of begin, at most as long as given or until ctx ends, and says whether it
// came.
func Begin(ctx context.Context, wait time.Duration, done *sync.WaitGroup, begin, rest func(context.Context)) (stop context.CancelFunc, ended bool) {
	// Not from ctx, which ends with the start.
	running, stop := context.WithCancel(context.Background())
	begun := make(chan struct{})
	done.Go(func() {
		begin(running)
		close(begun)
		rest(running)
	})
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case <-begun:
		return stop, true
	case <-waiting.Done():
		return stop, false
	}
}
