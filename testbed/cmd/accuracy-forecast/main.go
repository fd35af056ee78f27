// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command accuracy-forecast prints how good the forecasts are on public series,
// beside other methods on the same series at the same origins.
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

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastbase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastlife"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastrun"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/forecastscore"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// streaming are the sets that both halves of the data have; the mean is over them.
var streaming = []string{
	"azure_periodic_5m", "azure_vm_5m", "cluster_5m", "elec_30m", "elec_h", "ett_h",
	"la_speed_5m", "metro_10m", "nab_cloudwatch_5m", "pedestrian_h",
}

func main() {
	log.SetFlags(0)
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	only := flag.String("sets", "", "comma-separated names of sets (default all)")
	every := flag.Int("every", 1, "take every n-th series only")
	quick := flag.Bool("quick", false, "leave the other methods out")
	stepped := flag.Bool("steps", true, "score the forecasts after a step of the level")
	young := flag.Bool("short", true, "score the forecasts with little history")
	rolling := flag.Bool("rolling", true, "score the forecasts from rolling origins")
	everyday := flag.Bool("life", true, "play the everyday series")
	count := flag.Int("origins", forecastrun.Origins, "how many forecasts a streaming series is scored on, at least 2")
	flag.Parse()
	if *count < 2 {
		log.Fatalf("origins: %d, want at least 2", *count)
	}
	start := time.Now()

	dir, err := dataset.Dir()
	if err != nil {
		log.Fatal(err)
	}
	sets, err := dataset.Forecast(dir)
	if err != nil {
		log.Fatal(err)
	}
	sets = choose(sets, *only, *every)
	methods := forecastbase.Methods()
	if *quick {
		methods = methods[:1] // Naive2, for OWA
	}
	if *rolling {
		origins(sets, methods, *count, *quick, *markdown)
		if !*quick {
			again(sets, methods, *markdown)
		}
	}
	if *stepped {
		steps(sets, *markdown)
	}
	if *young {
		short(sets, *markdown)
	}
	if *everyday && *only == "" {
		life(dir)
	}
	fmt.Printf("%v\n", time.Since(start).Round(time.Second))
}

// life prints which checks hold on the everyday series.
func life(dir string) {
	all, err := forecastlife.Load(filepath.Join(dir, "life", "forecast"))
	if err != nil {
		fmt.Println("everyday series left out:", err)
		return
	}
	results, err := forecastlife.Run(context.Background(), all)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Everyday series: what does not hold, the half of the family first")
	forecastlife.Print(all, results, false)
}

func origins(sets []dataset.ForecastSet, methods []forecastbase.Method, count int, quick, markdown bool) {
	results := forecastrun.Sets(sets, methods, count)
	table := report.Table{
		Title: "Forecasts, one default setting for all sets",
		Head:  []string{"set", "series", "sMAPE", "MASE", "OWA", "cover 80", "cover 95", "MSIS 80", "MSIS 95", "over 90", "MASE, odd series", "even series"},
	}
	for _, r := range results {
		row(&table, &r)
	}
	table.Write(os.Stdout, markdown)
	if !quick {
		compare(results, methods, markdown)
	}
	means(results)
}

// few is how many series a set has, at least, for the default number of origins to say
// something about it, and more how many origins do so for one with less.
const (
	few  = 10
	more = 64
)

// again scores the sets of few series from more origins, beside the simple methods.
func again(sets []dataset.ForecastSet, methods []forecastbase.Method, markdown bool) {
	sets = slices.DeleteFunc(slices.Clone(sets), func(s dataset.ForecastSet) bool { return len(s.Series) >= few })
	methods = slices.DeleteFunc(slices.Clone(methods), func(m forecastbase.Method) bool { return !m.Simple })
	table := report.Table{
		Title: fmt.Sprintf("Sets of less than %d series again, from %d origins", few, more),
		Head:  []string{"set", "series", "MASE", "best simple", "MASE", "ours against it", "cover 80", "cover 95", "over 90"},
	}
	for _, r := range forecastrun.Sets(sets, methods, more) {
		theirs, name := bestSimple(methods, func(k int) float64 { return r.Methods[k].MASE })
		table.Row(r.Set.Name, len(r.Set.Series), r.Ours.MASE, name, theirs, percent(r.Ours.MASE/theirs-1),
			share(r.Ours.Coverage[0]), share(r.Ours.Coverage[1]), share(r.Ours.Exceeded))
	}
	if len(table.Rows) > 0 {
		table.Write(os.Stdout, markdown)
	}
}

// means prints the geometric mean over the streaming sets: of all series, of each
// half, and the range that leaving any one set out gives.
func means(results []forecastrun.Result) {
	var sum [3]float64
	var each []float64
	for _, r := range results {
		if !slices.Contains(streaming, r.Set.Name) {
			continue
		}
		for i, s := range []forecastscore.Score{r.Ours, r.Halves[0], r.Halves[1]} {
			sum[i] += math.Log(s.MASE)
		}
		each = append(each, math.Log(r.Ours.MASE))
	}
	n := float64(len(each))
	if n < 2 {
		return
	}
	without := func(one float64) float64 { return math.Exp((sum[0] - one) / (n - 1)) }
	fmt.Printf("geometric mean MASE over %v streaming sets: %.4f (odd series %.4f, even %.4f; one set left out: %.4f to %.4f)\n",
		n, math.Exp(sum[0]/n), math.Exp(sum[1]/n), math.Exp(sum[2]/n), without(slices.Max(each)), without(slices.Min(each)))
}

// steps prints how the day ahead is forecast after a step, on the sets that have a day
// and enough of them.
func steps(sets []dataset.ForecastSet, markdown bool) {
	table := report.Table{
		Title: "MASE of the day ahead, after the level was multiplied by 1.6",
		Head:  []string{"set", "ours, after 6 hours", "seasonal naive", "ours, no step", "seasonal naive", "ours, after 3 days", "seasonal naive"},
	}
	var sum [6]float64
	for i := range sets {
		if !slices.Contains([]string{"elec_h", "elec_30m", "ett_h", "pedestrian_h", "taxi_30m", "m4_hourly"}, sets[i].Name) {
			continue
		}
		without, soon, later := forecastrun.Step(&sets[i])
		figures := [6]float64{soon.Ours, soon.Naive, without.Ours, without.Naive, later.Ours, later.Naive}
		row := cells(sets[i].Name, len(figures))
		for k, v := range figures {
			row = append(row, v)
			sum[k] += v
		}
		table.Row(row...)
	}
	if n := float64(len(table.Rows)); n > 0 {
		row := cells("mean", len(sum))
		for _, v := range sum {
			row = append(row, v/n)
		}
		table.Row(row...)
		table.Write(os.Stdout, markdown)
	}
}

// short prints how the day ahead is forecast from little history.
func short(sets []dataset.ForecastSet, markdown bool) {
	ages := []time.Duration{0, time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour, 72 * time.Hour, 96 * time.Hour}
	errors := report.Table{
		Title: "MAE of the day ahead from little history, relative to seasonal naive (naive below a day)",
		Head:  []string{"set", "2 points"},
	}
	for _, age := range ages[1:] {
		errors.Head = append(errors.Head, age.String())
	}
	covered := report.Table{Title: "Share of that day within the 80 % bounds", Head: errors.Head}
	mean := make([]forecastrun.Pair, len(ages))
	n := 0.0
	for i := range sets {
		of, within := cells(sets[i].Name, len(ages)), cells(sets[i].Name, len(ages))
		pairs := forecastrun.Short(&sets[i], ages)
		for _, p := range pairs {
			of, within = append(of, p.Ours/p.Naive), append(within, share(p.Coverage))
		}
		if slices.ContainsFunc(pairs, func(p forecastrun.Pair) bool { return !(p.Naive > 0) }) {
			continue // too short for it
		}
		errors.Row(of...)
		covered.Row(within...)
		n++
		for k, p := range pairs {
			mean[k].Ours += math.Log(p.Ours / p.Naive)
			mean[k].Coverage += p.Coverage
		}
	}
	of, within := cells("geometric mean", len(ages)), cells("mean", len(ages))
	for _, m := range mean {
		of, within = append(of, math.Exp(m.Ours/n)), append(within, share(m.Coverage/n))
	}
	errors.Row(of...)
	covered.Row(within...)
	errors.Write(os.Stdout, markdown)
	covered.Write(os.Stdout, markdown)
}

// cells begins a row of a name and so many figures.
func cells(name string, figures int) []any { return append(make([]any, 0, figures+1), name) }

func share(v float64) string { return fmt.Sprintf("%.1f", 100*v) }

func percent(v float64) string { return fmt.Sprintf("%+.1f %%", 100*v) }

func row(t *report.Table, r *forecastrun.Result) {
	s := r.Ours
	even := any("")
	if r.Halves[1].Count > 0 {
		even = r.Halves[1].MASE
	}
	t.Row(r.Set.Name, int(s.Count), fmt.Sprintf("%.2f", s.SMAPE), s.MASE, forecastscore.OWA(s, r.Methods[0]),
		share(s.Coverage[0]), share(s.Coverage[1]), s.MSIS[0], s.MSIS[1], share(s.Exceeded), r.Halves[0].MASE, even)
}

func choose(sets []dataset.ForecastSet, only string, every int) []dataset.ForecastSet {
	var out []dataset.ForecastSet
	for _, s := range sets {
		if only != "" && !slices.Contains(strings.Split(only, ","), s.Name) {
			continue
		}
		var series []dataset.ForecastSeries
		for i := 0; i < len(s.Series); i += every {
			series = append(series, s.Series[i])
		}
		s.Series = series
		out = append(out, s)
	}
	return out
}

// bestSimple is the least error of a simple method, and whose it is.
func bestSimple(methods []forecastbase.Method, of func(k int) float64) (best float64, name string) {
	best = math.Inf(1)
	for k, m := range methods {
		if m.Simple && of(k) < best {
			best, name = of(k), m.Name
		}
	}
	return best, name
}

// compare prints the MASE of all methods, and how far we are below the best
// simple one of each set.
func compare(results []forecastrun.Result, methods []forecastbase.Method, markdown bool) {
	table := report.Table{Title: "MASE beside other methods", Head: []string{"set", "ours"}}
	for _, m := range methods {
		table.Head = append(table.Head, m.Name)
	}
	table.Head = append(table.Head, "best simple", "ours against it")
	geo := make([]float64, len(methods)+2)
	n := 0.0
	for _, r := range results {
		cells := append(make([]any, 0, len(methods)+4), r.Set.Name, r.Ours.MASE)
		for k := range methods {
			cells = append(cells, r.Methods[k].MASE)
		}
		best, _ := bestSimple(methods, func(k int) float64 { return r.Methods[k].MASE })
		table.Row(append(cells, best, percent(r.Ours.MASE/best-1))...)
		if slices.Contains(streaming, r.Set.Name) {
			n++
			geo[0] += math.Log(r.Ours.MASE)
			for k := range methods {
				geo[k+1] += math.Log(r.Methods[k].MASE)
			}
			geo[len(geo)-1] += math.Log(best)
		}
	}
	if n > 0 {
		cells := append(make([]any, 0, len(geo)+2), "streaming sets, geometric mean")
		for _, g := range geo {
			cells = append(cells, math.Exp(g/n))
		}
		table.Row(append(cells, percent(math.Exp((geo[0]-geo[len(geo)-1])/n)-1))...)
	}
	table.Write(os.Stdout, markdown)
	if n > 0 {
		best, name := bestSimple(methods, func(k int) float64 { return geo[k+1] })
		fmt.Printf("streaming sets, against the best simple method of each set: %s; against the best one for all, %s: %s\n",
			percent(math.Exp((geo[0]-geo[len(geo)-1])/n)-1), name, percent(math.Exp((geo[0]-best)/n)-1))
	}
}
