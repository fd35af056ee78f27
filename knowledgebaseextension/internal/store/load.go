// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// State is rows by partition.
type State map[string]*knowledge.Rows

func (s State) of(partition string) *knowledge.Rows {
	rows := s[partition]
	if rows == nil {
		rows = &knowledge.Rows{}
		s[partition] = rows
	}
	return rows
}

// Load returns all that processors need, of every partition or of one, and the
// revision that it is of.
func (s *Store) Load(ctx context.Context, partition *string) (State, int64, error) {
	all, joins := selection{where: "?x.rev >= ?", args: []any{0}}, selection{where: "?x.person"}
	if partition != nil {
		all = selection{where: "?x.partition = ?", args: []any{clean(*partition)}}
		joins = selection{where: "?x.person AND ?x.partition = ?", args: all.args}
	}
	state := State{}
	var rev int64
	err := s.view(ctx, func(q querier) error {
		if err := q.row(ctx, "SELECT n FROM revision").Scan(&rev); err != nil {
			return err
		}
		// Every ID that was ever given out stays findable in the store, but a
		// processor has use only for what people have joined.
		r := reading{querier: q, ctx: ctx, state: state}
		return errors.Join(r.structure(all), r.aliases(joins), r.clocks(all, partition), r.solutions(partition))
	})
	return state, rev, err
}

// Samples adds the sample lines of a partition to its rows, in order of time.
func (s *Store) Samples(ctx context.Context, partition string, rows *knowledge.Rows) error {
	return s.view(ctx, func(q querier) error {
		return q.each(ctx, func(scan func(...any) error) error {
			var template, shape string
			var sample knowledge.Sample
			if err := scan(&template, &shape, &sample.At, &sample.Text); err != nil {
				return err
			}
			sample.Template, sample.Shape = mustID(template), mustID(shape)
			rows.Samples = append(rows.Samples, sample)
			return nil
		}, `SELECT s.template, s.shape, s.at, s.text FROM samples s JOIN templates t ON t.id = s.template
WHERE t.partition = ? ORDER BY s.at, s.template, s.shape`, clean(partition))
	})
}

// Changes returns what others than a writer changed after a revision, and the
// revision up to which that is all.
func (s *Store) Changes(ctx context.Context, writer string, after int64) (State, int64, error) {
	others := selection{where: "?x.rev > ? AND ?x.writer <> ?", args: []any{after, writer}}
	state := State{}
	rev := after
	err := s.view(ctx, func(q querier) error {
		if err := q.row(ctx, "SELECT n FROM revision").Scan(&rev); err != nil || rev == after {
			return err
		}
		r := reading{querier: q, ctx: ctx, state: state}
		// A person's mark, too, when the writer has saved the cluster since.
		marked := selection{where: "?x.writer = ? AND ?x.rev > ? AND ?x.id IN (SELECT cluster FROM history WHERE rev > ? AND action IN ('noise', 'signal'))", args: []any{writer, after, after}}
		return errors.Join(r.structure(others), r.clusters(marked), r.aliases(others),
			r.changedClocks(others), r.changedSolutions(after))
	})
	return state, rev, err
}

// Known returns the rows of clusters that a processor must read again: see
// Saved.Known.
func (s *Store) Known(ctx context.Context, clusters []string) (State, error) {
	state := State{}
	err := s.view(ctx, func(q querier) error {
		r := reading{querier: q, ctx: ctx, state: state}
		return inChunks(clusters, 1, func(ids []string) error {
			resolved := make([]any, 0, len(ids))
			for _, id := range ids {
				id, err := resolve(ctx, q, id)
				if errors.Is(err, ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				resolved = append(resolved, id)
			}
			if len(resolved) == 0 {
				return nil
			}
			in := list(len(resolved))
			return errors.Join(
				r.shapes(selection{where: "?x.template IN (SELECT id FROM templates WHERE cluster IN " + in + ")", args: resolved}),
				r.templates(selection{where: "?x.cluster IN " + in, args: resolved}),
				r.clusters(selection{where: "?x.id IN " + in, args: resolved}),
				r.aliases(selection{where: "?x.kind = 'cluster' AND ?x.target IN " + in, args: resolved}),
				r.solutionsWhere("s.cluster IN "+in, resolved...),
			)
		})
	})
	return state, err
}

// selection says which rows of a table to read; ?x is the table.
type selection struct {
	where string
	args  []any
}

func (s selection) of(table string) string {
	return " FROM " + table + " WHERE " + replaceTable(s.where, table)
}

// reading collects rows.
type reading struct {
	querier
	ctx   context.Context //nolint:containedctx // lives as long as one call of Load
	state State
}

// structure reads shapes, templates and clusters.
func (r reading) structure(which selection) error {
	return errors.Join(r.shapes(which), r.templates(which), r.clusters(which))
}

func (r reading) shapes(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var s knowledge.Shape
		var hash, partition, template string
		var seq int64
		if err := scan(&hash, &s.Slots, &partition, &template, &seq, &s.Founded, &s.Masked, &s.Birth, &s.LastSeen, &s.Count); err != nil {
			return err
		}
		s.Hash, s.Template, s.Seq = mustID(hash), mustID(template), uint64(seq)
		rows := r.state.of(partition)
		rows.Shapes = append(rows.Shapes, s)
		return nil
	}, "SELECT hash, slots, partition, template, seq, founded, masked, birth, last_seen, count"+which.of("shapes")+" ORDER BY seq, hash", which.args...)
}

func (r reading) templates(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var t knowledge.Template
		var id, partition, cluster string
		if err := scan(&id, &partition, &cluster, &t.Text, &t.Represents, &t.Placed, &t.Birth); err != nil {
			return err
		}
		t.ID, t.Cluster = mustID(id), mustID(cluster)
		rows := r.state.of(partition)
		rows.Templates = append(rows.Templates, t)
		return nil
	}, "SELECT id, partition, cluster, text, represents, placed, first_seen"+which.of("templates")+" ORDER BY first_seen, id", which.args...)
}

func (r reading) clusters(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var c knowledge.Cluster
		var id, partition, keywords, category string
		if err := scan(&id, &partition, &keywords, &category, &c.Noise, &c.Birth); err != nil {
			return err
		}
		c.ID, c.Category = mustID(id), mustID(category)
		rows := r.state.of(partition)
		rows.Clusters = append(rows.Clusters, c)
		return json.Unmarshal([]byte(keywords), &rows.Clusters[len(rows.Clusters)-1].Keywords)
	}, "SELECT id, partition, keywords, category, noise, first_seen"+which.of("clusters")+" ORDER BY first_seen, id", which.args...)
}

func (r reading) aliases(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var a knowledge.Alias
		var id, target, partition string
		if err := scan(&a.Kind, &id, &target, &partition, &a.At, &a.Person); err != nil {
			return err
		}
		a.From, a.To = mustID(id), mustID(target)
		rows := r.state.of(partition)
		rows.Aliases = append(rows.Aliases, a)
		return nil
	}, "SELECT kind, id, target, partition, at, person"+which.of("aliases")+" ORDER BY rev, id", which.args...)
}

func (r reading) clocks(all selection, partition *string) error {
	if partition != nil {
		all.where = "?x.name = ?"
	}
	return r.changedClocks(all)
}

func (r reading) changedClocks(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var name, clock string
		if err := scan(&name, &clock); err != nil {
			return err
		}
		rows := r.state.of(name)
		if clock == "" {
			return nil
		}
		rows.Clock = &knowledge.Clock{}
		if err := json.Unmarshal([]byte(clock), rows.Clock); err != nil {
			return fmt.Errorf("clock of partition %q: %w", name, err)
		}
		return nil
	}, "SELECT name, clock"+which.of("partitions"), which.args...)
}

func (r reading) solutions(partition *string) error {
	if partition != nil {
		return r.solutionsWhere("s.text <> '' AND c.partition = ?", clean(*partition))
	}
	return r.solutionsWhere("s.text <> ''")
}

func (r reading) solutionsWhere(where string, args ...any) error {
	return r.readSolutions("SELECT c.partition, c.id, s.text FROM solutions s JOIN clusters c ON c.id = s.cluster WHERE "+where, args...)
}

// changedSolutions reads what became of every solution that changed, the
// deleted ones too.
func (r reading) changedSolutions(after int64) error {
	return r.readSolutions(`SELECT DISTINCT c.partition, c.id, COALESCE(s.text, '') FROM history h
JOIN clusters c ON c.id = h.cluster LEFT JOIN solutions s ON s.cluster = c.id
WHERE h.rev > ? AND h.action = 'solution'`, after)
}

func (r reading) readSolutions(query string, args ...any) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var partition, id, text string
		if err := scan(&partition, &id, &text); err != nil {
			return err
		}
		rows := r.state.of(partition)
		rows.Solutions = append(rows.Solutions, knowledge.Solution{Cluster: mustID(id), Text: plain(text)}) // it may come from plain SQL
		return nil
	}, query, args...)
}

// mustID reads an ID that a table has; what somebody wrote by hand and is none
// becomes 0, which is the ID of nothing.
func mustID(text string) knowledge.ID {
	id, err := ParseID(text)
	if err != nil {
		return 0
	}
	return knowledge.ID(id)
}

// Lease makes a writer the holder of partitions that nobody else holds, until
// some time from now, and returns those it holds then.
func (s *Store) Lease(ctx context.Context, writer string, partitions []string, ms int64) ([]string, error) {
	var held []string
	err := inChunks(partitions, 2, func(names []string) error {
		args := make([]any, 0, 2*len(names)+1)
		for _, name := range names {
			args = append(args, clean(name), writer)
		}
		values := ""
		for i := range names {
			if i > 0 {
				values += ", "
			}
			values += fmt.Sprintf("(?, ?, %s + %d)", s.dialect.nowMS, ms)
		}
		q := querier{s.write, s.dialect}
		return q.each(ctx, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			held = append(held, name)
			return err
		}, "INSERT INTO partitions (name, holder, until) VALUES "+values+` ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, until = excluded.until
WHERE partitions.holder = excluded.holder OR partitions.until < `+s.dialect.nowMS+" RETURNING name", args...)
	})
	return held, err
}

// Release gives up all leases of a writer.
func (s *Store) Release(ctx context.Context, writer string) error {
	_, err := querier{s.write, s.dialect}.run(ctx, "UPDATE partitions SET holder = '', until = 0 WHERE holder = ?", writer)
	return err
}
