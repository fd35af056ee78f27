// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"time"
)

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

// learn takes the evidence e, the nth of all, with a weight of 0 to 1. At first its
// gains are those that estimate soonest (1/(n density) of a quantile, Robbins and Monro
// 1951, and 1/n of a mean), as if some values had come before. How much one value can
// teach is limited, so that anomalies are not learnt as easily as they come.
func (t *tail) learn(e, weight float64, nth int64) {
	n, beta := float64(nth), float64(t.Beta)
	k := weight * beta * max(quantileRate, 1/(tailShare*(n+quantileFrom)))
	x := e - float64(t.U)
	if x <= 0 {
		t.U -= float32(k * tailShare)
		return
	}
	t.U += float32(k * (1 - tailShare))
	beta += weight * max(excessRate, 1/(tailShare*n+excessFrom)) * (min(x, excessLimit*beta) - beta)
	t.Beta = float32(max(beta, 0.05))
}

// judge is how rare the rarest evidence is, in nats, of which channel, and on
// which side.
func (d *Detector) judge(e *evidence) (rarity float64, channel int, up bool) {
	weight := weights
	up = e[point][0] > 0
	for c := range e {
		for side := range e[c] {
			if r := weight[c] * d.Tails[c][side].rarity(e[c][side]); r > rarity {
				rarity, channel = r, c
				if c != variance {
					up = side == 0
				}
			}
		}
	}
	return rarity, channel, up
}

// needed is how many nats of rarity make a score of 1: those that give the alarms
// that are asked for, of values as often as they come. A stream of which little is
// known needs more, and one that has been having incidents every few hours.
func (d *Detector) needed() float64 {
	minutes := max(1, float64(d.Interval)) / float64(time.Minute)
	nats := max(leastNats, threshold-perInterval*math.Log(minutes)) - math.Log(d.cfg.Sensitivity/usualAlarms)
	nats = max(1, nats) // where nearly everything is asked for
	age := float64(d.N) * float64(d.Interval) / float64(day)
	return nats * (1 + unsure/float64(max(1, d.N))) * (1 + habitCost/max(habitLeast, min(habitDays, age))*float64(d.Habit))
}

// Bounds is between which values a single one is not anomalous, that v expects.
// It speaks of the value of the last Step, whose verdict v is. Where nothing was
// predicted both are what is expected.
func (d *Detector) Bounds(v *Verdict) (lower, upper float64) {
	if v.sigma == 0 {
		return v.Expected, v.Expected
	}
	least := max(d.cfg.MinDeviation.Absolute, d.cfg.MinDeviation.Relative*math.Abs(v.Expected))
	need := excess(d.needed())
	lower = v.Expected - max(least, v.sigma*max(0, d.Tails[point][1].evidence(need)))
	upper = v.Expected + max(least, v.sigma*max(0, d.Tails[point][0].evidence(need)))
	if lo := d.cfg.DataRange.Min; lo != nil {
		lower, upper = max(lower, *lo), max(upper, *lo)
	}
	if hi := d.cfg.DataRange.Max; hi != nil {
		lower, upper = min(lower, *hi), min(upper, *hi)
	}
	return lower, upper
}

// What the slow channels learn, where the point channel learns less.
var (
	repeatSlow = math.Pow(repeatWeight, repeatPower)
	soonSlow   = math.Pow(soonWeight, repeatPower)
)

// learnTails learns what evidence is usual. An incident is one sample for the
// point channel however long it is; the evidence of the others changes slowly and
// says the same many times over, whether there is an incident or not.
func (d *Detector) learnTails(e *evidence, score float64) {
	weight := 1.0
	again := d.Last-d.Suspect < max(int64(repeatWithin), repeatValues*d.Interval)
	if score >= suspectScore {
		d.Suspect = d.Last
		if again {
			weight = repeatWeight
		}
	} else if again {
		weight = soonWeight
	}
	d.Tails[point][0].learn(e[point][0], weight, d.N)
	d.Tails[point][1].learn(e[point][1], weight, d.N)
	switch {
	case weight == repeatWeight:
		weight = repeatSlow
	case weight < 1:
		weight = soonSlow
	}
	d.Tails[sum][0].learn(e[sum][0], weight, d.N)
	d.Tails[sum][1].learn(e[sum][1], weight, d.N)
	d.Tails[variance][0].learn(e[variance][0], weight, d.N)
}

// evidence is that of every channel, upwards and downwards.
type evidence [channels][2]float64
