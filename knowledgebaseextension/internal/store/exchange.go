// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Exported is a solution as it goes to a file and back.
type Exported struct {
	Cluster   string // may be an alias in a file of old
	Partition string // for people; empty when the cluster is not known yet
	Template  string // a text of the cluster, for people
	Text      string
	Author    string
	Updated   time.Time
}

// Solutions returns every solution that is not empty, by partition and cluster.
func (s *Store) Solutions(ctx context.Context) ([]Exported, error) {
	var all []Exported
	err := s.reader().each(ctx, func(scan func(...any) error) error {
		var e Exported
		var updated int64
		err := scan(&e.Cluster, &e.Partition, &e.Template, &e.Text, &e.Author, &updated)
		e.Updated = time.UnixMilli(updated).UTC()
		all = append(all, e)
		return err
	}, `SELECT s.cluster, COALESCE(c.partition, ''),
  COALESCE((SELECT t.text FROM templates t WHERE t.cluster = s.cluster ORDER BY t.represents DESC, t.count DESC, t.id LIMIT 1), ''),
  s.text, s.author, s.updated_at
FROM solutions s LEFT JOIN clusters c ON c.id = s.cluster WHERE s.text <> '' ORDER BY 2, 1`)
	return all, err
}

// Imported says what an import did.
type Imported struct {
	Written   int
	Unchanged int
}

// Import writes solutions in one transaction, all or none. A cluster that is not
// known yet gets its solution when it appears. Solutions that are not named stay.
func (s *Store) Import(ctx context.Context, solutions []Exported, author string) (Imported, error) {
	var done Imported
	err := s.update(ctx, func(tx *transaction) error {
		done = Imported{}
		for i, e := range solutions {
			if _, err := ParseID(e.Cluster); err != nil {
				return fmt.Errorf("solutions[%d].cluster: %w", i, err)
			}
			id, err := resolve(ctx, tx.querier, e.Cluster)
			switch {
			case errors.Is(err, ErrNotFound):
				id = e.Cluster
			case err != nil:
				return err
			}
			now, err := tx.solution(id)
			if err != nil {
				return err
			}
			if now.Text == e.Text {
				done.Unchanged++
				continue
			}
			if err := tx.setSolution(id, e.Text, author, now.Updated); err != nil {
				return fmt.Errorf("solutions[%d]: %w", i, err)
			}
			done.Written++
		}
		return nil
	})
	return done, err
}
