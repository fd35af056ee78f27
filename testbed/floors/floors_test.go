// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package floors

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// bound is what a figure must reach, or must not exceed, and what it was when the
// bound was last set.
type bound struct {
	figure       string
	floor, today float64
	ceiling      bool // not to exceed
}

func least(figure string, floor, today float64) bound { return bound{figure, floor, today, false} }

func most(figure string, floor, today float64) bound { return bound{figure, floor, today, true} }

// bounds are by the run that a figure is from, one seed each. After a change that
// moves figures, run `go test -v ./floors` and take over what it prints, with what
// the draw of another seed may cost.
var bounds = map[string][]bound{
	"English": {
		least("ARI", 0.05, 0.067),
		least("pairwise precision", 0.03, 0.036),
		least("pairs joined", 0.81, 0.836),
		most("opposites joined", 0.58, 0.555),
		most("action joined", 0.21, 0.182),
		most("object joined", 0.62, 0.594),
		most("no set, not alone", 0.73, 0.698),
		least("ARI, half 0", 0.08, 0.111),
		least("ARI, half 1", 0.05, 0.068),
		least("pairs joined, half 0", 0.80, 0.825),
		least("pairs joined, half 1", 0.80, 0.848),
		most("precision lost from 120 messages to all, same pairs", 0.40, 0.257),
	},
	"Chinese": {
		least("ARI", 0.02, 0.025),
		least("pairwise precision", 0.01, 0.015),
		least("pairs joined", 0.36, 0.400),
		most("opposites joined", 0.70, 0.668),
		most("action joined", 0.28, 0.248),
		most("object joined", 0.46, 0.421),
		most("no set, not alone", 0.30, 0.268),
		least("ARI, half 0", 0.04, 0.057),
		least("ARI, half 1", 0.015, 0.022),
		least("pairs joined, half 0", 0.46, 0.504),
		least("pairs joined, half 1", 0.35, 0.388),
		most("precision lost from 120 messages to all, same pairs", 0.80, 0.650),
	},
	"made-up opposites": {
		most("kept", 0.52, 0.497),
		most("kept, half 0", 0.55, 0.521),
		most("kept, half 1", 0.51, 0.485),
	},
	"wild statements": {
		least("right", 162, 167),
		least("right, half 0", 0.75, 0.798),
		least("right, half 1", 0.78, 0.828),
		most("apart, joined", 25, 23),
		most("apart, one template", 5, 4),
		most("must join, missed", 2, 2),
		most("lines whose template changed", 0.03, 0.022),
		most("lines whose cluster changed", 0.12, 0.090),
		least("two orders, same template", 0.74, 0.775),
		least("two orders, same cluster", 0.58, 0.631),
	},
	"wild pairs": {
		least("English, same, worst envelope", 10, 12),
		most("English, not the same, worst envelope", 29, 28),
		least("Chinese, same, worst envelope", 1, 1),
		most("Chinese, not the same, worst envelope", 15, 15),
	},
	"wild service": {
		most("pairs joined, worst envelope", 215, 192),
		most("pairs joined, difference between envelopes", 212, 189),
		most("keywords of the envelope or values", 0.36, 0.329),
	},
	"wild inputs": {
		least("hold", 5, 5),
	},
	"verbs": {
		least("own template, worst frame", 0, 0),
		least("own cluster, worst frame", 0, 0),
	},
	"templates": {
		least("PA", 0.86, 0.873),
		least("FTA", 0.83, 0.842),
	},
}

// TestFloors measures each run once and checks every figure of it.
func TestFloors(t *testing.T) {
	t.Parallel()
	dir := data(t)
	require.ElementsMatch(t, slices.Collect(maps.Keys(runs)), slices.Collect(maps.Keys(bounds)), "a run has its bounds")
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, dir)
			var figures []string
			for _, b := range bounds[name] {
				figures = append(figures, b.figure)
				value, measured := got[b.figure]
				t.Logf("%-55s %8.3f (bound %.3f, was %.3f)", b.figure, value, b.floor, b.today)
				switch {
				case !measured:
					t.Errorf("%s: nobody measures it", b.figure)
				case b.ceiling && value > b.floor:
					t.Errorf("%s: %.3f is more than %.3f", b.figure, value, b.floor)
				case !b.ceiling && value < b.floor:
					t.Errorf("%s: %.3f is less than %.3f", b.figure, value, b.floor)
				}
			}
			require.ElementsMatch(t, slices.Collect(maps.Keys(got)), figures, "a figure has its bound")
		})
	}
}
