package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"govmedia/sql"
	"govmedia/units"
)

// Choose lets a unit and all below it hold to a stricter figure or another reading, from the beginning of a day on: today or
// later, for the program itself any day since 1995. What the unit itself chose for the same rule before ends there; where
// it chose something that begins later, the new choice ends with that. ID, UntilAt, CreatedBy, CreatedAt and Version are
// set here. The caller asks for the accounts to be judged anew.
//
// Errors: units.ErrNotFound, units.ErrClosed, ErrLawForbidden, ErrReasonRequired, ErrFromDay, ErrRulebookUnknown,
// ErrNotInForce, ErrStricterAbove, ErrChoiceSame, ErrEndInstead, and those of CheckChange.
func Choose(ctx context.Context, db *sql.DB, book Book, actor units.Actor, change Change) (Change, error) {
	var chosen Change
	err := amend(ctx, db, func(tx *sql.DB) error {
		at, err := placeOf(ctx, tx, book, actor, change.UnitID)
		if err != nil {
			return err
		}
		plan, err := at.planChange(actor, change)
		if err != nil {
			return err
		}
		chosen = plan.change
		chosen.ID, chosen.CreatedBy, chosen.CreatedAt, chosen.Version = sql.NewID(), actor.PersonID, tx.Now(), 1
		for _, ended := range plan.ended {
			if err := setUntil(ctx, tx, "rule_change.until", ended, chosen.FromAt.Ptr()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "rule_change.insert", chosen); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: chosen.UnitID, Action: ActionChoose, ObjectKind: "rule_change", ObjectID: chosen.ID,
			Detail: sql.Object{"rulebook": chosen.Rulebook, "what": chosen.What, "section": chosen.Section, "rule": chosen.Rule, "field": chosen.Field,
				"before": plan.before, "after": plan.after, "reason": chosen.Reason, "from_at": chosen.FromAt, "until_at": chosen.UntilAt, "ended": idsOf(plan.ended)}})
	})
	if err != nil {
		return Change{}, fmt.Errorf("rules: choose %s of %s for unit %s: %w", change.Rule, change.Rulebook, change.UnitID, err)
	}
	return chosen, nil
}

func idsOf(terms []term) []string {
	ids := []string{}
	for _, t := range terms {
		ids = append(ids, t.id)
	}
	return ids
}

// choicePlan is what a choice would do.
type choicePlan struct {
	change        Change
	ended         []term
	before, after string // what held and what would hold, in words
}

// sameKey reports whether two choices are about the same figure or the same open point.
func (c Change) sameKey(other Change) bool {
	return c.Rulebook == other.Rulebook && c.What == other.What && c.Section == other.Section && c.Rule == other.Rule && c.Field == other.Field
}

// planChange checks a choice and finds what it ends.
func (at place) planChange(actor units.Actor, change Change) (choicePlan, error) {
	var err error
	if change.Reason, err = cleanReason(change.Reason); err != nil {
		return choicePlan{}, err
	}
	if err := checkFrom(actor, change.FromAt, at.now); err != nil {
		return choicePlan{}, err
	}
	if _, known := at.law.Library.ByID(change.Rulebook); !known {
		return choicePlan{}, ErrRulebookUnknown.On("rulebook")
	}
	if change.What == ReadingChange {
		change.Section, change.Field = "", ""
	}
	var terms []term
	var own *Change // what the unit itself holds to on that day
	others := slices.DeleteFunc(at.law.ChangesOf(at.unit.ID), func(c Change) bool {
		if !c.sameKey(change) {
			return false
		}
		terms = append(terms, c.term())
		if c.term().holds(change.FromAt) {
			own = &c
		}
		return true
	})
	plan := choicePlan{change: change}
	plan.ended, plan.change.UntilAt = room(terms, change.FromAt)
	when := change.FromAt.Std()
	now := at.law.Regime(at.unit.Path).Named(change.Rulebook, when)
	without := at.law.Supposing(at.unit.ID, at.law.UsesOf(at.unit.ID), others).Regime(at.unit.Path).Named(change.Rulebook, when)
	if now == nil || without == nil {
		return choicePlan{}, ErrNotInForce.On("from")
	}
	if plan.change.Value, err = without.valueOf(at.unit.ID, change, own); err != nil {
		return choicePlan{}, err
	}
	with, err := without.With([]Change{plan.change}) // it may not fit together with what else the unit chose
	if err != nil {
		return choicePlan{}, err
	}
	plan.before, plan.after = now.said(change), with.said(change)
	return plan, nil
}

// valueOf checks a choice against the rulebook as it would stand without the unit's own one, and returns the value in the
// form in which it is kept.
func (rb *Rulebook) valueOf(unitID string, change Change, own *Change) (string, error) {
	same := error(ErrChoiceSame.On("value"))
	if own != nil {
		same = ErrEndInstead.On("value")
	}
	err := rb.CheckChange(change)
	if errors.Is(err, ErrReadingSame) && own != nil {
		return "", same
	}
	figure, _ := rb.Figure(change.Section, change.Rule, change.Field)
	above := figure.Change != "" && !slices.ContainsFunc(rb.changes, func(c Change) bool { return c.ID == figure.Change && c.UnitID == unitID })
	if errors.Is(err, ErrFigureNotStricter) && above {
		return "", ErrStricterAbove.Say("上级主管单位已经定为%s%s，本单位只能一样或者更严，请重新填写。", figure.Direction.Label(), figure.Value).
			Under(rb.ID, figure.Articles).On("value")
	}
	if err != nil {
		return "", err
	}
	kept, err := rb.canonical(change)
	if err != nil {
		return "", err
	}
	switch {
	case own != nil && own.Value == kept:
		return "", ErrChoiceSame.On("value")
	case change.What == FigureChange && !above && rb.sameFigure(figure, change):
		return "", same
	}
	return kept, nil
}

// sameFigure reports whether a change says what holds already.
func (rb *Rulebook) sameFigure(figure Figure, change Change) bool {
	value, err := figure.read(change.Value)
	return err == nil && reflect.DeepEqual(value, figure.Value)
}

// canonical writes the value of a checked change as it is kept.
func (rb *Rulebook) canonical(change Change) (string, error) {
	var value any
	if change.What == ReadingChange {
		choice, err := rb.readChoice(change)
		if err != nil {
			return "", err
		}
		value = choice
	} else {
		figure, _ := rb.Figure(change.Section, change.Rule, change.Field)
		amount, err := figure.read(change.Value)
		if err != nil {
			return "", err
		}
		value = amount.Number
		if amount.Period != nil {
			value = amount.Period
		}
	}
	text, err := json.Marshal(value)
	if err == nil && len(text) > maxValue {
		err = ErrReadingInvalid.On("value")
	}
	return string(text), err
}

// said is what the rulebook says, in words, where a change would change it.
func (rb *Rulebook) said(change Change) string {
	if change.What == ReadingChange {
		interpretation, _ := rb.Interpretation(change.Rule)
		return interpretation.Reading()
	}
	figure, _ := rb.Figure(change.Section, change.Rule, change.Field)
	return figure.Direction.Label() + figure.Value.String()
}

// SupposeChoice is the law as it would be if a choice held from now on, with the unit it is for, for looking ahead. It
// writes nothing. Errors as Choose.
func SupposeChoice(ctx context.Context, db *sql.DB, book Book, actor units.Actor, change Change) (*Law, units.Unit, error) {
	at, err := placeOf(ctx, db, book, actor, change.UnitID)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose a choice for unit %s: %w", change.UnitID, err)
	}
	plan, err := at.planChange(actor, change)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose a choice for unit %s: %w", change.UnitID, err)
	}
	plan.change.FromAt, plan.change.UntilAt = at.now, nil
	changes := []Change{plan.change}
	for _, own := range at.law.ChangesOf(at.unit.ID) {
		if own.sameKey(plan.change) {
			own.UntilAt = own.term().cut(at.now)
		}
		changes = append(changes, own)
	}
	return at.law.Supposing(at.unit.ID, at.law.UsesOf(at.unit.ID), changes), at.unit, nil
}

// cut is when a term would end if it ended at an instant at the latest; one that begins later would never hold.
func (t term) cut(at sql.Time) *sql.Time {
	if t.until != nil && *t.until < at {
		return t.until
	}
	return max(at, t.from).Ptr()
}

// Ending is what somebody wants to end, from the beginning of a day on.
type Ending struct {
	ID      string // of the choice or the use
	Version int64  // that the person saw
	FromAt  sql.Time
	Reason  string
}

// EndChange ends a choice from the beginning of a day on, today or later. One that has not begun is withdrawn: it ends where
// it would have begun, and what it was to end goes on. The choice comes back as it is now. Errors: ErrChangeNotFound,
// ErrLawForbidden, units.ErrClosed, ErrReasonRequired, ErrFromDay, ErrEnded, ErrLawStale.
func EndChange(ctx context.Context, db *sql.DB, book Book, actor units.Actor, ending Ending) (Change, error) {
	var ended Change
	err := amend(ctx, db, func(tx *sql.DB) error {
		at, change, err := changeToEnd(ctx, tx, book, actor, ending.ID)
		if err != nil {
			return err
		}
		plan, err := at.planEnd(actor, change.term(), at.termsLike(change), ending)
		if err != nil {
			return err
		}
		if err := plan.write(ctx, tx, "rule_change.until"); err != nil {
			return err
		}
		detail := sql.Object{"rulebook": change.Rulebook, "what": change.What, "section": change.Section, "rule": change.Rule, "field": change.Field,
			"value": change.Value, "before": change.UntilAt, "after": plan.until, "resumed": plan.resumedID(), "reason": plan.reason}
		if rb := at.law.Regime(at.unit.Path).Named(change.Rulebook, plan.until.Std()); rb != nil {
			detail["held"] = rb.said(change)
		}
		ended = change
		ended.UntilAt, ended.Version = plan.until.Ptr(), change.Version+1
		return units.Audit(ctx, tx, actor, units.Line{UnitID: change.UnitID, Action: ActionEnd, ObjectKind: "rule_change", ObjectID: change.ID, Detail: detail})
	})
	if err != nil {
		return Change{}, fmt.Errorf("rules: end choice %s: %w", ending.ID, err)
	}
	return ended, nil
}

// changeToEnd finds a choice that somebody wants to end, and its unit. A choice of a unit out of sight is none.
func changeToEnd(ctx context.Context, db *sql.DB, book Book, actor units.Actor, id string) (place, Change, error) {
	change, err := sql.Get[Change](ctx, db, "rule_change.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return place{}, Change{}, ErrChangeNotFound
	}
	if err != nil {
		return place{}, Change{}, err
	}
	at, err := placeOf(ctx, db, book, actor, change.UnitID)
	if errors.Is(err, units.ErrNotFound) {
		err = ErrChangeNotFound
	}
	return at, change, err
}

// termsLike are the terms of all that the unit itself chose for what one choice is about.
func (at place) termsLike(change Change) []term {
	var terms []term
	for _, own := range at.law.ChangesOf(at.unit.ID) {
		if own.sameKey(change) {
			terms = append(terms, own.term())
		}
	}
	return terms
}

// SupposeEndOfChange is the law as it would be if a choice ended now and not on its later day, with the unit it is of, for
// looking ahead. What has not begun leaves the law of this instant as it is. It writes nothing. Errors as EndChange.
func SupposeEndOfChange(ctx context.Context, db *sql.DB, book Book, actor units.Actor, ending Ending) (*Law, units.Unit, error) {
	at, change, err := changeToEnd(ctx, db, book, actor, ending.ID)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose the end of choice %s: %w", ending.ID, err)
	}
	plan, err := at.planEnd(actor, change.term(), at.termsLike(change), ending)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose the end of choice %s: %w", ending.ID, err)
	}
	changes := at.law.ChangesOf(at.unit.ID)
	for i, own := range changes {
		changes[i].UntilAt = plan.supposed(own.term(), at.now)
	}
	return at.law.Supposing(at.unit.ID, at.law.UsesOf(at.unit.ID), changes), at.unit, nil
}
