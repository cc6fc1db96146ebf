package sql

import (
	"container/list"
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// SQLite runs inside the program, so translating a statement costs as much as running a short one. Each connection
// therefore keeps the statements that it ran last, ready to run again. A MySQL family server is sent texts instead: that is
// one round trip, where preparing would be two.

// What one connection keeps at most: statements, and bytes of their texts.
const (
	keptStatements = 200
	keptBytes      = 400_000
)

// keepingConnector opens connections that keep their statements.
type keepingConnector struct{ driver.Connector }

func newSQLiteConnector(dsn string) (driver.Connector, error) {
	inner, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("sql: read the SQLite options: %w", err)
	}
	return keepingConnector{inner}, nil
}

// Connect implements driver.Connector.
func (c keepingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("sql: the SQLite driver's %T lacks a method that the program relies on", conn)
	}
	return &keepingConn{sqliteConn: inner, kept: map[string]*list.Element{}, order: list.New()}, nil
}

// sqliteConn is what the driver's connections can do and database/sql asks of them.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keepingConn is a connection with the statements that it ran last. database/sql never uses one from two goroutines.
type keepingConn struct {
	sqliteConn
	kept  map[string]*list.Element // by text
	order *list.List               // of *keptStatement, the one used last first
	bytes int
}

type keptStatement struct {
	text string
	stmt driver.Stmt
	busy bool // its rows are being read
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	kept, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		return c.sqliteConn.ExecContext(ctx, text, args)
	}
	result, err := kept.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		c.drop(kept)
	}
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	kept, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		return c.sqliteConn.QueryContext(ctx, text, args)
	}
	rows, err := kept.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		c.drop(kept)
		return nil, err
	}
	kept.busy = true
	return &keptRows{Rows: rows, conn: c, kept: kept}, nil
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	for c.order.Len() > 0 {
		c.drop(c.order.Back().Value.(*keptStatement))
	}
	return c.sqliteConn.Close()
}

// statement returns a text ready to run; nil when it is none to keep, or when its rows are being read just now.
func (c *keepingConn) statement(ctx context.Context, text string) (*keptStatement, error) {
	if place, known := c.kept[text]; known {
		kept := place.Value.(*keptStatement)
		if kept.busy {
			return nil, nil
		}
		c.order.MoveToFront(place)
		return kept, nil
	}
	if !worthKeeping(text) {
		return nil, nil
	}
	stmt, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	kept := &keptStatement{text: text, stmt: stmt}
	c.kept[text] = c.order.PushFront(kept)
	c.bytes += len(text)
	c.shrink()
	return kept, nil
}

// worthKeeping reports whether a text is one that runs again and again, and short enough to be kept beside others.
func worthKeeping(text string) bool {
	verb, _, _ := strings.Cut(text, " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
		return len(text) <= keptBytes/10
	}
	return false
}

// shrink forgets what was used longest ago, until the rest fits.
func (c *keepingConn) shrink() {
	for place := c.order.Back(); place != c.order.Front() && (c.order.Len() > keptStatements || c.bytes > keptBytes); {
		kept := place.Value.(*keptStatement)
		place = place.Prev()
		if !kept.busy {
			c.drop(kept)
		}
	}
}

// drop forgets a statement; after an error nobody knows what state it is in.
func (c *keepingConn) drop(kept *keptStatement) {
	place, known := c.kept[kept.text]
	if !known || place.Value.(*keptStatement) != kept {
		return
	}
	delete(c.kept, kept.text)
	c.order.Remove(place)
	c.bytes -= len(kept.text)
	_ = kept.stmt.Close()
}

// keptRows gives the statement back when its rows are read.
type keptRows struct {
	driver.Rows
	conn *keepingConn
	kept *keptStatement
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.kept.busy = false
	if err != nil {
		r.conn.drop(r.kept)
	}
	return err
}
