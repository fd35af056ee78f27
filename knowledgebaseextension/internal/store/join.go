// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"errors"
	"maps"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// aliases joins what a processor has joined, unless somebody was faster.
func (w *saving) aliases() error {
	for _, a := range w.learnt.aliases {
		var err error
		if a.row.Kind == knowledge.KindTemplate {
			err = w.absorb(a)
		} else {
			err = w.end(a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end makes a cluster part of another that has no templates left, or that a
// person had joined under the ID of another version. Of one that was never saved
// the ID is kept: records have it.
func (w *saving) end(of told[knowledge.Alias]) error {
	a := &of.row
	from, into := w.cluster(a.From), w.cluster(a.To)
	if from == into {
		return nil
	}
	var templates, clusters int
	if err := w.row(w.ctx, "SELECT (SELECT count(*) FROM templates WHERE cluster = ?), (SELECT count(*) FROM clusters WHERE id = ?)", from, from).
		Scan(&templates, &clusters); err != nil {
		return err
	}
	switch {
	case templates > 0 && !a.Person:
		return nil
	case clusters > 0:
		return w.joinClusters(joining{into: into, from: from, at: a.At, person: a.Person}, of.partition())
	}
	into, err := w.current(into)
	if err != nil || from == into {
		return err
	}
	// A solution may have waited for it.
	if err := w.joinProblems(into, from, "", true); err != nil {
		return err
	}
	w.rows++
	return w.exec(`INSERT INTO aliases (kind, id, target, partition, at, rev, writer, person) VALUES ('cluster', ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET target = excluded.target, at = excluded.at, rev = excluded.rev, writer = excluded.writer, person = excluded.person
WHERE aliases.id = aliases.target`, from, into, of.partition(), a.At, w.rev, w.writer, a.Person)
}

// current is what a cluster's ID stands for now, the ID itself when nothing is known.
func (w *saving) current(id string) (string, error) {
	now, err := resolve(w.ctx, w.querier, id)
	if errors.Is(err, ErrNotFound) {
		return id, nil
	}
	return now, err
}

// absorb makes one template part of another.
func (w *saving) absorb(of told[knowledge.Alias]) error {
	a := &of.row
	from, into := w.template(a.From), w.template(a.To)
	if from == into {
		return nil
	}
	w.absorbed[from] = into
	w.rows++
	var count int64
	if err := w.row(w.ctx, "SELECT COALESCE(sum(count), 0) FROM templates WHERE id = ?", from).Scan(&count); err != nil {
		return err
	}
	shapes := step{"UPDATE shapes SET template = ?, rev = ?, writer = ? WHERE template = ?", []any{into, w.rev, w.writer, from}}
	if a.Outdated {
		shapes = step{"DELETE FROM shapes WHERE template = ?", []any{from}}
	}
	steps := []step{
		{`UPDATE templates SET rev = ?, writer = ?, count = templates.count + f.count,
first_seen = CASE WHEN f.first_seen < templates.first_seen THEN f.first_seen ELSE templates.first_seen END,
last_seen = CASE WHEN f.last_seen > templates.last_seen THEN f.last_seen ELSE templates.last_seen END
FROM (SELECT count, first_seen, last_seen FROM templates WHERE id = ?) f WHERE templates.id = ?`, []any{w.rev, w.writer, from, into}},
		shapes,
		{"INSERT INTO samples (template, shape, at, text) SELECT ?, shape, at, text FROM samples WHERE template = ? ON CONFLICT DO NOTHING", []any{into, from}},
		{"DELETE FROM samples WHERE template = ?", []any{from}},
		{"UPDATE aliases SET target = ?, rev = ?, writer = ? WHERE kind = 'template' AND target = ?", []any{into, w.rev, w.writer, from}},
		{
			`INSERT INTO aliases (kind, id, target, partition, at, rev, writer) VALUES ('template', ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET target = excluded.target, at = excluded.at, rev = excluded.rev, writer = excluded.writer`,
			[]any{from, into, of.partition(), a.At, w.rev, w.writer},
		},
		{"DELETE FROM templates WHERE id = ?", []any{from}},
	}
	if err := w.all(steps...); err != nil {
		return err
	}
	return w.leave(from, into, a.At, count, of.partition())
}

// leave takes the count of an absorbed template to its new cluster, and all of the
// old one when it was the last one there.
func (w *saving) leave(from, into string, at, count int64, partition string) error {
	old, ok := w.clusterOf[from]
	delete(w.clusterOf, from)
	now, found := w.clusterOf[into]
	if !ok || !found || old == now {
		return nil
	}
	var left int
	if err := w.row(w.ctx, "SELECT count(*) FROM templates WHERE cluster = ?", old).Scan(&left); err != nil {
		return err
	}
	if left > 0 {
		return w.moveCount(old, now, count)
	}
	return w.joinClusters(joining{into: now, from: old, at: at}, partition)
}

func (w *saving) joinClusters(j joining, partition string) error {
	w.rows++
	j.partition, j.writer = partition, w.writer
	if err := w.join(j); err != nil {
		return err
	}
	for id, c := range w.clusterOf {
		if c == j.from {
			w.clusterOf[id] = j.into
		}
	}
	return nil
}

// samples keeps the first few lines of a template.
func (w *saving) samples(most int) error {
	var steps []step
	for _, s := range w.learnt.samples {
		if most <= 0 {
			return nil
		}
		id := w.template(s.Template)
		steps = append(steps, step{
			`INSERT INTO samples (template, shape, at, text)
SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT)
WHERE (SELECT count(*) FROM samples WHERE template = ?) < ? ON CONFLICT DO NOTHING`,
			[]any{id, s.Shape.String(), s.At, clean(s.Text), id, most},
		})
	}
	w.rows += len(steps)
	return w.all(steps...)
}

// solutions finds clusters that had a solution before they were known, or that
// came back.
func (w *saving) solutions() error {
	return w.amongst(slices.Sorted(maps.Keys(w.fresh)), func(among string, args []any) error {
		return w.each(w.ctx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			for _, o := range w.fresh[id] {
				o.known[id] = true
			}
			return err
		}, "SELECT cluster FROM solutions WHERE text <> '' AND cluster "+among, args...)
	})
}
