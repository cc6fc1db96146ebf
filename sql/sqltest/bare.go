package sqltest

import (
	"context"
	stdsql "database/sql"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Handle is a pool of database/sql itself.
type Handle = stdsql.DB

// Statement is one of its statements, ready to run.
type Statement = stdsql.Stmt

// Bare returns a handle of database/sql itself on the database that a DSN names, with one connection and nothing of ours
// between: what benchmarks compare with. Parameters are question marks.
func Bare(t testing.TB, dsn string) *Handle {
	t.Helper()
	driver, rest := "sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=mmap_size(0)&_pragma=cache_size(-8192)&_pragma=temp_store(2)"
	if server, isMySQL := strings.CutPrefix(dsn, "mysql:"); isMySQL {
		config, err := mysql.ParseDSN(server)
		if err != nil {
			t.Fatal(err)
		}
		config.InterpolateParams = true // one round trip for a statement, as the program has it
		driver, rest = "mysql", config.FormatDSN()
	}
	db, err := stdsql.Open(driver, rest)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if err := db.PingContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Rows runs a query on such a handle and hands each row to visit, which scans it.
func Rows(t testing.TB, db *Handle, query string, visit func(scan func(dest ...any)), args ...any) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		visit(func(dest ...any) {
			if err := rows.Scan(dest...); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
