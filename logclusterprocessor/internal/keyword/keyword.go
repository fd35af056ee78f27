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

// candidate is a term of the cluster with how often and how it occurred.
type candidate struct {
	term     feature.Term
	weight   float64 // sum of local weights over the members
	surfaces map[string]int
}

// Select returns up to n keywords of the cluster with the given members, the
// best first, in lower case and as they occurred. The score is that of
// class-based TF-IDF (Grootendorst 2022, BERTopic, sec. 3.3): how common a term is in the cluster, times its
// rarity among all templates of the space.
func Select(members []feature.Terms, space *feature.Space, n int) []string {
	candidates := gather(members)
	score := func(c *candidate) float64 {
		return c.weight / float64(len(members)) * math.Sqrt(space.IDF(&c.term))
	}
	slices.SortStableFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(score(b), score(a)), strings.Compare(a.term.Text, b.term.Text))
	})
	var out []string
	for _, c := range candidates {
		if len(out) == n {
			break
		}
		out = appendNew(out, c.surface())
	}
	return out
}

func gather(members []feature.Terms) []*candidate {
	byDim := map[uint64]*candidate{}
	var out []*candidate
	for _, terms := range members {
		for _, t := range terms {
			if t.Surface == "" {
				continue
			}
			c := byDim[t.Dim]
			if c == nil {
				c = &candidate{term: t, surfaces: map[string]int{}}
				byDim[t.Dim] = c
				out = append(out, c)
			}
			c.weight += float64(t.Weight)
			c.surfaces[t.Surface]++
		}
	}
	return out
}

// surface is the wording that occurred most, of equals the one that is the
// sense's own name, then the shortest.
func (c *candidate) surface() string {
	best := ""
	for s := range c.surfaces {
		if best == "" || c.better(s, best) {
			best = s
		}
	}
	return best
}

func (c *candidate) better(a, b string) bool {
	return cmp.Or(
		cmp.Compare(c.surfaces[b], c.surfaces[a]),
		-cmp.Compare(btoi(a == c.term.Text), btoi(b == c.term.Text)),
		cmp.Compare(len(a), len(b)),
		strings.Compare(a, b),
	) < 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// appendNew leaves out a keyword that only repeats words of those before.
func appendNew(out []string, s string) []string {
	for _, o := range out {
		if strings.Contains(" "+o+" ", " "+s+" ") {
			return out
		}
	}
	return append(out, s)
}
