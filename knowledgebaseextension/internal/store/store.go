// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // the driver called sqlite
)

// Errors that callers tell apart.
var (
	// ErrNotFound says that there is no such cluster or template.
	ErrNotFound = errors.New("not in the knowledge base")
	// ErrConflict says that somebody else changed a solution meanwhile.
	ErrConflict = errors.New("changed by somebody else meanwhile")
	// ErrInvalid says that what was asked for makes no sense; the text says why.
	ErrInvalid = errors.New("not possible")
	// ErrSchemaTooNew says that a newer version wrote the database.
	ErrSchemaTooNew = errors.New("the database was written by a newer version")
)

// Options says where the knowledge is.
type Options struct {
	// File is the path of a SQLite file, which is made if need be.
	File string
	// DSN is a PostgreSQL connection string or URL; it goes before File.
	DSN string
	// MaxPages bounds a SQLite file, in pages of 4 KiB; 0 is no bound.
	MaxPages int
	// BusyTimeout is how long a statement waits for a SQLite file that another
	// process has locked; 0 is five seconds.
	BusyTimeout time.Duration
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect dialect
	write   *sql.DB // SQLite: one connection, whose transactions lock at once
	read    *sql.DB // PostgreSQL: the same as write
	file    file    // SQLite
	dsn     string  // PostgreSQL
	most    int     // shapes that are restored: MaxRestored
}

//go:embed migrations
var migrations embed.FS

const (
	// connectTimeout bounds how long an unreachable server holds up a call.
	connectTimeout = 3 * time.Second
	// versionTimeout is for asking a database what it is: one that hangs counts as
	// down. To bring it up to date may take as long as the caller allows.
	versionTimeout = 10 * time.Second
)

// Open connects and brings the schema up to date.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := connect(o)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(explained(err), s.Close())
	}
	if err := s.fillStatements(ctx); err != nil {
		return nil, errors.Join(explained(err), s.Close())
	}
	return s, s.file.opened()
}

func connect(o Options) (*Store, error) {
	if o.DSN != "" {
		return connectPostgres(o.DSN)
	}
	return connectSQLite(o)
}

func connectPostgres(dsn string) (*Store, error) {
	db, err := connectPostgresDB(dsn, "")
	if err != nil {
		return nil, err
	}
	return &Store{dialect: postgres, write: db, read: db, dsn: dsn, most: MaxRestored}, nil
}

// connectPostgresDB opens a pool whose connections begin with a statement.
func connectPostgresDB(dsn, first string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("dsn: %w", withoutPassword(err))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "otelcol-aiops"
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		if err := prepare(ctx, conn); err != nil || first == "" {
			return err
		}
		_, err := conn.Exec(ctx, first)
		return err
	}))
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	return db, nil
}

// settings are those of every connection. The first two make a server plan for what a
// query asks for: a plan for any argument reads the counts of all clusters to show
// those of a page, and to compile a plan takes longer than to run it. The others end
// what would hold up others: a collector that freezes in a transaction, or one that
// waits behind somebody else's; statement_timeout is a little more than loadTimeout of
// package base.
var settings = []string{
	"SET plan_cache_mode = force_custom_plan", "SET jit = off",
	"SET idle_in_transaction_session_timeout = '5s'", "SET lock_timeout = '2s'", "SET statement_timeout = '65s'",
}

// unlimited undoes what a migration must not be ended by.
const unlimited = "SET statement_timeout = 0; SET lock_timeout = 0"

// prepare sets up a connection. An old server that refuses a setting does without.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	for _, setting := range settings {
		var refused *pgconn.PgError
		if _, err := conn.Exec(ctx, setting); err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

// withoutPassword keeps a connection string out of messages.
func withoutPassword(error) error {
	return errors.New("not a PostgreSQL connection string such as postgres://user@host:5432/database")
}

func connectSQLite(o Options) (*Store, error) {
	if dir := filepath.Dir(o.File); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	file, err := private(o.File)
	if err != nil {
		return nil, err
	}
	busy := o.BusyTimeout
	if busy == 0 {
		busy = 5 * time.Second
	}
	pragmas := []string{
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
		"journal_mode(WAL)", "synchronous(NORMAL)", "cache_size(-16384)", "temp_store(MEMORY)",
	}
	if o.MaxPages > 0 {
		pragmas = append(pragmas, fmt.Sprintf("max_page_count(%d)", o.MaxPages))
	}
	values := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	open := func(values url.Values, conns int) (*sql.DB, error) {
		db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: o.File}).EscapedPath(), RawQuery: values.Encode()}).String())
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		return db, nil
	}
	write, err := open(values, 1)
	if err != nil {
		return nil, err
	}
	values.Set("_txlock", "deferred")
	values.Add("_pragma", "query_only(1)")
	read, err := open(values, 4)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return &Store{dialect: sqlite, write: write, read: read, file: file, most: MaxRestored}, nil
}

// migrator applies what the database lacks. Two processes that start at once
// wait for each other.
func (s *Store) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+s.dialect.name)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_version")}
	if s.dialect.postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(s.dialect.goose, s.write, files, options...)
}

// migrate brings the schema up to date.
func (s *Store) migrate(ctx context.Context) (err error) {
	provider, err := s.migrator()
	if err != nil {
		return err
	}
	ask, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	have, want, err := provider.GetVersions(ask)
	switch {
	case err != nil:
		return fmt.Errorf("schema version: %w", err)
	case have > want:
		return fmt.Errorf("%w: its schema is version %d, this program knows up to %d", ErrSchemaTooNew, have, want)
	case have == want:
		return nil
	}
	if s.dialect.postgres {
		if s.write, err = connectPostgresDB(s.dsn, unlimited); err != nil {
			return err
		}
		defer func() { s.write = s.read }()
		defer func(db *sql.DB) { err = errors.Join(err, db.Close()) }(s.write)
		if provider, err = s.migrator(); err != nil {
			return err
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("schema migration: %w", err)
	}
	return nil
}

// Close ends all connections.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Postgres is true for a PostgreSQL database, which others may share.
func (s *Store) Postgres() bool { return s.dialect.postgres }

// update runs f in a transaction that has the next revision to itself.
func (s *Store) update(ctx context.Context, f func(tx *transaction) error) error {
	return s.within(ctx, func(tx *transaction) error {
		if err := tx.begin(); err != nil {
			return err
		}
		return f(tx)
	})
}

// within runs f in a transaction.
func (s *Store) within(ctx context.Context, f func(tx *transaction) error) (err error) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(raw.Rollback()))
		}
	}()
	if err = f(&transaction{querier: querier{raw, s.dialect}, ctx: ctx, conn: conn}); err != nil {
		return err
	}
	if err = raw.Commit(); err != nil {
		err = errors.Join(err, ErrInDoubt)
	}
	return err
}

// view runs f in a transaction that sees one state of the database.
func (s *Store) view(ctx context.Context, f func(q querier) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.snapshot, ReadOnly: s.dialect.postgres})
	if err != nil {
		return err
	}
	return errors.Join(f(querier{tx, s.dialect}), ignoreDone(tx.Rollback()))
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// transaction writes at one revision.
type transaction struct {
	querier
	ctx  context.Context //nolint:containedctx // lives as long as one call of within
	conn *sql.Conn
	rev  int64
}

// begin takes the next revision, and keeps others who want one waiting.
func (tx *transaction) begin() error {
	return tx.row(tx.ctx, "UPDATE revision SET n = n + 1 RETURNING n").Scan(&tx.rev)
}

// step is a statement with its arguments.
type step struct {
	query string
	args  []any
}

// all runs statements in order; PostgreSQL gets them in one round trip.
func (tx *transaction) all(steps ...step) error {
	if !tx.dialect.postgres {
		for _, s := range steps {
			if err := tx.exec(s.query, s.args...); err != nil {
				return err
			}
		}
		return nil
	}
	return tx.conn.Raw(func(driver any) error {
		var batch pgx.Batch
		for _, s := range steps {
			batch.Queue(tx.dialect.rebind(s.query), s.args...)
		}
		return driver.(*stdlib.Conn).Conn().SendBatch(tx.ctx, &batch).Close()
	})
}

func (tx *transaction) exec(query string, args ...any) error {
	_, err := tx.run(tx.ctx, query, args...)
	return err
}

// Revision is the number of the last transaction that wrote.
func (s *Store) Revision(ctx context.Context) (rev int64, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT n FROM revision").Scan(&rev)
	return rev, err
}

func (s *Store) reader() querier { return querier{s.read, s.dialect} }

// clean makes text acceptable to PostgreSQL.
func clean(text string) string {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// CheckDSN says whether a PostgreSQL connection string can be read.
func CheckDSN(dsn string) error {
	if _, err := pgx.ParseConfig(dsn); err != nil {
		return withoutPassword(err)
	}
	return nil
}
