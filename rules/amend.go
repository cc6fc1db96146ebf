package rules

import (
	"context"
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
