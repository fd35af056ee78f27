// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"cmp"
	"slices"
)

const (
	// DefaultLimit is how many matches are returned unless a query says otherwise.
	DefaultLimit = 10
	// leastOffered is the confidence below which nothing is offered.
	leastOffered = 0.02
)

// HasAnswer is true when one of the matches is sure enough to answer with.
func HasAnswer(matches []Match) bool {
	return slices.ContainsFunc(matches, func(m Match) bool { return m.Confidence >= Sure })
}

// Best puts matches in order, each cluster once, and keeps so many of them: the surest
// first, those of the partition that was told before others, of equally sure ones those
// with a solution before those without, noise last. The first with a solution is kept
// in any case.
func Best(matches []Match, limit int) []Match {
	if limit <= 0 {
		limit = DefaultLimit
	}
	slices.SortStableFunc(matches, compare)
	type cluster struct {
		partition string
		id        ID
	}
	have := map[cluster]bool{}
	matches = slices.DeleteFunc(matches, func(m Match) bool {
		at := cluster{m.Partition, m.Cluster}
		drop := have[at] || m.Confidence < leastOffered
		have[at] = true
		return drop
	})
	solved := slices.IndexFunc(matches, func(m Match) bool { return m.Solution != "" })
	if solved >= limit {
		matches[limit-1] = matches[solved]
	}
	return matches[:min(limit, len(matches))]
}

func compare(a, b Match) int {
	return cmp.Or(
		order(a.Elsewhere, b.Elsewhere, a.Confidence >= Sure, b.Confidence >= Sure),
		cmp.Compare(b.Confidence, a.Confidence),
		truth(b.Solution != "", a.Solution != ""),
		truth(a.Noise, b.Noise),
		cmp.Compare(a.Partition, b.Partition),
		cmp.Compare(a.Cluster, b.Cluster),
	)
}

// order puts answers before offers and, among answers, those of the partition that was
// told first.
func order(elsewhereA, elsewhereB, sureA, sureB bool) int {
	return cmp.Or(truth(sureB, sureA), truth(elsewhereA && sureA, elsewhereB && sureB))
}

// truth puts false before true.
func truth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
