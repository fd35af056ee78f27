// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package pgtest runs a real PostgreSQL server for a test, in a directory of its
// own on a free port.
package pgtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/porttest"
)

// Server is a PostgreSQL server. Its user is postgres, its password Password.
type Server struct {
	Port int

	bin, dir   string
	credential *syscall.Credential // nil: as who runs the test
	databases  atomic.Int32
}

// Password is the password of the user postgres.
const Password = "not-a-secret"

// Start starts a server that ends with the test. Without PostgreSQL's programs
// the test is skipped, except in CI, where it fails.
func Start(t testing.TB) *Server {
	s := newServer(t)
	password := filepath.Join(s.dir, "password")
	require.NoError(t, os.WriteFile(password, []byte(Password), 0o644)) //nolint:gosec // read by another user
	s.run(t, "initdb", "-D", s.data(), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	t.Cleanup(func() { s.Stop(t) })
	s.Run(t)
	return s
}

// newServer returns a server that has no data yet.
func newServer(t testing.TB) *Server {
	s := &Server{bin: programs(t), dir: directory(t), Port: porttest.Free(t)}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		account, err := user.Lookup("postgres")
		require.NoError(t, err)
		uid, err := strconv.Atoi(account.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(account.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(s.dir, uid, gid))
		s.credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return s
}

// programs returns the directory of PostgreSQL's newest programs.
func programs(t testing.TB) string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	if os.Getenv("CI") != "" {
		t.Fatal("PostgreSQL is not installed: in CI its tests must run")
	}
	t.Skip("PostgreSQL is not installed: apt-get install postgresql")
	return ""
}

// directory is not t.TempDir, which another user may not enter.
func directory(t testing.TB) string {
	dir, err := os.MkdirTemp("", "pgtest") //nolint:usetesting // see above
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // another user must enter
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) run(t testing.TB, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...) //nolint:gosec // the test's own arguments
	cmd.Dir = s.dir
	if s.credential != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", program, out)
}

// Run starts a server that was stopped or killed.
func (s *Server) Run(t testing.TB) {
	options := fmt.Sprintf("-p %d -h 127.0.0.1 -k '' -c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60", s.Port)
	s.run(t, "pg_ctl", "-D", s.data(), "-w", "-s", "-l", filepath.Join(s.dir, "log"), "-o", options, "start")
}

// Stop ends the server, cutting connections. To stop one that does not run does
// nothing.
func (s *Server) Stop(t testing.TB) {
	if s.pid() != 0 {
		s.run(t, "pg_ctl", "-D", s.data(), "-w", "-s", "-m", "fast", "stop")
	}
}

// Kill ends the server with SIGQUIT: without a checkpoint, as in a crash, but
// leaving no process behind.
func (s *Server) Kill(t testing.TB) {
	s.run(t, "pg_ctl", "-D", s.data(), "-w", "-s", "-m", "immediate", "stop")
}

func (s *Server) pid() int {
	raw, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return 0
	}
	return pid
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	s.SQL(t, "postgres", "CREATE DATABASE "+name)
	return s.URL(name)
}

// URL is where a database is.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/%s?sslmode=disable", Password, s.Port, database)
}

// SQL runs statements with psql and returns what it prints, one row a line with
// fields kept apart by "|".
func (s *Server) SQL(t testing.TB, database, statements string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", s.URL(database), "-c", statements) //nolint:gosec,noctx // the test's own arguments
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// Dump returns the SQL that makes a database again.
func (s *Server) Dump(t testing.TB, database string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "pg_dump"), "--no-owner", "--inserts", s.URL(database)) //nolint:gosec,noctx // the test's own arguments
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	// Commands of psql itself, which newer versions of pg_dump write.
	return regexp.MustCompile(`(?m)^\\.*\n`).ReplaceAllString(string(out), "")
}

// Held is a session of psql that sits in a transaction.
type Held struct {
	t     testing.TB
	cmd   *exec.Cmd
	input io.WriteCloser
	lines *bufio.Scanner
}

// Hold runs statements with psql in a transaction that it leaves open.
func (s *Server) Hold(t testing.TB, database, statements string) *Held {
	t.Helper()
	h := &Held{t: t, cmd: exec.Command(filepath.Join(s.bin, "psql"), "-X", "-q", "-A", "-t", s.URL(database))} //nolint:gosec,noctx // the test's own arguments
	var err error
	h.input, err = h.cmd.StdinPipe()
	require.NoError(t, err)
	output, err := h.cmd.StdoutPipe()
	require.NoError(t, err)
	h.lines = bufio.NewScanner(output)
	require.NoError(t, h.cmd.Start())
	_, err = io.WriteString(h.input, "BEGIN;\n"+statements+";\n")
	require.NoError(t, err)
	require.True(t, h.Holds(), "%s", statements)
	return h
}

// Holds says whether the transaction is still open.
func (h *Held) Holds() bool {
	if _, err := io.WriteString(h.input, "SELECT 'held since ' || (now() < statement_timestamp());\n"); err != nil {
		return false
	}
	for h.lines.Scan() {
		if strings.HasPrefix(h.lines.Text(), "held since ") {
			return h.lines.Text() == "held since true"
		}
	}
	return false
}

// Release ends the session.
func (h *Held) Release() {
	h.input.Close()
	_ = h.cmd.Wait() // the server may have ended it
}
