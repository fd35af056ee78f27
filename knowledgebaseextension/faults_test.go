// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadatatest"
)

// suffers sends records while the database has trouble: they flow at once, with
// IDs, and the status says that something is wrong.
func (c *collector) suffers(t *testing.T, lines []line) (sent []map[string]any) {
	t.Helper()
	begin := time.Now()
	sent = c.sendAll(t, lines)
	require.Less(t, time.Since(begin), patience, "records waited for the database")
	require.Eventually(t, func() bool { return c.host.status() == componentstatus.StatusRecoverableError },
		2*time.Minute, 10*time.Millisecond, "the status says nothing")
	begin = time.Now()
	c.sendAll(t, lines)
	require.Less(t, time.Since(begin), patience, "records waited for the database")
	return sent
}

// recovers waits until the status is good again and everything is in the database.
func (c *collector) recovers(t *testing.T, records int) {
	t.Helper()
	require.Eventually(t, func() bool { return c.host.status() == componentstatus.StatusOK },
		2*time.Minute, 10*time.Millisecond, "the status stays bad")
	c.holds(t, records)
}

func (c *collector) holds(t *testing.T, records int) {
	t.Helper()
	s := c.open(t)
	var got int64
	require.Eventually(t, func() bool {
		totals, err := s.Totals(t.Context())
		got = totals.Records
		return err == nil && got == int64(records)
	}, 2*time.Minute, 20*time.Millisecond, "records in the database, of %d: %d", records, &got)
}

const (
	some = 400 // lines
	// patience is below the time after which a call of the database is given up.
	patience = 9 * time.Second
)

func TestServerIsDown(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	server.Kill(t)
	began := time.Now()
	c := start(t, onPostgres(dsn))
	defer c.stop(t)
	require.Less(t, time.Since(began), patience, "the start waited")
	c.suffers(t, stream(1, some))
	server.Run(t)
	c.recovers(t, 2*some)

	server.Kill(t)
	c.suffers(t, stream(2, some))
	server.Run(t)
	c.recovers(t, 4*some)
}

// A server that is away at the start has what an earlier process learnt: once it
// is back, lines have the IDs that they had, and counts are sums.
func TestOldKnowledgeComesLate(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	c := start(t, onPostgres(dsn))
	names := strings.Fields("ann bob cy dan eve fay gus hal")
	var lines []line
	for _, name := range names {
		lines = append(lines, line{0, "session opened for group " + name})
	}
	c.send(t, lines...)
	want := c.send(t, lines...)
	c.stop(t)

	server.Kill(t)
	c = start(t, onPostgres(dsn))
	defer c.stop(t)
	gus := line{time.Minute, "session opened for group gus"}
	fresh := c.suffers(t, []line{gus})
	require.NotEqual(t, want[0]["log.template.id"], fresh[0]["log.template.id"], "the test teaches nothing")
	server.Run(t)
	c.recovers(t, 2*len(names)+2)
	records := 2*len(names) + 2
	require.Eventually(t, func() bool {
		records++
		got := c.send(t, gus)[0]
		return got["log.template.id"] == want[0]["log.template.id"] && got["log.cluster.id"] == want[0]["log.cluster.id"]
	}, 10*time.Second, 50*time.Millisecond)
	c.holds(t, records)
	d, err := c.open(t).Cluster(t.Context(), fresh[0]["log.cluster.id"].(string))
	require.NoError(t, err)
	require.Equal(t, want[0]["log.cluster.id"], d.ID, "the ID that it had meanwhile is an alias")
	require.Equal(t, int64(records), d.Count)
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	server.SQL(t, "postgres", "CREATE USER kb PASSWORD 'old'; ALTER DATABASE test1 OWNER TO kb")
	c := start(t, onPostgres(strings.Replace(dsn, "postgres:"+pgtest.Password, "kb:new", 1)))
	defer c.stop(t)
	c.suffers(t, stream(1, some))
	_, err := c.Store()
	require.ErrorContains(t, err, "password authentication failed")
	server.SQL(t, "postgres", "ALTER USER kb PASSWORD 'new'")
	c.recovers(t, 2*some)
}

func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	c := start(t, onPostgres(dsn))
	defer func() { c.stop(t) }()
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	server.SQL(t, "postgres", `ALTER DATABASE test1 SET default_transaction_read_only = on;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test1'`)
	c.suffers(t, stream(2, some))
	server.SQL(t, "postgres", `ALTER DATABASE test1 RESET default_transaction_read_only;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test1'`)
	c.recovers(t, 3*some)
}

func TestSchemaTooNew(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where)
		c.sendAll(t, stream(1, some))
		c.stop(t)
		cfg := createDefaultConfig().(*Config)
		where(cfg)
		driver, dsn := "sqlite", cfg.File
		if cfg.DSN != "" {
			driver, dsn = "pgx", string(cfg.DSN)
		}
		db, err := sql.Open(driver, dsn)
		require.NoError(t, err)
		defer db.Close()
		_, err = db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (999, TRUE)")
		require.NoError(t, err)
		c = start(t, where)
		defer c.stop(t)
		c.suffers(t, stream(2, some))
		_, err = c.Store()
		require.ErrorContains(t, err, "newer version")
		_, err = db.ExecContext(t.Context(), "DELETE FROM schema_version WHERE version_id = 999")
		require.NoError(t, err)
		c.recovers(t, 3*some)
	})
}

func TestLockedFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kb.db")
	c := start(t, func(c *Config) { c.File = file })
	defer c.stop(t)
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	c.suffers(t, stream(2, some))
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	c.recovers(t, 3*some)
}

// A full disk and one that turns read-only: a file system in memory.
func TestDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	c := start(t, func(c *Config) { c.File = filepath.Join(dir, "kb.db") })
	defer c.stop(t)
	c.sendAll(t, stream(1, some))
	c.holds(t, some)

	filler, err := os.Create(filepath.Join(dir, "filler"))
	require.NoError(t, err)
	for err == nil {
		_, err = filler.Write(make([]byte, 4096))
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	c.suffers(t, stream(2, some))
	require.NoError(t, filler.Close())
	require.NoError(t, os.Remove(filler.Name()))
	c.recovers(t, 3*some)
}

func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_RDONLY, "size=2m"); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	c := start(t, func(c *Config) { c.File = filepath.Join(dir, "kb.db") })
	defer c.stop(t)
	c.suffers(t, stream(1, some))
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=2m"))
	c.recovers(t, 2*some)
}

// A connection that is cut without a word: the server neither answers nor closes.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	p := newProxy(t, u.Host)
	u.Host = p.address()
	c := start(t, onPostgres(u.String()))
	defer c.stop(t)
	c.sendAll(t, stream(1, some))
	c.holds(t, some)
	p.freeze()
	c.suffers(t, stream(2, some))
	p.thaw()
	c.recovers(t, 3*some)
}

// A file that is no database, until somebody takes it away.
func TestMetricsSayIt(t *testing.T) {
	t.Parallel()
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	cfg := createDefaultConfig().(*Config)
	cfg.File = filepath.Join(t.TempDir(), "is-a-file")
	require.NoError(t, os.WriteFile(cfg.File, []byte(strings.Repeat("not a database ", 1000)), 0o600))
	c := startWith(t, metadatatest.NewSettings(tel), cfg)
	c.suffers(t, stream(1, some))
	up, err := tel.GetMetric("otelcol_extension_knowledge_base_up")
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(up.Data), "0")
	_, err = tel.GetMetric("otelcol_extension_knowledge_base_errors")
	require.NoError(t, err)
	require.NoError(t, os.Remove(cfg.File))
	c.recovers(t, 2*some)
	saved, err := tel.GetMetric("otelcol_extension_knowledge_base_saved_rows")
	require.NoError(t, err)
	require.NotNil(t, saved)
	c.stop(t)
}

// proxy passes a connection on, until it is frozen.
type proxy struct {
	listener net.Listener
	target   string
	done     sync.WaitGroup

	mu     sync.Mutex
	frozen bool
	conns  []net.Conn
}

func newProxy(t *testing.T, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: l, target: target}
	p.done.Add(1)
	go p.accept()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		p.thaw()
		p.done.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	defer p.done.Done()
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns = append(p.conns, in)
		frozen := p.frozen
		p.mu.Unlock()
		if frozen {
			continue // it is accepted, as by a backlog, and hears nothing
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, out)
		p.mu.Unlock()
		p.done.Add(2)
		go p.copy(in, out)
		go p.copy(out, in)
	}
}

func (p *proxy) copy(to, from net.Conn) {
	defer p.done.Done()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		frozen := p.frozen
		p.mu.Unlock()
		if err == nil && frozen {
			continue // swallowed
		}
		if err == nil {
			_, err = to.Write(buffer[:n])
		}
		if err != nil {
			_ = to.Close()
			if !errors.Is(err, io.EOF) {
				_ = from.Close()
			}
			return
		}
	}
}

// freeze keeps all connections open and passes nothing on.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

// thaw ends the connections that were frozen and lets new ones pass.
func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = false
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}
