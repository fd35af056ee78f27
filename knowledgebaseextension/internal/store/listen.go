// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Listen calls changed once it listens, and then whenever somebody committed a
// change to a PostgreSQL database. It returns when ctx ends or the connection does.
func (s *Store) Listen(ctx context.Context, changed func()) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		raw := driver.(*stdlib.Conn).Conn()
		// The connection goes back to nobody: it still listens.
		defer raw.Close(context.Background())
		var schema string
		if err := raw.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
			return err
		}
		channel := pgx.Identifier{"knowledge_base_" + schema}.Sanitize()
		if _, err := raw.Exec(ctx, "LISTEN "+channel); err != nil {
			return fmt.Errorf("LISTEN: %w", err)
		}
		for {
			changed()
			if _, err := raw.WaitForNotification(ctx); err != nil {
				return err
			}
		}
	})
}
