package sql

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"net"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"govmedia/fault"
)

// ErrNone is what Get returns when no row matches.
var ErrNone = stdsql.ErrNoRows

// ErrConflict is what a function inside InTx returns, wrapped or bare, when another writer was faster and the whole
// transaction should run again. IsRetryable knows it.
var ErrConflict = errors.New("sql: another writer was faster")

// The faults of the database itself.
var (
	ErrUnavailable = fault.Define("database.unavailable", fault.Unavailable, "数据库暂时连不上，您填写的内容还在页面上，请稍后再试一次。")
	ErrFull        = fault.Define("database.full", fault.Unavailable, "服务器磁盘已满，内容没有保存。请联系系统管理员清理磁盘后再试，您填写的内容还在页面上。")
	ErrNewer       = fault.Define("database.newer", fault.Unavailable, "数据库版本比本程序新，请升级 govmedia 后再启动。")
	ErrOlder       = fault.Define("database.older", fault.Unavailable, "数据库还没有升级，请先运行 govmedia migrate。")
)

// MySQL family error numbers. Numbers, not texts: texts are for people.
const (
	mysqlDuplicate     = 1062
	mysqlLockTimeout   = 1205
	mysqlDeadlock      = 1213
	mysqlTableFull     = 1114
	mysqlDiskFull      = 1021
	mysqlShutdown      = 1053
	tidbConflict       = 9007
	tidbTxnRetry       = 8022
	tidbSchemaChanged  = 8028
	tidbInfoSchemaLate = 8002
)

// IsDuplicate reports whether err says that a unique key was taken.
func IsDuplicate(err error) bool {
	var m *mysql.MySQLError
	if errors.As(err, &m) {
		return m.Number == mysqlDuplicate
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		return s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || s.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsRetryable reports whether err says that the same transaction may pass when it is run again.
func IsRetryable(err error) bool {
	if errors.Is(err, ErrConflict) {
		return true
	}
	var m *mysql.MySQLError
	if errors.As(err, &m) {
		switch m.Number {
		case mysqlDeadlock, mysqlLockTimeout, tidbConflict, tidbTxnRetry, tidbSchemaChanged, tidbInfoSchemaLate:
			return true
		}
		return false
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		return s.Code()&0xff == sqlite3.SQLITE_BUSY || s.Code()&0xff == sqlite3.SQLITE_LOCKED
	}
	return false
}

// Explain turns an error of the database that a person can meet into a fault: away, or disk full. Any other error comes
// back as it is. The server calls it once, where errors become answers.
func Explain(err error) error {
	// A request that ran out of time, or whose client left, says nothing about the database.
	if err == nil || fault.As(err) != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	var m *mysql.MySQLError
	var s *sqlite.Error
	var n net.Error
	switch {
	case errors.As(err, &m):
		if m.Number == mysqlTableFull || m.Number == mysqlDiskFull {
			return ErrFull.Because(err)
		}
		if m.Number == mysqlShutdown {
			return ErrUnavailable.Because(err)
		}
	case errors.As(err, &s):
		switch s.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return ErrFull.Because(err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY:
			return ErrUnavailable.Because(err)
		}
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.As(err, &n):
		return ErrUnavailable.Because(err)
	}
	return err
}
