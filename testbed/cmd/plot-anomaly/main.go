// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command plot-anomaly draws, for every kind of anomaly, a labelled series with
// what the anomaly processor expected of it, what it flagged and its score.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
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
	for _, p := range pictures {
		v, event, err := p.find(all)
		if err != nil {
			return err
		}
		file := filepath.Join(out, "anomaly-"+p.kind+".svg")
		if err := draw(file, p.kind, v, event); err != nil {
			return err
		}
		fmt.Println(file)
	}
	return nil
}

// titles say what the kinds are, as the README does.
var titles = map[string]string{
	"spike":           "A few points above what was expected",
	"dip":             "A few points below what was expected",
	"level_shift":     "A step to another level, flagged until it is the new normal",
	"variance_change": "As much above as below: wilder than before",
	"drop":            "A fall to nearly nothing",
	"trend":           "A steady move away; a slow one is noticed when it ends",
}

// sources are the measured series that the data's anomalies were put into.
var sources = map[string]string{"wsd": "a web service", "kpi": "an online service"}

// pictures are events of the benchmark that show each kind clearly, in series that
// were measured.
var pictures = []picture{
	{"spike", "062_r_kpi_6d1114ae", 7871},
	{"dip", "081_r_wsd_206", 11730},
	{"level_shift", "083_r_wsd_208", 13996},
	{"variance_change", "065_r_wsd_088", 6367},
	{"drop", "070_r_wsd_002", 11355},
	{"trend", "081_r_wsd_206", 7856},
}

// picture is an event of a kind, by its first row.
type picture struct {
	kind, series string
	start        int
}

// find returns the event, which must have been named rightly.
func (p picture) find(all []anomaly.Verdicts) (*anomaly.Verdicts, dataset.Event, error) {
	for i := range all {
		v := &all[i]
		if v.Name != p.series {
			continue
		}
		for _, e := range v.Events {
			if e.Start == p.start && anomaly.Named(e) == p.kind && v.Right(e) {
				return v, e, nil
			}
		}
	}
	return nil, dataset.Event{}, fmt.Errorf("the %s at row %d of %s is not found, or not named rightly: choose another one", p.kind, p.start, p.series)
}

// apart is how many rows two flags of one stretch can be apart.
const apart = 10

// draw writes the rows around an event.
func draw(file, kind string, v *anomaly.Verdicts, e dataset.Event) error {
	long := max(40, e.End-e.Start)
	from, to := max(0, e.Start-long), min(len(v.Value), e.End+long)
	s := plot.Series{
		Title: kind + ": " + titles[kind],
		At:    v.At[from:to], Value: v.Value[from:to], Score: v.Score[from:to],
		Expected: slices.Clone(v.Expected[from:to]), Lower: slices.Clone(v.Lower[from:to]), Upper: slices.Clone(v.Upper[from:to]),
		Flagged: make([]bool, to-from), Stretch: make([]bool, to-from), Truth: make([]bool, to-from),
	}
	last := -1
	for i := range to - from {
		row := from + i
		if !v.Began[row] {
			s.Expected[i], s.Lower[i], s.Upper[i] = math.NaN(), math.NaN(), math.NaN()
		}
		s.Truth[i] = row >= e.Start && row <= e.End
		if s.Flagged[i] = v.Kind[row] != ""; !s.Flagged[i] {
			continue
		}
		for j := last + 1; last >= 0 && i-last <= apart && j <= i; j++ {
			s.Stretch[j] = true
		}
		last = i
	}
	name := strings.Split(v.Name, "_")
	step := "minute"
	if n := time.Duration(v.At[e.Start] - v.At[e.Start-1]).Minutes(); n != 1 {
		step = fmt.Sprintf("%g minutes", n)
	}
	s.Subtitle = fmt.Sprintf("Measured on %s, a point every %s; the anomaly was put in", sources[name[2]], step)
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return plot.Write(f, s)
}
