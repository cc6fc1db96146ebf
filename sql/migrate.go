package sql

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrationFiles embed.FS

// Migrate brings the schema to the version of this binary and returns how many steps it took, 0 when there was nothing
// to do. Several nodes may call it at once. A schema newer than the binary is left alone and refused with ErrNewer.
func Migrate(ctx context.Context, db *DB) (int, error) {
	provider, err := newProvider(db)
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx) // takes the lock, and does nothing to a newer schema: all our steps are in it
	// SQLite has no lock for migrations: a second process starting at the same moment may find a table made just now.
	// Each step is one transaction there, so looking again is safe, and what is still missing fails again.
	for attempt := 0; err != nil && db.dialect == SQLite && attempt < 10; attempt++ {
		select {
		case <-ctx.Done():
			return len(results), ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		results, err = provider.Up(ctx)
	}
	if err != nil {
		return len(results), fmt.Errorf("sql: migrate: %w", err)
	}
	return len(results), refuseNewer(ctx, provider)
}

// CheckSchema returns nil when the schema is the one of this binary, ErrOlder or ErrNewer when it is not.
func CheckSchema(ctx context.Context, db *DB) error {
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("sql: check the schema: %w", err)
	}
	if pending {
		return ErrOlder
	}
	return nil
}

func refuseNewer(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("sql: read the schema version: %w", err)
	}
	if current > target {
		return ErrNewer.Because(fmt.Errorf("schema %d, binary %d", current, target))
	}
	return nil
}

func newProvider(db *DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrationFiles, "migrations/"+string(db.dialect))
	if err != nil {
		return nil, fmt.Errorf("sql: open the migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if db.dialect == MySQL {
		dialect = goose.DialectMySQL
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(500*time.Millisecond, 600))
		if err != nil {
			return nil, fmt.Errorf("sql: make the migration lock: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.write.DB, folder, options...)
	if err != nil {
		return nil, fmt.Errorf("sql: prepare the migrations: %w", err)
	}
	return provider, nil
}
