// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

const (
	// goodLines is the number of templates that come again and again.
	goodLines = 100
	// goodShare is one line in so many.
	goodShare = 100
	// floodGap makes 10,000 lines a second of event time.
	floodGap = 100 * time.Microsecond
	// samples of memory in a flood.
	samples = 20
)

// Sample is the memory at one moment of a flood, in bytes.
type Sample struct {
	Lines int
	// Heap is what is live after a collection, above what was live at the start.
	Heap int64
	// RSS is the resident memory of the process, with garbage and runtime.
	RSS int64
	// Estimate is what the processor says that it holds.
	Estimate int64
}

// Flooded is what an endless stream of unique lines did.
type Flooded struct {
	Samples []Sample
	// Evicted counts by kind and reason, from the processor's own telemetry.
	Evicted map[string]int64
	// Changed is how many good templates have at the end another ID than after a
	// tenth of the stream; Unanswered how many records left without an ID.
	Changed, Unanswered int
	Elapsed             time.Duration
}

// Flood sends lines of which one in goodShare is of a fixed set of good
// templates and every other is a template of its own. progress is called with
// each sample.
func Flood(ctx context.Context, lines int, progress func(Sample)) (Flooded, error) {
	good := newGood()
	next, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		good.read(ld)
		return nil
	})
	if err != nil {
		return Flooded{}, err
	}
	base := LiveHeap()
	p, err := harness.Start(ctx, next)
	if err != nil {
		return Flooded{}, err
	}
	defer func() { _ = p.Stop(ctx) }()

	var out Flooded
	unique := NewUnique(2)
	now, start := harness.Epoch, time.Now()
	records := make([]harness.Record, BatchSize)
	for sent := 0; sent < lines; {
		for i := range records {
			records[i] = harness.Record{Service: "flood"}
			if (sent+i)%goodShare == 0 {
				records[i].Body = good.line((sent + i) / goodShare)
			} else {
				records[i].Body = unique.Line()
			}
		}
		if err := p.ConsumeLogs(ctx, harness.Batch(records, now, floodGap)); err != nil {
			return Flooded{}, err
		}
		now = now.Add(BatchSize * floodGap)
		sent += BatchSize
		if sent*10 >= lines && good.settled == nil {
			good.settle()
		}
		if sent*samples/lines > len(out.Samples) {
			s, err := sample(ctx, p, sent, base)
			if err != nil {
				return Flooded{}, err
			}
			out.Samples = append(out.Samples, s)
			progress(s)
		}
	}
	out.Elapsed = time.Since(start)
	out.Changed, out.Unanswered = good.changed(), good.unanswered
	out.Evicted, err = p.Points(ctx, "evicted")
	return out, err
}

func sample(ctx context.Context, p *harness.Processor, sent int, base int64) (Sample, error) {
	estimate, err := p.Total(ctx, "memory")
	if err != nil {
		return Sample{}, err
	}
	rss, err := resident()
	return Sample{sent, LiveHeap() - base, rss, estimate}, err
}

// good follows the good templates. A line begins with its serial number, which
// is masked as any number is, so that an answer can be told.
type good struct {
	words      []string
	latest     map[string]string // body after the number → ID
	settled    map[string]string
	unanswered int
}

func newGood() *good {
	return &good{words: NewUnique(3).Lines(goodLines), latest: map[string]string{}}
}

func (g *good) line(n int) string { return strconv.Itoa(n) + " " + g.words[n%goodLines] }

func (g *good) read(ld plog.Logs) {
	for lr := range harness.Records(ld) {
		id, ok := lr.Attributes().Get("log.template.id")
		if !ok {
			g.unanswered++
			continue
		}
		if body := lr.Body().Str(); body[0] >= '0' && body[0] <= '9' {
			_, text, _ := strings.Cut(body, " ")
			g.latest[text] = id.Str()
		}
	}
}

// settle remembers the IDs of now.
func (g *good) settle() { g.settled = maps.Clone(g.latest) }

func (g *good) changed() int {
	n := 0
	for text, id := range g.settled {
		if g.latest[text] != id {
			n++
		}
	}
	return n
}

// LiveHeap is what is live after a collection, in bytes.
func LiveHeap() int64 {
	runtime.GC()
	runtime.GC() // twice, so that what finalizers and pools hold is gone
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// resident returns the resident memory of this process, in bytes.
func resident() (int64, error) {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		return 0, fmt.Errorf("read /proc/self/statm: %w", err)
	}
	return pages * int64(os.Getpagesize()), nil
}

// HeapBudget is what the processor may keep live with its defaults: one partition
// of limits::partition_mib, in bytes.
const HeapBudget = 64 << 20

// Check says whether the flood was survived: memory within the budget and flat,
// every record answered, good templates kept, evictions visible.
func (f Flooded) Check() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	half := len(f.Samples) / 2
	before, after := peak(f.Samples[:half]), peak(f.Samples[half:])
	if after > HeapBudget {
		fail("%d bytes live, above the budget of %d", after, HeapBudget)
	}
	if float64(after) > 1.1*float64(before) {
		fail("memory grows: %d bytes live in the first half, %d in the second", before, after)
	}
	if f.Unanswered > 0 {
		fail("%d records left without log.template.id", f.Unanswered)
	}
	if f.Changed > 0 {
		fail("%d of %d good templates changed their ID", f.Changed, goodLines)
	}
	if len(f.Evicted) == 0 {
		fail("no eviction in the processor's telemetry")
	}
	return errors.Join(errs...)
}

func peak(samples []Sample) int64 {
	var most int64
	for _, s := range samples {
		most = max(most, s.Heap)
	}
	return most
}
