// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package plot draws a series with what was expected of it and what was flagged,
// above its score, as SVG that follows the reader's light or dark scheme.
package plot

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Series is what one picture shows; the slices are of one length. NaN is left
// out.
type Series struct {
	Title, Subtitle string
	At              []int64 // ns since 1970
	Value, Expected []float64
	Lower, Upper    []float64
	Score           []float64
	Flagged         []bool
	Stretch         []bool // rows of a flagged stretch but its first, flags or not
	Truth           []bool // labelled
}

// The parts of a picture, in pixels.
const (
	width, height     = 900, 372
	left, right       = 62, 886
	top, bottom       = 76, 272  // of the values
	truth             = 278      // top of the bar that marks what is labelled
	scoreTop, scoreAt = 300, 344 // of the score
	most              = 3.0      // the highest score that is shown
)

// style is after GitHub's colours, light and dark.
const style = `
text { font: 12px -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif; fill: #59636e; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.back { fill: #ffffff; stroke: #d1d9e0; }
.grid { stroke: #d1d9e0; stroke-width: 0.7; }
.line { fill: none; stroke-linejoin: round; }
.value { stroke: #1f2328; stroke-width: 1.4; }
.expected { stroke: #0969da; stroke-width: 1.3; }
.before { stroke: #0969da; stroke-width: 1.6; stroke-dasharray: 6 4; }
.bounds { fill: #0969da; fill-opacity: 0.13; }
.flag { fill: #d1242f; stroke: #ffffff; stroke-width: 0.8; }
.score { fill: #d1242f; fill-opacity: 0.75; }
.one { stroke: #d1242f; stroke-width: 1; stroke-dasharray: 2 3; }
.truth { fill: #bf8700; }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1; }
.title { fill: #f0f6fc; }
.back { fill: #0d1117; stroke: #3d444d; }
.grid { stroke: #3d444d; }
.value { stroke: #f0f6fc; }
.expected, .before { stroke: #4493f8; }
.bounds { fill: #4493f8; fill-opacity: 0.2; }
.flag { fill: #ff6a69; stroke: #0d1117; }
.score { fill: #ff6a69; }
.one { stroke: #ff6a69; }
.truth { fill: #d29922; }
}
`

// canvas maps times and values to pixels.
type canvas struct {
	strings.Builder
	Series
	from, to int64
	lo, hi   float64
	gap      int64 // longer ones are not drawn across
}

// Write draws the series.
func Write(w io.Writer, s Series) error {
	c := &canvas{Series: s, from: s.At[0], to: s.At[len(s.At)-1]}
	c.lo, c.hi = s.limits()
	c.gap = 6 * (c.to - c.from) / int64(max(1, len(s.At)-1))
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="title">`, width, height)
	c.printf(`<title id="title">%s. %s</title>`, escape(s.Title), escape(s.Subtitle))
	c.printf("<style>%s</style>", style)
	c.printf(`<rect class="back" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>`, width-1, height-1)
	c.printf(`<text class="title" x="16" y="27">%s</text>`, escape(s.Title))
	c.printf(`<text x="16" y="46">%s</text>`, escape(s.Subtitle))
	c.legend()
	c.axes()
	c.band()
	c.path("expected", s.Expected, s.Stretch)
	c.path("value", s.Value, nil)
	c.stretches()
	c.labels()
	c.scores()
	for i, flagged := range s.Flagged {
		if flagged && !math.IsNaN(s.Value[i]) {
			c.printf(`<circle class="flag" cx="%.1f" cy="%.1f" r="3.6"/>`, c.x(i), c.y(s.Value[i]))
		}
	}
	c.printf("</svg>")
	_, err := io.WriteString(w, c.String())
	return err
}

func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(c, format+"\n", args...) }

func (c *canvas) x(i int) float64 { return c.xAt(c.At[i]) }

func (c *canvas) xAt(at int64) float64 {
	return left + (right-left)*float64(at-c.from)/float64(max(1, c.to-c.from))
}

func (c *canvas) y(v float64) float64 {
	return top + (bottom-top)*(c.hi-max(c.lo, min(c.hi, v)))/(c.hi-c.lo)
}

// legend is one row at the right of the title.
func (c *canvas) legend() {
	x := 372.0
	entry := func(mark, text string, wide float64) {
		c.printf(`<g transform="translate(%.0f,60)">%s<text x="22" y="4">%s</text></g>`, x, mark, text)
		x += wide
	}
	line := func(class string) string { return fmt.Sprintf(`<path class="line %s" d="M0 0H17"/>`, class) }
	entry(line("value"), "value", 68)
	entry(line("expected"), "expected", 88)
	entry(`<rect class="bounds" y="-6" width="17" height="12"/>`, "bounds", 78)
	entry(line("before"), "expected before", 124)
	entry(`<circle class="flag" cx="9" r="4"/>`, "flagged", 76)
	entry(`<rect class="truth" y="-3" width="17" height="5" rx="2"/>`, "injected", 70)
}

// axes are lines at round values and times.
func (c *canvas) axes() {
	step := round((c.hi-c.lo)/5, 1, 2, 5, 10)
	for v := math.Ceil(c.lo/step) * step; v <= c.hi; v += step {
		c.printf(`<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			left, c.y(v), right, left-8, c.y(v)+4, number(v, step))
	}
	tick, format := 24*time.Hour, "2 Jan"
	for _, t := range []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour} {
		if time.Duration(c.to-c.from)/t <= 9 {
			tick, format = t, "15:04"
			break
		}
	}
	for at := c.from - c.from%int64(tick) + int64(tick); at <= c.to; at += int64(tick) {
		x := c.xAt(at)
		c.printf(`<path class="grid" d="M%.1f %dV%d"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`,
			x, top, scoreAt, min(x, right-10), height-10, time.Unix(0, at).UTC().Format(format))
	}
}

// band fills the space between the bounds, but for flagged stretches.
func (c *canvas) band() {
	n := len(c.At)
	for from := 0; from < n; {
		to := from
		for to < n && !c.Stretch[to] && !math.IsNaN(c.Upper[to]) && (to == from || c.At[to]-c.At[to-1] <= c.gap) {
			to++
		}
		if to-from > 1 {
			c.WriteString(`<path class="bounds" d="`)
			command := "M"
			for i := from; i < to; i++ {
				fmt.Fprintf(c, "%s%.1f %.1f", command, c.x(i), c.y(c.Upper[i]))
				command = "L"
			}
			for i := to - 1; i >= from; i-- {
				fmt.Fprintf(c, "L%.1f %.1f", c.x(i), c.y(c.Lower[i]))
			}
			c.printf(`Z"/>`)
		}
		from = max(to, from+1)
	}
}

// path draws a line, but for the rows of without.
func (c *canvas) path(class string, values []float64, without []bool) {
	fmt.Fprintf(c, `<path class="line %s" d="`, class)
	command := "M"
	for i, v := range values {
		if math.IsNaN(v) || without != nil && without[i] {
			command = "M"
			continue
		}
		if i > 0 && c.At[i]-c.At[i-1] > c.gap {
			command = "M"
		}
		fmt.Fprintf(c, "%s%.1f %.1f", command, c.x(i), c.y(v))
		command = "L"
	}
	c.printf(`"/>`)
}

// runs calls f with the first and last row of each run of rows.
func runs(rows []bool, f func(from, to int)) {
	for i := 0; i < len(rows); i++ {
		if !rows[i] {
			continue
		}
		from := i
		for i+1 < len(rows) && rows[i+1] {
			i++
		}
		f(from, i)
	}
}

// stretches draws, where the stream was flagged, what had been expected just
// before.
func (c *canvas) stretches() {
	runs(c.Stretch, func(from, to int) {
		if from > 0 && !math.IsNaN(c.Expected[from-1]) {
			y := c.y(c.Expected[from-1])
			c.printf(`<path class="line before" d="M%.1f %.1fH%.1f"/>`, c.x(from-1), y, c.x(to))
		}
	})
}

// labels is a bar under what is labelled.
func (c *canvas) labels() {
	runs(c.Truth, func(from, to int) {
		c.printf(`<rect class="truth" x="%.1f" y="%d" width="%.1f" height="5" rx="2"/>`, c.x(from)-3, truth, c.x(to)-c.x(from)+6)
	})
}

// scores draws a bar for every row's score, and the threshold.
func (c *canvas) scores() {
	y := func(score float64) float64 { return scoreAt - (scoreAt-scoreTop)*min(score, most)/most }
	wide := max(1, float64(right-left)/float64(len(c.At))-0.4)
	for i, score := range c.Score {
		if score > 0.02 {
			c.printf(`<rect class="score" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, c.x(i)-wide/2, y(score), wide, scoreAt-y(score))
		}
	}
	c.printf(`<path class="one" d="M%d %.1fH%d"/><path class="grid" d="M%d %dH%d"/>`, left, y(1), right, left, scoreAt, right)
	c.printf(`<text x="%d" y="%.1f" text-anchor="end">1</text><text x="%d" y="%d" text-anchor="end">score</text>`,
		left-8, y(1)+4, left-8, scoreTop+6)
}

// limits is what the picture shows: all values, and of the bounds what is not far
// outside.
func (s Series) limits() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range s.Value {
		if !math.IsNaN(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if !(lo < hi) {
		lo, hi = lo-1, hi+1
	}
	margin := 0.1 * (hi - lo)
	return lo - margin, hi + margin
}

// round is the next of some steps in a decade.
func round(v float64, steps ...float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, s := range steps {
		if s*decade >= v {
			return s * decade
		}
	}
	return v
}

// number has as many digits as a step needs.
func number(v, step float64) string {
	return fmt.Sprintf("%.*f", max(0, -int(math.Floor(math.Log10(step)+1e-9))), v+0)
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
