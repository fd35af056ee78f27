// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package load

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

func feed(tb testing.TB) *Feed {
	tb.Helper()
	dir, err := dataset.Dir()
	if err != nil {
		tb.Skip(err)
	}
	sets, err := dataset.Loghub(dir)
	require.NoError(tb, err)
	return NewFeed(sets, 1)
}

// BenchmarkKnown is the steady state: batches of 1,000 mixed Loghub lines, every
// digit drawn again, templates known. One operation is a batch; ns/record is
// what the callers, one per CPU, achieve together.
func BenchmarkKnown(b *testing.B) {
	f := feed(b)
	ours, err := NewOurs(b.Context(), f)
	require.NoError(b, err)
	nothing, err := NewNothing(b.Context())
	require.NoError(b, err)
	bare, err := NewWithoutKeywords(b.Context(), f)
	require.NoError(b, err)
	for _, s := range []Subject{nothing, ours, bare, Writing{ours}, OTLP{}} {
		b.Run(s.Name(), func(b *testing.B) { benchmark(b, s, f) })
	}
	require.NoError(b, ours.Stop(b.Context()))
	require.NoError(b, bare.Stop(b.Context()))
}

// benchmark prepares chunks of batches off the clock.
func benchmark(b *testing.B, s Subject, f *Feed) {
	b.Helper()
	const chunk = 8
	b.ReportAllocs()
	b.StopTimer()
	for done := 0; done < b.N; done += chunk {
		work := make([]Work, min(chunk, b.N-done))
		for i := range work {
			work[i] = s.Prepare(f.Next())
		}
		b.StartTimer()
		err := RunAll(b.Context(), work, runtime.GOMAXPROCS(0))
		b.StopTimer()
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/BatchSize, "ns/record")
}

// BenchmarkNewTemplate is what a record that brings a new template costs.
func BenchmarkNewTemplate(b *testing.B) {
	for _, known := range []int{1000, 5000, 20000} {
		b.Run(strconv.Itoa(known)+"-known", func(b *testing.B) {
			var sum float64
			for range b.N {
				ns, err := MeasureFresh(b.Context(), known)
				require.NoError(b, err)
				sum += ns
			}
			b.ReportMetric(sum/float64(b.N), "ns/record")
			b.ReportMetric(0, "ns/op") // an operation includes learning what is known
		})
	}
}
