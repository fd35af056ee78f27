// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// What do the constants owe to the catalogues they were looked at with? Choose
// all of them anew on one system by coordinate search and score another. It
// prints figures and asserts nothing but that other systems' constants do not
// ruin a system: the floors are well above what merging nothing scores.
func TestConstantsChosenOnOneSystemServeAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("a search of some seconds")
	}
	shared, other := catalogues(t)
	spark, tidb := only(shared, "spark"), only(shared, "tidb")
	for _, c := range []struct {
		name           string
		choose, scored []labelled
	}{
		{"chosen on Spark, scored on TiDB", spark, tidb},
		{"chosen on TiDB, scored on Spark", tidb, spark},
		{"chosen on others, scored on both", other, shared},
	} {
		s := search(c.choose)
		extract(c.scored)
		scores{0.30, 0.60, 0.45, 0}.check(t, c.name, score(c.scored, batch(c.scored, s)))
		restore()
		extract(c.scored)
		scores{}.check(t, "  the shipped constants", score(c.scored, batch(c.scored, merging)))
	}
}

var shipped = func() []float64 {
	var out []float64
	for _, c := range feature.Constants() {
		out = append(out, *c.Value)
	}
	return out
}()

func restore() {
	for i, c := range feature.Constants() {
		*c.Value = shipped[i]
	}
}

// search moves one constant or the threshold at a time while that improves the
// goal, and leaves the best constants set.
func search(set []labelled) cluster.Options {
	opts := merging
	fields := []*float64{&opts.Threshold}
	for _, c := range feature.Constants() {
		fields = append(fields, c.Value)
	}
	best := goal(set, opts)
	for moved := true; moved; {
		moved = false
		for i, f := range fields {
			was := *f
			keep := was
			for _, factor := range []float64{0.5, 0.7, 0.85, 1.15, 1.4, 2} {
				if i == 0 && (factor < 0.8 || factor > 1.2) {
					continue
				}
				*f = was * factor
				if g := goal(set, opts); g > best+0.002 {
					best, keep, moved = g, *f, true
				}
			}
			*f = keep
		}
	}
	return opts
}

// goal adds ARI, B-cubed F1 and precision as far as it matters, over a small
// plateau of thresholds.
func goal(set []labelled, opts cluster.Options) float64 {
	extract(set)
	sum := 0.0
	for _, d := range []float64{-0.03, 0, 0.03} {
		o := opts
		o.Threshold += d
		s := score(set, batch(set, o))
		sum += s.ARI + s.B3 + min(s.Precision, 0.8)
	}
	return sum / 3
}
