// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
)

// Answer is what the processor wrote on a record. Fields are empty where an
// attribute is missing.
type Answer struct {
	Template, TemplateID, ClusterID, CategoryID string
	Keywords                                    []string
}

// How a stream is fed: a busy service's rate, in small batches.
const (
	batchSize = 100
	gap       = 10 * time.Millisecond
	// window is the default window of the processor.
	window = 10 * time.Second
)

// Stream feeds records in order to one processor and collects the answers.
type Stream struct {
	*Processor
	now      time.Time
	received []Answer
}

// NewStream starts a processor to stream to, with its defaults but for Patient and
// for the category, which it writes too.
func NewStream(ctx context.Context) (*Stream, error) {
	return newStream(ctx, Start, func(c *logclusterprocessor.Config) { c.Attributes.Category.Enabled = true })
}

// NewAskedStream starts one to stream to that can be asked, with changes to its
// defaults.
func NewAskedStream(ctx context.Context, changes ...func(*logclusterprocessor.Config)) (*Stream, error) {
	return newStream(ctx, StartAsked, changes...)
}

type starter func(context.Context, consumer.Logs, ...func(*logclusterprocessor.Config)) (*Processor, error)

func newStream(ctx context.Context, start starter, changes ...func(*logclusterprocessor.Config)) (*Stream, error) {
	s := &Stream{now: Epoch}
	next, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		s.received = append(s.received, Answers(ld)...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Processor, err = start(ctx, next, append(changes, Patient)...)
	return s, err
}

// Feed sends records and returns the answer to each.
func (s *Stream) Feed(ctx context.Context, records []Record) ([]Answer, error) {
	s.received = make([]Answer, 0, len(records))
	for rest := records; len(rest) > 0; {
		n := min(batchSize, len(rest))
		if err := s.ConsumeLogs(ctx, Batch(rest[:n], s.now, gap)); err != nil {
			return nil, err
		}
		s.now = s.now.Add(time.Duration(n) * gap)
		rest = rest[n:]
	}
	if len(s.received) != len(records) {
		return nil, fmt.Errorf("sent %d records, received %d", len(records), len(s.received))
	}
	return s.received, nil
}

// FeedTwice feeds records, lets event time pass until every window that they
// opened has closed and its merges have taken effect, and feeds them again. All
// are known by then, so the second answers are the IDs that each record's
// template and cluster finally resolve to.
func (s *Stream) FeedTwice(ctx context.Context, records []Record) (emitted, final []Answer, err error) {
	if emitted, err = s.Feed(ctx, records); err != nil {
		return nil, nil, err
	}
	last := lastOfEach(records)
	for range 4 {
		s.now = s.now.Add(window)
		if _, err = s.Feed(ctx, last); err != nil {
			return nil, nil, err
		}
	}
	final, err = s.Feed(ctx, records)
	return emitted, final, err
}

// lastOfEach returns the last record of each service, which is enough to move
// each partition's event time on.
func lastOfEach(records []Record) []Record {
	var out []Record
	seen := map[string]bool{}
	for i := len(records) - 1; i >= 0; i-- {
		if r := records[i]; !seen[r.Service] {
			seen[r.Service] = true
			out = append(out, r)
		}
	}
	return out
}

// Answers reads the answers off a batch, in the order of its records.
func Answers(ld plog.Logs) []Answer {
	out := make([]Answer, 0, ld.LogRecordCount())
	for lr := range Records(ld) {
		a := lr.Attributes()
		out = append(out, Answer{
			Template:   str(a, "log.record.template"),
			TemplateID: str(a, "log.template.id"),
			ClusterID:  str(a, "log.cluster.id"),
			CategoryID: str(a, "log.cluster.category"),
			Keywords:   strs(a, "log.cluster.keywords"),
		})
	}
	return out
}

// Records yields every record of a batch.
func Records(ld plog.Logs) func(yield func(plog.LogRecord) bool) {
	return func(yield func(plog.LogRecord) bool) {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					if !yield(lr) {
						return
					}
				}
			}
		}
	}
}

func str(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok {
		return v.Str()
	}
	return ""
}

// strs reads words that are a list, or one string joined by ", ".
func strs(m pcommon.Map, key string) []string {
	v, ok := m.Get(key)
	switch {
	case !ok:
		return nil
	case v.Type() == pcommon.ValueTypeStr:
		if v.Str() == "" {
			return nil
		}
		return strings.Split(v.Str(), ", ")
	}
	out := make([]string, 0, v.Slice().Len())
	for _, e := range v.Slice().All() {
		out = append(out, e.Str())
	}
	return out
}
