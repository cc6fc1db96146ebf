package channels

import (
	"context"
	"net/url"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// act loads a delivery the actor may act on, runs a guarded change, and writes the audit line and what was done into the journal,
// in one transaction.
func act(ctx context.Context, db *sql.DB, actor units.Actor, id, action, did string, detail sql.Object, change func(tx *sql.DB, view View) error) (View, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := load(ctx, tx, actor, units.ActDeliveries, id)
		if err != nil {
			return err
		}
		if err := change(tx, view); err != nil {
			return err
		}
		if err := NoteDecision(ctx, tx, actor, id, did); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: view.UnitID, Action: action, ObjectKind: "delivery", ObjectID: id, Detail: detail})
	})
	if err != nil {
		return View{}, err
	}
	return Get(ctx, db, actor, id)
}

// Cancel calls a delivery off while the platform cannot have been asked to publish, or while a person has not posted it, and
// puts away what failed. A retraction cannot be called off.
func Cancel(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (View, error) {
	return act(ctx, db, actor, id, "delivery.cancelled", "取消了投递", nil, func(tx *sql.DB, view View) error {
		if err := cancelsAlone(ctx, tx, view.Delivery); err != nil {
			return err
		}
		args := sql.Args{"id": id, "version": version, "now": tx.Now()}
		for _, statement := range []string{"delivery.cancel", "delivery.cancel_waiting", "delivery.cancel_failed"} {
			if changed, err := tx.ExecOne(ctx, statement, args); err != nil || changed {
				return firstError(err, func() error { return breakSeries(ctx, tx, view.Delivery) })
			}
		}
		if view.Version != version {
			return ErrDeliveryStale
		}
		return ErrNotCancellable
	})
}

// TryAgain sends a failed delivery back to its start, or lets one that waits for a later attempt go on at once, whatever was
// thought of its platform; a retraction or correction that waits for a hand is tried by the program once more. Nothing that
// may already be public is published again, nor what is being taken down.
func TryAgain(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (View, error) {
	return act(ctx, db, actor, id, "delivery.retried", "要求现在再试", nil, func(tx *sql.DB, view View) error {
		if view.SeriesID != nil && view.Action == Publish {
			return retryTogether(ctx, tx, view.Delivery, version)
		}
		args := sql.Args{"id": id, "version": version, "now": tx.Now()}
		for _, statement := range []string{"delivery.retry", "delivery.hurry", "delivery.from_hand"} {
			if changed, err := tx.ExecOne(ctx, statement, args); err != nil || changed {
				return firstError(err, func() error { return pierce(ctx, tx, view.Delivery) })
			}
		}
		if view.Version != version {
			return ErrDeliveryStale
		}
		return ErrNotRetryable
	})
}

// pierce lets the platform of a delivery be tried at once, though it was given up for a while.
func pierce(ctx context.Context, tx *sql.DB, delivery Delivery) error {
	_, err := tx.Exec(ctx, "circuit.pierce", sql.Args{"name": circuitName(delivery.Platform, delivery.AccountID), "now": tx.Now()})
	return err
}

// ConfirmByHand records that a person published the prepared package, or found an unclear delivery to be public.
func ConfirmByHand(ctx context.Context, db *sql.DB, out *Outside, actor units.Actor, id string, version int64, publicURL string) (View, error) {
	publicURL = strings.TrimSpace(publicURL)
	if parsed, err := url.Parse(publicURL); err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" || len(publicURL) > 1000 {
		return View{}, ErrURLRequired.On("url")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := load(ctx, tx, actor, units.ActDeliveries, id)
		if err != nil {
			return err
		}
		if view.Version != version {
			return ErrDeliveryStale
		}
		if view.Action != Publish || !view.awaitsHand() && view.State != Unknown && !(view.State == Failed && view.ErrorClass == ByHand) {
			return ErrNotAwaiting
		}
		return Confirm(ctx, tx, out, Confirmation{DeliveryID: id, URL: publicURL, How: "人工登记发布网址（" + actor.Name + "）", Actor: actor})
	})
	if err != nil {
		return View{}, err
	}
	return Get(ctx, db, actor, id)
}

// SettleAbsent records that a person looked and that an unclear delivery is not public. It may be tried again then.
func SettleAbsent(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, reason string) (View, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return View{}, ErrReasonRequired.On("reason")
	}
	return act(ctx, db, actor, id, "delivery.settled_absent", "核实后登记：没有发出。"+reason, sql.Object{"reason": reason}, func(tx *sql.DB, view View) error {
		if view.State != Unknown {
			return ErrNotUnknown
		}
		changed, err := tx.ExecOne(ctx, "delivery.settle_absent", sql.Args{
			"id": id, "version": version, "now": tx.Now(), "advice": cut("人工核实没有发出："+reason+"。可以重试。", 500),
		})
		if err == nil && !changed {
			err = ErrDeliveryStale
		}
		if err != nil {
			return err
		}
		return firstError(rouse(ctx, tx, id), func() error { return settleTogether(ctx, tx, view.Delivery) })
	})
}

// CallOff cancels every delivery of an article that waits or has failed, and reports whether none is left that went out or
// may have; what was taken down before is no longer out. Called within a transaction, so that the caller can undo it when the answer is no.
func CallOff(ctx context.Context, tx *sql.DB, originID string) (bool, error) {
	deliveries, err := OfOrigin(ctx, tx, originID)
	if err != nil {
		return false, err
	}
	for _, delivery := range deliveries {
		if delivery.State == Cancelled || delivery.State == Retracted {
			continue
		}
		if delivery.SeriesID != nil {
			return false, ErrSeriesWhole.Say("这篇稿件编在一条多图文里（第 %d 篇），不能单独撤销排期。请到多图文页移出这一篇，或取消整条。", *delivery.SeriesPlace)
		}
		cancelled, err := tx.ExecOne(ctx, "delivery.call_off", sql.Args{"id": delivery.ID, "now": tx.Now()})
		if err != nil || !cancelled {
			return false, err
		}
	}
	return true, nil
}
