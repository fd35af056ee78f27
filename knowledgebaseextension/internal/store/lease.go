// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
)

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
