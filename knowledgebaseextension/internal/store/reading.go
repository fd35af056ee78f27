// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// selection says which rows of a table to read; ?x is the table.
type selection struct {
	where string
	args  []any
}

func (s selection) of(table string) string {
	return " FROM " + table + " WHERE " + replaceTable(s.where, table)
}

// reading collects rows.
type reading struct {
	querier
	ctx   context.Context //nolint:containedctx // lives as long as one call of Load
	state State
}

// structure reads shapes, templates and clusters.
func (r reading) structure(which selection) error {
	return errors.Join(r.shapes(which), r.templates(which), r.clusters(which))
}

// covered is true of a shape that a generalisation covers, and is found by.
const covered = "(slots = 0 AND masked = '' AND hash <> template)"

func (r reading) shapes(which selection) error {
	return r.readShapes(which)
}

// latestShapes are as many as are wanted, those that were seen last.
func (r reading) latestShapes(which selection, most int) error {
	which.where = "(hash, slots) IN (SELECT hash, slots" + which.of("shapes") + fmt.Sprintf(" ORDER BY last_seen DESC LIMIT %d)", most)
	return r.readShapes(which)
}

func (r reading) readShapes(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var s knowledge.Shape
		var hash, partition, template string
		var seq int64
		if err := scan(&hash, &s.Slots, &partition, &template, &seq, &s.Founded, &s.Masked, &s.Birth, &s.LastSeen, &s.Count); err != nil {
			return err
		}
		s.Hash, s.Template, s.Seq = mustID(hash), mustID(template), uint64(seq)
		rows := r.state.of(partition)
		rows.Shapes = append(rows.Shapes, s)
		return nil
	}, "SELECT hash, slots, partition, template, seq, founded, masked, birth, last_seen, count"+which.of("shapes")+" ORDER BY seq, hash", which.args...)
}

func (r reading) templates(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var t knowledge.Template
		var id, partition, cluster string
		if err := scan(&id, &partition, &cluster, &t.Text, &t.Represents, &t.Placed, &t.Birth); err != nil {
			return err
		}
		t.ID, t.Cluster = mustID(id), mustID(cluster)
		rows := r.state.of(partition)
		rows.Templates = append(rows.Templates, t)
		return nil
	}, "SELECT id, partition, cluster, text, represents, placed, first_seen"+which.of("templates")+" ORDER BY first_seen, id", which.args...)
}

func (r reading) clusters(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var c knowledge.Cluster
		var id, partition, keywords, category string
		if err := scan(&id, &partition, &keywords, &category, &c.Noise, &c.Birth); err != nil {
			return err
		}
		c.ID, c.Category = mustID(id), mustID(category)
		rows := r.state.of(partition)
		rows.Clusters = append(rows.Clusters, c)
		return json.Unmarshal([]byte(keywords), &rows.Clusters[len(rows.Clusters)-1].Keywords)
	}, "SELECT id, partition, keywords, category, noise, first_seen"+which.of("clusters")+" ORDER BY first_seen, id", which.args...)
}

func (r reading) aliases(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var a knowledge.Alias
		var id, target, partition string
		if err := scan(&a.Kind, &id, &target, &partition, &a.At, &a.Person); err != nil {
			return err
		}
		a.From, a.To = mustID(id), mustID(target)
		rows := r.state.of(partition)
		rows.Aliases = append(rows.Aliases, a)
		return nil
	}, "SELECT kind, id, target, partition, at, person"+which.of("aliases")+" ORDER BY rev, id", which.args...)
}

func (r reading) changedClocks(which selection) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var name, clock string
		if err := scan(&name, &clock); err != nil {
			return err
		}
		rows := r.state.of(name)
		if clock == "" {
			return nil
		}
		rows.Clock = &knowledge.Clock{}
		if err := json.Unmarshal([]byte(clock), rows.Clock); err != nil {
			return fmt.Errorf("clock of partition %q: %w", name, err)
		}
		return nil
	}, "SELECT name, clock"+which.of("partitions"), which.args...)
}

func (r reading) solutionsWhere(where string, args ...any) error {
	return r.readSolutions("SELECT c.partition, c.id, s.text FROM solutions s JOIN clusters c ON c.id = s.cluster WHERE "+where, args...)
}

// changedSolutions reads what became of every solution that changed, the
// deleted ones too.
func (r reading) changedSolutions(after int64) error {
	return r.readSolutions(`SELECT c.partition, c.id, COALESCE(s.text, '')
FROM (SELECT cluster FROM history WHERE rev > ? AND action = 'solution' UNION SELECT cluster FROM solutions WHERE version > ?) changed
JOIN clusters c ON c.id = changed.cluster LEFT JOIN solutions s ON s.cluster = c.id`, after, after)
}

func (r reading) readSolutions(query string, args ...any) error {
	return r.each(r.ctx, func(scan func(...any) error) error {
		var partition, id, text string
		if err := scan(&partition, &id, &text); err != nil {
			return err
		}
		rows := r.state.of(partition)
		rows.Solutions = append(rows.Solutions, knowledge.Solution{Cluster: mustID(id), Text: plain(text)}) // it may come from plain SQL
		return nil
	}, query, args...)
}

// mustID reads an ID that a table has; what somebody wrote by hand and is none
// becomes 0, which is the ID of nothing.
func mustID(text string) knowledge.ID {
	id, err := ParseID(text)
	if err != nil {
		return 0
	}
	return knowledge.ID(id)
}
