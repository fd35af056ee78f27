// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
)

// MaxSolutionBytes bounds the text of a solution: it is written on every record.
const MaxSolutionBytes = 16 << 10

// Edit is a change of a solution.
type Edit struct {
	Cluster string // or an alias
	Text    string // Markdown; empty clears the solution
	Author  string
	// IfVersion, when not nil, is the version that the author saw, 0 for none.
	IfVersion *int64
}

// SetSolution writes or clears the solution of a cluster that is known. It returns
// ErrNotFound, ErrInvalid for a text that is too long, and ErrConflict, with the
// solution as it is, when IfVersion is not its version.
func (s *Store) SetSolution(ctx context.Context, e Edit) (Solution, error) {
	var now Solution
	err := s.update(ctx, func(tx *transaction) error {
		id, err := resolve(ctx, tx.querier, e.Cluster)
		if err != nil {
			return err
		}
		if now, err = tx.solution(id); err != nil {
			return err
		}
		e.Text = plain(e.Text)
		if e.IfVersion != nil && *e.IfVersion != now.Version {
			return fmt.Errorf("solution of %s: %w: it has version %d, not %d", id, ErrConflict, now.Version, *e.IfVersion)
		}
		if now.Text == e.Text {
			return nil
		}
		err = tx.decide("solution", []string{id}, func(*before) error { return tx.setSolution(id, e.Text, e.Author, now.Updated) })
		if err != nil {
			return err
		}
		now, err = tx.solution(id)
		return err
	})
	return now, err
}

// solution returns the solution of a cluster; its version is 0 when there is none.
func (tx *transaction) solution(id string) (Solution, error) {
	found := Solution{Cluster: id}
	var updated int64
	err := tx.row(tx.ctx, "SELECT text, author, updated_at, version FROM solutions WHERE cluster = ?", id).
		Scan(&found.Text, &found.Author, &updated, &found.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return found, nil
	}
	found.Updated = time.UnixMilli(updated).UTC()
	return found, err
}

// setSolution writes a solution that was last written at before. The triggers
// take an unchanged time for a sign of plain SQL.
func (tx *transaction) setSolution(id, text, author string, before time.Time) error {
	if len(text) > MaxSolutionBytes {
		return fmt.Errorf("%w: a solution has at most %d bytes, got %d", ErrInvalid, MaxSolutionBytes, len(text))
	}
	at := time.Now().UnixMilli()
	if !before.IsZero() {
		at = max(at, before.UnixMilli()+1)
	}
	return tx.exec(`INSERT INTO solutions (cluster, text, author, updated_at) VALUES (?, ?, ?, ?)
ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at`,
		id, plain(text), author, at)
}

// SetNoise marks a cluster as noise, or takes the mark away.
func (s *Store) SetNoise(ctx context.Context, id string, noise bool, author string) error {
	err := s.update(ctx, func(tx *transaction) error {
		id, err := resolve(ctx, tx.querier, id)
		if err != nil {
			return err
		}
		action := "signal"
		if noise {
			action = "noise"
		}
		var was bool
		err = tx.row(ctx, "SELECT noise FROM clusters WHERE id = ?", id).Scan(&was)
		if err != nil || was == noise {
			return err
		}
		return tx.decide(action, []string{id}, func(b *before) error {
			b.Clusters, b.Members, b.Solutions, b.Status, b.Noise = []string{id}, nil, nil, nil, &was
			return errors.Join(
				tx.exec("UPDATE clusters SET noise = ?, rev = ?, writer = '' WHERE id = ?", noise, tx.rev, id),
				tx.note(id, action, "", author),
			)
		})
	})
	return err
}

// note adds to the history.
func (tx *transaction) note(id, action, text, author string) error {
	return tx.exec("INSERT INTO history (rev, cluster, action, text, author, at) VALUES (?, ?, ?, ?, ?, "+tx.dialect.nowMS+")",
		tx.rev, id, action, text, author)
}

// Merge makes two clusters of one partition one, whatever kept them apart. It
// returns the ID that stays: that of the cluster that was seen first.
func (s *Store) Merge(ctx context.Context, a, b, author string) (survivor string, err error) {
	err = s.update(ctx, func(tx *transaction) error {
		into, from, err := tx.pair(a, b)
		if err != nil {
			return err
		}
		survivor = into.id
		return tx.decide("merge", []string{into.id, from.id}, func(b *before) (err error) {
			if b.Merge, err = tx.mergedOf(into.id, from.id); err != nil {
				return err
			}
			if err := tx.exec("DELETE FROM apart WHERE a = ? AND b = ?", min(into.id, from.id), max(into.id, from.id)); err != nil {
				return err
			}
			return errors.Join(
				tx.join(joining{partition: into.partition, into: into.id, from: from.id, at: from.lastSeen, person: true, author: author}),
				tx.note(into.id, "merge", from.id, author),
			)
		})
	})
	return survivor, err
}

// row is what a merge or a split must know of a cluster.
type clusterRow struct {
	id, partition       string
	firstSeen, lastSeen int64
}

// pair reads the clusters that two IDs stand for, the older first.
func (tx *transaction) pair(a, b string) (older, younger clusterRow, err error) {
	older, errA := tx.cluster(a)
	younger, errB := tx.cluster(b)
	switch {
	case errA != nil || errB != nil:
		return older, younger, errors.Join(errA, errB)
	case older.id == younger.id:
		return older, younger, fmt.Errorf("%w: %s and %s are one cluster", ErrInvalid, a, b)
	case older.partition != younger.partition:
		return older, younger, fmt.Errorf("%w: %s and %s are of different partitions: make them one problem instead", ErrInvalid, a, b)
	case younger.firstSeen < older.firstSeen || younger.firstSeen == older.firstSeen && younger.id < older.id:
		older, younger = younger, older
	}
	return older, younger, nil
}

func (tx *transaction) cluster(id string) (c clusterRow, err error) {
	if c.id, err = resolve(tx.ctx, tx.querier, id); err != nil {
		return c, err
	}
	err = tx.row(tx.ctx, "SELECT partition, first_seen, last_seen FROM clusters WHERE id = ?", c.id).Scan(&c.partition, &c.firstSeen, &c.lastSeen)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%s: %w", id, ErrNotFound)
	}
	return c, err
}

// joining is one cluster becoming part of another of its partition.
type joining struct {
	partition, into, from string
	at                    int64 // event time, ns since 1970
	writer                string
	person                bool   // who decided it
	author                string // the person
}

// join moves all that a cluster has to another: templates, counts, decisions and
// solution. Its ID becomes an alias.
func (tx *transaction) join(j joining) error {
	into, from, writer := j.into, j.from, j.writer
	// It is a cluster from now on, whatever it was before.
	if err := tx.exec("DELETE FROM aliases WHERE kind = 'cluster' AND id = ? AND NOT person", into); err != nil {
		return err
	}
	if err := tx.joinProblems(into, from, j.author, true); err != nil {
		return err
	}
	steps := []step{
		{
			`INSERT INTO clusters (id, partition, statement, keywords, category, noise, first_seen, last_seen, saved_at, rev, writer)
SELECT ?, partition, ?, keywords, category, noise, first_seen, last_seen, saved_at, ?, ? FROM clusters WHERE id = ? ON CONFLICT (id) DO NOTHING`,
			[]any{into, statementOf(j.partition, into), tx.rev, writer, from},
		},
		{"UPDATE templates SET cluster = ?, rev = ?, writer = ? WHERE cluster = ?", []any{into, tx.rev, writer, from}},
		{`INSERT INTO cluster_counts (cluster, minute, count) SELECT ?, minute, count FROM cluster_counts WHERE cluster = ?
ON CONFLICT (cluster, minute) DO UPDATE SET count = cluster_counts.count + excluded.count`, []any{into, from}},
		{"DELETE FROM cluster_counts WHERE cluster = ?", []any{from}},
		// A mark of noise goes with what is alone in its cluster, not with what a person joins.
		{`UPDATE clusters SET rev = ?, writer = ?, count = clusters.count + f.count, noise = clusters.noise OR f.noise AND NOT ?,
first_seen = CASE WHEN f.first_seen < clusters.first_seen THEN f.first_seen ELSE clusters.first_seen END,
last_seen = CASE WHEN f.last_seen > clusters.last_seen THEN f.last_seen ELSE clusters.last_seen END
FROM (SELECT count, noise, first_seen, last_seen FROM clusters WHERE id = ?) f WHERE clusters.id = ?`, []any{tx.rev, writer, j.person, from, into}},
		{"UPDATE aliases SET target = ?, rev = ?, writer = ? WHERE kind = 'cluster' AND target = ?", []any{into, tx.rev, writer, from}},
		{
			`INSERT INTO aliases (kind, id, target, partition, at, rev, writer, person) VALUES ('cluster', ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET target = excluded.target, at = excluded.at, rev = excluded.rev, writer = excluded.writer, person = excluded.person`,
			[]any{from, into, j.partition, j.at, tx.rev, writer, j.person},
		},
		{"DELETE FROM clusters WHERE id = ?", []any{from}},
	}
	if err := tx.all(steps...); err != nil {
		return err
	}
	return tx.joinApart(into, from)
}

// joinApart hands on what a cluster was taken apart from.
func (tx *transaction) joinApart(into, from string) error {
	others, err := tx.apartFrom(from)
	if err != nil || len(others) == 0 {
		return err
	}
	if err := tx.exec("DELETE FROM apart WHERE a = ? OR b = ?", from, from); err != nil {
		return err
	}
	for _, other := range others {
		if other != into {
			if err := tx.keepApart(into, other); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *transaction) apartFrom(id string) ([]string, error) {
	var others []string
	err := tx.each(tx.ctx, func(scan func(...any) error) error {
		var other string
		err := scan(&other)
		others = append(others, other)
		return err
	}, "SELECT b FROM apart WHERE a = ? UNION SELECT a FROM apart WHERE b = ?", id, id)
	return others, err
}

func (tx *transaction) keepApart(a, b string) error {
	return tx.exec(`INSERT INTO apart (a, b, partition, rev) SELECT ?, ?, partition, ? FROM clusters WHERE id = ?
ON CONFLICT (a, b) DO UPDATE SET rev = excluded.rev`, min(a, b), max(a, b), tx.rev, a)
}

// Split takes a template out of its cluster and makes it a cluster of its own,
// whose ID it returns. Nothing but a person joins the two again. The records of
// the past minutes stay with the old cluster, the template's count goes with it.
func (s *Store) Split(ctx context.Context, template, author string) (id string, err error) {
	err = s.update(ctx, func(tx *transaction) error {
		t, old, err := tx.templateOf(template)
		if err != nil {
			return err
		}
		var members int
		if err := tx.row(ctx, "SELECT count(*) FROM templates WHERE cluster = ?", old).Scan(&members); err != nil {
			return err
		}
		if members < 2 {
			return fmt.Errorf("%w: %s is all of its cluster %s", ErrInvalid, t, old)
		}
		id = splitID(t, old)
		return tx.decide("split", []string{old, id}, func(b *before) error {
			b.Split = &parted{Template: t, Old: old, New: id}
			if err := tx.row(ctx, "SELECT represents, placed FROM templates WHERE id = ?", t).Scan(&b.Split.Represents, &b.Split.Placed); err != nil {
				return err
			}
			return errors.Join(tx.part(b.Split), tx.keepApart(id, old), tx.note(old, "split", t, author), tx.note(id, "split", t, author))
		})
	})
	return id, err
}

// part takes a template out of a cluster.
func (tx *transaction) part(p *parted) error {
	return tx.all([]step{
		// When the two were joined again by hand, the ID is an alias by now.
		{"UPDATE aliases SET target = id, person = ?, rev = ?, writer = '' WHERE kind = 'cluster' AND id = ?", []any{true, tx.rev, p.New}},
		{`INSERT INTO clusters (id, partition, statement, keywords, first_seen, last_seen, count, saved_at, rev)
SELECT ?, t.partition, '-', c.keywords, t.first_seen, t.last_seen, t.count, c.saved_at, ? FROM templates t JOIN clusters c ON c.id = t.cluster WHERE t.id = ?`, []any{p.New, tx.rev, p.Template}},
		{`UPDATE clusters SET rev = ?, writer = '', count = clusters.count - f.count
FROM (SELECT count FROM templates WHERE id = ?) f WHERE clusters.id = ?`, []any{tx.rev, p.Template, p.Old}},
		{"UPDATE templates SET cluster = ?, represents = ?, placed = ?, rev = ?, writer = '' WHERE id = ?", []any{p.New, true, true, tx.rev, p.Template}},
	}...)
}

// templateOf resolves the ID of a template and reads its cluster.
func (tx *transaction) templateOf(id string) (template, cluster string, err error) {
	if _, err := ParseID(id); err != nil {
		return "", "", err
	}
	err = tx.row(tx.ctx, `SELECT id, cluster FROM templates
WHERE id = ? OR id IN (SELECT target FROM aliases WHERE kind = 'template' AND id = ?)`, id, id).Scan(&template, &cluster)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("template %s: %w", id, ErrNotFound)
	}
	return template, cluster, err
}

// splitID is the ID of the cluster that a template makes when it is taken out of
// another. The template's own ID may be that of the cluster, or an alias of it.
func splitID(template, cluster string) string {
	return formatID(xxhash.Sum64String("split " + template + " " + cluster))
}
