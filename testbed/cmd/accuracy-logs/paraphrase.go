// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/tfidf"
)

var peerTFIDF = fmt.Sprintf("TF-IDF, average linkage at %.1f", tfidf.Threshold)

var languages = map[string]string{paraphrase.English: "English", paraphrase.Chinese: "Chinese"}

// paraphrases prints what is joined of the messages of programs.
func paraphrases(ctx context.Context, dir string, o options) error {
	for _, language := range []string{paraphrase.English, paraphrase.Chinese} {
		d, err := paraphrase.Load(dir, language)
		if errors.Is(err, dataset.ErrMissing) {
			fmt.Println("The tables of paraphrases are skipped:", err)
			return nil
		}
		if err != nil {
			return err
		}
		if err := paraphrasesOf(ctx, d, language, o); err != nil {
			return err
		}
		if language == paraphrase.English {
			if err := opposites(ctx, dir, d, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupings are the runs of one language: labels by seed, one run of a peer that
// has no order.
type groupings struct {
	names  []string
	labels [][][]string // by name, then by run
}

func paraphrasesOf(ctx context.Context, d *paraphrase.Data, language string, o options) error {
	g := groupings{[]string{"log.cluster.id", "log.template.id", peerTFIDF}, make([][][]string, 3)}
	var ours, peers []paraphrase.Grown
	g.labels[2] = [][]string{tfidf.Cluster(d.Texts(), tfidf.Threshold)}
	for seed := range o.seeds {
		l, err := paraphrase.Stream(ctx, d.Texts(), uint64(seed)+1)
		if err != nil {
			return err
		}
		g.labels[0], g.labels[1] = append(g.labels[0], l.Clusters), append(g.labels[1], l.Templates)
		weight := 1 / float64(o.seeds)
		if ours, err = paraphrase.Grow(ctx, d, clustersOf, l.Clusters, uint64(seed)+1, ours, weight); err != nil {
			return err
		}
		if peers, err = paraphrase.Grow(ctx, d, tfidfOf, g.labels[2][0], uint64(seed)+1, peers, weight); err != nil {
			return err
		}
	}
	title := fmt.Sprintf("%s: %d messages of real programs (mean of %d seeds)", languages[language], len(d.Messages), o.seeds)
	g.meaning(d, title, o.markdown)
	g.negatives(d, title, o.markdown)
	g.halves(d, title, o.markdown)
	growth(ours, peers, title, o.markdown)
	return nil
}

func clustersOf(ctx context.Context, texts []string, seed uint64) ([]string, error) {
	l, err := paraphrase.Stream(ctx, texts, seed)
	return l.Clusters, err
}

func tfidfOf(_ context.Context, texts []string, _ uint64) ([]string, error) {
	return tfidf.Cluster(texts, tfidf.Threshold), nil
}

// figures are the means over the runs of one grouping.
func (g groupings) figures(d *paraphrase.Data, i int, kept func(string) bool) *paraphrase.Figures {
	f := paraphrase.NewFigures(g.names[i])
	for _, labels := range g.labels[i] {
		f.Add(d, labels, 1/float64(len(g.labels[i])), kept)
	}
	return f
}

func (g groupings) meaning(d *paraphrase.Data, title string, markdown bool) {
	table := report.Table{
		Title: "Paraphrases, " + title + ": members of sets that mean the same; then with the messages of no set",
		Head: []string{
			"grouped by", "clusters", "ARI", "pairwise P", "R", "B-cubed P", "R", "F1", "pairs joined", "no set, not alone",
			"all: ARI", "pairwise P",
		},
	}
	for i := range g.names {
		f := g.figures(d, i, nil)
		table.Row(f.Name, fmt.Sprintf("%.0f", f.Sets.Clusters), f.Sets.ARI, f.Sets.Pairwise.Precision, f.Sets.Pairwise.Recall,
			f.Sets.BCubed.Precision, f.Sets.BCubed.Recall, f.Sets.BCubed.F1, f.Positive[paraphrase.All].Ratio(), f.NotAlone.Ratio(),
			f.Stream.ARI, f.Stream.Pairwise.Precision)
	}
	table.Write(os.Stdout, markdown)
}

func (g groupings) negatives(d *paraphrase.Data, title string, markdown bool) {
	kinds := map[string]bool{}
	for _, p := range d.Negative {
		kinds[p.Kind] = true
	}
	sorted := append(slices.Sorted(maps.Keys(kinds)), paraphrase.All)
	table := report.Table{
		Title: "Look-alikes that are joined, by what differs, " + title,
		Head:  append([]string{"grouped by"}, sorted...),
	}
	pairs := []any{"(pairs)"}
	for i := range g.names {
		f := g.figures(d, i, nil)
		row := append(make([]any, 0, 1+len(sorted)), f.Name)
		for _, kind := range sorted {
			row = append(row, f.Negative[kind].Ratio())
			if i == 0 {
				pairs = append(pairs, fmt.Sprintf("%.0f", f.Negative[kind].Of))
			}
		}
		table.Row(row...)
	}
	table.Row(pairs...)
	table.Write(os.Stdout, markdown)
}

func (g groupings) halves(d *paraphrase.Data, title string, markdown bool) {
	table := report.Table{
		Title: "Halves of the programs, split by a hash of their names, " + title,
		Head: []string{
			"grouped by", "half", "programs", "messages", "ARI", "pairwise P", "pairs joined", "opposites joined", "action", "object",
			"no set, not alone",
		},
	}
	for i := range g.names {
		for half := range 2 {
			kept := func(project string) bool { return paraphrase.Half(project) == half }
			f := g.figures(d, i, kept)
			programs, messages := map[string]bool{}, 0
			for _, m := range d.Messages {
				if kept(m.Project) {
					programs[m.Project] = true
					messages++
				}
			}
			table.Row(f.Name, half, len(programs), messages, f.Sets.ARI, f.Sets.Pairwise.Precision, f.Positive[paraphrase.All].Ratio(),
				f.OppositesJoined().Ratio(), f.Negative["action"].Ratio(), f.Negative["object"].Ratio(), f.NotAlone.Ratio())
		}
	}
	table.Write(os.Stdout, markdown)
}

func growth(ours, peers []paraphrase.Grown, title string, markdown bool) {
	table := report.Table{
		Title: fmt.Sprintf("Does size matter? Draws of whole sets, each in the next; the same %d messages in each, and all that were drawn, %s",
			paraphrase.Sizes[0], title),
		Head: []string{"messages", "same: pairwise P", "ARI", "all: pairwise P", "ARI", "TF-IDF, same: pairwise P", "ARI"},
	}
	for i, r := range ours {
		table.Row(fmt.Sprint(r.Messages), r.Same.Pairwise.Precision, r.Same.ARI, r.Own.Pairwise.Precision, r.Own.ARI,
			peers[i].Same.Pairwise.Precision, peers[i].Same.ARI)
	}
	table.Write(os.Stdout, markdown)
}

func opposites(ctx context.Context, dir string, d *paraphrase.Data, o options) error {
	pairs, err := paraphrase.Opposites(dir)
	if errors.Is(err, dataset.ErrMissing) {
		fmt.Println("The table of made-up opposites is skipped:", err)
		return nil
	}
	if err != nil {
		return err
	}
	x, err := paraphrase.Oppose(ctx, d.Messages, paraphrase.Variants(d.Messages, pairs), 1)
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Made-up opposites that keep their message's log.cluster.id (%d messages, %d pairs of opposites)", len(d.Messages), len(pairs)),
		Head:  []string{"made by", "variants", "kept", "share"},
	}
	row := func(name string, s paraphrase.Share) {
		table.Row(name, fmt.Sprintf("%.0f", s.Of), fmt.Sprintf("%.0f", s.Count), s.Ratio())
	}
	for _, kind := range slices.Sorted(maps.Keys(x.Kept)) {
		row(kind, x.Kept[kind])
	}
	for half, s := range x.Half {
		row(fmt.Sprintf("%s, half %d of the programs", paraphrase.All, half), s)
	}
	table.Write(os.Stdout, o.markdown)
	if o.detail {
		for _, v := range x.Same {
			fmt.Printf("  %s: %s = %s\n", v.Change, d.Messages[v.Of].Text, v.Text)
		}
	}
	return nil
}
