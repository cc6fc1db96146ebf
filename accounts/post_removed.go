package accounts

import (
	"context"

	"govmedia/sql"
)

// PostRemoved records that the post of a delivery was taken down at an instant. It still counts as the update it was (K12);
// one that is recorded as removed already, or that nobody knows, is left as it is. It is the program's own door: its callers
// have decided that the actor may.
func PostRemoved(ctx context.Context, tx *sql.DB, deliveryID string, at sql.Time) error {
	_, err := tx.Exec(ctx, "post.removed", sql.Args{"delivery_id": deliveryID, "at": at})
	return wrap(err, "record that the post of delivery %s was taken down", deliveryID)
}
