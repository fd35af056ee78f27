// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package notify // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"

import (
	"context"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// How the watcher looks.
const (
	// Interval is how often.
	Interval = 10 * time.Second
	// overlap covers what is saved late.
	overlap = 2 * time.Minute
	// learning is how long all that a service says is new.
	learning = 10 * time.Minute
	// quiet is how long a known problem must not have come to be back.
	quiet = 24 * time.Hour
	// page is how many clusters are read at once, pages how often: what has a solution
	// beyond that is not watched.
	page, pages = 1000, 10
	grown       = 20
)

// Watcher finds what to tell. It is used by one goroutine.
type Watcher struct {
	// Store is the open store, or why there is none.
	Store func() (*store.Store, error)
	// Trouble says whether a template reports trouble.
	Trouble func(partition, text string) bool
	Tell    func(Event)
	Now     func() time.Time

	begun time.Time            // event time of the first look
	since time.Time            // event time from which new clusters are looked for
	last  map[string]time.Time // when a cluster with a solution was last seen
	fresh map[string]bool      // new clusters of the look before
	grows map[string]bool      // clusters that grew in the look before
}

// Run looks until ctx ends. failed is told of errors; the next look is not put off.
func (w *Watcher) Run(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.Look(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// Look tells what happened since the last look. The first one only takes note.
func (w *Watcher) Look(ctx context.Context) error {
	s, err := w.Store()
	if err != nil {
		return nil // its own status says so
	}
	ctx, cancel := context.WithTimeout(ctx, Interval)
	defer cancel()
	latest, err := s.Latest(ctx, w.Now())
	if err != nil || latest.IsZero() {
		return err
	}
	if w.begun.IsZero() {
		w.last = map[string]time.Time{}
		if err := w.backs(ctx, s, false); err != nil {
			return err
		}
		w.begun, w.since = latest, latest
		return nil
	}
	if err := w.news(ctx, s); err != nil {
		return err
	}
	if w.since = latest.Add(-overlap); w.since.Before(w.begun) {
		w.since = w.begun
	}
	if err := w.backs(ctx, s, true); err != nil {
		return err
	}
	return w.bursts(ctx, s, latest)
}

func (w *Watcher) news(ctx context.Context, s *store.Store) error {
	found, err := s.Clusters(ctx, store.Query{Sort: store.ByNewest, Since: w.since, After: learning, Limit: page})
	if err != nil {
		return err
	}
	before := w.fresh
	w.fresh = make(map[string]bool, len(found.Clusters))
	for i := range found.Clusters {
		c := &found.Clusters[i]
		w.fresh[c.ID] = true
		if !before[c.ID] && w.Trouble(c.Partition, c.Text) {
			w.tell(New, "new:"+c.ID, c, c.FirstSeen)
		}
	}
	return nil
}

// backs compares when clusters with a solution were last seen with what was noted.
func (w *Watcher) backs(ctx context.Context, s *store.Store, tell bool) error {
	labelled := true
	query := store.Query{Sort: store.ByLastSeen, Labelled: &labelled, Limit: page}
	for range pages {
		found, err := s.Clusters(ctx, query)
		if err != nil {
			return err
		}
		for i := range found.Clusters {
			c := &found.Clusters[i]
			before, known := w.last[c.ID]
			if known && !c.LastSeen.After(before) && tell {
				continue
			}
			w.last[c.ID] = c.LastSeen
			if tell && known && c.LastSeen.Sub(before) >= quiet {
				w.tell(Back, "back:"+c.ID+":"+c.LastSeen.UTC().Format(time.RFC3339), c, c.LastSeen)
			}
		}
		if query.Cursor = found.Next; query.Cursor == "" {
			break
		}
	}
	return nil
}

func (w *Watcher) bursts(ctx context.Context, s *store.Store, latest time.Time) error {
	found, err := s.Growing(ctx, latest.Truncate(time.Minute).Add(time.Minute), grown)
	if err != nil {
		return err
	}
	before := w.grows
	w.grows = make(map[string]bool, len(found))
	for i := range found {
		g := &found[i]
		if w.grows[g.ID] = true; before[g.ID] {
			continue
		}
		w.Tell(Event{
			ID: "burst:" + g.ID, Kind: Burst, Cluster: g.ID, Service: g.Partition, Text: g.Text, Keywords: g.Keywords,
			Solution: solutionOf(&g.Cluster), At: g.LastSeen, Hour: g.Hour, Before: g.Before,
		})
	}
	return nil
}

func (w *Watcher) tell(kind Kind, id string, c *store.Cluster, at time.Time) {
	w.Tell(Event{ID: id, Kind: kind, Cluster: c.ID, Service: c.Partition, Text: c.Text, Keywords: c.Keywords, Solution: solutionOf(c), At: at})
}

func solutionOf(c *store.Cluster) string {
	if c.Solution == nil {
		return ""
	}
	return c.Solution.Text
}
