package rules

import (
	"context"
	"fmt"

	"govmedia/sql"
)

// DropClocks removes every clock of a thing that is removed itself. What it missed is kept: a thing that missed something is
// not to be removed.
func DropClocks(ctx context.Context, tx *sql.DB, kind SubjectKind, id string) error {
	if _, err := tx.Exec(ctx, "clock.drop", sql.Args{"subject_kind": kind, "subject_id": id}); err != nil {
		return fmt.Errorf("rules: drop the clocks of %s %s: %w", kind, id, err)
	}
	return nil
}
