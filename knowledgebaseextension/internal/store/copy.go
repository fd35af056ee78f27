// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"fmt"
	"strings"
)

// kind is the type of a column.
type kind string

const (
	asText kind = "t"
	asInt  kind = "i"
	asBool kind = "b"
)

// copied are the tables that a copy takes, and their columns with their types. Triggers
// fill in search; events, saves and leases are of collectors that run.
var copied = []struct{ table, columns string }{
	{"partitions", "name:t clock:t rev:i writer:t"},
	{"clusters", "id:t partition:t statement:t keywords:t category:t noise:b first_seen:i last_seen:i count:i saved_at:i rev:i writer:t"},
	{"templates", "id:t partition:t cluster:t text:t represents:b placed:b first_seen:i last_seen:i count:i rev:i writer:t"},
	{"shapes", "hash:t slots:i partition:t template:t seq:i founded:b masked:t birth:i last_seen:i count:i rev:i writer:t"},
	{"aliases", "kind:t id:t target:t partition:t at:i rev:i writer:t person:b"},
	{"apart", "a:t b:t partition:t rev:i"},
	{"samples", "template:t shape:t at:i text:t"},
	{"cluster_counts", "cluster:t minute:i count:i"},
	{"members", "cluster:t problem:t partition:t says:t"},
	{"solutions", "cluster:t text:t author:t updated_at:i version:i"},
	{"status", "cluster:t state:t owner:t version:t ticket:t runbook:t until:i at:i author:t times:i records:i"},
	{"history", "rev:i cluster:t action:t text:t author:t at:i"},
	{"decisions", "rev:i until:i action:t before:t undone:i"},
}

// Copy copies everything from one database to another that is empty, in one transaction:
// IDs, counts, decisions and their history, in either direction. told, when not nil, is
// told how many rows of each table were copied. No collector may write to either.
func Copy(ctx context.Context, from, to *Store, told func(table string, rows int)) error {
	if from.dialect.postgres {
		for more := true; more; { // what was saved last is in the log still
			done, err := from.Fold(ctx, samplesFolded)
			if err != nil {
				return err
			}
			more = done.More
		}
	}
	return from.view(ctx, func(source querier) error {
		return to.update(ctx, func(tx *transaction) error {
			for _, table := range []string{"clusters", "solutions", "history", "members"} {
				var rows int64
				if err := tx.row(ctx, "SELECT count(*) FROM "+table).Scan(&rows); err != nil {
					return err
				}
				if rows > 0 {
					return fmt.Errorf("%w: the database to copy to is not empty: its table %s has %d rows", ErrInvalid, table, rows)
				}
			}
			for _, t := range copied {
				rows, err := tx.copyTable(source, t.table, t.columns)
				if err != nil {
					return fmt.Errorf("table %s: %w", t.table, err)
				}
				if told != nil {
					told(t.table, rows)
				}
			}
			var rev int64
			if err := source.row(ctx, "SELECT n FROM revision").Scan(&rev); err != nil {
				return err
			}
			return tx.exec("UPDATE revision SET n = ?", rev+1)
		})
	})
}

// samplesFolded is how many lines of a template a fold keeps, as by default.
const samplesFolded = 3

func (tx *transaction) copyTable(source querier, table, columns string) (rows int, err error) {
	typed := strings.Fields(columns)
	names, kinds := make([]string, 0, len(typed)), make([]kind, 0, len(typed))
	for _, column := range typed {
		name, k, _ := strings.Cut(column, ":")
		names, kinds = append(names, name), append(kinds, kind(k))
	}
	list := strings.Join(names, ", ")
	query := "SELECT " + list + " FROM " + table
	if table == "solutions" {
		// A copy, see the triggers. What a cluster had that is part of another now is no
		// longer said anywhere.
		query = strings.Replace(query, "version", "-version", 1) +
			" WHERE text <> '' OR cluster NOT IN (SELECT id FROM aliases WHERE kind = 'cluster' AND target <> id)"
	}
	var some [][]any
	flush := func() error {
		if len(some) == 0 {
			return nil
		}
		rows += len(some)
		err := tx.insertRows("INSERT INTO "+table+" ("+list+")", some, "")
		some = some[:0]
		return err
	}
	err = source.each(tx.ctx, func(scan func(...any) error) error {
		row, err := scanKinds(scan, kinds)
		if err != nil {
			return err
		}
		if some = append(some, row); len(some) < maxRows {
			return nil
		}
		return flush()
	}, query)
	if err != nil {
		return rows, err
	}
	return rows, flush()
}

// scanKinds reads a row of columns of some types.
func scanKinds(scan func(...any) error, kinds []kind) ([]any, error) {
	into := make([]any, len(kinds))
	for i, k := range kinds {
		switch k {
		case asText:
			into[i] = new(string)
		case asInt:
			into[i] = new(int64)
		case asBool:
			into[i] = new(bool)
		}
	}
	if err := scan(into...); err != nil {
		return nil, err
	}
	row := make([]any, len(kinds))
	for i := range into {
		switch v := into[i].(type) {
		case *string:
			row[i] = clean(*v)
		case *int64:
			row[i] = *v
		case *bool:
			row[i] = *v
		}
	}
	return row, nil
}
