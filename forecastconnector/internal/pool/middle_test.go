// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMiddle(t *testing.T) {
	for name, c := range map[string]struct {
		values, weights []float64
		want            float64
	}{
		"one":                          {[]float64{7}, []float64{1}, 7},
		"alike":                        {[]float64{7, 7, 7}, []float64{0.2, 0.3, 0.5}, 7},
		"one astray":                   {[]float64{1e9, 10, 11}, []float64{0.2, 0.4, 0.4}, (10*0.15 + 11*0.35) / 0.5},
		"the heavier of two camps":     {[]float64{100, 0}, []float64{0.15, 0.85}, 0},
		"between camps of like weight": {[]float64{100, 0}, []float64{0.5, 0.5}, 50},
		"no weight, no say":            {[]float64{1, 2, 3}, []float64{0, 1, 0}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			order := make([]int, len(c.values))
			for i := range order {
				order[i] = i
			}
			require.InDelta(t, c.want, Middle(order, c.values, c.weights), 1e-9)
			require.InDelta(t, c.want, Middle(order, c.values, c.weights), 1e-9, "the order of the last call")
		})
	}
}
