package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// MoveUnit moves a unit in the tree, as units.Move does, and in the same transaction everything that is kept of its place:
// the paths of accounts, columns, clocks and breaches, the tallies of the units above it before and now, and a rejudgement,
// for other rules may hold in the new place. What was missed stays as it was judged. Errors: as units.Move.
func MoveUnit(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, parentID string) (units.Unit, error) {
	var moved units.Unit
	err := db.InTx(ctx, func(tx *sql.DB) error {
		before, err := units.Get(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if moved, err = units.Move(ctx, tx, actor, id, version, parentID); err != nil {
			return err
		}
		if err := followUnit(ctx, tx, before.Path, moved.Path); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "tally.mark_subtree", sql.Args{"path": moved.Path}); err != nil {
			return err
		}
		if err := reOffice(ctx, tx, moved.Path); err != nil {
			return err
		}
		_, err = Rejudge(ctx, tx, actor, moved, WhyMove, id, tx.Now())
		return err
	})
	return moved, wrap(err, "move unit %s", id)
}

// followUnit gives what is kept of the place of a unit and those below it its new place.
func followUnit(ctx context.Context, tx *sql.DB, from, to string) error {
	args := sql.Args{"old_path": from, "new_path": to, "kept": len(from) + 1}
	for _, name := range []string{"account.shift_paths", "column.shift_paths", "tally.shift_marks"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return err
		}
	}
	return rules.MovePaths(ctx, tx, from, to)
}
