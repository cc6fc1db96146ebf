package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"govmedia/sql"
	"govmedia/sql/sqltest"
)

func TestInsertManyInsertsEveryRow(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		type row struct{ AccountID, Day, Path string }
		const many = 1003 // no multiple of what one statement carries
		rows := make([]row, many)
		for i := range rows {
			rows[i] = row{AccountID: fmt.Sprint("a", i), Day: "2026-03-02", Path: "有'引号?:day"}
		}
		if err := sql.InsertMany(t.Context(), db, "call_count.insert", rows); err != nil {
			t.Fatalf("InsertMany: %v", err)
		}
		for _, row := range rows {
			if used, err := sql.Get[int](t.Context(), db, "call_count.get", row); err != nil || used != 1 {
				t.Fatalf("row %v = %d, %v, want 1", row, used, err)
			}
		}
		if err := sql.InsertMany(t.Context(), db, "call_count.insert", []row{}); err != nil {
			t.Errorf("InsertMany of no rows = %v, want nil", err)
		}
	})
}

func TestInsertManyLeavesNothingOfARolledBackTransaction(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		rows := make([]sql.Args, 450)
		for i := range rows {
			rows[i] = sql.Args{"account_id": fmt.Sprint("a", i), "day": "2026-03-02", "path": "x"}
		}
		rows[449]["account_id"] = "a0" // in the last statement, twice
		err := db.InTx(t.Context(), func(tx *sql.DB) error { return sql.InsertMany(t.Context(), tx, "call_count.insert", rows) })
		if !sql.IsDuplicate(err) {
			t.Errorf("InsertMany with a row twice = %v, want a duplicate", err)
		}
		if _, err := sql.Get[int](t.Context(), db, "call_count.get", rows[1]); err == nil {
			t.Error("a row of the rolled back transaction stayed")
		}
	})
}

func TestInsertManyRefusesWhatIsNoInsertOfOneRow(t *testing.T) {
	db := sqltest.SQLite(t)
	for name, want := range map[string]string{
		"call_count.add":    "VALUES", // an update
		"tally.mark":        "VALUES", // inserts what it selects
		"nothing.here":      "nothing.here",
		"call_count.insert": ":path",
	} {
		err := sql.InsertMany(t.Context(), db, name, []sql.Args{{"account_id": "a", "day": "x", "ids": []string{"a"}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("InsertMany(%s) = %v, want an error that names %s", name, err, want)
		}
	}
}

func TestAnalyze(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		if err := sql.Analyze(t.Context(), db, "accounts", "posts"); err != nil {
			t.Errorf("Analyze = %v, want nil", err)
		}
		if err := sql.Analyze(t.Context(), db, "no_such_table"); db.Dialect() == sql.SQLite && err == nil {
			t.Error("Analyze of a table that does not exist passed")
		}
	})
}
