// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Retention says what leaves the store.
type Retention struct {
	// Unseen is how long a cluster without a solution and without a decision of a
	// person stays when its lines no longer come, by the wall clock: to read old logs
	// again is to see them. 0 is for ever.
	Unseen time.Duration
	// Templates is how many templates a partition has at most; those not seen for
	// longest go first, but never those of such clusters. 0 is no bound.
	Templates int
	// Shapes is how many forms of lines a partition has at most, besides those that
	// templates are known by; those not seen for longest go first. 0 is no bound.
	Shapes int
	// Counts is how long the counts by minute stay, before the latest of them or
	// before now, whichever is earlier; 0 is for ever.
	Counts time.Duration
}

// savesKept is how long a save may be in doubt.
const savesKept = 7 * 24 * time.Hour

// Removed is what retention took away.
type Removed struct {
	Clusters, Templates, Shapes, Minutes int64
}

// kept are the clusters that people have dealt with.
const kept = `(SELECT cluster FROM solutions WHERE text <> '' UNION SELECT cluster FROM status UNION SELECT a FROM apart UNION SELECT b FROM apart
UNION SELECT id FROM clusters WHERE noise)`

// Retain removes what is over its time or over the bound, as of now.
func (s *Store) Retain(ctx context.Context, r Retention, now time.Time) (Removed, error) {
	var removed Removed
	if r.Unseen > 0 {
		before := now.Add(-r.Unseen).UnixMilli()
		err := s.remove(ctx, &removed, "SELECT id FROM templates WHERE cluster IN (SELECT id FROM clusters WHERE saved_at < ?) AND cluster NOT IN "+kept, before)
		if err != nil {
			return removed, err
		}
	}
	if r.Templates > 0 {
		if err := s.removeBeyond(ctx, &removed, r.Templates); err != nil {
			return removed, err
		}
	}
	if err := s.retainShapes(ctx, &removed, r); err != nil {
		return removed, err
	}
	if s.dialect.postgres {
		// Whoever has not read them yet reads the tables.
		_, err := querier{s.write, s.dialect}.run(ctx, "DELETE FROM events WHERE folded AND at < now_ms() - ?", eventsKept.Milliseconds())
		if err != nil {
			return removed, err
		}
	}
	_, err := querier{s.write, s.dialect}.run(ctx, "DELETE FROM partitions WHERE name NOT IN (SELECT partition FROM clusters) AND name NOT IN (SELECT name FROM leases WHERE until >= "+
		s.dialect.nowMS+")")
	if err != nil {
		return removed, err
	}
	if _, err := (querier{s.write, s.dialect}).run(ctx, "DELETE FROM saves WHERE at < ?", now.Add(-savesKept).UnixMilli()); err != nil {
		return removed, err
	}
	if r.Counts > 0 {
		result, err := querier{s.write, s.dialect}.run(ctx, `DELETE FROM cluster_counts
WHERE minute < ? AND minute < (SELECT max(minute) FROM cluster_counts) - ?`,
			now.Add(-r.Counts).Unix()/60, int64(r.Counts/time.Minute))
		if err != nil {
			return removed, err
		}
		removed.Minutes, err = result.RowsAffected()
		return removed, err
	}
	return removed, nil
}

// shapesAtOnce is how many shapes one transaction removes.
const shapesAtOnce = 10_000

// maxCovered is how many shapes a template may have that a generalisation covers. A
// processor saves 64 between two starts; earlier versions saved all.
const maxCovered = 1000

// retainShapes removes shapes that no template needs: what a generalisation covers, what
// its partition has not seen for so long by the time of its own lines, and what is over
// the bound. They are learnt again when they come again.
func (s *Store) retainShapes(ctx context.Context, removed *Removed, r Retention) error {
	many := covered + " AND template IN (SELECT template FROM shapes WHERE " + covered + fmt.Sprintf(" GROUP BY template HAVING count(*) > %d) LIMIT ?", maxCovered)
	if err := s.removeShapes(ctx, removed, many, 10*shapesAtOnce); err != nil {
		return err
	}
	const needless = "partition = ? AND slots = 0 AND hash <> template"
	type held struct {
		n      int
		latest int64
	}
	all := map[string]held{}
	err := s.reader().each(ctx, func(scan func(...any) error) error {
		var partition string
		var h held
		err := scan(&partition, &h.n, &h.latest)
		all[partition] = h
		return err
	}, "SELECT partition, count(*), max(last_seen) FROM shapes GROUP BY partition")
	for partition, h := range all {
		if err == nil && r.Unseen > 0 {
			err = s.removeShapes(ctx, removed, needless+" AND last_seen < ? LIMIT ?", shapesAtOnce, partition, h.latest-int64(r.Unseen))
		}
		if err == nil && r.Shapes > 0 && h.n > r.Shapes {
			// A tenth more, so that this is not due again at once.
			err = s.removeShapes(ctx, removed, needless+" ORDER BY last_seen LIMIT ?", h.n-r.Shapes+r.Shapes/10, partition)
		}
	}
	return err
}

// removeShapes removes those that a condition holds for, at most so many.
func (s *Store) removeShapes(ctx context.Context, removed *Removed, where string, most int, args ...any) error {
	for most > 0 {
		n := min(most, shapesAtOnce)
		var gone int64
		err := s.update(ctx, func(tx *transaction) error {
			result, err := tx.run(ctx, "DELETE FROM shapes WHERE (hash, slots) IN (SELECT hash, slots FROM shapes WHERE "+where+")", append(slices.Clone(args), n)...)
			if err != nil {
				return err
			}
			gone, err = result.RowsAffected()
			return err
		})
		removed.Shapes += gone
		if err != nil || gone < int64(n) {
			return err
		}
		most -= n
	}
	return nil
}

func (s *Store) removeBeyond(ctx context.Context, removed *Removed, most int) error {
	crowded := map[string]int{}
	err := s.reader().each(ctx, func(scan func(...any) error) error {
		var partition string
		var n int
		err := scan(&partition, &n)
		crowded[partition] = n - most
		return err
	}, "SELECT partition, count(*) FROM templates GROUP BY partition HAVING count(*) > ?", most)
	if err != nil {
		return err
	}
	for partition, n := range crowded {
		// A tenth more, so that this is not due again at once.
		err := s.remove(ctx, removed, `SELECT id FROM (SELECT id, last_seen FROM templates
WHERE partition = ? AND cluster NOT IN `+kept+" ORDER BY last_seen LIMIT ?) oldest", partition, n+most/10)
		if err != nil {
			return err
		}
	}
	return nil
}

// remove takes away the templates that a query finds, and clusters that have
// none left.
func (s *Store) remove(ctx context.Context, removed *Removed, query string, args ...any) error {
	var ids []string
	err := s.reader().each(ctx, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, query, args...)
	if err != nil {
		return err
	}
	return inChunks(ids, 1, func(ids []string) error {
		err := s.update(ctx, func(tx *transaction) error {
			in := list(len(ids))
			clusters := map[string]bool{}
			err := tx.each(ctx, func(scan func(...any) error) error {
				var id string
				err := scan(&id)
				clusters[id] = true
				return err
			}, "SELECT DISTINCT cluster FROM templates WHERE id IN "+in, anys(ids)...)
			if err != nil {
				return err
			}
			for _, step := range []string{
				"DELETE FROM shapes WHERE template IN ", "DELETE FROM samples WHERE template IN ",
				"DELETE FROM aliases WHERE kind = 'template' AND target IN ", "DELETE FROM templates WHERE id IN ",
			} {
				if err := tx.exec(step+in, anys(ids)...); err != nil {
					return err
				}
			}
			removed.Templates += int64(len(ids))
			return tx.removeEmpty(clusters, removed)
		})
		return err
	})
}

// removeEmpty takes away those of some clusters that have no template.
func (tx *transaction) removeEmpty(clusters map[string]bool, removed *Removed) error {
	for id := range clusters {
		var left int64
		if err := tx.row(tx.ctx, "SELECT count(*) FROM templates WHERE cluster = ?", id).Scan(&left); err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		for _, step := range []string{
			"DELETE FROM clusters WHERE id = ?", "DELETE FROM cluster_counts WHERE cluster = ?",
			"DELETE FROM aliases WHERE kind = 'cluster' AND target = ?",
		} {
			if err := tx.exec(step, id); err != nil {
				return err
			}
		}
		removed.Clusters++
	}
	return nil
}
