// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package paraphrase

import (
	"context"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// Sizes are how many messages are drawn to see whether size matters; the last row
// is of all messages.
var Sizes = []int{120, 240, 490, 970}

// Grown is what a draw of so many messages scores.
type Grown struct {
	Messages int
	// Same is over the messages of the smallest draw, which are in every other;
	// Own over all members of sets that were drawn.
	Same, Own accuracy.Meaning
}

// Grouper names the group of each text.
type Grouper func(ctx context.Context, texts []string, seed uint64) ([]string, error)

// Grow scores ever larger draws of whole sets, and all messages, whose groups are
// given. Rows are added to, so that they are means when called once a seed.
func Grow(ctx context.Context, d *Data, group Grouper, all []string, seed uint64, rows []Grown, weight float64) ([]Grown, error) {
	if rows == nil {
		rows = make([]Grown, len(Sizes)+1)
	}
	order := draw(d, seed)
	smallest := order[:Sizes[0]]
	for i, n := range append(slices.Clone(Sizes), len(d.Messages)) {
		rows[i].Messages = n
		own, labels := order, all
		if i < len(Sizes) {
			own = order[:n]
			texts := make([]string, n)
			for k, m := range own {
				texts[k] = d.Messages[m].Text
			}
			drawn, err := group(ctx, texts, seed)
			if err != nil {
				return nil, err
			}
			labels = make([]string, len(d.Messages))
			for k, m := range own {
				labels[m] = drawn[k]
			}
		}
		rows[i].Same.Add(setsOf(d, smallest), labelsOf(labels, smallest), weight)
		rows[i].Own.Add(setsOf(d, own), labelsOf(labels, own), weight)
	}
	return rows, nil
}

// draw returns the members of sets, set by set in a random order: each prefix is
// a draw, and the smaller is in the larger.
func draw(d *Data, seed uint64) []int {
	members, sets := map[string][]int{}, []string{}
	for i, m := range d.Messages {
		if m.Set == "" {
			continue
		}
		if members[m.Set] == nil {
			sets = append(sets, m.Set)
		}
		members[m.Set] = append(members[m.Set], i)
	}
	r := dataset.Random(seed)
	r.Shuffle(len(sets), func(i, j int) { sets[i], sets[j] = sets[j], sets[i] })
	var out []int
	for _, s := range sets {
		out = append(out, members[s]...)
	}
	return out
}

func setsOf(d *Data, messages []int) []string {
	out := make([]string, len(messages))
	for k, m := range messages {
		out[k] = d.Messages[m].Set
	}
	return out
}

func labelsOf(labels []string, messages []int) []string {
	out := make([]string, len(messages))
	for k, m := range messages {
		out[k] = labels[m]
	}
	return out
}
