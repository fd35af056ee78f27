// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command soak runs the shipped gateway config for hours while templates, services, pods
// and their streams come and go and the backend is away now and then, and prints what
// grows: memory, goroutines, files.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/collector"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/traffic"
)

// churn is that of a large and restless cluster: of 40 services one is replaced each
// minute, a pod lives for 20, and one line in a hundred is never seen again.
var churn = traffic.Churn{Unique: 10, Services: 40, Pods: 20}

// The backend is away for so long, once in so long.
const (
	outage      = 20 * time.Second
	outageEvery = 5 * time.Minute
)

func main() {
	log.SetFlags(0)
	hours := flag.Float64("hours", 1, "how long to run")
	rate := flag.Int("rate", 50_000, "records and as many points a second; about half of the most that two cores take")
	markdown := flag.Bool("markdown", false, "print the table as Markdown")
	flag.Parse()
	if err := run(time.Duration(*hours*float64(time.Hour)), *rate, *markdown); err != nil {
		log.Fatal(err)
	}
}

func run(span time.Duration, rate int, markdown bool) error {
	sets, err := dataset.FindLoghub()
	if err != nil {
		return err
	}
	backend, err := collector.NewBackend()
	if err != nil {
		return err
	}
	g, err := collector.StartGateway(backend.Address,
		"yaml:service::extensions: [knowledge_base, file_storage, health_check, pprof]")
	if err != nil {
		return err
	}
	defer g.Stop()
	feeds := traffic.NewFeeds(sets)
	feeds.Live(rate)
	feeds.SetChurn(churn)
	samples, refused, err := soak(context.Background(), g, backend, feeds, span, rate)
	if err != nil {
		return err
	}
	printSamples(samples, refused, span, rate, markdown)
	return nil
}

// sample is what was seen at a time.
type sample struct {
	at         time.Duration
	mib, disk  float64
	goroutines int
	cores      float64 // since the sample before
}

// soak sends until the span is over, a second at a time.
func soak(ctx context.Context, g *collector.Gateway, backend *collector.Backend, feeds *traffic.Feeds, span time.Duration, rate int) (all []sample, refused int64, err error) {
	client, began := traffic.Client(), time.Now()
	var before collector.Usage
	last := began
	for elapsed := time.Duration(0); elapsed < span; elapsed = time.Since(began) {
		feeds.Minute(int(elapsed.Minutes()))
		backend.Away.Store(elapsed > outageEvery-outage && (elapsed+outage)%outageEvery < outage)
		requests, err := feeds.Next(2 * rate / traffic.BatchSize)
		if err != nil {
			return nil, 0, err
		}
		sent, err := traffic.Send(ctx, client, g.Address, requests, rate)
		if err != nil {
			return nil, 0, err
		}
		refused += sent.Refused
		if time.Since(last) < span/120 {
			continue
		}
		u, err := g.Usage()
		if err != nil {
			return nil, 0, err
		}
		n, err := goroutines(client, g.Pprof)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, sample{time.Since(began), u.MiB, diskMiB(g.Dir), n, (u.CPU - before.CPU).Seconds() / time.Since(last).Seconds()})
		before, last = u, time.Now()
	}
	return all, refused, nil
}

// goroutines asks the pprof extension.
func goroutines(client *http.Client, pprof string) (int, error) {
	r, err := client.Get("http://" + pprof + "/debug/pprof/goroutine?debug=1") //nolint:noctx // on this host
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	var n int
	_, err = fmt.Fscanf(r.Body, "goroutine profile: total %d", &n)
	return n, err
}

func diskMiB(dir string) float64 {
	var size int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir // a file that was there a moment ago
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			size += info.Size()
		}
		return nil
	})
	return float64(size) / (1 << 20)
}

func printSamples(all []sample, refused int64, span time.Duration, rate int, markdown bool) {
	table := report.Table{
		Title: fmt.Sprintf("The shipped gateway for %s at %d records and as many points a second on %d cores; one line in %d new, a service of %d replaced each minute, pods that live %d minutes; the backend away for %s in every %s",
			span, rate, runtime.NumCPU(), 1000/churn.Unique, churn.Services, churn.Pods, outage, outageEvery),
		Head: []string{"after", "MiB", "goroutines", "MiB on disk", "cores"},
	}
	for i := 0; i < len(all); i += max(1, len(all)/12) {
		s := all[i]
		table.Row(s.at.Round(time.Second), fmt.Sprintf("%.0f", s.mib), strconv.Itoa(s.goroutines), fmt.Sprintf("%.0f", s.disk), fmt.Sprintf("%.2f", s.cores))
	}
	table.Write(os.Stdout, markdown)
	second := all[len(all)/2:]
	for _, of := range []struct {
		name  string
		value func(sample) float64
	}{
		{"memory, MiB", func(s sample) float64 { return s.mib }},
		{"goroutines", func(s sample) float64 { return float64(s.goroutines) }},
		{"files on disk, MiB", func(s sample) float64 { return s.disk }},
	} {
		slope, deviation := trend(second, of.value)
		fmt.Printf("%s an hour, over the second half: %+.1f ± %.1f (two standard errors)\n", of.name, slope, 2*deviation)
	}
	fmt.Printf("requests that were refused and sent again: %d\n", refused)
}

// trend is the slope an hour of a line through a value by least squares, and its standard
// error.
func trend(all []sample, value func(sample) float64) (slope, deviation float64) {
	n, x, y := float64(len(all)), 0.0, 0.0
	for _, s := range all {
		x, y = x+s.at.Hours(), y+value(s)
	}
	x, y = x/n, y/n
	var xx, xy, rest float64
	for _, s := range all {
		xx += (s.at.Hours() - x) * (s.at.Hours() - x)
		xy += (s.at.Hours() - x) * (value(s) - y)
	}
	slope = xy / xx
	for _, s := range all {
		r := value(s) - y - slope*(s.at.Hours()-x)
		rest += r * r
	}
	return slope, math.Sqrt(rest / (n - 2) / xx)
}
