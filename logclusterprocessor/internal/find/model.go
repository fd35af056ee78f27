// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import "math"

// The coefficients are what TestFit prints, fitted to half of the programs of the
// paraphrase data, the error catalogues and the wild pairs, half of the questions with
// words around them and one in four about nothing that is known; but for otherCode, of which
// that has no example: an exit code of 0 is not one of 137.
var (
	// pair is for a question and a candidate, whatever else there is.
	pair = Features{
		bias: -3.88, common: 4.21, covered: -1.26, asked: -3.24, equal: 5.94, looseCosine: 2.63, swapped: -4.02,
		sharedSense: 0.35, otherSense: 0.64, otherTone: -0.48, negation: -2.14, outcome: 1.13, amount: 1.90,
		opposed: -1.64, otherCode: -3, told: 2.48,
	}
	// top is for the nearest candidate, whose rival counts.
	top = Features{
		bias: -2.19, common: 4.07, covered: -1.45, asked: -1.78, equal: 4.66, looseCosine: 2.41, swapped: -3.76,
		sharedSense: 0.28, otherSense: 0.72, otherTone: -0.55, negation: -2.57, outcome: 0.79, amount: 1.21,
		opposed: -1.71, otherCode: -3, told: 2.11, rivalry: -3.84,
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
