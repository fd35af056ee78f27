// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package model

import "math"

// Smoothing is exponential smoothing with additive seasons, a short and a long
// one, and first-order autocorrelation of its errors (Taylor, Journal of the
// Operational Research Society 54, 2003). Its weights are the best of a grid by
// absolute error.
func Smoothing(in *Input, out []float64) {
	y, d, w := in.Y, in.Short, in.Long
	if w <= d || len(y) < 2*w {
		w = 0
	}
	best := math.Inf(1)
	var bestParam smoothing
	state := grow(&in.scratch.season, d+w)
	for _, alpha := range [...]float64{0.003, 0.03, 0.15, 0.4} {
		for _, gamma := range [...]float64{0.05, 0.15, 0.35} {
			p := smoothing{alpha: alpha, short: gamma, long: gamma}
			if p.run(y, d, w, state); p.loss < best {
				best, bestParam = p.loss, p
			}
		}
	}
	p := smoothing{alpha: bestParam.alpha, short: bestParam.short, long: bestParam.long, phi: bestParam.rho}
	p.run(y, d, w, state)
	n := len(y)
	e := p.last
	for h := range out {
		e *= p.phi
		out[h] = p.level + state[(n+h)%d] + e
		if w > 0 {
			out[h] += state[d+(n+h)%w]
		}
	}
}

type smoothing struct {
	alpha, short, long, phi float64

	level, last, loss, rho float64
}

// run filters the series; state holds the short, then the long season.
func (p *smoothing) run(y []float64, d, w int, state []float64) {
	clear(state)
	// The first season stands above the line through its middle and that of the next:
	// a series that grows has not done so as a season.
	first, trend := 0.0, 0.0
	for i, v := range y[:d] {
		first += v / float64(d)
		trend += (y[d+i] - v) / float64(d*d)
	}
	for i, v := range y[:d] {
		state[i] = v - first - trend*(float64(i)-float64(d-1)/2)
	}
	p.level = first + trend*float64(d)/2
	var e, e0, e1 float64
	i, j := 0, d%max(w, 1)
	for t := d; t < len(y); t++ {
		v := p.level + state[i]
		if w > 0 {
			v += state[d+j]
		}
		raw := y[t] - v
		u := raw - p.phi*e // the error's innovation
		e0 += e * e
		e1 += e * raw
		e = raw
		p.level += p.alpha * u
		state[i] += p.short * u
		if i++; i == d {
			i = 0
		}
		if w > 0 {
			state[d+j] += p.long * u
			if j++; j == w {
				j = 0
			}
		}
		if t >= 2*d {
			p.loss += math.Abs(u)
		}
	}
	p.last = e
	if e0 > 0 {
		p.rho = min(max(e1/e0, 0), 0.99)
	}
}
