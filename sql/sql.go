// Package sql says what a database is to the program: the only importer of database/sql, sqlx and the drivers.
//
// It opens SQLite (one file, the default) or a MySQL family server from one DSN, keeps the named statements of
// queries/*.sql with their dialect variants, runs migrations, and hands out one DB type that is a pool or a transaction.
// It knows no noun of the domain: what a statement means is its caller's business.
package sql

import (
	"context"
	"crypto/tls"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

// Dialect is the family of SQL a database speaks.
type Dialect string

// The dialects. MySQL stands for MySQL 8, MariaDB, TiDB and OceanBase alike.
const (
	SQLite Dialect = "sqlite"
	MySQL  Dialect = "mysql"
)

// DB is a database handle: a pool, or inside InTx one transaction. Domain functions take it as they find it.
type DB struct {
	dialect Dialect
	write   *sqlx.DB // SQLite: a single connection; MySQL: the pool
	read    *sqlx.DB // SQLite: read-only connections; MySQL: the same pool
	tx      *sqlx.Tx // nil outside a transaction
	clock   func() time.Time
	now     Time // fixed within a transaction
}

// Open connects to the database that dsn names and checks that it answers:
//
//	sqlite:PATH            one file, created when absent (a bare path means the same)
//	mysql:USER:PASS@tcp(HOST:3306)/NAME?tls=true
//	                       MySQL 8, MariaDB, TiDB or OceanBase, in the driver's own DSN form
//
// The settings the program relies on (WAL, foreign keys, strict mode, matched-row counts, …) are added here.
func Open(ctx context.Context, dsn string) (*DB, error) {
	kind, rest, found := strings.Cut(dsn, ":")
	if !found || (kind != "sqlite" && kind != "mysql") {
		kind, rest = "sqlite", dsn
	}
	if kind == "sqlite" {
		return openSQLite(ctx, rest)
	}
	return openMySQL(ctx, rest)
}

// Reading runs in parallel on SQLite, writing does not: one connection writes, these many read.
const sqliteReaders = 8

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, fmt.Errorf("sql: the SQLite file has no name")
	}
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("sql: make the folder of %s: %w", path, err)
		}
	}
	// In the DSN, so that every connection of the pool has them. The file is not mapped into memory: page by page, by each
	// connection anew, that costs more time than reading does, counts as the program's memory, and an error of the disk
	// would end the program instead of a query. The log is taken over into the file at 16 MB instead of 4: whoever commits does
	// that, while all other writers wait, and many of its pages were written again meanwhile.
	options := url.Values{}
	options.Set("_txlock", "immediate")
	for _, pragma := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)",
		"mmap_size(0)", "cache_size(-8192)", "temp_store(2)", "wal_autocheckpoint(4000)"} {
		options.Add("_pragma", pragma)
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	connector, err := newSQLiteConnector(file + "?" + options.Encode())
	if err != nil {
		return nil, err
	}
	write := sqlx.NewDb(stdsql.OpenDB(connector), "sqlite")
	write.SetMaxOpenConns(1)
	if err := firstPing(ctx, write); err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("sql: open %s: %w", path, err)
	}
	options.Del("_txlock")
	options.Add("_pragma", "query_only(1)")
	if connector, err = newSQLiteConnector(file + "?" + options.Encode()); err != nil {
		_ = write.Close()
		return nil, err
	}
	read := sqlx.NewDb(stdsql.OpenDB(connector), "sqlite")
	read.SetMaxOpenConns(sqliteReaders)
	read.SetMaxIdleConns(sqliteReaders)
	return newDB(SQLite, write, read), nil
}

// firstPing opens the first connection. Turning a fresh file to WAL takes a lock that SQLite does not wait for, whatever
// the busy timeout: when several processes open it in the same moment, all but one must ask again.
func firstPing(ctx context.Context, db *sqlx.DB) error {
	err := db.PingContext(ctx)
	for attempt := 0; attempt < 100 && IsRetryable(err); attempt++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		err = db.PingContext(ctx)
	}
	return err
}

func openMySQL(ctx context.Context, dsn string) (*DB, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("sql: read the MySQL DSN: %w", err)
	}
	config.ClientFoundRows = true // rows affected means rows matched, as in SQLite
	config.ParseTime = true       // goose waits for minutes without it
	config.InterpolateParams = true
	config.Loc = time.UTC
	config.MultiStatements = false
	if config.Timeout == 0 {
		config.Timeout = 5 * time.Second
	}
	if config.ReadTimeout == 0 {
		config.ReadTimeout = 30 * time.Second
	}
	if config.WriteTimeout == 0 {
		config.WriteTimeout = 30 * time.Second
	}
	if config.TLS != nil && config.TLS.MinVersion == 0 {
		config.TLS.MinVersion = tls.VersionTLS12
	}
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params["sql_mode"] = "'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	if err := config.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("sql: set the character set: %w", err)
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("sql: read the MySQL DSN: %w", err)
	}
	pool := sqlx.NewDb(stdsql.OpenDB(readCommitted{connector}), "mysql")
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(16)
	pool.SetConnMaxLifetime(10 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("sql: reach the MySQL server %s: %w", config.Addr, err)
	}
	return newDB(MySQL, pool, pool), nil
}

// readCommitted opens connections that lock no gaps between rows: guarded updates carry the safety. MySQL and MariaDB have
// different names for the setting, but the same statement.
type readCommitted struct{ driver.Connector }

// Connect implements driver.Connector.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	execer, able := conn.(driver.ExecerContext)
	if !able {
		return nil, errors.Join(fmt.Errorf("sql: the MySQL driver's %T lacks a method that the program relies on", conn), conn.Close())
	}
	if _, err := execer.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(fmt.Errorf("sql: set the isolation of a connection: %w", err), conn.Close())
	}
	return conn, nil
}

func newDB(dialect Dialect, write, read *sqlx.DB) *DB {
	mapper := reflectx.NewMapperFunc("db", snakeCase)
	write.Mapper, read.Mapper = mapper, mapper
	return &DB{dialect: dialect, write: write, read: read, clock: time.Now}
}

// WithClock returns a handle on the same pools whose Now comes from clock. Tests set the time with it.
func (db *DB) WithClock(clock func() time.Time) *DB {
	c := *db
	c.clock = clock
	return &c
}

// Close ends the pools. It does nothing on a transaction.
func (db *DB) Close() error {
	if db.tx != nil {
		return nil
	}
	err := db.write.Close()
	if db.read != db.write {
		if readErr := db.read.Close(); err == nil {
			err = readErr
		}
	}
	return err
}

// Dialect returns which family of SQL the database speaks.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping asks the database for an answer, for readiness checks.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.write.PingContext(ctx); err != nil {
		return fmt.Errorf("sql: ping: %w", err)
	}
	return nil
}

// Now returns the present time in milliseconds, the same one throughout a transaction.
func (db *DB) Now() Time {
	if db.tx != nil {
		return db.now
	}
	return FromStd(db.clock())
}

// InTransaction reports whether the handle is a transaction.
func (db *DB) InTransaction() bool { return db.tx != nil }
