// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command flood-logs sends millions of lines that are all different through the
// log_cluster processor and checks that memory stays flat, that templates which
// come again keep their IDs, and that what was evicted shows in the telemetry.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
)

func main() {
	log.SetFlags(0)
	lines := flag.Int("lines", 10_000_000, "lines to send")
	profile := flag.String("memprofile", "", "write a heap profile to this file at the last sample")
	flag.Parse()

	fmt.Printf("%d lines, one in a hundred of 100 templates that come again, every other unique; budget %d MiB live\n\n",
		*lines, load.HeapBudget>>20)
	fmt.Println("      lines  live MiB  estimate MiB  RSS MiB")
	out, err := load.Flood(context.Background(), *lines, func(s load.Sample) {
		fmt.Printf("%11d  %8.1f  %12.1f  %7.1f\n", s.Lines, mib(s.Heap), mib(s.Estimate), mib(s.RSS))
		if *profile != "" && s.Lines >= *lines {
			if err := writeHeap(*profile); err != nil {
				log.Print(err)
			}
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("\n%s, %.0f lines/s\n", out.Elapsed.Round(time.Second), float64(*lines)/out.Elapsed.Seconds())
	for _, kind := range slices.Sorted(maps.Keys(out.Evicted)) {
		fmt.Printf("evicted %s: %d\n", kind, out.Evicted[kind])
	}
	fmt.Printf("good templates whose ID changed: %d\nrecords without an ID: %d\n", out.Changed, out.Unanswered)
	if err := out.Check(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ok")
}

func writeHeap(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return pprof.Lookup("heap").WriteTo(f, 0)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
