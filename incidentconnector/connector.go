// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
)

// incidentConnector is the seam between pdata and the engine: it puts points and
// records into it, and makes events and metrics of what it finds.
type incidentConnector struct {
	cfg    *Config
	keeper *checkpoint.Keeper
	tel    *telemetry
	set    component.TelemetrySettings

	mu       sync.Mutex
	engine   *incident.Engine
	active   actives
	answered *repeat.Memory[output]
}

// answersLimit bounds what is remembered of what the latest batches gave, in bytes.
const answersLimit = 4 << 20

func newConnector(set connector.Settings, cfg *Config) (*incidentConnector, error) {
	tel, err := newTelemetry(set.TelemetrySettings, set.ID)
	if err != nil {
		return nil, err
	}
	c := &incidentConnector{
		cfg:      cfg,
		tel:      tel,
		set:      set.TelemetrySettings,
		engine:   incident.New(cfg.engine()),
		active:   actives{},
		answered: repeat.New[output](answersLimit),
	}
	c.keeper = &checkpoint.Keeper{
		Kind:      component.KindConnector,
		ID:        set.ID,
		Storage:   cfg.Storage,
		Directory: cfg.Directory,
		Interval:  cfg.CheckpointInterval,
		Version:   incident.StateVersion,
		State:     state{c},
		Observer:  tel,
		Logger:    set.Logger,
	}
	return c, tel.observe(c)
}

// Start implements component.Component.
func (c *incidentConnector) Start(ctx context.Context, host component.Host) error {
	return c.keeper.Start(ctx, host)
}

// Shutdown implements component.Component.
func (c *incidentConnector) Shutdown(ctx context.Context) error {
	ctx, cancel := lifecycle.Stopping(ctx, c.set)
	defer cancel()
	err := c.keeper.Shutdown(ctx)
	c.tel.Shutdown()
	return err
}

// readLogs learns from a batch and returns what comes of it. A batch that is known, since
// it was sent again or since two pipelines read it, gives the same and is not learnt.
func (c *incidentConnector) readLogs(ctx context.Context, ld plog.Logs) output {
	r := recordReader{cfg: c.cfg, now: time.Now().UnixNano()}
	key := repeat.Key{Quick: r.identity(ld)}
	key.Full = key.Quick
	return c.read(ctx, key, ld.LogRecordCount(), c.tel.records, func(e *incident.Engine) dropped { return r.read(e, ld) })
}

// readMetrics does the same with metrics.
func (c *incidentConnector) readMetrics(ctx context.Context, md pmetric.Metrics) output {
	r := pointReader{cfg: c.cfg, now: time.Now().UnixNano()}
	key := repeat.Key{Quick: repeat.Metrics(md), Full: r.identity(md)}
	return c.read(ctx, key, md.DataPointCount(), c.tel.points, func(e *incident.Engine) dropped { return r.read(e, md) })
}

// dropped are those of a batch that say nothing, by why.
type dropped [outcomes]int64

// read lets a batch be learnt, unless it is known, counts what became of its items, and
// returns what comes of it.
func (c *incidentConnector) read(ctx context.Context, key repeat.Key, items int, count counter, learn func(*incident.Engine) dropped) output {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made, known := c.answered.Recall(key); known {
		count(ctx, dropped{duplicate: int64(items)})
		return made
	}
	slot, before := c.engine.Slot(), c.engine.Counts
	what := learn(c.engine)
	after := c.engine.Counts
	what[late] = after.Late - before.Late
	what[limit] = after.StreamsFull + after.ServicesFull - before.StreamsFull - before.ServicesFull
	what[learnt] = int64(items)
	for _, n := range what[:learnt] {
		what[learnt] -= n
	}
	count(ctx, what)
	made := c.output(ctx, c.engine.Slot() > slot)
	c.answered.Remember(key, made, made.bytes())
	return made
}

// output makes what comes of a batch. moved says that slots were judged.
func (c *incidentConnector) output(ctx context.Context, moved bool) output {
	made := newOutput()
	for _, ev := range c.engine.Events() {
		made.event(c.cfg, &ev)
		c.tel.event(ctx, ev.Stage)
	}
	if moved {
		made.count(c.cfg, c.engine, c.active)
	}
	made.events.MarkReadOnly()
	made.metrics.MarkReadOnly()
	return made
}

// state is what a checkpoint keeps.
type state struct{ *incidentConnector }

var _ checkpoint.State = state{}

// Snapshot implements checkpoint.State. It is taken at once, since what one chunk says
// must hold for the next.
func (s state) Snapshot() iter.Seq[[]byte] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var chunks [][]byte
	for c := range s.engine.Snapshot() {
		chunks = append(chunks, slices.Clone(c))
	}
	return slices.Values(chunks)
}

// Restore implements checkpoint.State.
func (s state) Restore(_ uint16, chunks iter.Seq2[[]byte, error]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.engine.Restore(chunks)
}

// Clear implements checkpoint.State.
func (s state) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.engine.Clear()
}
