// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// logClusterProcessor is the seam between pdata and the packages that learn:
// it takes text, time and partition out of a record and writes the answer on it.
type logClusterProcessor struct {
	splitter    *envelope.Splitter
	severity    bool
	maxBytes    int
	partitionBy []string
	windowBy    string
	maxWait     time.Duration
	masker      *mask.Masker
	memo        *mask.Memo
	out         writer
	parts       *partition.Registry
	versions    knowledge.Versions
	statements  *statement.Reader
	keeper      *keeper
	answers     *answers
	tel         *telemetry
	set         component.TelemetrySettings
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
	settings.Versions = knowledge.Versions{Masker: masker.Version(), Statements: settings.Statements.Version()}
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	warnOfSlowRules(cfg.Mask.Rules, cfg.MaxBytes, set.Logger)
	parts := partition.NewRegistry(settings, tel)
	p := &logClusterProcessor{
		splitter:    cfg.splitter(),
		severity:    cfg.Severity.Enabled,
		maxBytes:    cfg.MaxBytes,
		partitionBy: cfg.PartitionBy,
		windowBy:    cfg.Window.By,
		maxWait:     cfg.Window.MaxWait,
		masker:      masker,
		memo:        mask.NewMemo(masker),
		out:         newWriter(&cfg.Attributes),
		parts:       parts,
		versions:    settings.Versions,
		statements:  settings.Statements,
		answers:     newAnswers(),
		tel:         tel,
		set:         set.TelemetrySettings,
	}
	p.keeper = newKeeper(cfg.KnowledgeBase, parts, p, set.Logger)
	p.batches.New = func() any { return new(batch) }
	return p, tel.observe(parts)
}

// Start implements component.Component.
func (p *logClusterProcessor) Start(ctx context.Context, host component.Host) error {
	return p.keeper.start(ctx, host)
}

// clusteringPart is the part of the time at shutdown that clusterings have to end.
// What is abandoned is done again after the next start.
const clusteringPart = 0.3

// Shutdown implements component.Component.
func (p *logClusterProcessor) Shutdown(ctx context.Context) error {
	ctx, cancel := lifecycle.Stopping(ctx, p.set)
	defer cancel()
	wait, stop := lifecycle.Part(ctx, clusteringPart)
	defer stop()
	if err := p.parts.Shutdown(wait); err != nil {
		p.set.Logger.Info("A clustering was abandoned; it is done again after the next start", zap.Error(err))
	}
	p.keeper.shutdown(ctx)
	p.tel.Shutdown()
	return nil
}

func (p *logClusterProcessor) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	b := p.batches.Get().(*batch)
	b.now, b.wait = time.Now().UnixNano(), p.maxWait
	key, timed := p.keyOf(b, ld)
	b.again = p.answers.of(key)
	if b.repeating = b.again != nil; !b.repeating {
		b.given = make([]answered, 0, ld.LogRecordCount())
	}
	for _, rl := range ld.ResourceLogs().All() {
		b.key = partitionKey(b.key[:0], rl.Resource().Attributes(), p.partitionBy)
		b.part = p.parts.Get(b.key, b.now)
		for _, sl := range rl.ScopeLogs().All() {
			records := sl.LogRecords()
			if b.part.IsShared() {
				b.counts.shared += records.Len()
			}
			for i := range records.Len() {
				b.counts.foreign += p.out.takeOff(records.At(i).Attributes())
				p.annotate(b, records.At(i))
			}
		}
		b.flush()
		p.tel.countUnlearned(ctx, b.part.Key(), b.unlearned)
		b.counts.unlearned, b.unlearned = b.counts.unlearned+b.unlearned, 0
	}
	p.answers.given(ld, key, timed, b.given, b.counts.learned+b.counts.unlearned)
	b.given, b.again = nil, nil
	p.tel.count(ctx, &b.counts)
	b.counts = counts{}
	b.part = nil
	p.batches.Put(b)
	return ld, nil
}

// annotate answers one record.
func (p *logClusterProcessor) annotate(b *batch, lr plog.LogRecord) {
	whole, reason := p.split(lr.Body(), b)
	switch {
	case reason != notPassed && b.repeating:
		b.counts.repeated++
		return
	case reason != notPassed:
		b.counts.passed[reason]++
		return
	}
	p.setSeverity(lr, &b.envelope)
	if len(b.again) > 0 {
		p.repeat(b, lr)
		return
	}
	if !whole {
		b.counts.truncated++
	}
	t := eventTime(lr, b.now)
	p.moveWindow(b, t)

	recalled := p.mask(b.envelope.Message, &b.line)
	entry, fresh := b.part.Lookup(b.part.Salt(b.line.Shape), b.line.Check), false
	if entry == nil {
		b.flush()
		if recalled { // forgotten, or new to this partition
			p.masker.Mask(b.envelope.Message, &b.line)
		}
		b.line.Shape = b.part.Salt(b.line.Shape)
		if entry, fresh = b.part.Learn(&b.line, t); entry == nil {
			b.unlearned++
			p.give(b, lr, nil, b.part.Unlearned(&b.line), false)
			return
		}
		b.part.Sample(entry, t, sample(lr.Body(), &b.envelope))
		b.counts.learned++
	} else {
		b.counts.matched++
	}
	b.saw(entry, t)
	p.give(b, lr, entry, b.part.Answer(entry), fresh)
}

// give writes the answer on a record. entry is nil when its line was not learnt.
func (p *logClusterProcessor) give(b *batch, lr plog.LogRecord, entry *partition.Entry, answer *partition.Answer, fresh bool) {
	b.given = append(b.given, answered{entry, answer, fresh})
	p.out.write(lr.Attributes(), answer, fresh)
	p.putParameters(b, lr)
}

// putParameters writes the values of the line that was masked last, when they are
// asked for.
func (p *logClusterProcessor) putParameters(b *batch, lr plog.LogRecord) {
	if p.out.parameters == "" {
		return
	}
	b.parameters = b.line.Parameters(b.parameters[:0])
	if b.envelope.Decoded { // the values outlive the envelope
		for i, v := range b.parameters {
			b.parameters[i] = strings.Clone(v)
		}
	}
	putSlice(lr.Attributes(), p.out.parameters, b.parameters)
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

// liveFor is how old a record may be, in ns, that is not of a replay.
const liveFor = int64(time.Minute)

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
		wait := &b.wait
		if p.windowBy == ByProcessingTime || t > b.now-liveFor {
			wait = new(time.Duration)
		}
		b.part.Advance(tick, wait)
	case partition.Late:
		b.counts.late++
		if p.windowBy != ByCount {
			b.part.SetBack(tick, b.now+maxAhead)
		}
	}
}
