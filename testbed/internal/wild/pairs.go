// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// linesPerSide is how many lines are made of each wording of a pair.
const linesPerSide = 3

// PairRun is how the pairs are streamed.
type PairRun struct {
	Language string
	// Together puts all pairs in one service; else each has one of its own.
	Together bool
	Seeds    int
	// Related tells what is offered beside a cluster; nil where nothing can.
	Related Related
}

// Pairs is how many pairs of wordings share a cluster.
type Pairs struct {
	Envelope string
	// Same mean the same, Different do not; Joined are those of them that share
	// one, Offered those that share one or of which one is related to the other,
	// as means over the seeds.
	Same, Different             int
	SameJoined, DifferentJoined float64
	SameOffered                 float64
	// Wrong are the joined pairs that mean different things.
	Wrong [][2]string
}

// side is one wording of a pair.
type side struct{ pair, side int }

// ScorePairs streams the pairs of a language in every envelope.
func ScorePairs(ctx context.Context, d *Data, run PairRun) ([]Pairs, error) {
	same, different := d.Pairs[run.Language+"_same"], d.Pairs[run.Language+"_different"]
	all := append(append([][2]string{}, same...), different...)
	weight := 1 / float64(run.Seeds)
	var out []Pairs
	for _, envelope := range Envelopes {
		row := Pairs{Envelope: envelope.Name, Same: len(same), Different: len(different)}
		for seed := range run.Seeds {
			verdicts, err := run.judge(ctx, all, envelope, uint64(seed)+1)
			if err != nil {
				return nil, err
			}
			for i, v := range verdicts {
				if i >= len(same) {
					if v.joined {
						row.DifferentJoined += weight
						row.Wrong = append(row.Wrong, all[i])
					}
					continue
				}
				if v.joined {
					row.SameJoined += weight
				}
				if v.joined || v.related {
					row.SameOffered += weight
				}
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// verdict is whether any two lines of a pair's sides share a cluster in the second
// pass, and whether a cluster of one is offered beside one of the other.
type verdict struct{ joined, related bool }

func (p PairRun) judge(ctx context.Context, pairs [][2]string, envelope Envelope, seed uint64) ([]verdict, error) {
	services, where := p.services(dataset.Random(seed), pairs, envelope)
	answers, err := Run(ctx, services, p.Related)
	if err != nil {
		return nil, err
	}
	out := make([]verdict, len(pairs))
	for i := range pairs {
		a, b := where[side{i, 0}], where[side{i, 1}]
		of := answers[a[0].service]
		clusters := [2]ids{clustersOf(of, a), clustersOf(of, b)}
		out[i].joined = clusters[0].meets(clusters[1])
		for k, mine := range clusters {
			for id := range mine {
				for _, r := range of.Related[id] {
					out[i].related = out[i].related || clusters[1-k][r]
				}
			}
		}
	}
	return out, nil
}

// place is where a line is.
type place struct{ service, line int }

// services makes the lines of all sides, and tells where those of each are.
func (p PairRun) services(r *rand.Rand, pairs [][2]string, envelope Envelope) ([]Service, map[side][]place) {
	sides := make([]side, 0, 2*linesPerSide*len(pairs))
	for i := range pairs {
		for k := range 2 {
			for range linesPerSide {
				sides = append(sides, side{i, k})
			}
		}
	}
	services := make([]Service, len(pairs))
	if p.Together {
		r.Shuffle(len(sides), func(i, j int) { sides[i], sides[j] = sides[j], sides[i] })
		services = services[:1]
	}
	where := map[side][]place{}
	for _, s := range sides {
		k := s.pair % len(services)
		services[k].Name = fmt.Sprintf("service%d", k)
		body, _ := envelope.Draw(r, Statement{Message: pairs[s.pair][s.side], Level: "INFO", Logger: "core.Handler"})
		where[s] = append(where[s], place{k, len(services[k].Lines)})
		services[k].Lines = append(services[k].Lines, body)
	}
	return services, where
}

func clustersOf(answers Answers, lines []place) ids {
	out := ids{}
	for _, p := range lines {
		out[answers.Second[p.line].ClusterID] = true
	}
	delete(out, "")
	return out
}
