// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command life-forecast prints which checks hold on the everyday series, by half.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastlife"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "", "folder of checks.json and series (default that of the benchmark data)")
	only := flag.String("only", "", "comma-separated parts of names of families")
	half := flag.Int("half", -1, "families of this half only, 0 or 1")
	everything := flag.Bool("all", false, "print all checks")
	flag.Parse()
	if *dir == "" {
		data, err := dataset.Dir()
		if err != nil {
			log.Fatal(err)
		}
		*dir = filepath.Join(data, "life", "forecast")
	}
	all, err := forecastlife.Load(*dir)
	if err != nil {
		log.Fatal(err)
	}
	var chosen []forecastlife.Series
	for _, s := range all {
		if *half >= 0 && s.Half() != *half {
			continue
		}
		for part := range strings.SplitSeq(*only, ",") {
			if strings.Contains(s.Family, part) {
				chosen = append(chosen, s)
				break
			}
		}
	}
	start := time.Now()
	results, err := forecastlife.Run(context.Background(), chosen)
	if err != nil {
		log.Fatal(err)
	}
	forecastlife.Print(chosen, results, *everything)
	fmt.Println(time.Since(start).Round(time.Second))
}
