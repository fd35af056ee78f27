// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package load makes streams of log lines and measures what processing them
// costs: time, allocations, memory, stalls.
package load

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// BatchSize is the number of records of a batch.
const BatchSize = 1000

// Feed makes batches out of known lines: in random order, with every digit drawn
// again, so that a line comes again only by its template. Not safe for concurrent
// use.
type Feed struct {
	lines []string
	r     *rand.Rand
	now   time.Time
	gap   time.Duration // between two records
	// unseen ends each line in a value of its own.
	unseen bool
}

// NewFeed mixes the lines of all sets, at 10,000 records a second of event time.
func NewFeed(sets []dataset.Lines, seed uint64) *Feed {
	f := &Feed{r: dataset.Random(seed), now: harness.Epoch, gap: 100 * time.Microsecond}
	for _, s := range sets {
		f.lines = append(f.lines, s.Content...)
	}
	return f
}

// NewUnseenFeed is NewFeed with lines that also end in a value made of letters,
// which no other has: known templates, of which none is recalled by a line that
// differs in digits only.
func NewUnseenFeed(sets []dataset.Lines, seed uint64) *Feed {
	f := NewFeed(sets, seed)
	f.unseen = true
	return f
}

// Next makes a batch, right after the one before in event time.
func (f *Feed) Next() plog.Logs {
	records := make([]harness.Record, BatchSize)
	for i := range records {
		records[i] = harness.Record{Service: "mixed", Body: f.redraw(f.lines[f.r.IntN(len(f.lines))])}
	}
	return f.batch(records)
}

// NextOf makes a batch of the given bodies, right after the one before.
func (f *Feed) NextOf(bodies []string) plog.Logs {
	records := make([]harness.Record, len(bodies))
	for i, b := range bodies {
		records[i] = harness.Record{Service: "mixed", Body: b}
	}
	return f.batch(records)
}

// Take makes n batches.
func (f *Feed) Take(n int) []plog.Logs {
	out := make([]plog.Logs, n)
	for i := range out {
		out[i] = f.Next()
	}
	return out
}

// Skip lets event time pass.
func (f *Feed) Skip(d time.Duration) { f.now = f.now.Add(d) }

// batch makes records as a receiver makes them of container logs: severity,
// observed time and two attributes are there already.
func (f *Feed) batch(records []harness.Record) plog.Logs {
	ld := harness.Batch(records, f.now, f.gap)
	f.now = f.now.Add(time.Duration(len(records)) * f.gap)
	for lr := range harness.Records(ld) {
		lr.SetObservedTimestamp(lr.Timestamp())
		lr.SetSeverityNumber(plog.SeverityNumberInfo)
		lr.SetSeverityText("INFO")
		lr.Attributes().PutStr("log.file.name", "0.log")
		lr.Attributes().PutStr("log.iostream", "stdout")
	}
	return ld
}

func (f *Feed) redraw(line string) string {
	b := []byte(line)
	for i, c := range b {
		if '0' <= c && c <= '9' {
			b[i] = '0' + byte(f.r.IntN(10))
		}
	}
	if f.unseen {
		b = append(b, " ref="...)
		for range 12 {
			b = append(b, 'a'+byte(f.r.IntN(26)))
		}
	}
	return string(b)
}

// Unique makes lines of random words, each line with a word that no other has:
// every line is a template never seen before. All have the same number of words,
// the hardest case for parsers that group by length.
type Unique struct {
	r *rand.Rand
	n uint64
}

// NewUnique returns a maker of unique lines. Makers of different seeds make
// different lines.
func NewUnique(seed uint64) *Unique { return &Unique{r: dataset.Random(seed), n: seed << 40} }

// words of a unique line.
const words = 8

// Line makes the next line.
func (u *Unique) Line() string {
	u.n++
	b := make([]byte, 0, 80)
	for i := range words {
		if i > 0 {
			b = append(b, ' ')
		}
		if i == words/2 {
			b = u.serial(b)
			continue
		}
		for range 4 + u.r.IntN(6) {
			b = append(b, 'a'+byte(u.r.IntN(26)))
		}
	}
	return string(b)
}

// Lines makes n lines.
func (u *Unique) Lines(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = u.Line()
	}
	return out
}

// serial writes the serial number in letters.
func (u *Unique) serial(b []byte) []byte {
	for n := u.n; n > 0; n /= 26 {
		b = append(b, 'a'+byte(n%26))
	}
	return b
}

// Envelope writes a message as a service's logger would among other keys, the
// values of which are drawn anew.
type Envelope func(r *rand.Rand, message string) string

// JSON is one object of 15 keys.
func JSON(r *rand.Rand, message string) string {
	quoted, _ := json.Marshal(message) // a string always can be
	return fmt.Sprintf(`{"timestamp":"2026-01-02T15:04:%02d.%03dZ","level":"info","logger":"com.example.orders.Handler","caller":"orders/handler.go:%d",`+
		`"thread":"worker-%d","pid":%d,"host":"web-%d.example.net","service":"orders","version":"1.14.%d","trace_id":"%016x%016x","span_id":"%016x",`+
		`"request_id":"%016x","user":"u%d","duration_ms":%d,"msg":%s}`,
		r.IntN(60), r.IntN(1000), r.IntN(400), r.IntN(64), r.IntN(60000), r.IntN(20), r.IntN(10), r.Uint64(), r.Uint64(), r.Uint64(),
		r.Uint64(), r.IntN(1e6), r.IntN(5000), quoted)
}

// Logfmt is one line of 15 keys.
func Logfmt(r *rand.Rand, message string) string {
	return fmt.Sprintf(`time=2026-01-02T15:04:%02d.%03dZ level=info logger=com.example.orders.Handler caller=orders/handler.go:%d `+
		`thread=worker-%d pid=%d host=web-%d.example.net service=orders version=1.14.%d trace_id=%016x%016x span_id=%016x `+
		`request_id=%016x user=u%d duration_ms=%d msg=%s`,
		r.IntN(60), r.IntN(1000), r.IntN(400), r.IntN(64), r.IntN(60000), r.IntN(20), r.IntN(10), r.Uint64(), r.Uint64(), r.Uint64(),
		r.Uint64(), r.IntN(1e6), r.IntN(5000), strconv.Quote(message))
}

// HexID adds an ID of 16 random hexadecimal digits, so that no line is like another
// but for its digits.
func HexID(r *rand.Rand, message string) string {
	return fmt.Sprintf("%s id=%016x", message, r.Uint64())
}
