// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package floors

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/verbs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/wild"
)

// seed is that of every run.
const seed = 1

// runs measure the figures; each is made once and gives all figures of it.
var runs = map[string]func(t *testing.T, dir string) map[string]float64{
	"English":           func(t *testing.T, dir string) map[string]float64 { return language(t, dir, paraphrase.English) },
	"Chinese":           func(t *testing.T, dir string) map[string]float64 { return language(t, dir, paraphrase.Chinese) },
	"made-up opposites": madeUpOpposites,
	"wild statements":   wildStatements,
	"wild pairs":        wildPairs,
	"wild service":      wildService,
	"wild inputs":       wildInputs,
	"verbs":             fortyVerbs,
	"templates":         templates,
}

func data(t *testing.T) string {
	t.Helper()
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	return dir
}

// loaded is what a function returns; the test is skipped, and says so, where it
// needs data that has no public home.
func loaded[T any](t *testing.T, load func() (T, error)) T {
	t.Helper()
	value, err := load()
	if errors.Is(err, dataset.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return value
}

func language(t *testing.T, dir, name string) map[string]float64 {
	d := loaded(t, func() (*paraphrase.Data, error) { return paraphrase.Load(dir, name) })
	labels := loaded(t, func() (paraphrase.Labels, error) { return paraphrase.Stream(t.Context(), d.Texts(), seed) })
	f := paraphrase.NewFigures(name)
	f.Add(d, labels.Clusters, 1, nil)
	got := map[string]float64{
		"ARI":                f.Sets.ARI,
		"pairwise precision": f.Sets.Pairwise.Precision,
		"pairs joined":       f.Positive[paraphrase.All].Ratio(),
		"opposites joined":   f.OppositesJoined().Ratio(),
		"action joined":      f.Negative["action"].Ratio(),
		"object joined":      f.Negative["object"].Ratio(),
		"no set, not alone":  f.NotAlone.Ratio(),
	}
	for half := range 2 {
		h := paraphrase.NewFigures(name)
		h.Add(d, labels.Clusters, 1, func(project string) bool { return paraphrase.Half(project) == half })
		got[fmt.Sprintf("ARI, half %d", half)] = h.Sets.ARI
		got[fmt.Sprintf("pairs joined, half %d", half)] = h.Positive[paraphrase.All].Ratio()
	}
	clusters := func(ctx context.Context, texts []string, seed uint64) ([]string, error) {
		l, err := paraphrase.Stream(ctx, texts, seed)
		return l.Clusters, err
	}
	rows := loaded(t, func() ([]paraphrase.Grown, error) {
		return paraphrase.Grow(t.Context(), d, clusters, labels.Clusters, seed, nil, 1)
	})
	got["precision lost from 120 messages to all, same pairs"] = rows[0].Same.Pairwise.Precision - rows[len(rows)-1].Same.Pairwise.Precision
	return got
}

func madeUpOpposites(t *testing.T, dir string) map[string]float64 {
	d := loaded(t, func() (*paraphrase.Data, error) { return paraphrase.Load(dir, paraphrase.English) })
	pairs := loaded(t, func() ([][2]string, error) { return paraphrase.Opposites(dir) })
	x := loaded(t, func() (paraphrase.Opposed, error) {
		return paraphrase.Oppose(t.Context(), d.Messages, paraphrase.Variants(d.Messages, pairs), seed)
	})
	return map[string]float64{
		"kept": x.Kept[paraphrase.All].Ratio(), "kept, half 0": x.Half[0].Ratio(), "kept, half 1": x.Half[1].Ratio(),
	}
}

func logs(t *testing.T, dir string) *wild.Data {
	return loaded(t, func() (*wild.Data, error) { return wild.Load(dir) })
}

func wildStatements(t *testing.T, dir string) map[string]float64 {
	d := logs(t, dir)
	c := loaded(t, func() ([]wild.Cases, error) { return wild.ScoreCases(t.Context(), d, 1, nil, nil) })[0]
	o := loaded(t, func() (wild.Orders, error) { return wild.ScoreOrders(t.Context(), d, 1) })
	return map[string]float64{
		"right":                        c.Right,
		"right, half 0":                c.Half[0].Ratio(),
		"right, half 1":                c.Half[1].Ratio(),
		"apart, joined":                c.ApartJoined,
		"apart, one template":          c.ApartOneTemplate,
		"must join, missed":            c.JoinMissed,
		"lines whose template changed": c.TemplateChanged / c.Lines,
		"lines whose cluster changed":  c.ClusterChanged / c.Lines,
		"two orders, same template":    o.Template,
		"two orders, same cluster":     o.Cluster,
	}
}

func wildPairs(t *testing.T, dir string) map[string]float64 {
	d := logs(t, dir)
	got := map[string]float64{}
	for name, code := range map[string]string{"English": paraphrase.English, "Chinese": paraphrase.Chinese} {
		same, offered, different := math.Inf(1), math.Inf(1), 0.0
		for _, together := range []bool{false, true} {
			run := wild.PairRun{Language: code, Together: together, Seeds: 1, Related: (*harness.Processor).Related}
			for _, r := range loaded(t, func() ([]wild.Pairs, error) { return wild.ScorePairs(t.Context(), d, run) }) {
				same, offered, different = min(same, r.SameJoined), min(offered, r.SameOffered), max(different, r.DifferentJoined)
			}
		}
		got[name+", same, worst envelope"] = same
		got[name+", same or related, worst envelope"] = offered
		got[name+", not the same, worst envelope"] = different
	}
	return got
}

func wildService(t *testing.T, dir string) map[string]float64 {
	rows := loaded(t, func() ([]wild.InEnvelope, error) { return wild.ScoreService(t.Context(), logs(t, dir), 1) })
	worst, best := 0.0, math.Inf(1)
	var keywords paraphrase.Share
	for _, r := range rows {
		worst, best = max(worst, r.WrongJoined), min(best, r.WrongJoined)
		keywords.Count += r.Keywords.Count
		keywords.Of += r.Keywords.Of
	}
	return map[string]float64{
		"pairs joined, worst envelope":               worst,
		"pairs joined, difference between envelopes": worst - best,
		"keywords of the envelope or values":         keywords.Ratio(),
	}
}

func wildInputs(t *testing.T, dir string) map[string]float64 {
	held := loaded(t, func() (wild.Held, error) { return wild.ScoreInputs(t.Context(), logs(t, dir)) })
	for _, f := range held.Failed {
		t.Log(f)
	}
	return map[string]float64{"hold": float64(held.Hold)}
}

func fortyVerbs(t *testing.T, _ string) map[string]float64 {
	template, cluster := math.Inf(1), math.Inf(1)
	for _, r := range loaded(t, func() ([]verbs.InFrame, error) { return verbs.Score(t.Context()) }) {
		template, cluster = min(template, float64(r.OwnTemplate)), min(cluster, float64(r.OwnCluster))
	}
	return map[string]float64{"own template, worst frame": template, "own cluster, worst frame": cluster}
}

func templates(t *testing.T, dir string) map[string]float64 {
	var rows []accuracy.Text
	for _, set := range loaded(t, func() ([]dataset.Lines, error) { return dataset.Loghub(dir) }) {
		rows = append(rows, loaded(t, func() (accuracy.Text, error) { return accuracy.Read(t.Context(), set) }))
	}
	mean := accuracy.MeanText(rows)
	return map[string]float64{"PA": mean.PA[0], "FTA": mean.FTA[0]}
}
