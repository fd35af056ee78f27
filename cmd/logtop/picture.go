// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"errors"
	"fmt"
	html "html/template"
	"io"
	"strconv"
	"strings"
)

// The picture, in pixels of its own. The characters that fit follow from a
// monospaced font whose characters are 0.602 em wide, the widest of the usual.
const (
	pictureWidth = 1000
	leftEdge     = 24  // of the lines
	leftEnd      = 478 // where their bands begin
	rightEdge    = 560 // of the clusters, where the bands end
	rightEnd     = pictureWidth - 24
	contentTop   = 146
	lineHeight   = 22
	headHeight   = 26 // of a service's name
	rowHeight    = 44
	rowGap       = 6

	lineCharacters    = 64 // at 11.5 px
	patternCharacters = 50 // at 11 px
	keywordCharacters = 26 // proportional, at 13.5 px bold

	pictureServices = 3
	pictureLines    = 18 // of all services together
	pictureClusters = 9
)

// Colours that differ from their neighbours and can be read on a dark ground.
var palette = []string{
	"#6cb6ff", "#f0883e", "#56d364", "#f778ba", "#e3c341", "#b794ff",
	"#3dd6d0", "#ff7b72", "#b5d84a", "#a5c8ff", "#dba671", "#e6a8ff",
}

//go:embed picture.svg.tmpl
var pictureText string

// The template engine escapes every text by its place in the markup.
var pictureTemplate = html.Must(html.New("picture").Parse(pictureText))

type picture struct {
	Width, Height, Frame    int // Frame: the height of the outline
	Records, Clusters       string
	Shown, Held, Percentage string
	Heads                   []pictureHead
	Lines                   []pictureLine
	Rows                    []pictureRow
	Bands                   []pictureBand
}

type pictureHead struct {
	Y    int
	Text string
}

type pictureLine struct {
	Y      int
	Colour string
	Parts  []part
}

type pictureRow struct {
	Y                   int
	Colour              string
	Count, Keywords, ID string
	Pattern             []part
	lines, placed       int // how many bands it gets, and has
}

type pictureBand struct {
	Colour, Path string
}

// drawPicture writes an SVG of lines as they came, and of the clusters that
// they became.
func (s *summary) drawPicture(w io.Writer) error {
	if len(s.lines) == 0 {
		return errors.New("no record has a template")
	}
	return pictureTemplate.Execute(w, s.picture())
}

func (s *summary) picture() picture {
	clusters := map[templateKey]*row{}
	for _, r := range s.rows() {
		clusters[templateKey{r.service, r.cluster}] = r
	}
	services := min(pictureServices, s.services())
	excerpts := s.excerpts(services, pictureLines/services, pictureClusters/services)

	p := picture{Width: pictureWidth, Records: thousands(s.records), Clusters: thousands(len(clusters))}
	rows := map[templateKey]int{}
	var rowOf []int // of each line
	held, y := 0, contentTop
	for _, e := range excerpts {
		p.Heads = append(p.Heads, pictureHead{y + headHeight/2, cut(e.service, lineCharacters)})
		y += headHeight
		for _, l := range e.lines {
			key := s.clusterOf(l)
			at, ok := rows[key]
			if !ok {
				at = len(p.Rows)
				rows[key] = at
				p.Rows = append(p.Rows, newRow(clusters[key], palette[at%len(palette)]))
				held += clusters[key].records
			}
			p.Rows[at].lines++
			rowOf = append(rowOf, at)
			p.Lines = append(p.Lines, pictureLine{
				Y: y, Colour: p.Rows[at].Colour,
				Parts: cutParts(parts(l.body, s.templates[l.template].text), lineCharacters),
			})
			y += lineHeight
		}
	}
	p.placeRows(y)
	p.drawBands(rowOf)
	p.Shown, p.Held = thousands(len(p.Rows)), thousands(held)
	p.Percentage = strconv.Itoa(100 * held / s.records)
	return p
}

func newRow(r *row, colour string) pictureRow {
	return pictureRow{
		Colour: colour, Count: thousands(r.records), ID: cut(r.cluster, 16),
		Keywords: cutWords(r.keywords, keywordCharacters),
		Pattern:  cutParts(pattern(r.text), patternCharacters),
	}
}

// placeRows spreads the rows over the height of the lines, which end at y, and
// makes the picture as high as the higher of the two needs.
func (p *picture) placeRows(y int) {
	need := len(p.Rows)*(rowHeight+rowGap) - rowGap
	space := max(y-contentTop, need)
	pitch := rowHeight + rowGap
	if len(p.Rows) > 1 {
		pitch = min((space-rowHeight)/(len(p.Rows)-1), 2*rowHeight)
	}
	top := contentTop + (space-(len(p.Rows)-1)*pitch-rowHeight)/2
	for i := range p.Rows {
		p.Rows[i].Y = top + i*pitch
	}
	p.Height = contentTop + space + 54
	p.Frame = p.Height - 1
}

// drawBands leads each line to its part of its cluster's row.
func (p *picture) drawBands(rowOf []int) {
	for i, l := range p.Lines {
		r := &p.Rows[rowOf[i]]
		top, bottom := float64(l.Y+2), float64(l.Y+lineHeight-2)
		slice := float64(rowHeight) / float64(r.lines)
		from := float64(r.Y) + slice*float64(r.placed)
		r.placed++
		middle := (leftEnd + rightEdge) / 2
		p.Bands = append(p.Bands, pictureBand{l.Colour, fmt.Sprintf(
			"M%d %.1fC%d %.1f %d %.1f %d %.1fV%.1fC%d %.1f %d %.1f %d %.1fZ",
			leftEnd, top, middle, top, middle, from, rightEdge, from, from+slice,
			middle, from+slice, middle, bottom, leftEnd, bottom)})
	}
}

// pattern divides a template's text into constant parts and placeholders.
func pattern(text string) []part {
	var out []part
	end := 0
	for _, at := range placeholder.FindAllStringIndex(text, -1) {
		if at[0] > end {
			out = append(out, part{Text: text[end:at[0]]})
		}
		out = append(out, part{Text: text[at[0]:at[1]], Varies: true})
		end = at[1]
	}
	if end < len(text) {
		out = append(out, part{Text: text[end:]})
	}
	return out
}

// cutParts shortens parts to width characters in all.
func cutParts(all []part, width int) []part {
	for i, p := range all {
		length := len([]rune(p.Text))
		room := width
		if i+1 < len(all) {
			room-- // for the sign that something is left out
		}
		if length > room {
			all[i].Text = cut(p.Text+"…", width)
			return all[:i+1]
		}
		all[i].Text = cut(p.Text, width)
		width -= length
	}
	return all
}

// cutWords leaves out the words that are more than width characters.
func cutWords(text string, width int) string {
	for len([]rune(text)) > width {
		at := strings.LastIndexByte(text, ' ')
		if at < 0 {
			return cut(text, width)
		}
		text = strings.TrimRight(text[:at], ", ")
	}
	return cut(text, width)
}

func (s *summary) services() int {
	services := map[string]bool{}
	for key := range s.templates {
		services[key.service] = true
	}
	return len(services)
}

// thousands writes n with a comma every three digits.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
