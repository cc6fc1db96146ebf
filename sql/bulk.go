package sql

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
)

// What one statement of InsertMany carries at most: rows, and parameters (SQLite takes 32,766).
const (
	bulkRows   = 200
	bulkParams = 30_000
)

var errNoValues = errors.New("the statement does not end with one VALUES list")

// InsertMany inserts many rows by an INSERT statement that says how one row is inserted: its VALUES list is written once
// for each row, up to 200 in one statement. Rows are Args or structs, as for Exec. It is no transaction of its own, so
// that its caller decides what belongs together; without one around it, the rows before an error stay.
func InsertMany[T any](ctx context.Context, db *DB, name string, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	st, err := db.statement(name)
	if err != nil {
		return err
	}
	head, tuple, found := cutValues(st.text)
	if !found {
		return fmt.Errorf("sql: %s: %w", name, errNoValues)
	}
	size := max(1, min(bulkRows, bulkParams/max(1, len(st.params))))
	for len(rows) > 0 {
		some := rows[:min(size, len(rows))]
		rows = rows[len(some):]
		if err := insertSome(ctx, db, st, head, tuple, some); err != nil {
			return err
		}
	}
	return nil
}

func insertSome[T any](ctx context.Context, db *DB, st statement, head, tuple string, rows []T) error {
	values := make([]any, 0, len(rows)*len(st.params))
	for _, row := range rows {
		lookup := db.lookup(row)
		for _, param := range st.params {
			value, ok := lookup(param)
			if !ok {
				return fmt.Errorf("sql: %s: no value for :%s", st.name, param)
			}
			values = append(values, value)
		}
	}
	var target sqlx.ExecerContext = db.write
	if db.tx != nil {
		target = db.tx
	}
	text := head + strings.Repeat(tuple+",", len(rows)-1) + tuple
	if _, err := target.ExecContext(ctx, text, values...); err != nil {
		return fmt.Errorf("sql: %s: %d rows: %w", st.name, len(rows), err)
	}
	return nil
}

// cutValues cuts an INSERT statement before the list of its one row; false when it does not end with one.
func cutValues(text string) (head, tuple string, found bool) {
	upper := strings.ToUpper(text)
	i := strings.LastIndex(upper, "VALUES")
	if i < 0 || !strings.HasPrefix(upper, "INSERT") {
		return "", "", false
	}
	head, tuple = text[:i+len("VALUES")]+" ", strings.TrimSpace(text[i+len("VALUES"):])
	return head, tuple, strings.HasPrefix(tuple, "(") && strings.HasSuffix(tuple, ")") && strings.Count(tuple, "(") == 1
}

// Analyze lets the database look at tables and remember how their values are spread, so that it finds the right index.
// It belongs after loading much at once; a table that grows by and by needs it now and then.
func Analyze(ctx context.Context, db *DB, tables ...string) error {
	for _, table := range tables {
		text := "ANALYZE " + table
		if db.dialect == MySQL {
			text = "ANALYZE TABLE " + table
		}
		if _, err := db.write.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("sql: analyze %s: %w", table, err)
		}
	}
	return nil
}
