// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pgtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Standby starts a server that follows another, and takes over when it is promoted.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	standby := newServer(t)
	source := fmt.Sprintf("host=127.0.0.1 port=%d user=postgres password=%s", s.Port, Password)
	standby.run(t, "pg_basebackup", "-d", source, "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	t.Cleanup(func() { standby.Stop(t) })
	standby.Run(t)
	return standby
}

// WaitFor waits until a standby has all that a server has.
func (s *Server) WaitFor(t testing.TB, primary *Server) {
	t.Helper()
	at := primary.SQL(t, "postgres", "SELECT pg_current_wal_lsn()")
	require.Eventually(t, func() bool {
		return s.SQL(t, "postgres", fmt.Sprintf("SELECT COALESCE(pg_last_wal_replay_lsn() >= '%s', FALSE)", at)) == "t"
	}, time.Minute, 20*time.Millisecond, "the standby does not follow")
}

// Cut ends what a standby is told: what is committed from now on is lost when it takes
// over.
func (s *Server) Cut(t testing.TB) {
	t.Helper()
	s.SQL(t, "postgres", "ALTER SYSTEM SET primary_conninfo = ''")
	s.SQL(t, "postgres", "SELECT pg_reload_conf()")
	require.Eventually(t, func() bool { return s.SQL(t, "postgres", "SELECT count(*) FROM pg_stat_wal_receiver") == "0" },
		time.Minute, 20*time.Millisecond, "the standby still follows")
}

// Promote makes a standby a server that can be written to.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.run(t, "pg_ctl", "-D", s.data(), "-w", "-s", "promote")
}

// Either is a connection string of the database on whichever of two servers can be
// written to.
func (s *Server) Either(other *Server, dsn string) string {
	here := fmt.Sprintf("127.0.0.1:%d", s.Port)
	return strings.Replace(dsn, here, fmt.Sprintf("%s,127.0.0.1:%d", here, other.Port), 1) + "&target_session_attrs=read-write"
}
