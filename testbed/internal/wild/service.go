// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/fillvalues"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
)

// linesPerStatement is how many lines are made of each statement of the service.
const linesPerStatement = 12

// InEnvelope is what became of the service in one envelope, as means over the
// seeds. No two of its statements mean the same.
type InEnvelope struct {
	Envelope                         string
	Statements                       int
	Templates, Clusters, WrongJoined float64 // pairs with one cluster
	// Keywords is the share of lines whose keywords hold a word of the envelope or
	// a value.
	Keywords paraphrase.Share
	// Words are those words.
	Words map[string]int
}

// ScoreService streams the service in every envelope.
func ScoreService(ctx context.Context, d *Data, seeds int) ([]InEnvelope, error) {
	var out []InEnvelope
	for _, envelope := range Envelopes {
		row := InEnvelope{Envelope: envelope.Name, Statements: len(d.Service), Words: map[string]int{}}
		for seed := range seeds {
			rows := serviceLines(d, envelope, uint64(seed)+1)
			answers, err := Run(ctx, []Service{{"shop", bodies(rows)}}, nil)
			if err != nil {
				return nil, err
			}
			row.add(d, envelope, rows, answers[0].Second, 1/float64(seeds))
		}
		out = append(out, row)
	}
	return out, nil
}

func serviceLines(d *Data, envelope Envelope, seed uint64) []row {
	r := dataset.Random(seed)
	rows := make([]row, 0, linesPerStatement*len(d.Service))
	for i, s := range d.Service {
		for range linesPerStatement {
			body, used := envelope.Draw(r, s)
			rows = append(rows, row{i, body, used})
		}
	}
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

func (e *InEnvelope) add(d *Data, envelope Envelope, rows []row, answers []harness.Answer, weight float64) {
	templates, clusters := ids{}, map[string]map[int]bool{}
	for k, r := range rows {
		a := answers[k]
		templates[a.TemplateID] = true
		if clusters[a.ClusterID] == nil {
			clusters[a.ClusterID] = map[int]bool{}
		}
		clusters[a.ClusterID][r.statement] = true
		if len(a.Keywords) == 0 {
			continue
		}
		foreign := foreign(envelope, d.Service[r.statement], r.used, a.Keywords)
		e.Keywords.Add(len(foreign) > 0, weight)
		for _, w := range foreign {
			e.Words[w]++
		}
	}
	e.Templates += weight * float64(len(templates))
	e.Clusters += weight * float64(len(clusters))
	for _, statements := range clusters {
		n := float64(len(statements))
		e.WrongJoined += weight * n * (n - 1) / 2
	}
}

// foreign are the keywords that are no word of the statement, keys of its fields
// included, but of the envelope (level, logger, program, the envelope's keys) or
// of a value that was drawn.
func foreign(envelope Envelope, s Statement, used []fillvalues.Value, keywords []string) []string {
	own := wordsOf(fillvalues.Constant(s.Message))
	for _, f := range s.Fields {
		own.add(wordsOf(f.Key))
		own.add(wordsOf(fillvalues.Constant(f.Value)))
	}
	s.Message, s.Fields = "", nil
	carrier := envelope.wrap(s)
	not := wordsOf(fillvalues.Constant(carrier.Text))
	for _, f := range carrier.Fields {
		not.add(wordsOf(f.Key))
		not.add(wordsOf(fillvalues.Constant(f.Value)))
	}
	for _, v := range used {
		not.add(wordsOf(v.Text))
	}
	var out []string
	for _, k := range keywords {
		if k = strings.ToLower(k); not[k] && !own[k] {
			out = append(out, k)
		}
	}
	return out
}

var (
	name = regexp.MustCompile(`[\pL\pN_]+`)
	part = regexp.MustCompile(`[\pL\pN]+`)
)

// wordsOf are the names in a text and their parts, of three letters or more, in
// lower case.
func wordsOf(text string) ids {
	out := ids{}
	for _, find := range []*regexp.Regexp{name, part} {
		for _, w := range find.FindAllString(strings.ToLower(text), -1) {
			if utf8.RuneCountInString(w) >= 3 {
				out[w] = true
			}
		}
	}
	return out
}

func (a ids) add(b ids) {
	for id := range b {
		a[id] = true
	}
}
