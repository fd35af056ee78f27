// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package accuracy

import (
	"context"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/score"
)

// LinesPerMessage is how many raw lines are made from each message template.
const LinesPerMessage = 20

// Meaning is how well clusters of message templates agree with the labelled
// concepts. Templates are scored, not lines: each counts once, with the cluster
// that most of its lines are in.
type Meaning struct {
	Name     string
	Clusters float64
	ARI      float64
	BCubed   score.PRF
	Pairwise score.PRF
}

// Understand makes lines from the messages, streams them shuffled through one
// processor and through each peer, and scores: the clusters, the categories, the templates alone,
// each peer, and never merging any messages. The figures are means over the
// seeds.
func Understand(ctx context.Context, messages []dataset.Message, seeds int, names []string, peers []Grouper) ([]Meaning, error) {
	concepts := make([]string, len(messages))
	codes := make([]string, len(messages))
	for i, m := range messages {
		concepts[i], codes[i] = m.Concept, m.Code
	}
	rows := []Meaning{{Name: "log.cluster.id"}, {Name: "log.cluster.category"}, {Name: "log.template.id"}}
	for _, name := range names {
		rows = append(rows, Meaning{Name: name})
	}
	for seed := range seeds {
		rs, source := lines(messages, uint64(seed)+1)
		_, final, err := stream(ctx, rs)
		if err != nil {
			return nil, err
		}
		groupings := [][]string{project(rs, final, clusterID), project(rs, final, categoryID), project(rs, final, templateID)}
		for _, peer := range peers {
			groupings = append(groupings, peer(rs))
		}
		for i, groups := range groupings {
			rows[i].Add(concepts, Majority(groups, source, len(messages)), 1/float64(seeds))
		}
	}
	floor := Meaning{Name: "never merging"}
	floor.Add(concepts, codes, 1)
	return append(rows, floor), nil
}

// Add adds the scores of one run to the mean.
func (m *Meaning) Add(truth, pred []string, weight float64) {
	m.Clusters += weight * float64(distinct(pred))
	m.ARI += weight * score.ARI(truth, pred)
	addPRF(&m.BCubed, score.BCubed(truth, pred), weight)
	addPRF(&m.Pairwise, score.Pairwise(truth, pred), weight)
}

func addPRF(to *score.PRF, x score.PRF, weight float64) {
	to.Precision += weight * x.Precision
	to.Recall += weight * x.Recall
	to.F1 += weight * x.F1
}

// Made returns the lines that are made of the messages as a labelled log, each
// line grouped by its message.
func Made(messages []dataset.Message) dataset.Lines {
	rs, source := lines(messages, 1)
	made := dataset.Lines{Name: "made of error messages"}
	for i, r := range rs {
		made.Content = append(made.Content, r.Body)
		made.Truth = append(made.Truth, messages[source[i]].Code)
	}
	return made
}

// lines makes the raw lines of all messages in a shuffled order, and tells for
// each which message it is of.
func lines(messages []dataset.Message, seed uint64) (rs []harness.Record, source []int) {
	r := dataset.Random(seed)
	for i, m := range messages {
		for range LinesPerMessage {
			rs = append(rs, harness.Record{Service: "errors", Body: dataset.Fill(r, m.Text)})
			source = append(source, i)
		}
	}
	r.Shuffle(len(rs), func(i, j int) {
		rs[i], rs[j] = rs[j], rs[i]
		source[i], source[j] = source[j], source[i]
	})
	return rs, source
}

// Majority returns for each message the group that most of its lines are in, the
// smallest name of equals.
func Majority(groups []string, source []int, messages int) []string {
	counts := make([]map[string]int, messages)
	for i := range counts {
		counts[i] = map[string]int{}
	}
	for i, g := range groups {
		counts[source[i]][g]++
	}
	out := make([]string, messages)
	for i, count := range counts {
		for g, n := range count {
			if best := count[out[i]]; n > best || n == best && g < out[i] {
				out[i] = g
			}
		}
	}
	return out
}
