// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Status is where people are with the problem of a cluster.
type Status struct {
	State   ProblemState
	Owner   string
	Version string    // that resolves it
	Ticket  string    // URL
	Runbook string    // URL
	Until   time.Time // of StateIgnored, zero for ever
	At      time.Time // zero when nobody has said anything
	Author  string
	Back    Back
}

// Back is what came of a problem after it was resolved.
type Back struct {
	Times   int64     // that it came back, this time too
	Records int64     // since it was resolved last
	Latest  time.Time // event time
}

// ProblemState is where people are with a problem.
type ProblemState string

// The states. StateBack is never written: lines make it of StateResolved.
const (
	StateOpen     ProblemState = "open"
	StateInWork   ProblemState = "in_work"
	StateResolved ProblemState = "resolved"
	StateIgnored  ProblemState = "ignored"
	StateBack     ProblemState = "back"
)

// statusRow is a row of the table.
type statusRow struct {
	Cluster, State, Owner, Version, Ticket, Runbook, Author string
	Until, At, Times, Records                               int64
}

const statusColumns = "cluster, state, owner, version, ticket, runbook, until, at, author, times, records"

func (r *statusRow) scan(scan func(...any) error) error {
	return scan(&r.Cluster, &r.State, &r.Owner, &r.Version, &r.Ticket, &r.Runbook, &r.Until, &r.At, &r.Author, &r.Times, &r.Records)
}

func (r *statusRow) values() []any {
	return []any{r.Cluster, r.State, r.Owner, r.Version, r.Ticket, r.Runbook, r.Until, r.At, r.Author, r.Times, r.Records}
}

// Status returns where people are with the problem of a cluster, at a time.
func (s *Store) Status(ctx context.Context, id string, now time.Time) (Status, error) {
	var found Status
	err := s.view(ctx, func(q querier) error {
		id, err := resolve(ctx, q, id)
		if err != nil {
			return err
		}
		found, err = q.status(ctx, id, now)
		return err
	})
	return found, err
}

// status reads the row of a cluster, and what came since to all of its problem.
func (q querier) status(ctx context.Context, id string, now time.Time) (Status, error) {
	var row statusRow
	err := row.scan(q.row(ctx, "SELECT "+statusColumns+" FROM status WHERE cluster = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Status{State: StateOpen}, nil
	}
	if err != nil {
		return Status{}, err
	}
	found := Status{
		State: ProblemState(row.State), Owner: row.Owner, Version: row.Version, Ticket: row.Ticket, Runbook: row.Runbook,
		At: time.UnixMilli(row.At).UTC(), Author: row.Author, Back: Back{Times: row.Times},
	}
	if row.Until != 0 {
		found.Until = time.UnixMilli(row.Until).UTC()
	}
	if found.State == StateIgnored && row.Until != 0 && !now.Before(found.Until) {
		found.State = StateOpen
	}
	if found.State != StateResolved {
		return found, nil
	}
	// By event time: what was sent before it was resolved and comes late is no sign.
	var records, latest sql.NullInt64
	err = q.row(ctx, `SELECT CAST(sum(c.count - st.records) AS BIGINT), max(c.last_seen) FROM clusters c JOIN status st ON st.cluster = c.id
WHERE c.last_seen > ? AND (c.id = ? OR c.id IN (SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?)))`,
		row.At*int64(time.Millisecond), id, id).Scan(&records, &latest)
	if err == nil && latest.Valid {
		found.State = StateBack
		found.Back = Back{Times: row.Times + 1, Records: records.Int64, Latest: time.Unix(0, latest.Int64).UTC()}
	}
	return found, err
}

const (
	maxOwner = 200  // bytes, of a version too
	maxLink  = 2000 // bytes
)

func (s *Status) validate(now time.Time) error {
	if !slices.Contains([]ProblemState{StateOpen, StateInWork, StateResolved, StateIgnored}, s.State) {
		return fmt.Errorf("%w: state must be open, in_work, resolved or ignored, got %q", ErrInvalid, s.State)
	}
	if len(s.Owner) > maxOwner || len(s.Version) > maxOwner {
		return fmt.Errorf("%w: owner and version have at most %d bytes", ErrInvalid, maxOwner)
	}
	if s.State == StateIgnored && !s.Until.IsZero() && !s.Until.After(now) {
		return fmt.Errorf("%w: until must be in the future, got %s", ErrInvalid, s.Until.Format(time.RFC3339))
	}
	if s.State != StateIgnored && !s.Until.IsZero() {
		return fmt.Errorf("%w: until goes with the state ignored only", ErrInvalid)
	}
	for name, link := range map[string]string{"ticket": s.Ticket, "runbook": s.Runbook} {
		if link == "" {
			continue
		}
		u, err := url.Parse(link)
		if err != nil || len(link) > maxLink || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("%w: %s must be an http or https URL of at most %d bytes, got %q", ErrInvalid, name, maxLink, link)
		}
	}
	return nil
}

// SetStatus says where the author is with the problem of a cluster: all its clusters are
// told.
func (s *Store) SetStatus(ctx context.Context, id string, status Status, author string, now time.Time) (Status, error) {
	for _, text := range []*string{&status.Owner, &status.Version, &status.Ticket, &status.Runbook} {
		*text = strings.ReplaceAll(plain(*text), "\n", " ")
	}
	if err := status.validate(now); err != nil {
		return Status{}, err
	}
	err := s.update(ctx, func(tx *transaction) error {
		id, err := resolve(ctx, tx.querier, id)
		if err != nil {
			return err
		}
		was, err := tx.status(ctx, id, now)
		if err != nil {
			return err
		}
		row := statusRow{
			Cluster: id, State: string(status.State), Owner: status.Owner, Version: status.Version, Ticket: status.Ticket, Runbook: status.Runbook,
			At: now.UnixMilli(), Author: author, Times: was.Back.Times,
		}
		if !status.Until.IsZero() {
			row.Until = status.Until.UnixMilli()
		}
		return tx.decide("status", []string{id}, func(*before) error {
			return errors.Join(tx.exec("DELETE FROM status WHERE cluster = ?", id), tx.setStatus(id, row), tx.note(id, "status", strings.TrimSpace(row.State+" "+row.Version), author))
		})
	})
	if err != nil {
		return Status{}, err
	}
	return s.Status(ctx, id, now)
}

// setStatus writes a row for each cluster of a problem that has not got it yet.
func (tx *transaction) setStatus(id string, row statusRow) error {
	ids, err := tx.texts(tx.ctx, "SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?) AND cluster <> ?", id, id)
	if err != nil {
		return err
	}
	for _, cluster := range append(ids, id) {
		var has bool
		err := tx.row(tx.ctx, `SELECT COALESCE((SELECT count FROM clusters WHERE id = ?), 0),
EXISTS (SELECT 1 FROM status WHERE cluster = ? AND at = ? AND state = ? AND author = ?)`, cluster, cluster, row.At, row.State, row.Author).Scan(&row.Records, &has)
		if err != nil {
			return err
		}
		if row.Cluster = cluster; has {
			continue
		}
		if err := tx.putStatus(&row); err != nil {
			return err
		}
	}
	return nil
}

func (tx *transaction) putStatus(row *statusRow) error {
	return errors.Join(
		tx.exec("DELETE FROM status WHERE cluster = ?", row.Cluster),
		tx.exec("INSERT INTO status ("+statusColumns+") VALUES "+values(1, len(row.values())), row.values()...),
	)
}

// joinStatus gives the clusters of a problem one status after two became one: that of
// the first cluster, else that of the second.
func (tx *transaction) joinStatus(into, from string, leaves bool) error {
	var row statusRow
	err := row.scan(tx.row(tx.ctx, "SELECT "+statusColumns+" FROM status WHERE cluster IN (?, ?) ORDER BY CASE WHEN cluster = ? THEN 0 ELSE 1 END LIMIT 1", into, from, into).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.setStatus(into, row); err != nil || !leaves {
		return err
	}
	return errors.Join(
		tx.exec("UPDATE status SET records = records + COALESCE((SELECT count FROM clusters WHERE id = ?), 0) WHERE cluster = ?", from, into),
		tx.exec("DELETE FROM status WHERE cluster = ?", from),
	)
}

// MaxCommentBytes bounds a comment.
const MaxCommentBytes = 4 << 10

// Comment adds a remark to the history of a cluster.
func (s *Store) Comment(ctx context.Context, id, text, author string) error {
	text = strings.TrimSpace(plain(text))
	if text == "" || len(text) > MaxCommentBytes {
		return fmt.Errorf("%w: a comment has 1 to %d bytes, got %d", ErrInvalid, MaxCommentBytes, len(text))
	}
	return s.update(ctx, func(tx *transaction) error {
		id, err := resolve(ctx, tx.querier, id)
		if err != nil {
			return err
		}
		return tx.note(id, "comment", text, author)
	})
}
