// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"fmt"
	"math/rand/v2"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/xpdata/pref"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// Work is called once, and may run beside other work.
type Work func(context.Context) error

// Subject is something that work on a batch of log records is measured of.
type Subject interface {
	Name() string
	// Prepare makes ready, off the clock, everything that the returned work
	// does.
	Prepare(ld plog.Logs) Work
}

// Ours is the log_cluster processor, warmed up with the feed's lines.
type Ours struct {
	*harness.Processor
	name string
}

// NewOurs starts the processor and feeds it until its templates are known and
// their windows have closed.
func NewOurs(ctx context.Context, feed *Feed) (*Ours, error) {
	return newOurs(ctx, feed, "log_cluster")
}

// NewWithoutKeywords is NewOurs with the one attribute switched off that is a
// list, and so costs as many allocations as it has words.
func NewWithoutKeywords(ctx context.Context, feed *Feed) (*Ours, error) {
	return newOurs(ctx, feed, "log_cluster without keywords", func(c *logclusterprocessor.Config) {
		c.Attributes.Keywords.Enabled = false
	})
}

func newOurs(ctx context.Context, feed *Feed, name string, changes ...func(*logclusterprocessor.Config)) (*Ours, error) {
	p, err := harness.Start(ctx, consumertest.NewNop(), changes...)
	if err != nil {
		return nil, err
	}
	for range 4 {
		for range 100 {
			if err := p.ConsumeLogs(ctx, feed.Next()); err != nil {
				return nil, err
			}
		}
		feed.Skip(window)
	}
	return &Ours{p, name}, nil
}

// Name implements Subject.
func (o *Ours) Name() string { return o.name }

// Prepare implements Subject.
func (o *Ours) Prepare(ld plog.Logs) Work { return consume(o, ld) }

// NewWithoutMemo is NewOurs with a mask rule that never applies: it switches off
// what recognises a line by one that differed in digits only.
func NewWithoutMemo(ctx context.Context, feed *Feed) (*Ours, error) {
	return newOurs(ctx, feed, "log_cluster that recalls no line", func(c *logclusterprocessor.Config) {
		c.Mask.Rules = []logclusterprocessor.MaskRule{{Name: "never", Pattern: "no line says this"}}
	})
}

// Enveloped is log_cluster on lines that come in an envelope.
type Enveloped struct {
	Ours *Ours
	As   string
	Wrap Envelope
	r    *rand.Rand
}

// NewEnveloped returns a subject of that name.
func NewEnveloped(ours *Ours, as string, wrap Envelope) *Enveloped {
	return &Enveloped{Ours: ours, As: as, Wrap: wrap, r: dataset.Random(2)}
}

// Name implements Subject.
func (e *Enveloped) Name() string { return e.As }

// Prepare implements Subject.
func (e *Enveloped) Prepare(ld plog.Logs) Work {
	wrapped := plog.NewLogs()
	ld.CopyTo(wrapped)
	for lr := range harness.Records(wrapped) {
		lr.Body().SetStr(e.Wrap(e.r, lr.Body().Str()))
	}
	return consume(e.Ours, wrapped)
}

// Writing puts on each record the attributes that log_cluster would, known in
// advance: what pdata takes for them, whoever decides what they say.
type Writing struct{ Ours *Ours }

// Name implements Subject.
func (Writing) Name() string { return "writing the same attributes, nothing else" }

// Prepare implements Subject.
func (w Writing) Prepare(ld plog.Logs) Work {
	answered, fresh := plog.NewLogs(), plog.NewLogs()
	ld.CopyTo(answered)
	ld.CopyTo(fresh)
	err := w.Ours.ConsumeLogs(context.Background(), answered)
	var answers []pcommon.Map
	for lr := range harness.Records(answered) {
		answers = append(answers, lr.Attributes())
	}
	return func(context.Context) error {
		i := 0
		for lr := range harness.Records(fresh) {
			write(lr.Attributes(), answers[i])
			i++
		}
		pref.UnrefLogs(fresh)
		return err
	}
}

// write adds to attrs what answer has beyond it.
func write(attrs, answer pcommon.Map) {
	known := attrs.Len()
	attrs.EnsureCapacity(answer.Len())
	i := 0
	for key, v := range answer.All() {
		if i++; i <= known {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeSlice:
			from, to := v.Slice(), attrs.PutEmptySlice(key)
			to.EnsureCapacity(from.Len())
			for j := range from.Len() {
				to.AppendEmpty().SetStr(from.At(j).Str())
			}
		case pcommon.ValueTypeBool:
			attrs.PutBool(key, v.Bool())
		default:
			attrs.PutStr(key, v.Str())
		}
	}
}

// Nothing is a processor that does nothing but what every processor does.
type Nothing struct{ processor.Logs }

// NewNothing starts one, with the same telemetry as ours.
func NewNothing(ctx context.Context) (*Nothing, error) {
	set := processortest.NewNopSettings(processortest.NopType)
	set.TelemetrySettings = componenttest.NewTelemetry().NewTelemetrySettings()
	p, err := processorhelper.NewLogs(ctx, set, nil, consumertest.NewNop(),
		func(_ context.Context, ld plog.Logs) (plog.Logs, error) { return ld, nil })
	if err != nil {
		return nil, fmt.Errorf("create the processor that does nothing: %w", err)
	}
	return &Nothing{p}, nil
}

// Name implements Subject.
func (*Nothing) Name() string { return "a processor that does nothing" }

// Prepare implements Subject.
func (n *Nothing) Prepare(ld plog.Logs) Work { return consume(n, ld) }

// consume hands over a copy, since a processor may write on the records, and a
// record that has been through once has its attributes already. The batch is given
// up at the end, as it is at the end of a pipeline.
func consume(next consumer.Logs, ld plog.Logs) Work {
	fresh := plog.NewLogs()
	ld.CopyTo(fresh)
	return func(ctx context.Context) error {
		defer pref.UnrefLogs(fresh)
		return next.ConsumeLogs(ctx, fresh)
	}
}

// OTLP decodes a batch from the bytes of OTLP and encodes it again, the work that
// any collector does at least.
type OTLP struct{}

// Name implements Subject.
func (OTLP) Name() string { return "OTLP decoding and encoding" }

// Prepare implements Subject.
func (OTLP) Prepare(ld plog.Logs) Work {
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	return func(context.Context) error {
		if err != nil {
			return err
		}
		decoded, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(wire)
		if err != nil {
			return err
		}
		defer pref.UnrefLogs(decoded)
		_, err = (&plog.ProtoMarshaler{}).MarshalLogs(decoded)
		return err
	}
}

// Bodies returns the text of each record of a batch.
func Bodies(ld plog.Logs) []string {
	out := make([]string, 0, ld.LogRecordCount())
	for lr := range harness.Records(ld) {
		out = append(out, lr.Body().Str())
	}
	return out
}
