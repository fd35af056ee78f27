// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
)

// start is the event time at which the tests' streams begin.
var start = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// line is one record of a test's stream.
type line struct {
	at      time.Duration // since start
	service string
	body    string
}

// batchOf makes one batch, with a resource for each run of one service.
func batchOf(lines []line) plog.Logs {
	ld := plog.NewLogs()
	var records plog.LogRecordSlice
	for i, l := range lines {
		if i == 0 || l.service != lines[i-1].service {
			rl := ld.ResourceLogs().AppendEmpty()
			if l.service != "" {
				rl.Resource().Attributes().PutStr("service.name", l.service)
			}
			records = rl.ScopeLogs().AppendEmpty().LogRecords()
		}
		lr := records.AppendEmpty()
		lr.Body().SetStr(l.body)
		lr.SetTimestamp(pcommon.NewTimestampFromTime(start.Add(l.at)))
	}
	return ld
}

// attributesOf returns the attributes of each record, in order.
func attributesOf(ld plog.Logs) []map[string]any {
	var all []map[string]any
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				all = append(all, lr.Attributes().AsRaw())
			}
		}
	}
	return all
}

func defaults(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

func newLogs(t testing.TB, set processor.Settings, cfg *Config) processor.Logs {
	require.NoError(t, cfg.Validate())
	p, err := NewFactory().CreateLogs(t.Context(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	return p
}

// startLogs starts a processor that is stopped with the test.
func startLogs(t testing.TB, cfg *Config) processor.Logs {
	p := newLogs(t, nopSettings(), cfg)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

// consume sends lines in batches whose sizes next gives, and returns the
// attributes of every record.
func consume(t testing.TB, p processor.Logs, lines []line, next func() int) []map[string]any {
	var all []map[string]any
	for len(lines) > 0 {
		n := min(next(), len(lines))
		ld := batchOf(lines[:n])
		receive(ld)
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
		all = append(all, attributesOf(ld)...)
		lines = lines[n:]
	}
	return all
}

// received is how many batches were.
var received atomic.Int64

// receive stamps records as receivers do, each batch with another time: the same
// records once more are not the same batch, sent again.
func receive(ld plog.Logs) {
	at := pcommon.NewTimestampFromTime(start.Add(time.Duration(received.Add(1))))
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				lr.SetObservedTimestamp(at)
			}
		}
	}
}

// send sends lines as one batch, whose records bear no other time than theirs.
func send(t testing.TB, p processor.Logs, lines []line) []map[string]any {
	ld := batchOf(lines)
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	return attributesOf(ld)
}

func always(n int) func() int { return func() int { return n } }

// stream makes n lines of some services over the given time.
func stream(seed uint64, n int, services []string, over time.Duration) []line {
	r := rand.New(rand.NewPCG(seed, 1))
	lines := make([]line, n)
	for i := range lines {
		service := services[r.IntN(len(services))]
		lines[i] = line{at: over * time.Duration(i) / time.Duration(n), service: service, body: linetest.Line(r)}
	}
	return lines
}

// host is a component.Host with extensions.
type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }
