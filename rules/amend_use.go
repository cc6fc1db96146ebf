package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// Adopt lets a unit and all below it work under a rulebook, from the beginning of a day on: today or later, for the program
// itself any day since 1995. A local one takes the place of the unit's own local one; where the unit is to have another
// local one later, it ends with that. A layered one runs beside the local one; it is refused where it is in force already,
// at the unit or above it. ID, UntilAt, CreatedBy, CreatedAt and Version are set here. The caller asks for the accounts to be
// judged anew.
//
// Errors: units.ErrNotFound, units.ErrClosed, ErrLawForbidden, ErrReasonRequired, ErrFromDay, ErrRulebookUnknown,
// ErrLayerUnknown, ErrNotEffective, ErrUseSame, ErrUseTwice.
func Adopt(ctx context.Context, db *sql.DB, book Book, actor units.Actor, use units.RulebookUse) (units.RulebookUse, error) {
	var made units.RulebookUse
	err := amend(ctx, db, func(tx *sql.DB) error {
		at, err := placeOf(ctx, tx, book, actor, use.UnitID)
		if err != nil {
			return err
		}
		plan, err := at.planUse(actor, use)
		if err != nil {
			return err
		}
		made = plan.use
		made.ID, made.CreatedBy, made.CreatedAt, made.Version = sql.NewID(), actor.PersonID, tx.Now(), 1
		for _, ended := range plan.ended {
			if err := setUntil(ctx, tx, "rulebook_use.until", ended, made.FromAt.Ptr()); err != nil {
				return err
			}
		}
		if err := units.Use(ctx, tx, made); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: made.UnitID, Action: ActionAdopt, ObjectKind: "rulebook_use", ObjectID: made.ID,
			Detail: sql.Object{"rulebook": made.Rulebook, "layer": made.Layer, "before": plan.before, "reason": made.Reason, "from_at": made.FromAt,
				"until_at": made.UntilAt, "ended": idsOf(plan.ended)}})
	})
	if err != nil {
		return units.RulebookUse{}, fmt.Errorf("rules: adopt %s for unit %s: %w", use.Rulebook, use.UnitID, err)
	}
	return made, nil
}

// usePlan is what an adoption would do.
type usePlan struct {
	use    units.RulebookUse
	ended  []term
	before []string // ids of the rulebooks in force on that day, the local one first
}

// planUse checks an adoption and finds what it ends.
func (at place) planUse(actor units.Actor, use units.RulebookUse) (usePlan, error) {
	var err error
	if use.Reason, err = cleanReason(use.Reason); err != nil {
		return usePlan{}, err
	}
	if err := checkFrom(actor, use.FromAt, at.now); err != nil {
		return usePlan{}, err
	}
	if use.Layer != units.LocalLayer && use.Layer != units.LayeredLayer {
		return usePlan{}, ErrLayerUnknown.On("layer")
	}
	book, known := at.law.Library.ByID(use.Rulebook)
	if !known {
		return usePlan{}, ErrRulebookUnknown.On("rulebook")
	}
	if effective, err := ParseDate(book.Dates.Effective); err == nil && use.FromAt.Std().Before(effective.Start()) {
		return usePlan{}, ErrNotEffective.Say("《%s》自 %s 起施行，请选那一天或以后的日期。", book.Title, effective).On("from")
	}
	plan := usePlan{use: use}
	if use.Layer == units.LocalLayer {
		var terms []term
		for _, own := range at.law.UsesOf(at.unit.ID) {
			if own.Layer == units.LocalLayer {
				terms = append(terms, termOf(own))
			}
		}
		plan.ended, plan.use.UntilAt = room(terms, use.FromAt)
	}
	if err := at.law.checkTwice(at.unit, plan.use); err != nil {
		return usePlan{}, err
	}
	for _, held := range at.law.UsesAt(at.unit.Path, use.FromAt) {
		plan.before = append(plan.before, held.Rulebook)
	}
	return plan, nil
}

// checkTwice refuses a use of a rulebook that would hold for the unit already, or in the other layer, at some time of the use.
func (l *Law) checkTwice(unit units.Unit, use units.RulebookUse) error {
	for _, at := range append(l.cuts(idsOn(unit.Path)), use.FromAt) {
		if !termOf(use).holds(at) {
			continue
		}
		for _, held := range l.UsesAt(unit.Path, at) {
			switch {
			case held.Rulebook != use.Rulebook:
			case held.Layer != use.Layer:
				return ErrUseTwice.On("rulebook")
			case held.Layer == units.LayeredLayer || held.UnitID == unit.ID && at == use.FromAt:
				return ErrUseSame.On("rulebook")
			}
		}
	}
	return nil
}

// UsesAt returns under which rulebooks a unit works at an instant, by its path: the local one first, its own or the nearest
// ancestor's, then the layered ones by rulebook. Whether the program has the rulebook is not asked.
func (l *Law) UsesAt(path string, at sql.Time) []units.RulebookUse {
	ids := idsOn(path)
	held := []units.RulebookUse{}
	if local, found := l.useAt(ids, at, func(use units.RulebookUse) bool { return use.Layer == units.LocalLayer }); found {
		held = append(held, local)
	}
	var layered []units.RulebookUse
	for _, id := range slices.Backward(ids) {
		for _, use := range l.uses[id] {
			known := func(nearer units.RulebookUse) bool { return nearer.Rulebook == use.Rulebook }
			if use.Layer == units.LayeredLayer && termOf(use).holds(at) && !slices.ContainsFunc(layered, known) {
				layered = append(layered, use)
			}
		}
	}
	slices.SortFunc(layered, func(a, b units.RulebookUse) int { return strings.Compare(a.Rulebook, b.Rulebook) })
	return append(held, layered...)
}

// SupposeAdoption is the law as it would be if a unit worked under a rulebook from now on, with that unit, for looking ahead.
// It writes nothing. Errors as Adopt.
func SupposeAdoption(ctx context.Context, db *sql.DB, book Book, actor units.Actor, use units.RulebookUse) (*Law, units.Unit, error) {
	at, err := placeOf(ctx, db, book, actor, use.UnitID)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose a rulebook for unit %s: %w", use.UnitID, err)
	}
	plan, err := at.planUse(actor, use)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose a rulebook for unit %s: %w", use.UnitID, err)
	}
	plan.use.FromAt, plan.use.UntilAt = at.now, nil
	uses := []units.RulebookUse{plan.use}
	for _, own := range at.law.UsesOf(at.unit.ID) {
		if own.Layer == units.LocalLayer && use.Layer == units.LocalLayer {
			own.UntilAt = termOf(own).cut(at.now)
		}
		uses = append(uses, own)
	}
	return at.law.Supposing(at.unit.ID, uses, at.law.ChangesOf(at.unit.ID)), at.unit, nil
}

// EndUse ends the time for which a unit works under a rulebook, from the beginning of a day on, today or later; for a local
// one, that of the nearest unit above holds from then on, where there is one. A use that has not begun is withdrawn, and
// the one it was to end goes on. The use comes back as it is now. Errors: ErrUseNotFound, ErrLawForbidden, units.ErrClosed,
// ErrReasonRequired, ErrFromDay, ErrEnded, ErrLawStale.
func EndUse(ctx context.Context, db *sql.DB, book Book, actor units.Actor, ending Ending) (units.RulebookUse, error) {
	var left units.RulebookUse
	err := amend(ctx, db, func(tx *sql.DB) error {
		at, use, err := useToEnd(ctx, tx, book, actor, ending.ID)
		if err != nil {
			return err
		}
		plan, err := at.planEnd(actor, termOf(use), at.localTerms(use), ending)
		if err != nil {
			return err
		}
		if err := plan.write(ctx, tx, "rulebook_use.until"); err != nil {
			return err
		}
		left = use
		left.UntilAt, left.Version = plan.until.Ptr(), use.Version+1
		return units.Audit(ctx, tx, actor, units.Line{UnitID: use.UnitID, Action: ActionLeave, ObjectKind: "rulebook_use", ObjectID: use.ID,
			Detail: sql.Object{"rulebook": use.Rulebook, "layer": use.Layer, "before": use.UntilAt, "after": plan.until, "resumed": plan.resumedID(), "reason": plan.reason}})
	})
	if err != nil {
		return units.RulebookUse{}, fmt.Errorf("rules: end use %s: %w", ending.ID, err)
	}
	return left, nil
}

// useToEnd finds a use of a rulebook that somebody wants to end, and its unit. A use by a unit out of sight is none.
func useToEnd(ctx context.Context, db *sql.DB, book Book, actor units.Actor, id string) (place, units.RulebookUse, error) {
	use, err := sql.Get[units.RulebookUse](ctx, db, "rulebook_use.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return place{}, units.RulebookUse{}, ErrUseNotFound
	}
	if err != nil {
		return place{}, units.RulebookUse{}, err
	}
	at, err := placeOf(ctx, db, book, actor, use.UnitID)
	if errors.Is(err, units.ErrNotFound) {
		err = ErrUseNotFound
	}
	return at, use, err
}

// localTerms are the terms of the unit's own local rulebooks, one of which gives way to the next; none for a layered use,
// which stands by itself.
func (at place) localTerms(use units.RulebookUse) []term {
	var terms []term
	for _, own := range at.law.UsesOf(at.unit.ID) {
		if own.Layer == units.LocalLayer && use.Layer == units.LocalLayer {
			terms = append(terms, termOf(own))
		}
	}
	return terms
}

// SupposeEndOfUse is the law as it would be if a unit no longer worked under a rulebook now and not only from a later day
// on, with that unit, for looking ahead. What has not begun leaves the law of this instant as it is. It writes nothing.
// Errors as EndUse.
func SupposeEndOfUse(ctx context.Context, db *sql.DB, book Book, actor units.Actor, ending Ending) (*Law, units.Unit, error) {
	at, use, err := useToEnd(ctx, db, book, actor, ending.ID)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose the end of use %s: %w", ending.ID, err)
	}
	plan, err := at.planEnd(actor, termOf(use), at.localTerms(use), ending)
	if err != nil {
		return nil, units.Unit{}, fmt.Errorf("rules: suppose the end of use %s: %w", ending.ID, err)
	}
	uses := at.law.UsesOf(at.unit.ID)
	for i, own := range uses {
		uses[i].UntilAt = plan.supposed(termOf(own), at.now)
	}
	return at.law.Supposing(at.unit.ID, uses, at.law.ChangesOf(at.unit.ID)), at.unit, nil
}
