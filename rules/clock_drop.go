package rules

import (
	"context"
	"fmt"
	"strings"

	"govmedia/sql"
)

// DropClocks removes every clock of things that are removed themselves. What they missed is kept: a thing that missed something is
// not to be removed.
func DropClocks(ctx context.Context, tx *sql.DB, kind SubjectKind, ids ...string) error {
	if _, err := tx.Exec(ctx, "clock.drop", sql.Args{"subject_kind": kind, "subject_ids": ids}); err != nil {
		return fmt.Errorf("rules: drop the clocks of %s %s: %w", kind, strings.Join(ids, ", "), err)
	}
	return nil
}
