package channels

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// DeliverySubject is what the clocks of retractions belong to: the retracting delivery, one for each channel.
const DeliverySubject rules.SubjectKind = "delivery"

// Cause is what led to a retraction: the trigger of the rulebooks' rules on taking down, or none of them.
type Cause string

// The causes.
const (
	OfficeFound     Cause = "office_found"      // the supervising office found it and told the unit
	DutyFoundSevere Cause = "duty_found_severe" // somebody on duty found it and told the unit
	UnitFound       Cause = "unit_found"        // the unit found it itself
	OtherCause      Cause = "other"             // no rule asks for it: withdrawn for the unit's own reasons
)

// Causes lists all causes.
func Causes() []Cause { return []Cause{OfficeFound, DutyFoundSevere, UnitFound, OtherCause} }

// The longest texts, in characters: what the columns hold, less what is put around them.
const (
	maxReason = 400
	maxURL    = 1000
)

// Recall asks for an article to be taken down.
type Recall struct {
	OriginID    string
	DeliveryIDs []string // of what published it; empty: everything the article sent out
	Cause       Cause
	Reason      string
	FoundAt     *sql.Time // when it was found; nil where that is not known. Counts nothing unless a rulebook is read so
	NotifiedAt  *sql.Time // when the unit was told; nil: now
}

// Retraction is one order to take an article down, as it is kept.
type Retraction struct {
	ID            string    `json:"id"`
	OriginID      string    `json:"origin_id"`
	Cause         Cause     `json:"cause"`
	Reason        string    `json:"reason"`
	FoundAt       *sql.Time `json:"found_at"`
	NotifiedAt    *sql.Time `json:"notified_at"`
	CreatedBy     string    `json:"created_by"`
	CreatedByName string    `json:"created_by_name"`
	CreatedAt     sql.Time  `json:"created_at"`
}

func (r *Recall) check(now sql.Time) error {
	r.Reason = strings.TrimSpace(r.Reason)
	switch {
	case r.Reason == "" || len([]rune(r.Reason)) > maxReason:
		return ErrRetractReason.On("reason")
	case !slices.Contains(Causes(), r.Cause):
		return ErrRetractCause.On("cause")
	case r.FoundAt != nil && (*r.FoundAt > now || *r.FoundAt < now.Add(-longAgo)):
		return ErrRetractTime.On("found_at")
	case r.NotifiedAt != nil && (*r.NotifiedAt > now || *r.NotifiedAt < now.Add(-longAgo)):
		return ErrRetractTime.On("notified_at")
	}
	if r.NotifiedAt == nil {
		r.NotifiedAt = now.Ptr()
	}
	if r.FoundAt != nil && *r.FoundAt > *r.NotifiedAt {
		return ErrRetractTime.On("found_at")
	}
	return nil
}

// longAgo is more than anybody takes to pass on what was found; an earlier time is a slip.
const longAgo = 366 * 24 * time.Hour

// RetractAll takes an article down everywhere, in one transaction: what has certainly not gone out is called off, and for
// each post that is public, or may be, there is a delivery that takes it down, before all other work, with the clocks of the
// takedown rules that hold for its account. A post that is just being published is waited for and then taken down. From
// here on nothing of the article is sent or tried again, and our own public pages of it are gone.
//
// The actor holds ActDeliveries for the article's unit, or for the unit of every account concerned. Errors: ErrRetract…,
// ErrNothingOut, ErrReachPart, ErrDeliveryNotFound.
func RetractAll(ctx context.Context, db *sql.DB, out *Outside, actor units.Actor, recall Recall) (RetractionView, error) {
	var id string
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := recall.check(tx.Now()); err != nil {
			return err
		}
		ids, err := recallable(ctx, tx, actor, recall)
		if err != nil {
			return err
		}
		order := Retraction{ID: sql.NewID(), OriginID: recall.OriginID, Cause: recall.Cause, Reason: recall.Reason, FoundAt: recall.FoundAt,
			NotifiedAt: recall.NotifiedAt, CreatedBy: actor.PersonID, CreatedAt: tx.Now()}
		id = order.ID
		if _, err := tx.Exec(ctx, "retraction.insert", order); err != nil {
			return err
		}
		return order.carryOut(ctx, tx, out, actor, ids)
	})
	if err != nil {
		return RetractionView{}, err
	}
	return retraction(ctx, db, actor, recall.OriginID, id)
}

// recallable returns the publications that an order is about, of which the actor may act on every one.
func recallable(ctx context.Context, tx *sql.DB, actor units.Actor, recall Recall) ([]string, error) {
	ids, err := sql.List[string](ctx, tx, "delivery.published_of", sql.Args{"origin_id": recall.OriginID})
	if err != nil {
		return nil, err
	}
	if len(recall.DeliveryIDs) > 0 {
		ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(recall.DeliveryIDs, id) })
	}
	if len(ids) == 0 {
		return nil, ErrNothingOut
	}
	mine, err := actable(ctx, tx, actor, ids)
	switch {
	case err != nil:
		return nil, err
	case len(mine) == 0:
		return nil, ErrDeliveryNotFound
	case len(mine) < len(ids):
		return nil, ErrReachPart
	}
	return ids, nil
}

// actable returns which of some deliveries the actor may act on.
func actable(ctx context.Context, db *sql.DB, actor units.Actor, ids []string) ([]string, error) {
	return sql.List[string](ctx, db, "delivery.actable",
		sql.Args{"ids": ids, "person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
}

func (order Retraction) carryOut(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, ids []string) error {
	calledOff, takeDown, unitID := 0, 0, ""
	for _, id := range ids {
		published, err := order.bar(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("take down delivery %s: %w", id, err)
		}
		if unitID == "" {
			message, err := sql.Get[Message](ctx, tx, "message.get", sql.Args{"id": published.MessageID})
			if err != nil {
				return err
			}
			unitID = message.UnitID
		}
		stopped, err := tx.ExecOne(ctx, "delivery.stop", sql.Args{"id": id, "now": tx.Now()})
		if err == nil && stopped {
			err = breakSeries(ctx, tx, published)
		}
		if err != nil {
			return err
		}
		switch {
		case stopped && !published.awaitsHand():
			calledOff++
			continue
		case published.State == Cancelled || published.State == Retracted:
			continue
		}
		takeDown++
		if err := order.open(ctx, tx, out, actor, published); err != nil {
			return fmt.Errorf("take down delivery %s: %w", id, err)
		}
	}
	if calledOff+takeDown == 0 {
		return ErrNothingOut
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: "article.retraction", ObjectKind: "article", ObjectID: order.OriginID,
		Detail: sql.Object{"retraction_id": order.ID, "cause": order.Cause, "reason": order.Reason, "found_at": order.FoundAt,
			"notified_at": order.NotifiedAt, "take_down": takeDown, "called_off": calledOff}})
}

// bar forbids a publication and its corrections for ever and returns it as it stands then. The guard is the order in which
// this and a worker that is about to send it meet: whoever is first holds the row.
func (order Retraction) bar(ctx context.Context, tx *sql.DB, id string) (Delivery, error) {
	mine, err := tx.ExecOne(ctx, "delivery.bar", sql.Args{"id": id, "now": tx.Now()})
	if err == nil && !mine {
		err = sql.ErrConflict // another order was faster: look again
	}
	if err == nil {
		_, err = tx.Exec(ctx, "delivery.stop_corrections", sql.Args{"of_id": id, "now": tx.Now()})
	}
	if err != nil {
		return Delivery{}, err
	}
	return sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": id})
}

// open makes the delivery that takes a post down, and starts its clocks. What a person had in hand may have been posted
// without a word: that person is asked.
func (order Retraction) open(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, published Delivery) error {
	now := tx.Now()
	takedown := Delivery{
		ID: sql.NewID(), MessageID: published.MessageID, OriginID: published.OriginID, AccountID: published.AccountID, UnitID: published.UnitID,
		Platform: published.Platform, Action: Retract, State: Scheduled, DueAt: now, NextAt: now.Ptr(), Remote: sql.Object{}, PublicURL: published.PublicURL,
		CreatedBy: actor.PersonID, CreatedAt: now, UpdatedAt: now, Version: 1,
		OfID: &published.ID, RetractionID: &order.ID, Urgent: true, Reason: order.Reason,
	}
	if published.awaitsHand() {
		takedown.State, takedown.NextAt, takedown.SubmittedAt = Submitted, nil, now.Ptr()
		takedown.ErrorCode, takedown.ErrorClass = "was_in_hand", ByHand
		takedown.ErrorAdvice = "这篇稿件已交人工发布：已经发布的请立即到平台删除，没有发布的请不要再发，然后在本页登记。"
	}
	if _, err := tx.Exec(ctx, "delivery.insert", takedown); err != nil {
		return err
	}
	return order.startClocks(ctx, tx, out.Book, takedown)
}

// startClocks starts a clock for each rule on taking down with a figure that holds for the account. A rule without one
// (立即) records the times only (K17).
func (order Retraction) startClocks(ctx context.Context, tx *sql.DB, book rules.Book, takedown Delivery) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	account, err := accounts.Load(ctx, tx, takedown.AccountID)
	if err != nil {
		return err
	}
	unit, err := units.Get(ctx, tx, units.System, account.UnitID)
	if err != nil {
		return err
	}
	for _, rulebook := range law.Regime(unit.Path).At(tx.Now().Std()) {
		for _, rule := range rulebook.Takedown {
			duty, found := rulebook.DutyRule(rules.SectionTakedown, rule.ID)
			if rule.Trigger != string(order.Cause) || !found || duty.Kind != rules.DutyDeadline {
				continue
			}
			clock := rules.ClockDuty{SubjectKind: DeliverySubject, SubjectID: takedown.ID, UnitID: unit.ID, Path: unit.Path, Platform: string(takedown.Platform),
				Rulebook: rulebook.ID, Section: duty.Section, Rule: duty.Rule, Articles: duty.Articles, Limit: duty.Limit, StartedAt: order.event(duty)}
			due, err := duty.Due(clock.StartedAt.Std(), law.Calendar)
			switch {
			case errors.Is(err, rules.ErrCalendarPending):
				clock.Reason = rules.ClockPending
			case err != nil:
				return err
			default:
				clock.DueAt, clock.EndOfDay = sql.FromStd(due.At).Ptr(), due.EndOfDay
			}
			if _, err := rules.StartClock(ctx, tx, clock); err != nil {
				return err
			}
		}
	}
	return nil
}

// event is when the time of a duty begins: with the notice, or with the finding where the rulebook is read so.
func (order Retraction) event(duty rules.DutyRule) sql.Time {
	if duty.Event == rules.EventFound && order.FoundAt != nil {
		return *order.FoundAt
	}
	if order.NotifiedAt != nil {
		return *order.NotifiedAt
	}
	return order.CreatedAt
}

// Takedown is how the program learnt that no reader sees a post any more.
type Takedown struct {
	DeliveryID string      // the retracting delivery
	At         sql.Time    // when the post was gone; 0 means now
	How        string      // Chinese: how we know, for the step and the audit line
	Evidence   string      // an address or note of the person who looked; empty when the program itself did
	Actor      units.Actor // zero when the program itself learnt it
}

// finishRetraction ends a retraction: the retracting delivery, the publication, its post and the clocks, in one transaction.
// News that comes twice changes nothing. A publication of which nothing went out stays as it ended.
func finishRetraction(ctx context.Context, db *sql.DB, news Takedown) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		takedown, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": news.DeliveryID})
		if err != nil {
			return fmt.Errorf("finish retraction %s: %w", news.DeliveryID, err)
		}
		if takedown.Action != Retract || takedown.OfID == nil {
			return ErrNotRetraction
		}
		if takedown.State == Retracted {
			return nil
		}
		at := news.At
		if at == 0 || at > tx.Now() {
			at = tx.Now()
		}
		ended, err := tx.ExecOne(ctx, "delivery.retracted", sql.Args{"id": takedown.ID, "at": at, "now": tx.Now()})
		if err == nil && !ended {
			err = sql.ErrConflict
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delivery.taken_down", sql.Args{"id": *takedown.OfID, "at": at, "now": tx.Now()}); err != nil {
			return err
		}
		if err := postsRemoved(ctx, tx, *takedown.OfID, at); err != nil {
			return err
		}
		clocks, err := rules.ClocksOf(ctx, tx, DeliverySubject, takedown.ID)
		if err != nil {
			return err
		}
		for _, clock := range clocks {
			if _, err := rules.FinishClock(ctx, tx, clock, at); err != nil {
				return err
			}
		}
		return news.record(ctx, tx, takedown, at)
	})
}

func (news Takedown) record(ctx context.Context, tx *sql.DB, takedown Delivery, at sql.Time) error {
	actor := news.Actor
	if actor.Name == "" {
		actor = units.System
	}
	detail := sql.Object{"evidence": news.Evidence, "at": at}
	for _, id := range []string{takedown.ID, *takedown.OfID} {
		if err := addStep(ctx, tx, id, Step{Name: "gone", Outcome: Done, Sentence: news.How, Detail: detail}); err != nil {
			return err
		}
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: takedown.UnitID, Action: "delivery.retracted", ObjectKind: "delivery", ObjectID: takedown.ID,
		Detail: sql.Object{"account_id": takedown.AccountID, "of_id": *takedown.OfID, "at": at, "how": news.How, "evidence": news.Evidence}})
}

// Report is what a person says who took a post down, or corrected it, at the platform.
type Report struct {
	At       *sql.Time // when it was done; nil: now
	Evidence string    // what was done and seen: an address, a note
	URL      string    // of a correction: where the text stands now that was published anew; empty while its address stays
}

func (d *Report) check(now, ordered sql.Time) error {
	d.Evidence = strings.TrimSpace(d.Evidence)
	switch {
	case d.Evidence == "" || len([]rune(d.Evidence)) > maxReason:
		return ErrEvidence.On("evidence")
	case d.At != nil && (*d.At > now || *d.At < ordered):
		return ErrDoneTime.On("at")
	}
	if d.At == nil {
		d.At = now.Ptr()
	}
	return nil
}

// ConfirmRetracted records that a person took a post down, or saw that it is gone, whatever the program is about to do with
// it: the clock ends at the time the person gives, not before the order and not after now. Errors: ErrEvidence, ErrDoneTime,
// ErrNotRetraction, ErrDeliveryStale, ErrDeliveryNotFound.
func ConfirmRetracted(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, report Report) (View, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := load(ctx, tx, actor, units.ActDeliveries, id)
		if err != nil {
			return err
		}
		if view.Action != Retract || view.EndedAt != nil {
			return ErrNotRetraction
		}
		ordered, err := orderedAt(ctx, tx, view.Delivery)
		if err != nil {
			return err
		}
		if err := report.check(tx.Now(), ordered); err != nil {
			return err
		}
		if view.Version != version {
			return ErrDeliveryStale
		}
		return finishRetraction(ctx, tx, Takedown{DeliveryID: id, At: *report.At, How: "人工登记已撤下：" + report.Evidence, Evidence: report.Evidence, Actor: actor})
	})
	if err != nil {
		return View{}, err
	}
	return Get(ctx, db, actor, id)
}

// orderedAt is the first instant at which a retraction can have been done: when the unit was told.
func orderedAt(ctx context.Context, tx *sql.DB, takedown Delivery) (sql.Time, error) {
	orders, err := sql.List[Retraction](ctx, tx, "retraction.of_origin", sql.Args{"origin_id": takedown.OriginID})
	if err != nil {
		return 0, err
	}
	for _, order := range orders {
		if takedown.RetractionID != nil && order.ID == *takedown.RetractionID && order.NotifiedAt != nil {
			return min(*order.NotifiedAt, takedown.CreatedAt), nil
		}
	}
	return takedown.CreatedAt, nil
}
