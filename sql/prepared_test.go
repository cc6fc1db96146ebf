package sql_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// A statement is kept ready on its connection; what comes of it must be as if it were new each time.
func TestAStatementRunsAgainAndAgain(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		for i := range 300 {
			args := sql.Args{"account_id": fmt.Sprint("a", i%7), "day": fmt.Sprint(i), "path": "x"}
			if _, err := db.Exec(t.Context(), "call_count.insert", args); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(t.Context(), "call_count.insert", args); !sql.IsDuplicate(err) { // an error spoils nothing
				t.Fatalf("the row twice: %v, want a duplicate", err)
			}
			if used, err := sql.Get[int](t.Context(), db, "call_count.get", args); err != nil || used != 1 {
				t.Fatalf("row %d = %d, %v, want 1", i, used, err)
			}
		}
	})
}

// While its rows are read, the same statement runs within itself, on the connection of a transaction.
func TestAStatementRunsWithinItself(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		rows := make([]sql.Args, 5)
		for i := range rows {
			rows[i] = sql.Args{"account_id": fmt.Sprint("a", i), "day": "x", "path": "x"}
		}
		if err := sql.InsertMany(t.Context(), db, "call_count.insert", rows); err != nil {
			t.Fatal(err)
		}
		list := func(visit func(int) error) error {
			return sql.Each(t.Context(), db, "call_count.get", rows[0], visit)
		}
		inner := 0
		err := list(func(int) error { return list(func(int) error { inner++; return nil }) })
		if err != nil || inner != 1 {
			t.Errorf("the statement within itself saw %d rows, %v, want 1", inner, err)
		}
	})
}

// More different texts than a connection keeps.
func TestManyStatements(t *testing.T) {
	db := sqltest.SQLite(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range 300 {
				ids := strings.Split(strings.Repeat("x,", n), ",")
				if list, err := sql.List[struct{ ID, Path string }](t.Context(), db, "unit.paths", sql.Args{"ids": ids}); err != nil || len(list) > 0 {
					t.Errorf("worker %d with %d ids: %v, %v", worker, n, list, err)
				}
			}
		})
	}
	wg.Wait()
}

// A query that is broken off half way leaves a connection that works.
func TestABrokenOffQuerySpoilsNothing(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		args := sql.Args{"account_id": "a", "day": "x", "path": "x"}
		if _, err := db.Exec(t.Context(), "call_count.insert", args); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			_, _ = sql.Get[int](ctx, db, "call_count.get", args)
			cancel()
			if used, err := sql.Get[int](t.Context(), db, "call_count.get", args); err != nil || used != 1 {
				t.Fatalf("after a broken off query: %d, %v, want 1", used, err)
			}
		}
	})
}
