package sql

import (
	"bufio"
	"context"
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// statement is one named SQL text, its parameters taken out: text has one ? for each entry of params.
type statement struct {
	name   string
	text   string
	params []string
}

// statements holds every text of queries/*.sql: by name for all dialects, and by "name dialect" for a variant.
var statements = mustLoadStatements(queryFiles)

// Names returns the names of all statements, sorted, each once.
func Names() []string {
	var names []string
	for key := range statements {
		if !strings.Contains(key, " ") {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

// Args are the parameters of a statement by name. A slice (other than []byte) fills an IN list.
type Args map[string]any

// Get runs a statement that yields one row and returns it; ErrNone when there is none.
func Get[T any](ctx context.Context, db *DB, name string, args any) (T, error) {
	var row T
	text, values, err := db.bind(name, args)
	if err != nil {
		return row, err
	}
	if err := sqlx.GetContext(ctx, db.reader(), &row, text, values...); err != nil {
		return row, fmt.Errorf("sql: %s: %w", name, err)
	}
	return row, nil
}

// List runs a statement and returns all its rows, an empty list when there are none.
func List[T any](ctx context.Context, db *DB, name string, args any) ([]T, error) {
	rows := []T{}
	text, values, err := db.bind(name, args)
	if err != nil {
		return nil, err
	}
	if err := sqlx.SelectContext(ctx, db.reader(), &rows, text, values...); err != nil {
		return nil, fmt.Errorf("sql: %s: %w", name, err)
	}
	return rows, nil
}

// Each runs a statement and hands its rows over one by one, for results too long to hold. It stops at the first error.
func Each[T any](ctx context.Context, db *DB, name string, args any, visit func(T) error) error {
	text, values, err := db.bind(name, args)
	if err != nil {
		return err
	}
	rows, err := db.reader().QueryxContext(ctx, text, values...)
	if err != nil {
		return fmt.Errorf("sql: %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row T
		scan := rows.StructScan
		if reflect.TypeFor[T]().Kind() != reflect.Struct {
			scan = func(dest any) error { return rows.Scan(dest) }
		}
		if err := scan(&row); err != nil {
			return fmt.Errorf("sql: %s: %w", name, err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sql: %s: %w", name, err)
	}
	return nil
}

// Exec runs a statement that changes rows and returns how many it matched. args is an Args or a struct whose fields
// carry the parameters' names (UnitID for :unit_id). Outside a transaction it is run again when the database says busy,
// deadlock or write conflict, as InTx is: it had no effect then.
func (db *DB) Exec(ctx context.Context, name string, args any) (int64, error) {
	text, values, err := db.bind(name, args)
	if err != nil {
		return 0, err
	}
	n, err := db.exec(ctx, text, values)
	if err != nil {
		return 0, fmt.Errorf("sql: %s: %w", name, err)
	}
	return n, nil
}

// exec runs a text and returns how many rows it matched.
func (db *DB) exec(ctx context.Context, text string, values []any) (matched int64, err error) {
	if db.tx != nil {
		return execOn(ctx, db.tx, text, values)
	}
	err = again(ctx, func() error {
		matched, err = execOn(ctx, db.write, text, values)
		return err
	})
	return matched, err
}

func execOn(ctx context.Context, target sqlx.ExecerContext, text string, values []any) (int64, error) {
	result, err := target.ExecContext(ctx, text, values...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ExecOne is Exec for a guarded update: it reports whether exactly one row was matched, so whether the change was ours.
func (db *DB) ExecOne(ctx context.Context, name string, args any) (bool, error) {
	n, err := db.Exec(ctx, name, args)
	if err != nil {
		return false, err
	}
	if n > 1 {
		return false, fmt.Errorf("sql: %s: matched %d rows, want at most one", name, n)
	}
	return n == 1, nil
}

func (db *DB) reader() sqlx.QueryerContext {
	if db.tx != nil {
		return db.tx
	}
	return db.read
}

// statement returns a named statement as this dialect has it.
func (db *DB) statement(name string) (statement, error) {
	if st, ok := statements[name+" "+string(db.dialect)]; ok {
		return st, nil
	}
	if st, ok := statements[name]; ok {
		return st, nil
	}
	return statement{}, fmt.Errorf("sql: no statement is named %s", name)
}

// bind returns the text for this dialect and the values in the order of its question marks.
func (db *DB) bind(name string, args any) (string, []any, error) {
	st, err := db.statement(name)
	if err != nil {
		return "", nil, err
	}
	lookup := db.lookup(args)
	values := make([]any, len(st.params))
	expand := false
	for i, param := range st.params {
		value, ok := lookup(param)
		if !ok {
			return "", nil, fmt.Errorf("sql: %s: no value for :%s", name, param)
		}
		values[i] = value
		expand = expand || isList(value)
	}
	if !expand {
		return st.text, values, nil
	}
	return expandLists(st, values)
}

// isList reports whether value fills an IN list: a plain slice, not bytes and not a type that encodes itself.
func isList(value any) bool {
	switch value.(type) {
	case nil, []byte, driver.Valuer:
		return false
	}
	return reflect.TypeOf(value).Kind() == reflect.Slice
}

// expandLists widens each question mark whose value is a list. An empty list becomes NULL: IN (NULL) matches nothing.
func expandLists(st statement, values []any) (string, []any, error) {
	var text strings.Builder
	var flat []any
	next := 0
	for _, part := range strings.SplitAfter(st.text, "?") {
		body, isMark := strings.CutSuffix(part, "?")
		text.WriteString(body)
		if !isMark {
			continue
		}
		value := values[next]
		next++
		if !isList(value) {
			text.WriteByte('?')
			flat = append(flat, value)
			continue
		}
		list := reflect.ValueOf(value)
		if list.Len() == 0 {
			text.WriteString("NULL")
		}
		for i := range list.Len() {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteByte('?')
			flat = append(flat, list.Index(i).Interface())
		}
	}
	return text.String(), flat, nil
}

func (db *DB) lookup(args any) func(string) (any, bool) {
	switch a := args.(type) {
	case nil:
		return func(string) (any, bool) { return nil, false }
	case Args:
		return func(name string) (any, bool) { v, ok := a[name]; return v, ok }
	}
	value := reflect.Indirect(reflect.ValueOf(args))
	fields := db.mapper().TypeMap(value.Type()).Names
	return func(name string) (any, bool) {
		field, ok := fields[name]
		if !ok {
			return nil, false
		}
		return reflectx.FieldByIndexesReadOnly(value, field.Index).Interface(), true // a nil pointer stays one, and is NULL
	}
}

func (db *DB) mapper() *reflectx.Mapper { return db.write.Mapper }

func mustLoadStatements(files fs.FS) map[string]statement {
	loaded, err := loadStatements(files)
	if err != nil {
		panic(err)
	}
	return loaded
}

// loadStatements reads every file of queries/. A statement starts at "-- name: noun.verb", or "-- name: noun.verb mysql"
// for the variant of one dialect, which must stand under the shared text; the comment lines after it say what it is for.
func loadStatements(files fs.FS) (map[string]statement, error) {
	loaded := map[string]statement{}
	paths, err := fs.Glob(files, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("sql: list the queries: %w", err)
	}
	for _, path := range paths {
		raw, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, fmt.Errorf("sql: read %s: %w", path, err)
		}
		if err := parseFile(path, string(raw), loaded); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

func parseFile(path, raw string, into map[string]statement) error {
	var key string
	var body strings.Builder
	flush := func() error {
		text := strings.TrimSuffix(strings.TrimSpace(body.String()), ";")
		body.Reset()
		if key == "" {
			if text != "" {
				return fmt.Errorf("sql: %s: text before the first name", path)
			}
			return nil
		}
		if text == "" {
			return fmt.Errorf("sql: %s: %s has no text", path, key)
		}
		if _, taken := into[key]; taken {
			return fmt.Errorf("sql: %s: %s stands twice", path, key)
		}
		if shared, dialect, isVariant := strings.Cut(key, " "); isVariant {
			if _, ok := into[shared]; !ok || Dialect(dialect) != SQLite && Dialect(dialect) != MySQL {
				return fmt.Errorf("sql: %s: %s is no variant of a statement above it", path, key)
			}
		}
		st, err := compile(key, text)
		if err != nil {
			return fmt.Errorf("sql: %s: %w", path, err)
		}
		into[key] = st
		return nil
	}
	lines := bufio.NewScanner(strings.NewReader(raw))
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "-- name: "); ok {
			if err := flush(); err != nil {
				return err
			}
			key = strings.TrimSpace(name)
			continue
		}
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			body.WriteString(line + "\n")
		}
	}
	return flush()
}

// compile replaces each :name outside quotes by a question mark.
func compile(name, text string) (statement, error) {
	st := statement{name: name}
	var out strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\'':
			quoted = !quoted
			out.WriteByte(c)
		case quoted:
			if c == '?' {
				return st, fmt.Errorf("%s: a question mark stands in quotes", name)
			}
			out.WriteByte(c)
		case c == '?':
			return st, fmt.Errorf("%s: use :name, not a question mark", name)
		case c == ':' && i+1 < len(text) && isNameByte(text[i+1]):
			end := i + 1
			for end < len(text) && isNameByte(text[end]) {
				end++
			}
			st.params = append(st.params, text[i+1:end])
			out.WriteByte('?')
			i = end - 1
		default:
			out.WriteByte(c)
		}
	}
	if quoted {
		return st, fmt.Errorf("%s: a quote is left open", name)
	}
	st.text = out.String()
	return st, nil
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}
