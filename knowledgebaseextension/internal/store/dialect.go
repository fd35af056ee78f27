// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

// dialect is where the two databases differ.
type dialect struct {
	name     string
	postgres bool
	goose    goose.Dialect
	snapshot sql.IsolationLevel // at which a transaction sees one state
	nowMS    string             // expression: ms since 1970
}

var (
	sqlite = dialect{
		name: "sqlite", goose: goose.DialectSQLite3,
		nowMS: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
	}
	postgres = dialect{
		name: "postgres", postgres: true, goose: goose.DialectPostgres, snapshot: sql.LevelRepeatableRead,
		nowMS: "now_ms()",
	}
)

// querier runs statements that are written for SQLite: placeholders are question
// marks.
type querier struct {
	db interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
	dialect dialect
}

func (q querier) run(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return q.db.ExecContext(ctx, q.dialect.rebind(query), args...)
}

func (q querier) row(ctx context.Context, query string, args ...any) *sql.Row {
	return q.db.QueryRowContext(ctx, q.dialect.rebind(query), args...)
}

// each calls f for every row of a query's result.
func (q querier) each(ctx context.Context, f func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := q.db.QueryContext(ctx, q.dialect.rebind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// texts returns the only column of a query's result.
func (q querier) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	var all []string
	err := q.each(ctx, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		all = append(all, text)
		return err
	}, query, args...)
	return all, err
}

// rebind numbers the placeholders for PostgreSQL. Statements hold no question
// mark but placeholders: texts are always arguments.
func (d dialect) rebind(query string) string {
	if !d.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = after
	}
}

// maxArgs is how many arguments one statement gets: enough to make the round
// trip cheap, few enough for the statement to be short.
const maxArgs = 1000

// inChunks calls f with parts of items that fit into one statement.
func inChunks[T any](items []T, perItem int, f func([]T) error) error {
	for size := maxArgs / perItem; len(items) > 0; {
		n := min(size, len(items))
		if err := f(items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// maxRows is how many rows one statement gets in PostgreSQL, as an array a column.
const maxRows = 5000

// source is rows as a query, and its arguments. PostgreSQL gets an array for each
// column: the statement is the same for any number of rows, and so is its plan.
func (q querier) source(rows [][]any) (query string, args []any) {
	if !q.dialect.postgres {
		return "VALUES " + values(len(rows), len(rows[0])), slices.Concat(rows...)
	}
	arrays := make([]string, len(rows[0]))
	for i, v := range rows[0] {
		var array any
		switch v.(type) {
		case string:
			arrays[i], array = "?::text[]", column[string](rows, i)
		case []byte:
			arrays[i], array = "?::bytea[]", column[[]byte](rows, i)
		case bool:
			arrays[i], array = "?::boolean[]", column[bool](rows, i)
		default:
			arrays[i], array = "?::bigint[]", column[int64](rows, i)
		}
		args = append(args, array)
	}
	return "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")", args
}

func column[T any](rows [][]any, i int) []T {
	all := make([]T, len(rows))
	for k, row := range rows {
		all[k] = row[i].(T)
	}
	return all
}

// inRows calls f with parts of rows that fit into one statement made with source.
func (q querier) inRows(rows [][]any, f func([][]any) error) error {
	most := maxRows
	for len(rows) > 0 {
		if !q.dialect.postgres {
			most = maxArgs / len(rows[0])
		}
		n := min(most, len(rows))
		if err := f(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// amongst calls f with parts of IDs, and with a condition that a column is one of them.
func (q querier) amongst(ids []string, f func(among string, args []any) error) error {
	if q.dialect.postgres {
		if len(ids) == 0 {
			return nil
		}
		return f("= ANY(?::text[])", []any{ids})
	}
	return inChunks(ids, 1, func(ids []string) error { return f("IN "+list(len(ids)), anys(ids)) })
}

// values is "(?, ?), (?, ?)": rows rows of columns placeholders.
func values(rows, columns int) string {
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	return strings.Repeat(row+", ", rows-1) + row
}

// list is "(?, ?, ?)".
func list(n int) string { return values(1, n) }

func anys[T any](items []T) []any {
	all := make([]any, len(items))
	for i, v := range items {
		all[i] = v
	}
	return all
}

// formatID writes an ID as the tables have it.
func formatID(id uint64) string { return fmt.Sprintf("%016x", id) }

// ParseID reads 16 hex digits.
func ParseID(text string) (uint64, error) {
	if len(text) != 16 {
		return 0, fmt.Errorf("%w: %q is not an ID of 16 hex digits", ErrInvalid, text)
	}
	id, err := strconv.ParseUint(text, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %q is not an ID of 16 hex digits", ErrInvalid, text)
	}
	return id, nil
}

// replaceTable puts the name of a table where a condition has ?x.
func replaceTable(where, table string) string { return strings.ReplaceAll(where, "?x", table) }
