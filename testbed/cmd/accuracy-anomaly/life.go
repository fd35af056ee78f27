// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// everyday prints how the processor does on everyday life. dir holds what
// gen_life.py made.
func everyday(ctx context.Context, dir string, markdown bool) error {
	series, err := dataset.Life(dir)
	if errors.Is(err, dataset.ErrMissing) {
		fmt.Fprintf(os.Stderr, "everyday life is skipped: %v\n\n", err)
		return nil
	}
	if err != nil {
		return err
	}
	families, err := anomaly.Life(ctx, series)
	if err != nil {
		return err
	}
	all := report.Table{
		Title: "Everyday life: quiet families at most 0.2 alarms a series and day, and incidents",
		Head: []string{
			"families", "quiet enough", "alarms a series and day", "more from week to week",
			"incidents found in full", "events", "found", "within 5 minutes", "kind right",
		},
	}
	for _, part := range []struct {
		name   string
		wanted func(*anomaly.Family) bool
	}{
		{"all", func(*anomaly.Family) bool { return true }},
		{"one half, by a hash of the name", func(f *anomaly.Family) bool { return f.Half() == 0 }},
		{"the other half", func(f *anomaly.Family) bool { return f.Half() == 1 }},
	} {
		t := anomaly.Sum(families, part.wanted)
		all.Row(part.name, fmt.Sprintf("%d of %d", t.Bearable, t.Quiet), t.Alarms, t.Rising,
			fmt.Sprintf("%d of %d", t.Full, t.Incident), t.Events, t.Found, t.Soon, t.Right)
	}
	all.Write(os.Stdout, markdown)
	weak := report.Table{
		Title: "Families that are not as they should be",
		Head:  []string{"family", "alarms a series and day", "events", "found", "within 5 minutes", "kind right"},
	}
	for _, f := range families {
		if f.Quiet && !f.Bearable() || f.Found < f.Events {
			weak.Row(f.Name, f.Rate(), f.Events, f.Found, f.Soon, f.Right)
		}
	}
	weak.Write(os.Stdout, markdown)
	return asked(ctx, series, markdown)
}

// asked compares the alarms that a user asks for with those that come.
func asked(ctx context.Context, life []dataset.LifeSeries, markdown bool) error {
	noise := map[string]bool{"gauss": true, "lognorm06": true, "ar1_099": true, "poisson_3": true, "poisson_0.3": true, "smooth_daily_noise05": true, "week_traffic_5m_5w": true}
	var series []dataset.Series
	days := 0.0
	for i := range life {
		if s := &life[i]; noise[s.Family] {
			series = append(series, s.Series)
			days += s.Days(len(s.At) - s.EvalFrom)
		}
	}
	table := report.Table{
		Title: fmt.Sprintf("Alarms asked for and alarms that came, a series and week, on %d series of noise and rhythms", len(series)),
		Head:  []string{"sensitivity", "came"},
	}
	for _, want := range []float64{0.1, 0.3, 0.7, 2, 7, 20} {
		flags, err := anomaly.Asked(ctx, series, want)
		if err != nil {
			return err
		}
		n := 0
		for i := range flags {
			for _, e := range anomaly.Episodes(flags[i]) {
				if e[0] >= series[i].At[series[i].EvalFrom] {
					n++
				}
			}
		}
		table.Row(fmt.Sprint(want), float64(n)/days*7)
	}
	table.Write(os.Stdout, markdown)
	return nil
}

// made prints how soon shifts of white noise are found, and what is found of series
// of a point an hour.
func made(ctx context.Context, markdown bool) error {
	const n = 20
	table := report.Table{Title: "An hour that many sigmas higher on white noise, of 20 series", Head: []string{"sigmas", "points", "found within them"}}
	for _, c := range []struct {
		sigmas float64
		points int
	}{{1.5, 30}, {2, 30}, {3, 10}, {5, 5}} {
		series := anomaly.Shifts(n, c.sigmas, 1)
		flags, err := anomaly.Flags(ctx, series)
		if err != nil {
			return err
		}
		table.Row(fmt.Sprint(c.sigmas), c.points, anomaly.Within(series, flags, c.points))
	}
	table.Write(os.Stdout, markdown)
	verdicts, err := anomaly.Process(ctx, anomaly.Hourly(40, 1))
	if err != nil {
		return err
	}
	r := anomaly.At(anomaly.Scores(verdicts), 1)
	hourly := report.Table{Title: "Series of a point an hour, as shipped", Head: []string{"events", "recall", "F1", "alarms a series and day"}}
	hourly.Row(r.Events, r.Recall(), r.F1(), r.Rate())
	hourly.Write(os.Stdout, markdown)
	return nil
}

// faults prints how the processor does on systems into which faults were injected.
func faults(ctx context.Context, dir string, markdown bool) error {
	days, err := filepath.Glob(filepath.Join(dir, "faults", "20*"))
	if err != nil {
		return err
	}
	table := report.Table{
		Title: "Faults injected into two systems: alarms with no fault near, and faults seen in a series of their pod",
		Head:  []string{"day", "series", "points flagged", "alarms a series and day", "faults", "seen"},
	}
	for _, day := range days {
		day = strings.TrimSuffix(filepath.Base(day), "/")
		series, pods, injected, err := dataset.Faults(dir, day)
		if err != nil {
			return err
		}
		r, err := anomaly.Faults(ctx, series, pods, injected)
		if err != nil {
			return err
		}
		table.Row(day, r.Series, r.Flagged, r.Rate(), r.Faults, r.Seen)
	}
	if len(days) > 0 {
		table.Write(os.Stdout, markdown)
	}
	return nil
}
