// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Sort is an order of clusters; the largest comes first.
type Sort string

// The orders.
const (
	ByCount    Sort = "count"     // records ever
	ByNewest   Sort = "newest"    // first seen
	ByLastSeen Sort = "last_seen" // last seen
)

// columns are what the orders sort by.
var columns = map[Sort]string{ByCount: "count", ByNewest: "first_seen", ByLastSeen: "last_seen"}

// Query says which clusters to list. The zero value lists those that are not
// noise, by count.
type Query struct {
	// Search has words that all must occur in the cluster's keywords, solution or
	// partition, or in the text of one of its templates; or the ID of a cluster or
	// a template, or an alias of one.
	Search string
	// Partition, when not nil, is the only one to list.
	Partition *string
	// Noise lists also what was marked as noise; OnlyNoise nothing else.
	Noise     bool
	OnlyNoise bool
	// Labelled, when not nil, lists only clusters with or without a solution.
	Labelled *bool
	// Since, when not zero, lists only clusters first seen then or later.
	Since time.Time
	// After lists only clusters first seen so long after the first of their
	// partition.
	After time.Duration
	// Sort is the order; empty is ByCount.
	Sort Sort
	// Limit is the length of a page: 0 is 50, 1000 the most.
	Limit int
	// Cursor is Page.Next of the page before.
	Cursor string
}

// Cluster is a set of templates that mean the same.
type Cluster struct {
	ID        string
	Partition string
	Keywords  []string
	Text      string // of the template that stands for it
	Templates int    // how many it has
	Count     int64  // records ever
	FirstSeen time.Time
	LastSeen  time.Time
	After     time.Duration // first seen so long after the first of its partition
	Noise     bool
	Solution  *Solution // nil without one
}

// Page is a part of a list.
type Page struct {
	Clusters []Cluster
	Next     string // cursor of the next page, empty on the last
}

// Solution is what to do about a cluster, in Markdown.
type Solution struct {
	Cluster string
	Text    string
	Author  string
	Updated time.Time
	Version int64 // changes with each edit
}

// Clusters lists clusters. It returns ErrInvalid for a wrong cursor or order.
func (s *Store) Clusters(ctx context.Context, query Query) (Page, error) {
	if query.Sort == "" {
		query.Sort = ByCount
	}
	column, ok := columns[query.Sort]
	if !ok {
		return Page{}, fmt.Errorf("%w: sort must be count, newest or last_seen, got %q", ErrInvalid, query.Sort)
	}
	limit := min(query.Limit, 1000)
	if limit <= 0 {
		limit = 50
	}
	where, args, err := s.conditions(ctx, &query, column)
	if err != nil {
		return Page{}, err
	}
	var page Page
	order := query.Sort
	err = s.view(ctx, func(q querier) error {
		// The limit is no argument: PostgreSQL would plan for any.
		query := fmt.Sprintf("SELECT c.id FROM clusters c LEFT JOIN solutions s ON s.cluster = c.id%s LIMIT %d", where, limit+1)
		ids, err := q.texts(ctx, query, args...)
		if err != nil {
			return err
		}
		more := len(ids) > limit
		ids = ids[:min(limit, len(ids))]
		byID := make(map[string]Cluster, len(ids))
		err = inChunks(ids, 1, func(ids []string) error {
			return q.each(ctx, func(scan func(...any) error) error {
				c, err := scanCluster(scan)
				byID[c.ID] = c
				return err
			}, selectCluster+" WHERE c.id IN "+list(len(ids)), anys(ids)...)
		})
		for _, id := range ids {
			page.Clusters = append(page.Clusters, byID[id])
		}
		if more {
			page.Next = formatCursor(order.of(&page.Clusters[limit-1]))
		}
		return err
	})
	return page, err
}

// of is where a cluster is in an order.
func (o Sort) of(c *Cluster) (value int64, id string) {
	switch o {
	case ByNewest:
		return c.FirstSeen.UnixNano(), c.ID
	case ByLastSeen:
		return c.LastSeen.UnixNano(), c.ID
	default:
		return c.Count, c.ID
	}
}

// selectCluster reads what scanCluster takes.
const selectCluster = `
SELECT c.id, c.partition, c.keywords, c.noise, c.first_seen, c.last_seen, c.count,
  (SELECT count(*) FROM templates t WHERE t.cluster = c.id),
  COALESCE((SELECT t.text FROM templates t WHERE t.cluster = c.id ORDER BY t.represents DESC, t.count DESC, t.id LIMIT 1), ''),
  COALESCE(s.text, ''), COALESCE(s.author, ''), COALESCE(s.updated_at, 0), COALESCE(s.version, 0), ` + after + `
FROM clusters c LEFT JOIN solutions s ON s.cluster = c.id`

// after is how long after the first of its partition a cluster c was first seen.
const after = "(c.first_seen - (SELECT min(f.first_seen) FROM clusters f WHERE f.partition = c.partition))"

func scanCluster(scan func(...any) error) (Cluster, error) {
	var c Cluster
	var keywords string
	var first, last, updated int64
	var solution Solution
	err := scan(&c.ID, &c.Partition, &keywords, &c.Noise, &first, &last, &c.Count, &c.Templates, &c.Text,
		&solution.Text, &solution.Author, &updated, &solution.Version, &c.After)
	if err != nil {
		return c, err
	}
	c.FirstSeen, c.LastSeen = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	if solution.Version > 0 {
		solution.Cluster, solution.Updated = c.ID, time.UnixMilli(updated).UTC()
		c.Solution = &solution
	}
	return c, json.Unmarshal([]byte(keywords), &c.Keywords)
}

func formatCursor(value int64, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", value, id))
}

func parseCursor(cursor string) (value int64, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %16s", &value, &id)
	}
	if err == nil {
		_, err = ParseID(id)
	}
	if err != nil {
		return 0, "", fmt.Errorf("%w: %q is no cursor", ErrInvalid, cursor)
	}
	return value, id, nil
}

// Resolve returns the ID of the cluster that an ID stands for now: of a cluster,
// of a template in it, or an alias of either.
func (s *Store) Resolve(ctx context.Context, id string) (string, error) {
	return resolve(ctx, s.reader(), id)
}

// meant is a query for the clusters that an ID, given four times, may stand for. A
// cluster's ID is that of its oldest template, so the cluster goes first.
const meant = `
SELECT id, 1 AS place FROM clusters WHERE id = ?
UNION ALL SELECT target, 2 FROM aliases WHERE kind = 'cluster' AND id = ?
UNION ALL SELECT cluster, 3 FROM templates WHERE id = ?
UNION ALL SELECT t.cluster, 4 FROM templates t JOIN aliases a ON a.target = t.id WHERE a.kind = 'template' AND a.id = ?`

func resolve(ctx context.Context, q querier, id string) (string, error) {
	if _, err := ParseID(id); err != nil {
		return "", err
	}
	var found string
	err := q.row(ctx, "SELECT id FROM ("+meant+") found ORDER BY place LIMIT 1", id, id, id, id).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("%s: %w", id, ErrNotFound)
	}
	return found, err
}

// Detail is all about one cluster.
type Detail struct {
	Cluster
	TemplateList []Template // representatives first, then by count; at most MaxTemplates
	Samples      []Sample   // latest first; at most MaxSamples
	Aliases      []Alias    // latest first
	Apart        []string   // clusters that a person took apart from it
	History      []Event    // latest first
}

// What a Detail has at most.
const (
	MaxTemplates = 500
	MaxSamples   = 20
)

// Template is a set of lines that differ in what varies.
type Template struct {
	ID         string
	Text       string
	Count      int64
	FirstSeen  time.Time
	LastSeen   time.Time
	Represents bool // stands for its cluster
}

// Sample is a line as it came.
type Sample struct {
	Template string
	At       time.Time
	Text     string
}

// Alias is an ID that became part of another.
type Alias struct {
	Kind   string // template or cluster
	ID     string
	Target string
	At     time.Time // event time
}

// Event is something that a person did.
type Event struct {
	Revision int64
	Cluster  string
	Action   string // solution, merge, split, noise, signal, join, leave, status, comment, undo
	Text     string // of a solution; else the ID of the other cluster or the template
	Author   string
	At       time.Time
}

// Cluster returns all about a cluster. id may be an alias or a template's.
func (s *Store) Cluster(ctx context.Context, id string) (Detail, error) {
	var d Detail
	err := s.view(ctx, func(q querier) error {
		id, err := resolve(ctx, q, id)
		if err != nil {
			return err
		}
		err = q.each(ctx, func(scan func(...any) error) (err error) {
			d.Cluster, err = scanCluster(scan)
			return err
		}, selectCluster+" WHERE c.id = ?", id)
		if err != nil {
			return err
		}
		if d.ID == "" {
			return fmt.Errorf("%s: %w", id, ErrNotFound)
		}
		return errors.Join(d.readTemplates(ctx, q), d.readSamples(ctx, q), d.readAliases(ctx, q), d.readHistory(ctx, q))
	})
	return d, err
}

func (d *Detail) readTemplates(ctx context.Context, q querier) error {
	return q.each(ctx, func(scan func(...any) error) error {
		var t Template
		var first, last int64
		if err := scan(&t.ID, &t.Text, &t.Count, &first, &last, &t.Represents); err != nil {
			return err
		}
		t.FirstSeen, t.LastSeen = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
		d.TemplateList = append(d.TemplateList, t)
		return nil
	}, `SELECT id, text, count, first_seen, last_seen, represents FROM templates WHERE cluster = ?
ORDER BY represents DESC, count DESC, id LIMIT ?`, d.ID, MaxTemplates)
}

func (d *Detail) readSamples(ctx context.Context, q querier) error {
	return q.each(ctx, func(scan func(...any) error) error {
		var sample Sample
		var at int64
		if err := scan(&sample.Template, &at, &sample.Text); err != nil {
			return err
		}
		sample.At = time.Unix(0, at).UTC()
		d.Samples = append(d.Samples, sample)
		return nil
	}, `SELECT s.template, s.at, s.text FROM samples s JOIN templates t ON t.id = s.template WHERE t.cluster = ?
ORDER BY s.at DESC LIMIT ?`, d.ID, MaxSamples)
}

func (d *Detail) readAliases(ctx context.Context, q querier) error {
	err := q.each(ctx, func(scan func(...any) error) error {
		var a Alias
		var at int64
		if err := scan(&a.Kind, &a.ID, &a.Target, &at); err != nil {
			return err
		}
		a.At = time.Unix(0, at).UTC()
		d.Aliases = append(d.Aliases, a)
		return nil
	}, `SELECT kind, id, target, at FROM aliases WHERE kind = 'cluster' AND target = ? AND id <> target
UNION ALL SELECT a.kind, a.id, a.target, a.at FROM aliases a JOIN templates t ON t.id = a.target WHERE a.kind = 'template' AND t.cluster = ?
ORDER BY 4 DESC LIMIT 500`, d.ID, d.ID)
	if err != nil {
		return err
	}
	return q.each(ctx, func(scan func(...any) error) error {
		var other string
		err := scan(&other)
		d.Apart = append(d.Apart, other)
		return err
	}, "SELECT b FROM apart WHERE a = ? UNION SELECT a FROM apart WHERE b = ?", d.ID, d.ID)
}

func (d *Detail) readHistory(ctx context.Context, q querier) error {
	query := `SELECT rev, cluster, action, text, author, at FROM history
WHERE cluster = ? OR cluster IN (SELECT id FROM aliases WHERE kind = 'cluster' AND target = ?)
OR action IN ('solution', 'status', 'comment') AND cluster IN (SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?))
ORDER BY rev DESC LIMIT 500`
	events, err := readEvents(ctx, q, query, d.ID, d.ID, d.ID)
	d.History = events
	return err
}

func readEvents(ctx context.Context, q querier, query string, args ...any) ([]Event, error) {
	var events []Event
	err := q.each(ctx, func(scan func(...any) error) error {
		var e Event
		var at int64
		if err := scan(&e.Revision, &e.Cluster, &e.Action, &e.Text, &e.Author, &at); err != nil {
			return err
		}
		e.At = time.UnixMilli(at).UTC()
		events = append(events, e)
		return nil
	}, query, args...)
	return events, err
}

// History returns what people did before a revision (0: until now), latest first.
func (s *Store) History(ctx context.Context, before int64, limit int) ([]Event, error) {
	query, args := "SELECT rev, cluster, action, text, author, at FROM history", []any{}
	if before > 0 {
		query, args = query+" WHERE rev < ?", append(args, before)
	}
	return readEvents(ctx, s.reader(), query+" ORDER BY rev DESC LIMIT ?", append(args, limit)...)
}

// Bucket is how many records of a cluster one minute had.
type Bucket struct {
	Minute time.Time
	Count  int64
}

// Counts returns the minutes in [from, until) in which clusters had records, by
// cluster and in order; IDs must not be aliases. A minute is one of event time.
func (s *Store) Counts(ctx context.Context, ids []string, from, until time.Time) (map[string][]Bucket, error) {
	counts := make(map[string][]Bucket, len(ids))
	err := inChunks(ids, 1, func(ids []string) error {
		return s.reader().each(ctx, func(scan func(...any) error) error {
			var id string
			var minute, count int64
			err := scan(&id, &minute, &count)
			counts[id] = append(counts[id], Bucket{time.Unix(minute*60, 0).UTC(), count})
			return err
		}, "SELECT cluster, minute, count FROM cluster_counts WHERE cluster IN "+list(len(ids))+
			" AND minute >= ? AND minute < ? ORDER BY cluster, minute",
			append(anys(ids), from.Unix()/60, (until.Unix()+59)/60)...)
	})
	return counts, err
}

// Latest returns the event time of the latest record, zero when there is none.
// Records dated after now do not count: some clock is wrong.
func (s *Store) Latest(ctx context.Context, now time.Time) (time.Time, error) {
	var latest sql.NullInt64
	err := s.reader().row(ctx, "SELECT max(last_seen) FROM clusters WHERE last_seen <= ?", now.UnixNano()).Scan(&latest)
	if err != nil || !latest.Valid {
		return time.Time{}, err
	}
	return time.Unix(0, latest.Int64).UTC(), nil
}

// Totals is how much there is.
type Totals struct {
	Clusters   int64
	Templates  int64
	Labelled   int64 // clusters with a solution
	Records    int64
	Partitions []string
}

// Totals counts what is known.
func (s *Store) Totals(ctx context.Context) (Totals, error) {
	var t Totals
	err := s.view(ctx, func(q querier) error {
		err := q.row(ctx, `SELECT (SELECT count(*) FROM clusters), (SELECT count(*) FROM templates),
(SELECT count(*) FROM solutions s JOIN clusters c ON c.id = s.cluster WHERE s.text <> ''), (SELECT CAST(COALESCE(sum(count), 0) AS BIGINT) FROM clusters)`).
			Scan(&t.Clusters, &t.Templates, &t.Labelled, &t.Records)
		if err != nil {
			return err
		}
		return q.each(ctx, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			t.Partitions = append(t.Partitions, name)
			return err
		}, "SELECT name FROM partitions ORDER BY name")
	})
	return t, err
}
