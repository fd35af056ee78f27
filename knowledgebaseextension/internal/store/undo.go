// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// before is how it was before a decision: of all clusters that it is about, and of
// those that share a problem with them.
type before struct {
	Clusters  []string
	Members   []memberRow
	Solutions []Solution // of all of them; version 0 of those that had none
	Status    []statusRow
	Noise     *bool   `json:",omitempty"`
	Merge     *merged `json:",omitempty"`
	Split     *parted `json:",omitempty"`
}

type memberRow struct{ Cluster, Problem, Partition, Says string }

// decide runs what a person has decided about clusters, and remembers how it was.
func (tx *transaction) decide(action string, clusters []string, f func(b *before) error) error {
	b, err := tx.before(clusters)
	if err != nil {
		return err
	}
	if err := f(b); err != nil {
		return err
	}
	body, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return tx.exec("INSERT INTO decisions (rev, until, action, before) SELECT ?, n, ?, ? FROM revision", tx.rev, action, string(body))
}

func (tx *transaction) before(clusters []string) (*before, error) {
	b := &before{}
	for _, id := range clusters {
		others, err := tx.texts(tx.ctx, "SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?)", id)
		if err != nil {
			return nil, err
		}
		b.Clusters = append(append(b.Clusters, id), others...)
	}
	slices.Sort(b.Clusters)
	b.Clusters = slices.Compact(b.Clusters)
	solutions := map[string]Solution{}
	err := tx.amongst(b.Clusters, func(among string, args []any) error {
		return errors.Join(tx.solutionsOf(tx.ctx, solutions, among, args), tx.each(tx.ctx, func(scan func(...any) error) error {
			var m memberRow
			err := scan(&m.Cluster, &m.Problem, &m.Partition, &m.Says)
			b.Members = append(b.Members, m)
			return err
		}, "SELECT cluster, problem, partition, says FROM members WHERE cluster "+among, args...), tx.each(tx.ctx, func(scan func(...any) error) error {
			var row statusRow
			err := row.scan(scan)
			b.Status = append(b.Status, row)
			return err
		}, "SELECT "+statusColumns+" FROM status WHERE cluster "+among, args...))
	})
	for _, id := range b.Clusters {
		s := solutions[id]
		s.Cluster = id
		b.Solutions = append(b.Solutions, s)
	}
	return b, err
}

// decision is one that can be undone.
type decision struct {
	rev, until, undone int64
	action             string
	before             before
}

// Undo takes back what a person did at a revision, as the history names it: all is as it
// was before, but for what lines have brought since. It returns ErrInvalid when
// something that was done later builds on it.
func (s *Store) Undo(ctx context.Context, revision int64, author string) error {
	return s.update(ctx, func(tx *transaction) error {
		d, err := tx.decisionAt(revision)
		if errors.Is(err, ErrNotFound) {
			return tx.undoPlain(revision, author)
		}
		if err != nil {
			return err
		}
		if err := tx.isLatest(d); err != nil {
			return err
		}
		cluster, err := tx.restore(d)
		if err != nil {
			return err
		}
		return errors.Join(
			tx.exec("UPDATE decisions SET undone = ? WHERE rev = ?", tx.rev, d.rev),
			tx.note(cluster, "undo", strconv.FormatInt(revision, 10), author),
		)
	})
}

func (tx *transaction) decisionAt(revision int64) (*decision, error) {
	d := &decision{}
	var body string
	err := tx.row(tx.ctx, "SELECT rev, until, action, before, undone FROM decisions WHERE rev <= ? ORDER BY rev DESC LIMIT 1", revision).
		Scan(&d.rev, &d.until, &d.action, &body, &d.undone)
	if errors.Is(err, sql.ErrNoRows) || err == nil && d.until < revision {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return d, json.Unmarshal([]byte(body), &d.before)
}

// isLatest refuses what was undone already, or what something later builds on.
func (tx *transaction) isLatest(d *decision) error {
	if d.undone != 0 {
		return fmt.Errorf("%w: revision %d was undone already, at %d", ErrInvalid, d.rev, d.undone)
	}
	var later int64
	err := tx.each(tx.ctx, func(scan func(...any) error) error {
		var rev int64
		var body string
		var b before
		if err := scan(&rev, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &b); err != nil {
			return err
		}
		if slices.ContainsFunc(b.Clusters, func(id string) bool { return slices.Contains(d.before.Clusters, id) }) {
			later = rev
		}
		return nil
	}, "SELECT rev, before FROM decisions WHERE rev > ? AND undone = 0 ORDER BY rev", d.rev)
	if err != nil {
		return err
	}
	if later != 0 {
		return fmt.Errorf("%w: revision %d builds on it: undo that first", ErrInvalid, later)
	}
	return tx.amongst(d.before.Clusters, func(among string, args []any) error {
		changed, err := tx.texts(tx.ctx, `SELECT cluster FROM solutions WHERE version > ?
AND version NOT IN (SELECT undone FROM decisions) AND cluster `+among, append([]any{d.until}, args...)...)
		if err == nil && len(changed) > 0 {
			err = fmt.Errorf("%w: the solution of cluster %s was changed since", ErrInvalid, changed[0])
		}
		return err
	})
}

// restore makes everything as it was. It returns the cluster that the history is to
// name.
func (tx *transaction) restore(d *decision) (cluster string, err error) {
	b := &d.before
	cluster = b.Clusters[0]
	switch {
	case b.Merge != nil:
		cluster, err = b.Merge.Into, tx.unmerge(b.Merge)
	case b.Split != nil:
		cluster, err = b.Split.Old, tx.unsplit(b.Split)
	case b.Noise != nil:
		err = tx.exec("UPDATE clusters SET noise = ?, rev = ?, writer = '' WHERE id = ?", *b.Noise, tx.rev, cluster)
	}
	if err != nil {
		return cluster, err
	}
	if b.Noise != nil {
		return cluster, nil
	}
	return cluster, errors.Join(tx.restoreMembers(b), tx.restoreSolutions(b))
}

// restoreMembers gives clusters the problem and the status that they had.
func (tx *transaction) restoreMembers(b *before) error {
	for _, id := range b.Clusters {
		if err := errors.Join(tx.exec("DELETE FROM members WHERE cluster = ?", id), tx.exec("DELETE FROM status WHERE cluster = ?", id)); err != nil {
			return err
		}
	}
	for _, m := range b.Members {
		if err := tx.exec("INSERT INTO members (cluster, problem, partition, says) VALUES (?, ?, ?, ?)", m.Cluster, m.Problem, m.Partition, m.Says); err != nil {
			return err
		}
	}
	for i := range b.Status {
		if err := tx.putStatus(&b.Status[i]); err != nil {
			return err
		}
	}
	return nil
}

func (tx *transaction) restoreSolutions(b *before) error {
	for _, s := range b.Solutions {
		now, err := tx.solution(s.Cluster)
		if err != nil {
			return err
		}
		if now.Text == s.Text && now.Author == s.Author || now.Version == 0 && s.Text == "" {
			continue
		}
		if s.Updated.IsZero() {
			s.Updated = time.UnixMilli(0)
		}
		if err := tx.copySolution(s.Cluster, s); err != nil {
			return err
		}
	}
	return nil
}

// undoPlain takes back what was done with plain SQL, or before decisions were kept: a
// text, or a mark of noise.
func (tx *transaction) undoPlain(revision int64, author string) error {
	var cluster, action string
	err := tx.row(tx.ctx, "SELECT cluster, action FROM history WHERE rev = ? AND action IN ('solution', 'noise', 'signal') AND author <> ?", revision, automatic).Scan(&cluster, &action)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: there is nothing at revision %d that can be undone", ErrInvalid, revision)
	}
	if err != nil {
		return err
	}
	if action == "solution" {
		err = tx.undoText(cluster, revision)
	} else {
		err = tx.undoMark(cluster, action == "noise")
	}
	if err != nil {
		return err
	}
	return errors.Join(
		tx.exec("INSERT INTO decisions (rev, until, action, before, undone) VALUES (?, ?, ?, '{}', ?)", revision, revision, action, tx.rev),
		tx.note(cluster, "undo", strconv.FormatInt(revision, 10), author),
	)
}

func (tx *transaction) undoMark(cluster string, noise bool) error {
	result, err := tx.run(tx.ctx, "UPDATE clusters SET noise = ?, rev = ?, writer = '' WHERE id = ? AND noise = ?", !noise, tx.rev, cluster, noise)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: it was changed since", ErrInvalid)
	}
	return err
}

func (tx *transaction) undoText(cluster string, revision int64) error {
	now, err := tx.solution(cluster)
	if err != nil {
		return err
	}
	if now.Version > revision {
		return fmt.Errorf("%w: the solution of cluster %s was changed since", ErrInvalid, cluster)
	}
	text, by := "", ""
	err = tx.row(tx.ctx, "SELECT text, author FROM history WHERE cluster = ? AND action = 'solution' AND rev < ? ORDER BY rev DESC LIMIT 1", cluster, revision).Scan(&text, &by)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return errors.Join(tx.copySolution(cluster, Solution{Text: text, Author: by, Updated: time.Now()}), tx.spread(cluster))
}
