// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
)

// A file that is deleted is noticed, and made anew with what is seen from then on.
func TestFileIsDeleted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kb.db")
	c := start(t, func(c *Config) { c.File = file })
	defer c.stop(t)
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(file + suffix)
	}
	require.Eventually(t, func() bool { return c.host.status() == componentstatus.StatusRecoverableError }, 20*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool { return c.host.status() == componentstatus.StatusOK }, 20*time.Second, 10*time.Millisecond)
	c.sendAll(t, stream(1, some))
	c.holds(t, 2*some) // of what comes again all is counted anew, also what was counted in the file that is gone
	require.FileExists(t, file)
}

// Damage is told by the name of the file and what to do; what is put in its place is
// opened.
func TestDamageSaysWhatToDo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kb.db")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("not a database ", 1000)), 0o600))
	c := start(t, func(c *Config) { c.File = file })
	defer c.stop(t)
	c.suffers(t, stream(1, some))
	_, err := c.Store()
	require.ErrorContains(t, err, ".recover")
	require.ErrorContains(t, err, file)
	require.NoError(t, os.Remove(file))
	c.recovers(t, 2*some)
}

// Raw lines are for the owner's eyes only.
func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made")
	file := filepath.Join(dir, "kb.db")
	c := start(t, func(c *Config) { c.File = file })
	defer c.stop(t)
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), e.Name())
	}
}

// Neither a database that hangs nor a request that is never finished keeps the
// collector from stopping.
func TestStopWhileAllHangs(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	u, err := url.Parse(server.Database(t))
	require.NoError(t, err)
	p := newProxy(t, u.Host)
	u.Host = p.address()
	c := start(t, onPostgres(u.String()))
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	connection, err := net.Dial("tcp", c.web.Address.String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = io.WriteString(connection, "POST /api/v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
	require.NoError(t, err)
	p.freeze()
	c.sendAll(t, stream(2, some))
	began := time.Now()
	c.stop(t)
	require.Less(t, time.Since(began), 2*lifecycle.Budget+2*time.Second, "each of the two has a budget here: they are of no one collector")
	p.thaw()
	time.Sleep(time.Second) // what was left behind ends
}

// A person's mark comes to the processor that saves the cluster next.
func TestNoiseReachesWhoSavesNext(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where)
		defer c.stop(t)
		const body = "disk /dev/sda is full"
		id := c.attribute(t, body, "log.cluster.id")
		c.detail(t, id, 1)
		require.NoError(t, c.open(t).SetNoise(t.Context(), id.(string), true, "ann"))
		for n := 2; ; n++ { // the processor saves the cluster again and again
			c.attribute(t, body, "log.cluster.id")
			if status, answer := c.ask(t, "POST", "/api/v1/match", body); status == 200 && strings.Contains(answer, `"noise":true`) {
				break
			}
			require.Less(t, n, 500, "the mark never came")
			time.Sleep(20 * time.Millisecond)
		}
	})
}
