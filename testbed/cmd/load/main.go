// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command load sends logs and metrics to the distribution at stated rates, with and
// without our components in its pipelines, and prints what it takes and how long it
// keeps a request.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/collector"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/traffic"
)

func main() {
	log.SetFlags(0)
	rates := flag.String("rates", "10000,50000,100000,0", "records and as many points a second, separated by commas; 0 is as many as are taken")
	span := flag.Duration("for", 10*time.Second, "how long to measure each rate")
	markdown := flag.Bool("markdown", false, "print the table as Markdown")
	flag.Parse()
	if err := run(*rates, *span, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(rates string, span time.Duration, markdown bool) error {
	sets, err := dataset.FindLoghub()
	if err != nil {
		return err
	}
	backend, err := collector.NewBackend()
	if err != nil {
		return err
	}
	table := report.Table{
		Title: fmt.Sprintf("Records and points a second through the distribution on %d cores, requests of %d, %s each; the sender and the backend are on the same cores",
			runtime.NumCPU(), traffic.BatchSize, span),
		Head: []string{"asked for", "pipelines", "records/s", "points/s", "cores", "MiB", "refused", "p50 ms", "p99 ms", "p99.9 ms"},
	}
	for _, text := range strings.Split(rates, ",") {
		rate, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("-rates: %w", err)
		}
		for _, ours := range []bool{false, true} {
			r, err := measure(context.Background(), traffic.NewFeeds(sets), backend.Address, rate, span, ours)
			if err != nil {
				return err
			}
			asked := strconv.Itoa(rate)
			if rate == 0 {
				asked = "the most"
			}
			table.Row(asked, map[bool]string{false: "without ours", true: "all four of ours"}[ours],
				whole(r.records), whole(r.points), fmt.Sprintf("%.2f", r.cores), whole(r.mib), r.refused,
				milli(r.took(0.5)), milli(r.took(0.99)), milli(r.took(0.999)))
		}
	}
	table.Write(os.Stdout, markdown)
	return nil
}

func whole(f float64) string       { return fmt.Sprintf("%.0f", f) }
func milli(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }
