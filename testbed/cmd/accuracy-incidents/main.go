// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command accuracy-incidents prints how well the incident connector finds faults that
// were injected into real systems, and their cause, beside simpler ways to group alerts
// on the same data.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/incidents"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

func main() {
	log.SetFlags(0)
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	texts := flag.Bool("events", false, "print the events besides")
	alone := flag.Bool("alone", false, "without the other ways")
	flag.Parse()
	if err := run(context.Background(), *markdown, *texts, *alone); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, markdown, texts, alone bool) error {
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	days, err := filepath.Glob(filepath.Join(dir, "faults", "20*"))
	if err != nil {
		return err
	}
	for _, day := range days {
		s, err := incidents.Load(dir, filepath.Base(day))
		if err != nil {
			return err
		}
		events, err := s.Run(ctx)
		if err != nil {
			return err
		}
		if texts {
			for _, e := range events {
				fmt.Println(e.Name, e.Text)
			}
		}
		table := report.Table{
			Title: fmt.Sprintf("%s: faults found from 2 minutes before to 5 after their stated time, and alarms with none near", s.Name),
			Head:  []string{"", "alarms", "found", "root first", "in the first three", "median delay", "false an hour"},
		}
		row := func(name string, alarms []incidents.Alarm) {
			r := s.Score(alarms)
			table.Row(name, r.Alarms, fmt.Sprintf("%d of %d", r.Found, r.Faults), r.First, r.Three, r.Delay.String(), fmt.Sprintf("%.2f", r.FalseRate()))
		}
		row("incident connector", incidents.Alarms(events))
		if !alone {
			single, err := s.Single(ctx)
			if err != nil {
				return err
			}
			row("an alert a series", single)
			row("grouped by service and time", incidents.GroupedByService(single))
			row("grouped by time", incidents.GroupedByTime(single))
		}
		table.Write(os.Stdout, markdown)
	}
	return nil
}
