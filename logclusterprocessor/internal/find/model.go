// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import "math"

// The coefficients are what TestFit prints, fitted to half of the programs of the
// paraphrase data, the error catalogues and the wild pairs, but for otherCode, of which
// that has no example: an exit code of 0 is not one of 137.
var (
	// pair is for a question and a candidate, whatever else there is.
	pair = Features{
		bias: -6.34, common: 1.76, covered: -0.27, asked: -0.02, equal: 7.42, looseCosine: 2.58, swapped: -1.82,
		sharedSense: 0.57, otherSense: 1.08, otherTone: -0.34, negation: -2.99, outcome: 1.53, amount: 1.49,
		opposed: -2.56, otherCode: -1.5, told: 2.58,
	}
	// top is for the nearest candidate, whose rival counts.
	top = Features{
		bias: -4.72, common: 2.14, covered: -1.23, asked: 0.58, equal: 6.56, looseCosine: 2.67, swapped: -2.03,
		sharedSense: 0.60, otherSense: 1.04, otherTone: -0.42, negation: -2.59, outcome: 1.36, amount: 0.89,
		opposed: -3.09, otherCode: -1.5, told: 2.35, rivalry: -3.51,
	}
)

// most is the confidence that other words earn at most.
const most = 0.95

func (f *Features) probability() float64 { return logistic(f, &pair) }

func (f *Features) answer() float64 { return logistic(f, &top) }

func logistic(f, by *Features) float64 {
	var sum float64
	for i, v := range f {
		sum += v * by[i]
	}
	return 1 / (1 + math.Exp(-sum))
}
