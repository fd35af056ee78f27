// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/basetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/find"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

const service = "shop"

// subject is a registry that random operations are done to, and what an oracle knows
// of it: the rows that were saved, what people decided, and the lines that came.
type subject struct {
	*learner
	t        *testing.T
	r        *rand.Rand
	settings Settings
	base     *basetest.Rows

	lines  map[string]bool
	counts int64             // lines that came
	joined map[string]string // clusters that a person made part of others
}

func newSubject(t *testing.T, seed uint64, templates int) *subject {
	reader, err := statement.New()
	require.NoError(t, err)
	finding, err := find.NewReader(reader)
	require.NoError(t, err)
	s := &subject{
		t: t, r: rand.New(rand.NewPCG(seed, 16)), base: basetest.New(), lines: map[string]bool{}, joined: map[string]string{},
		settings: Settings{
			Window: int64(10 * time.Second), Clustering: cluster.Options{Threshold: cluster.DefaultMergeThreshold},
			Statements: reader, Finding: finding, Representatives: 5, Keywords: 5, Partitions: 10, Clusters: 40, Vocabulary: 20_000,
			Templates: templates, Bytes: 64 << 20, Budget: 1 << 30,
		},
	}
	s.learner = newLearner(t, s.fresh())
	s.at = int64(time.Hour)
	return s
}

// fresh returns a registry that knows nothing.
func (s *subject) fresh() *Registry {
	r := NewRegistry(s.settings, quiet{})
	r.KeepChanges()
	s.t.Cleanup(func() { _ = r.Shutdown(context.Background()) })
	return r
}

func (s *subject) part() *Partition { return s.Get([]byte(service), s.at) }

// come takes in a line and returns what its record carries.
func (s *subject) come(text string) *Answer {
	s.at += int64(20 * time.Millisecond)
	p := s.part()
	if p.Where(s.at) == Beyond {
		s.close()
	}
	e := s.entry(text)
	if e == nil {
		e, _ = p.Learn(&s.line, s.at)
	}
	e.Seen(1, s.at)
	s.counts++
	return p.Answer(e)
}

// entry masks a line and looks it up.
func (s *subject) entry(text string) *Entry {
	p := s.part()
	s.masker.Mask(text, &s.line)
	s.line.Shape = p.Salt(s.line.Shape)
	return p.Lookup(s.line.Shape, s.line.Check)
}

// close closes the windows that have ended, and waits for their clustering.
func (s *subject) close() {
	wait := time.Minute
	s.part().Advance(s.at, &wait)
}

// save saves everything, after some refusals, and is told what became of solutions.
func (s *subject) save(counts bool) {
	before := maps.Clone(s.base.Solutions)
	for all := false; !all; {
		d := s.part().Delta(counts)
		if s.r.IntN(4) == 0 {
			d.Refused()
			continue
		}
		s.base.Save(&d.Rows)
		d.Saved()
		all = d.All
	}
	var told knowledge.Rows
	for id := range before {
		if _, kept := s.base.Solutions[id]; !kept {
			told.Solutions = append(told.Solutions, knowledge.Solution{Cluster: id})
		}
	}
	for id, text := range s.base.Solutions {
		if before[id] != text {
			told.Solutions = append(told.Solutions, knowledge.Solution{Cluster: id, Text: text})
		}
	}
	require.True(s.t, s.Apply(service, told))
}

// restart saves what there is and goes on with a registry that knows the rows.
func (s *subject) restart() {
	s.shared.running.Wait()
	s.save(true)
	s.Registry = s.fresh()
	require.True(s.t, s.Restore(service, s.base.All()))
}

// clusters returns the clusters, in order of birth.
func (s *subject) clusters() []*meaning { return slices.Clone(s.part().meanings.sorted()) }

// learnLine learns a line, of those that come often or a new one. By the oracle its
// record carries the cluster of its template's statement, unless people say otherwise.
func (s *subject) learnLine() { s.learnText(linetest.Line(s.r)) }

func (s *subject) learnText(text string) *Answer {
	s.lines[text] = true
	a := s.come(text)
	said := s.settings.Statements.Read(a.Template)
	require.Equal(s.t, s.end(FormatID(s.part().Salt(said.Hash()))), a.ClusterID, "%s", text)
	return a
}

func (s *subject) end(id string) string {
	for to, ok := s.joined[id]; ok; to, ok = s.joined[id] {
		id = to
	}
	return id
}

// matchLine asks for a line, which must change nothing.
func (s *subject) matchLine() {
	text := linetest.Line(s.r)
	before, known := s.answers(), s.entry(text)
	s.masker.Mask(text, &s.line)
	matches := s.Match(&s.line, nil)
	require.Equal(s.t, before, s.answers())
	if known == nil {
		for _, m := range matches {
			require.Less(s.t, m.Confidence, 1.0, "%s", text)
		}
		return
	}
	a := s.part().Answer(known)
	require.NotEmpty(s.t, matches)
	require.Equal(s.t, knowledge.Known, matches[0].How)
	require.Equal(s.t, []string{a.TemplateID, a.ClusterID}, []string{matches[0].Template.String(), matches[0].Cluster.String()})
}

// joinClusters has a person make one cluster part of another, whose solution goes with
// it.
func (s *subject) joinClusters() {
	s.save(false)
	all := s.clusters()
	if len(all) < 2 {
		return
	}
	from, to := knowledge.ID(all[s.r.IntN(len(all))].id), knowledge.ID(all[s.r.IntN(len(all))].id)
	if from == to {
		return
	}
	a := knowledge.Alias{Kind: knowledge.KindCluster, From: from, To: to, Person: true}
	s.joined[from.String()] = to.String()
	s.base.Joined = append(s.base.Joined, a)
	s.base.Inherit(from, to)
	require.True(s.t, s.Apply(service, knowledge.Rows{Aliases: []knowledge.Alias{a}, Solutions: []knowledge.Solution{
		{Cluster: from}, {Cluster: to, Text: s.base.Solutions[to]},
	}}))
}

// solve has a person write what to do about a cluster, or take it back.
func (s *subject) solve() {
	s.save(false)
	all := s.clusters()
	if len(all) == 0 {
		return
	}
	solution := knowledge.Solution{Cluster: knowledge.ID(all[s.r.IntN(len(all))].id)}
	if s.r.IntN(3) > 0 {
		solution.Text = fmt.Sprintf("Ask %s.", linetest.Word(s.r))
	}
	s.base.Solutions[solution.Cluster] = solution.Text
	require.True(s.t, s.Apply(service, knowledge.Rows{Solutions: []knowledge.Solution{solution}}))
}

// answers returns what the records of all lines that are known carry.
func (s *subject) answers() map[string]Answer {
	all := map[string]Answer{}
	for text := range s.lines {
		if e := s.entry(text); e != nil {
			all[text] = *s.part().Answer(e)
		}
	}
	return all
}

// step does one operation.
func (s *subject) step(evicts bool) (what string) {
	switch n := s.r.IntN(100); {
	case n < 70:
		s.learnLine()
		return "learn"
	case n < 76:
		s.matchLine()
		return "match"
	case n < 80:
		s.at += s.settings.Window
		s.close()
		return "close"
	case n < 83:
		s.joinClusters()
		return "join"
	case n < 86:
		s.solve()
		return "solve"
	case n < 90:
		s.save(false)
		return "save"
	case n < 93 && evicts:
		s.part().shrink(1 + s.r.IntN(3))
		return "evict"
	case n < 96:
		s.save(true)
		before := s.answers()
		s.restart()
		after := s.answers()
		for text, a := range before {
			if b := after[text]; evicts { // what was forgotten is known again
				a.Keywords, a.KeywordText, a.CategoryID = b.Keywords, b.KeywordText, b.CategoryID
				if a.Solution == "" {
					a.Solution = b.Solution
				}
			}
			require.Equal(s.t, a, after[text], "%s", text)
		}
		return "restart"
	default:
		s.learnLine()
		return "learn"
	}
}

// Whatever is done in whatever order, the invariants hold after each step, records
// carry what the oracle says, a restart changes nothing and no line is counted twice.
//
// The seeds are those that have found something in the first 600 runs.
func TestRandomOperations(t *testing.T) {
	for evicts, seeds := range map[bool][]uint64{false: {0, 43, 84}, true: {1, 19, 27, 43, 84, 137, 237}} {
		for _, seed := range seeds {
			t.Run(fmt.Sprintf("evicts %v, seed %d", evicts, seed), func(t *testing.T) {
				templates := 20_000
				if evicts {
					templates = 60
				}
				s := newSubject(t, seed, templates)
				s.learnLine()
				for i := range 400 {
					what := s.step(evicts)
					require.NoError(t, s.Check(), "step %d, %s", i, what)
				}
				s.restart()
				require.NoError(t, s.Check())
				if !evicts {
					sum := int64(0)
					for _, row := range s.base.Shapes {
						sum += row.Count
					}
					require.Equal(t, s.counts, sum, "lines counted")
				}
			})
		}
	}
}
