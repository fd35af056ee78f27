// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package accuracy

import (
	"context"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/score"
)

// Parser names the group of each record, and the template that the group has in
// the end.
type Parser func([]harness.Record) (groups, templates []string)

// Text is how well the templates of one log read, of ours and of each peer.
type Text struct {
	Name string
	// PA is parsing accuracy, FTA the F1 of template accuracy.
	PA, FTA []float64
}

// Read streams one labelled log and compares the templates themselves, aliases
// resolved.
func Read(ctx context.Context, lines dataset.Lines, peers ...Parser) (Text, error) {
	rs := records(lines, lines.Name)
	_, final, err := stream(ctx, rs)
	if err != nil {
		return Text{}, err
	}
	out := Text{Name: lines.Name}
	add := func(groups, templates []string) {
		pa, fta := score.Templates(lines.Truth, lines.Truth, groups, templates)
		out.PA, out.FTA = append(out.PA, pa), append(out.FTA, fta)
	}
	templates := make([]string, len(final))
	for i, a := range final {
		templates[i] = a.Template
	}
	add(project(rs, final, templateID), templates)
	for _, peer := range peers {
		add(peer(rs))
	}
	return out, nil
}

// MeanText averages the rows of the sets, each set weighing the same.
func MeanText(rows []Text) Text {
	mean := Text{Name: "mean", PA: make([]float64, len(rows[0].PA)), FTA: make([]float64, len(rows[0].PA))}
	for _, r := range rows {
		for i := range r.PA {
			mean.PA[i] += r.PA[i] / float64(len(rows))
			mean.FTA[i] += r.FTA[i] / float64(len(rows))
		}
	}
	return mean
}
