// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

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

// MaxRestored is how many shapes a processor is given at the start, those of the
// templates that were seen last: what it takes to be there within seconds. The rest
// stays where it is; what comes again is learnt again, and saved, and told then by what
// the tables know better.
const MaxRestored = 100_000

// Load returns what processors need, of every partition or of some, and up to where
// that is all.
func (s *Store) Load(ctx context.Context, partitions []string) (State, Cursor, error) {
	return s.load(ctx, "", partitions, s.most)
}

// Meet returns what is known of partitions to a writer who comes to have them.
func (s *Store) Meet(ctx context.Context, writer string, partitions []string) (State, error) {
	state, _, err := s.load(ctx, writer, partitions, s.most)
	return state, err
}

func (s *Store) load(ctx context.Context, writer string, partitions []string, most int) (State, Cursor, error) {
	state := State{}
	var at Cursor
	err := s.view(ctx, func(q querier) (err error) {
		if at, err = q.cursor(ctx); err != nil {
			return err
		}
		r := reading{querier: q, ctx: ctx, state: state}
		if partitions == nil {
			return r.everything(writer, "", nil, most)
		}
		return r.amongst(named(partitions), func(among string, args []any) error { return r.everything(writer, among, args, most) })
	})
	return state, at, err
}

func named(partitions []string) []string {
	all := make([]string, len(partitions))
	for i, name := range partitions {
		all[i] = partitionName(name)
	}
	return all
}

// partitionName is what the tables call a partition: they index it.
func partitionName(name string) string { return string(knowledge.PartitionName([]byte(name))) }

// everything reads partitions whose names are among some, or all. Every ID that was
// ever given out stays findable in the store, but a processor has use only for what
// people have joined.
func (r reading) everything(writer, among string, args []any, most int) error {
	where := func(column string) string {
		if among == "" {
			return "TRUE"
		}
		return column + " " + among
	}
	latest := "(SELECT id FROM templates WHERE " + where("partition") + fmt.Sprintf(" ORDER BY last_seen DESC LIMIT %d)", most)
	clusters := "(SELECT cluster FROM templates WHERE id IN " + latest + ")"
	err := errors.Join(
		r.latestShapes(selection{where: "?x.template IN " + latest + " AND NOT " + covered, args: args}, most),
		r.templates(selection{where: "?x.id IN " + latest, args: args}),
		r.clusters(selection{where: "?x.id IN " + clusters, args: args}),
		r.aliases(selection{where: "?x.person AND " + where("?x.partition"), args: args}),
		r.changedClocks(selection{where: where("?x.name"), args: args}),
		r.solutionsWhere("s.text <> '' AND "+where("c.partition"), args...),
	)
	if err != nil || !r.dialect.postgres {
		return err
	}
	events, err := r.logged(r.ctx, "WHERE NOT folded AND structure AND "+where("partition")+" AND writer <> ? ORDER BY id", append(slices.Clone(args), writer)...)
	for i := range events {
		r.state.add(events[i].partition, events[i].event.forOthers())
	}
	return err
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
WHERE t.partition = ? ORDER BY s.at, s.template, s.shape`, partitionName(partition))
	})
}

// Changed is what a processor must take in.
type Changed struct {
	State
	Forgotten map[string][]knowledge.ID // see Saved
	Cursor    Cursor                    // up to where that is all
	// Lost is true when there may have been more that is in the log no longer, or in that
	// of a server that another took over from: all is to be loaded again.
	Lost bool
}

// Changes returns what others than a writer, and people, changed after it has read.
func (s *Store) Changes(ctx context.Context, writer string, after Cursor) (Changed, error) {
	c := Changed{State: State{}, Forgotten: map[string][]knowledge.ID{}}
	others := selection{where: "?x.rev > ? AND ?x.writer <> ?", args: []any{after.Revision, writer}}
	if s.dialect.postgres {
		others.args[1] = folder
	}
	err := s.view(ctx, func(q querier) (err error) {
		if c.Cursor, err = q.cursor(ctx); err != nil {
			return err
		}
		r := reading{querier: q, ctx: ctx, state: c.State}
		if s.dialect.postgres {
			if c.Lost = c.Cursor.server != after.server || c.Cursor.at-after.at > eventsKept.Milliseconds()/2; c.Lost {
				return nil
			}
			if err := r.events(writer, &after, &c); err != nil {
				return err
			}
		}
		if c.Cursor.Revision == after.Revision {
			return nil
		}
		// What a person did is told, too, when a processor has saved the row since.
		marked := selection{where: "?x.rev > ? AND ?x.id IN (SELECT cluster FROM history WHERE rev > ? AND action IN ('noise', 'signal'))", args: []any{after.Revision, after.Revision}}
		joined := others
		joined.where = "?x.rev > ? AND (?x.writer <> ? OR ?x.person)"
		return errors.Join(r.structure(others), r.clusters(marked), r.aliases(joined),
			r.changedClocks(others), r.changedSolutions(after.Revision))
	})
	return c, err
}

// events reads the log.
func (r reading) events(reader string, after *Cursor, c *Changed) error {
	events, err := r.logged(r.ctx, unread+" ORDER BY id", after.unread(reader)...)
	var known []string
	for i := range events {
		e := &events[i]
		r.state.add(e.partition, e.event.forOthers())
		if len(e.event.Forgotten) > 0 {
			c.Forgotten[e.partition] = append(c.Forgotten[e.partition], e.event.Forgotten...)
		}
		known = append(known, e.event.Known...)
	}
	slices.Sort(known)
	return errors.Join(err, r.known(slices.Compact(known)))
}

// Known returns the rows of clusters that a processor must read again: see
// Saved.Known.
func (s *Store) Known(ctx context.Context, clusters []string) (State, error) {
	state := State{}
	err := s.view(ctx, func(q querier) error {
		return reading{querier: q, ctx: ctx, state: state}.known(clusters)
	})
	return state, err
}

func (r reading) known(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	resolved, err := r.resolveAll(ids)
	if err != nil {
		return err
	}
	return r.amongst(resolved, func(among string, args []any) error {
		return errors.Join(
			r.latestShapes(selection{where: "?x.template IN (SELECT id FROM templates WHERE cluster " + among + ")", args: args}, MaxRestored),
			r.templates(selection{where: "?x.cluster " + among, args: args}),
			r.clusters(selection{where: "?x.id " + among, args: args}),
			r.aliases(selection{where: "?x.kind = 'cluster' AND ?x.target " + among, args: args}),
			r.solutionsWhere("s.cluster "+among, args...),
		)
	})
}

// resolveAll returns the clusters that IDs stand for, of those that stand for any.
func (r reading) resolveAll(ids []string) ([]string, error) {
	all := map[string]bool{}
	err := r.amongst(ids, func(among string, args []any) error {
		for _, query := range []string{
			"SELECT id FROM clusters WHERE id ", "SELECT target FROM aliases WHERE kind = 'cluster' AND id ",
			"SELECT cluster FROM templates WHERE id ",
			"SELECT t.cluster FROM templates t JOIN aliases a ON a.target = t.id WHERE a.kind = 'template' AND a.id ",
		} {
			found, err := r.texts(r.ctx, query+among, args...)
			if err != nil {
				return err
			}
			for _, id := range found {
				all[id] = true
			}
		}
		return nil
	})
	return slices.Sorted(maps.Keys(all)), err
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

// covered is true of a shape that a generalisation covers, and is found by.
const covered = "(slots = 0 AND masked = '' AND hash <> template)"

func (r reading) shapes(which selection) error {
	return r.readShapes(which)
}

// latestShapes are as many as are wanted, those that were seen last.
func (r reading) latestShapes(which selection, most int) error {
	which.where = "(hash, slots) IN (SELECT hash, slots" + which.of("shapes") + fmt.Sprintf(" ORDER BY last_seen DESC LIMIT %d)", most)
	return r.readShapes(which)
}

func (r reading) readShapes(which selection) error {
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
	rows := make([][]any, 0, len(partitions))
	for _, name := range named(partitions) {
		rows = append(rows, []any{name, writer})
	}
	q := querier{s.write, s.dialect}
	err := q.inRows(rows, func(rows [][]any) error {
		source, args := q.source(rows)
		now := s.dialect.nowMS
		return q.each(ctx, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			held = append(held, name)
			return err
		}, "WITH asked (name, holder) AS ("+source+") INSERT INTO leases (name, holder, until) SELECT name, holder, "+now+" + ? FROM asked WHERE TRUE"+
			` ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE leases.holder = excluded.holder OR leases.until < `+now+" RETURNING name", append(args, ms)...)
	})
	return held, err
}

// Release gives up all leases of a writer.
func (s *Store) Release(ctx context.Context, writer string) error {
	_, err := querier{s.write, s.dialect}.run(ctx, "DELETE FROM leases WHERE holder = ?", writer)
	return err
}
