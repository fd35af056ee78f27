// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// everythingKept is all that a decision may change, without revisions and the history.
// The ID of a cluster that was split off stays known: records have it.
func everythingKept(t *testing.T, s *Store) []string {
	var all []string
	for _, query := range []string{
		"SELECT id || '|' || partition || '|' || keywords || '|' || noise || '|' || first_seen || '|' || last_seen || '|' || count || '|' || statement FROM clusters",
		"SELECT id || '|' || cluster || '|' || represents || '|' || placed || '|' || count FROM templates",
		"SELECT kind || '|' || id || '|' || target FROM aliases WHERE id <> target AND id <> '" + splitID(noTable.ID.String(), tableGone.Cluster.String()) + "'",
		"SELECT a || '|' || b FROM apart", "SELECT cluster || '|' || minute || '|' || count FROM cluster_counts",
		"SELECT cluster || '|' || text || '|' || author FROM solutions WHERE text <> ''",
		"SELECT cluster || '|' || problem FROM members",
		"SELECT cluster || '|' || state || '|' || owner || '|' || times || '|' || records FROM status",
	} {
		found, err := s.reader().texts(t.Context(), query)
		require.NoError(t, err)
		slices.Sort(found)
		all = append(append(all, query), found...)
	}
	return all
}

// What a person has decided is taken back exactly, whatever it was, also several things
// one after the other.
func TestUndo(t *testing.T) {
	disk, space, table := diskFull.Cluster.String(), noSpace.Cluster.String(), tableGone.Cluster.String()
	write := func(id, text string) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) {
			_, err := s.SetSolution(t.Context(), Edit{Cluster: id, Text: text, Author: "bob"})
			require.NoError(t, err)
		}
	}
	merge := func(a, b string) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) {
			_, err := s.Merge(t.Context(), a, b, "bob")
			require.NoError(t, err)
		}
	}
	join := func(a string, b ...string) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) { require.NoError(t, s.JoinProblem(t.Context(), a, b, "bob")) }
	}
	split := func(t *testing.T, s *Store) {
		_, err := s.Split(t.Context(), noTable.ID.String(), "bob")
		require.NoError(t, err)
	}
	noise := func(t *testing.T, s *Store) { require.NoError(t, s.SetNoise(t.Context(), space, true, "bob")) }
	status := func(id string, state ProblemState) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) {
			_, err := s.SetStatus(t.Context(), id, Status{State: state, Owner: "bob"}, "bob", time.Now())
			require.NoError(t, err)
		}
	}
	const login = "00000000000000c1"
	cases := map[string][]func(*testing.T, *Store){
		"text":               {write(disk, "Buy.")},
		"first text":         {write(table, "Migrate.")},
		"cleared text":       {write(disk, "")},
		"noise":              {noise},
		"merge":              {merge(disk, space)},
		"merge, nothing":     {merge(table, space)},
		"split":              {split},
		"join":               {join(disk, login)},
		"join of two texts":  {join(disk, space, login)},
		"join, write":        {join(disk, login), write(login, "Other.")},
		"join, merge":        {join(space, login), merge(disk, space), write(login, "x")},
		"merge, split":       {merge(disk, table), split},
		"split, merge":       {split, merge(table, disk)},
		"split, merge back":  {split, func(t *testing.T, s *Store) { merge(table, splitID(noTable.ID.String(), table))(t, s) }, split},
		"noise, merge":       {noise, merge(disk, space), write(disk, "x")},
		"two joins":          {join(disk, login), join(table, disk)},
		"join, leave":        {join(disk, login, table), func(t *testing.T, s *Store) { require.NoError(t, s.LeaveProblem(t.Context(), disk, "bob")) }},
		"two merges":         {merge(disk, space), merge(table, disk)},
		"text, text, text":   {write(disk, "a"), write(disk, ""), write(disk, "c")},
		"status":             {status(disk, StateInWork), status(disk, StateResolved)},
		"status, merge":      {status(space, StateInWork), merge(disk, space), status(disk, StateResolved)},
		"status, join":       {status(login, StateInWork), join(disk, login), status(disk, StateIgnored)},
		"apart, then merged": {split, func(t *testing.T, s *Store) { merge(splitID(noTable.ID.String(), table), disk)(t, s) }},
	}
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		save(t, s, "w", "desk", rowsOf(wording{ID: 0xc1, Cluster: 0xc1, Text: "user <*> logged in", Count: 1, At: time.Hour}))
		for id, text := range map[string]string{disk: "Delete.", space: "Buy a disk."} {
			_, err := s.SetSolution(t.Context(), Edit{Cluster: id, Text: text, Author: "ann"})
			require.NoError(t, err)
		}
		// Each leaves everything as it was for the next.
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			t.Run(name, func(t *testing.T) { requireUndone(t, s, cases[name]) })
		}
	})
}

// requireUndone does something step by step, and takes the steps back in the other order.
func requireUndone(t *testing.T, s *Store, steps []func(*testing.T, *Store)) {
	var states [][]string
	var revisions []int64
	for _, step := range steps {
		states = append(states, everythingKept(t, s))
		step(t, s)
		history, err := s.History(t.Context(), 0, 1)
		require.NoError(t, err)
		revisions = append(revisions, history[0].Revision)
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if i > 0 {
			require.ErrorIs(t, s.Undo(t.Context(), revisions[0], "cy"), ErrInvalid, "something later builds on it")
		}
		require.NoError(t, s.Undo(t.Context(), revisions[i], "cy"), "step %d", i)
		require.Equal(t, states[i], everythingKept(t, s), "step %d", i)
		require.ErrorIs(t, s.Undo(t.Context(), revisions[i], "cy"), ErrInvalid, "once")
		history, err := s.History(t.Context(), 0, 1)
		require.NoError(t, err)
		require.Equal(t, "undo", history[0].Action)
		require.Equal(t, fmt.Sprint(revisions[i]), history[0].Text)
		require.Equal(t, "cy", history[0].Author)
	}
}

// Lines that came since a merge are not lost with it, and what a person wrote since
// keeps it from being undone.
func TestUndoAfterMoreLines(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		_, err := s.Merge(t.Context(), diskFull.Cluster.String(), noSpace.Cluster.String(), "ann")
		require.NoError(t, err)
		history, err := s.History(t.Context(), 0, 1)
		require.NoError(t, err)
		save(t, s, "w", "shop", lines(noSpace, 5, time.Hour))
		_, err = s.write.ExecContext(t.Context(), "INSERT INTO solutions (cluster, text) VALUES ('"+diskFull.Cluster.String()+"', 'x')")
		require.NoError(t, err)
		require.ErrorIs(t, s.Undo(t.Context(), history[0].Revision, "ann"), ErrInvalid)
		last, err := s.History(t.Context(), 0, 1)
		require.NoError(t, err)
		require.NoError(t, s.Undo(t.Context(), last[0].Revision, "ann"), "plain SQL, too")
		require.Empty(t, s.textOf(t, diskFull.Cluster))

		require.NoError(t, s.Undo(t.Context(), history[0].Revision, "ann"))
		d, err := s.Cluster(t.Context(), noSpace.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, int64(6), d.Count)
		require.Empty(t, d.Aliases)
		d, err = s.Cluster(t.Context(), diskFull.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, int64(7), d.Count)
	})
}

// Clusters of other services that say the same are offered, or follow.
func TestProblems(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		for i, partition := range []string{"shop", "cart", "desk", "till"} {
			id := knowledge.ClusterOf(partition, 77)
			save(t, s, "w", partition, rowsOf(wording{ID: id, Cluster: id, Text: "disk <path> is full", Count: int64(i + 1)}))
		}
		id := func(partition string) string { return knowledge.ClusterOf(partition, 77).String() }
		text := func(partition string) string { return s.textOf(t, knowledge.ClusterOf(partition, 77)) }
		found, err := s.Problem(t.Context(), id("shop"))
		require.NoError(t, err)
		require.Len(t, found.Members, 1)
		require.Len(t, found.Offered, 3)
		require.Equal(t, ProblemCluster{Cluster: id("cart"), Partition: "cart", Text: "disk <path> is full", Known: true}, found.Offered[0])

		_, err = s.SetSolution(t.Context(), Edit{Cluster: id("cart"), Text: "Delete.", Author: "ann"})
		require.NoError(t, err)
		require.NoError(t, s.JoinProblem(t.Context(), id("shop"), []string{id("cart")}, "ann"))
		require.Equal(t, "Delete.", text("shop"))
		_, err = s.SetSolution(t.Context(), Edit{Cluster: id("shop"), Text: "Buy.", Author: "bob"})
		require.NoError(t, err)
		require.Equal(t, "Buy.", text("cart"), "written once")
		require.Empty(t, text("desk"))
		exported, err := s.Solutions(t.Context())
		require.NoError(t, err)
		require.Len(t, exported, 1)
		require.Len(t, exported[0].Also, 1)

		require.NoError(t, s.LeaveProblem(t.Context(), id("cart"), "ann"))
		require.Empty(t, text("cart"))
		n, err := s.Follow(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		for _, partition := range []string{"desk", "till"} {
			require.Equal(t, "Buy.", text(partition))
		}
		require.Empty(t, text("cart"), "a person took it out")
		n, err = s.Follow(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
		found, err = s.Problem(t.Context(), id("till"))
		require.NoError(t, err)
		require.Len(t, found.Members, 3)
		require.Len(t, found.Offered, 1)
	})
}
