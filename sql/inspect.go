package sql

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Tables returns the names of the database's tables, sorted, goose's own among them.
func Tables(ctx context.Context, db *DB) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
	if db.dialect == MySQL {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name"
	}
	names := []string{}
	if err := sqlx.SelectContext(ctx, db.read, &names, query); err != nil {
		return nil, fmt.Errorf("sql: list the tables: %w", err)
	}
	return names, nil
}

// Views returns the statement that makes each view of a MySQL family database, by name. Tests copy a schema with it.
func Views(ctx context.Context, db *DB) (map[string]string, error) {
	var rows []struct{ Name, Text string }
	err := sqlx.SelectContext(ctx, db.read, &rows,
		"SELECT table_name AS name, view_definition AS text FROM information_schema.views WHERE table_schema = DATABASE()")
	if err != nil {
		return nil, fmt.Errorf("sql: list the views: %w", err)
	}
	views := map[string]string{}
	for _, row := range rows {
		views[row.Name] = row.Text
	}
	return views, nil
}

// RunRaw opens a MySQL family server by the driver's own DSN and runs statements as they are, for tools that create
// and drop databases. Nothing in the program's own paths calls it.
func RunRaw(ctx context.Context, dsn string, statements ...string) error {
	db, err := openMySQL(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.write.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("sql: run %.60q: %w", statement, err)
		}
	}
	return nil
}

// Prepare asks the database to parse a named statement, for the test that every statement stands on every database.
func Prepare(ctx context.Context, db *DB, name string) error {
	st, ok := statements[name+" "+string(db.dialect)]
	if !ok {
		st, ok = statements[name]
	}
	if !ok {
		return fmt.Errorf("sql: no statement is named %s", name)
	}
	prepared, err := db.write.PreparexContext(ctx, st.text)
	if err != nil {
		return fmt.Errorf("sql: prepare %s: %w", name, err)
	}
	defer func() { _ = prepared.Close() }()
	return nil
}

// Column is one column of a table as Shape sees it.
type Column struct {
	Table, Name string
	Nullable    bool
	Indexes     string // "index(place)" of each index it stands in, sorted
}

// Shape returns tables, columns, nullability and indexes in a form that is equal for equal schemas on any dialect.
func Shape(ctx context.Context, db *DB) ([]Column, error) {
	query := `
SELECT m.name AS table_name, c.name AS column_name, CASE WHEN c."notnull" = 0 AND c.pk = 0 THEN 1 ELSE 0 END AS nullable,
  COALESCE((SELECT group_concat(part) FROM (
    SELECT (CASE l.origin WHEN 'pk' THEN 'primary' ELSE l.name END) || '(' || i.seqno || CASE l."unique" WHEN 1 THEN ' unique' ELSE '' END || ')' AS part
    FROM pragma_index_list(m.name) l, pragma_index_info(l.name) i WHERE i.name = c.name ORDER BY part)), '') AS indexes
FROM sqlite_master m, pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name NOT LIKE 'goose!_%' ESCAPE '!'
ORDER BY m.name, c.name`
	if db.dialect == MySQL {
		query = `
SELECT c.table_name AS table_name, c.column_name AS column_name, CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS nullable,
  COALESCE((SELECT GROUP_CONCAT(part ORDER BY part) FROM (
    SELECT s.table_name, s.column_name, CONCAT(CASE s.index_name WHEN 'PRIMARY' THEN 'primary' ELSE s.index_name END,
      '(', s.seq_in_index - 1, CASE s.non_unique WHEN 0 THEN ' unique' ELSE '' END, ')') AS part
    FROM information_schema.statistics s WHERE s.table_schema = DATABASE()) x
    WHERE x.table_name = c.table_name AND x.column_name = c.column_name), '') AS indexes
FROM information_schema.columns c
WHERE c.table_schema = DATABASE() AND c.table_name NOT LIKE 'goose!_%' ESCAPE '!'
  AND c.table_name IN (SELECT t.table_name FROM information_schema.tables t WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE')
ORDER BY c.table_name, c.column_name`
	}
	rows, err := db.read.QueryxContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("sql: read the schema: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var shape []Column
	for rows.Next() {
		var c Column
		if err := rows.Scan(&c.Table, &c.Name, &c.Nullable, &c.Indexes); err != nil {
			return nil, fmt.Errorf("sql: read the schema: %w", err)
		}
		shape = append(shape, c)
	}
	slices.SortFunc(shape, func(a, b Column) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Name, b.Name))
	})
	return shape, rows.Err()
}

// PretendVersion records a schema version that no migration of this binary has, for the test that a newer schema is refused.
func PretendVersion(ctx context.Context, db *DB, version int64) error {
	if _, err := db.write.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", version); err != nil {
		return fmt.Errorf("sql: pretend version %d: %w", version, err)
	}
	return nil
}
