// Package sqltest gives a test a fresh, migrated database: a SQLite file, or a database of its own on a private MariaDB
// that the test run starts and ends itself. A missing MariaDB fails the test; it is never skipped.
package sqltest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"govmedia/sql"
)

// ServerEnv names the variable that holds the DSN of a MariaDB to use (as "root@tcp(127.0.0.1:3306)/"), so that one
// server can serve all packages of a run. Without it each test process starts its own.
const ServerEnv = "GOVMEDIA_TEST_MYSQL"

// Each runs the same test on a fresh SQLite file and on a fresh MariaDB database, as the subtests "sqlite" and "mariadb".
func Each(t *testing.T, test func(t *testing.T, db *sql.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mariadb", func(t *testing.T) { test(t, MariaDB(t)) })
}

// SQLite returns a migrated database in a file of its own.
func SQLite(t testing.TB) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	WriteSQLite(t, path)
	return open(t, "sqlite:"+path)
}

// WriteSQLite makes a migrated database in a file, for programs that open it themselves.
func WriteSQLite(t testing.TB, path string) {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("migrate the SQLite template: %v", err)
	}
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatalf("write the SQLite file: %v", err)
	}
}

// MariaDB returns a migrated database of its own on the private server. It is dropped when the test ends.
func MariaDB(t testing.TB) *sql.DB {
	t.Helper()
	return open(t, MariaDBDSN(t, true))
}

// MariaDBDSN returns the DSN of a fresh database on the private server, migrated or empty, for programs that open it
// themselves. A migrated one is emptied when the test ends, and lent to another test: that costs a fiftieth of making the
// tables anew.
func MariaDBDSN(t testing.TB, migrated bool) string {
	t.Helper()
	server, err := mariaDB()
	if err != nil {
		t.Fatalf("MariaDB is needed for this test: %v", err)
	}
	if migrated {
		if name, found := server.borrow(); found {
			t.Cleanup(func() { server.giveBack(t, name) })
			return "mysql:" + server.dsn(name)
		}
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), server.count.Add(1))
	ctx := context.Background()
	if err := server.admin(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatalf("create database %s: %v", name, err)
	}
	if !migrated {
		t.Cleanup(func() { server.drop(t, name) })
		return "mysql:" + server.dsn(name)
	}
	if err := server.clone(ctx, name); err != nil {
		server.drop(t, name)
		t.Fatalf("migrate database %s: %v", name, err)
	}
	t.Cleanup(func() { server.giveBack(t, name) })
	return "mysql:" + server.dsn(name)
}

func (s *mariaServer) drop(t testing.TB, name string) {
	if err := s.admin(context.Background(), "DROP DATABASE "+name); err != nil {
		t.Logf("drop database %s: %v", name, err)
	}
}

// borrow takes an emptied database that a test before gave back.
func (s *mariaServer) borrow() (name string, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == 0 {
		return "", false
	}
	name = s.idle[len(s.idle)-1]
	s.idle = s.idle[:len(s.idle)-1]
	return name, true
}

// giveBack empties a database for the next test. The millions of rows of a benchmark, and what a failed test leaves, go with
// their tables.
func (s *mariaServer) giveBack(t testing.TB, name string) {
	_, benchmark := t.(*testing.B)
	template, err := s.template()
	if err != nil || benchmark || t.Failed() {
		s.drop(t, name)
		return
	}
	if err := sql.RunRaw(context.Background(), s.dsn(name), template.empty...); err != nil {
		t.Logf("empty database %s: %v", name, err)
		s.drop(t, name)
		return
	}
	s.mu.Lock()
	s.idle = append(s.idle, name)
	s.mu.Unlock()
}

func open(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(context.Background(), dsn)
	if err != nil {
		t.Fatalf("sql.Open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// sqliteTemplate is the content of a migrated SQLite file, made once for each test process.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "govmedia-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "template.db")
	ctx := context.Background()
	db, err := sql.Open(ctx, "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if _, err := sql.Migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil { // writes the WAL back into the file
		return nil, err
	}
	return os.ReadFile(path)
})

type mariaServer struct {
	config   *mysql.Config
	count    atomic.Int64
	template func() (template, error)

	mu   sync.Mutex
	idle []string // emptied databases
}

// template is the statements that make a migrated database without anything in it but the rows that migrations write, and
// those that bring a used one back to that.
type template struct{ create, empty []string }

// mariaDB returns the server of this test process, started when it is first asked for.
var mariaDB = sync.OnceValues(func() (*mariaServer, error) {
	var config *mysql.Config
	var err error
	if dsn := os.Getenv(ServerEnv); dsn != "" {
		config, err = mysql.ParseDSN(dsn)
	} else {
		config, err = startMariaDB()
	}
	if err != nil {
		return nil, err
	}
	server := &mariaServer{config: config}
	server.template = sync.OnceValues(server.buildTemplate)
	return server, nil
})

func (s *mariaServer) dsn(database string) string {
	c := s.config.Clone()
	c.DBName = database
	return c.FormatDSN()
}

func (s *mariaServer) admin(ctx context.Context, statements ...string) error {
	return sql.RunRaw(ctx, s.dsn(""), statements...)
}

// clone makes the tables of the template, with the few rows of theirs, in the named database: short statements instead of a
// migration.
func (s *mariaServer) clone(ctx context.Context, name string) error {
	template, err := s.template()
	if err != nil {
		return err
	}
	return sql.RunRaw(ctx, s.dsn(name), template.create...)
}

func (s *mariaServer) buildTemplate() (template, error) {
	var made template
	ctx := context.Background()
	name := fmt.Sprintf("template%d", os.Getpid())
	if err := s.admin(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		return made, err
	}
	db, err := sql.Open(ctx, "mysql:"+s.dsn(name))
	if err != nil {
		return made, err
	}
	defer func() { _ = db.Close() }()
	if _, err := sql.Migrate(ctx, db); err != nil {
		return made, err
	}
	tables, err := sql.Tables(ctx, db)
	if err != nil {
		return made, err
	}
	for _, table := range tables {
		rows := fmt.Sprintf("INSERT INTO `%s` SELECT * FROM `%s`.`%s`", table, name, table) // that migrations write
		made.create = append(made.create, fmt.Sprintf("CREATE TABLE `%s` LIKE `%s`.`%s`", table, name, table), rows)
		made.empty = append(made.empty, fmt.Sprintf("DELETE FROM `%s`", table), rows)
	}
	views, err := sql.Views(ctx, db)
	if err != nil {
		return made, err
	}
	for view, text := range views {
		// The server keeps the name of the template in the text; without it the view reads its own database.
		made.create = append(made.create, "CREATE VIEW "+view+" AS "+strings.ReplaceAll(text, "`"+name+"`.", ""))
	}
	return made, nil
}

// startMariaDB starts a server of its own on a free port. It ends with this process, and leaves nothing behind.
func startMariaDB() (*mysql.Config, error) {
	d, err := installMariaDB()
	if err != nil {
		return nil, err
	}
	shared = d
	err = d.start("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--max-connections=500")
	return d.config(), err
}

var shared *daemon // held for the life of this process

func find(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		if path := "/usr/sbin/" + name; fileExists(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed (Debian package mariadb-server)", names[0])
}

func fileExists(path string) bool { _, err := os.Stat(path); return err == nil }

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
