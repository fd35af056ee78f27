// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"fmt"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// linesPerSide is how many lines are made of each wording of a pair.
const linesPerSide = 3

// Pairs is how many pairs of wordings share a cluster.
type Pairs struct {
	Envelope string
	// Same mean the same, Different do not; Joined are those of them that share
	// one, as means over the seeds.
	Same, Different             int
	SameJoined, DifferentJoined float64
	// Wrong are the joined pairs that mean different things.
	Wrong [][2]string
}

// side is one wording of a pair.
type side struct {
	pair, side int
	text       string
}

// ScorePairs streams the pairs of a language, each in a service of its own or all
// in one, in every envelope.
func ScorePairs(ctx context.Context, d *Data, language string, together bool, seeds int) ([]Pairs, error) {
	same, different := d.Pairs[language+"_same"], d.Pairs[language+"_different"]
	all := append(append([][2]string{}, same...), different...)
	var out []Pairs
	for _, envelope := range Envelopes {
		row := Pairs{Envelope: envelope.Name, Same: len(same), Different: len(different)}
		for seed := range seeds {
			joined, err := joinedPairs(ctx, all, envelope, together, uint64(seed)+1)
			if err != nil {
				return nil, err
			}
			for i, j := range joined {
				switch {
				case !j:
				case i < len(same):
					row.SameJoined += 1 / float64(seeds)
				default:
					row.DifferentJoined += 1 / float64(seeds)
					row.Wrong = append(row.Wrong, all[i])
				}
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// joinedPairs tells for each pair whether any two lines of its sides share a
// cluster in the second pass.
func joinedPairs(ctx context.Context, pairs [][2]string, envelope Envelope, together bool, seed uint64) ([]bool, error) {
	r := dataset.Random(seed)
	var sides []side
	for i, p := range pairs {
		for k, text := range p {
			for range linesPerSide {
				sides = append(sides, side{i, k, text})
			}
		}
	}
	services := make([]Service, len(pairs))
	of := func(s side) int { return s.pair }
	if together {
		r.Shuffle(len(sides), func(i, j int) { sides[i], sides[j] = sides[j], sides[i] })
		services, of = services[:1], func(side) int { return 0 }
	}
	type place struct{ service, line int }
	where := map[side][]place{}
	for _, s := range sides {
		k := of(s)
		services[k].Name = fmt.Sprintf("service%d", k)
		body, _ := envelope.Draw(r, Statement{Message: s.text, Level: "INFO", Logger: "core.Handler"})
		where[s] = append(where[s], place{k, len(services[k].Lines)})
		services[k].Lines = append(services[k].Lines, body)
	}
	answers, err := Run(ctx, services)
	if err != nil {
		return nil, err
	}
	clusters := func(s side) ids {
		out := ids{}
		for _, p := range where[s] {
			out[answers[p.service].Second[p.line].ClusterID] = true
		}
		delete(out, "")
		return out
	}
	out := make([]bool, len(pairs))
	for i, p := range pairs {
		out[i] = clusters(side{i, 0, p[0]}).meets(clusters(side{i, 1, p[1]}))
	}
	return out, nil
}
