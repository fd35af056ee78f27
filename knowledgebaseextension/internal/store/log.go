// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// folder is the writer of the rows that come out of the log: who follows the log has
// them already.
const folder = "log"

const (
	// eventsKept is how long others may take to read an event. Who takes longer reads
	// the tables instead.
	eventsKept = 10 * time.Minute
	// foldBytes and foldEvents bound a fold, which keeps people's changes waiting.
	foldBytes  = 1 << 20
	foldEvents = 1000
	// foldLock is the advisory lock of whoever folds, with the schema's OID.
	foldLock = 0x6f61696f
)

// event is what a row of the log says of a partition.
type event struct {
	knowledge.Rows
	Forgotten []knowledge.ID // to a reader: see Saved
	Known     []string
}

// encode writes an event for the log. Gob finds fields by their names, so that
// collectors of several versions read what any of them wrote, and it is a third of the
// size of JSON and of what reading that costs.
func encode(e *event) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(e)
	return b.Bytes(), err
}

func decode(body []byte, e *event) error { return gob.NewDecoder(bytes.NewReader(body)).Decode(e) }

// structural is true for what others must read.
func structural(rows *knowledge.Rows) bool {
	return len(rows.Templates)+len(rows.Clusters)+len(rows.Aliases) > 0 || rows.Clock != nil ||
		slices.ContainsFunc(rows.Shapes, func(s knowledge.Shape) bool { return !s.Saved })
}

// log adds a pass to the log: one statement, which is one transaction and one round
// trip, and touches no row of another.
func (s *Store) log(ctx context.Context, writer Writer, changes []knowledge.Change) (Saved, error) {
	var saved Saved
	partitions, bodies, structure := make([]string, len(changes)), make([][]byte, len(changes)), make([]bool, len(changes))
	for i := range changes {
		rows := &changes[i].Rows
		body, err := encode(&event{Rows: *rows})
		if err != nil {
			return saved, err
		}
		partitions[i], bodies[i], structure[i] = partitionName(changes[i].Partition), body, structural(rows)
		saved.Rows += len(rows.Shapes) + len(rows.Templates) + len(rows.Clusters) + len(rows.Aliases) + len(rows.Samples)
	}
	_, err := s.write.ExecContext(ctx, s.dialect.rebind(`WITH noted AS (`+noteSave+`)
INSERT INTO events (writer, number, part, partition, structure, body)
SELECT ?::text, ?::bigint, part, partition, structure, body
FROM unnest(?::text[], ?::boolean[], ?::bytea[]) WITH ORDINALITY AS pass (partition, structure, body, part)
ON CONFLICT (writer, number, part) DO NOTHING`), writer.ID, writer.Number, time.Now().UnixMilli(),
		writer.ID, writer.Number, partitions, structure, bodies)
	if refused := new(pgconn.PgError); err != nil && !errors.As(err, &refused) {
		err = errors.Join(err, ErrInDoubt)
	}
	return saved, err
}

// logged is an event that was read.
type logged struct {
	id                int64
	writer, partition string
	event             event
	err               error // of its body
}

const loggedColumns = "SELECT id, writer, partition, body FROM events "

func (q querier) logged(ctx context.Context, where string, args ...any) (all []logged, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var l logged
		var body []byte
		if err := scan(&l.id, &l.writer, &l.partition, &body); err != nil {
			return err
		}
		if err := decode(body, &l.event); err != nil {
			l.err, l.event = fmt.Errorf("event %d: %w", l.id, err), event{}
		}
		all = append(all, l)
		return nil
	}, loggedColumns+where, args...)
	return all, err
}

// Folded is what a Fold did.
type Folded struct {
	Events, Rows int
	More         bool  // there is more to fold
	Skipped      error // about events that cannot be read: they are passed over
	Saved              // what is said to the writers, all together
}

// Fold takes what was saved into the tables, a part of it at a time, unless another
// collector does so at the moment. samples is how many lines are kept of a template.
// SQLite has nothing to fold.
func (s *Store) Fold(ctx context.Context, samples int) (Folded, error) {
	if !s.dialect.postgres {
		return Folded{}, nil
	}
	done, err := s.fold(ctx, samples, foldEvents)
	if err == nil || !isOfData(err) {
		return done, err
	}
	// One of them is at fault. Alone it is passed over.
	if done, err = s.fold(ctx, samples, 1); err == nil || !isOfData(err) {
		return done, err
	}
	skipped := err
	err = s.within(ctx, func(tx *transaction) error {
		first, err := tx.toFold(1)
		if err != nil || len(first) == 0 {
			return err
		}
		return tx.folded(first)
	})
	return Folded{More: true, Skipped: skipped}, err
}

// isOfData is true when the server refused what a statement brings, and would again:
// classes data exception, integrity constraint violation and program limit exceeded.
func isOfData(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && slices.Contains([]string{"21", "22", "23", "54"}, refused.Code[:2])
}

func (s *Store) fold(ctx context.Context, samples, most int) (done Folded, err error) {
	err = s.within(ctx, func(tx *transaction) error {
		events, err := tx.toFold(most)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := tx.begin(); err != nil {
			return err
		}
		w := newSaving(folder)
		w.transaction = tx
		for i := range events {
			e := &events[i]
			if e.err != nil {
				done.Skipped = errors.Join(done.Skipped, e.err)
				continue
			}
			w.learnt.add(newOrigin(e.writer, e.partition), &e.event.Rows)
		}
		if err := w.save(samples); err != nil {
			return err
		}
		done.Events, done.Rows, done.More = len(events), w.rows, true
		return errors.Join(tx.folded(events), tx.answer(w.learnt.origins, &done.Saved))
	})
	return done, err
}

// toFold locks the fold and returns the oldest events, none when another has the lock.
// Who freezes here loses it with its transaction.
func (tx *transaction) toFold(most int) ([]logged, error) {
	var locked bool
	err := tx.row(tx.ctx, "SELECT pg_try_advisory_xact_lock(?, current_schema()::regnamespace::oid::int)", foldLock).Scan(&locked)
	if err != nil || !locked {
		return nil, err
	}
	// All that there is of a partition goes together: however much has piled up, each
	// row is written once.
	return tx.logged(tx.ctx, `WHERE id IN (SELECT id FROM (
	SELECT id, row_number() OVER first AS n, sum(size) OVER first - size AS before FROM (
		SELECT id, octet_length(body) AS size, min(id) OVER (PARTITION BY partition) AS first FROM events WHERE NOT folded
	) unfolded WINDOW first AS (ORDER BY first, id)
) sized WHERE n <= ? AND before < ?) ORDER BY id`, most, foldBytes)
}

// folded takes events out of what is to be folded. Counts are of no use to others.
func (tx *transaction) folded(events []logged) error {
	ids := make([]int64, len(events))
	for i := range events {
		ids[i] = events[i].id
	}
	return tx.all(
		step{"DELETE FROM events WHERE id = ANY(?::bigint[]) AND NOT structure", []any{ids}},
		step{"UPDATE events SET folded = TRUE WHERE id = ANY(?::bigint[])", []any{ids}},
	)
}

// answer tells the writers what the tables knew better.
func (tx *transaction) answer(origins []*origin, said *Saved) error {
	said.Forgotten = map[string][]knowledge.ID{}
	var rows [][]any
	for _, o := range origins {
		e := event{Forgotten: slices.Sorted(maps.Keys(o.forgotten)), Known: slices.Sorted(maps.Keys(o.known))}
		if len(e.Forgotten)+len(e.Known) == 0 {
			continue
		}
		body, err := encode(&e)
		if err != nil {
			return err
		}
		rows = append(rows, []any{"", tx.rev, int64(len(rows)), o.writer, o.partition, true, true, body})
		said.Forgotten[o.partition] = append(said.Forgotten[o.partition], e.Forgotten...)
		said.Known = append(said.Known, e.Known...)
	}
	slices.Sort(said.Known)
	said.Known = slices.Compact(said.Known)
	return tx.inRows(rows, func(rows [][]any) error {
		source, args := tx.source(rows)
		return tx.exec("INSERT INTO events (writer, number, part, reader, partition, structure, folded, body) "+source, args...)
	})
}

// Cursor is up to where a reader has everything. Sequence numbers are handed out before
// commits and so not in their order; a snapshot says exactly what was committed.
type Cursor struct {
	Revision int64
	snapshot string // PostgreSQL
	server   string // PostgreSQL: since when it runs
	at       int64  // ms since 1970, of the server's clock
}

// cursor is where the transaction of q reads.
func (q querier) cursor(ctx context.Context) (c Cursor, err error) {
	if !q.dialect.postgres {
		return c, q.row(ctx, "SELECT n FROM revision").Scan(&c.Revision)
	}
	err = q.row(ctx, "SELECT n, pg_current_snapshot()::text, "+serverStart+", now_ms() FROM revision").Scan(&c.Revision, &c.snapshot, &c.server, &c.at)
	return c, err
}

// serverStart tells a server from another that took over from it, and may lack what the
// first committed last: there, snapshots of the first mean nothing.
const serverStart = "extract(epoch FROM pg_postmaster_start_time())::text"

// unread are the events that a reader has not read yet.
const unread = `WHERE structure AND xid >= pg_snapshot_xmin(?::text::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, ?::text::pg_snapshot)
AND writer <> ? AND reader IN ('', ?)`

func (c *Cursor) unread(reader string) []any { return []any{c.snapshot, c.snapshot, reader, reader} }

// News says whether anything happened since a reader has read.
func (s *Store) News(ctx context.Context, reader string, after Cursor) (news bool, err error) {
	query, args := "SELECT n <> ? FROM revision", []any{after.Revision}
	if s.dialect.postgres {
		query = "SELECT n <> ? OR " + serverStart + " <> ? OR EXISTS (SELECT 1 FROM events " + unread + ") FROM revision"
		args = append(append(args, after.server), after.unread(reader)...)
	}
	return news, s.reader().row(ctx, query, args...).Scan(&news)
}

// forOthers are the rows of an event as others want them.
func (e *event) forOthers() *knowledge.Rows {
	rows := e.Rows
	rows.Samples, rows.Solutions = nil, nil
	for i := range rows.Aliases {
		rows.Aliases[i].Outdated = false
	}
	return &rows
}

func (s State) add(partition string, more *knowledge.Rows) {
	rows := s.of(partition)
	rows.Shapes = append(rows.Shapes, more.Shapes...)
	rows.Templates = append(rows.Templates, more.Templates...)
	rows.Clusters = append(rows.Clusters, more.Clusters...)
	rows.Aliases = append(rows.Aliases, more.Aliases...)
	if more.Clock != nil {
		rows.Clock = more.Clock
	}
}
