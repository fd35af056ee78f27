// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A problem that was resolved is back when lines come that are dated later, in any of its
// services.
func TestStatus(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		save(t, s, "w", "desk", rowsOf(wording{ID: 0xc1, Cluster: 0xc1, Text: "disk <path> is full", Count: 1}))
		disk, desk := diskFull.Cluster.String(), "00000000000000c1"
		now := begin.Add(time.Hour)
		status := func(id string) Status {
			found, err := s.Status(t.Context(), id, now)
			require.NoError(t, err)
			return found
		}
		set := func(id string, status Status) Status {
			set, err := s.SetStatus(t.Context(), id, status, "ann", now)
			require.NoError(t, err)
			return set
		}
		require.Equal(t, Status{State: StateOpen}, status(disk))
		set(desk, Status{State: StateInWork, Owner: "bob", Ticket: "https://tickets.example/7"})
		require.NoError(t, s.JoinProblem(t.Context(), disk, []string{desk}, "ann"))
		require.Equal(t, "bob", status(disk).Owner, "one problem, one status")
		require.Equal(t, StateResolved, set(disk, Status{State: StateResolved, Version: "1.4.2"}).State)
		require.Equal(t, "1.4.2", status(desk).Version)

		save(t, s, "w", "shop", lines(diskFull, 3, 30*time.Minute))
		require.Equal(t, StateResolved, status(disk).State, "they come late")
		now = begin.Add(3 * time.Hour)
		save(t, s, "w", "shop", lines(diskFull, 5, 2*time.Hour))
		for _, id := range []string{disk, desk} {
			found := status(id)
			require.Equal(t, StateBack, found.State)
			require.Equal(t, Back{Times: 1, Records: 8, Latest: begin.Add(2 * time.Hour)}, found.Back)
		}
		set(desk, Status{State: StateResolved, Version: "1.4.3"})
		require.Equal(t, Back{Times: 1}, status(disk).Back)
		now = now.Add(2 * time.Hour)
		save(t, s, "w", "shop", lines(diskFull, 2, 4*time.Hour))
		require.Equal(t, Back{Times: 2, Records: 2, Latest: begin.Add(4 * time.Hour)}, status(desk).Back)

		set(disk, Status{State: StateIgnored, Until: now.Add(time.Hour)})
		require.Equal(t, StateIgnored, status(desk).State)
		now = now.Add(time.Hour)
		require.Equal(t, StateOpen, status(desk).State)

		require.NoError(t, s.Comment(t.Context(), desk, "seen on host 7", "ann"))
		d, err := s.Cluster(t.Context(), disk)
		require.NoError(t, err)
		require.Equal(t, "comment", d.History[0].Action, "of any cluster of the problem")
		_, err = s.Merge(t.Context(), disk, noSpace.Cluster.String(), "ann")
		require.NoError(t, err)
		require.EqualValues(t, 2, status(noSpace.Cluster.String()).Back.Times)
		removed, err := s.Retain(t.Context(), Retention{Unseen: time.Nanosecond}, time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.EqualValues(t, 1, removed.Clusters, "what people deal with stays")
	})
}

func TestStatusSaysWhatIsWrong(t *testing.T) {
	s := open(t, Options{File: t.TempDir() + "/kb.db"})
	save(t, s, "w", "shop", rowsOf(everything...))
	for want, status := range map[string]Status{
		"state must be":  {State: "fixed"},
		"in the future":  {State: StateIgnored, Until: begin},
		"ignored only":   {State: StateResolved, Until: begin.Add(9 * time.Hour)},
		"ticket must be": {State: StateOpen, Ticket: "javascript:alert(1)"},
		"runbook must":   {State: StateOpen, Runbook: "https://" + strings.Repeat("x", maxLink)},
		"at most 200":    {State: StateOpen, Owner: strings.Repeat("x", maxOwner+1)},
	} {
		_, err := s.SetStatus(t.Context(), diskFull.Cluster.String(), status, "ann", begin.Add(time.Hour))
		require.ErrorIs(t, err, ErrInvalid)
		require.ErrorContains(t, err, want)
	}
	require.ErrorIs(t, s.Comment(t.Context(), diskFull.Cluster.String(), "  ", "ann"), ErrInvalid)
	_, err := s.SetStatus(t.Context(), "00000000000000ff", Status{State: StateOpen}, "ann", begin)
	require.ErrorIs(t, err, ErrNotFound)
}
