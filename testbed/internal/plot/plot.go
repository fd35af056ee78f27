// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package plot draws a series with its bounds and flags as SVG.
package plot

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Series is what one picture shows; the slices are of one length. NaN is left
// out.
type Series struct {
	Title           string
	From, To        string // first and last time, as text
	Value, Expected []float64
	Lower, Upper    []float64
	Flagged, Truth  []bool
}

const (
	width, height = 900, 260
	left, right   = 56, 12
	top, bottom   = 34, 26
)

// Write draws the series.
func Write(w io.Writer, s Series) error {
	lo, hi := s.limits()
	n := len(s.Value)
	x := func(i int) float64 { return left + float64(width-left-right)*float64(i)/float64(max(1, n-1)) }
	y := func(v float64) float64 {
		v = max(lo, min(hi, v))
		return top + float64(height-top-bottom)*(hi-v)/(hi-lo)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="%d" y="20" fill="#222" font-size="13">%s</text>`+"\n", left, escape(s.Title))
	for _, v := range []float64{lo, (lo + hi) / 2, hi} {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#e5e5e5"/><text x="%d" y="%.1f" fill="#666" text-anchor="end">%s</text>`+"\n",
			left, y(v), width-right, left-6, y(v)+4, number(v))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#666">%s</text><text x="%d" y="%d" fill="#666" text-anchor="end">%s</text>`+"\n",
		left, height-8, escape(s.From), width-right, height-8, escape(s.To))
	s.truth(&b, x)
	// the band between the bounds, there and back again
	b.WriteString(`<path fill="#4c8bf5" fill-opacity="0.15" d="`)
	command := "M"
	for i, v := range s.Upper {
		if !math.IsNaN(v) {
			fmt.Fprintf(&b, "%s%.1f %.1f", command, x(i), y(v))
			command = "L"
		}
	}
	for i := n - 1; i >= 0; i-- {
		if v := s.Lower[i]; !math.IsNaN(v) {
			fmt.Fprintf(&b, "%s%.1f %.1f", command, x(i), y(v))
		}
	}
	b.WriteString("\"/>\n")
	line(&b, s.Expected, x, y, `stroke="#4c8bf5" stroke-opacity="0.7"`)
	line(&b, s.Value, x, y, `stroke="#333"`)
	for i, flagged := range s.Flagged {
		if flagged && !math.IsNaN(s.Value[i]) {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#d93025"/>`+"\n", x(i), y(s.Value[i]))
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// truth shades the labelled rows.
func (s Series) truth(b *strings.Builder, x func(int) float64) {
	for i := 0; i < len(s.Truth); i++ {
		if !s.Truth[i] {
			continue
		}
		end := i
		for end+1 < len(s.Truth) && s.Truth[end+1] {
			end++
		}
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#f9ab00" fill-opacity="0.25"/>`+"\n",
			x(i)-1, top, x(end)-x(i)+2, height-top-bottom)
		i = end
	}
}

// limits is what the picture shows of the values: all of them, and of the bounds
// what is not far outside.
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
	margin := 0.08 * (hi - lo)
	return lo - margin, hi + margin
}

func line(b *strings.Builder, values []float64, x func(int) float64, y func(float64) float64, style string) {
	fmt.Fprintf(b, `<path fill="none" %s d="`, style)
	command := "M"
	for i, v := range values {
		if math.IsNaN(v) {
			command = "M"
			continue
		}
		fmt.Fprintf(b, "%s%.1f %.1f", command, x(i), y(v))
		command = "L"
	}
	b.WriteString("\"/>\n")
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// number is short enough for the margin.
func number(v float64) string {
	if math.Abs(v) >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
