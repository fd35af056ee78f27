// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Saved is what became of a delta.
type Saved struct {
	Revision int64
	Rows     int // written, of all tables
	// Forgotten are templates that the store does not know: their lines were
	// counted nowhere.
	Forgotten []knowledge.ID
	// Known are clusters about which the store knew better, or more, than the
	// delta says: the writer must read them.
	Known []string
}

// Writer is a processor and the number of its save, from 1 on.
type Writer struct {
	ID     string
	Number int64
}

// ErrInDoubt says that nobody knows whether a transaction was committed: see Committed.
var ErrInDoubt = errors.New("it is not known whether this was saved")

// Committed says whether a save in doubt was committed. No other of the writer may
// run.
func (s *Store) Committed(ctx context.Context, writer Writer, partition string) (committed bool, err error) {
	var number int64
	err = querier{s.write, s.dialect}.row(ctx, "SELECT number FROM saves WHERE writer = ? AND partition = ?", writer.ID, clean(partition)).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return number == writer.Number, err
}

// Save adds what a processor learnt of a partition, in one transaction. samples is
// how many lines are kept of a template.
func (s *Store) Save(ctx context.Context, writer Writer, partition string, delta *knowledge.Rows, samples int) (Saved, error) {
	var saved Saved
	rev, err := s.update(ctx, func(tx *transaction) error {
		w := saving{transaction: tx, writer: writer.ID, partition: clean(partition), delta: delta, now: time.Now().UnixMilli(), known: map[string]bool{}}
		for _, step := range []func() error{
			w.look, w.partitionRow, w.clusters, w.templates, w.shapes, w.counts, w.aliases,
			func() error { return w.samples(samples) }, w.solutions,
			func() error {
				return w.exec(`INSERT INTO saves (writer, partition, number, at) VALUES (?, ?, ?, ?)
ON CONFLICT (writer, partition) DO UPDATE SET number = excluded.number, at = excluded.at`, w.writer, w.partition, writer.Number, w.now)
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		saved = Saved{Rows: w.rows, Forgotten: w.forgotten, Known: slices.Sorted(maps.Keys(w.known))}
		return nil
	})
	saved.Revision = rev
	return saved, err
}

// saving is one Save under way.
type saving struct {
	*transaction
	writer    string
	partition string
	delta     *knowledge.Rows
	now       int64 // ms since 1970

	clusterOf map[string]string // cluster by template, as the store has it
	placed    map[string]string // the same, of those that a person put there
	joined    map[string]string // what a person made part of another: target by cluster
	absorbed  map[string]string // target by alias, of templates
	fresh     []string          // clusters that the store did not have
	rows      int
	forgotten []knowledge.ID
	known     map[string]bool
}

// look reads what the store knows of what the delta is about.
func (w *saving) look() error {
	clusters, templates := map[string]bool{}, map[string]bool{}
	for _, c := range w.delta.Clusters {
		clusters[c.ID.String()] = true
	}
	for _, t := range w.delta.Templates {
		clusters[t.Cluster.String()] = true
		templates[t.ID.String()] = true
	}
	for _, s := range w.delta.Shapes {
		templates[s.Template.String()] = true
	}
	for _, a := range w.delta.Aliases {
		for _, id := range []string{a.From.String(), a.To.String()} {
			if a.Kind == knowledge.KindCluster {
				clusters[id] = true
			} else {
				templates[id] = true
			}
		}
	}
	const aliased = "SELECT id, target FROM aliases WHERE kind = "
	var err error
	if w.joined, err = w.pairs(clusters, aliased+"'cluster' AND person AND id IN "); err != nil {
		return err
	}
	if w.absorbed, err = w.pairs(templates, aliased+"'template' AND id IN "); err != nil {
		return err
	}
	for _, id := range w.absorbed {
		templates[id] = true
	}
	if w.clusterOf, err = w.pairs(templates, "SELECT id, cluster FROM templates WHERE id IN "); err != nil {
		return err
	}
	w.placed, err = w.pairs(templates, "SELECT id, cluster FROM templates WHERE placed AND id IN ")
	return err
}

func (w *saving) pairs(ids map[string]bool, query string) (map[string]string, error) {
	found := map[string]string{}
	err := inChunks(slices.Sorted(maps.Keys(ids)), 1, func(ids []string) error {
		return w.each(w.ctx, func(scan func(...any) error) error {
			var id, value string
			err := scan(&id, &value)
			found[id] = value
			return err
		}, query+list(len(ids)), anys(ids)...)
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

// insert writes rows of equally many columns in as few statements as arguments
// allow.
func (w *saving) insert(into, onConflict string, columns int, rows [][]any) error {
	w.rows += len(rows)
	return inChunks(rows, columns, func(rows [][]any) error {
		return w.exec(into+" VALUES "+values(len(rows), columns)+" "+onConflict, slices.Concat(rows...)...)
	})
}

func (w *saving) partitionRow() error {
	clock := ""
	if w.delta.Clock != nil {
		b, err := json.Marshal(w.delta.Clock)
		if err != nil {
			return err
		}
		clock = string(b)
	}
	return w.insert("INSERT INTO partitions (name, clock, rev, writer)", `ON CONFLICT (name) DO UPDATE SET
clock = excluded.clock, rev = excluded.rev, writer = excluded.writer WHERE excluded.clock <> ''`, 4,
		[][]any{{w.partition, clock, w.rev, w.writer}})
}

func (w *saving) clusters() error {
	described := map[string]*knowledge.Cluster{}
	birth := map[string]int64{}
	var ids []string
	need := func(id string, born int64) {
		if old, ok := birth[id]; !ok {
			ids = append(ids, id)
			birth[id] = born
		} else {
			birth[id] = min(old, born)
		}
	}
	for i := range w.delta.Clusters {
		c := &w.delta.Clusters[i]
		id := w.cluster(c.ID)
		if id != c.ID.String() {
			w.known[id] = true
			continue
		}
		need(id, c.Birth)
		described[id] = c
	}
	for i := range w.delta.Templates {
		t := &w.delta.Templates[i]
		if id := w.placeOf(t); id != w.clusterOf[w.template(t.ID)] {
			need(id, t.Birth)
		}
	}
	existing, err := w.pairs(birthKeys(birth), "SELECT id, partition FROM clusters WHERE id IN ")
	if err != nil {
		return err
	}
	var named, bare [][]any
	for _, id := range ids {
		if existing[id] == "" {
			if _, ok := existing[id]; !ok {
				w.fresh = append(w.fresh, id)
			}
		}
		c, ok := described[id]
		encoded, category := "[]", ""
		if ok {
			category = c.Category.String()
		}
		if ok && len(c.Keywords) > 0 {
			b, err := json.Marshal(c.Keywords)
			if err != nil {
				return err
			}
			encoded = clean(string(b))
		}
		row := []any{id, w.partition, encoded, category, birth[id], birth[id], w.now, w.rev, w.writer}
		if ok {
			named = append(named, row)
		} else {
			bare = append(bare, row)
		}
	}
	const into = "INSERT INTO clusters (id, partition, keywords, category, first_seen, last_seen, saved_at, rev, writer)"
	if err := w.insert(into, `ON CONFLICT (id) DO UPDATE SET keywords = excluded.keywords, category = excluded.category, rev = excluded.rev, writer = excluded.writer,
first_seen = CASE WHEN excluded.first_seen < clusters.first_seen THEN excluded.first_seen ELSE clusters.first_seen END`, 9, named); err != nil {
		return err
	}
	if err := w.insert(into, "ON CONFLICT (id) DO NOTHING", 9, bare); err != nil {
		return err
	}
	return w.revive()
}

// revive takes back what became of clusters that are there again: a template with
// their statement has come.
func (w *saving) revive() error {
	return inChunks(w.fresh, 1, func(ids []string) error {
		return w.exec("DELETE FROM aliases WHERE kind = 'cluster' AND NOT person AND id IN "+list(len(ids)), anys(ids)...)
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

func birthKeys(birth map[string]int64) map[string]bool {
	keys := make(map[string]bool, len(birth))
	for id := range birth {
		keys[id] = true
	}
	return keys
}

// templates writes templates, and moves those whose statement has changed.
func (w *saving) templates() error {
	rows := make([][]any, 0, len(w.delta.Templates))
	var moved []*knowledge.Template
	for i := range w.delta.Templates {
		t := &w.delta.Templates[i]
		id, cluster := t.ID.String(), w.placeOf(t)
		if w.template(t.ID) != id {
			w.known[cluster] = true
			continue
		}
		if cluster != w.cluster(t.Cluster) {
			w.known[cluster] = true
		}
		if old, ok := w.clusterOf[id]; ok && old != cluster {
			moved = append(moved, t)
		} else {
			w.clusterOf[id] = cluster
		}
		placed := t.Placed || w.placed[id] != ""
		rows = append(rows, []any{id, w.partition, cluster, clean(t.Text), t.Represents, placed, t.Birth, t.Birth, w.rev, w.writer})
	}
	if err := w.insert("INSERT INTO templates (id, partition, cluster, text, represents, placed, first_seen, last_seen, rev, writer)",
		`ON CONFLICT (id) DO UPDATE SET cluster = excluded.cluster, text = excluded.text, represents = excluded.represents,
placed = excluded.placed, rev = excluded.rev, writer = excluded.writer,
first_seen = CASE WHEN excluded.first_seen < templates.first_seen THEN excluded.first_seen ELSE templates.first_seen END`, 10, rows); err != nil {
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
func (w *saving) move(t *knowledge.Template) error {
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
		return w.joinClusters(joining{into: now, from: old, at: t.Birth})
	}
	var count int64
	if err := w.row(w.ctx, "SELECT count FROM templates WHERE id = ?", id).Scan(&count); err != nil {
		return err
	}
	return w.moveCount(old, now, count)
}

// moveCount takes lines from one cluster to another. Those of each minute stay.
func (w *saving) moveCount(old, now string, count int64) error {
	for _, step := range []struct {
		cluster string
		count   int64
	}{{old, -count}, {now, count}} {
		if err := w.exec("UPDATE clusters SET rev = ?, writer = ?, count = count + ? WHERE id = ?", w.rev, w.writer, step.count, step.cluster); err != nil {
			return err
		}
	}
	return nil
}

// shapes adds lines to shapes. A shape that the store has under another template,
// or with an older birth, is news to the processor.
func (w *saving) shapes() error {
	type key struct {
		hash  string
		slots uint8
	}
	sent := make(map[key]*knowledge.Shape, len(w.delta.Shapes))
	rows := make([][]any, 0, len(w.delta.Shapes))
	for i := range w.delta.Shapes {
		s := &w.delta.Shapes[i]
		sent[key{s.Hash.String(), s.Slots}] = s
		rows = append(rows, []any{s.Hash.String(), s.Slots, w.partition, w.template(s.Template), s.Seq, s.Founded, clean(s.Masked), s.Birth, s.LastSeen, s.Count, w.rev, w.writer})
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
	return inChunks(rows, 12, func(rows [][]any) error {
		return w.each(w.ctx, func(scan func(...any) error) error {
			var k key
			var template string
			var birth int64
			if err := scan(&k.hash, &k.slots, &template, &birth); err != nil {
				return err
			}
			if s := sent[k]; birth < s.Birth || template != s.Template.String() {
				if c, ok := w.clusterOf[template]; ok {
					w.known[c] = true
				} else {
					w.known[template] = true // resolved when it is read
				}
			}
			return nil
		}, "INSERT INTO shapes (hash, slots, partition, template, seq, founded, masked, birth, last_seen, count, rev, writer) VALUES "+
			values(len(rows), 12)+query, slices.Concat(rows...)...)
	})
}

// tally is the lines of a template or a cluster.
type tally struct {
	count, last int64
}

func (t tally) add(count, last int64) tally { return tally{t.count + count, max(t.last, last)} }

// counts adds the lines of shapes to their templates and clusters. The minute is
// that of the latest line: a delta spans a second of a live stream.
func (w *saving) counts() error {
	templates, clusters := map[string]tally{}, map[string]tally{}
	type bucket struct {
		cluster string
		minute  int64
	}
	minutes := map[bucket]int64{}
	lost := map[knowledge.ID]bool{}
	for _, s := range w.delta.Shapes {
		if s.Count == 0 {
			continue
		}
		id := w.template(s.Template)
		cluster, ok := w.clusterOf[id]
		if !ok {
			lost[s.Template] = true
			continue
		}
		templates[id] = templates[id].add(s.Count, s.LastSeen)
		clusters[cluster] = clusters[cluster].add(s.Count, s.LastSeen)
		minutes[bucket{cluster, s.LastSeen / int64(time.Minute)}] += s.Count
	}
	w.forgotten = slices.Sorted(maps.Keys(lost))
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
		"ON CONFLICT (cluster, minute) DO UPDATE SET count = cluster_counts.count + excluded.count", 3, rows)
}

func (w *saving) addTo(table, also string, tallies map[string]tally) error {
	rows := make([][]any, 0, len(tallies))
	for _, id := range slices.Sorted(maps.Keys(tallies)) {
		rows = append(rows, []any{id, tallies[id].count, tallies[id].last})
	}
	w.rows += len(rows)
	return inChunks(rows, 3, func(rows [][]any) error {
		typed := "(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT))"
		if len(rows) > 1 {
			typed += ", " + values(len(rows)-1, 3)
		}
		return w.exec("WITH d (id, n, last) AS (VALUES "+typed+") UPDATE "+table+" SET "+also+"count = count + d.n, "+
			"last_seen = CASE WHEN d.last > last_seen THEN d.last ELSE last_seen END FROM d WHERE "+table+".id = d.id",
			slices.Concat(rows...)...)
	})
}
