// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testdata/before_statements.db was written by the version before clusters
// followed from statements: ten lines of each kind below, solutions for the first
// and the third, the two fruit and engine lines joined by a person, the two doors
// taken apart, the heartbeat marked as noise. All of it holds under the new IDs,
// and the old IDs are known.
func TestABaseOfTheVersionBeforeIsCarriedOver(t *testing.T) {
	data, err := os.ReadFile("testdata/before_statements.db")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "kb.db")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	where := func(c *Config) { c.File = file }
	bodies := []string{
		"Table not found: /tables/99", "/tables/99: no such table exists",
		"disk full on /dev/sda99", "no space left on device /dev/sdb99",
		"cannot open the door 99", "Unable to open door 99",
		"apples fell 99", "engine stopped 99",
		"heartbeat 99 ms",
	}
	old := []string{
		"793803242282a4b7", "793803242282a4b7", "a16cb03f7255e074", "a16cb03f7255e074",
		"cf9d3f7b5bc17f58", "", "f2b784abc15a81d5", "f6de5c2e9cb742d1", "2304dfd56ac50262",
	}
	send := func(c *collector) (ids []string, solutions []any) {
		lines := make([]line, len(bodies))
		for i, body := range bodies {
			lines[i] = line{time.Hour, body}
		}
		for i, attrs := range c.send(t, lines...) {
			require.NotContains(t, attrs, "log.cluster.new", bodies[i])
			ids = append(ids, attrs["log.cluster.id"].(string))
			solutions = append(solutions, attrs["log.cluster.solution"])
		}
		return ids, solutions
	}
	var first []string
	for restart := range 3 {
		c := start(t, where)
		ids, solutions := send(c)
		if restart == 0 {
			first = ids
		}
		require.Equal(t, first, ids, "restart %d", restart)
		require.Equal(t, ids[0], ids[1])
		require.Equal(t, ids[2], ids[3])
		require.NotEqual(t, ids[4], ids[5], "taken apart")
		require.Equal(t, ids[6], ids[7], "joined")
		const migrate, clean = "Run the migration.", "Delete old files."
		require.Equal(t, []any{migrate, migrate, clean, clean, nil, nil, nil, nil, nil}, solutions)

		var counts []int64
		require.Eventually(t, func() bool {
			counts = nil
			for i, id := range ids {
				d, err := c.open(t).Cluster(t.Context(), id)
				if err != nil {
					return false
				}
				if old[i] != "" {
					before, err := c.open(t).Cluster(t.Context(), old[i])
					if err != nil || before.ID != d.ID {
						return false
					}
				}
				counts = append(counts, d.Count)
			}
			n := int64(10 + restart + 1)
			want := []int64{2 * n, 2 * n, 2 * n, 2 * n, n, n, 2 * n, 2 * n, n}
			for i := range want {
				if counts[i] != want[i] {
					return false
				}
			}
			return true
		}, 20*time.Second, 50*time.Millisecond, "restart %d: IDs %v, counts %v", restart, ids, &counts)
		d, err := c.open(t).Cluster(t.Context(), ids[8])
		require.NoError(t, err)
		require.True(t, d.Noise)
		c.stop(t)
	}
}
