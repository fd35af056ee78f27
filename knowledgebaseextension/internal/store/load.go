// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
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
