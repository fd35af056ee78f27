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

// Problem is what a cluster shares a solution with.
type Problem struct {
	Members []ProblemCluster // the cluster itself too
	// Offered are clusters of other partitions that say the same, and are no members.
	Offered []ProblemCluster
}

// ProblemCluster is a cluster of a problem.
type ProblemCluster struct {
	Cluster, Partition, Text string
	Known                    bool // false while it waits for its lines
}

// maxOffered is how many clusters are offered.
const maxOffered = 100

// Problem returns what a cluster shares its solution with, and could.
func (s *Store) Problem(ctx context.Context, id string) (Problem, error) {
	var found Problem
	err := s.view(ctx, func(q querier) error {
		id, err := resolve(ctx, q, id)
		if err != nil {
			return err
		}
		const text = "COALESCE((SELECT t.text FROM templates t WHERE t.cluster = c.id ORDER BY t.represents DESC, t.count DESC, t.id LIMIT 1), "
		found.Members, err = q.problemClusters(ctx, `SELECT m.cluster, COALESCE(c.partition, m.partition), `+text+`m.says), c.id IS NOT NULL
FROM members m LEFT JOIN clusters c ON c.id = m.cluster
WHERE m.problem = (SELECT problem FROM members WHERE cluster = ?) OR m.cluster = ? ORDER BY 2, 1`, id, id)
		if err != nil {
			return err
		}
		if len(found.Members) == 0 {
			found.Members, err = q.problemClusters(ctx, "SELECT c.id, c.partition, "+text+"''), TRUE FROM clusters c WHERE c.id = ?", id)
			if err != nil {
				return err
			}
		}
		found.Offered, err = q.problemClusters(ctx, `SELECT c.id, c.partition, `+text+`''), TRUE
FROM clusters c JOIN clusters o ON o.statement = c.statement AND o.id = ? AND o.statement NOT IN ('', '-')
WHERE c.id <> o.id AND c.id NOT IN (SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?))
ORDER BY 2, 1 LIMIT ?`, id, id, maxOffered)
		return err
	})
	return found, err
}

func (q querier) problemClusters(ctx context.Context, query string, args ...any) ([]ProblemCluster, error) {
	var all []ProblemCluster
	err := q.each(ctx, func(scan func(...any) error) error {
		var c ProblemCluster
		err := scan(&c.Cluster, &c.Partition, &c.Text, &c.Known)
		all = append(all, c)
		return err
	}, query, args...)
	return all, err
}

// JoinProblem makes the problems of clusters, of any partition, that of the first: what
// is written for one of them holds for all. It returns ErrInvalid when their texts
// would not fit together.
func (s *Store) JoinProblem(ctx context.Context, cluster string, others []string, author string) error {
	return s.update(ctx, func(tx *transaction) error {
		into, err := resolve(ctx, tx.querier, cluster)
		if err != nil {
			return err
		}
		all := []string{into}
		for _, other := range others {
			id, err := resolve(ctx, tx.querier, other)
			if err != nil {
				return err
			}
			if id == into {
				return fmt.Errorf("%w: %s and %s are one cluster", ErrInvalid, cluster, other)
			}
			all = append(all, id)
		}
		return tx.decide("join", all, func(*before) error {
			for _, from := range all[1:] {
				if err := errors.Join(tx.joinProblems(into, from, author, false), tx.note(into, "join", from, author)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// LeaveProblem takes a cluster out of its problem. It has no solution then, and follows
// no other.
func (s *Store) LeaveProblem(ctx context.Context, cluster, author string) error {
	return s.update(ctx, func(tx *transaction) error {
		id, err := resolve(ctx, tx.querier, cluster)
		if err != nil {
			return err
		}
		others, err := tx.texts(ctx, "SELECT cluster FROM members WHERE problem = (SELECT problem FROM members WHERE cluster = ?)", id)
		if err != nil {
			return err
		}
		if len(others) < 2 {
			return fmt.Errorf("%w: %s is all of its problem", ErrInvalid, id)
		}
		return tx.decide("leave", []string{id}, func(*before) error {
			return errors.Join(tx.leaveProblem(id), tx.exec("DELETE FROM status WHERE cluster = ?", id), tx.addMember(id, fmt.Sprintf("%s.%d", id, tx.rev)), tx.note(id, "leave", "", author))
		})
	})
}

// followedAtOnce is how many clusters one transaction gives a solution that follows.
const followedAtOnce = 1000

// Follow gives clusters that say what one of another partition says the solution of that
// one, unless they have had one, a person took them out of a problem, or the others
// disagree. It returns how many.
func (s *Store) Follow(ctx context.Context) (followed int, err error) {
	pairs := map[string]string{}
	var ids []string
	err = s.reader().each(ctx, func(scan func(...any) error) error {
		var id, of string
		err := scan(&id, &of)
		ids, pairs[id] = append(ids, id), of
		return err
	}, fmt.Sprintf(`SELECT f.id, min(o.id) FROM solutions s JOIN clusters o ON o.id = s.cluster
JOIN clusters f ON f.statement = o.statement AND f.id <> o.id
LEFT JOIN solutions had ON had.cluster = f.id LEFT JOIN members m ON m.cluster = f.id
WHERE s.text <> '' AND o.statement NOT IN ('', '-') AND had.cluster IS NULL AND m.cluster IS NULL
GROUP BY f.id HAVING count(DISTINCT s.text) = 1 ORDER BY f.id LIMIT %d`, followedAtOnce))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	err = s.update(ctx, func(tx *transaction) error {
		followed = 0
		for _, id := range ids {
			now, err := tx.solution(id)
			if err != nil {
				return err
			}
			_, errID := tx.cluster(id)
			if of, errOf := tx.cluster(pairs[id]); now.Version != 0 || errID != nil || errOf != nil || of.id != pairs[id] {
				continue // it changed just now
			}
			if err := errors.Join(tx.joinProblems(pairs[id], id, automatic, false), tx.note(pairs[id], "join", id, automatic)); err != nil {
				return err
			}
			followed++
		}
		return nil
	})
	return followed, err
}

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
			return errors.Join(tx.leaveProblem(from), tx.joinStatus(into, from, leaves))
		}
		return nil
	}
	if author == "" && kept.Text+lost.Text+problem+other == "" {
		return tx.joinStatus(into, from, leaves) // as most are
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
	return errors.Join(tx.spread(into), tx.joinStatus(into, from, leaves))
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

// joinMembers makes all members of two clusters' problems those of one. The name of a new
// one is its first cluster and the revision: a cluster may leave its problem and be the
// first of another.
func (tx *transaction) joinMembers(into, problem, from, other string) error {
	switch {
	case problem == "" && other == "":
		problem = fmt.Sprintf("%s.%d", into, tx.rev)
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
