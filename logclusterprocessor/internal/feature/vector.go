// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature

import (
	"math"
	"slices"
)

// Entry is one component of a Vector.
type Entry struct {
	Dim    uint64 // hash of the term, the same in every version and process
	Weight float32
}

// Vector is sparse: entries with positive weight in rising order of Dim.
type Vector []Entry

// newVector sorts entries in place, adds up those of equal Dim.
func newVector(entries []Entry) Vector {
	slices.SortFunc(entries, func(a, b Entry) int {
		switch {
		case a.Dim < b.Dim:
			return -1
		case a.Dim > b.Dim:
			return 1
		}
		return 0
	})
	n := 0
	for _, e := range entries {
		if n > 0 && entries[n-1].Dim == e.Dim {
			entries[n-1].Weight += e.Weight
			continue
		}
		entries[n] = e
		n++
	}
	return entries[:n]
}

// Norm returns the Euclidean length.
func (v Vector) Norm() float64 {
	var sum float64
	for _, e := range v {
		sum += float64(e.Weight) * float64(e.Weight)
	}
	return math.Sqrt(sum)
}

// Sum returns the sum of the weights.
func (v Vector) Sum() float64 {
	var sum float64
	for _, e := range v {
		sum += float64(e.Weight)
	}
	return sum
}

// Dot returns the inner product.
func (v Vector) Dot(w Vector) float64 {
	var sum float64
	join(v, w, func(a, b float32) { sum += float64(a) * float64(b) })
	return sum
}

// Overlap returns the sum of the smaller weight of each dimension.
func (v Vector) Overlap(w Vector) float64 {
	var sum float64
	join(v, w, func(a, b float32) { sum += float64(min(a, b)) })
	return sum
}

// join calls f with the weights of each dimension that both have.
func join(v, w Vector, f func(a, b float32)) {
	for i, j := 0, 0; i < len(v) && j < len(w); {
		switch {
		case v[i].Dim < w[j].Dim:
			i++
		case v[i].Dim > w[j].Dim:
			j++
		default:
			f(v[i].Weight, w[j].Weight)
			i++
			j++
		}
	}
}

// unit scales v in place to length 1.
func (v Vector) unit() Vector {
	if n := v.Norm(); n > 0 {
		for i := range v {
			v[i].Weight = float32(float64(v[i].Weight) / n)
		}
	}
	return v
}

// Mean returns the mean of vectors.
func Mean(vectors []Vector) Vector {
	n := 0
	for _, v := range vectors {
		n += len(v)
	}
	entries := make([]Entry, 0, n)
	for _, v := range vectors {
		entries = append(entries, v...)
	}
	out := newVector(entries)
	for i := range out {
		out[i].Weight /= float32(len(vectors))
	}
	return out
}
