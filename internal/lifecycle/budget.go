// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package lifecycle // import "github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Budget is the time that our components of one collector have at shutdown, all
// together: Kubernetes kills after 30 s, and exporters still have to send their
// queues after the processors have stopped.
const Budget = 5 * time.Second

// least is what a component has left when others have used up the budget.
const least = 250 * time.Millisecond

// budgets are the shutdowns under way. The components of one collector are known by
// the resource that they report telemetry for, the one thing that all are given.
var budgets = struct {
	sync.Mutex
	ends map[pcommon.Resource]time.Time
}{ends: map[pcommon.Resource]time.Time{}}

// Stopping returns a context for a component's shutdown, which ends when the
// budget of its collector does.
func Stopping(ctx context.Context, set component.TelemetrySettings) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, endOf(set.Resource, time.Now()))
}

func endOf(resource pcommon.Resource, now time.Time) time.Time {
	budgets.Lock()
	defer budgets.Unlock()
	for r, end := range budgets.ends {
		if now.Sub(end) > Budget {
			delete(budgets.ends, r) // a collector that has stopped, or reloaded
		}
	}
	end, ok := budgets.ends[resource]
	if !ok {
		end = now.Add(Budget)
		budgets.ends[resource] = end
	}
	if soonest := now.Add(least); end.Before(soonest) {
		return soonest
	}
	return end
}

// Part returns a context with a part of the time that ctx has left.
func Part(ctx context.Context, part float64) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(float64(time.Until(end))*part))
}

// Within runs f and waits for it as long as ctx lasts. What hangs is left behind: f
// must be harmless when it goes on. ok is false then.
func Within[T any](ctx context.Context, f func() T) (result T, ok bool) {
	done := make(chan T, 1)
	go func() { done <- f() }()
	select {
	case result = <-done:
		return result, true
	case <-ctx.Done():
	}
	select {
	case result = <-done: // at the same moment
		return result, true
	default:
		return result, false
	}
}
