// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pool

// Trimmed is the share of the weight that Middle leaves out, half of it at either
// end: one model that goes astray does not take the pool with it, and where two
// camps disagree the heavier one is followed, not a value between them that neither
// expects.
const Trimmed = 0.5

// Middle is the weighted mean of the values that are left when half of Trimmed of
// the weight is taken from the lowest and half from the highest. The weights of
// those in order sum to one. Order is sorted by value, in place: that of the last
// call makes the next one, for the step after it, cheap.
func Middle(order []int, values, weights []float64) float64 {
	for i := 1; i < len(order); i++ {
		for j := i; j > 0 && values[order[j]] < values[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	below, sum, total := 0.0, 0.0, 0.0
	for _, m := range order {
		above := below + weights[m]
		if part := min(above, 1-Trimmed/2) - max(below, Trimmed/2); part > 0 {
			sum += part * values[m]
			total += part
		}
		below = above
	}
	return sum / total
}
