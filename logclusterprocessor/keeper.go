// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

const (
	// saveInterval is how long what was learnt may live in memory only.
	saveInterval = time.Second
	// countEvery is after how many of these the counts of what is known are saved as
	// well: they are most of the rows, and the least of the loss.
	countEvery = 5
	// loadWait is how long the start waits for a knowledge base that is slow. What
	// comes later joins what was learnt meanwhile.
	loadWait = 10 * time.Second
)

// keeper moves what the partitions learn to the knowledge base, beside the flow.
// Without a knowledge base it does nothing.
type keeper struct {
	id        *component.ID
	parts     *partition.Registry
	processor knowledge.Processor
	logger    *zap.Logger

	host    component.Host
	session knowledge.Session
	failing bool
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// start restores what the knowledge base knows. A base that fails then is no
// reason not to start: records flow, and what is learnt is offered again.
func (k *keeper) start(ctx context.Context, host component.Host) error {
	if k.id == nil {
		return nil
	}
	ext, ok := host.GetExtensions()[*k.id]
	if !ok {
		return fmt.Errorf("knowledge_base: there is no extension %q; add it under extensions and under service.extensions", k.id)
	}
	base, ok := ext.(knowledge.Base)
	if !ok {
		return fmt.Errorf("knowledge_base: extension %q is not a knowledge base", k.id)
	}
	k.host = host
	k.parts.KeepChanges()
	k.session = base.Join(k.processor)
	wait, cancel := context.WithTimeout(ctx, loadWait)
	defer cancel()
	if err := k.session.Loaded(wait); err != nil {
		k.logger.Warn("The knowledge base cannot be read yet; starting without what it knows", zap.Error(err))
	}

	// Not from ctx, which ends with the start.
	saving, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.done.Add(1)
	go func() {
		defer k.done.Done()
		k.saveOften(saving)
	}()
	return nil
}

func (k *keeper) saveOften(ctx context.Context) {
	ticker := time.NewTicker(saveInterval)
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := errors.Join(k.save(ctx, n%countEvery == 0), k.session.Health())
		if ctx.Err() == nil {
			k.report(err)
		}
	}
}

// report says when trouble with the knowledge base begins and when it ends. It is
// the processor that does, for all to see in the health check: the Collector takes
// no status from an extension.
func (k *keeper) report(err error) {
	switch failing := err != nil; {
	case failing == k.failing:
		return
	case failing:
		k.logger.Warn("The knowledge base does not take what was learnt; trying again every second", zap.Error(err))
		componentstatus.ReportStatus(k.host, componentstatus.NewRecoverableErrorEvent(fmt.Errorf("knowledge_base: %w", err)))
	default:
		k.logger.Info("The knowledge base takes what was learnt again")
		componentstatus.ReportStatus(k.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
	k.failing = !k.failing
}

// save offers every partition's delta. What is refused stays in the partition,
// within the partition's own limits.
func (k *keeper) save(ctx context.Context, counts bool) error {
	var errs error
	for _, p := range k.parts.All() {
		errs = errors.Join(errs, p.Save(counts, func(delta knowledge.Rows) ([]knowledge.ID, error) {
			return k.session.Save(ctx, p.Key(), delta)
		}))
	}
	return errs
}

// shutdown saves for the last time. The partitions must be at rest.
func (k *keeper) shutdown(ctx context.Context) error {
	if k.session == nil {
		return nil
	}
	k.stop()
	k.done.Wait()
	err := k.save(ctx, true)
	k.session.Leave()
	return err
}
