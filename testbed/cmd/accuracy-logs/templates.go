// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/peer"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// templates prints how well the templates themselves read.
func templates(ctx context.Context, sets []dataset.Lines, o options) error {
	table := report.Table{
		Title: "Parsing: templates against the true ones, placeholders normalised: parsing accuracy (PA) and F1 of template accuracy (FTA)",
		Head:  []string{"set", "PA", "FTA", peer.LokiName + " PA", "FTA"},
	}
	add := func(x accuracy.Text) { table.Row(x.Name, x.PA[0], x.FTA[0], x.PA[1], x.FTA[1]) }
	var rows []accuracy.Text
	for _, set := range sets {
		x, err := accuracy.Read(ctx, set, peer.LokiTemplates)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		rows = append(rows, x)
		add(x)
	}
	add(accuracy.MeanText(rows))
	table.Write(os.Stdout, o.markdown)
	return nil
}
