package sql_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

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

// clockRow is a row as clock.insert and clock.restart take it and clock.find returns it.
type clockRow struct {
	ID, SubjectKind, SubjectID, UnitID, Path, Platform, Rulebook, Section, Rule string
	Articles                                                                    sql.Strings
	Reason                                                                      string
	LimitN                                                                      int
	LimitUnit                                                                   string
	StartedAt                                                                   sql.Time
	DueAt                                                                       *sql.Time
	EndOfDay                                                                    bool
	DoneAt                                                                      *sql.Time
	CreatedAt, UpdatedAt                                                        sql.Time
	Version                                                                     int
}

func TestUpdateManyGivesEachRowItsOwn(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		const many, taken = 403, 7 // many is no multiple of what one statement carries
		rows := make([]clockRow, many)
		for i := range rows {
			rows[i] = clockRow{ID: fmt.Sprint("c", i), SubjectKind: "account", SubjectID: fmt.Sprint("a", i), UnitID: "u", Path: "u/", Platform: "wechat",
				Rulebook: "r", Section: "s", Rule: "x", Articles: sql.Strings{"第一条"}, LimitN: 7, LimitUnit: "day", StartedAt: 1, CreatedAt: 1, UpdatedAt: 1, Version: 1}
		}
		if err := sql.InsertMany(t.Context(), db, "clock.insert", rows); err != nil {
			t.Fatal(err)
		}
		before := rows[taken]
		for i := range rows {
			rows[i].Version, rows[i].Reason, rows[i].EndOfDay, rows[i].UpdatedAt = 2, fmt.Sprintf("有'引号? :%d", i), i%2 == 0, 9
			if i%3 > 0 { // the first one has no due time
				rows[i].DueAt = sql.Time(1000 + i).Ptr()
			}
		}
		rows[taken].Version = 5 // not the one after what stands there: somebody was faster
		if matched, err := sql.UpdateMany(t.Context(), db, "clock.restart", rows); err != nil || matched != many-1 {
			t.Fatalf("UpdateMany = %d, %v, want %d", matched, err, many-1)
		}
		rows[taken] = before
		for _, want := range rows {
			if got, err := sql.Get[clockRow](t.Context(), db, "clock.find", want); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("clock %s = %+v, %v, want %+v", want.ID, got, err, want)
			}
		}
		if matched, err := sql.UpdateMany(t.Context(), db, "clock.restart", []clockRow{}); err != nil || matched != 0 {
			t.Errorf("UpdateMany of no rows = %d, %v, want none", matched, err)
		}
	})
}

func TestUpdateManyRefusesWhatHasNoTableOfOneRow(t *testing.T) {
	db := sqltest.SQLite(t)
	for name, want := range map[string]string{
		"call_count.add":    "SELECT",
		"call_count.insert": "SELECT",
		"nothing.here":      "nothing.here",
		"clock.restart":     ":version",
	} {
		_, err := sql.UpdateMany(t.Context(), db, name, []sql.Args{{"id": "a"}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("UpdateMany of %s = %v, want an error with %q", name, err, want)
		}
	}
}

// A single statement that a database gives up for a transaction's sake is run again, as a transaction would be.
func TestAStatementThatLosesToATransactionIsRunAgain(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		clock := func(n, version int) clockRow {
			return clockRow{ID: fmt.Sprint("c", n), SubjectKind: "account", SubjectID: fmt.Sprint("a", n), Articles: sql.Strings{}, Version: version}
		}
		if err := sql.InsertMany(t.Context(), db, "clock.insert", []clockRow{clock(0, 1), clock(1, 1)}); err != nil {
			t.Fatal(err)
		}
		lost := make(chan error, 1)
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			heavy := make([]clockRow, 50) // so that the statement is what is given up
			for i := range heavy {
				heavy[i] = clock(100+i, 1)
			}
			if err := sql.InsertMany(t.Context(), tx, "clock.insert", heavy); err != nil {
				return err
			}
			if _, err := sql.UpdateMany(t.Context(), tx, "clock.restart", []clockRow{clock(0, 2)}); err != nil {
				return err
			}
			go func() {
				_, err := sql.UpdateMany(t.Context(), db, "clock.restart", []clockRow{clock(1, 2), clock(0, 2)}) // in the other order
				lost <- err
			}()
			time.Sleep(300 * time.Millisecond) // it has the one row and waits for the other
			_, err := sql.UpdateMany(t.Context(), tx, "clock.restart", []clockRow{clock(1, 2)})
			return err
		})
		if err != nil {
			t.Errorf("the transaction: %v", err)
		}
		if err := <-lost; err != nil {
			t.Errorf("the statement: %v", err)
		}
	})
}
