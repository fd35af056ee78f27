// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/fillvalues"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
)

// Variants is how many lines are made of each statement of a case.
const Variants = 20

// Cases is what became of the statements of all cases, as counts.
type Cases struct {
	Name              string
	Statements, Right float64
	// Half is the share of statements that are right by the half of the kinds of
	// software.
	Half [2]paraphrase.Share
	// Of the pairs that must be apart: how many share a cluster, how many a
	// template. Of those that must join: how many do not.
	Apart, ApartJoined, ApartOneTemplate float64
	Join, JoinMissed                     float64
	// Lines whose ID in the second pass is another one than in the first.
	Lines, TemplateChanged, ClusterChanged float64
	// Wrong says which statements and pairs.
	Wrong []string
}

// row is one line of a case.
type row struct {
	statement int
	body      Body
	used      []fillvalues.Value
}

// ScoreCases streams the statements of each case as a service of its own, and
// through each peer. The figures are means over the seeds.
func ScoreCases(ctx context.Context, d *Data, seeds int, names []string, peers []accuracy.Parser) ([]Cases, error) {
	out := append(make([]Cases, 0, 1+len(names)), Cases{Name: "log_cluster"})
	for _, n := range names {
		out = append(out, Cases{Name: n})
	}
	for seed := range seeds {
		rows := caseLines(d, dataset.Random(uint64(seed)+1))
		services := make([]Service, 0, len(rows))
		for _, name := range caseNames(d) {
			services = append(services, Service{name, bodies(rows[name])})
		}
		answers, err := Run(ctx, services, nil)
		if err != nil {
			return nil, err
		}
		weight := 1 / float64(seeds)
		for i, s := range services {
			out[0].add(s.Name, d.Cases[s.Name], rows[s.Name], answers[i], weight)
			for p, peer := range peers {
				out[p+1].add(s.Name, d.Cases[s.Name], rows[s.Name], asked(peer, s), weight)
			}
		}
	}
	return out, nil
}

func caseNames(d *Data) []string { return slices.Sorted(maps.Keys(d.Cases)) }

// caseLines makes the lines of each case, shuffled.
func caseLines(d *Data, r *rand.Rand) map[string][]row {
	out := map[string][]row{}
	for _, name := range caseNames(d) {
		rows := make([]row, 0, Variants*len(d.Cases[name].Statements))
		for i, s := range d.Cases[name].Statements {
			for range Variants {
				text, used := fillvalues.Fill(r, s)
				rows = append(rows, row{i, Body{Text: text}, used})
			}
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		out[name] = rows
	}
	return out
}

func bodies(rows []row) []Body {
	out := make([]Body, len(rows))
	for i, r := range rows {
		out[i] = r.body
	}
	return out
}

// asked are a peer's groups as if they were answers.
func asked(peer accuracy.Parser, s Service) Answers {
	groups, templates := peer(records(s.Name, s.Lines))
	answers := make([]harness.Answer, len(groups))
	for i := range groups {
		answers[i] = harness.Answer{Template: templates[i], TemplateID: groups[i], ClusterID: groups[i]}
	}
	return Answers{First: answers, Second: answers}
}

// ids is a set of IDs, where "" is one as well.
type ids map[string]bool

func (a ids) meets(b ids) bool {
	for id := range a {
		if b[id] {
			return true
		}
	}
	return false
}

// add counts one case. A statement is right when all its lines have one template
// that no other statement has, and none of its values stands in it.
func (c *Cases) add(name string, data Case, rows []row, answers Answers, weight float64) {
	n := len(data.Statements)
	templates, clusters, leak := make([]ids, n), make([]ids, n), make([]bool, n)
	for i := range n {
		templates[i], clusters[i] = ids{}, ids{}
	}
	owners := map[string]map[int]bool{}
	for k, r := range rows {
		first, second := answers.First[k], answers.Second[k]
		c.Lines += weight
		if first.TemplateID != second.TemplateID {
			c.TemplateChanged += weight
		}
		if first.ClusterID != second.ClusterID {
			c.ClusterChanged += weight
		}
		templates[r.statement][second.TemplateID] = true
		clusters[r.statement][second.ClusterID] = true
		if owners[second.TemplateID] == nil {
			owners[second.TemplateID] = map[int]bool{}
		}
		owners[second.TemplateID][r.statement] = true
		leak[r.statement] = leak[r.statement] || leaks(r.used, second.Template, fillvalues.Constant(data.Statements[r.statement]))
	}
	for i := range n {
		right := len(templates[i]) == 1 && !leak[i]
		for id := range templates[i] {
			right = right && len(owners[id]) == 1
		}
		c.Statements += weight
		c.Half[paraphrase.Half(name)].Add(right, weight)
		if right {
			c.Right += weight
		} else {
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: statement %d", name, i))
		}
	}
	c.pairs(name, data, templates, clusters, weight)
}

func (c *Cases) pairs(name string, data Case, templates, clusters []ids, weight float64) {
	for _, p := range data.MustBeApart {
		c.Apart += weight
		if clusters[p[0]].meets(clusters[p[1]]) {
			c.ApartJoined += weight
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: %v joined", name, p))
		}
		if templates[p[0]].meets(templates[p[1]]) {
			c.ApartOneTemplate += weight
		}
	}
	for _, p := range data.MustJoin {
		c.Join += weight
		if !clusters[p[0]].meets(clusters[p[1]]) {
			c.JoinMissed += weight
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: %v not joined", name, p))
		}
	}
}

// mayStay are the kinds of values that a template may keep: what became of a
// request, and who asks.
var mayStay = map[string]bool{"st2": true, "st3": true, "st4": true, "st5": true, "m": true, "ua": true}

// leaks is whether a value of three letters or more stands in the template, and
// not in the statement's own text.
func leaks(used []fillvalues.Value, template, constant string) bool {
	for _, v := range used {
		if utf8.RuneCountInString(v.Text) >= 3 && !mayStay[v.Kind] && stands(template, v.Text) && !stands(constant, v.Text) {
			return true
		}
	}
	return false
}

// stands is whether a value stands in a text, with no ASCII letter or digit
// beside it.
func stands(text, value string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], value)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(value)
		if (at == 0 || !alphanumeric(text[at-1])) && (end == len(text) || !alphanumeric(text[end])) {
			return true
		}
		from = at + 1
	}
}

func alphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// Orders is on how many lines two orders of the same lines agree, in the second
// pass.
type Orders struct{ Template, Cluster float64 }

// ScoreOrders streams the lines of all cases in two orders. The figures are means
// over the seeds.
func ScoreOrders(ctx context.Context, d *Data, seeds int) (Orders, error) {
	var out Orders
	for seed := range seeds {
		r := dataset.Random(uint64(seed) + 1)
		rows := caseLines(d, r)
		var orders [2][]harness.Answer
		for k := range orders {
			var err error
			if orders[k], err = inSomeOrder(ctx, d, rows, r); err != nil {
				return Orders{}, err
			}
		}
		weight := 1 / float64(seeds) / float64(len(orders[0]))
		for i, a := range orders[0] {
			b := orders[1][i]
			if a.TemplateID == b.TemplateID {
				out.Template += weight
			}
			if a.ClusterID == b.ClusterID {
				out.Cluster += weight
			}
		}
	}
	return out, nil
}

// inSomeOrder shuffles the lines of each case and streams them; the answers of the
// second pass are in the order of the rows.
func inSomeOrder(ctx context.Context, d *Data, rows map[string][]row, r *rand.Rand) ([]harness.Answer, error) {
	services, perms := make([]Service, 0, len(rows)), make([][]int, 0, len(rows))
	for _, name := range caseNames(d) {
		perm := r.Perm(len(rows[name]))
		lines := make([]Body, len(perm))
		for i, p := range perm {
			lines[i] = rows[name][p].body
		}
		services, perms = append(services, Service{name, lines}), append(perms, perm)
	}
	answers, err := Run(ctx, services, nil)
	if err != nil {
		return nil, err
	}
	var out []harness.Answer
	for s, perm := range perms {
		sorted := make([]harness.Answer, len(perm))
		for i, p := range perm {
			sorted[p] = answers[s].Second[i]
		}
		out = append(out, sorted...)
	}
	return out, nil
}
