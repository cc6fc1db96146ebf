package channels

import (
	"context"
	"errors"
	"fmt"
	"time"

	"govmedia/sql"
)

// patience is how long a delivery lets an earlier one of its account go first that is to be tried again later.
const patience = 10 * time.Minute

// Due returns the ids of at most limit deliveries to work on now: retractions first; then what was submitted, so that behind
// many that are to be sent the rows still come to say soon what is public, but not more than half; then what is to be sent,
// at most one of each account. Of each kind those that waited longest come first. It takes no lock; Claim decides whose each
// one is.
func Due(ctx context.Context, db *sql.DB, limit int) ([]string, error) {
	ids, err := DueUrgent(ctx, db, limit)
	if err != nil || len(ids) == limit {
		return ids, err
	}
	now := db.Now()
	asked, err := sql.List[string](ctx, db, "delivery.due_asked", sql.Args{"now": now, "limit": (limit - len(ids) + 1) / 2})
	if err != nil {
		return nil, err
	}
	ids = append(ids, asked...)
	rest, err := sql.List[string](ctx, db, "delivery.due", sql.Args{"now": now, "patient": now.Add(-patience), "limit": limit - len(ids)})
	return append(ids, rest...), err
}

// DueUrgent returns the ids of at most limit retractions to work on now, those that waited longest first.
func DueUrgent(ctx context.Context, db *sql.DB, limit int) ([]string, error) {
	return sql.List[string](ctx, db, "delivery.due_urgent", sql.Args{"now": db.Now(), "limit": limit})
}

// NextDue returns when the next delivery falls due after now, and false when none is waiting.
func NextDue(ctx context.Context, db *sql.DB) (sql.Time, bool, error) {
	next, err := sql.Get[sql.Time](ctx, db, "delivery.next", sql.Args{"now": db.Now()})
	if errors.Is(err, sql.ErrNone) {
		return 0, false, nil
	}
	return next, err == nil, err
}

// Claim takes a delivery for lease and returns it with Holder set, or false when another worker was faster. A claim is
// two columns and no state, so after a crash the state is still true and the next claimer goes on from it.
func Claim(ctx context.Context, db *sql.DB, id string, lease time.Duration) (Delivery, bool, error) {
	holder := sql.NewID() // new for each claim: a worker that lost its lease can save nothing any more
	now := db.Now()
	mine, err := db.ExecOne(ctx, "delivery.claim", sql.Args{"id": id, "holder": holder, "now": now, "until": now.Add(lease)})
	if err != nil || !mine {
		return Delivery{}, false, err
	}
	delivery, err := sql.Get[Delivery](ctx, db, "delivery.get", sql.Args{"id": id})
	if err != nil {
		return Delivery{}, false, fmt.Errorf("read claimed delivery %s: %w", id, err)
	}
	if delivery.Holder == nil || *delivery.Holder != holder {
		return Delivery{}, false, nil
	}
	return delivery, true, nil
}
