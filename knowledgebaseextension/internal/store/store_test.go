// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/rowstest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What rowstest has, under the names that the tests are written with.
type wording = rowstest.Wording

var (
	begin      = rowstest.Begin
	tableGone  = rowstest.TableGone
	noTable    = rowstest.NoTable
	diskFull   = rowstest.DiskFull
	noSpace    = rowstest.NoSpace
	everything = rowstest.Everything
	rowsOf     = rowstest.Rows
)

// onBoth runs a test on an empty SQLite file and on an empty PostgreSQL database.
func onBoth(t *testing.T, test func(t *testing.T, s *Store)) {
	onSQLite(t, test)
	onPostgres(t, test)
}

// onSQLite is the first of these.
func onSQLite(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, open(t, Options{File: filepath.Join(t.TempDir(), "kb.db")}))
	})
}

// onPostgres is the second of these.
func onPostgres(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("postgres", func(t *testing.T) {
		test(t, open(t, Options{DSN: pgtest.Start(t).Database(t)}))
	})
}

func open(t testing.TB, o Options) *Store {
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func save(t testing.TB, s *Store, writer, partition string, rows *knowledge.Rows) Saved {
	numbers++
	saved, err := s.Save(t.Context(), Writer{ID: writer, Number: numbers}, []knowledge.Change{{Partition: partition, Rows: *rows}}, 5)
	require.NoError(t, err)
	if s.Postgres() {
		return fold(t, s).Saved
	}
	return saved
}

var numbers int64 // of saves

// fold takes all that is in the log into the tables.
func fold(t testing.TB, s *Store) Folded {
	var all Folded
	for more := true; more; {
		done, err := s.Fold(t.Context(), 5)
		require.NoError(t, err)
		require.NoError(t, done.Skipped)
		all.Events, all.Rows, more = all.Events+done.Events, all.Rows+done.Rows, done.More
		if done.More {
			all.Saved = done.Saved
		}
	}
	return all
}

// lines is a delta of n more lines of a template.
func lines(w wording, n int64, at time.Duration) *knowledge.Rows {
	rows := rowsOf(w)
	rows.Templates, rows.Clusters = nil, nil
	rows.Shapes[0].Saved, rows.Shapes[0].Masked = true, ""
	rows.Shapes[0].Count, rows.Shapes[0].LastSeen = n, begin.Add(at).UnixNano()
	return rows
}

func TestClusters(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		save(t, s, "w", "desk", rowsOf(wording{ID: 0xc1, Cluster: 0xc1, Text: "user <*> logged in", Count: 1, At: time.Hour}))
		ids := func(q Query) (ids []string) {
			page, err := s.Clusters(t.Context(), q)
			require.NoError(t, err)
			for _, c := range page.Clusters {
				ids = append(ids, c.ID[12:])
			}
			return ids
		}
		shop := "shop"
		require.Equal(t, []string{"00b1", "00a1", "00c1", "00b2"}, ids(Query{}))
		require.Equal(t, []string{"00c1", "00b2", "00b1", "00a1"}, ids(Query{Sort: ByNewest}))
		require.Equal(t, []string{"00b1", "00a1", "00b2"}, ids(Query{Partition: &shop}))
		require.Equal(t, []string{"00a1"}, ids(Query{Search: "such TABLE"}))
		require.Equal(t, []string{"00b1"}, ids(Query{Search: "word00b1"}))
		require.Equal(t, []string{"00b2"}, ids(Query{Search: "100% space_left"}))
		require.Empty(t, ids(Query{Search: "100_ space"}))
		require.Equal(t, []string{"00a1"}, ids(Query{Search: "00000000000000A2"}))
		require.Equal(t, []string{"00c1"}, ids(Query{Search: "desk"}))

		require.Equal(t, []string{"00c1", "00b2"}, ids(Query{Sort: ByNewest, Since: begin.Add(3 * time.Minute)}))
		latest, err := s.Latest(t.Context(), begin.Add(2*time.Hour))
		require.NoError(t, err)
		require.Equal(t, begin.Add(time.Hour), latest)
		latest, err = s.Latest(t.Context(), begin.Add(time.Minute))
		require.NoError(t, err)
		require.Equal(t, begin.Add(time.Minute), latest, "not from the future")
		latest, err = s.Latest(t.Context(), begin.Add(-time.Minute))
		require.NoError(t, err)
		require.Zero(t, latest)

		var paged []string
		for q := (Query{Limit: 1}); ; {
			page, err := s.Clusters(t.Context(), q)
			require.NoError(t, err)
			for _, c := range page.Clusters {
				paged = append(paged, c.ID[12:])
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		require.Equal(t, ids(Query{}), paged)
		_, err = s.Clusters(t.Context(), Query{Cursor: "nonsense"})
		require.ErrorIs(t, err, ErrInvalid)
		_, err = s.Clusters(t.Context(), Query{Sort: "name"})
		require.ErrorIs(t, err, ErrInvalid)

		d, err := s.Cluster(t.Context(), "00000000000000a2")
		require.NoError(t, err)
		require.Equal(t, int64(5), d.Count)
		require.Equal(t, 2, d.Templates)
		require.Equal(t, []string{"word00a1"}, d.Keywords)
		require.Equal(t, "Table not found: <*>", d.TemplateList[0].Text)
		require.Equal(t, begin, d.FirstSeen)
		require.Equal(t, begin.Add(time.Minute), d.LastSeen)
		_, err = s.Cluster(t.Context(), "00000000000000ff")
		require.ErrorIs(t, err, ErrNotFound)
		_, err = s.Cluster(t.Context(), "'; DROP TABLE clusters; --")
		require.ErrorIs(t, err, ErrInvalid)

		counts, err := s.Counts(t.Context(), []string{d.ID}, begin, begin.Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, []Bucket{{begin, 3}, {begin.Add(time.Minute), 2}}, counts[d.ID])

		totals, err := s.Totals(t.Context())
		require.NoError(t, err)
		require.Equal(t, Totals{Clusters: 4, Templates: 5, Records: 14, Partitions: []string{"desk", "shop"}}, totals)
	})
}

func TestCountsAdd(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(tableGone))
		save(t, s, "b", "shop", rowsOf(tableGone)) // at the same moment
		save(t, s, "b", "shop", lines(tableGone, 4, 90*time.Second))
		d, err := s.Cluster(t.Context(), tableGone.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, int64(10), d.Count)
		require.Equal(t, int64(10), d.TemplateList[0].Count)
		require.Equal(t, begin.Add(90*time.Second), d.LastSeen)

		saved := save(t, s, "b", "shop", lines(diskFull, 4, 0))
		require.Equal(t, map[string][]knowledge.ID{"shop": {diskFull.ID}}, saved.Forgotten)
	})
}

func TestSolutions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		version := func(v int64) *int64 { return &v }
		id := tableGone.Cluster.String()

		first, err := s.SetSolution(t.Context(), Edit{Cluster: noTable.ID.String(), Text: "Run the migration.", Author: "ann", IfVersion: version(0)})
		require.NoError(t, err)
		require.Equal(t, id, first.Cluster)
		require.Equal(t, "ann", first.Author)
		require.WithinDuration(t, time.Now(), first.Updated, time.Minute)

		seen, err := s.SetSolution(t.Context(), Edit{Cluster: id, Text: "No!", Author: "bob", IfVersion: version(0)})
		require.ErrorIs(t, err, ErrConflict)
		require.Equal(t, first, seen)
		second, err := s.SetSolution(t.Context(), Edit{Cluster: id, Text: "Run it twice.", Author: "ann", IfVersion: &first.Version})
		require.NoError(t, err)
		require.Equal(t, "ann", second.Author)
		_, err = s.SetSolution(t.Context(), Edit{Cluster: id, Author: "eve"})
		require.NoError(t, err)
		_, err = s.SetSolution(t.Context(), Edit{Cluster: "00000000000000ff", Text: "x"})
		require.ErrorIs(t, err, ErrNotFound)
		_, err = s.SetSolution(t.Context(), Edit{Cluster: id, Text: string(make([]byte, MaxSolutionBytes+1))})
		require.ErrorIs(t, err, ErrInvalid)

		d, err := s.Cluster(t.Context(), id)
		require.NoError(t, err)
		require.Empty(t, d.Solution.Text)
		var history []string
		for _, e := range d.History {
			history = append(history, e.Action+" "+e.Author+": "+e.Text)
		}
		require.Equal(t, []string{"solution eve: ", "solution ann: Run it twice.", "solution ann: Run the migration."}, history)
	})
}

// What psql or sqlite3 writes is as good as what the API writes.
func TestPlainSQL(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		plain := func(query string) error {
			_, err := s.write.ExecContext(t.Context(), query)
			return err
		}
		id := diskFull.Cluster.String()
		_, rev, err := s.Load(t.Context(), nil)
		require.NoError(t, err)
		changed := func() string {
			changed, err := s.Changes(t.Context(), "w", rev)
			require.NoError(t, err)
			require.Greater(t, changed.Cursor.Revision, rev.Revision)
			state := changed.State
			rev = changed.Cursor
			require.Len(t, state["shop"].Solutions, 1)
			require.Equal(t, diskFull.Cluster, state["shop"].Solutions[0].Cluster)
			return state["shop"].Solutions[0].Text
		}
		who := "sql"
		if s.Postgres() {
			who = "postgres"
		}

		require.NoError(t, plain("INSERT INTO solutions (cluster, text) VALUES ('"+id+"', 'Delete old files.')"))
		require.Equal(t, "Delete old files.", changed())
		_, err = s.SetSolution(t.Context(), Edit{Cluster: id, Text: "Buy a disk.", Author: "ann"})
		require.NoError(t, err)
		require.Equal(t, "Buy a disk.", changed())
		require.NoError(t, plain("UPDATE solutions SET text = 'Wait.' WHERE cluster = '"+id+"'"))
		require.Equal(t, "Wait.", changed())
		require.NoError(t, plain("UPDATE solutions SET text = 'Wait!', author = 'cy' WHERE cluster = '"+id+"'"))
		require.Equal(t, "Wait!", changed())
		require.NoError(t, plain("DELETE FROM solutions WHERE cluster = '"+id+"'"))
		require.Empty(t, changed())
		require.NoError(t, plain("UPDATE clusters SET noise = TRUE WHERE id = '"+id+"'"))
		state, err := s.Changes(t.Context(), "w", rev)
		require.NoError(t, err)
		require.True(t, state.State["shop"].Clusters[0].Noise)
		page, err := s.Clusters(t.Context(), Query{OnlyNoise: true})
		require.NoError(t, err)
		require.Len(t, page.Clusters, 1)
		require.Equal(t, id, page.Clusters[0].ID)

		events, err := s.History(t.Context(), 0, 10)
		require.NoError(t, err)
		var authors []string
		for _, e := range events {
			authors = append(authors, e.Action+" "+e.Author)
			require.WithinDuration(t, time.Now(), e.At, time.Minute)
		}
		require.Equal(t, []string{
			"noise " + who, "solution " + who, "solution cy", "solution " + who, "solution ann", "solution " + who,
		}, authors)

		_, err = s.Merge(t.Context(), id, noSpace.ID.String(), "ann")
		require.NoError(t, err)
		require.ErrorContains(t, plain("INSERT INTO solutions (cluster, text) VALUES ('"+noSpace.Cluster.String()+"', 'x')"), "part of another")
	})
}

func TestChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		_, none, err := s.Load(t.Context(), nil)
		require.NoError(t, err)
		save(t, s, "a", "shop", rowsOf(tableGone, noTable))
		changed, err := s.Changes(t.Context(), "b", none)
		require.NoError(t, err)
		state, rev := changed.State, changed.Cursor
		require.Len(t, state["shop"].Shapes, 2)
		require.Len(t, state["shop"].Templates, 2)
		require.Len(t, state["shop"].Clusters, 1)
		own, err := s.Changes(t.Context(), "a", none)
		require.NoError(t, err)
		require.Empty(t, own.State)

		// More lines are no news to others.
		save(t, s, "a", "shop", lines(tableGone, 1, time.Hour))
		changed, err = s.Changes(t.Context(), "b", rev)
		require.NoError(t, err)
		require.Empty(t, changed.State)
		require.Greater(t, changed.Cursor.Revision, rev.Revision)

		all, at, err := s.Load(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, changed.Cursor.Revision, at.Revision)
		require.Equal(t, int64(4), all["shop"].Shapes[0].Count)
		require.Equal(t, "\x01Table not found: <*>", all["shop"].Shapes[0].Masked)
	})
}

// A template that left memory and comes back is where a person put it, with the
// birth that it had.
func TestComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(tableGone, noTable))
		own, err := s.Split(t.Context(), noTable.ID.String(), "ann")
		require.NoError(t, err)
		again := noTable
		again.At = time.Hour // as if it had never been seen
		saved := save(t, s, "b", "shop", rowsOf(again))
		require.Equal(t, []string{own}, saved.Known)
		state, err := s.Known(t.Context(), saved.Known)
		require.NoError(t, err)
		require.Len(t, state["shop"].Templates, 1)
		require.Equal(t, mustID(own), state["shop"].Templates[0].Cluster)
		require.True(t, state["shop"].Templates[0].Placed)
		require.Equal(t, begin.Add(time.Minute).UnixNano(), state["shop"].Templates[0].Birth)
	})
}

func TestLease(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		lease := func(writer string, lasts time.Duration, names ...string) []string {
			held, err := s.Lease(t.Context(), writer, names, lasts.Milliseconds())
			require.NoError(t, err)
			return held
		}
		require.Equal(t, []string{"desk", "shop"}, lease("a", time.Hour, "desk", "shop"))
		require.Equal(t, []string{"yard"}, lease("b", time.Hour, "shop", "yard"))
		require.Equal(t, []string{"shop"}, lease("a", time.Millisecond, "shop"))
		require.Eventually(t, func() bool { return len(lease("b", time.Hour, "shop")) == 1 }, time.Minute, 10*time.Millisecond)
		require.NoError(t, s.Release(t.Context(), "b"))
		require.Equal(t, []string{"shop"}, lease("a", time.Hour, "shop"))
	})
}

func TestRetain(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(everything...))
		_, err := s.SetSolution(t.Context(), Edit{Cluster: tableGone.Cluster.String(), Text: "x"})
		require.NoError(t, err)
		day := time.Now()
		time.Sleep(10 * time.Millisecond)
		save(t, s, "a", "shop", lines(noSpace, 1, 48*time.Hour))
		removed, err := s.Retain(t.Context(), Retention{Unseen: 24 * time.Hour, Counts: time.Hour}, day.Add(24*time.Hour+5*time.Millisecond))
		require.NoError(t, err)
		require.Equal(t, Removed{Clusters: 1, Templates: 1, Minutes: 3}, removed)
		page, err := s.Clusters(t.Context(), Query{})
		require.NoError(t, err)
		require.Len(t, page.Clusters, 2)
		removed, err = s.Retain(t.Context(), Retention{Templates: 2}, day)
		require.NoError(t, err)
		require.Equal(t, Removed{Clusters: 1, Templates: 1}, removed)
		_, err = s.Cluster(t.Context(), tableGone.Cluster.String())
		require.NoError(t, err, "a labelled cluster is never lost")
	})
}

func TestSamples(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		rows := rowsOf(tableGone)
		for i := range 8 {
			rows.Samples = append(rows.Samples, knowledge.Sample{
				Template: tableGone.ID, Shape: knowledge.ID(i), At: int64(i), Text: fmt.Sprintf("line %d \x00\xff", i),
			})
		}
		save(t, s, "a", "shop", rows)
		d, err := s.Cluster(t.Context(), tableGone.ID.String())
		require.NoError(t, err)
		require.Len(t, d.Samples, 5)
		require.Equal(t, "line 4 \uFFFD\uFFFD", d.Samples[0].Text)
	})
}
