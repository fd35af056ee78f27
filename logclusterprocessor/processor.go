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
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// logClusterProcessor is the seam between pdata and the packages that learn:
// it takes text, time and partition out of a record and writes the answer on it.
type logClusterProcessor struct {
	bodyField   string
	maxBytes    int
	partitionBy []string
	windowBy    string
	masker      *mask.Masker
	memo        *mask.Memo
	out         writer
	parts       *partition.Registry
	keeper      *keeper
	tel         *telemetry
	batches     sync.Pool // of *batch
}

func newProcessor(set processor.Settings, cfg *Config) (*logClusterProcessor, error) {
	masker, err := cfg.masker()
	if err != nil {
		return nil, fmt.Errorf("mask: %w", err)
	}
	settings, err := cfg.settings()
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	parts := partition.NewRegistry(settings, tel)
	p := &logClusterProcessor{
		bodyField:   cfg.BodyField,
		maxBytes:    cfg.MaxBytes,
		partitionBy: cfg.PartitionBy,
		windowBy:    cfg.Window.By,
		masker:      masker,
		memo:        mask.NewMemo(masker),
		out:         newWriter(&cfg.Attributes),
		parts:       parts,
		tel:         tel,
	}
	p.keeper = &keeper{id: cfg.KnowledgeBase, parts: parts, processor: p, logger: set.Logger}
	p.batches.New = func() any { return new(batch) }
	return p, tel.observe(parts)
}

func (p *logClusterProcessor) start(ctx context.Context, host component.Host) error {
	return p.keeper.start(ctx, host)
}

func (p *logClusterProcessor) shutdown(ctx context.Context) error {
	err := errors.Join(p.parts.Shutdown(ctx), p.keeper.shutdown(ctx))
	p.tel.Shutdown()
	return err
}

func (p *logClusterProcessor) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	b := p.batches.Get().(*batch)
	b.now = time.Now().UnixNano()
	for _, rl := range ld.ResourceLogs().All() {
		b.key = partitionKey(b.key[:0], rl.Resource().Attributes(), p.partitionBy)
		b.part = p.parts.Get(b.key, b.now)
		for _, sl := range rl.ScopeLogs().All() {
			records := sl.LogRecords()
			for i := range records.Len() {
				p.annotate(b, records.At(i))
			}
		}
		b.flush()
	}
	p.tel.count(ctx, &b.counts)
	b.counts = counts{}
	b.part = nil
	p.batches.Put(b)
	return ld, nil
}

// maxSample is how much of a line is offered to the knowledge base as a sample, in
// bytes; it may keep less.
const maxSample = 4 << 10

// annotate answers one record.
func (p *logClusterProcessor) annotate(b *batch, lr plog.LogRecord) {
	text, reason := bodyText(lr.Body(), p.bodyField)
	if reason != notPassed {
		b.counts.passed[reason]++
		return
	}
	t := eventTime(lr, b.now)
	p.moveWindow(b, t)

	recalled := p.mask(text, &b.line)
	if len(text) > p.maxBytes {
		b.counts.truncated++
	}
	entry, fresh := b.part.Lookup(b.part.Salt(b.line.Shape), b.line.Check), false
	if entry == nil {
		b.flush()
		if recalled { // forgotten, or new to this partition
			p.masker.Mask(text, &b.line)
		}
		b.line.Shape = b.part.Salt(b.line.Shape)
		entry, fresh = b.part.Learn(&b.line, t)
		b.part.Sample(entry, t, text[:min(len(text), maxSample)])
		b.counts.learned++
	} else {
		b.counts.matched++
	}
	b.saw(entry, t)
	p.out.write(lr.Attributes(), b.part.Answer(entry), fresh)
	if p.out.parameters != "" {
		b.parameters = b.line.Parameters(b.parameters[:0])
		putSlice(lr.Attributes(), p.out.parameters, b.parameters)
	}
}

// mask fills line. When it returns true that is with the shape alone, all that a
// known line needs when its parameters are not asked for.
func (p *logClusterProcessor) mask(text string, line *mask.Line) (recalled bool) {
	if p.out.parameters == "" {
		return p.memo.Mask(text, line)
	}
	p.masker.Mask(text, line)
	return false
}

// moveWindow closes the windows that a record of event time t is beyond.
func (p *logClusterProcessor) moveWindow(b *batch, t int64) {
	tick := t
	switch p.windowBy {
	case ByProcessingTime:
		tick = b.now
	case ByCount:
		tick = b.part.Next()
	}
	switch where := b.part.Where(tick); where {
	case partition.Beyond:
		b.flush()
		b.part.Advance(tick)
	case partition.Late:
		b.counts.late++
	}
}
