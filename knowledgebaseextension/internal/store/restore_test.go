// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// A file in which an earlier version kept a million lines of one template, and one with
// more templates than a processor is given: what is restored is bounded, what was seen
// last comes first, and retention takes away what nobody needs.
func TestALargeBaseIsRestoredInPart(t *testing.T) {
	covered, templates, most, bytes := 15_000, 3000, 2000, 20<<20
	if os.Getenv("MILLION") != "" { // with the race detector that takes minutes
		covered, templates, most, bytes = 1_000_000, 150_000, MaxRestored, 300<<20
	}
	file := filepath.Join(t.TempDir(), "kb.db")
	s := open(t, Options{File: file})
	save(t, s, "w", "shop", rowsOf(everything...))
	run := func(query string) {
		_, err := s.write.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	numbers := func(n string) string {
		return "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + n + ") "
	}
	run(numbers(strconv.Itoa(covered)) + `INSERT INTO shapes (hash, slots, partition, template, seq, founded, masked, birth, last_seen, count, rev)
SELECT printf('c%015x', i), 0, 'shop', '` + tableGone.ID.String() + `', i + 100, FALSE, '', i, i, 1, 0 FROM n`)
	run(numbers(strconv.Itoa(templates)) + `INSERT INTO templates (id, partition, cluster, text, represents, first_seen, last_seen, count, rev)
SELECT printf('d%015x', i), 'desk', printf('d%015x', i), 'line', TRUE, i, i, 1, 0 FROM n`)
	run(numbers(strconv.Itoa(templates)) + `INSERT INTO shapes (hash, slots, partition, template, seq, founded, masked, birth, last_seen, count, rev)
SELECT printf('d%015x', i), 0, 'desk', printf('d%015x', i), i, TRUE, 'line', i, i, 1, 0 FROM n`)
	require.NoError(t, s.Close())

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	s, err := Open(t.Context(), Options{File: file})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	s.most = most
	state, _, err := s.Load(t.Context(), nil)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	t.Logf("opened and read in %v, %d MiB allocated", time.Since(began), (after.TotalAlloc-before.TotalAlloc)>>20)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(bytes))
	require.Len(t, state["shop"].Shapes, 4)
	require.Len(t, state["desk"].Shapes, most-4)
	require.Len(t, state["desk"].Templates, most-4)
	require.Greater(t, state["desk"].Templates[0].Birth, int64(templates-most), "the latest")

	removed, err := s.Retain(t.Context(), Retention{}, time.Now())
	require.NoError(t, err)
	require.EqualValues(t, min(covered, 10*shapesAtOnce), removed.Shapes)
}

// Forms of lines that their partition has not seen for long, and those over the bound,
// leave; what templates are known by stays.
func TestShapesAreAgedAndCapped(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		rows := rowsOf(everything...)
		for i := range 50 {
			rows.Shapes = append(rows.Shapes, knowledge.Shape{
				Hash: knowledge.ID(1000 + i), Seq: uint64(100 + i), Template: tableGone.ID, Masked: "\x01line",
				Birth: begin.UnixNano(), LastSeen: begin.Add(time.Duration(i-49) * time.Hour).UnixNano(), Count: 1,
			})
		}
		save(t, s, "a", "shop", rows)
		removed, err := s.Retain(t.Context(), Retention{Unseen: 30 * time.Hour}, time.Now())
		require.NoError(t, err)
		require.EqualValues(t, 20, removed.Shapes)
		removed, err = s.Retain(t.Context(), Retention{Shapes: 20}, time.Now())
		require.NoError(t, err)
		require.EqualValues(t, 16, removed.Shapes)
		removed, err = s.Retain(t.Context(), Retention{Shapes: 1}, time.Now())
		require.NoError(t, err)
		require.EqualValues(t, 14, removed.Shapes)
		state, _, err := s.Load(t.Context(), nil)
		require.NoError(t, err)
		require.Len(t, state["shop"].Shapes, 4)
		require.Len(t, state["shop"].Templates, 4)
	})
}

// A service whose name is 3,000 bytes long is saved, and read by that name.
func TestALongName(t *testing.T) {
	name := strings.Repeat("x\xff", 1500)
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", name, rowsOf(everything...))
		held, err := s.Lease(t.Context(), "a", []string{"shop", name}, 1000)
		require.NoError(t, err)
		require.Len(t, held, 2)
		state, _, err := s.Load(t.Context(), []string{name})
		require.NoError(t, err)
		require.Len(t, state[partitionName(name)].Shapes, 4)
	})
}

// A pass is in the log once, however often it is sent, and what cannot be read or
// written keeps nothing else from the tables.
func TestTheLogIsFoldedOnce(t *testing.T) {
	onPostgres(t, func(t *testing.T, s *Store) {
		pass := []knowledge.Change{{Partition: "shop", Rows: *rowsOf(tableGone)}}
		for range 3 {
			_, err := s.Save(t.Context(), Writer{"a", 1}, pass, 5)
			require.NoError(t, err)
		}
		for number, want := range map[int64]bool{1: true, 2: false} {
			committed, err := s.Committed(t.Context(), Writer{"a", number})
			require.NoError(t, err)
			require.Equal(t, want, committed)
		}
		fold(t, s)
		_, err := s.write.ExecContext(t.Context(), "INSERT INTO events (writer, number, part, partition, structure, body) VALUES ('b', 1, 1, 'shop', TRUE, 'nonsense')")
		require.NoError(t, err)
		huge := rowsOf(tableGone)
		huge.Shapes[0].Count = 1<<63 - 1 // overflows what is there
		_, err = s.Save(t.Context(), Writer{"c", 1}, []knowledge.Change{{Partition: "shop", Rows: *huge}}, 5)
		require.NoError(t, err)
		_, err = s.Save(t.Context(), Writer{"d", 1}, []knowledge.Change{{Partition: "desk", Rows: *rowsOf(diskFull)}}, 5)
		require.NoError(t, err)
		var skipped int
		for more := true; more; {
			done, err := s.Fold(t.Context(), 5)
			require.NoError(t, err)
			if done.Skipped != nil {
				skipped++
			}
			more = done.More
		}
		require.Positive(t, skipped)
		page, err := s.Clusters(t.Context(), Query{})
		require.NoError(t, err)
		counts := map[string]int64{}
		for _, c := range page.Clusters {
			counts[c.ID] = c.Count
		}
		require.Equal(t, map[string]int64{tableGone.Cluster.String(): 3, diskFull.Cluster.String(): 7}, counts)
	})
}

// Who reads follows what was committed, although an older transaction commits later.
func TestALateCommitIsNotMissed(t *testing.T) {
	onPostgres(t, func(t *testing.T, s *Store) {
		late, err := s.write.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, _, err = s.Load(t.Context(), nil)
		require.NoError(t, err)
		body, err := encode(&event{Rows: *rowsOf(tableGone)})
		require.NoError(t, err)
		_, err = late.ExecContext(t.Context(), "INSERT INTO events (writer, number, part, partition, structure, body) VALUES ('late', 1, 1, 'shop', TRUE, $1)", body)
		require.NoError(t, err)
		_, at, err := s.Load(t.Context(), nil)
		require.NoError(t, err)
		_, err = s.Save(t.Context(), Writer{"a", 1}, []knowledge.Change{{Partition: "desk", Rows: *rowsOf(diskFull)}}, 5)
		require.NoError(t, err)
		next, err := s.Changes(t.Context(), "b", at)
		require.NoError(t, err)
		require.Len(t, next.State["desk"].Shapes, 1)
		require.NotContains(t, next.State, "shop")
		require.NoError(t, late.Commit())
		news, err := s.News(t.Context(), "b", next.Cursor)
		require.NoError(t, err)
		require.True(t, news)
		last, err := s.Changes(t.Context(), "b", next.Cursor)
		require.NoError(t, err)
		require.Len(t, last.State["shop"].Shapes, 1)
		require.NotContains(t, last.State, "desk", "it was read before")
		fold(t, s)
		// Who was away for longer than the log is kept loads all again.
		last.Cursor.at -= eventsKept.Milliseconds()
		lost, err := s.Changes(t.Context(), "b", last.Cursor)
		require.NoError(t, err)
		require.True(t, lost.Lost)
	})
}

func FuzzDecode(f *testing.F) {
	body, err := encode(&event{Rows: *rowsOf(everything...)})
	require.NoError(f, err)
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Fuzz(func(_ *testing.T, body []byte) {
		var e event
		_ = decode(body, &e)
	})
}
