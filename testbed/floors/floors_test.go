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
		least("ARI", 0.80, 0.821),
		least("pairwise precision", 0.75, 0.773),
		least("pairs joined", 0.84, 0.866),
		most("opposites joined", 0.01, 0.006),
		most("action joined", 0.005, 0),
		most("object joined", 0.04, 0.025),
		most("no set, not alone", 0.02, 0.014),
		least("ARI, half 0", 0.82, 0.856),
		least("ARI, half 1", 0.78, 0.816),
		least("pairs joined, half 0", 0.82, 0.863),
		least("pairs joined, half 1", 0.80, 0.840),
		most("precision lost from 120 messages to all, same pairs", 0.03, 0),
	},
	"Chinese": {
		least("ARI", 0.83, 0.866),
		least("pairwise precision", 0.90, 0.940),
		least("pairs joined", 0.73, 0.765),
		most("opposites joined", 0.007, 0.003),
		most("action joined", 0.003, 0),
		most("object joined", 0.015, 0.007),
		most("no set, not alone", 0.02, 0.011),
		least("ARI, half 0", 0.82, 0.863),
		least("ARI, half 1", 0.80, 0.853),
		least("pairs joined, half 0", 0.70, 0.744),
		least("pairs joined, half 1", 0.70, 0.749),
		most("precision lost from 120 messages to all, same pairs", 0.03, 0),
	},
	"made-up opposites": {
		most("kept", 0.013, 0.009),
		most("kept, half 0", 0.022, 0.016),
		most("kept, half 1", 0.010, 0.005),
	},
	"wild statements": {
		least("right", 198, 202),
		least("right, half 0", 0.94, 0.966),
		least("right, half 1", 0.97, 1),
		most("apart, joined", 1, 1),
		most("apart, one template", 0, 0),
		most("must join, missed", 2, 2),
		most("lines whose template changed", 0.06, 0.048),
		most("lines whose cluster changed", 0.02, 0.010),
		least("two orders, same template", 0.98, 0.995),
		least("two orders, same cluster", 0.99, 1),
	},
	"wild pairs": {
		least("English, same, worst envelope", 8, 9),
		most("English, not the same, worst envelope", 0, 0),
		least("English, same or related, worst envelope", 27, 28),
		least("Chinese, same or related, worst envelope", 12, 13),
		least("Chinese, same, worst envelope", 5, 6),
		most("Chinese, not the same, worst envelope", 0, 0),
	},
	"wild service": {
		most("pairs joined, worst envelope", 0, 0),
		most("pairs joined, difference between envelopes", 0, 0),
		most("keywords of the envelope or values", 0.01, 0),
	},
	"wild inputs": {
		least("hold", 61, 62),
	},
	"verbs": {
		least("own template, worst frame", 40, 40),
		least("own cluster, worst frame", 38, 38),
	},
	"templates": {
		least("PA", 0.85, 0.860),
		least("FTA", 0.83, 0.841),
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
