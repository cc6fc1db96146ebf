package oversight

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// PeriodLine is how a unit stands with a duty that comes back.
type PeriodLine struct {
	rules.DutyRule
	RulebookName string              `json:"rulebook_name"`
	FromAt       *sql.Time           `json:"from_at"` // null for a duty without a figure (定期)
	UntilAt      *sql.Time           `json:"until_at"`
	DueAt        *sql.Time           `json:"due_at"`
	DueText      string              `json:"due_text"`
	Done         int                 `json:"done" doc:"实：次数"`
	Owed         int                 `json:"owed" doc:"应：次数；0 表示没有规定次数"`
	Counts       rules.PeriodVerdict `json:"counts"`
	DoneAt       *sql.Time           `json:"done_at"` // the act with which it was enough; null before
	Standing     Standing            `json:"standing"`
	Label        string              `json:"label"`
	Verdict      string              `json:"verdict" doc:"达标、不足：应 2 次，实 1 次、按时、逾期；进行中为空"`
	Sites        *SiteSample         `json:"sites" doc:"检查的抽样；没有规定比例的为空"`
	Before       *PeriodPast         `json:"before" doc:"上一个周期；没有规定周期的为空"`
}

// SiteSample is how many sites an inspection has to look at.
type SiteSample struct {
	Total  int `json:"total" doc:"台账中计数日的数量，实际可能更多"`
	Needed int `json:"needed"`
}

// PeriodPast is what became of a period that is over.
type PeriodPast struct {
	FromAt  sql.Time `json:"from_at"`
	UntilAt sql.Time `json:"until_at"`
	Done    int      `json:"done"`
	Owed    int      `json:"owed"`
	Verdict string   `json:"verdict"`
}

// Periods lists the duties that come back and that a unit, which the actor reaches with ReadDashboard, owes at an instant (0 is
// now), with what was done of each in the period of that instant and in the one before. It counts the acts themselves, so it is
// right even before TurnPeriods was there. Errors: ErrDutyTime, units.ErrNotFound.
func Periods(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string, at sql.Time) ([]PeriodLine, error) {
	if at == 0 {
		at = db.Now()
	}
	if at < earliest || at > db.Now() {
		return nil, ErrDutyTime.On("at")
	}
	unit, err := unitFor(ctx, db, actor, unitID, units.ReadDashboard)
	if err != nil {
		return nil, wrap(err, "duties of unit %s", unitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	owner, err := ownerOf(ctx, db, law, unit)
	if err != nil {
		return nil, wrap(err, "duties of unit %s", unitID)
	}
	clocks, err := rules.ClocksOf(ctx, db, UnitSubject, unit.ID)
	if err != nil {
		return nil, wrap(err, "duties of unit %s", unitID)
	}
	lines := []PeriodLine{}
	for _, r := range owner.rules(at) {
		line, err := owner.line(ctx, db, r, clocks, at)
		if err != nil {
			return nil, wrap(err, "duty %s %s of unit %s", r.Section, r.Rule, unitID)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (o owner) line(ctx context.Context, db *sql.DB, r periodRule, clocks []rules.Clock, at sql.Time) (PeriodLine, error) {
	line := PeriodLine{DutyRule: r.DutyRule, RulebookName: r.book.ShortName, Owed: r.MinTimes, Standing: StandsRecorded}
	s, found := r.span(at)
	if !found { // 定期: everything of the calendar year is shown
		day := rules.DateOf(at.Std())
		s = span{From: sql.FromStd(rules.Date{Year: day.Year, Month: 1, Day: 1}.Start()), Until: sql.FromStd(rules.Date{Year: day.Year + 1, Month: 1, Day: 1}.Start())}
	}
	t, err := o.tallyOf(ctx, db, r, s)
	if err != nil {
		return PeriodLine{}, err
	}
	line.Done, line.DoneAt, line.Counts = t.Acts, t.ReachedAt, t.PeriodVerdict
	if found {
		line.FromAt, line.UntilAt, line.DueAt, line.DueText = s.From.Ptr(), s.Until.Ptr(), s.Due.Ptr(), s.dueText()
		line.Standing, line.Verdict = r.standing(t, s, db.Now()), r.verdict(t, s, db.Now())
		known := knownSince(r.DutyRule, clocks)
		if db.Now() >= s.Due && known >= s.Due && t.Acts == 0 {
			line.Standing, line.Verdict = StandsUnknown, ""
		}
		if line.Before, err = o.before(ctx, db, r, s.From, known); err != nil {
			return PeriodLine{}, err
		}
	}
	line.Label = line.Standing.Label()
	line.Sites, err = o.sample(ctx, db, r, at)
	return line, err
}

// standing is how a period stands: in time, late, or still open. What is only usual is never late (K14).
func (r periodRule) standing(t tally, s span, now sql.Time) Standing {
	switch {
	case t.ReachedAt != nil && (!s.late(*t.ReachedAt) || !r.Strength.Refuses()):
		return StandsOnTime
	case t.ReachedAt != nil:
		return StandsLate
	case now >= s.Due && r.Strength.Refuses():
		return StandsOverdue
	}
	return StandsOpen
}

// knownSince is when the clock of a duty began for the first time. What was over by then nobody here knows, and it is never red.
func knownSince(duty rules.DutyRule, clocks []rules.Clock) sql.Time {
	for _, clock := range clocks {
		if clock.Rulebook == duty.Rulebook && clock.Section == duty.Section && clock.Rule == duty.Rule {
			return clock.CreatedAt
		}
	}
	return never
}

// before is what became of the period before the one that begins at an instant; nil where the duty was not owed then, or where
// nobody looked yet.
func (o owner) before(ctx context.Context, db *sql.DB, r periodRule, from, known sql.Time) (*PeriodPast, error) {
	then, owed := o.owedThen(r.book.ID, r.Section, r.Rule, from-1)
	if !owed {
		return nil, nil
	}
	s, found := then.span(from - 1)
	if !found || !then.owed(s, o.calendar) {
		return nil, nil
	}
	t, err := o.tallyOf(ctx, db, then, s)
	if err != nil || known >= s.Until && t.Acts == 0 {
		return nil, err
	}
	return &PeriodPast{FromAt: s.From, UntilAt: s.Until, Done: t.Acts, Owed: then.MinTimes, Verdict: then.verdict(t, s, db.Now())}, nil
}

func (o owner) sample(ctx context.Context, db *sql.DB, r periodRule, at sql.Time) (*SiteSample, error) {
	inspection, found := r.inspection()
	if !found || inspection.MinSamplePercent == 0 {
		return nil, nil
	}
	total, err := o.sites(ctx, db, inspection, at)
	return &SiteSample{Total: total, Needed: rules.SampleSize(total, inspection.MinSamplePercent)}, err
}
