package articles

import (
	"context"
	"fmt"

	"govmedia/sql"
	"govmedia/units"
)

// MoveUnit gives the drafts and the pictures of a unit to another one, which takes it in. What was published stays with the
// unit that published it; texts that are being signed must be finished or withdrawn before.
func MoveUnit(ctx context.Context, tx *sql.DB, from, into units.Unit) error {
	for _, name := range []string{"article.move_unit", "media.move_unit"} {
		if _, err := tx.Exec(ctx, name, sql.Args{"from_id": from.ID, "to_id": into.ID}); err != nil {
			return fmt.Errorf("articles: give the drafts of unit %s to %s: %w", from.ID, into.ID, err)
		}
	}
	return nil
}
