// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package keyword picks the few words that set a cluster of templates apart.
package keyword

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// A word of fewer members than this share of them, and of fewer than two, is of
// those members and not of the cluster.
const minSupport = 1.0 / 3

// A word that scores less than this part of the best one tells too little.
const minScore = 0.25

// part is the factor of parts of names and names of fields: of "ssh<num>" or
// "uid=<num>" a person takes no word as long as there is another.
const part = 0.1

// candidate is a term of the cluster with how often and how it occurred.
type candidate struct {
	term     feature.Term
	members  int
	weight   float64 // sum of local weights over the members
	score    float64
	surfaces []wording
}

// wording is a way that a term was written.
type wording struct {
	text  string
	times int
}

// Select returns up to n keywords of the cluster with the given members, the
// best first, in lower case and as they occurred: terms of a good share of the
// members that come near the best one in score. The score is that of
// class-based TF-IDF (Grootendorst 2022, BERTopic, sec. 3.3): how common a term is in the cluster, times its
// rarity among all templates of the space.
func Select(members []feature.Terms, space *feature.Space, n int) []string {
	candidates := gather(members)
	for i := range candidates {
		c := &candidates[i]
		c.score = c.weight / float64(len(members)) * math.Sqrt(space.IDF(&c.term))
		if c.term.Part {
			c.score *= part
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.term.Text, b.term.Text))
	})
	out := choose(candidates, support(len(members)), n)
	if len(out) == 0 {
		out = choose(candidates, 1, min(n, 1)) // members with nothing in common
	}
	return out
}

// support is the number of members that a keyword needs.
func support(members int) int {
	return min(members, max(2, int(math.Ceil(minSupport*float64(members)))))
}

// choose takes the first n of the candidates, in order of falling score, that
// enough members have and that come near the best.
func choose(candidates []candidate, support, n int) []string {
	var out []string
	best := 0.0
	for i := range candidates {
		c := &candidates[i]
		if c.members < support {
			continue
		}
		best = max(best, c.score)
		if len(out) == n || c.score < minScore*best {
			break
		}
		out = appendNew(out, c.surface())
	}
	return out
}

// gather collects the terms of all members; each occurs in a member once.
func gather(members []feature.Terms) []candidate {
	at := make(map[uint64]int)
	var out []candidate
	for _, terms := range members {
		for i := range terms {
			t := &terms[i]
			if t.Surface == "" {
				continue
			}
			k, known := at[t.Dim]
			if !known {
				k = len(out)
				at[t.Dim] = k
				out = append(out, candidate{term: *t})
			}
			out[k].add(t)
		}
	}
	return out
}

func (c *candidate) add(t *feature.Term) {
	c.members++
	c.weight += float64(t.Weight)
	c.term.Part = c.term.Part && t.Part
	for i := range c.surfaces {
		if c.surfaces[i].text == t.Surface {
			c.surfaces[i].times++
			return
		}
	}
	c.surfaces = append(c.surfaces, wording{t.Surface, 1})
}

// surface is the wording that occurred most, of equals the shortest that has the
// sense's own name in it, then the shortest.
func (c *candidate) surface() string {
	return slices.MinFunc(c.surfaces, func(a, b wording) int {
		return cmp.Or(
			cmp.Compare(b.times, a.times),
			-cmp.Compare(btoi(has(a.text, c.term.Text)), btoi(has(b.text, c.term.Text))),
			cmp.Compare(len(a.text), len(b.text)),
			strings.Compare(a.text, b.text),
		)
	}).text
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// has is true when text has some words in a row.
func has(text, words string) bool { return strings.Contains(" "+text+" ", " "+words+" ") }

// appendNew leaves out a keyword that only repeats words of those before.
func appendNew(out []string, s string) []string {
	for _, o := range out {
		if has(o, s) {
			return out
		}
	}
	return append(out, s)
}
