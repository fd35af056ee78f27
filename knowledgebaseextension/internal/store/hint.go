// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// hints say what to do about an error of PostgreSQL whose text does not say it, by
// SQLSTATE.
var hints = map[string]string{
	"26000": poolerHint, // invalid_sql_statement_name: prepared on another connection
	"42P05": poolerHint, // duplicate_prepared_statement: prepared there by somebody else
}

const poolerHint = "behind a pooler in transaction mode, add default_query_exec_mode=exec to dsn"

// WithHint adds to an error what to do about it, where that is known.
func WithHint(err error) error {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || hints[refused.Code] == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, hints[refused.Code])
}
