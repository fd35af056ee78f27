// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"

// rows computes rows of a distance matrix through an inverted index, so that a
// row costs the terms in common and not the terms.
type rows struct {
	vectors  []feature.Vector
	sizes    []size
	postings map[uint64][]posting
	distance Distance
	out      []float64
}

// posting says that a vector has a dimension.
type posting struct {
	vector int32
	weight float32
}

func newRows(vectors []feature.Vector, d Distance) *rows {
	r := &rows{vectors: vectors, distance: d, postings: map[uint64][]posting{}}
	r.sizes = make([]size, len(vectors))
	r.out = make([]float64, len(vectors))
	for i, v := range vectors {
		r.sizes[i] = sizeOf(v)
		for _, e := range v {
			r.postings[e.Dim] = append(r.postings[e.Dim], posting{int32(i), e.Weight})
		}
	}
	return r
}

// before returns the distances of vector i to the vectors before it. The slice
// is valid until the next call.
func (r *rows) before(i int) []float64 { return r.fill(i, i) }

// all returns the distances of vector i to every vector, itself included.
func (r *rows) all(i int) []float64 { return r.fill(i, len(r.vectors)) }

func (r *rows) fill(i, n int) []float64 {
	out := r.out[:n]
	clear(out)
	product := r.distance == Cosine || r.distance == Euclidean
	for _, e := range r.vectors[i] {
		if product {
			w := float64(e.Weight)
			for _, p := range r.postings[e.Dim] {
				if int(p.vector) >= n {
					break
				}
				out[p.vector] += w * float64(p.weight)
			}
			continue
		}
		for _, p := range r.postings[e.Dim] {
			if int(p.vector) >= n {
				break
			}
			out[p.vector] += float64(min(e.Weight, p.weight))
		}
	}
	for j := range out {
		out[j] = r.distance.of(r.sizes[i], r.sizes[j], out[j])
	}
	return out
}
