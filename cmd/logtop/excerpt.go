// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
)

// line is a log record as it came, and the template that it got.
type line struct {
	template templateKey
	body     string
}

// excerpt is some consecutive lines of one service.
type excerpt struct {
	service string
	lines   []line
}

// excerpts returns n consecutive lines of each of the services with the most
// records: the stretch whose clusters, at most clusters of them where there is
// such a stretch, stand for the most records.
func (s *summary) excerpts(services, n, clusters int) []excerpt {
	byService := map[string][]line{}
	for _, l := range s.lines {
		byService[l.template.service] = append(byService[l.template.service], l)
	}
	all := make([]excerpt, 0, len(byService))
	for service, lines := range byService {
		all = append(all, excerpt{service, lines})
	}
	slices.SortFunc(all, func(a, b excerpt) int {
		return cmp.Or(len(b.lines)-len(a.lines), cmp.Compare(a.service, b.service))
	})
	all = all[:min(services, len(all))]

	sizes := map[templateKey]int{}
	for _, r := range s.rows() {
		sizes[templateKey{r.service, r.cluster}] = r.records
	}
	for i, e := range all {
		all[i].lines = s.stretch(e.lines, n, clusters, sizes)
	}
	return all
}

// stretch returns the n consecutive lines that score best, the first of equals.
// A cluster's worth is the logarithm of its size: one that holds nearly
// everything must not make all stretches equal.
func (s *summary) stretch(lines []line, n, clusters int, sizes map[templateKey]int) []line {
	n = min(n, len(lines))
	best, bestScore := 0, math.Inf(-1)
	for start := 0; start+n <= len(lines); start++ {
		seen, texts := map[templateKey]bool{}, map[templateKey]bool{}
		score := 0.0
		for _, l := range lines[start : start+n] {
			cluster := s.clusterOf(l)
			if !seen[cluster] {
				seen[cluster] = true
				score += math.Log2(1 + float64(sizes[cluster]))
			}
			if !texts[l.template] { // wordings show better than repetitions what a cluster is
				texts[l.template] = true
				score++
			}
		}
		if over := len(seen) - clusters; over > 0 {
			score -= 1000 * float64(over)
		}
		if score > bestScore {
			best, bestScore = start, score
		}
	}
	return lines[best : best+n]
}

func (s *summary) clusterOf(l line) templateKey {
	return templateKey{l.template.service, s.templates[l.template].cluster}
}

// part is a piece of a line that the template keeps, or one that it masks.
type part struct {
	Text   string
	Varies bool
}

var placeholder = regexp.MustCompile(`<(\*|[a-z][a-z0-9_]*)>`)

// parts divides a line into what its template says too and what varies. A line
// whose constant words are not found in order, because the template was made
// from a text with other spaces, is one constant part.
func parts(body, template string) []part {
	var out []part
	add := func(text string, varies bool) {
		if text != "" {
			out = append(out, part{text, varies})
		}
	}
	rest := body
	constants := placeholder.Split(template, -1)
	for i, constant := range constants {
		at := strings.Index(rest, constant)
		if i == len(constants)-1 && constant == "" {
			at = len(rest)
		}
		if at < 0 || i == 0 && at > 0 {
			return []part{{Text: body}}
		}
		add(rest[:at], true)
		add(constant, false)
		rest = rest[at+len(constant):]
	}
	add(rest, true)
	return out
}
