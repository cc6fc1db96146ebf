package sql

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// attempts bounds how often something is run when the database asks to try again.
const attempts = 6

// InTx runs work in one transaction: commit when it returns nil, roll back on an error or a panic. When the database
// says busy, deadlock or write conflict, the whole function runs again after a short random pause, up to six times in
// all, so it must change nothing but the database. Called on a transaction, it joins it.
func (db *DB) InTx(ctx context.Context, work func(tx *DB) error) error {
	if db.tx != nil {
		return work(db)
	}
	return again(ctx, func() error { return db.once(ctx, work) })
}

// again runs what may fail only because others write, until it does not, up to six times in all.
func again(ctx context.Context, run func() error) error {
	var err error
	for attempt := range attempts {
		if err = run(); err == nil || !IsRetryable(err) {
			return err
		}
		pause := time.Duration(5<<attempt) * time.Millisecond
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
	return fmt.Errorf("sql: gave up after %d attempts: %w", attempts, err)
}

func (db *DB) once(ctx context.Context, work func(tx *DB) error) (err error) {
	tx, err := db.write.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("sql: begin: %w", err)
	}
	tx.Mapper = db.write.Mapper
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback()
		}
	}()
	inner := *db
	inner.tx, inner.now = tx, FromStd(db.clock())
	if err := work(&inner); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sql: commit: %w", err)
	}
	done = true
	return nil
}
