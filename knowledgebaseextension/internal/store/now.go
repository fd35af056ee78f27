// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"
)

// Growing is a cluster with many more records in the last hour than in the hours
// before.
type Growing struct {
	Cluster
	Hour   int64   // records of the last hour
	Before float64 // mean of the hours before
}

// hoursBefore are compared with the last hour.
const hoursBefore = 24

// What counts as growth: so many records in the hour, so many times the mean of the
// hours before, and so many standard deviations of a Poisson process of that mean above
// it. A cluster that was new in the hours before is compared with those that it had.
const (
	leastGrown   = 10
	leastFactor  = 3
	leastDeviant = 5
)

// Growing returns the clusters that grow most in the hour before until, noise apart,
// those that began within that hour left out: they are new.
func (s *Store) Growing(ctx context.Context, until time.Time, limit int) ([]Growing, error) {
	end := until.Unix() / 60
	var found []Growing
	err := s.view(ctx, func(q querier) error {
		err := q.each(ctx, func(scan func(...any) error) error {
			var g Growing
			var before, first int64
			if err := scan(&g.ID, &first, &g.Hour, &before); err != nil {
				return err
			}
			hours := min(max(float64(end-60-first/60e9)/60, 1), hoursBefore)
			g.Before = float64(before) / hours
			if g.isGrowing() {
				found = append(found, g)
			}
			return nil
		}, `SELECT c.id, c.first_seen, SUM(CASE WHEN n.minute >= ? THEN n.count ELSE 0 END), SUM(CASE WHEN n.minute < ? THEN n.count ELSE 0 END)
FROM cluster_counts n JOIN clusters c ON c.id = n.cluster
WHERE n.minute >= ? AND n.minute < ? AND c.last_seen >= ? AND c.first_seen < ? AND c.noise = ?
GROUP BY c.id, c.first_seen`,
			end-60, end-60, end-60-hoursBefore*60, end, (end-60)*60e9, (end-60)*60e9, false)
		if err != nil {
			return err
		}
		slices.SortFunc(found, func(a, b Growing) int {
			return cmp.Or(cmp.Compare(b.deviation(), a.deviation()), cmp.Compare(a.ID, b.ID))
		})
		found = found[:min(limit, len(found))]
		return describe(ctx, q, found)
	})
	return found, err
}

func (g *Growing) isGrowing() bool {
	return g.Hour >= leastGrown && float64(g.Hour) >= leastFactor*g.Before && g.deviation() >= leastDeviant
}

func (g *Growing) deviation() float64 {
	return (float64(g.Hour) - g.Before) / math.Sqrt(max(g.Before, 1))
}

// describe reads the clusters.
func describe(ctx context.Context, q querier, of []Growing) error {
	if len(of) == 0 {
		return nil
	}
	ids := make([]string, len(of))
	for i := range of {
		ids[i] = of[i].ID
	}
	return q.each(ctx, func(scan func(...any) error) error {
		c, err := scanCluster(scan)
		if i := slices.Index(ids, c.ID); i >= 0 {
			of[i].Cluster = c
		}
		return err
	}, selectCluster+" WHERE c.id IN "+list(len(ids)), anys(ids)...)
}
