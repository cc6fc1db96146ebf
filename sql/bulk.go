package sql

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What one statement of InsertMany carries at most: rows, and parameters (SQLite takes 32,766).
const (
	bulkRows   = 200
	bulkParams = 30_000
)

var (
	errNoValues = errors.New("the statement does not end with one VALUES list")
	errNoRow    = errors.New("the statement does not have one (SELECT :a AS a, …) with all its parameters")
)

// bulkSize is how many rows one statement takes that has so many parameters for each.
func bulkSize(params int) int { return max(1, min(bulkRows, bulkParams/max(1, params))) }

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
	for some := range slices.Chunk(rows, bulkSize(len(st.params))) {
		if _, err := runMany(ctx, db, st, head+strings.Repeat(tuple+",", len(some)-1)+tuple, some); err != nil {
			return err
		}
	}
	return nil
}

// UpdateMany changes many rows by an UPDATE statement that takes what is new from a table of one row, which is written once
// for each row, up to 200 in one statement:
//
//	UPDATE clocks SET due_at = n.due_at FROM (SELECT :id AS id, :due_at AS due_at) n WHERE clocks.id = n.id
//	UPDATE (SELECT :id AS id, :due_at AS due_at) n STRAIGHT_JOIN clocks c ON n.id = c.id SET c.due_at = n.due_at -- for mysql
//
// All parameters stand in that table. STRAIGHT_JOIN keeps the database from reading, and locking, the other rows of a small
// table. It returns how many rows the statements matched; which ones
// were not is for the caller to find out, and what is to be undone then: it is no transaction of its own.
func UpdateMany[T any](ctx context.Context, db *DB, name string, rows []T) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	st, err := db.statement(name)
	if err != nil {
		return 0, err
	}
	head, row, tail, found := cutRow(st.text)
	if !found || strings.Count(row, "?") != len(st.params) {
		return 0, fmt.Errorf("sql: %s: %w", name, errNoRow)
	}
	var matched int64
	for some := range slices.Chunk(rows, bulkSize(len(st.params))) {
		n, err := runMany(ctx, db, st, head+row+strings.Repeat(" UNION ALL "+row, len(some)-1)+tail, some)
		if err != nil {
			return matched, err
		}
		matched += n
	}
	return matched, nil
}

// runMany runs a text that takes a statement's parameters once for each row, and returns how many rows it matched.
func runMany[T any](ctx context.Context, db *DB, st statement, text string, rows []T) (int64, error) {
	values := make([]any, 0, len(rows)*len(st.params))
	for _, row := range rows {
		lookup := db.lookup(row)
		for _, param := range st.params {
			value, ok := lookup(param)
			if !ok {
				return 0, fmt.Errorf("sql: %s: no value for :%s", st.name, param)
			}
			values = append(values, value)
		}
	}
	matched, err := db.exec(ctx, text, values)
	if err != nil {
		return 0, fmt.Errorf("sql: %s: %d rows: %w", st.name, len(rows), err)
	}
	return matched, nil
}

// cutRow cuts an UPDATE statement around the SELECT that is the table of its one row; false when it has none.
func cutRow(text string) (head, row, tail string, found bool) {
	if !strings.HasPrefix(strings.ToUpper(text), "UPDATE") {
		return "", "", "", false
	}
	start := strings.Index(text, "(SELECT ?")
	if start < 0 {
		return "", "", "", false
	}
	length := strings.IndexByte(text[start:], ')')
	if length < 0 {
		return "", "", "", false
	}
	return text[:start+1], text[start+1 : start+length], text[start+length:], true
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
