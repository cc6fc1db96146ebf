package oversight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The bounds of a roster; our own figures, no regulation's.
const (
	longestShift = 7 * 24 * time.Hour
	longestSpan  = 92 * 24 * time.Hour
	mostShifts   = 1000
	maxPerson    = 60
)

// Shift is a time for which somebody is on duty at a unit.
type Shift struct {
	ID         string   `json:"id"`
	UnitID     string   `json:"unit_id"`
	PersonName string   `json:"person_name"`
	FromAt     sql.Time `json:"from_at"`
	UntilAt    sql.Time `json:"until_at"`
	CreatedBy  string   `json:"created_by"`
	CreatedAt  sql.Time `json:"created_at"`
}

// Gap is a time for which nobody is on duty although a rulebook wants somebody there.
type Gap struct {
	FromAt   sql.Time `json:"from_at"`
	UntilAt  sql.Time `json:"until_at"`
	Text     string   `json:"text"` // 空档 12 小时（10-03 20:00 至 10-04 08:00）
	Rulebook string   `json:"rulebook"`
	Rule     string   `json:"rule"`
	Citation string   `json:"citation"`
}

// UnreadDay is a day that ended without a record of somebody reading the sites and accounts.
type UnreadDay struct {
	Day      rules.Date `json:"day"`
	Text     string     `json:"text"` // 10-05 未读网
	Rulebook string     `json:"rulebook"`
	Rule     string     `json:"rule"`
	Citation string     `json:"citation"`
}

// RosterView is who is on duty at a unit between two instants, and what lacks. Where no rulebook in force wants somebody on
// duty around the clock there are no gaps, and no unread days where none wants the sites read every day.
type RosterView struct {
	UnitID  string      `json:"unit_id"`
	FromAt  sql.Time    `json:"from_at"`
	UntilAt sql.Time    `json:"until_at"`
	Shifts  []Shift     `json:"shifts" nullable:"false"`
	Gaps    []Gap       `json:"gaps" nullable:"false"`
	Unread  []UnreadDay `json:"unread" nullable:"false"`
	Mark    string      `json:"mark" doc:"Names this state of the roster; a change says which one it saw"`
}

// Roster returns who is on duty at a unit that the actor reaches with ReadDashboard, from one instant up to, and without,
// another. Rest days count like all others (潼南 2022 第27条); a day is unread once it is over. Errors: ErrRosterSpan,
// units.ErrNotFound, ErrForbidden.
func Roster(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string, from, until sql.Time) (RosterView, error) {
	if until <= from || until.Sub(from) > longestSpan || from < earliest {
		return RosterView{}, ErrRosterSpan.On("until")
	}
	unit, err := unitFor(ctx, db, actor, unitID, units.ReadDashboard)
	if err != nil {
		return RosterView{}, wrap(err, "roster of unit %s", unitID)
	}
	view := RosterView{UnitID: unitID, FromAt: from, UntilAt: until, Gaps: []Gap{}, Unread: []UnreadDay{}}
	if view.Shifts, err = shiftsOf(ctx, db, unitID, from, until); err != nil {
		return RosterView{}, wrap(err, "roster of unit %s", unitID)
	}
	view.Mark = markOf(view.Shifts, from, until)
	law, err := book.Law(ctx, db)
	if err != nil {
		return RosterView{}, err
	}
	owner, err := ownerOf(ctx, db, law, unit)
	if err != nil {
		return RosterView{}, wrap(err, "roster of unit %s", unitID)
	}
	view.Gaps = owner.gaps(view.Shifts, from, until)
	if view.Unread, err = owner.unread(ctx, db, from, min(until, db.Now())); err != nil {
		return RosterView{}, wrap(err, "unread days of unit %s", unitID)
	}
	return view, nil
}

func shiftsOf(ctx context.Context, db *sql.DB, unitID string, from, until sql.Time) ([]Shift, error) {
	return sql.List[Shift](ctx, db, "shift.list", sql.Args{"unit_id": unitID, "from_at": from, "until_at": until, "longest": longestShift.Milliseconds()})
}

// markOf is the newest id among the shifts that begin in a span: SetRoster makes all of them anew.
func markOf(shifts []Shift, from, until sql.Time) string {
	mark := ""
	for _, shift := range shifts {
		if shift.FromAt >= from && shift.FromAt < until {
			mark = max(mark, shift.ID)
		}
	}
	return mark
}

// alwaysOpen is the rule by which two regulations want their sites, and not people, there around the clock (东城 27, 潮安 40(二)).
const alwaysOpen = "always-open"

// gaps lists the times between two instants that no shift covers, where a rulebook in force when they begin wants somebody there.
func (o owner) gaps(shifts []Shift, from, until sql.Time) []Gap {
	covers := make([]rules.Shift, len(shifts))
	for i, shift := range shifts {
		covers[i] = rules.Shift{From: shift.FromAt.Std(), Until: shift.UntilAt.Std()}
	}
	gaps := []Gap{}
	for _, gap := range rules.RosterGaps(covers, from.Std(), until.Std()) {
		if duty, found := o.first(gap.From, func(d rules.DutyRule) bool { return d.Kind == rules.DutyCoverage && d.Rule != alwaysOpen }); found {
			gaps = append(gaps, Gap{FromAt: sql.FromStd(gap.From), UntilAt: sql.FromStd(gap.Until), Text: gap.String(), Rulebook: duty.Rulebook, Rule: duty.Rule,
				Citation: duty.Citation})
		}
	}
	return gaps
}

// first finds the first duty of a kind that the unit owes at an instant.
func (o owner) first(at time.Time, is func(rules.DutyRule) bool) (rules.DutyRule, bool) {
	for _, book := range o.regime.At(at) {
		for _, duty := range book.Duties() {
			if is(duty) && o.owes(book, duty, at) {
				return duty, true
			}
		}
	}
	return rules.DutyRule{}, false
}

// isReading reports whether a duty is to read the sites and accounts every day.
func isReading(d rules.DutyRule) bool {
	return d.Section == rules.SectionDuty && d.Kind == rules.DutyPeriodic && d.Every != nil && *d.Every == rules.Duration{N: 1, Unit: rules.Day}
}

// unread lists the days that lie wholly between two instants and on which nobody recorded that the sites were read, where a rule
// in force that day wants it. A day before the unit had anything to read, or before the duty's clock began for the first time, is
// not one, nor one of a year whose working days nobody knows where only those count (K16).
func (o owner) unread(ctx context.Context, db *sql.DB, from, until sql.Time) ([]UnreadDay, error) {
	unread := []UnreadDay{}
	clocks, err := rules.ClocksOf(ctx, db, UnitSubject, o.unit.ID)
	if err != nil {
		return nil, err
	}
	read := map[string][]time.Time{} // by rulebook and rule
	for day := rules.DateOf(from.Add(24*time.Hour - time.Millisecond).Std()); sql.FromStd(day.End()) <= until; day = day.AddDays(1) {
		for _, book := range o.regime.At(day.Start()) {
			for _, duty := range book.Duties() {
				since, has := o.since(book, "")
				since = max(since, knownSince(duty, clocks))
				if !isReading(duty) || !o.owes(book, duty, day.Start()) || !has || since >= sql.FromStd(day.End()) {
					continue
				}
				key := book.ID + "/" + duty.Rule
				if _, known := read[key]; !known {
					times, err := o.times(ctx, db, duty, from, until)
					if err != nil {
						return nil, err
					}
					read[key] = times
				}
				if missing, err := duty.Unread(read[key], day, day, o.calendar); err == nil && len(missing) > 0 {
					unread = append(unread, UnreadDay{Day: day, Text: day.Start().Format("01-02") + " 未读网", Rulebook: book.ID, Rule: duty.Rule, Citation: duty.Citation})
				}
			}
		}
	}
	return unread, nil
}

func (o owner) times(ctx context.Context, db *sql.DB, duty rules.DutyRule, from, until sql.Time) ([]time.Time, error) {
	acts, err := actsOf(ctx, db, o.unit.ID, duty, from, until)
	times := make([]time.Time, len(acts))
	for i, act := range acts {
		times[i] = act.At.Std()
	}
	return times, err
}

// NewShift is a line of a roster as it is sent.
type NewShift struct {
	PersonName string   `json:"person_name" maxLength:"240"`
	FromAt     sql.Time `json:"from_at"`
	UntilAt    sql.Time `json:"until_at"`
}

// NewRoster is a piece of a roster: it takes the place of all shifts of the unit that begin from FromAt up to, and without,
// UntilAt.
type NewRoster struct {
	UnitID  string
	FromAt  sql.Time
	UntilAt sql.Time
	Shifts  []NewShift
	Mark    string // of the RosterView over the same span that the person saw
}

// SetRoster puts a piece of a roster in the place of what was there. The actor holds RecordDuties for the unit. Errors:
// ErrRosterSpan, ErrRosterShift, ErrRosterStale, units.ErrNotFound, units.ErrClosed, ErrForbidden.
func SetRoster(ctx context.Context, db *sql.DB, actor units.Actor, in NewRoster) error {
	if in.UntilAt <= in.FromAt || in.UntilAt.Sub(in.FromAt) > longestSpan || in.FromAt < earliest || len(in.Shifts) > mostShifts {
		return ErrRosterSpan.On("until_at")
	}
	for i, shift := range in.Shifts {
		if err := shift.check(in.FromAt, in.UntilAt, fmt.Sprintf("shifts[%d]", i)); err != nil {
			return err
		}
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		unit, err := openUnit(ctx, tx, actor, in.UnitID, units.RecordDuties)
		if err != nil {
			return err
		}
		present, err := shiftsOf(ctx, tx, unit.ID, in.FromAt, in.UntilAt)
		if err != nil {
			return err
		}
		if markOf(present, in.FromAt, in.UntilAt) != in.Mark {
			return ErrRosterStale
		}
		return in.write(ctx, tx, actor)
	})
	return wrap(err, "set the roster of unit %s", in.UnitID)
}

func (in NewRoster) write(ctx context.Context, tx *sql.DB, actor units.Actor) error {
	cleared, err := tx.Exec(ctx, "shift.clear", sql.Args{"unit_id": in.UnitID, "from_at": in.FromAt, "until_at": in.UntilAt})
	if err != nil {
		return err
	}
	for _, shift := range in.Shifts {
		_, err := tx.Exec(ctx, "shift.insert", Shift{ID: sql.NewID(), UnitID: in.UnitID, PersonName: strings.TrimSpace(shift.PersonName), FromAt: shift.FromAt,
			UntilAt: shift.UntilAt, CreatedBy: actor.PersonID, CreatedAt: tx.Now()})
		if err != nil {
			return err
		}
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: in.UnitID, Action: ActionRosterSet, ObjectKind: "unit", ObjectID: in.UnitID,
		Detail: sql.Object{"from_at": in.FromAt, "until_at": in.UntilAt, "shifts": len(in.Shifts), "replaced": cleared}})
}

func (s NewShift) check(from, until sql.Time, field string) error {
	if !isLine(strings.TrimSpace(s.PersonName), maxPerson) {
		return ErrRosterShift.On(field + ".person_name")
	}
	if s.UntilAt <= s.FromAt || s.UntilAt.Sub(s.FromAt) > longestShift {
		return ErrRosterShift.On(field + ".until_at")
	}
	if s.FromAt < from || s.FromAt >= until {
		return ErrRosterSpan.On(field + ".from_at")
	}
	return nil
}

// lengthOf writes a length of time for people: 3 天 2 小时, 1 小时 30 分钟, 55 分钟; below a minute in seconds.
func lengthOf(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "天"}, {time.Hour, "小时"}, {time.Minute, "分钟"}, {time.Second, "秒"}} {
		if n := d / unit.length; n > 0 && (unit.length > time.Second || len(parts) == 0) {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d -= n * unit.length
		}
	}
	if len(parts) == 0 {
		return "不到 1 秒"
	}
	return strings.Join(parts, " ")
}
