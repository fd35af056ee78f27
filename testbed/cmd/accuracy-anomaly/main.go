// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command accuracy-anomaly prints how well the anomaly processor finds and names
// labelled anomalies, beside simple detectors on the same data by the same
// scorer.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

const ours = "anomaly processor"

var baselines = []struct {
	name string
	new  func() anomaly.Detector
}{
	{"rolling z-score, one hour", func() anomaly.Detector { return anomaly.NewZScore(time.Hour) }},
	{"rolling z-score, one day", func() anomaly.Detector { return anomaly.NewZScore(24 * time.Hour) }},
	{"adaptive bands (PromQL rules)", func() anomaly.Detector { return anomaly.NewAdaptive() }},
	{"seasonal robust bands", func() anomaly.Detector { return anomaly.NewRobust() }},
}

// set is a labelled set with what the processor said of it.
type set struct {
	name     string
	series   []dataset.Series
	verdicts []anomaly.Verdicts
}

func main() {
	log.SetFlags(0)
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	summary := flag.Bool("json", false, "print only how the processor does, a line of JSON for each set")
	life := flag.String("life", "", "score the processor on everyday life in this folder instead, a kinds/ made by gen_life.py")
	draws := flag.String("draws", "", "score the processor on the folders in this one instead, each with a kinds/ made by gen_kinds.py")
	flag.Parse()
	if err := run(context.Background(), *life, *draws, *summary, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, life, draws string, summary, markdown bool) error {
	if life != "" {
		return everyday(ctx, life, markdown)
	}
	sets, err := load(draws)
	if err != nil {
		return err
	}
	for i := range sets {
		if sets[i].verdicts, err = anomaly.Process(ctx, sets[i].series); err != nil {
			return err
		}
	}
	switch {
	case summary:
		return summarize(ctx, sets)
	case draws != "":
		drawn(sets, markdown)
		return nil
	}
	compare(sets, markdown)
	shipped(sets, markdown)
	for _, s := range sets {
		if s.name == "kinds" {
			named(s, markdown)
		}
	}
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	return errors.Join(
		everyday(ctx, filepath.Join(dir, "life"), markdown),
		made(ctx, markdown),
		faults(ctx, dir, markdown),
	)
}

// load reads the sets that are there, or the draws in a folder.
func load(draws string) ([]set, error) {
	sources, err := sourcesOf(draws)
	if err != nil {
		return nil, err
	}
	var sets []set
	for _, source := range sources {
		series, err := source.read()
		if errors.Is(err, dataset.ErrMissing) {
			fmt.Fprintf(os.Stderr, "%s is skipped: %v\n\n", source.name, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, set{name: source.name, series: series})
	}
	return sets, nil
}

// source is where a set can be read.
type source struct {
	name string
	read func() ([]dataset.Series, error)
}

func sourcesOf(draws string) ([]source, error) {
	if draws != "" {
		folders, err := os.ReadDir(draws)
		if err != nil {
			return nil, err
		}
		var sources []source
		for _, f := range folders {
			read := func() ([]dataset.Series, error) { return dataset.Kinds(filepath.Join(draws, f.Name())) }
			sources = append(sources, source{f.Name(), read})
		}
		return sources, nil
	}
	dir, err := dataset.Dir()
	if err != nil {
		return nil, err
	}
	return []source{
		{"kpi", func() ([]dataset.Series, error) { return dataset.Operations(dir, "kpi") }},
		{"wsd", func() ([]dataset.Series, error) { return dataset.Operations(dir, "wsd") }},
		{"kinds", func() ([]dataset.Series, error) { return dataset.Kinds(dir) }},
		{"nab", func() ([]dataset.Series, error) { return dataset.NAB(dir) }},
	}, nil
}

// summarize prints how the processor does, for programs.
func summarize(ctx context.Context, sets []set) error {
	out := json.NewEncoder(os.Stdout)
	for _, s := range sets {
		if err := out.Encode(anomaly.Summarize(s.name, s.verdicts)); err != nil {
			return err
		}
	}
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	series, err := dataset.Life(filepath.Join(dir, "life"))
	switch {
	case errors.Is(err, dataset.ErrMissing):
		return nil
	case err != nil:
		return err
	}
	families, err := anomaly.Life(ctx, series)
	if err != nil {
		return err
	}
	all := anomaly.Sum(families, func(*anomaly.Family) bool { return true })
	return out.Encode(anomaly.Summary{Set: anomaly.EverydayLife, Life: all})
}

// drawn prints how the processor does on draws of the injected kinds.
func drawn(sets []set, markdown bool) {
	table := report.Table{
		Title: "Draws of gen_kinds.py: best F1 within the budget; as shipped, the rest",
		Head:  []string{"draw", "F1", "kinds right", "alarms a series and day", "trends found"},
	}
	for _, s := range sets {
		r := anomaly.Summarize(s.name, s.verdicts)
		table.Row(r.Set, r.F1, r.Right, r.Alarms, r.Trends)
	}
	table.Write(os.Stdout, markdown)
}

// compare prints every detector on every set at its own best threshold within
// the budget of false alarms.
func compare(sets []set, markdown bool) {
	events := report.Table{
		Title: fmt.Sprintf("Events: best F1 of one threshold for the whole set, at most %.1f false alarms a series and day; area under precision-recall; NAB's standard profile", anomaly.Budget),
		Head:  []string{"detector"},
	}
	for _, s := range sets {
		if s.name == "nab" {
			events.Head = append(events.Head, "nab score")
			continue
		}
		events.Head = append(events.Head, s.name+" F1", "area", "alarms a day", "delay")
	}
	row := func(name string, scored func(s set) []anomaly.Scored) {
		cells := []any{name}
		for _, s := range sets {
			all := scored(s)
			if s.name == "nab" {
				cells = append(cells, fmt.Sprintf("%.1f", anomaly.NAB(all).Score))
				continue
			}
			curve := anomaly.Curve(all, 100)
			best := anomaly.Best(curve)
			cells = append(cells, best.F1(), anomaly.Area(curve), best.Rate(), best.MedianDelay())
		}
		events.Row(cells...)
	}
	row(ours, func(s set) []anomaly.Scored { return anomaly.Scores(s.verdicts) })
	for _, b := range baselines {
		row(b.name, func(s set) []anomaly.Scored { return anomaly.Run(s.series, b.new) })
	}
	events.Write(os.Stdout, markdown)
}

// shipped prints what a user gets who changes nothing: everything at a score
// of 1.
func shipped(sets []set, markdown bool) {
	table := report.Table{
		Title: "As shipped: flagged at a score of 1",
		Head:  []string{"set", "events", "detected", "precision", "recall", "F1", "alarms a series and day", "median delay"},
	}
	add := func(name string, all []anomaly.Scored) {
		r := anomaly.At(all, 1)
		table.Row(name, r.Events, r.Detected, r.Precision(), r.Recall(), r.F1(), r.Rate(), r.MedianDelay())
	}
	var quiet []anomaly.Scored
	for _, s := range sets {
		all := anomaly.Scores(s.verdicts)
		quiet = slices.Concat(quiet, anomaly.Quiet(all))
		if s.name != "nab" {
			add(s.name, all)
		}
	}
	add(fmt.Sprintf("the %d series without an event", len(quiet)), quiet)
	table.Write(os.Stdout, markdown)
}

func named(s set, markdown bool) {
	table := report.Table{
		Title: "Kinds as shipped, " + s.name,
		Head:  []string{"kind", "events", "detected", "named rightly in the end", "most of the time", "median delay"},
	}
	var all anomaly.KindResult
	for _, r := range append(anomaly.Kinds(s.verdicts), anomaly.KindResult{}) {
		if r.Kind == "" {
			r = all
			r.Kind = "all"
		} else {
			all.Events += r.Events
			all.Detected += r.Detected
			all.Last += r.Last
			all.Most += r.Most
			all.Delay = append(all.Delay, r.Delay...)
		}
		share := func(n int) float64 { return float64(n) / float64(max(1, r.Detected)) }
		table.Row(r.Kind, r.Events, r.Detected, share(r.Last), share(r.Most), anomaly.Result{Delay: r.Delay}.MedianDelay())
	}
	table.Write(os.Stdout, markdown)
}
