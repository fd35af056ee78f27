// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package accuracy measures how well lines are grouped into templates, and
// templates into clusters of one meaning, against labelled data.
package accuracy

import (
	"context"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/score"
)

// Grouper names a group for each record, in order. It is what a peer implements.
type Grouper func([]harness.Record) []string

// Parsing is the grouping accuracy of one labelled log.
type Parsing struct {
	Name      string
	Templates int // true ones
	Found     int // final ones
	// Emitted groups the lines by the ID that each got as it streamed past, Final
	// by the ID that it resolves to in the end.
	Emitted, Final float64
	Peers          []float64 // in the order of the peers given
}

// Parse streams one labelled log through a processor of its own and through each
// peer.
func Parse(ctx context.Context, lines dataset.Lines, peers ...Grouper) (Parsing, error) {
	return parse(ctx, lines.Name, records(lines, lines.Name), lines.Truth, peers)
}

// ParseMixed streams all sets through one processor, interleaved line by line.
// With shared, all lines are of one service, so of one partition.
func ParseMixed(ctx context.Context, sets []dataset.Lines, shared bool, peers ...Grouper) (Parsing, error) {
	name := "mixed, a service each"
	if shared {
		name = "mixed, one service"
	}
	var mixed []harness.Record
	var truth []string
	for i, left := 0, true; left; i++ {
		left = false
		for _, set := range sets {
			if i >= len(set.Content) {
				continue
			}
			left = true
			service := set.Name
			if shared {
				service = "mixed"
			}
			mixed = append(mixed, harness.Record{Service: service, Body: set.Content[i]})
			truth = append(truth, set.Name+" "+set.Truth[i])
		}
	}
	return parse(ctx, name, mixed, truth, peers)
}

func parse(ctx context.Context, name string, rs []harness.Record, truth []string, peers []Grouper) (Parsing, error) {
	emitted, final, err := stream(ctx, rs)
	if err != nil {
		return Parsing{}, err
	}
	finalIDs := project(rs, final, templateID)
	p := Parsing{
		Name:      name,
		Templates: distinct(truth),
		Found:     distinct(finalIDs),
		Emitted:   score.Grouping(truth, project(rs, emitted, templateID)),
		Final:     score.Grouping(truth, finalIDs),
	}
	for _, peer := range peers {
		p.Peers = append(p.Peers, score.Grouping(truth, peer(rs)))
	}
	return p, nil
}

// Mean averages the rows of the sets, each set weighing the same.
func Mean(rows []Parsing) Parsing {
	mean := Parsing{Name: "mean", Peers: make([]float64, len(rows[0].Peers))}
	n := float64(len(rows))
	for _, r := range rows {
		mean.Templates += r.Templates
		mean.Found += r.Found
		mean.Emitted += r.Emitted / n
		mean.Final += r.Final / n
		for i, p := range r.Peers {
			mean.Peers[i] += p / n
		}
	}
	return mean
}

// stream feeds the records to a new processor, twice.
func stream(ctx context.Context, rs []harness.Record) (emitted, final []harness.Answer, err error) {
	s, err := harness.NewStream(ctx)
	if err != nil {
		return nil, nil, err
	}
	emitted, final, err = s.FeedTwice(ctx, rs)
	if stopped := s.Stop(ctx); err == nil {
		err = stopped
	}
	return emitted, final, err
}

func records(lines dataset.Lines, service string) []harness.Record {
	out := make([]harness.Record, len(lines.Content))
	for i, c := range lines.Content {
		out[i] = harness.Record{Service: service, Body: c}
	}
	return out
}

func templateID(a harness.Answer) string { return a.TemplateID }
func clusterID(a harness.Answer) string  { return a.ClusterID }
func categoryID(a harness.Answer) string { return a.CategoryID }

// project names the group of each record by an ID of its answer. IDs of two
// services are two groups even where they are equal.
func project(rs []harness.Record, answers []harness.Answer, id func(harness.Answer) string) []string {
	out := make([]string, len(answers))
	for i, a := range answers {
		out[i] = rs[i].Service + " " + id(a)
	}
	return out
}

func distinct(labels []string) int {
	seen := map[string]bool{}
	for _, l := range labels {
		seen[l] = true
	}
	return len(seen)
}
