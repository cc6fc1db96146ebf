package sql

import "context"

// MigrateTo brings a fresh database to an earlier version of the schema.
func MigrateTo(ctx context.Context, db *DB, version int64) error {
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// ExecRaw runs statements that no query has, with values.
func ExecRaw(ctx context.Context, db *DB, text string, values ...any) error {
	_, err := db.write.ExecContext(ctx, text, values...)
	return err
}

// StringsOf runs a query that no query file has and returns its one column.
func StringsOf(ctx context.Context, db *DB, text string) (list []string, err error) {
	return list, db.write.SelectContext(ctx, &list, text)
}
