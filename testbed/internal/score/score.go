// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package score compares a predicted grouping of items with the true one. All
// functions take two slices of the same length, one label an item; only which
// items share a label matters, never the label itself. No items score 1.
package score

import "fmt"

type cell struct{ truth, pred string }

// table is the contingency table of two groupings.
type table struct {
	n     int
	cells map[cell]int
	truth map[string]int
	pred  map[string]int
}

func contingency(truth, pred []string) table {
	if len(truth) != len(pred) {
		panic(fmt.Sprintf("score: %d true labels, %d predicted", len(truth), len(pred)))
	}
	t := table{len(truth), map[cell]int{}, map[string]int{}, map[string]int{}}
	for i := range truth {
		t.cells[cell{truth[i], pred[i]}]++
		t.truth[truth[i]]++
		t.pred[pred[i]]++
	}
	return t
}

// Grouping returns the grouping accuracy (GA): the share of items whose
// predicted group holds exactly the items of their true group, in [0, 1].
// Source: Zhu et al., "Tools and Benchmarks for Automated Log Parsing", ICSE-SEIP
// 2019, section III-B ("parsing accuracy").
func Grouping(truth, pred []string) float64 {
	t := contingency(truth, pred)
	right := 0
	for c, n := range t.cells {
		if n == t.truth[c.truth] && n == t.pred[c.pred] {
			right += n
		}
	}
	return ratio(float64(right), float64(t.n))
}

// PRF is precision, recall and their harmonic mean, each in [0, 1].
type PRF struct{ Precision, Recall, F1 float64 }

// BCubed returns the B-cubed precision, recall and F1: the mean over items of
// the share of its predicted group that is of its true group, and the reverse.
// Source: Amigó et al., "A comparison of extrinsic clustering evaluation metrics
// based on formal constraints", Information Retrieval 12, 2009, section 4.4.
func BCubed(truth, pred []string) PRF {
	t := contingency(truth, pred)
	var p, r float64
	for c, n := range t.cells {
		p += float64(n) * float64(n) / float64(t.pred[c.pred])
		r += float64(n) * float64(n) / float64(t.truth[c.truth])
	}
	return prf(ratio(p, float64(t.n)), ratio(r, float64(t.n)))
}

// Pairwise returns precision, recall and F1 over unordered pairs of items: a
// predicted pair shares a predicted group, a true pair a true one. With no
// predicted (true) pair, nothing is wrong (missed): precision (recall) is 1.
// Source: Manning et al., "Introduction to Information Retrieval", 2008,
// section 16.3.
func Pairwise(truth, pred []string) PRF {
	both, inTruth, inPred, _ := contingency(truth, pred).pairs()
	return prf(ratio(both, inPred), ratio(both, inTruth))
}

// ARI returns the adjusted Rand index: agreement over pairs, corrected for
// chance; 1 for identical groupings, near 0 for independent ones, and it may be
// negative. Source: Hubert and Arabie, "Comparing partitions", Journal of
// Classification 2, 1985, equation 5.
func ARI(truth, pred []string) float64 {
	both, inTruth, inPred, all := contingency(truth, pred).pairs()
	if all == 0 {
		return 1
	}
	expected := inTruth * inPred / all
	most := (inTruth + inPred) / 2
	if most == expected { // both all singletons, or both one group
		return 1
	}
	return (both - expected) / (most - expected)
}

// pairs counts the pairs that share a group in both groupings, in the truth, in
// the prediction, and all pairs there are.
func (t table) pairs() (both, inTruth, inPred, all float64) {
	for _, n := range t.cells {
		both += choose2(n)
	}
	for _, n := range t.truth {
		inTruth += choose2(n)
	}
	for _, n := range t.pred {
		inPred += choose2(n)
	}
	return both, inTruth, inPred, choose2(t.n)
}

func choose2(n int) float64 { return float64(n) * float64(n-1) / 2 }

func ratio(a, b float64) float64 {
	if b == 0 {
		return 1
	}
	return a / b
}

func prf(p, r float64) PRF {
	if p+r == 0 {
		return PRF{}
	}
	return PRF{p, r, 2 * p * r / (p + r)}
}
