// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	sqlitedriver "modernc.org/sqlite"
)

func init() {
	// SQLite's own lower knows ASCII only.
	sqlitedriver.MustRegisterDeterministicScalarFunction("unicode_lower", 1,
		func(_ *sqlitedriver.FunctionContext, args []driver.Value) (driver.Value, error) {
			text, _ := args[0].(string)
			return strings.ToLower(text), nil
		})
}

// rare is how many rows may hold a word for the search to begin with them. A
// word of more is so common that a page of clusters that have it is found sooner by
// going through the clusters in their order.
const rare = 3000

// conditions is the WHERE and ORDER BY clause of a list.
func (s *Store) conditions(ctx context.Context, query *Query, column string) (string, []any, error) {
	var all []string
	var args []any
	add := func(condition string, values ...any) {
		all = append(all, condition)
		args = append(args, values...)
	}
	order := "c." + column + " DESC, c.id DESC"
	if query.Partition != nil {
		add("c.partition = ?", *query.Partition)
	}
	if query.Labelled != nil {
		add("(COALESCE(s.text, '') <> '') = ?", *query.Labelled)
	}
	if !query.Since.IsZero() {
		add("c.first_seen >= ?", query.Since.UnixNano())
		order = sorted(order) // few are so young
	}
	if query.After > 0 {
		add(after+" >= ?", int64(query.After))
	}
	if query.Cursor != "" {
		value, id, err := parseCursor(query.Cursor)
		if err != nil {
			return "", nil, err
		}
		add("(c."+column+", c.id) < (?, ?)", value, id)
	}
	ids, err := s.searchedIDs(ctx, query.Search)
	switch {
	case err != nil:
		return "", nil, err
	case len(ids) > 0:
		add("c.id IN "+list(len(ids)), anys(ids)...) // whether noise or not: it was asked for by name
		query.Noise, query.OnlyNoise = true, false
	default:
		words := strings.Fields(strings.ToLower(query.Search))
		rarest, err := s.rarest(ctx, words)
		if err != nil {
			return "", nil, err
		}
		for i, word := range words {
			if i == rarest {
				holders, args := s.dialect.holders(word)
				add("c.id IN ("+holders+")", args...)
				order = sorted(order)
			} else {
				condition, args := s.dialect.holds(word)
				add(condition, args...)
			}
		}
	}
	if query.OnlyNoise || !query.Noise {
		add("c.noise = ?", query.OnlyNoise)
	}
	where := ""
	if len(all) > 0 {
		where = " WHERE " + strings.Join(all, " AND ")
	}
	return where + " ORDER BY " + order, args, nil
}

// sorted makes an order one that no index of all clusters has: what is few is read
// and sorted sooner than all are gone through.
func sorted(order string) string { return "+" + strings.TrimPrefix(order, "+") }

// rarest returns the word that the fewest clusters hold, -1 when all are common.
func (s *Store) rarest(ctx context.Context, words []string) (int, error) {
	found, least := -1, rare+1
	for i, word := range words {
		holders, args := s.dialect.holders(word)
		var n int
		err := s.reader().row(ctx, fmt.Sprintf("SELECT count(*) FROM (%s LIMIT %d) few", holders, least), args...).Scan(&n)
		if err != nil {
			return -1, err
		}
		if n < least {
			found, least = i, n
		}
	}
	return found, nil
}

// holders is a query for the IDs of the clusters that hold a word, some of them
// more than once. The index knows no word of less than three characters: for such
// a word all texts are read, until enough are found.
func (d dialect) holders(word string) (query string, args []any) {
	query = "SELECT cluster FROM solutions WHERE " + d.has("text") +
		" UNION ALL SELECT id FROM clusters WHERE partition IN (SELECT name FROM partitions WHERE " + d.has("name") +
		") UNION ALL SELECT x.cluster FROM "
	args = []any{word, word}
	grams := grams(word)
	switch {
	case len(grams) == 0:
		query += "search x WHERE "
	case d.postgres:
		query += "search x WHERE grams(x.text) @> ? AND "
		args = append(args, grams)
	default:
		for i, gram := range grams {
			grams[i] = `"` + strings.ReplaceAll(gram, `"`, `""`) + `"`
		}
		query += "search_grams g CROSS JOIN search x ON x.n = g.rowid WHERE search_grams MATCH ? AND "
		args = append(args, strings.Join(grams, " AND "))
	}
	return query + d.has("x.text"), append(args, word)
}

// holds is a condition on a cluster c with its solution s: it holds a word. It is
// no EXISTS: PostgreSQL would look through all texts, not through the cluster's.
func (d dialect) holds(word string) (condition string, args []any) {
	return "(" + d.has("c.partition") + " OR " + d.has("s.text") +
		" OR (SELECT 1 FROM search x WHERE x.cluster = c.id AND " + d.has("x.text") + " LIMIT 1) = 1)", []any{word, word, word}
}

// has is a condition on a text: a word in lower case is part of it.
func (d dialect) has(text string) string {
	if d.postgres {
		return "strpos(lower(" + text + "), ?) > 0"
	}
	return "instr(unicode_lower(" + text + "), ?) > 0"
}

// maxGrams is how many sequences the index is asked for; the text has the rest.
const maxGrams = 16

// grams returns the first sequences of three characters of a word.
func grams(word string) []string {
	runes := []rune(word)
	var all []string
	for i := 0; i+3 <= len(runes) && len(all) < maxGrams; i++ {
		all = append(all, string(runes[i:i+3]))
	}
	return all
}

// searchedIDs returns the IDs of the clusters that a search names by an ID: of the
// cluster, or of a template in it, now or before they joined others. A cluster has
// the ID of its first template, which may be in another by now: then it is both.
func (s *Store) searchedIDs(ctx context.Context, search string) ([]string, error) {
	id := strings.ToLower(strings.TrimSpace(search))
	if _, err := ParseID(id); err != nil {
		return nil, nil //nolint:nilerr // it is a word then
	}
	return s.reader().texts(ctx, "SELECT DISTINCT id FROM ("+meant+") found", id, id, id, id)
}
