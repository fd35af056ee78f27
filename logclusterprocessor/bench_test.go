// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import "testing"

// BenchmarkKey is what it costs, for a record, to know a batch when it is sent again.
func BenchmarkKey(b *testing.B) {
	const size = 1000
	p, err := newProcessor(nopSettings(), defaults())
	if err != nil {
		b.Fatal(err)
	}
	ld, scratch := batchOf(testStream(1)[:size]), new(batch)
	b.ReportAllocs()
	for b.Loop() {
		p.keyOf(scratch, ld)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/record")
}
