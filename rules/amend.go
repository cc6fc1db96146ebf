package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
	"govmedia/units"
)

// The audit actions of changing which rules hold for a unit.
const (
	ActionChoose units.Action = "rule.choose"    // a stricter figure or another reading
	ActionEnd    units.Action = "rule.end"       // of such a choice
	ActionAdopt  units.Action = "rulebook.adopt" // the unit works under a rulebook
	ActionLeave  units.Action = "rulebook.leave" // and no longer
)

// maxReason is the longest reason, in characters; maxValue the longest value as it is kept: what the columns hold.
const (
	maxReason = 500
	maxValue  = 1000
)

// aheadAtMost is how far ahead a choice may begin, in years: a slip of the hand beyond it.
const aheadAtMost = 5

// earliestDay is a day before any government had a website; the program itself may not go further back.
var earliestDay = Date{1995, time.January, 1}

// place is a unit whose rules the actor may change, with the law as it is.
type place struct {
	unit units.Unit
	law  *Law
	now  sql.Time
}

// placeOf looks at a unit. Errors: units.ErrNotFound, ErrLawForbidden, units.ErrClosed.
func placeOf(ctx context.Context, db *sql.DB, book Book, actor units.Actor, unitID string) (place, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return place{}, err
	}
	if err := mustWrite(ctx, db, actor, unitID); err != nil {
		return place{}, err
	}
	if unit.ClosedAt != nil {
		return place{}, units.ErrClosed
	}
	law, err := book.Law(ctx, db)
	return place{unit: unit, law: law, now: db.Now()}, err
}

func mustWrite(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) error {
	may, err := writable(ctx, db, actor, []string{unitID})
	if err == nil && !may[unitID] {
		err = ErrLawForbidden
	}
	return err
}

// writable says at which of some units the actor may change the rules.
func writable(ctx context.Context, db *sql.DB, actor units.Actor, ids []string) (map[string]bool, error) {
	may := map[string]bool{}
	reached := ids
	if !actor.IsSystem() {
		var err error
		args := sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.WriteRules), "ids": ids}
		if reached, err = sql.List[string](ctx, db, "law.writable", args); err != nil {
			return nil, err
		}
	}
	for _, id := range reached {
		may[id] = true
	}
	return may, nil
}

// amend runs one change of the law: alone, for the mark is held from the beginning, and seen by every node, for it is
// another one at the end.
func amend(ctx context.Context, db *sql.DB, work func(tx *sql.DB) error) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		if err := units.TouchLaw(ctx, tx); err != nil {
			return err
		}
		if err := work(tx); err != nil {
			return err
		}
		return units.TouchLaw(ctx, tx)
	})
}

// term is the time for which a choice or a use is in force.
type term struct {
	id      string
	from    sql.Time
	until   *sql.Time
	version int64
}

func (c Change) term() term { return term{c.ID, c.FromAt, c.UntilAt, c.Version} }

func termOf(use units.RulebookUse) term { return term{use.ID, use.FromAt, use.UntilAt, use.Version} }

// empty reports whether the term was withdrawn before it began.
func (t term) empty() bool { return t.until != nil && *t.until <= t.from }

// holds reports whether the term is in force at an instant.
func (t term) holds(at sql.Time) bool { return t.from <= at && (t.until == nil || at < *t.until) }

// room says which terms end where a new one begins, and when the new one ends because one that was to begin later stands.
func room(terms []term, from sql.Time) (ended []term, until *sql.Time) {
	for _, t := range terms {
		switch {
		case t.empty():
		case t.holds(from):
			ended = append(ended, t)
		case t.from > from && (until == nil || t.from < *until):
			until = t.from.Ptr()
		}
	}
	return ended, until
}

// endOf is when a term ends that somebody wants to end from an instant on: not before its beginning, so that one that has
// not begun is withdrawn. Error: ErrEnded.
func (t term) endOf(from, now sql.Time) (sql.Time, error) {
	until := max(from, t.from)
	switch {
	case t.empty() || t.until != nil && *t.until <= now:
		return 0, ErrEnded
	case t.until != nil && *t.until <= until:
		return 0, ErrEnded.Say("已经定于 %s 结束，不用再定。如要提前，请选更早的日期。", DateOf(t.until.Std()))
	}
	return until, nil
}

// before finds the term that ended where another begins; false when there is none.
func (t term) before(terms []term) (term, bool) {
	i := slices.IndexFunc(terms, func(other term) bool {
		return other.id != t.id && !other.empty() && other.until != nil && *other.until == t.from
	})
	if i < 0 {
		return term{}, false
	}
	return terms[i], true
}

// setUntil writes the end of a term, with the statement of its table. ErrLawStale when another version is kept.
func setUntil(ctx context.Context, tx *sql.DB, statement string, t term, until *sql.Time) error {
	mine, err := tx.ExecOne(ctx, statement, sql.Args{"id": t.id, "version": t.version, "until_at": until})
	if err == nil && !mine {
		err = ErrLawStale
	}
	return err
}

// checkFrom refuses what is no beginning of a day, and, but for the program itself, a day that is over or far ahead: a rule
// does not judge what was before it. Today's beginning is today.
func checkFrom(actor units.Actor, from, now sql.Time) error {
	day, today := DateOf(from.Std()), DateOf(now.Std())
	first, last := today, today.AddMonths(12*aheadAtMost)
	if actor.IsSystem() {
		first = earliestDay
	}
	if sql.FromStd(day.Start()) != from || day.Before(first) || last.Before(day) {
		return ErrFromDay.On("from")
	}
	return nil
}

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason || strings.ContainsFunc(reason, odd) {
		return "", ErrReasonRequired.On("reason")
	}
	return reason, nil
}

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

// endPlan is how a term would end.
type endPlan struct {
	term    term
	until   sql.Time
	reason  string
	resumed *term // the one that goes on because this one is withdrawn; nil when there is none
}

// planEnd checks the end of a term and finds what goes on in its place.
func (at place) planEnd(actor units.Actor, t term, terms []term, ending Ending) (endPlan, error) {
	reason, err := cleanReason(ending.Reason)
	if err != nil {
		return endPlan{}, err
	}
	if err := checkFrom(actor, ending.FromAt, at.now); err != nil {
		return endPlan{}, err
	}
	if t.version != ending.Version {
		return endPlan{}, ErrLawStale
	}
	until, err := t.endOf(ending.FromAt, at.now)
	if err != nil {
		return endPlan{}, err
	}
	plan := endPlan{term: t, until: until, reason: reason}
	if earlier, found := t.before(terms); found && until == t.from {
		plan.resumed = &earlier
	}
	return plan, nil
}

// write does what is planned, with the statement of the table. ErrLawStale when another version is kept.
func (p endPlan) write(ctx context.Context, tx *sql.DB, statement string) error {
	err := setUntil(ctx, tx, statement, p.term, &p.until)
	if err == nil && p.resumed != nil {
		err = setUntil(ctx, tx, statement, *p.resumed, p.term.until)
	}
	return err
}

// resumedID is the id of what goes on; empty when nothing does.
func (p endPlan) resumedID() string {
	if p.resumed == nil {
		return ""
	}
	return p.resumed.id
}

// supposed is when one of the unit's terms would end if what is planned for a later day happened at an instant already.
func (p endPlan) supposed(t term, at sql.Time) *sql.Time {
	switch {
	case t.id == p.term.id:
		return t.cut(min(p.until, at))
	case p.resumed != nil && t.id == p.resumed.id:
		return p.term.until
	}
	return t.until
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
