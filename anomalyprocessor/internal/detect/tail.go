// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "math"

// tail is one side of the distribution of one channel's evidence: a high
// quantile, tracked by stochastic approximation (Robbins and Monro 1951), and
// above it a generalised Pareto excess (peaks over threshold, Pickands 1975) of
// fixed shape. It makes evidence of any channel and stream comparable: what
// counts is how rare it is.
type tail struct {
	U    float32 // the quantile
	Beta float32 // mean excess above it
}

// rarity is minus the logarithm of the probability of evidence at or above e, or
// 0 where that is not rare.
func (t *tail) rarity(e float64) float64 {
	x := (e - float64(t.U)) / float64(t.Beta)
	if x <= 0 {
		return 0
	}
	return tailNats + math.Log1p(tailShape*x)/tailShape
}

// tailNats is the rarity of the quantile.
var tailNats = -math.Log(tailShare)

// excess is what has a rarity, in mean excesses above the quantile: the inverse of
// rarity.
func excess(rarity float64) float64 {
	return math.Expm1(tailShape*(rarity-tailNats)) / tailShape
}

// evidence is what is so many mean excesses above the quantile.
func (t *tail) evidence(excess float64) float64 {
	return float64(t.U) + excess*float64(t.Beta)
}

// learn takes the evidence e, the nth of all, with a weight of 0 to 1. How much
// one value can teach is limited, so that anomalies are not learnt as easily as
// they come.
func (t *tail) learn(e, weight float64, nth int64) {
	n, beta := float64(nth), float64(t.Beta)
	k := weight * beta * max(quantileRate, 2/n)
	x := e - float64(t.U)
	if x <= 0 {
		t.U -= float32(k * tailShare)
		return
	}
	t.U += float32(k * (1 - tailShare))
	beta += weight * max(excessRate, 0.2/n) * (min(x, excessLimit*beta) - beta)
	t.Beta = float32(max(beta, 0.05))
}
