// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package score

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tolerance = 1e-12

func labels(s string) []string { return strings.Split(s, "") }

// TestClosedForm checks figures that can be worked out by hand.
func TestClosedForm(t *testing.T) {
	for _, c := range []struct {
		name, truth, pred string
		ga, ari           float64
		bcubed, pairwise  PRF
	}{
		{
			"identical but renamed", "aabbc", "xxyyz", 1, 1,
			PRF{1, 1, 1},
			PRF{1, 1, 1},
		},
		{
			// Contingency: a{x:2,y:1} b{y:2}. Pairs: both 2, truth 4, pred 4, all
			// 10; expected 1.6; (2-1.6)/(4-1.6).
			"one item misplaced", "aaabb", "xxyyy", 0, 0.4 / 2.4,
			PRF{(2 + 1.0/3 + 4.0/3) / 5, (4.0/3 + 1.0/3 + 2) / 5, 11.0 / 15},
			PRF{0.5, 0.5, 0.5},
		},
		{
			// Ten true groups of two, never merged: what a perfect parser scores
			// when two wordings mean one thing.
			"never merged", "aabbcc", "123456", 0, 0,
			PRF{1, 0.5, 2.0 / 3},
			PRF{1, 0, 0},
		},
		{
			"all in one", "aabb", "xxxx", 0, 0,
			PRF{0.5, 1, 2.0 / 3},
			PRF{2.0 / 6, 1, 0.5},
		},
		{
			"one group right, one split", "aabb", "xxyz", 0.5, (1 - 2.0/6) / (1.5 - 2.0/6),
			PRF{1, 0.75, 1.5 / 1.75},
			PRF{1, 0.5, 2.0 / 3},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			truth, pred := labels(c.truth), labels(c.pred)
			require.InDelta(t, c.ga, Grouping(truth, pred), tolerance, "GA")
			require.InDelta(t, c.ari, ARI(truth, pred), tolerance, "ARI")
			requirePRF(t, c.bcubed, BCubed(truth, pred), "B-cubed")
			requirePRF(t, c.pairwise, Pairwise(truth, pred), "pairwise")
		})
	}
}

// TestPublishedExample is the worked example of Manning et al., section 16.3
// (figure 16.4): 17 items, pairwise precision 20/40 and recall 20/44; its
// adjusted Rand index follows from the same table.
func TestPublishedExample(t *testing.T) {
	truth := labels("xxxxxo" + "xoooo◇" + "xx◇◇◇")
	pred := labels("111111" + "222222" + "33333")
	requirePRF(t, PRF{20.0 / 40, 20.0 / 44, 40.0 / 84}, Pairwise(truth, pred), "pairwise")
	expected := 40.0 * 44 / 136
	require.InDelta(t, (20-expected)/(42-expected), ARI(truth, pred), tolerance)
}

func requirePRF(t *testing.T, want, got PRF, name string) {
	t.Helper()
	require.InDelta(t, want.Precision, got.Precision, tolerance, name+" precision")
	require.InDelta(t, want.Recall, got.Recall, tolerance, name+" recall")
	require.InDelta(t, want.F1, got.F1, tolerance, name+" F1")
}

// TestProperties checks what must hold for any two groupings.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n := 1 + r.IntN(40)
		truth, pred := random(r, n), random(r, n)

		require.InDelta(t, 1, Grouping(truth, truth), tolerance, "a grouping agrees with itself")
		require.InDelta(t, 1, ARI(truth, truth), tolerance, "a grouping agrees with itself")
		require.InDelta(t, ARI(truth, pred), ARI(pred, truth), tolerance, "ARI is symmetric")
		require.InDelta(t, Grouping(truth, pred), Grouping(pred, truth), tolerance, "GA is symmetric")
		b, swapped := BCubed(truth, pred), BCubed(pred, truth)
		require.InDelta(t, b.Precision, swapped.Recall, tolerance, "precision one way is recall the other")

		perm := r.Perm(n)
		require.InDelta(t, ARI(truth, pred), ARI(permute(truth, perm), permute(pred, perm)), tolerance, "order of items does not matter")
		for _, v := range []float64{Grouping(truth, pred), b.Precision, b.Recall, b.F1} {
			require.GreaterOrEqual(t, v, 0.0)
			require.LessOrEqual(t, v, 1.0)
		}
		requirePairsByCounting(t, truth, pred)
	}
}

// requirePairsByCounting compares Pairwise with the definition, pair by pair.
func requirePairsByCounting(t *testing.T, truth, pred []string) {
	t.Helper()
	var both, inTruth, inPred float64
	for i := range truth {
		for j := range i {
			sameTruth, samePred := truth[i] == truth[j], pred[i] == pred[j]
			if sameTruth && samePred {
				both++
			}
			if sameTruth {
				inTruth++
			}
			if samePred {
				inPred++
			}
		}
	}
	requirePRF(t, prf(ratio(both, inPred), ratio(both, inTruth)), Pairwise(truth, pred), "pairwise")
}

// TestChance checks that independent groupings have an ARI near zero.
func TestChance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	truth, pred := make([]string, 20000), make([]string, 20000)
	for i := range truth {
		truth[i], pred[i] = strconv.Itoa(r.IntN(10)), strconv.Itoa(r.IntN(10))
	}
	require.InDelta(t, 0, ARI(truth, pred), 0.01)
}

func TestNoItems(t *testing.T) {
	require.InDelta(t, 1, Grouping(nil, nil), 0)
	require.InDelta(t, 1, ARI(nil, nil), 0)
	require.Equal(t, PRF{1, 1, 1}, BCubed(nil, nil))
}

func TestLengthsDiffer(t *testing.T) {
	require.Panics(t, func() { ARI(labels("ab"), labels("a")) })
}

func random(r *rand.Rand, n int) []string {
	out, groups := make([]string, n), 1+r.IntN(n)
	for i := range out {
		out[i] = strconv.Itoa(r.IntN(groups))
	}
	return out
}

func permute(s []string, perm []int) []string {
	out := make([]string, len(s))
	for i, j := range perm {
		out[i] = s[j]
	}
	return out
}
