// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Saved is what became of what a writer has learnt.
type Saved struct {
	Rows int // written, of all tables
	// Forgotten are templates, by partition, that the store does not know: their lines
	// were counted nowhere. The writer must offer them again, in full.
	Forgotten map[string][]knowledge.ID
	// Known are clusters about which the store knew better, or more, than the
	// writer says: the writer must read them.
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
// have begun since.
func (s *Store) Committed(ctx context.Context, writer Writer) (committed bool, err error) {
	var number int64
	err = querier{s.write, s.dialect}.row(ctx, "SELECT number FROM saves WHERE writer = ? AND partition = ''", writer.ID).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return number == writer.Number, err
}

// noteSave remembers the number of a writer's last save.
const noteSave = `INSERT INTO saves (writer, partition, number, at) VALUES (?, '', ?, ?)
ON CONFLICT (writer, partition) DO UPDATE SET number = excluded.number, at = excluded.at`

// Save adds what a processor learnt, in one transaction. samples is how many lines are
// kept of a template. In PostgreSQL it comes into the tables with the next Fold, and
// whatever there is to say to the writer with its Changes.
func (s *Store) Save(ctx context.Context, writer Writer, changes []knowledge.Change, samples int) (Saved, error) {
	if s.dialect.postgres {
		return s.log(ctx, writer, changes)
	}
	w := newSaving(writer.ID)
	for i := range changes {
		w.learnt.add(newOrigin(writer.ID, partitionName(changes[i].Partition)), &changes[i].Rows)
	}
	err := s.update(ctx, func(tx *transaction) error {
		w.transaction = tx
		return errors.Join(w.save(samples), tx.exec(noteSave, writer.ID, writer.Number, w.now))
	})
	saved := Saved{Rows: w.rows, Forgotten: map[string][]knowledge.ID{}}
	for i := range changes {
		o := w.learnt.origins[i]
		if len(o.forgotten) > 0 {
			saved.Forgotten[changes[i].Partition] = slices.Sorted(maps.Keys(o.forgotten))
		}
		saved.Known = slices.AppendSeq(saved.Known, maps.Keys(o.known))
	}
	slices.Sort(saved.Known)
	return saved, err
}

// saving adds what was learnt to the tables.
type saving struct {
	*transaction
	writer string // whose rows they are to be
	learnt *learnt
	now    int64 // ms since 1970

	clusterOf map[string]string    // cluster by template, as the store has it
	placed    map[string]string    // the same, of those that a person put there
	joined    map[string]string    // what a person made part of another: target by cluster
	absorbed  map[string]string    // target by alias, of templates
	fresh     map[string][]*origin // clusters that the store did not have, and who sent them
	rows      int
}

func newSaving(writer string) *saving {
	return &saving{writer: writer, learnt: newLearnt(), now: time.Now().UnixMilli(), fresh: map[string][]*origin{}}
}

func (w *saving) save(samples int) error {
	for _, step := range []func() error{
		w.look, w.partitionRows, w.clusters, w.templates, w.shapes, w.counts, w.aliases,
		func() error { return w.samples(samples) }, w.solutions,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
