// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// look reads what the store knows of what the delta is about.
func (w *saving) look() error {
	clusters, templates := map[string]bool{}, map[string]bool{}
	for _, c := range w.learnt.clusters {
		clusters[c.row.ID.String()] = true
	}
	for _, t := range w.learnt.templates {
		clusters[t.row.Cluster.String()] = true
		templates[t.row.ID.String()] = true
	}
	for _, s := range w.learnt.shapes {
		templates[s.row.Template.String()] = true
	}
	for _, a := range w.learnt.aliases {
		for _, id := range []string{a.row.From.String(), a.row.To.String()} {
			if a.row.Kind == knowledge.KindCluster {
				clusters[id] = true
			} else {
				templates[id] = true
			}
		}
	}
	const aliased = "SELECT id, target FROM aliases WHERE kind = "
	var err error
	if w.joined, err = w.pairs(clusters, aliased+"'cluster' AND person AND id <> target AND id "); err != nil {
		return err
	}
	if w.absorbed, err = w.pairs(templates, aliased+"'template' AND id "); err != nil {
		return err
	}
	for _, id := range w.absorbed {
		templates[id] = true
	}
	if w.clusterOf, err = w.pairs(templates, "SELECT id, cluster FROM templates WHERE id "); err != nil {
		return err
	}
	w.placed, err = w.pairs(templates, "SELECT id, cluster FROM templates WHERE placed AND id ")
	return err
}

func (w *saving) pairs(ids map[string]bool, query string) (map[string]string, error) {
	found := map[string]string{}
	err := w.amongst(slices.Sorted(maps.Keys(ids)), func(among string, args []any) error {
		return w.each(w.ctx, func(scan func(...any) error) error {
			var id, value string
			err := scan(&id, &value)
			found[id] = value
			return err
		}, query+among, args...)
	})
	return found, err
}

func (w *saving) cluster(id knowledge.ID) string  { return follow(w.joined, id.String()) }
func (w *saving) template(id knowledge.ID) string { return follow(w.absorbed, id.String()) }
func follow(targets map[string]string, id string) string {
	for {
		target, ok := targets[id]
		if !ok {
			return id
		}
		id = target
	}
}

// insert writes rows in as few statements as arguments allow.
func (w *saving) insert(into, onConflict string, rows [][]any) error {
	w.rows += len(rows)
	return w.inRows(rows, func(rows [][]any) error {
		source, args := w.source(rows)
		return w.exec(into+" "+source+" "+onConflict, args...)
	})
}

func (w *saving) partitionRows() error {
	rows := make([][]any, 0, len(w.learnt.clocks))
	for _, partition := range slices.Sorted(maps.Keys(w.learnt.clocks)) {
		clock := ""
		if c := w.learnt.clocks[partition]; c != nil {
			b, err := json.Marshal(c)
			if err != nil {
				return err
			}
			clock = string(b)
		}
		rows = append(rows, []any{partition, clock, w.rev, w.writer})
	}
	return w.insert("INSERT INTO partitions (name, clock, rev, writer)", `ON CONFLICT (name) DO UPDATE SET
clock = excluded.clock, rev = excluded.rev, writer = excluded.writer WHERE excluded.clock <> ''`, rows)
}

// needed is a cluster that must be there.
type needed struct {
	id, partition string
	birth         int64
	by            []*origin
	row           *knowledge.Cluster // nil when only templates name it
}

// neededClusters are those that were sent, and those that templates come into.
func (w *saving) neededClusters() []*needed {
	var all []*needed
	byID := map[string]*needed{}
	need := func(id, partition string, born int64, by []*origin) *needed {
		n := byID[id]
		if n == nil {
			n = &needed{id: id, partition: partition, birth: born, by: by}
			byID[id] = n
			all = append(all, n)
		}
		n.birth = min(n.birth, born)
		return n
	}
	for i := range w.learnt.clusters {
		c := &w.learnt.clusters[i]
		id := w.cluster(c.row.ID)
		if id != c.row.ID.String() {
			tell(c.by, id)
			continue
		}
		need(id, c.partition(), c.row.Birth, c.by).row = &c.row
	}
	for i := range w.learnt.templates {
		t := &w.learnt.templates[i]
		if id := w.placeOf(&t.row); id != w.clusterOf[w.template(t.row.ID)] {
			need(id, t.partition(), t.row.Birth, t.by)
		}
	}
	return all
}

// tell has those who sent something read a cluster.
func tell(by []*origin, cluster string) {
	for _, o := range by {
		o.known[cluster] = true
	}
}

func (w *saving) clusters() error {
	all := w.neededClusters()
	ids := make(map[string]bool, len(all))
	for _, n := range all {
		ids[n.id] = true
	}
	existing, err := w.pairs(ids, "SELECT id, partition FROM clusters WHERE id ")
	if err != nil {
		return err
	}
	var named, bare [][]any
	for _, n := range all {
		if _, ok := existing[n.id]; !ok {
			w.fresh[n.id] = n.by
		}
		row := []any{n.id, n.partition, "[]", "", n.birth, n.birth, w.now, w.rev, w.writer, statementOf(n.partition, n.id)}
		if n.row == nil {
			bare = append(bare, row)
			continue
		}
		if len(n.row.Keywords) > 0 {
			b, err := json.Marshal(n.row.Keywords)
			if err != nil {
				return err
			}
			row[2] = clean(string(b))
		}
		row[3] = n.row.Category.String()
		named = append(named, row)
	}
	const into = "INSERT INTO clusters (id, partition, keywords, category, first_seen, last_seen, saved_at, rev, writer, statement)"
	if err := w.insert(into, `ON CONFLICT (id) DO UPDATE SET keywords = excluded.keywords, category = excluded.category, rev = excluded.rev, writer = excluded.writer,
first_seen = CASE WHEN excluded.first_seen < clusters.first_seen THEN excluded.first_seen ELSE clusters.first_seen END`, named); err != nil {
		return err
	}
	if err := w.insert(into, "ON CONFLICT (id) DO NOTHING", bare); err != nil {
		return err
	}
	return w.revive()
}

// revive takes back what became of clusters that are there again: a template with
// their statement has come.
func (w *saving) revive() error {
	return w.amongst(slices.Sorted(maps.Keys(w.fresh)), func(among string, args []any) error {
		return w.exec("DELETE FROM aliases WHERE kind = 'cluster' AND NOT person AND id "+among, args...)
	})
}

// placeOf is the cluster of a template: where a person put it, else where its
// statement does, else where the store has what absorbed it.
func (w *saving) placeOf(t *knowledge.Template) string {
	id := t.ID.String()
	if target := w.template(t.ID); target != id {
		return w.clusterOf[target]
	}
	if cluster, ok := w.placed[id]; ok {
		return cluster
	}
	return w.cluster(t.Cluster)
}

// templates writes templates, and moves those whose statement has changed.
func (w *saving) templates() error {
	rows := make([][]any, 0, len(w.learnt.templates))
	var moved []*told[knowledge.Template]
	for i := range w.learnt.templates {
		of := &w.learnt.templates[i]
		t := &of.row
		id, cluster := t.ID.String(), w.placeOf(t)
		if w.template(t.ID) != id {
			tell(of.by, cluster)
			continue
		}
		if cluster != w.cluster(t.Cluster) {
			tell(of.by, cluster)
		}
		if old, ok := w.clusterOf[id]; ok && old != cluster {
			moved = append(moved, of)
		} else {
			w.clusterOf[id] = cluster
		}
		placed := t.Placed || w.placed[id] != ""
		rows = append(rows, []any{id, of.partition(), cluster, clean(t.Text), t.Represents, placed, t.Birth, t.Birth, w.rev, w.writer})
	}
	if err := w.insert("INSERT INTO templates (id, partition, cluster, text, represents, placed, first_seen, last_seen, rev, writer)",
		`ON CONFLICT (id) DO UPDATE SET cluster = excluded.cluster, text = excluded.text, represents = excluded.represents,
placed = excluded.placed, rev = excluded.rev, writer = excluded.writer,
first_seen = CASE WHEN excluded.first_seen < templates.first_seen THEN excluded.first_seen ELSE templates.first_seen END`, rows); err != nil {
		return err
	}
	for _, t := range moved {
		if err := w.move(t); err != nil {
			return err
		}
	}
	return nil
}

// move takes a template's count from one cluster to another. A cluster that has
// no templates left becomes part of the other, with all that was written for it.
func (w *saving) move(of *told[knowledge.Template]) error {
	t := &of.row
	id := t.ID.String()
	old, now := w.clusterOf[id], w.placeOf(t)
	w.clusterOf[id] = now
	if old == now {
		return nil
	}
	var left int
	if err := w.row(w.ctx, "SELECT count(*) FROM templates WHERE cluster = ?", old).Scan(&left); err != nil {
		return err
	}
	if left == 0 {
		return w.joinClusters(joining{into: now, from: old, at: t.Birth}, of.partition())
	}
	var count int64
	if err := w.row(w.ctx, "SELECT count FROM templates WHERE id = ?", id).Scan(&count); err != nil {
		return err
	}
	return w.moveCount(old, now, count)
}

// moveCount takes lines from one cluster to another. Those of each minute stay.
func (w *saving) moveCount(old, now string, count int64) error {
	const query = "UPDATE clusters SET rev = ?, writer = ?, count = count + ? WHERE id = ?"
	return w.all(step{query, []any{w.rev, w.writer, -count, old}}, step{query, []any{w.rev, w.writer, count, now}})
}

// shapes adds lines to shapes. A shape that the store has under another template,
// or with an older birth, is news to the processor.
func (w *saving) shapes() error {
	rows := make([][]any, 0, len(w.learnt.shapes))
	for i := range w.learnt.shapes {
		s := &w.learnt.shapes[i].row
		if s.Saved && w.clusterOf[w.template(s.Template)] == "" {
			continue // forgotten: it comes again with all that belongs to it
		}
		rows = append(rows, []any{s.Hash.String(), int64(s.Slots), w.learnt.shapes[i].partition(), w.template(s.Template), int64(s.Seq), s.Founded, clean(s.Masked), s.Birth, s.LastSeen, s.Count, w.rev, w.writer})
	}
	// A shape that claims to be a root gives way to an edge; else the last edge
	// holds, and whoever reads it joins both ends.
	const changes = "(shapes.birth > excluded.birth OR (shapes.template <> excluded.template AND excluded.template <> excluded.hash) OR (excluded.founded AND NOT shapes.founded))"
	const query = ` ON CONFLICT (hash, slots) DO UPDATE SET count = shapes.count + excluded.count,
last_seen = CASE WHEN excluded.last_seen > shapes.last_seen THEN excluded.last_seen ELSE shapes.last_seen END,
birth = CASE WHEN excluded.birth < shapes.birth THEN excluded.birth ELSE shapes.birth END,
template = CASE WHEN excluded.template = excluded.hash THEN shapes.template ELSE excluded.template END,
founded = shapes.founded OR excluded.founded,
masked = CASE WHEN shapes.masked = '' THEN excluded.masked ELSE shapes.masked END,
rev = CASE WHEN ` + changes + ` THEN excluded.rev ELSE shapes.rev END,
writer = CASE WHEN ` + changes + ` THEN excluded.writer ELSE shapes.writer END
RETURNING hash, slots, template, birth`
	w.rows += len(rows)
	return w.inRows(rows, func(rows [][]any) error {
		source, args := w.source(rows)
		return w.each(w.ctx, func(scan func(...any) error) error {
			var k shapeKey
			var hash, template string
			var birth int64
			if err := scan(&hash, &k.slots, &template, &birth); err != nil {
				return err
			}
			k.hash = mustID(hash)
			if s := &w.learnt.shapes[w.learnt.shapeAt[k]]; birth < s.row.Birth || template != s.row.Template.String() {
				tell(s.by, cmp.Or(w.clusterOf[template], template)) // resolved when it is read
			}
			return nil
		}, "INSERT INTO shapes (hash, slots, partition, template, seq, founded, masked, birth, last_seen, count, rev, writer) "+source+query, args...)
	})
}

// tally is the lines of a template or a cluster.
type tally struct {
	count, last int64
}

func (t tally) add(count, last int64) tally { return tally{t.count + count, max(t.last, last)} }

// counts adds the lines of shapes to their templates and clusters. The minute is that
// of the latest line: a pass spans a second of a live stream.
func (w *saving) counts() error {
	templates, clusters := map[string]tally{}, map[string]tally{}
	for i := range w.learnt.shapes {
		s := &w.learnt.shapes[i]
		if s.row.Count == 0 {
			continue
		}
		id := w.template(s.row.Template)
		cluster, ok := w.clusterOf[id]
		if !ok {
			for _, o := range s.by {
				o.forgotten[s.row.Template] = true
			}
			continue
		}
		templates[id] = templates[id].add(s.row.Count, s.row.LastSeen)
		clusters[cluster] = clusters[cluster].add(s.row.Count, s.row.LastSeen)
	}
	type bucket struct {
		cluster string
		minute  int64
	}
	minutes := map[bucket]int64{}
	for m, n := range w.learnt.minutes {
		if cluster, ok := w.clusterOf[w.template(m.template)]; ok {
			minutes[bucket{cluster, m.minute}] += n
		}
	}
	if err := w.addTo("templates", "", templates); err != nil {
		return err
	}
	if err := w.addTo("clusters", fmt.Sprintf("saved_at = %d, ", w.now), clusters); err != nil {
		return err
	}
	rows := make([][]any, 0, len(minutes))
	for b, n := range minutes {
		rows = append(rows, []any{b.cluster, b.minute, n})
	}
	return w.insert("INSERT INTO cluster_counts (cluster, minute, count)",
		"ON CONFLICT (cluster, minute) DO UPDATE SET count = cluster_counts.count + excluded.count", rows)
}

func (w *saving) addTo(table, also string, tallies map[string]tally) error {
	rows := make([][]any, 0, len(tallies))
	for _, id := range slices.Sorted(maps.Keys(tallies)) {
		rows = append(rows, []any{id, tallies[id].count, tallies[id].last})
	}
	w.rows += len(rows)
	return w.inRows(rows, func(rows [][]any) error {
		source, args := w.source(rows)
		return w.exec("WITH d (id, n, last) AS ("+source+") UPDATE "+table+" SET "+also+"count = count + d.n, "+
			"last_seen = CASE WHEN d.last > last_seen THEN d.last ELSE last_seen END FROM d WHERE "+table+".id = d.id", args...)
	})
}
