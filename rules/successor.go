package rules

import (
	"context"
	"fmt"

	"govmedia/sql"
)

// MoveUnit gives all clocks and breaches of the accounts and columns of one unit to another, which took it in. What was missed
// stays as it was judged.
func MoveUnit(ctx context.Context, tx *sql.DB, fromID, toID, toPath string) error {
	args := sql.Args{"from_id": fromID, "to_id": toID, "path": toPath, "kinds": []SubjectKind{AccountSubject, ColumnSubject}}
	for _, name := range []string{"clock.move_unit", "breach.move_unit"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return fmt.Errorf("rules: give the clocks of unit %s to %s: %w", fromID, toID, err)
		}
	}
	return nil
}

// MoveRunning gives the running clocks of some kinds of things of a unit to another, which took it in. What was missed stays.
func MoveRunning(ctx context.Context, tx *sql.DB, fromID, toID, toPath string, kinds ...SubjectKind) error {
	_, err := tx.Exec(ctx, "clock.move_running", sql.Args{"from_id": fromID, "to_id": toID, "path": toPath, "kinds": kinds})
	if err != nil {
		return fmt.Errorf("rules: give the running clocks of unit %s to %s: %w", fromID, toID, err)
	}
	return nil
}
