// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// merged is what a merge took of a cluster that is no more.
type merged struct {
	Into, From, Partition, Statement, Keywords, Category string
	Noise                                                bool
	Count, FirstSeen, SavedAt                            int64
	LastSeen, IntoFirstSeen, IntoLastSeen                int64
	Templates                                            []mergedTemplate
	Minutes                                              [][2]int64 // minute, records
	Aliases                                              []string
	ApartFrom, ApartInto                                 []string // from whom people took either
}

type mergedTemplate struct {
	ID                 string
	Represents, Placed bool
	Count              int64
}

// mergedOf reads it.
func (tx *transaction) mergedOf(into, from string) (*merged, error) {
	m := &merged{Into: into, From: from}
	err := tx.row(tx.ctx, `SELECT f.partition, f.statement, f.keywords, f.category, f.noise, f.count, f.first_seen, f.last_seen, f.saved_at, i.first_seen, i.last_seen
FROM clusters f JOIN clusters i ON i.id = ? WHERE f.id = ?`, into, from).
		Scan(&m.Partition, &m.Statement, &m.Keywords, &m.Category, &m.Noise, &m.Count, &m.FirstSeen, &m.LastSeen, &m.SavedAt, &m.IntoFirstSeen, &m.IntoLastSeen)
	if err != nil {
		return nil, err
	}
	errTemplates := tx.each(tx.ctx, func(scan func(...any) error) error {
		var t mergedTemplate
		err := scan(&t.ID, &t.Represents, &t.Placed, &t.Count)
		m.Templates = append(m.Templates, t)
		return err
	}, "SELECT id, represents, placed, count FROM templates WHERE cluster = ? ORDER BY id", from)
	errMinutes := tx.each(tx.ctx, func(scan func(...any) error) error {
		var minute [2]int64
		err := scan(&minute[0], &minute[1])
		m.Minutes = append(m.Minutes, minute)
		return err
	}, "SELECT minute, count FROM cluster_counts WHERE cluster = ? ORDER BY minute", from)
	var errAliases, errFrom, errInto error
	m.Aliases, errAliases = tx.texts(tx.ctx, "SELECT id FROM aliases WHERE kind = 'cluster' AND target = ? AND id <> target", from)
	m.ApartFrom, errFrom = tx.apartFrom(from)
	m.ApartInto, errInto = tx.apartFrom(into)
	return m, errors.Join(errTemplates, errMinutes, errAliases, errFrom, errInto)
}

// unmerge makes two clusters of one again. Templates that came since stay where they
// are: their statements say where they belong, and processors know.
func (tx *transaction) unmerge(m *merged) error {
	var target string
	err := tx.row(tx.ctx, "SELECT target FROM aliases WHERE kind = 'cluster' AND id = ? AND target IN (SELECT id FROM clusters)", m.From).Scan(&target)
	if errors.Is(err, sql.ErrNoRows) || err == nil && target != m.Into {
		return fmt.Errorf("%w: cluster %s is part of %s no longer", ErrInvalid, m.From, m.Into)
	}
	if err != nil {
		return err
	}
	err = tx.all(
		step{"UPDATE aliases SET target = id, person = ?, rev = ?, writer = '' WHERE kind = 'cluster' AND id = ?", []any{true, tx.rev, m.From}},
		step{`INSERT INTO clusters (id, partition, statement, keywords, category, noise, first_seen, last_seen, saved_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, []any{m.From, m.Partition, m.Statement, m.Keywords, m.Category, m.Noise, m.FirstSeen, m.FirstSeen, m.SavedAt, tx.rev}},
	)
	if err != nil {
		return err
	}
	for _, id := range m.Aliases {
		if err := tx.exec("UPDATE aliases SET target = ?, rev = ?, writer = '' WHERE kind = 'cluster' AND id = ? AND target = ?", m.From, tx.rev, id, m.Into); err != nil {
			return err
		}
	}
	return errors.Join(tx.giveBack(m), tx.giveBackMinutes(m), tx.giveBackApart(m))
}

// giveBack moves templates back, with their counts.
func (tx *transaction) giveBack(m *merged) error {
	count := m.Count
	for _, t := range m.Templates {
		var now int64
		err := tx.row(tx.ctx, "UPDATE templates SET cluster = ?, represents = ?, placed = ?, rev = ?, writer = '' WHERE id = ? AND cluster = ? RETURNING count",
			m.From, t.Represents, t.Placed, tx.rev, t.ID, m.Into).Scan(&now)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			count -= t.Count // it has moved since
		case err != nil:
			return err
		default:
			count += now - t.Count
		}
	}
	// Lines that came since are later than all that either had.
	const last = "last_seen = COALESCE((SELECT max(last_seen) FROM templates WHERE cluster = clusters.id AND last_seen > ?), ?)"
	latest := max(m.LastSeen, m.IntoLastSeen)
	return tx.all(
		step{"UPDATE clusters SET count = ?, " + last + " WHERE id = ?", []any{count, latest, m.LastSeen, m.From}},
		step{"UPDATE clusters SET count = count - ?, first_seen = ?, rev = ?, writer = '', " + last + " WHERE id = ?", []any{count, m.IntoFirstSeen, tx.rev, latest, m.IntoLastSeen, m.Into}},
	)
}

// giveBackMinutes moves the counts that are kept still. Those of records since the merge
// stay: nobody knows whose they are.
func (tx *transaction) giveBackMinutes(m *merged) error {
	rows := make([][]any, 0, len(m.Minutes))
	for _, minute := range m.Minutes {
		rows = append(rows, []any{minute[0], minute[1]})
	}
	return tx.inRows(rows, func(rows [][]any) error {
		source, args := tx.source(rows)
		const with = "WITH d (minute, n) AS ("
		err := tx.exec(with+source+") INSERT INTO cluster_counts (cluster, minute, count) SELECT ?, d.minute, d.n FROM d JOIN cluster_counts c ON c.minute = d.minute AND c.cluster = ?",
			append(slices.Clone(args), m.From, m.Into)...)
		if err != nil {
			return err
		}
		err = tx.exec(with+source+") UPDATE cluster_counts SET count = count - d.n FROM d WHERE cluster_counts.minute = d.minute AND cluster_counts.cluster = ?",
			append(slices.Clone(args), m.Into)...)
		return errors.Join(err, tx.exec("DELETE FROM cluster_counts WHERE cluster = ? AND count <= 0", m.Into))
	})
}

func (tx *transaction) giveBackApart(m *merged) error {
	for _, other := range m.ApartFrom {
		if other != m.Into && !slices.Contains(m.ApartInto, other) {
			if err := tx.exec("DELETE FROM apart WHERE a = ? AND b = ?", min(m.Into, other), max(m.Into, other)); err != nil {
				return err
			}
		}
		if err := tx.keepApart(m.From, other); err != nil {
			return err
		}
	}
	return nil
}

// parted is what a split took out of a cluster.
type parted struct {
	Template, Old, New string
	Represents, Placed bool
}

// unsplit puts the template back, with what its lines have brought since.
func (tx *transaction) unsplit(p *parted) error {
	var members, own int
	err := tx.row(tx.ctx, "SELECT (SELECT count(*) FROM templates WHERE cluster = ?), (SELECT count(*) FROM templates WHERE cluster = ? AND id = ?)", p.New, p.New, p.Template).
		Scan(&members, &own)
	if err != nil {
		return err
	}
	if members != 1 || own != 1 {
		return fmt.Errorf("%w: template %s is no longer all of cluster %s", ErrInvalid, p.Template, p.New)
	}
	old, err := tx.cluster(p.Old)
	if err != nil {
		return err
	}
	split, err := tx.solution(p.New)
	if err != nil {
		return err
	}
	if split.Text != "" {
		return fmt.Errorf("%w: cluster %s has a solution of its own by now", ErrInvalid, p.New)
	}
	return errors.Join(
		tx.join(joining{partition: old.partition, into: old.id, from: p.New, at: old.lastSeen, person: true}),
		tx.exec("UPDATE templates SET represents = ?, placed = ?, rev = ?, writer = '' WHERE id = ?", p.Represents, p.Placed, tx.rev, p.Template),
	)
}
