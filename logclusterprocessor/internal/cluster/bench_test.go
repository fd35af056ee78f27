// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// zipfVectors look like templates: 4 to 15 terms of a vocabulary with Zipf's
// law over it.
func zipfVectors(n int, vocabulary uint64) []feature.Vector {
	r := rand.New(rand.NewPCG(42, 42))
	z := rand.NewZipf(r, 1.1, 8, vocabulary)
	out := make([]feature.Vector, n)
	for i := range out {
		weights := map[uint64]float32{}
		for range 4 + r.IntN(12) {
			rank := z.Uint64()
			weights[rank] = float32(math.Pow(math.Log(float64(rank+2)), 0.25)) * (0.3 + r.Float32())
		}
		var v feature.Vector
		for d, w := range weights {
			v = append(v, feature.Entry{Dim: d, Weight: w})
		}
		slices.SortFunc(v, func(a, b feature.Entry) int { return int(a.Dim) - int(b.Dim) })
		out[i] = v
	}
	return out
}

// The small vocabulary makes one component of everything, the worst case above
// the exact cap.
func BenchmarkAgglomerate(b *testing.B) {
	for _, vocabulary := range []uint64{5000, 300} {
		for _, n := range []int{1000, 2000, 4000, 10000} {
			items := make([]Item, n)
			for i, v := range zipfVectors(n, vocabulary) {
				items[i] = Item{Vector: v, Group: NoGroup}
			}
			b.Run(fmt.Sprintf("vocabulary=%d/%d", vocabulary, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r, err := Agglomerate(context.Background(), items, Options{Threshold: DefaultMergeThreshold})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(r.Clusters), "clusters")
				}
			})
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		x := NewIndex(Cosine)
		for i, v := range zipfVectors(n, 5000) {
			x.Add(uint64(i), v)
		}
		queries := zipfVectors(n+1000, 5000)[n:]
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			found := 0
			for i := 0; b.Loop(); i++ {
				if _, ok := x.Nearest(queries[i%len(queries)], 0.35); ok {
					found++
				}
			}
			b.ReportMetric(float64(found)/float64(b.N), "found/op")
		})
	}
}
