package channels

import (
	"context"

	"govmedia/sql"
	"govmedia/units"
)

// TakeOver lets a person post by hand what the program was to send and what certainly did not go out: the package is made
// ready at once, and the delivery waits for the public address. Errors: ErrNotTakeable, ErrDeliveryStale, ErrDeliveryNotFound.
func TakeOver(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (View, error) {
	return act(ctx, db, actor, id, "delivery.taken_over", "转为人工发布", nil, func(tx *sql.DB, view View) error {
		if view.Version != version {
			return ErrDeliveryStale
		}
		if view.SeriesID != nil && view.Action == Publish {
			return ErrSeriesWhole
		}
		if !view.takeable() {
			return ErrNotTakeable
		}
		changed, err := tx.ExecOne(ctx, "delivery.take_over", sql.Args{"id": id, "version": version, "now": tx.Now()})
		if err == nil && !changed {
			err = ErrDeliveryStale
		}
		return err
	})
}
