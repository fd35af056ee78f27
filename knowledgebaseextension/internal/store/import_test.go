// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func entryOf(cluster knowledge.ID, text string) Exported {
	return Exported{Member: Member{Cluster: cluster.String()}, Text: text}
}

func (s *Store) textOf(t *testing.T, cluster knowledge.ID) string {
	d, err := s.Cluster(t.Context(), cluster.String())
	require.NoError(t, err)
	if d.Solution == nil {
		return ""
	}
	return d.Solution.Text
}

func TestImport(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(everything...))
		done, err := s.Import(t.Context(), []Exported{entryOf(noTable.ID, "Migrate."), entryOf(0xee, "Not seen yet.")}, "git", nil)
		require.NoError(t, err)
		require.Equal(t, Attached, done[0].Outcome)
		require.Equal(t, Waits, done[1].Outcome)
		all, err := s.Solutions(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, "00000000000000ee", all[0].Cluster)
		require.Equal(t, tableGone.Cluster.String(), all[1].Cluster)
		require.Equal(t, "Table not found: <*>", all[1].Says[0].Text)
		waiting, err := s.Waiting(t.Context())
		require.NoError(t, err)
		require.Len(t, waiting, 1)
		done, err = s.Import(t.Context(), all, "git", nil)
		require.NoError(t, err)
		require.True(t, done[0].Unchanged && done[1].Unchanged)
		_, err = s.Import(t.Context(), []Exported{entryOf(diskFull.Cluster, "x"), {Member: Member{Cluster: "nonsense"}}}, "git", nil)
		require.ErrorIs(t, err, ErrInvalid)
		require.Empty(t, s.textOf(t, diskFull.Cluster), "a file with a wrong entry changes nothing")

		// The cluster appears, and its processor is told of the solution.
		saved := save(t, s, "a", "shop", rowsOf(wording{ID: 0xee, Cluster: 0xee, Text: "late", Count: 1, At: 0}))
		require.Equal(t, []string{"00000000000000ee"}, saved.Known)
		state, err := s.Known(t.Context(), saved.Known)
		require.NoError(t, err)
		require.Equal(t, []knowledge.Solution{{Cluster: 0xee, Text: "Not seen yet."}}, state["shop"].Solutions)
	})
}

// To apply a file again after a merge loses nothing: the two entries are one problem by
// now, and each is told of the other.
func TestImportAfterAMerge(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(everything...))
		file := []Exported{entryOf(diskFull.Cluster, "Delete."), entryOf(noSpace.Cluster, "Buy."), entryOf(tableGone.Cluster, "Migrate.")}
		_, err := s.Import(t.Context(), file, "git", nil)
		require.NoError(t, err)
		_, err = s.Merge(t.Context(), diskFull.Cluster.String(), noSpace.Cluster.String(), "ann")
		require.NoError(t, err)
		for range 2 {
			file[2].Text += "!"
			done, err := s.Import(t.Context(), file, "git", nil)
			require.NoError(t, err)
			require.Equal(t, []Outcome{Refused, Refused, Attached}, []Outcome{done[0].Outcome, done[1].Outcome, done[2].Outcome})
			require.Contains(t, done[0].Reason, noSpace.Cluster.String())
			require.Contains(t, done[1].Reason, diskFull.Cluster.String())
			require.Equal(t, "Delete.\n\nBuy.", s.textOf(t, noSpace.Cluster))
			require.Equal(t, file[2].Text, s.textOf(t, tableGone.Cluster))
		}
		exported, err := s.Solutions(t.Context())
		require.NoError(t, err)
		done, err := s.Import(t.Context(), exported, "git", nil)
		require.NoError(t, err)
		for _, d := range done {
			require.True(t, d.Unchanged)
		}
	})
}

// An entry is found by what it says when its ID is not known; where somebody wrote
// something else for that, or another entry names it, it is refused.
func TestImportByWhatItSays(t *testing.T) {
	reads := func(_, line string) string {
		return map[string]knowledge.ID{"disk <path> is full": 0xb1, "no space": 0xb2, "nothing like it": 0xd1}[line].String()
	}
	says := func(cluster knowledge.ID, text string, says ...string) Exported {
		e := entryOf(cluster, text)
		e.Partition = "shop"
		for _, line := range says {
			e.Says = append(e.Says, Said{Text: line})
		}
		return e
	}
	for name, c := range map[string]struct {
		written string // for 0xb1 before
		file    []Exported
		want    []Outcome
		texts   map[knowledge.ID]string
	}{
		"one":              {"", []Exported{says(0xff, "x", "disk <path> is full")}, []Outcome{Attached}, map[knowledge.ID]string{0xb1: "x"}},
		"two wordings":     {"", []Exported{says(0xff, "x", "disk <path> is full", "no space")}, []Outcome{Attached}, map[knowledge.ID]string{0xb1: "x", 0xb2: "x"}},
		"another text":     {"y", []Exported{says(0xff, "x", "disk <path> is full")}, []Outcome{Refused}, map[knowledge.ID]string{0xb1: "y"}},
		"the same text":    {"x", []Exported{says(0xff, "x", "disk <path> is full")}, []Outcome{Attached}, map[knowledge.ID]string{0xb1: "x"}},
		"named by another": {"", []Exported{says(0xff, "x", "disk <path> is full"), says(0xb1, "y")}, []Outcome{Refused, Attached}, map[knowledge.ID]string{0xb1: "y"}},
		"both say it":      {"", []Exported{says(0xff, "x", "no space"), says(0xfe, "y", "no space")}, []Outcome{Refused, Refused}, map[knowledge.ID]string{0xb2: ""}},
		"one name twice":   {"", []Exported{says(0xb1, "x"), says(0xb1, "y")}, []Outcome{Refused, Refused}, map[knowledge.ID]string{0xb1: ""}},
		"the other's word": {"", []Exported{says(0xb1, "x", "no space"), says(0xb2, "y")}, []Outcome{Attached, Attached}, map[knowledge.ID]string{0xb1: "x", 0xb2: "y"}},
		"not known":        {"", []Exported{says(0xff, "x", "nothing like it")}, []Outcome{Waits}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			on := onBoth
			if len(c.file) > 1 { // what is found out is the same
				on = onSQLite
			}
			on(t, func(t *testing.T, s *Store) {
				save(t, s, "a", "shop", rowsOf(everything...))
				if c.written != "" {
					_, err := s.SetSolution(t.Context(), Edit{Cluster: diskFull.Cluster.String(), Text: c.written, Author: "ann"})
					require.NoError(t, err)
				}
				for range 2 {
					done, err := s.Import(t.Context(), c.file, "git", reads)
					require.NoError(t, err)
					for i, d := range done {
						require.Equal(t, c.want[i], d.Outcome, "%d: %s", i, d.Reason)
						require.Equal(t, d.Outcome != Attached, d.Reason != "")
					}
					for id, text := range c.texts {
						require.Equal(t, text, s.textOf(t, id), id)
					}
				}
				save(t, s, "a", "shop", rowsOf(wording{ID: 0xd1, Cluster: 0xd1, Text: "late", Count: 1, At: 0}))
				if c.want[0] == Waits {
					require.Equal(t, "x", s.textOf(t, 0xd1), "what waits is found under another ID")
					waiting, err := s.Waiting(t.Context())
					require.NoError(t, err)
					require.Empty(t, waiting)
				}
			})
		})
	}
}

// What is written for one cluster of a problem, by whatever way, holds for all.
func TestPlainSQLWritesForAllOfAProblem(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(everything...))
		ids := []string{diskFull.Cluster.String(), noSpace.Cluster.String(), tableGone.Cluster.String()}
		for _, id := range ids {
			_, err := s.write.ExecContext(t.Context(), "INSERT INTO members (cluster, problem) VALUES ('"+id+"', '"+ids[0]+"')")
			require.NoError(t, err)
		}
		for i, statement := range []string{
			"INSERT INTO solutions (cluster, text) VALUES ('%s', 'a')", "UPDATE solutions SET text = 'b' WHERE cluster = '%s'",
			"INSERT INTO solutions (cluster, text) VALUES ('%s', 'c') ON CONFLICT (cluster) DO UPDATE SET text = excluded.text",
			"DELETE FROM solutions WHERE cluster = '%s'", "INSERT INTO solutions (cluster, text, author) VALUES ('%s', 'e', 'ann')",
		} {
			_, before, err := s.Load(t.Context(), nil)
			require.NoError(t, err)
			history, err := s.History(t.Context(), 0, 100)
			require.NoError(t, err)
			_, err = s.write.ExecContext(t.Context(), fmt.Sprintf(statement, ids[1]))
			require.NoError(t, err, statement)
			want := []string{"a", "b", "c", "", "e"}[i]
			changed, err := s.Changes(t.Context(), "b", before)
			require.NoError(t, err)
			require.Len(t, changed.State["shop"].Solutions, 3, "processors are told of all")
			for k, id := range ids {
				require.Equal(t, want, changed.State["shop"].Solutions[k].Text)
				d, err := s.Cluster(t.Context(), id)
				require.NoError(t, err)
				require.GreaterOrEqual(t, d.History[0].Revision, int64(1))
				if d.Solution == nil {
					require.Empty(t, want)
				} else {
					require.Equal(t, want, d.Solution.Text)
				}
				require.Equal(t, want, d.History[0].Text)
			}
			now, err := s.History(t.Context(), 0, 100)
			require.NoError(t, err)
			require.Len(t, now, len(history)+1, "one thing was done")
		}
		_, err := s.write.ExecContext(t.Context(), "UPDATE solutions SET text = text || cluster")
		require.NoError(t, err)
		require.NotEmpty(t, s.textOf(t, diskFull.Cluster))
		require.Equal(t, s.textOf(t, diskFull.Cluster), s.textOf(t, noSpace.Cluster))
		require.Equal(t, s.textOf(t, diskFull.Cluster), s.textOf(t, tableGone.Cluster))
	})
}

// A file goes in, in parts.
func TestALargeImport(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		entries := make([]Exported, 2000)
		for i := range entries {
			entries[i] = entryOf(knowledge.ID(1000+i), fmt.Sprint("text ", i))
		}
		done, err := s.Import(t.Context(), entries, "git", nil)
		require.NoError(t, err)
		require.Len(t, done, len(entries))
		waiting, err := s.Waiting(t.Context())
		require.NoError(t, err)
		require.Len(t, waiting, len(entries))
	})
}
