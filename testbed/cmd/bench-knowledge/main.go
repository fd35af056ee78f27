// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench-knowledge prints what the knowledge base costs: the flow that it
// stands beside, the start, memory, matches and searches.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

func main() {
	log.SetFlags(0)
	dsn := flag.String("dsn", "", "measure this PostgreSQL database, too; it should be empty")
	trials := flag.Int("trials", 7, "trials of each flow")
	length := flag.Duration("length", 3*time.Second, "length of a trial")
	templates := flag.Int("templates", 100_000, "templates in the knowledge base at the start")
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	flag.Parse()

	if err := run(*dsn, *trials, *length, *templates, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(dsn string, trials int, length time.Duration, templates int, markdown bool) error {
	ctx := context.Background()
	data, err := dataset.Dir()
	if err != nil {
		return err
	}
	sets, err := dataset.Loghub(data)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-knowledge")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	measures := []func() (*report.Table, error){
		func() (*report.Table, error) { return measureFlow(ctx, sets, dir, dsn, trials, length) },
		func() (*report.Table, error) { return measureStart(ctx, dir, "", templates) },
	}
	if dsn != "" {
		measures = append(measures, func() (*report.Table, error) { return measureStart(ctx, dir, dsn, templates) })
	}
	for _, measure := range measures {
		table, err := measure()
		if err != nil {
			return err
		}
		table.Write(os.Stdout, markdown)
	}
	return nil
}
