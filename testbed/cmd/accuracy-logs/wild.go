// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/peer"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/verbs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/wild"
)

// wildLogs prints what becomes of logs as they are in the field.
func wildLogs(ctx context.Context, dir string, o options) error {
	d, err := wild.Load(dir)
	if errors.Is(err, dataset.ErrMissing) {
		fmt.Println("The tables of wild logs are skipped:", err)
		return nil
	}
	if err != nil {
		return err
	}
	if err := statements(ctx, d, o); err != nil {
		return err
	}
	for _, language := range []string{paraphrase.English, paraphrase.Chinese} {
		if err := wildPairs(ctx, d, language, o); err != nil {
			return err
		}
	}
	if err := inEnvelopes(ctx, d, o); err != nil {
		return err
	}
	return inputs(ctx, d, o)
}

func statements(ctx context.Context, d *wild.Data, o options) error {
	rows, err := wild.ScoreCases(ctx, d, o.seeds, []string{peer.LokiName}, []accuracy.Parser{peer.LokiTemplates})
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Wild: statements of %d kinds of software, %d lines each (mean of %d seeds); two halves of the kinds",
			len(d.Cases), wild.Variants, o.seeds),
		Head: []string{
			"grouped by", "statements", "right", "share, half 0", "half 1", "must be apart", "joined", "one template", "must join", "missed",
		},
	}
	count := func(f float64) string { return fmt.Sprintf("%.1f", f) }
	for _, r := range rows {
		table.Row(r.Name, fmt.Sprintf("%.0f", r.Statements), count(r.Right), r.Half[0].Ratio(), r.Half[1].Ratio(),
			fmt.Sprintf("%.0f", r.Apart), count(r.ApartJoined), count(r.ApartOneTemplate), fmt.Sprintf("%.0f", r.Join), count(r.JoinMissed))
	}
	table.Write(os.Stdout, o.markdown)
	o.list(rows[0].Wrong)

	orders, err := wild.ScoreOrders(ctx, d, o.seeds)
	if err != nil {
		return err
	}
	ids := report.Table{
		Title: "Wild: IDs on the same lines",
		Head:  []string{"share of lines", "log.template.id", "log.cluster.id"},
	}
	ids.Row("whose ID is another one in the second pass", rows[0].TemplateChanged/rows[0].Lines, rows[0].ClusterChanged/rows[0].Lines)
	ids.Row("on whose ID two orders agree", orders.Template, orders.Cluster)
	ids.Write(os.Stdout, o.markdown)
	return nil
}

func wildPairs(ctx context.Context, d *wild.Data, language string, o options) error {
	alone, err := wild.ScorePairs(ctx, d, wild.PairRun{Language: language, Seeds: o.seeds, Related: (*harness.Processor).Related})
	if err != nil {
		return err
	}
	together, err := wild.ScorePairs(ctx, d, wild.PairRun{Language: language, Together: true, Seeds: o.seeds, Related: (*harness.Processor).Related})
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Wild: hard pairs of wordings, %s: joined of %d that mean the same and of %d that do not (mean of %d seeds)",
			languages[language], alone[0].Same, alone[0].Different, o.seeds),
		Head: []string{"envelope", "alone in a service: same", "or related", "not the same", "all in one service: same", "or related", "not the same"},
	}
	count := func(f float64) string { return fmt.Sprintf("%.1f", f) }
	for i, a := range alone {
		table.Row(a.Envelope, count(a.SameJoined), count(a.SameOffered), count(a.DifferentJoined),
			count(together[i].SameJoined), count(together[i].SameOffered), count(together[i].DifferentJoined))
	}
	table.Write(os.Stdout, o.markdown)
	var wrong []string
	for i := range alone {
		for _, p := range append(alone[i].Wrong, together[i].Wrong...) {
			wrong = append(wrong, fmt.Sprintf("%s: joined %q, %q", alone[i].Envelope, p[0], p[1]))
		}
	}
	o.list(wrong)
	return nil
}

func inEnvelopes(ctx context.Context, d *wild.Data, o options) error {
	rows, err := wild.ScoreService(ctx, d, o.seeds)
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Wild: one service of %d statements, no two of which mean the same (mean of %d seeds)", len(d.Service), o.seeds),
		Head:  []string{"envelope", "templates", "clusters", "pairs wrongly joined", "keyword lists with a word of the envelope or a value"},
	}
	count := func(f float64) string { return fmt.Sprintf("%.1f", f) }
	var all paraphrase.Share
	for _, r := range rows {
		table.Row(r.Envelope, count(r.Templates), count(r.Clusters), count(r.WrongJoined), r.Keywords.Ratio())
		all.Count += r.Keywords.Count
		all.Of += r.Keywords.Of
	}
	table.Row("all", "", "", "", all.Ratio())
	table.Write(os.Stdout, o.markdown)
	var words []string
	for _, r := range rows {
		words = append(words, fmt.Sprintf("%s: words of the envelope and of values: %v", r.Envelope, r.Words))
	}
	o.list(words)
	return nil
}

func inputs(ctx context.Context, d *wild.Data, o options) error {
	held, err := wild.ScoreInputs(ctx, d)
	if err != nil {
		return err
	}
	fmt.Printf("Wild: of %d minimal inputs %d hold.\n\n", held.Inputs, held.Hold)
	o.list(held.Failed)
	return nil
}

// fortyVerbs prints what becomes of the verb beside a failure frame.
func fortyVerbs(ctx context.Context, o options) error {
	rows, err := verbs.Score(ctx)
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Verbs: %d of them beside a failure frame, one service a frame", len(verbs.Verbs)),
		Head:  []string{"frame", "templates", "verbs with a template of their own", "with a cluster of their own"},
	}
	for _, r := range rows {
		table.Row(r.Frame, r.Templates, r.OwnTemplate, r.OwnCluster)
	}
	table.Write(os.Stdout, o.markdown)
	return nil
}
