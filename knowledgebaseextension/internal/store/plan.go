// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// candidate is a cluster that an entry may be about.
type candidate struct {
	id, partition, says string
	named               bool   // by its ID, and not only by what it says
	template            bool   // a template's ID: no cluster comes to have it
	now                 string // the cluster that it is part of now, empty when none is known
}

// planned is an entry on its way.
type planned struct {
	Imported
	name       string // for messages
	text       string
	candidates []candidate // the surest first
	target     int         // the candidate that decides which problem the entry is about
}

// plan is what an import is going to do.
type plan struct {
	entries   []*planned
	now       map[string]string   // cluster by ID, of those that are known
	problem   map[string]string   // by cluster, of members
	solutions map[string]Solution // by cluster
	claimed   map[string]int      // how many entries with different texts say that an ID is theirs
	named     map[string]bool     // by ID: an entry names it
}

// newPlan checks all entries, so that a wrong one changes nothing, and reads what they
// say.
func newPlan(entries []Exported, reads Reads) (*plan, error) {
	p := &plan{now: map[string]string{}, problem: map[string]string{}, solutions: map[string]Solution{}, claimed: map[string]int{}, named: map[string]bool{}}
	for i := range entries {
		e := &entries[i]
		entry := &planned{name: fmt.Sprintf("solutions[%d] (%s)", i, e.Cluster), text: plain(e.Text)}
		if len(entry.text) > MaxSolutionBytes {
			return nil, fmt.Errorf("solutions[%d]: %w: a solution has at most %d bytes, got %d", i, ErrInvalid, MaxSolutionBytes, len(entry.text))
		}
		for _, m := range e.members() {
			if _, err := ParseID(m.Cluster); err != nil {
				return nil, fmt.Errorf("solutions[%d].cluster: %w", i, err)
			}
			entry.add(candidate{id: m.Cluster, partition: m.Partition, says: m.text(), named: true})
		}
		for _, m := range e.members() {
			entry.read(m, reads)
		}
		p.entries = append(p.entries, entry)
	}
	return p, nil
}

func (m *Member) text() string {
	if len(m.Says) == 0 {
		return ""
	}
	return clean(m.Says[0].Text)
}

func (e *planned) add(c candidate) {
	if c.id == "" || slices.ContainsFunc(e.candidates, func(o candidate) bool { return o.id == c.id }) {
		return
	}
	c.partition = partitionName(c.partition)
	e.candidates = append(e.candidates, c)
}

// read adds what the templates of a member are, and what their texts say.
func (e *planned) read(m *Member, reads Reads) {
	says := m.Says[:min(len(m.Says), MaxSaid)]
	for _, said := range says {
		if _, err := ParseID(said.Template); err == nil {
			e.add(candidate{id: said.Template, template: true})
		}
	}
	if m.Partition == "" || reads == nil {
		return
	}
	for _, said := range says {
		for _, line := range []string{said.Text, said.Sample} {
			if line != "" {
				e.add(candidate{id: reads(m.Partition, line), partition: m.Partition, says: clean(said.Text)})
			}
		}
	}
}

// look asks what is known of all candidates.
func (p *plan) look(ctx context.Context, q querier) error {
	var ids []string
	for _, e := range p.entries {
		for _, c := range e.candidates {
			ids = append(ids, c.id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return inChunks(ids, 1, func(some []string) error {
		now, err := q.resolveEach(ctx, some)
		if err != nil {
			return err
		}
		ids := slices.Clone(some)
		for id, cluster := range now {
			p.now[id] = cluster
			ids = append(ids, cluster)
		}
		return q.amongst(ids, func(among string, args []any) error {
			return errors.Join(
				q.each(ctx, func(scan func(...any) error) error {
					var cluster, problem string
					err := scan(&cluster, &problem)
					p.problem[cluster] = problem
					return err
				}, "SELECT cluster, problem FROM members WHERE cluster "+among, args...),
				q.solutionsOf(ctx, p.solutions, among, args),
			)
		})
	})
}

// solutionsOf reads solutions by cluster.
func (q querier) solutionsOf(ctx context.Context, into map[string]Solution, among string, args []any) error {
	return q.each(ctx, func(scan func(...any) error) error {
		var found Solution
		var updated int64
		err := scan(&found.Cluster, &found.Text, &found.Author, &updated, &found.Version)
		found.Updated = time.UnixMilli(updated).UTC()
		into[found.Cluster] = found
		return err
	}, "SELECT cluster, text, author, updated_at, version FROM solutions WHERE cluster "+among, args...)
}

// resolveEach returns the clusters that IDs stand for: of clusters, of templates and
// of shapes, and aliases. A cluster's ID goes first.
func (q querier) resolveEach(ctx context.Context, ids []string) (map[string]string, error) {
	found := make(map[string]string, len(ids))
	err := q.amongst(ids, func(among string, args []any) error {
		for _, query := range []string{
			"SELECT id, id FROM clusters WHERE id ",
			"SELECT a.id, a.target FROM aliases a JOIN clusters c ON c.id = a.target WHERE a.kind = 'cluster' AND a.id ",
			"SELECT id, cluster FROM templates WHERE id ",
			"SELECT a.id, t.cluster FROM aliases a JOIN templates t ON t.id = a.target WHERE a.kind = 'template' AND a.id ",
			"SELECT s.hash, t.cluster FROM shapes s JOIN templates t ON t.id = s.template WHERE s.slots = 0 AND s.hash ",
		} {
			err := q.each(ctx, func(scan func(...any) error) error {
				var id, cluster string
				err := scan(&id, &cluster)
				if _, ok := found[id]; !ok {
					found[id] = cluster
				}
				return err
			}, query+among, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// decide finds out which problem each entry is about, and refuses those that meet.
func (p *plan) decide() {
	meet := map[string][]*planned{}
	for _, e := range p.entries {
		for i := range e.candidates {
			c := &e.candidates[i]
			c.now = p.now[c.id]
		}
		e.target = p.targetOf(e)
		problem := p.problemOf(&e.candidates[e.target])
		meet[problem] = append(meet[problem], e)
	}
	for _, entries := range meet {
		refuseMeeting(entries)
	}
	p.claim()
	for _, e := range p.entries {
		p.protect(e)
	}
}

// targetOf is the first candidate that is known; else the first of a problem that
// waits already; else the first.
func (p *plan) targetOf(e *planned) int {
	for i, c := range e.candidates {
		if c.now != "" {
			return i
		}
	}
	for i, c := range e.candidates {
		if p.problem[c.id] != "" {
			return i
		}
	}
	return 0
}

// cluster is where a candidate's solution is written.
func (c *candidate) cluster() string {
	if c.now != "" {
		return c.now
	}
	return c.id
}

func (p *plan) problemOf(c *candidate) string {
	if problem := p.problem[c.cluster()]; problem != "" {
		return problem
	}
	return c.cluster()
}

// refuseMeeting refuses entries of one problem whose texts differ: of what a merge made
// one, either would be lost. Those that only say what the others name give way.
func refuseMeeting(entries []*planned) {
	naming := slices.DeleteFunc(slices.Clone(entries), func(e *planned) bool { return !e.candidates[e.target].named })
	if len(naming) > 0 && !differ(naming) {
		for _, e := range entries {
			if !e.candidates[e.target].named && e.text != naming[0].text {
				e.refuse("it says what cluster %s says, which %s names", e.candidates[e.target].cluster(), naming[0].name)
			}
		}
		return
	}
	if !differ(entries) {
		return
	}
	for _, e := range entries {
		other := entries[slices.IndexFunc(entries, func(o *planned) bool { return o.text != e.text })]
		e.refuse("it and %s are about one problem by now, that of cluster %s: make them one entry", other.name, e.candidates[e.target].cluster())
	}
}

func differ(entries []*planned) bool {
	return slices.ContainsFunc(entries, func(e *planned) bool { return e.text != entries[0].text })
}

func (e *planned) refuse(format string, args ...any) {
	e.Outcome, e.Reason = Refused, fmt.Sprintf(format, args...)
}

// claim counts who wants a cluster.
func (p *plan) claim() {
	texts := map[string]map[string]bool{}
	for _, e := range p.entries {
		for i := range e.candidates {
			id := e.candidates[i].cluster()
			if texts[id] == nil {
				texts[id] = map[string]bool{}
			}
			texts[id][e.text] = true
			p.claimed[id] = len(texts[id])
			p.named[id] = p.named[id] || e.candidates[i].named
		}
	}
}

// protect refuses an entry that does not name the cluster, but only says the same,
// where somebody has written another text.
func (p *plan) protect(e *planned) {
	target := &e.candidates[e.target]
	if e.Outcome == Refused || target.named || p.problem[target.cluster()] != "" {
		return
	}
	if there := p.solutions[target.cluster()].Text; there != "" && there != e.text {
		e.refuse("it says what cluster %s says, which has another solution", target.cluster())
	}
}

// members are the clusters that an entry's solution is to hold for besides the target:
// what it names or says, unless others say so too or have a solution of their own.
func (p *plan) members(e *planned) []candidate {
	all := make([]candidate, 0, len(e.candidates))
	target := e.candidates[e.target].cluster()
	for _, c := range e.candidates {
		id := c.cluster()
		own := p.solutions[id].Text
		switch {
		case id == target, p.problem[id] != "", own != "" && own != e.text, c.template && c.now == "",
			!c.named && (p.claimed[id] > 1 || p.named[id]): // it is somebody else's, or nobody's
			continue
		case slices.ContainsFunc(all, func(o candidate) bool { return o.cluster() == id }):
			continue
		}
		all = append(all, c)
	}
	return all
}
