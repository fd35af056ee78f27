// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Records follow a merge, a split and their undoing at once and after a restart.
func TestRecordsFollowAnUndo(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		bodies := []string{"apples fell 1", "engine stopped 2", "cannot open the door 3", "Unable to open door 4"}
		c := start(t, where)
		ids := func() (ids [4]string) {
			for i, body := range bodies {
				ids[i] = c.attribute(t, body, "log.cluster.id").(string)
			}
			return ids
		}
		eventually := func(want [4]string, message string) {
			require.Eventually(t, func() bool { return ids() == want }, 20*time.Second, 50*time.Millisecond, message)
		}
		undoLast := func() {
			open := c.open(t)
			history, err := open.History(t.Context(), 0, 1)
			require.NoError(t, err)
			require.NoError(t, open.Undo(t.Context(), history[0].Revision, "ann"))
			c.Poke()
		}
		before := ids()
		for _, id := range before {
			c.stored(t, id)
		}
		require.Equal(t, before[2], before[3])

		for range 2 { // and again
			survivor, err := c.open(t).Merge(t.Context(), before[0], before[1], "ann")
			require.NoError(t, err)
			c.Poke()
			eventually([4]string{survivor, survivor, before[2], before[3]}, "merged")
			undoLast()
			eventually(before, "taken back")
		}
		template := c.attribute(t, bodies[3], "log.template.id").(string)
		for range 2 {
			own, err := c.open(t).Split(t.Context(), template, "ann")
			require.NoError(t, err)
			c.Poke()
			eventually([4]string{before[0], before[1], before[2], own}, "split")
			undoLast()
			eventually(before, "taken back")
		}
		c.stop(t)
		c = start(t, where)
		defer func() { c.stop(t) }()
		require.Equal(t, before, ids(), "after a restart")
		status, answer := c.ask(t, http.MethodPost, "/api/v1/history/1/undo", "")
		require.Equal(t, http.StatusBadRequest, status, answer)
	})
}

// stored waits until the store has a cluster.
func (c *collector) stored(t *testing.T, id string) {
	require.Eventually(t, func() bool {
		_, err := c.open(t).Cluster(t.Context(), id)
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
}
