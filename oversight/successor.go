package oversight

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// MoveUnit gives what a unit has still to do to another one, which takes it in: open matters with their clocks, and shifts that
// have not ended. What comes back each year or quarter the other owes by itself.
func MoveUnit(ctx context.Context, tx *sql.DB, from, into units.Unit) error {
	for _, name := range []string{"matter.move_unit", "shift.move_unit"} {
		if _, err := tx.Exec(ctx, name, sql.Args{"from_id": from.ID, "to_id": into.ID, "now": tx.Now()}); err != nil {
			return wrap(err, "give the matters of unit %s to %s", from.ID, into.ID)
		}
	}
	if err := rules.MoveRunning(ctx, tx, from.ID, into.ID, into.Path, MatterSubject); err != nil {
		return err
	}
	return EndUnit(ctx, tx, from)
}

// EndUnit drops the clocks of the duties that come back at a unit that ends, and its bots with their secrets. What it missed is kept.
func EndUnit(ctx context.Context, tx *sql.DB, unit units.Unit) error {
	if _, err := tx.Exec(ctx, "reminder_hook.remove_of_unit", sql.Args{"unit_id": unit.ID, "now": tx.Now()}); err != nil {
		return wrap(err, "remove the bots of unit %s", unit.ID)
	}
	return rules.DropClocks(ctx, tx, UnitSubject, unit.ID)
}
