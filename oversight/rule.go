package oversight

import (
	"context"
	"slices"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Timing is how the time of a matter runs.
type Timing string

// The timings.
const (
	Deadline Timing = "deadline" // it must be done by its due time
	Wait     Timing = "wait"     // it must stand until then (K06, K18)
	Record   Timing = "record"   // there is no figure: the times are recorded and nothing is late
)

// eventRule is a duty that an event sets going, as it was in force at the event.
type eventRule struct {
	rules.DutyRule
	book *rules.Rulebook
}

// startsWithEvent reports whether a duty is one that a matter may be opened under. The age of passwords is looked after by
// itself (PasswordDue), and nothing is built on a rule that nobody confirmed.
func startsWithEvent(d rules.DutyRule) bool {
	return d.Confirmed && d.Event != "" && d.Section != rules.SectionCredentials && timingOf(d) != ""
}

func timingOf(d rules.DutyRule) Timing {
	switch d.Kind {
	case rules.DutyDeadline:
		return Deadline
	case rules.DutyWait:
		return Wait
	case rules.DutyRecord:
		return Record
	}
	return ""
}

// findEventRule finds a duty that an event sets going, as it was in force for a unit when the event was. Errors:
// ErrRuleUnknown, ErrRuleNotInForce.
func findEventRule(law *rules.Law, path, rulebook, section, rule string, event sql.Time) (eventRule, error) {
	present, found := law.Library.ByID(rulebook)
	if !found {
		return eventRule{}, ErrRuleUnknown.On("rulebook")
	}
	if duty, found := present.DutyRule(section, rule); !found || !startsWithEvent(duty) {
		return eventRule{}, ErrRuleUnknown.On("rule")
	}
	book := law.Regime(path).Named(rulebook, event.Std())
	if book == nil {
		return eventRule{}, ErrRuleNotInForce.On("rulebook")
	}
	duty, found := book.DutyRule(section, rule)
	if !found || !startsWithEvent(duty) {
		return eventRule{}, ErrRuleNotInForce.On("rule")
	}
	return eventRule{DutyRule: duty, book: book}, nil
}

// dueAfter is the due time after an event; longer asks for the rule's longer period.
func (r eventRule) dueAfter(event time.Time, longer bool, calendar *rules.Calendar) (rules.Due, error) {
	if longer {
		return r.LongerDue(event, calendar)
	}
	return r.Due(event, calendar)
}

// counted is the figure that the clock counts.
func (r eventRule) counted(longer bool) *rules.Duration {
	if longer {
		return r.Longer
	}
	return r.Limit
}

// span is the period of the duty in which an instant lies; false for a duty without a figure.
func (r periodRule) span(at sql.Time) (span, bool) {
	start, due, _, err := r.book.PeriodDue(r.Section, r.Rule, at.Std())
	if err != nil {
		return span{}, false
	}
	s := span{From: sql.FromStd(start), Due: sql.FromStd(due), Until: sql.FromStd(due), EndOfDay: true}
	if r.Kind == rules.DutyDated { // what was not handed in by the date is owed all the same
		s.Until = sql.FromStd(rules.Date{Year: rules.DateOf(start).Year + 1, Month: time.January, Day: 1}.Start())
	}
	return s, true
}

// owed reports whether the duty is owed in a span at all: a daily one may be read so that nothing is owed on rest days. While
// nobody knows whether a day is one, nothing is (K16).
func (r periodRule) owed(s span, calendar *rules.Calendar) bool {
	if r.Every == nil {
		return true
	}
	owed, err := r.OwedOn(rules.DateOf(s.From.Std()), calendar)
	return err == nil && owed
}

// Startable is a rule under which a matter may be opened for a unit now.
type Startable struct {
	rules.DutyRule
	RulebookName string   `json:"rulebook_name"`
	Timing       Timing   `json:"timing" enum:"deadline,wait,record"`
	NeedsWebsite bool     `json:"needs_website"`           // AccountID and PlannedUntil are asked for
	Causes       []string `json:"causes" nullable:"false"` // of going off the net: those that use up nothing
}

// Startables lists the rules under which a matter may be opened for a unit that the actor reaches with ReadDashboard, the local
// rulebook's first. Error: units.ErrNotFound.
func Startables(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string) ([]Startable, error) {
	unit, err := unitFor(ctx, db, actor, unitID, units.ReadDashboard)
	if err != nil {
		return nil, wrap(err, "rules of unit %s", unitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	list := []Startable{}
	for _, rulebook := range law.Regime(unit.Path).At(db.Now().Std()) {
		for _, duty := range rulebook.Duties() {
			if !startsWithEvent(duty) {
				continue
			}
			line := Startable{DutyRule: duty, RulebookName: rulebook.ShortName, Timing: timingOf(duty), NeedsWebsite: duty.Section == rules.SectionTemporaryOffline, Causes: []string{}}
			if line.NeedsWebsite {
				line.Causes = append(line.Causes, slices.Clone(rulebook.TemporaryOffline.NotCounted)...)
			}
			list = append(list, line)
		}
	}
	return list, nil
}

// ruleOfMatter is the rule of a matter as it was in force at its event.
func ruleOfMatter(ctx context.Context, tx *sql.DB, book rules.Book, m Matter) (eventRule, error) {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return eventRule{}, err
	}
	unit, err := units.Get(ctx, tx, units.System, m.UnitID)
	if err != nil {
		return eventRule{}, err
	}
	return findEventRule(law, unit.Path, m.Rulebook, m.Section, m.Rule, m.EventAt)
}
