// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

const (
	// saveInterval is how long what was learnt may live in memory only.
	saveInterval = time.Second
	// countInterval is how often the counts of what is known are saved as well: they are
	// most of the rows, and the least of the loss. When they take long, it is countShare
	// times as long, maxCountInterval at most.
	countInterval    = 5 * time.Second
	countShare       = 20
	maxCountInterval = time.Minute
	// startWait is how long the start waits for a knowledge base that is slow.
	startWait = time.Second
	// maxPass is how many rows a pass has, and what its last partition has beyond.
	maxPass = 20_000
	// maxPasses is how often a flood is asked for more in one save.
	maxPasses = 64
	// loadWait is how long records wait for it, from the start on. What comes later
	// joins what was learnt meanwhile.
	loadWait = 10 * time.Second
)

// keeper moves what the partitions learn to the knowledge base, beside the flow.
// Without a knowledge base it does nothing.
type keeper struct {
	id        *component.ID
	parts     *partition.Registry
	processor *logClusterProcessor
	logger    *zap.Logger
	ready     lifecycle.Gate // until the knowledge base was read, or is not waited for any more

	host    component.Host
	session knowledge.Session
	failing bool
	next    string // partition to begin behind
	careful bool   // a pass was refused
	stop    context.CancelFunc
	done    sync.WaitGroup
}

func newKeeper(id *component.ID, parts *partition.Registry, p *logClusterProcessor, logger *zap.Logger) *keeper {
	return &keeper{id: id, parts: parts, processor: p, logger: logger}
}

// start restores what the knowledge base knows. A base that fails then is no
// reason not to start: records flow, and what is learnt is offered again.
func (k *keeper) start(ctx context.Context, host component.Host) error {
	if k.id == nil {
		k.ready.Open()
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

	k.stop, _ = lifecycle.Begin(ctx, startWait, &k.done, k.load, k.saveOften)
	return nil
}

// load waits for what the knowledge base knows, and lets the records through then.
func (k *keeper) load(ctx context.Context) {
	defer k.ready.Open()
	wait, cancel := context.WithTimeout(ctx, loadWait)
	defer cancel()
	if err := k.session.Loaded(wait); err != nil && ctx.Err() == nil {
		k.logger.Warn("The knowledge base cannot be read yet; going on without what it knows", zap.Error(err))
	}
}

func (k *keeper) saveOften(ctx context.Context) {
	ticker := time.NewTicker(saveInterval)
	defer ticker.Stop()
	due := time.Now().Add(countInterval)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		began := time.Now()
		counts := !began.Before(due)
		err := errors.Join(k.save(ctx, counts), k.session.Health())
		if counts {
			due = began.Add(untilCounts(time.Since(began)))
		}
		if ctx.Err() == nil {
			k.report(err)
		}
	}
}

// untilCounts is how long after one save of counts began the next is due, of which that
// one took so long.
func untilCounts(took time.Duration) time.Duration {
	return max(countInterval, min(countShare*took, maxCountInterval))
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

// save offers the deltas of all partitions, many in a pass, until one is refused: a
// database that hangs must cost one timeout and not one for each partition. What is
// refused stays in the partition, within the partition's own limits. Until all were
// taken again each pass has one partition, and the next save begins behind the one that
// was refused: what is at fault keeps no other back.
func (k *keeper) save(ctx context.Context, counts bool) error {
	most := maxPass
	if k.careful {
		most = 1
	}
	todo := k.inTurn()
	for puts := len(todo) + maxPasses; len(todo) > 0 && puts > 0; puts-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		var pass []*partition.Delta
		var changes []knowledge.Change
		size, n := 0, 0
		var again []*partition.Partition
		for ; n < len(todo) && size < most; n++ {
			d := todo[n].Delta(counts)
			if !d.All {
				again = append(again, todo[n])
			}
			if d.Rows.Empty() {
				continue
			}
			if d.Rows.Clock != nil {
				d.Rows.Clock.By = k.processor.windowBy
			}
			size += 1 + len(d.Rows.Shapes) + len(d.Rows.Aliases)
			pass, changes = append(pass, d), append(changes, knowledge.Change{Partition: todo[n].Key(), Rows: d.Rows})
		}
		if err := k.put(ctx, pass, changes); err != nil {
			k.careful, k.next = true, todo[n-1].Key()
			return err
		}
		todo = append(todo[n:], again...)
	}
	k.careful = false
	return nil
}

// put saves a pass.
func (k *keeper) put(ctx context.Context, pass []*partition.Delta, changes []knowledge.Change) error {
	forgotten, err := k.session.Save(ctx, changes)
	for _, d := range pass {
		if err != nil {
			d.Refused()
		} else {
			d.Saved()
		}
	}
	for name, ids := range forgotten {
		k.parts.OfferAgain(name, ids)
	}
	return err
}

// inTurn returns the partitions, beginning behind the one that was refused.
func (k *keeper) inTurn() []*partition.Partition {
	all := k.parts.All()
	slices.SortFunc(all, func(a, b *partition.Partition) int { return strings.Compare(a.Key(), b.Key()) })
	first, found := slices.BinarySearchFunc(all, k.next, func(p *partition.Partition, key string) int { return strings.Compare(p.Key(), key) })
	if found {
		first++
	}
	return slices.Concat(all[first:], all[:first])
}

// shutdown saves for the last time, within ctx. The partitions must be at rest. What
// was learnt comes first: without it IDs would change. What hangs is left behind, and
// is no reason for the collector to fail.
func (k *keeper) shutdown(ctx context.Context) {
	k.ready.Close(lifecycle.ErrStopped)
	if k.session == nil {
		return
	}
	k.stop()
	err, ended := lifecycle.Within(ctx, func() error {
		k.done.Wait()
		err := k.save(ctx, false)
		if err == nil {
			err = k.save(ctx, true)
		}
		k.session.Leave()
		return err
	})
	if !ended {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		k.logger.Warn("What was learnt last is not in the knowledge base", zap.Error(err))
		componentstatus.ReportStatus(k.host, componentstatus.NewRecoverableErrorEvent(fmt.Errorf("knowledge_base: %w", err)))
	}
}
