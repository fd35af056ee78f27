// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// What each part is worth: leave it out and score again, each at the threshold
// that then serves it best, so that a part is not credited with a shift of the
// scale. The lexicon and the pairs must earn their keep.
func TestWhatEachPartIsWorth(t *testing.T) {
	shared, other := catalogues(t)
	full := bestOver(t, "all parts", shared, other)
	without := map[string]scores{}
	for _, part := range []struct {
		name string
		set  map[string]float64
	}{
		{"pairs", map[string]float64{"Pair": 0.001}},
		{"less weight for advice", map[string]float64{"Advice": 1}},
		{"less weight for other words", map[string]float64{"Word": 1, "Common": 1, "Plain": 1}},
		{"more weight for early words", map[string]float64{"PosDecay": 0}},
		{"softened rarity", map[string]float64{"IDFPower": 1}},
		{"rarity", map[string]float64{"IDFPower": 0}},
	} {
		for _, c := range feature.Constants() {
			if v, ok := part.set[c.Name]; ok {
				*c.Value = v
			}
		}
		without[part.name] = bestOver(t, "without "+part.name, shared, other)
		restore()
	}
	feature.WithoutLexicon(func() { without["lexicon"] = bestOver(t, "without the lexicon", shared, other) })
	require.Greater(t, full.ARI, without["lexicon"].ARI+0.15)
	require.Greater(t, full.ARI, without["pairs"].ARI)
}

// bestOver prints the scores of both catalogues at the threshold with the best
// sum of ARI, B-cubed F1 and precision up to 0.8 on the first, and returns that one.
func bestOver(t *testing.T, name string, shared, other []labelled) scores {
	extract(shared)
	extract(other)
	best, at, top := scores{}, 0.0, -1.0
	for th := 0.3; th < 0.85; th += 0.02 {
		opts := merging
		opts.Threshold = th
		s := score(shared, batch(shared, opts))
		if v := s.ARI + s.B3 + min(s.Precision, 0.8); v > top {
			best, at, top = s, th, v
		}
	}
	opts := merging
	opts.Threshold = at
	o := score(other, batch(other, opts))
	t.Logf("%-36s at %.2f: ARI %.3f B3 %.3f P %.3f   others: ARI %.3f B3 %.3f P %.3f", name, at,
		best.ARI, best.B3, best.Precision, o.ARI, o.B3, o.Precision)
	return best
}
