// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package model

import "math"

// The ridge penalty, in observations worth of a standardised regressor.
const ridge = 3.0

// Autoregression regresses a value on its newest predecessors, on the same moment
// of the last seasons and on their neighbours (ridge regression on the
// standardised series), and continues it step by step. With logs, on log(1 + y/u)
// where u is a tenth of the mean: effects multiply, and the forecast stays
// positive.
func Autoregression(in *Input, logs bool, out []float64) {
	n, H := len(in.Y), len(out)
	path := grow(&in.scratch.path, n+H)
	unit := 1.0
	if logs {
		unit = in.logs(path[:n])
	} else {
		copy(path, in.Y)
	}
	mean, scale := moments(path[:n])
	if scale == 0 {
		for h := range out {
			out[h] = in.Y[n-1]
		}
		return
	}
	low, high := path[0], path[0]
	for i := range n {
		low, high = min(low, path[i]), max(high, path[i])
		path[i] = (path[i] - mean) / scale
	}
	low, high = (low-mean)/scale, (high-mean)/scale
	slack := (high - low) / 4

	lags := in.lags(n)
	p := len(lags) + 1
	start := lags[len(lags)-1]
	for _, l := range lags {
		start = max(start, l)
	}
	s := &in.scratch
	row, xtx, xty := grow(&s.row, p), grow(&s.xtx, p*p), grow(&s.xty, p)
	row[0] = 1
	for t := start; t < n; t++ {
		for j, l := range lags {
			row[j+1] = path[t-l]
		}
		for i, a := range row {
			xty[i] += a * path[t]
			x := xtx[i*p : i*p+i+1]
			for j := range x {
				x[j] += a * row[j]
			}
		}
	}
	for i := range p {
		xtx[i*p+i] += ridge
	}
	beta := grow(&s.beta, p)
	solve(xtx, xty, beta)
	for t := n; t < n+H; t++ {
		v := beta[0]
		for j, l := range lags {
			v += beta[j+1] * path[t-l]
		}
		path[t] = min(max(v, low-slack), high+slack)
	}
	for h := range out {
		v := path[n+h]*scale + mean
		if logs {
			v = math.Expm1(v) * unit
		}
		out[h] = v
	}
}

// lags are those that a history of n values can be regressed on.
func (in *Input) lags(n int) []int {
	d, w := in.Short, in.Long
	lags := []int{1, 2, 3}
	if n >= 2*d+d/2 {
		lags = append(lags, d-1, d, d+1)
	}
	if n >= 3*d+d/2 {
		lags = append(lags, 2*d)
	}
	if w > d && n >= w+w/2 {
		lags = append(lags, w-1, w, w+1)
	}
	if w > d && n >= 3*w {
		lags = append(lags, 2*w)
	}
	return lags
}

// autoregressionAfter is the Autoregression of another history than Y, on logs where
// nothing is negative.
func (in *Input) autoregressionAfter(y, out []float64) {
	whole := in.Y
	in.Y = y
	Autoregression(in, in.Positive, out)
	in.Y = whole
}

func average(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum / float64(len(y))
}

func moments(y []float64) (mean, deviation float64) {
	mean = average(y)
	for _, v := range y {
		deviation += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(y)))
}

// solve solves the symmetric positive definite system whose lower triangle is in
// a, by Cholesky decomposition in place.
func solve(a, b, x []float64) {
	p := len(b)
	for i := range p {
		for j := range i + 1 {
			sum := a[i*p+j]
			for k := range j {
				sum -= a[i*p+k] * a[j*p+k]
			}
			if i == j {
				a[i*p+i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i*p+j] = sum / a[j*p+j]
			}
		}
	}
	for i := range p {
		sum := b[i]
		for k := range i {
			sum -= a[i*p+k] * x[k]
		}
		x[i] = sum / a[i*p+i]
	}
	for i := p - 1; i >= 0; i-- {
		sum := x[i]
		for k := i + 1; k < p; k++ {
			sum -= a[k*p+i] * x[k]
		}
		x[i] = sum / a[i*p+i]
	}
}
