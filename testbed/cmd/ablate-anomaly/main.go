// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command ablate-anomaly prints what each part of the anomaly detector is worth,
// how much its constants matter, and what choosing them by some sets gives on
// another. It builds accuracy-anomaly with single constants changed, so that the
// detector itself has nothing to turn.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// variant is the detector with some constants changed.
type variant struct {
	name  string
	edits []edit
}

// without are the detectors that lack a part.
var without = []variant{
	{"the channel of the value", []edit{{"point", 0}}},
	{"what adds up", []edit{{"sum", 0}}},
	{"the size of errors", []edit{{"variance", 0}}},
	{"seasons", []edit{{"periodCorrelation", 2}, {"calendarCorrelation", 2}}},
	{"quicker tails at first", []edit{{"quantileFrom", 1e6}, {"excessFrom", 1e6}}},
	{"doubt of errors while a season is young", []edit{{"youngCycles", 0}}},
	{"declustering", []edit{{"repeatWeight", 1}, {"soonWeight", 1}}},
	{"the floor of the last weeks", []edit{{"longFloor", 0}}},
	{"the floor of the median change", []edit{{"strideFloor", 0}}},
	{"more belief as surprises go on", []edit{{"runGrowth", 1}}},
	{"habits of incidents", []edit{{"habitCost", 0}}},
	{"what recurs", []edit{{"recurShare", 1000}}},
	{"held values", []edit{{"holdTimes", 1e6}}},
	{"restoring the level before", []edit{{"restoreAfter", 1000}}},
	{"limits of what an incident teaches the season", []edit{{"teachAtMost", 1000}}},
	{"fewer nats for values that come seldom", []edit{{"perInterval", 0}}},
}

// constants are those that are tried below and above what they are, all by the
// same factors.
var constants = [][]string{
	{"threshold"},
	{"tailShare"},
	{"tailShape"},
	{"excessLimit"},
	{"repeatWeight"},
	{"longFloor"},
	{"strideFloor"},
	{"limitAt"},
	{"habitCost"},
	{"openScore"},
	{"sum"},
	{"sumSlack"},
	{"recurShare"},
	{"alikeWithin"},
	{"teachAtMost"},
}

var factors = []float64{0.7, 1.4}

func main() {
	log.SetFlags(0)
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	only := flag.Bool("parts", false, "print only what each part is worth")
	flag.Parse()
	if err := run(context.Background(), *only, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, only, markdown bool) error {
	b, err := newBuilder(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	shipped, err := b.score(ctx, nil)
	if err != nil {
		return err
	}
	parts := table("What each part is worth", shipped)
	for _, v := range without {
		r, err := b.score(ctx, v.edits)
		if err != nil {
			return fmt.Errorf("without %s: %w", v.name, err)
		}
		parts.row("without "+v.name, r)
	}
	parts.Write(os.Stdout, markdown)
	if only {
		return nil
	}

	flat := table("How flat it is: a constant at 0.7 and at 1.4 of what it is", shipped)
	choices := []choice{{"as shipped", shipped}}
	for _, names := range constants {
		for _, factor := range factors {
			name, edits, err := b.scaled(names, factor)
			if err != nil {
				return err
			}
			r, err := b.score(ctx, edits)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			flat.row(name, r)
			choices = append(choices, choice{name, r})
		}
	}
	flat.Write(os.Stdout, markdown)
	leftOut(shipped, choices, markdown)
	return nil
}

// scaled is the edit that scales constants, with a name for it.
func (b *builder) scaled(names []string, factor float64) (name string, edits []edit, err error) {
	for _, n := range names {
		old, err := valueOf(b.source, n)
		if err != nil {
			return "", nil, err
		}
		name = fmt.Sprintf("`%s` %.3g", n, factor*old)
		edits = append(edits, edit{n, factor * old})
	}
	return name, edits, nil
}

// results are one detector's figures on the sets.
type results []anomaly.Summary

// measure is what a set is judged by: F1, a hundredth of NAB's score, or the share of
// the families of everyday life that are as they should be.
func (r results) measure(set int) float64 {
	switch s := r[set]; s.Set {
	case "nab":
		return s.NAB / 100
	case anomaly.EverydayLife:
		return s.Life.Good()
	default:
		return s.F1
	}
}

// figure is the measure as tables show it.
func (r results) figure(set int) string {
	switch s := r[set]; s.Set {
	case "nab":
		return fmt.Sprintf("%.1f", s.NAB)
	case anomaly.EverydayLife:
		return fmt.Sprintf("%d and %d, %.3f", s.Life.Bearable, s.Life.Full, s.Life.Alarms)
	default:
		return fmt.Sprintf("%.3f", s.F1)
	}
}

// quiet is the false alarms a series and day of the series without an event.
func (r results) quiet() float64 {
	var all anomaly.Result
	for _, s := range r {
		all.False += s.Quiet.False
		all.Days += s.Quiet.Days
	}
	return all.Rate()
}

type figures struct{ report.Table }

func table(title string, shipped results) *figures {
	t := &figures{report.Table{Title: title, Head: []string{""}}}
	for _, s := range shipped {
		switch s.Set {
		case "nab":
			t.Head = append(t.Head, "NAB")
		case anomaly.EverydayLife:
			t.Head = append(t.Head, fmt.Sprintf("of %d quiet and %d incident families, alarms", s.Life.Quiet, s.Life.Incident))
		default:
			t.Head = append(t.Head, s.Set+" F1")
		}
	}
	t.Head = append(t.Head, "kinds right", "alarms on quiet series")
	t.row("as shipped", shipped)
	return t
}

func (t *figures) row(name string, r results) {
	cells := append(make([]any, 0, len(r)+3), name)
	right := 0.0
	for i, s := range r {
		if s.Set == "kinds" {
			right = s.Right
		}
		cells = append(cells, r.figure(i))
	}
	t.Row(append(cells, right, r.quiet())...)
}

// choice is a setting that could have been shipped.
type choice struct {
	name string
	results
}

// leftOut prints, for each set, how the setting does on it that the other sets
// would choose, by the sum of their measures.
func leftOut(shipped results, choices []choice, markdown bool) {
	t := report.Table{Title: "With a set left out of the choice", Head: []string{"left out", "chosen by the others", "there", "as shipped"}}
	for out := range shipped {
		best, most := choice{}, 0.0
		for _, c := range choices {
			sum := 0.0
			for i := range c.results {
				if i != out {
					sum += c.measure(i)
				}
			}
			if sum > most {
				best, most = c, sum
			}
		}
		t.Row(shipped[out].Set, best.name, best.figure(out), shipped.figure(out))
	}
	t.Write(os.Stdout, markdown)
}
