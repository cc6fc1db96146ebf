package channels

import (
	"context"
	"slices"

	"govmedia/sql"
	"govmedia/units"
)

// together takes from what a person may do with a delivery what is done with the whole message only.
func (v View) together(actions []string) []string {
	if v.SeriesID == nil || v.Action != Publish || v.awaitsHand() {
		return actions
	}
	return slices.DeleteFunc(actions, func(action string) bool { return action == ActCancel })
}

// HeadOf returns the first delivery of the message that a delivery goes out in, whose decisions hold for all of it; the same
// one when it goes out alone.
func HeadOf(ctx context.Context, db *sql.DB, actor units.Actor, view View) (View, error) {
	if view.SeriesID == nil || view.leads() || view.Action != Publish {
		return view, nil
	}
	list, err := membersOf(ctx, db, *view.SeriesID)
	if err != nil || len(list) == 0 || !list[0].leads() {
		return view, err
	}
	return Get(ctx, db, actor, list[0].ID)
}

// cancelsAlone refuses to call off one article of a message that still goes out as a whole.
func cancelsAlone(ctx context.Context, tx *sql.DB, delivery Delivery) error {
	if delivery.SeriesID == nil || delivery.Action != Publish {
		return nil
	}
	list, err := membersOf(ctx, tx, *delivery.SeriesID)
	if err == nil && open(list) {
		err = ErrSeriesWhole
	}
	return err
}

// retryTogether sends a message of several articles back to its start, or lets it go on at once. When others of it are out
// already, the article goes by itself.
func retryTogether(ctx context.Context, tx *sql.DB, delivery Delivery, version int64) error {
	if delivery.Version != version {
		return ErrDeliveryStale
	}
	list, err := membersOf(ctx, tx, *delivery.SeriesID)
	if err != nil {
		return err
	}
	lead := list[0].Delivery
	whole := lead.leads() && !slices.ContainsFunc(list, func(m member) bool { return m.State != lead.State })
	args := sql.Args{"id": delivery.ID, "series_id": *delivery.SeriesID, "version": version, "now": tx.Now()}
	statements := []string{"series.alone", "delivery.hurry"}
	if whole {
		args["id"], args["version"] = lead.ID, lead.Version
		statements = []string{"delivery.retry", "delivery.hurry"}
	}
	for _, statement := range statements {
		changed, err := tx.ExecOne(ctx, statement, args)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if whole {
			if _, err := follow(ctx, tx, lead.ID, false); err != nil {
				return err
			}
		}
		return pierce(ctx, tx, delivery)
	}
	return ErrNotRetryable
}

// settleTogether records of the other articles of a message, too, that they are not public: it goes out as a whole or not at
// all. Where one of them is known to be out, each is looked after by itself.
func settleTogether(ctx context.Context, tx *sql.DB, delivery Delivery) error {
	if delivery.SeriesID == nil || delivery.Action != Publish {
		return nil
	}
	list, err := membersOf(ctx, tx, *delivery.SeriesID)
	if err != nil || slices.ContainsFunc(list, func(m member) bool { return m.State == StatePublished || m.State == Retracted }) {
		return err
	}
	for _, m := range list {
		if m.State != Unknown {
			continue
		}
		args := sql.Args{"id": m.ID, "version": m.Version, "now": tx.Now(), "advice": "人工核实整条多图文没有发出。可以重试。"}
		if _, err := tx.ExecOne(ctx, "delivery.settle_absent", args); err != nil {
			return err
		}
		if err := rouse(ctx, tx, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// mover is the statement that gives a delivery another time: what rides in a series waits for its lead.
func (s Summary) mover() string {
	if s.SeriesID != nil && s.SeriesPlace != nil && *s.SeriesPlace > 1 {
		return "series.move"
	}
	return "plan.move"
}

// replaceInSeries lets the delivery of a corrected text take the place of the one it replaces, while the message still waits.
// Otherwise it goes out by itself.
func replaceInSeries(ctx context.Context, tx *sql.DB, old, corrected Delivery) error {
	if old.SeriesID == nil || old.Action != Publish {
		return nil
	}
	list, err := membersOf(ctx, tx, *old.SeriesID)
	if err != nil {
		return err
	}
	args := sql.Args{"id": old.ID, "series_id": *old.SeriesID, "now": tx.Now()}
	if _, err := tx.Exec(ctx, "series.leave", args); err != nil {
		return err
	}
	var others []member
	for i, m := range list {
		if m.ID == old.ID {
			list[i].Delivery = corrected
			continue
		}
		others = append(others, m)
	}
	if len(others) == 0 || !slices.Contains([]State{Scheduled, Prepared}, others[0].State) || !open(others) {
		return nil
	}
	joined, err := tx.ExecOne(ctx, "series.join", sql.Args{"id": corrected.ID, "series_id": *old.SeriesID, "place": *old.SeriesPlace,
		"next_at": (*sql.Time)(nil), "holder": (*string)(nil), "now": tx.Now()})
	if err == nil && !joined {
		err = ErrDeliveryStale
	}
	if err != nil {
		return err
	}
	lead := list[0].Delivery
	if lead.ID == corrected.ID { // the channel knows by it what it made of the old text, and takes that away
		lead.Remote = old.Remote
	}
	return place(ctx, tx, *old.SeriesID, lead, list)
}

// heldTogether lets what rides stand where its lead was put by an outage or by the decision about it; of a message that was
// called off nothing is left together.
func heldTogether(ctx context.Context, tx *sql.DB, ids []string) error {
	leads, err := sql.List[string](ctx, tx, "series.leads", sql.Args{"ids": ids})
	if err != nil {
		return err
	}
	for _, id := range leads {
		lead, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": id})
		if err != nil {
			return err
		}
		if _, err := follow(ctx, tx, id, false); err != nil {
			return err
		}
		if lead.State != Cancelled {
			continue
		}
		if _, err := tx.Exec(ctx, "series.dissolve", sql.Args{"series_id": *lead.SeriesID, "now": tx.Now()}); err != nil {
			return err
		}
	}
	return nil
}
