// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command plot-anomaly draws, for every kind of anomaly, a labelled series with
// what the anomaly processor expected of it and what it flagged.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/plot"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "docs/images", "folder of the pictures")
	flag.Parse()
	if err := run(context.Background(), *out); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out string) error {
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	series, err := dataset.Kinds(dir)
	if err != nil {
		return err
	}
	all, err := anomaly.Process(ctx, series)
	if err != nil {
		return err
	}
	for _, kind := range anomaly.KindOrder {
		v, event, ok := first(all, kind)
		if !ok {
			return fmt.Errorf("no event of kind %s is found and named in the data", kind)
		}
		file := filepath.Join(out, "anomaly-"+kind+".svg")
		if err := draw(file, kind, v, event); err != nil {
			return err
		}
		fmt.Println(file)
	}
	return nil
}

// first returns the first event of a kind that was
// named rightly at most of its flagged rows, in a series of real data before made ones.
func first(all []anomaly.Verdicts, kind string) (*anomaly.Verdicts, dataset.Event, bool) {
	for _, measured := range []bool{true, false} {
		for i := range all {
			v := &all[i]
			if strings.Contains(v.Name, "_r_") != measured {
				continue
			}
			for _, e := range v.Events {
				if anomaly.Named(e) == kind && v.Right(e) {
					return v, e, true
				}
			}
		}
	}
	return nil, dataset.Event{}, false
}

// draw writes the rows around an event.
func draw(file, kind string, v *anomaly.Verdicts, e dataset.Event) error {
	around := max(90, e.End-e.Start)
	from, to := max(0, e.Start-2*around), min(len(v.Value), e.End+around)
	s := plot.Series{
		Title: kind + ": " + v.Name + " (values black, expected blue, bounds shaded, flags red, the label yellow)",
		From:  stamp(v.At[from]), To: stamp(v.At[to-1]),
		Value: v.Value[from:to], Flagged: make([]bool, to-from), Truth: make([]bool, to-from),
	}
	for i := from; i < to; i++ {
		expected, lower, upper := v.Expected[i], v.Lower[i], v.Upper[i]
		if !v.Began[i] {
			expected, lower, upper = math.NaN(), math.NaN(), math.NaN()
		}
		s.Expected, s.Lower, s.Upper = append(s.Expected, expected), append(s.Lower, lower), append(s.Upper, upper)
		s.Flagged[i-from] = v.Kind[i] != ""
		s.Truth[i-from] = i >= e.Start && i <= e.End
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return plot.Write(f, s)
}

func stamp(at int64) string { return time.Unix(0, at).UTC().Format("2 Jan 15:04") }
