// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package representative picks the few templates that stand for a cluster.
package representative

import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"

// Default is the number of representatives of a cluster.
const Default = 5

// Member is a template of the cluster.
type Member struct {
	Vector feature.Vector
	// Labelled members, those that a person has spoken about, come first.
	Labelled bool
}

// diversity weighs being unlike those chosen against being like the cluster.
const diversity = 0.5

// Select returns the places of up to n members: the labelled ones in their
// order, then the most central one, then by maximal marginal relevance
// (Carbonell and Goldstein 1998) those that are central and unlike the chosen.
// Ties go to the smaller place.
func Select(members []Member, n int) []int {
	if n >= len(members) {
		n = len(members)
	}
	vectors := make([]feature.Vector, len(members))
	for i := range members {
		vectors[i] = members[i].Vector
	}
	center := feature.Mean(vectors)
	chosen := make([]int, 0, n)
	alike := make([]float64, len(members)) // to the most similar one chosen
	taken := make([]bool, len(members))
	take := func(i int) {
		chosen = append(chosen, i)
		taken[i] = true
		for j := range members {
			alike[j] = max(alike[j], similarity(members[i].Vector, members[j].Vector))
		}
	}
	for i := range members {
		if members[i].Labelled && len(chosen) < n {
			take(i)
		}
	}
	central := make([]float64, len(members))
	for i := range members {
		central[i] = similarity(members[i].Vector, center)
	}
	for len(chosen) < n {
		best, bestScore := -1, 0.0
		for i := range members {
			if taken[i] {
				continue
			}
			score := (1-diversity)*central[i] - diversity*alike[i]
			if best < 0 || score > bestScore {
				best, bestScore = i, score
			}
		}
		take(best)
	}
	return chosen
}

// similarity is the cosine.
func similarity(a, b feature.Vector) float64 {
	if n := a.Norm() * b.Norm(); n > 0 {
		return a.Dot(b) / n
	}
	return 0
}
