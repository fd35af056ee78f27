// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Outcome is what an import did with an entry.
type Outcome string

// The outcomes.
const (
	Attached Outcome = "attached" // a cluster that is known has the solution
	Waits    Outcome = "waits"    // none is known yet: the first that comes has it
	Refused  Outcome = "refused"  // nothing was changed
)

// Imported says what became of an entry.
type Imported struct {
	Outcome   Outcome
	Clusters  []string // that are known and have the solution now
	Unchanged bool     // they had it already
	Reason    string   // why the entry waits or was refused
}

// Reads returns the ID of the cluster that a line goes to in a partition, empty when
// nobody can say.
type Reads func(partition, line string) string

// importedAtOnce is how many entries one transaction writes: others who write wait for
// that long.
const importedAtOnce = 250

// Import writes solutions: those of one part in a transaction, so that others can write
// in between. An error tells how many entries are written; to import them again does no
// harm. Solutions that are not named stay.
func (s *Store) Import(ctx context.Context, entries []Exported, author string, reads Reads) ([]Imported, error) {
	p, err := newPlan(entries, reads)
	if err != nil {
		return nil, err
	}
	if err := p.look(ctx, s.reader()); err != nil {
		return nil, err
	}
	p.decide()
	for from := 0; from < len(p.entries); from += importedAtOnce {
		part := p.entries[from:min(from+importedAtOnce, len(p.entries))]
		if err := s.update(ctx, func(tx *transaction) error { return tx.importPart(p, part, author) }); err != nil {
			return nil, fmt.Errorf("the first %d of %d entries are written, import them all again: %w", from, len(p.entries), err)
		}
	}
	done := make([]Imported, len(p.entries))
	for i, e := range p.entries {
		done[i] = e.Imported
	}
	return done, nil
}

// importPart writes some entries.
func (tx *transaction) importPart(p *plan, part []*planned, author string) error {
	if err := tx.refuseGone(p, part); err != nil {
		return err
	}
	var solutions, members, copies [][]any
	seen := map[string]bool{} // two entries with one text may be about one cluster
	for _, e := range part {
		if e.Outcome == Refused {
			continue
		}
		p.note(e)
		target := &e.candidates[e.target]
		had := p.solutions[target.cluster()]
		e.Unchanged = had.Text == e.text
		at, by := had.Updated.UnixMilli(), had.Author
		if !e.Unchanged {
			at, by = max(time.Now().UnixMilli(), had.Updated.UnixMilli()+1), author
			if !seen[target.cluster()] {
				solutions = append(solutions, []any{target.cluster(), e.text, by, at})
			}
		}
		seen[target.cluster()] = true
		more := p.members(e)
		if e.text == "" || len(more) == 0 && target.now != "" {
			continue
		}
		problem := p.problemOf(target)
		if problem == target.cluster() {
			problem = fmt.Sprintf("%s.%d", problem, tx.rev)
			p.problem[target.cluster()] = problem
		}
		members = append(members, []any{target.cluster(), problem, target.partition, target.says})
		for _, c := range more {
			members = append(members, []any{c.cluster(), problem, c.partition, c.says})
			p.problem[c.cluster()] = problem
			if p.solutions[c.cluster()].Text != e.text && !seen[c.cluster()] {
				copies = append(copies, []any{c.cluster(), e.text, by, at, -tx.rev})
				seen[c.cluster()] = true
			}
		}
	}
	const update = " ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at"
	return errors.Join(
		tx.insertRows("INSERT INTO solutions (cluster, text, author, updated_at)", solutions, update),
		tx.insertRows("INSERT INTO members (cluster, problem, partition, says)", members, " ON CONFLICT (cluster) DO NOTHING"),
		tx.insertRows("INSERT INTO solutions (cluster, text, author, updated_at, version)", copies, update+", version = excluded.version"),
	)
}

// refuseGone refuses entries about clusters that were merged since the plan was made.
func (tx *transaction) refuseGone(p *plan, part []*planned) error {
	by := map[string][]*planned{}
	for _, e := range part {
		by[e.candidates[e.target].cluster()] = append(by[e.candidates[e.target].cluster()], e)
		for _, c := range p.members(e) {
			by[c.cluster()] = append(by[c.cluster()], e)
		}
	}
	return tx.amongst(slices.Sorted(maps.Keys(by)), func(among string, args []any) error {
		gone, err := tx.texts(tx.ctx, "SELECT id FROM aliases WHERE kind = 'cluster' AND id NOT IN (SELECT id FROM clusters) AND id "+among, args...)
		for _, id := range gone {
			for _, e := range by[id] {
				e.refuse("cluster %s became part of another just now: import it again", id)
			}
		}
		return err
	})
}

// note says what becomes of an entry.
func (p *plan) note(e *planned) {
	for _, c := range append([]candidate{e.candidates[e.target]}, p.members(e)...) {
		if c.now != "" {
			e.Clusters = append(e.Clusters, c.now)
		}
	}
	e.Outcome = Attached
	if len(e.Clusters) == 0 {
		e.Outcome, e.Reason = Waits, "no cluster has this ID, or says what it said"
	}
}

func (tx *transaction) insertRows(into string, rows [][]any, onConflict string) error {
	return tx.inRows(rows, func(rows [][]any) error {
		source, args := tx.source(rows)
		return tx.exec(into+" "+source+onConflict, args...)
	})
}
