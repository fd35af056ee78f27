// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// automatic is the author of what nobody decided.
const automatic = "log_cluster"

// problemOf returns the problem that a cluster is a member of, empty when it is one of
// its own.
func (tx *transaction) problemOf(cluster string) (problem string, err error) {
	err = tx.row(tx.ctx, "SELECT problem FROM members WHERE cluster = ?", cluster).Scan(&problem)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return problem, err
}

// joinProblems makes the problems of two clusters one, that of the first, with what was
// written for either: two different texts become one after the other. A person's
// decision that would lose a text is refused; else the history has it. Where leaves is
// true, the second cluster is no more: it became part of the first.
func (tx *transaction) joinProblems(into, from, author string, leaves bool) error {
	kept, errKept := tx.solution(into)
	lost, errLost := tx.solution(from)
	problem, errInto := tx.problemOf(into)
	other, errFrom := tx.problemOf(from)
	if err := errors.Join(errKept, errLost, errInto, errFrom); err != nil {
		return err
	}
	if problem != "" && problem == other {
		if leaves {
			return tx.leaveProblem(from)
		}
		return nil
	}
	if author == "" && kept.Text+lost.Text+problem+other == "" {
		return nil // as most are
	}
	text, err := together(kept.Text, lost.Text)
	if err != nil {
		if author != "" {
			return err
		}
		text = kept.Text
	}
	if err := tx.joinMembers(into, problem, from, other); err != nil {
		return err
	}
	if leaves {
		if err := tx.leaveProblem(from); err != nil {
			return err
		}
	}
	switch {
	case text == kept.Text:
	case kept.Text == "":
		if err := tx.copySolution(into, lost); err != nil {
			return err
		}
	default:
		if author == "" {
			author = automatic
		}
		if err := tx.setSolution(into, text, author, kept.Updated); err != nil {
			return err
		}
	}
	return tx.spread(into)
}

// together is what two texts are as one.
func together(kept, lost string) (string, error) {
	const between = "\n\n"
	switch {
	case lost == "" || strings.Contains(between+kept+between, between+lost+between):
		return kept, nil
	case kept == "":
		return lost, nil
	case len(kept)+len(between)+len(lost) > MaxSolutionBytes:
		return kept, fmt.Errorf("%w: their solutions have %d bytes together, a solution has at most %d: shorten one",
			ErrInvalid, len(kept)+len(between)+len(lost), MaxSolutionBytes)
	}
	return kept + between + lost, nil
}

// joinMembers makes all members of two clusters' problems those of one.
func (tx *transaction) joinMembers(into, problem, from, other string) error {
	switch {
	case problem == "" && other == "":
		problem = into
		if err := tx.addMember(into, problem); err != nil {
			return err
		}
	case problem == "":
		return tx.addMember(into, other)
	case other != "":
		return tx.exec("UPDATE members SET problem = ? WHERE problem = ?", problem, other)
	}
	return tx.addMember(from, problem)
}

func (tx *transaction) addMember(cluster, problem string) error {
	return tx.exec("INSERT INTO members (cluster, problem) VALUES (?, ?)", cluster, problem)
}

// leaveProblem takes a cluster out of its problem, and the problem's text from it.
func (tx *transaction) leaveProblem(cluster string) error {
	problem, err := tx.problemOf(cluster)
	if err != nil || problem == "" {
		return err
	}
	err = errors.Join(
		tx.exec("DELETE FROM members WHERE cluster = ?", cluster),
		// One alone is no member.
		tx.exec("DELETE FROM members WHERE problem = ? AND (SELECT count(*) FROM members m WHERE m.problem = ?) = 1", problem, problem),
	)
	if err != nil {
		return err
	}
	return tx.exec("UPDATE solutions SET text = '', version = ? WHERE cluster = ? AND text <> ''", -tx.rev, cluster)
}

// copySolution gives a cluster what was written for another: the history says nothing
// of it. See the triggers for the sign of the version.
func (tx *transaction) copySolution(to string, s Solution) error {
	return tx.exec(`INSERT INTO solutions (cluster, text, author, updated_at, version) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at, version = excluded.version`,
		to, s.Text, s.Author, s.Updated.UnixMilli(), -tx.rev)
}

// spread gives all members of a cluster's problem what the cluster has.
func (tx *transaction) spread(cluster string) error {
	return tx.exec(`INSERT INTO solutions (cluster, text, author, updated_at, version)
SELECT m.cluster, s.text, s.author, s.updated_at, -CAST(? AS BIGINT) FROM solutions s
JOIN members m ON m.problem = (SELECT problem FROM members WHERE cluster = s.cluster) AND m.cluster <> s.cluster
LEFT JOIN solutions o ON o.cluster = m.cluster
WHERE s.cluster = ? AND COALESCE(o.text, '') <> s.text
ON CONFLICT (cluster) DO UPDATE SET text = excluded.text, author = excluded.author, updated_at = excluded.updated_at, version = excluded.version`,
		tx.rev, cluster)
}

// statementOf is what a cluster says, as the tables have it.
func statementOf(partition, cluster string) string {
	return formatID(knowledge.StatementOf(partition, mustID(cluster)))
}

// filledAtOnce is how many clusters one transaction fills in.
const filledAtOnce = 10_000

// fillStatements says of clusters of an earlier version what they say.
func (s *Store) fillStatements(ctx context.Context) error {
	for {
		var rows [][]any
		err := s.reader().each(ctx, func(scan func(...any) error) error {
			var id, partition string
			err := scan(&id, &partition)
			rows = append(rows, []any{id, statementOf(partition, id)})
			return err
		}, fmt.Sprintf("SELECT id, partition FROM clusters WHERE statement = '' LIMIT %d", filledAtOnce))
		if err != nil || len(rows) == 0 {
			return err
		}
		err = s.update(ctx, func(tx *transaction) error {
			return tx.inRows(rows, func(rows [][]any) error {
				source, args := tx.source(rows)
				return tx.exec("WITH d (id, statement) AS ("+source+") UPDATE clusters SET statement = d.statement FROM d WHERE clusters.id = d.id", args...)
			})
		})
		if err != nil {
			return err
		}
	}
}
