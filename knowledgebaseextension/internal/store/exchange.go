// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Exported is a solution as it goes to a file and back, with the clusters that it is
// for: Member is one of them, Also are the others.
type Exported struct {
	Member
	Also    []Member
	Text    string
	Author  string
	Updated time.Time
}

// Member is a cluster, by its ID and by what it says.
type Member struct {
	Cluster   string // may be an alias in a file of old
	Partition string
	Says      []Said // a few of its templates, those that stand for it first
}

// Said is a template of a cluster.
type Said struct {
	Template string // its ID
	Text     string
	Sample   string // a line of it as it came, empty when none is kept
}

// MaxSaid is how many templates of a cluster an export names.
const MaxSaid = 5

// Solutions returns every solution that is not empty, once for each problem, by
// partition and cluster.
func (s *Store) Solutions(ctx context.Context) ([]Exported, error) {
	var all []Exported
	err := s.view(ctx, func(q querier) (err error) {
		all, err = q.problems(ctx, "")
		if err != nil {
			return err
		}
		members := map[string]*Member{}
		var ids []string
		for i := range all {
			for _, m := range all[i].members() {
				members[m.Cluster] = m
				ids = append(ids, m.Cluster)
			}
		}
		return q.amongst(ids, func(among string, args []any) error {
			return q.each(ctx, func(scan func(...any) error) error {
				var cluster string
				var said Said
				if err := scan(&cluster, &said.Template, &said.Text, &said.Sample); err != nil {
					return err
				}
				members[cluster].Says = append(members[cluster].Says, said)
				return nil
			}, representatives("t.cluster "+among), append(args, MaxSaid)...)
		})
	})
	return all, err
}

// members are all of them.
func (e *Exported) members() []*Member {
	all := make([]*Member, 0, 1+len(e.Also))
	all = append(all, &e.Member)
	for i := range e.Also {
		all = append(all, &e.Also[i])
	}
	return all
}

// representatives reads the first few templates of clusters, each with a sample.
func representatives(where string) string {
	return `SELECT cluster, id, text, COALESCE((SELECT s.text FROM samples s WHERE s.template = r.id ORDER BY s.at, s.shape LIMIT 1), '')
FROM (SELECT t.cluster, t.id, t.text, row_number() OVER (PARTITION BY t.cluster ORDER BY t.represents DESC, t.count DESC, t.id) AS n
  FROM templates t WHERE ` + where + `) r WHERE n <= ? ORDER BY cluster, n`
}

// problems reads solutions that a condition also holds for, and whom they are for.
// Clusters that are not known yet count
// only where a problem has no others.
func (q querier) problems(ctx context.Context, also string) ([]Exported, error) {
	byProblem := map[string]*Exported{}
	var order []string
	waits := map[string]bool{}
	err := q.each(ctx, func(scan func(...any) error) error {
		var problem, says string
		var e Exported
		var updated int64
		var known bool
		if err := scan(&problem, &e.Cluster, &e.Partition, &says, &known, &e.Text, &e.Author, &updated); err != nil {
			return err
		}
		e.Updated = time.UnixMilli(updated).UTC()
		if !known && says != "" {
			e.Says = []Said{{Text: says}}
		}
		first := byProblem[problem]
		switch {
		case first == nil:
			order = append(order, problem)
			byProblem[problem], waits[problem] = &e, !known
		case waits[problem] && known:
			byProblem[problem], waits[problem] = &e, false
		case known || waits[problem]:
			first.Also = append(first.Also, e.Member)
		}
		return nil
	}, `SELECT COALESCE(m.problem, s.cluster), s.cluster, COALESCE(c.partition, m.partition, ''), COALESCE(m.says, ''),
  c.id IS NOT NULL, s.text, s.author, s.updated_at
FROM solutions s LEFT JOIN clusters c ON c.id = s.cluster LEFT JOIN members m ON m.cluster = s.cluster
WHERE s.text <> ''`+also+` ORDER BY CASE WHEN m.problem LIKE s.cluster || '.%' THEN 0 ELSE 1 END, 3, 2`)
	all := make([]Exported, 0, len(order))
	for _, problem := range order {
		all = append(all, *byProblem[problem])
	}
	slices.SortFunc(all, func(a, b Exported) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Cluster, b.Cluster))
	})
	return all, err
}

// Waiting returns the solutions of which no cluster is known yet.
func (s *Store) Waiting(ctx context.Context) ([]Exported, error) {
	return s.reader().problems(ctx, ` AND c.id IS NULL AND NOT EXISTS (
SELECT 1 FROM members o JOIN clusters k ON k.id = o.cluster WHERE o.problem = m.problem)`)
}
