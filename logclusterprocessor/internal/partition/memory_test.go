// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
)

// quiet observes nothing.
type quiet struct{}

func (quiet) Evicted(string, string, int)     {}
func (quiet) Merged(int)                      {}
func (quiet) Clustered(string, time.Duration) {}
func (quiet) Joined(string, []Join)           {}
func (quiet) Waited(time.Duration)            {}

// Lines that never come again fill a partition up to its limits and no further,
// and the estimate that a user sees as a metric is near what the heap holds.
func TestMemoryEstimate(t *testing.T) {
	const limit = 64 << 20
	reader, err := statement.New()
	require.NoError(t, err)
	registry := NewRegistry(Settings{
		Window:     int64(time.Second),
		Clustering: cluster.Options{Threshold: cluster.DefaultMergeThreshold},
		Statements: reader, Representatives: 5, Keywords: 5, Partitions: 10, Clusters: 10_000, Vocabulary: 20_000,
		Templates: 20_000, Bytes: limit,
	}, quiet{})
	masker, err := mask.New(mask.Options{})
	require.NoError(t, err)

	before := liveBytes()
	p := registry.Get([]byte("flood"), 0)
	r := rand.New(rand.NewPCG(1, 1))
	var line mask.Line
	for i := range 45_000 {
		masker.Mask(fmt.Sprintf("%s %s %s %d %s %s %s %s",
			linetest.Word(r), linetest.Word(r), linetest.Word(r), i, linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r)), &line)
		line.Shape = p.Salt(line.Shape)
		at := int64(i) * int64(100*time.Microsecond)
		if p.Where(at) == Beyond {
			wait := time.Minute
			p.Advance(at, &wait)
		}
		if p.Lookup(line.Shape, line.Check) == nil {
			e, _ := p.Learn(&line, at)
			e.Seen(1, at)
		}
		if i%15_000 == 14_999 {
			registry.shared.running.Wait() // not in the middle of a clustering
			live, stats := liveBytes()-before, registry.Stats()
			t.Logf("%d lines: heap %d MiB, estimate %d MiB, %d templates", i+1, live>>20, stats.Bytes>>20, stats.Templates)
			require.LessOrEqual(t, live, limit)
			require.InEpsilon(t, live, stats.Bytes, 0.5)
		}
	}
	runtime.KeepAlive(p)
}

func liveBytes() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
