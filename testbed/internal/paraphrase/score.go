// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package paraphrase

import (
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
)

// Share is how many of how many; both are means over runs.
type Share struct{ Count, Of float64 }

// Ratio is the share; of nothing it is 0.
func (s Share) Ratio() float64 {
	if s.Of == 0 {
		return 0
	}
	return s.Count / s.Of
}

// Add counts one more, with a weight.
func (s *Share) Add(hit bool, weight float64) {
	s.Of += weight
	if hit {
		s.Count += weight
	}
}

// Figures are how well a grouping agrees with what is known of the messages.
type Figures struct {
	Name string
	// Sets is over the members of sets, Stream over them and the messages of no
	// set, each of which is one of its own.
	Sets, Stream accuracy.Meaning
	// Positive is the share of pairs that mean the same that are joined, Negative
	// of those that do not; by kind, all under "all".
	Positive, Negative map[string]Share
	// NotAlone is the share of messages of no set that share a group.
	NotAlone Share
}

// All is the key of the sum over kinds.
const All = "all"

// NewFigures returns figures to add runs to.
func NewFigures(name string) *Figures {
	return &Figures{Name: name, Positive: map[string]Share{}, Negative: map[string]Share{}}
}

// Add adds the scores of one run to the mean. Only messages of the projects kept
// count, and pairs of which both are; nil keeps all.
func (f *Figures) Add(d *Data, labels []string, weight float64, kept func(project string) bool) {
	keep := func(i int) bool { return kept == nil || kept(d.Messages[i].Project) }
	var truth, pred []string
	for i, m := range d.Messages {
		if m.Set != "" && keep(i) {
			truth, pred = append(truth, m.Set), append(pred, labels[i])
		}
	}
	f.Sets.Add(truth, pred, weight)
	size := map[string]int{}
	for _, l := range labels {
		size[l]++
	}
	for _, i := range d.Singles {
		if !keep(i) {
			continue
		}
		f.NotAlone.Add(size[labels[i]] > 1, weight)
		set := d.Messages[i].Set
		if set == "" {
			set = "single " + strconv.Itoa(i)
		}
		truth, pred = append(truth, set), append(pred, labels[i])
	}
	f.Stream.Add(truth, pred, weight)
	count(f.Positive, d.Positive, labels, weight, keep)
	count(f.Negative, d.Negative, labels, weight, keep)
}

func count(shares map[string]Share, pairs []Pair, labels []string, weight float64, keep func(int) bool) {
	for _, p := range pairs {
		if !keep(p.A) || !keep(p.B) {
			continue
		}
		for _, kind := range []string{All, p.Kind} {
			if kind == "" {
				continue
			}
			s := shares[kind]
			s.Add(labels[p.A] == labels[p.B], weight)
			shares[kind] = s
		}
	}
}

// OppositesJoined is the share of pairs joined that say the opposite for anybody:
// of polarity, direction and negation.
func (f *Figures) OppositesJoined() Share {
	var out Share
	for _, kind := range []string{"polarity", "direction", "negation"} {
		out.Count += f.Negative[kind].Count
		out.Of += f.Negative[kind].Of
	}
	return out
}
