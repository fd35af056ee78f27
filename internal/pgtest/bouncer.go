// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pgtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/porttest"
)

// Bounced starts a PgBouncer in transaction mode before a server, with few connections
// so that clients share them, and returns a connection string that goes through it. It
// skips the test where PgBouncer is not installed, except in CI, where it fails.
func (s *Server) Bounced(t testing.TB, dsn string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; !exists(program) {
			if os.Getenv("CI") != "" {
				t.Fatal("PgBouncer is not installed: in CI its tests must run")
			}
			t.Skip("PgBouncer is not installed: apt-get install pgbouncer")
		}
	}
	dir, port := directory(t), porttest.Free(t)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644)) //nolint:gosec // read by another user
		return path
	}
	users := write("users", fmt.Sprintf("%q %q\n", "postgres", Password))
	config := write("pgbouncer.ini", fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = scram-sha-256
auth_file = %s
pool_mode = transaction
default_pool_size = 6
`, s.Port, port, users))
	cmd := exec.Command(program, "-q", config) //nolint:gosec,noctx // the test's own arguments
	if s.credential != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	}
	var output strings.Builder
	cmd.Stderr = &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address) //nolint:noctx // on this machine
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, time.Minute, 10*time.Millisecond, "PgBouncer does not listen")
	return strings.Replace(dsn, fmt.Sprintf("127.0.0.1:%d", s.Port), address, 1)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
