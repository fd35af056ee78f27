// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command plot-forecast draws forecasts of public series, with their bounds,
// against what came, as SVG files.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/forecasttest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// picture is a part of a series and what is drawn of it.
type picture struct {
	set, series string
	file, title string
	end, days   int // the last day drawn, counted from the start of the series, and how many
}

// Both series are of the Numenta Anomaly Benchmark (MIT licence).
var pictures = []picture{
	{"taxi_30m", "nyc_taxi", "forecast-taxi.svg", "Taxi passengers in New York, each half hour (NAB)", 133, 12},
	{"nab_cloudwatch_5m", "elb_request_count_8c0756", "forecast-requests.svg", "Requests to a load balancer, each 5 minutes (NAB)", 14, 3},
}

var horizons = []time.Duration{time.Hour, 24 * time.Hour}

func main() {
	log.SetFlags(0)
	out := flag.String("out", filepath.Join("..", "docs", "images"), "folder that the pictures go to")
	flag.Parse()
	dir, err := dataset.Dir()
	if err != nil {
		log.Fatal(err)
	}
	sets, err := dataset.Forecast(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range pictures {
		for _, set := range sets {
			for _, s := range set.Series {
				if set.Name != p.set || s.ID != p.series {
					continue
				}
				file := filepath.Join(*out, p.file)
				if err := os.WriteFile(file, []byte(draw(p, play(s.Values, set.Step), set.Step)), 0o600); err != nil {
					log.Fatal(err)
				}
				fmt.Println(file)
			}
		}
	}
}

// moment is what came, and what had been forecast for it at each horizon.
type moment struct {
	value    float64
	forecast [2]forecasttest.Point
	known    [2]bool
}

func play(values []float64, step time.Duration) []moment {
	cfg := forecasttest.DefaultConfig()
	cfg.Horizons = horizons
	s := forecasttest.New(&cfg)
	moments := make([]moment, len(values))
	for i, v := range values {
		moments[i].value = v
		if math.IsNaN(v) {
			continue
		}
		s.Update(int64(i)*int64(step), v)
		if s.FitDue() {
			s.Fit()
		}
		for k, h := range horizons {
			if j := i + int(h/step); j < len(moments) && s.Ready() {
				moments[j].forecast[k], moments[j].known[k] = s.Forecast(h), true
			}
		}
	}
	return moments
}

const (
	width, panel, left, top = 860, 190, 62, 46
	space                   = 34
)

func draw(p picture, all []moment, step time.Duration) string {
	perDay := int(24 * time.Hour / step)
	end := min(p.end*perDay, len(all))
	begin := max(end-p.days*perDay, 0)
	part := all[begin:end]
	highest := 0.0
	for _, m := range part {
		highest = max(highest, m.value, m.forecast[0].Upper, m.forecast[1].Mean)
	}
	unit := math.Pow(10, math.Floor(math.Log10(highest)))
	for highest/unit < 3 {
		unit /= 2
	}
	var b strings.Builder
	height := top + len(horizons)*(panel+space)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="white"/>
<text x="%d" y="20" font-size="15" font-weight="bold">%s</text>
`, width, height, left, p.title)
	b.WriteString(legend())
	for k, h := range horizons {
		y0 := top + k*(panel+space)
		x := func(i int) float64 { return left + float64(i)/float64(len(part)-1)*float64(width-left-12) }
		y := func(v float64) float64 {
			return float64(y0+panel) - min(max(v/highest, 0), 1)*float64(panel-18)
		}
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" fill=\"#444\">forecast %v ahead, %s</text>\n", left, y0+8, strings.TrimSuffix(h.String(), "0m0s"), measured(part, k))
		for v := 0.0; v <= highest; v += unit {
			fmt.Fprintf(&b, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e4e4e4\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#666\">%g</text>\n",
				left, width-12, y(v), y(v), left-6, y(v)+4, v)
		}
		for i := 0; i < len(part); i += perDay {
			fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%d\" fill=\"#666\">day %d</text>\n", x(i), y0+panel+15, (begin+i)/perDay+1)
		}
		var upper, lower, mean, came []string
		for i, m := range part {
			if m.known[k] {
				upper = append(upper, fmt.Sprintf("%.1f,%.1f", x(i), y(m.forecast[k].Upper)))
				lower = append(lower, fmt.Sprintf("%.1f,%.1f", x(i), y(m.forecast[k].Lower)))
				mean = append(mean, fmt.Sprintf("%.1f,%.1f", x(i), y(m.forecast[k].Mean)))
			}
			if !math.IsNaN(m.value) {
				came = append(came, fmt.Sprintf("%.1f,%.1f", x(i), y(m.value)))
			}
		}
		for i := len(lower) - 1; i >= 0; i-- {
			upper = append(upper, lower[i])
		}
		fmt.Fprintf(&b, "<polygon points=\"%s\" fill=\"#9ecae1\" fill-opacity=\"0.6\"/>\n", strings.Join(upper, " "))
		fmt.Fprintf(&b, "<polyline points=\"%s\" fill=\"none\" stroke=\"#222\" stroke-width=\"1\"/>\n", strings.Join(came, " "))
		fmt.Fprintf(&b, "<polyline points=\"%s\" fill=\"none\" stroke=\"#d95f02\" stroke-width=\"1.3\"/>\n", strings.Join(mean, " "))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func legend() string {
	return fmt.Sprintf(`<g transform="translate(%d,10)"><rect width="18" height="10" fill="#9ecae1"/><text x="24" y="10">80 %% bounds</text><rect x="112" y="4" width="18" height="2" fill="#d95f02"/><text x="136" y="10">forecast</text><rect x="206" y="4" width="18" height="1.5" fill="#222"/><text x="230" y="10">what came</text></g>
`, width-320)
}

// measured is how much of what is drawn lies within the bounds.
func measured(part []moment, k int) string {
	inside, n := 0.0, 0.0
	for _, m := range part {
		if m.known[k] && !math.IsNaN(m.value) {
			n++
			if m.forecast[k].Lower <= m.value && m.value <= m.forecast[k].Upper {
				inside++
			}
		}
	}
	return fmt.Sprintf("%.0f %% of what is shown within the bounds", 100*inside/max(n, 1))
}
