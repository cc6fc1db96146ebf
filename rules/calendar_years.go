package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// ActionCalendarSet is the audit action of a year of working days that was entered or corrected. The line is on the
// platform's chain, for the calendar belongs to no unit.
const ActionCalendarSet units.Action = "calendar.set"

// YearSource is where the arrangement of a year came from.
type YearSource string

// The sources. What was entered prevails.
const (
	YearOfFile  YearSource = "file"    // the program's own calendar
	YearEntered YearSource = "entered" // by an office, later
)

// YearLine is one arrangement of one year as it is kept. A year may have two, of which one prevails.
type YearLine struct {
	YearDraft
	Workdays      int        `json:"workdays"` // working days, by our own count
	Source        YearSource `json:"source"`
	Prevails      bool       `json:"prevails"`
	EnteredByName string     `json:"entered_by_name"` // empty for the file, and when the program itself entered it
	EnteredAt     *sql.Time  `json:"entered_at"`      // nil for the file
	Version       int64      `json:"version"`         // 0 for the file
}

// enteredYear is one row of calendar_years.
type enteredYear struct {
	YearDraft
	EnteredBy     string
	EnteredByName string
	EnteredAt     sql.Time
	Version       int64
}

// enteredYears are the years that were entered, in order.
func enteredYears(ctx context.Context, db *sql.DB) ([]enteredYear, error) {
	return sql.List[enteredYear](ctx, db, "calendar_year.list", nil)
}

// withEntered lays the years that were entered over a calendar.
func (c *Calendar) withEntered(ctx context.Context, db *sql.DB) (*Calendar, error) {
	entered, err := enteredYears(ctx, db)
	if err != nil {
		return nil, err
	}
	drafts := make([]YearDraft, len(entered))
	for i, year := range entered {
		drafts[i] = year.YearDraft
	}
	return c.WithYears(drafts)
}

// Years lists every arrangement of every year, those of the program's file and those entered since, the year first and
// then the one that prevails. It asks for nobody in particular.
func Years(ctx context.Context, db *sql.DB, book Book) ([]YearLine, error) {
	entered, err := enteredYears(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("rules: list the years of the calendar: %w", err)
	}
	lines := []YearLine{}
	prevailing := map[int]bool{}
	for _, year := range entered {
		summary, _ := ExamineYear(year.YearDraft)
		lines = append(lines, YearLine{YearDraft: year.copied(), Workdays: summary.Workdays, Source: YearEntered, Prevails: true,
			EnteredByName: year.EnteredByName, EnteredAt: year.EnteredAt.Ptr(), Version: year.Version})
		prevailing[year.Year] = true
	}
	for _, number := range book.Calendar.Years() {
		year := book.Calendar.years[number]
		lines = append(lines, YearLine{YearDraft: year.draft.copied(), Workdays: len(year.days), Source: YearOfFile, Prevails: !prevailing[number]})
	}
	slices.SortStableFunc(lines, func(a, b YearLine) int { return a.Year - b.Year })
	return lines, nil
}

// Recounts is how many times every open duty is still to be counted anew because working days changed: 0 when the due
// times on the screen are those of the calendar.
func Recounts(ctx context.Context, db *sql.DB) (int, error) {
	count, err := sql.Get[int](ctx, db, "calendar_year.recounts", nil)
	if err != nil {
		return 0, fmt.Errorf("rules: count the recounts: %w", err)
	}
	return count, nil
}

// MayEnterYears reports whether somebody may enter working days. One calendar holds for the whole installation, so the
// permission counts only where it is held at the top: at a unit without a parent, or at an office with no office above
// it. The program itself may.
func MayEnterYears(ctx context.Context, db *sql.DB, actor units.Actor) (bool, error) {
	if actor.IsSystem() {
		return true, nil
	}
	count, err := sql.Get[int](ctx, db, "calendar_year.offices", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.WriteRules)})
	if err != nil {
		return false, fmt.Errorf("rules: may %s enter working days: %w", actor.PersonID, err)
	}
	return count > 0, nil
}

func mustEnterYears(ctx context.Context, db *sql.DB, actor units.Actor) error {
	may, err := MayEnterYears(ctx, db, actor)
	if err == nil && !may {
		err = ErrYearForbidden
	}
	return err
}

// SaveYear enters the working days of a year, or corrects them: version is that of the entered arrangement the person
// saw, 0 when there was none, though the file may have one. All days are given, not only the changed ones. Where days
// change, every open duty is put down to be counted anew. Errors: ErrYearForbidden, ErrYearInvalid, ErrWorkdaysDiffer,
// ErrYearExists, ErrYearStale, ErrYearUnchanged.
func SaveYear(ctx context.Context, db *sql.DB, book Book, actor units.Actor, draft YearDraft, version int64) (YearLine, error) {
	draft = draft.sorted()
	var saved YearLine
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := mustEnterYears(ctx, tx, actor); err != nil {
			return err
		}
		year, err := checkNow(tx, draft)
		if err != nil {
			return err
		}
		saved = YearLine{YearDraft: draft, Workdays: len(year.days), Source: YearEntered, Prevails: true, EnteredByName: actor.Name,
			EnteredAt: tx.Now().Ptr(), Version: version + 1}
		before, err := replaced(ctx, tx, book, draft, version)
		if err != nil {
			return err
		}
		if before != nil && before.draft.same(draft) {
			return ErrYearUnchanged
		}
		if err := store(ctx, tx, actor, draft, version); err != nil {
			return err
		}
		return announce(ctx, tx, actor, before, year)
	})
	if err != nil {
		return YearLine{}, fmt.Errorf("rules: save the working days of %d: %w", draft.Year, err)
	}
	return saved, nil
}

// checkNow is CheckYear, and that the arrangement was announced already.
func checkNow(db *sql.DB, draft YearDraft) (*workYear, error) {
	year, _, err := draft.check()
	if err != nil {
		return nil, err
	}
	if today := DateOf(db.Now().Std()); draft.Announced > today.String() {
		reason := fmt.Sprintf("公布日 %s 还没有到，请核对", draft.Announced)
		return nil, ErrYearInvalid.Say("%s", sentence(reason)).On("announced").With([]YearProblem{{Field: "announced", Reason: reason}})
	}
	return year, nil
}

// replaced is the arrangement that prevailed so far, nil when the year had none. It refuses a version that is not the
// one that is kept.
func replaced(ctx context.Context, tx *sql.DB, book Book, draft YearDraft, version int64) (*workYear, error) {
	entered, err := enteredYears(ctx, tx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(entered, func(year enteredYear) bool { return year.Year == draft.Year })
	switch {
	case i < 0 && version != 0:
		return nil, ErrYearStale
	case i < 0 && book.Calendar == nil:
		return nil, nil
	case i < 0:
		return book.Calendar.years[draft.Year], nil
	case version == 0:
		return nil, ErrYearExists
	case version != entered[i].Version:
		return nil, ErrYearStale
	}
	year, _, _ := entered[i].examine()
	return year, nil
}

// store writes the row. Whoever was faster makes InTx run again, and then find another version.
func store(ctx context.Context, tx *sql.DB, actor units.Actor, draft YearDraft, version int64) error {
	row := enteredYear{YearDraft: draft, EnteredBy: actor.PersonID, EnteredAt: tx.Now(), Version: version}
	if version == 0 {
		_, err := tx.Exec(ctx, "calendar_year.insert", row)
		if sql.IsDuplicate(err) {
			err = errors.Join(sql.ErrConflict, err)
		}
		return err
	}
	mine, err := tx.ExecOne(ctx, "calendar_year.update", row)
	if err == nil && !mine {
		err = sql.ErrConflict
	}
	return err
}

// announce lets every node see the year, has the open duties counted anew when days changed, and writes the audit line.
func announce(ctx context.Context, tx *sql.DB, actor units.Actor, before, after *workYear) error {
	if err := units.TouchLaw(ctx, tx); err != nil {
		return err
	}
	if before == nil || !slices.Equal(before.days, after.days) {
		if _, err := tx.Exec(ctx, "calendar_year.recount", sql.Args{"id": sql.NewID(), "now": tx.Now(), "created_by": actor.PersonID}); err != nil {
			return err
		}
	}
	detail := sql.Object{"after": after.told()}
	if before != nil {
		detail["before"] = before.told()
	}
	return units.Audit(ctx, tx, actor, units.Line{Action: ActionCalendarSet, ObjectKind: "calendar_year", ObjectID: strconv.Itoa(after.draft.Year), Detail: detail})
}

// told is a year for the audit line.
func (y *workYear) told() sql.Object {
	spans := make([]string, len(y.draft.Rest))
	for i, span := range y.draft.Rest {
		spans[i] = fmt.Sprintf("%s %s~%s", span.Name, span.From, span.To)
	}
	return sql.Object{"announced": y.draft.Announced, "document_number": y.draft.DocumentNumber, "workdays": len(y.days), "rest": spans, "work": y.draft.Work}
}

// YearPreview is what saving a year would change.
type YearPreview struct {
	YearSummary
	Known    bool         `json:"known"`                 // the year has an arrangement already
	Before   int          `json:"before"`                // its working days so far; 0 when it is not known
	Days     []ChangedDay `json:"days" nullable:"false"` // the days that change against it; none when it is not known
	Clocks   int          `json:"clocks"`                // open duties whose due time changes
	Resolved int          `json:"resolved"`              // of these, such as waited for this year and now have a due time
	Earlier  int          `json:"earlier"`               // of these, such as fall due earlier than so far
	Overdue  int          `json:"overdue"`               // of these, such as are late at once
}

// ChangedDay is a day that turns from a working day into a day off, or the other way.
type ChangedDay struct {
	Day     Date `json:"day"`
	Workday bool `json:"workday"` // what it becomes
}

// PreviewYear tells what SaveYear would change, and changes nothing. Errors: as SaveYear's about the draft and the actor.
func PreviewYear(ctx context.Context, db *sql.DB, book Book, actor units.Actor, draft YearDraft) (YearPreview, error) {
	draft = draft.sorted()
	if err := mustEnterYears(ctx, db, actor); err != nil {
		return YearPreview{}, err
	}
	year, err := checkNow(db, draft)
	if err != nil {
		return YearPreview{}, err
	}
	_, summary, _ := draft.examine()
	preview := YearPreview{YearSummary: summary, Days: []ChangedDay{}}
	count := clockCount{preview: &preview, now: db.Now()}
	if count.before, err = book.Calendar.withEntered(ctx, db); err == nil {
		count.after, err = count.before.WithYears([]YearDraft{draft})
	}
	if err != nil {
		return YearPreview{}, fmt.Errorf("rules: preview the working days of %d: %w", draft.Year, err)
	}
	if old := count.before.years[draft.Year]; old != nil {
		preview.Known, preview.Before, preview.Days = true, len(old.days), changedDays(old, year)
	}
	args := sql.Args{"working_day": WorkingDay, "pending": ClockPending, "suspended": ClockSuspended}
	if err := sql.Each(ctx, db, "calendar_year.clocks", args, count.add); err != nil {
		return YearPreview{}, fmt.Errorf("rules: preview the working days of %d: %w", draft.Year, err)
	}
	return preview, nil
}

// changedDays compares two arrangements of one year day by day.
func changedDays(before, after *workYear) []ChangedDay {
	changed := []ChangedDay{}
	for k := 1; k <= daysInYear(after.draft.Year); k++ {
		is := after.upTo[k] > after.upTo[k-1]
		if was := before.upTo[k] > before.upTo[k-1]; was != is {
			changed = append(changed, ChangedDay{Day: Date{after.draft.Year, 1, 1}.AddDays(k - 1), Workday: is})
		}
	}
	return changed
}

// clockCount counts the open duties that two calendars make due at different times.
type clockCount struct {
	before, after *Calendar
	preview       *YearPreview
	now           sql.Time
}

// openClock is as much of a clock as its due time needs.
type openClock struct {
	Reason    ClockReason
	LimitN    int
	LimitUnit Unit
	StartedAt sql.Time
}

func (c *clockCount) add(clock openClock) error {
	limit := Duration{clock.LimitN, clock.LimitUnit}
	if limit.Unit != WorkingDay { // waits for the calendar, but keeps no figure to count with
		if !c.preview.Known {
			c.preview.Clocks++
		}
		return nil
	}
	was, err := dueOrPending(clock.StartedAt, limit, c.before)
	if err != nil {
		return err
	}
	is, err := dueOrPending(clock.StartedAt, limit, c.after)
	if err != nil || sameTime(was, is) {
		return err
	}
	c.preview.Clocks++
	if was == nil {
		c.preview.Resolved++
	}
	if was != nil && is != nil && *is < *was {
		c.preview.Earlier++
	}
	if is != nil && *is <= c.now && (was == nil || *was > c.now) {
		c.preview.Overdue++
	}
	return nil
}

// dueOrPending is when a duty that counts working days is due; nil while a year is missing.
func dueOrPending(started sql.Time, limit Duration, calendar *Calendar) (*sql.Time, error) {
	due, err := Add(started.Std(), limit, calendar)
	if errors.Is(err, ErrCalendarPending) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return sql.FromStd(due.At).Ptr(), nil
}

// sorted puts the days of a draft in order, so that the same arrangement is the same draft.
func (d YearDraft) sorted() YearDraft {
	d = d.copied()
	slices.SortStableFunc(d.Rest, func(a, b RestSpan) int { return strings.Compare(a.From, b.From) })
	slices.Sort(d.Work)
	return d
}
