package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"govmedia/sql"
)

// Cite writes articles behind the short name of their rulebook; behind its id when the library has none such, for a
// record may be older than the library.
func (b Book) Cite(rulebook string, articles []string) string {
	if rb, found := b.Library.ByID(rulebook); found {
		return rb.Cite(articles)
	}
	if len(articles) == 0 {
		return rulebook
	}
	return rulebook + " " + Cite(articles)
}

// SubjectKind is what a clock belongs to.
type SubjectKind string

// The subjects of update clocks.
const (
	AccountSubject SubjectKind = "account"
	ColumnSubject  SubjectKind = "column"
)

// The sections whose rules say when something must be updated, and those that say how long something must stand.
const (
	SectionUpdateLimits  = "update_limits"
	SectionColumnRules   = "column_rules"
	SectionPublicNotices = "public_notices"
	SectionRetention     = "retention"
)

// ClockReason is why a clock has no ordinary due time.
type ClockReason string

// The reasons; an ordinary clock has none.
const (
	ClockBlank   ClockReason = "blank"            // a column without content is late from its beginning (K13)
	ClockPending ClockReason = "calendar_pending" // the working days of a year are missing, so there is no due time (K16)

	// ClockSuspended is a clock that does not count, because its thing is out of use for a while.
	ClockSuspended ClockReason = "suspended"

	// ClockUnread is a clock of a thing that nobody can read from outside: whether it is late is not known.
	ClockUnread ClockReason = "unread"
)

// ClockDuty is what a clock counts: one thing, one rule, from when, until when.
type ClockDuty struct {
	SubjectKind SubjectKind
	SubjectID   string
	UnitID      string
	Path        string // the unit's, so that a subtree is one range
	Platform    string // of the account; empty for other things
	Rulebook    string
	Section     string // of the rulebook
	Rule        string // id within the section
	Articles    sql.Strings
	Reason      ClockReason
	Limit       *Duration // the figure that is counted; nil where there is none
	StartedAt   sql.Time
	DueAt       *sql.Time // nil while the calendar is pending, the clock suspended or its thing unread
	EndOfDay    bool      // due at 24:00: what is done at that very instant is late (K05)
}

// Clock is one duty as it is kept: one row for each thing and rule, started anew in place.
type Clock struct {
	ID          string      `json:"id"`
	SubjectKind SubjectKind `json:"subject_kind"`
	SubjectID   string      `json:"subject_id"`
	UnitID      string      `json:"unit_id"`
	Path        string      `json:"path"`
	Platform    string      `json:"platform"`
	Rulebook    string      `json:"rulebook"`
	Section     string      `json:"section"`
	Rule        string      `json:"rule"`
	Articles    sql.Strings `json:"articles"`
	Reason      ClockReason `json:"reason"`
	LimitN      int         `json:"limit_n"` // the figure that is counted; 0 where there is none
	LimitUnit   Unit        `json:"limit_unit"`
	StartedAt   sql.Time    `json:"started_at"`
	DueAt       *sql.Time   `json:"due_at"`     // nil while the calendar is pending, the clock suspended or its thing unread
	EndOfDay    bool        `json:"end_of_day"` // due at 24:00
	DoneAt      *sql.Time   `json:"done_at"`    // nil while the duty is open
	CreatedAt   sql.Time    `json:"created_at"`
	UpdatedAt   sql.Time    `json:"updated_at"`
	Version     int64       `json:"version"`
}

// Running reports whether the duty is open.
func (c Clock) Running() bool { return c.DoneAt == nil }

// Limit is the figure that the clock counts, nil where there is none.
func (c Clock) Limit() *Duration {
	if c.LimitN == 0 {
		return nil
	}
	return &Duration{N: c.LimitN, Unit: c.LimitUnit}
}

// Duty is what the clock counts now.
func (c Clock) Duty() ClockDuty {
	return ClockDuty{SubjectKind: c.SubjectKind, SubjectID: c.SubjectID, UnitID: c.UnitID, Path: c.Path, Platform: c.Platform, Rulebook: c.Rulebook,
		Section: c.Section, Rule: c.Rule, Articles: c.Articles, Reason: c.Reason, Limit: c.Limit(), StartedAt: c.StartedAt, DueAt: c.DueAt, EndOfDay: c.EndOfDay}
}

// IsWait reports whether the clock says how long something must stand, and not by when something must be done: a public
// notice, a time of keeping. A wait is never late.
func (c Clock) IsWait() bool { return IsWait(c.Section) }

// IsWait reports whether the rules of a section say how long something must stand (K06, K18).
func IsWait(section string) bool {
	return section == SectionPublicNotices || section == SectionRetention
}

// Late reports whether something done at an instant came after the due time (K04, K05). Without a due time nothing does.
func (c Clock) Late(at sql.Time) bool {
	return c.DueAt != nil && !c.IsWait() && (at > *c.DueAt || c.EndOfDay && at == *c.DueAt)
}

// IsUpdate reports whether the clock says when something must be updated.
func (c Clock) IsUpdate() bool {
	return c.Section == SectionUpdateLimits || c.Section == SectionColumnRules
}

// Status is how an open duty stands: at the due instant itself it is late (K04), while a wait is never late.
func (c Clock) Status(now sql.Time) Status {
	switch {
	case c.Reason == ClockSuspended:
		return StatusSuspended
	case c.Reason == ClockUnread:
		return StatusUnknown
	case c.DueAt == nil:
		return StatusCalendarPending
	case now >= *c.DueAt && !c.IsWait():
		return StatusStale
	}
	return StatusOK
}

// Missed is one time a duty was done late, as it is kept.
type Missed struct {
	ID          string      `json:"id"`
	ClockID     string      `json:"clock_id"`
	SubjectKind SubjectKind `json:"subject_kind"`
	SubjectID   string      `json:"subject_id"`
	UnitID      string      `json:"unit_id"`
	Path        string      `json:"path"`
	Platform    string      `json:"platform"`
	Rulebook    string      `json:"rulebook"`
	Rule        string      `json:"rule"`
	Articles    sql.Strings `json:"articles"`
	StartedAt   sql.Time    `json:"started_at"`
	DueAt       sql.Time    `json:"due_at"`
	EndedAt     sql.Time    `json:"ended_at"`
}

// Gap is how long the silence was.
func (m Missed) Gap() time.Duration { return m.EndedAt.Sub(m.StartedAt) }

// Over is by how much it was too long.
func (m Missed) Over() time.Duration { return m.EndedAt.Sub(m.DueAt) }

// UpdateDuty is the duty a verdict of Freshness puts on a thing; false where no rule applies, for then there is no clock.
func UpdateDuty(v Verdict, kind SubjectKind, id, unitID string) (ClockDuty, bool) {
	if v.Status == StatusNoRule || v.RuleID == "" || v.From == nil {
		return ClockDuty{}, false
	}
	duty := ClockDuty{
		SubjectKind: kind, SubjectID: id, UnitID: unitID, Rulebook: v.Rulebook, Section: SectionUpdateLimits, Rule: v.RuleID,
		Articles: v.Articles, Limit: v.Limit, StartedAt: sql.FromStd(*v.From),
	}
	if v.Reason == ReasonBlankColumn {
		duty.Section, duty.Reason = SectionColumnRules, ClockBlank
	}
	if v.Due == nil {
		duty.Reason = ClockPending
	} else {
		duty.DueAt, duty.EndOfDay = sql.FromStd(v.Due.At).Ptr(), v.Due.EndOfDay
	}
	return duty, true
}

// StartClock sets the clock of a duty going: a new row, or the duty's own row anew, whether it was done or not. A clock
// that already counts exactly this is left as it is. It must run in a transaction; a writer that another one overtook
// gets sql.ErrConflict, which makes InTx run again.
func StartClock(ctx context.Context, tx *sql.DB, duty ClockDuty) (Clock, error) {
	found, err := sql.Get[Clock](ctx, tx, "clock.find", duty)
	if err == nil {
		return RestartClock(ctx, tx, found, duty)
	}
	if !errors.Is(err, sql.ErrNone) {
		return Clock{}, fmt.Errorf("rules: start the clock %s of %s %s: %w", duty.Rule, duty.SubjectKind, duty.SubjectID, err)
	}
	clock := duty.clock(tx.Now())
	if _, err := tx.Exec(ctx, "clock.insert", clock); err != nil {
		if sql.IsDuplicate(err) {
			err = errors.Join(sql.ErrConflict, err)
		}
		return Clock{}, fmt.Errorf("rules: start the clock %s of %s %s: %w", duty.Rule, duty.SubjectKind, duty.SubjectID, err)
	}
	return clock, nil
}

// NewClock is the clock of a duty that has none yet, to be kept by KeepClocks.
func NewClock(tx *sql.DB, duty ClockDuty) Clock { return duty.clock(tx.Now()) }

// KeepClocks writes new clocks, in few statements however many they are. Another writer that made one of them before gives
// sql.ErrConflict, which makes InTx run again.
func KeepClocks(ctx context.Context, tx *sql.DB, clocks []Clock) error {
	err := sql.InsertMany(ctx, tx, "clock.insert", clocks)
	if sql.IsDuplicate(err) {
		err = errors.Join(sql.ErrConflict, err)
	}
	if err != nil {
		return fmt.Errorf("rules: start %d clocks: %w", len(clocks), err)
	}
	return nil
}

// clock is a new clock that counts the duty.
func (d ClockDuty) clock(now sql.Time) Clock {
	clock := Clock{ID: sql.NewID(), SubjectKind: d.SubjectKind, SubjectID: d.SubjectID, Rulebook: d.Rulebook, Section: d.Section, Rule: d.Rule, CreatedAt: now}
	return clock.counting(d, now)
}

// counting is the clock after it was started anew for a duty.
func (c Clock) counting(d ClockDuty, now sql.Time) Clock {
	c.UnitID, c.Path, c.Platform, c.Articles, c.Reason = d.UnitID, d.Path, d.Platform, d.Articles, d.Reason
	c.LimitN, c.LimitUnit = 0, ""
	if d.Limit != nil {
		c.LimitN, c.LimitUnit = d.Limit.N, d.Limit.Unit
	}
	c.StartedAt, c.DueAt, c.EndOfDay, c.DoneAt, c.UpdatedAt = d.StartedAt, d.DueAt, d.EndOfDay, nil, now
	c.Version++
	return c
}

// Counts reports whether the clock runs and counts exactly this duty, so that nothing has to be written.
func (c Clock) Counts(d ClockDuty) bool {
	have := c.Duty()
	sameLimit := have.Limit == nil && d.Limit == nil || have.Limit != nil && d.Limit != nil && *have.Limit == *d.Limit
	return c.Running() && have.UnitID == d.UnitID && have.Path == d.Path && have.Platform == d.Platform && have.Reason == d.Reason && have.StartedAt == d.StartedAt &&
		sameTime(have.DueAt, d.DueAt) && have.EndOfDay == d.EndOfDay && sameLimit && slices.Equal(have.Articles, d.Articles)
}

// RestartClock lets a clock count a duty of the same thing and rule from another start. What the old count missed is the
// caller's to keep, with KeepMissed. Otherwise as StartClock.
func RestartClock(ctx context.Context, tx *sql.DB, clock Clock, duty ClockDuty) (Clock, error) {
	if clock.Counts(duty) {
		return clock, nil
	}
	next := clock.Restarted(duty, tx.Now())
	return next, KeepRestarted(ctx, tx, []Clock{next})
}

// Restarted is the clock as it counts a duty of the same thing and rule from another start, to be kept with KeepRestarted.
func (c Clock) Restarted(duty ClockDuty, now sql.Time) Clock { return c.counting(duty, now) }

// KeepRestarted writes clocks that were started anew, each once. Errors: sql.ErrConflict when somebody changed one of them
// since it was read; then the transaction must not be kept.
func KeepRestarted(ctx context.Context, tx *sql.DB, clocks []Clock) error {
	n, err := sql.UpdateMany(ctx, tx, "clock.restart", clocks)
	if err == nil && n != int64(len(clocks)) {
		err = sql.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("rules: restart %d clocks: %w", len(clocks), err)
	}
	return nil
}

// FinishClock ends a duty at an instant. When that is after the due time (K04), what was missed is kept. A clock that is
// done already is left as it is. Otherwise as StartClock.
func FinishClock(ctx context.Context, tx *sql.DB, clock Clock, at sql.Time) (Clock, error) {
	if !clock.Running() {
		return clock, nil
	}
	mine, err := tx.ExecOne(ctx, "clock.finish", sql.Args{"id": clock.ID, "version": clock.Version, "done_at": at, "now": tx.Now()})
	if err == nil && !mine {
		err = sql.ErrConflict
	}
	if err == nil && clock.Late(at) {
		err = KeepMissed(ctx, tx, clock, clock.StartedAt, *clock.DueAt, at)
	}
	if err != nil {
		return Clock{}, fmt.Errorf("rules: finish clock %s: %w", clock.ID, err)
	}
	clock.DoneAt, clock.UpdatedAt = at.Ptr(), tx.Now()
	clock.Version++
	return clock, nil
}

// KeepMissed records that a count of the clock that began at started was due at due and ended at ended. A count has one
// record: what was recorded of it before is replaced.
func KeepMissed(ctx context.Context, tx *sql.DB, clock Clock, started, due, ended sql.Time) error {
	if err := ForgetMissed(ctx, tx, []Clock{clock}, started, started+1); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "breach.insert", Missed{
		ID: sql.NewID(), ClockID: clock.ID, SubjectKind: clock.SubjectKind, SubjectID: clock.SubjectID, UnitID: clock.UnitID, Path: clock.Path,
		Platform: clock.Platform, Rulebook: clock.Rulebook, Rule: clock.Rule, Articles: clock.Articles, StartedAt: started, DueAt: due, EndedAt: ended,
	})
	if err != nil {
		return fmt.Errorf("rules: keep what clock %s missed: %w", clock.ID, err)
	}
	return nil
}

// ForgetMissed takes back the records of the clocks' counts that began from one instant up to, and without, another,
// because an update that came to light late makes them different ones.
func ForgetMissed(ctx context.Context, tx *sql.DB, clocks []Clock, from, until sql.Time) error {
	ids := make([]string, len(clocks))
	for i, clock := range clocks {
		ids[i] = clock.ID
	}
	if _, err := tx.Exec(ctx, "breach.forget", sql.Args{"clock_ids": ids, "from_at": from, "until_at": until}); err != nil {
		return fmt.Errorf("rules: take back what was missed: %w", err)
	}
	return nil
}

// ClocksOfAll returns the clocks of many things of one kind, by thing.
func ClocksOfAll(ctx context.Context, db *sql.DB, kind SubjectKind, ids []string) (map[string][]Clock, error) {
	clocks, err := sql.List[Clock](ctx, db, "clock.of_subjects", sql.Args{"subject_kind": kind, "subject_ids": ids})
	if err != nil {
		return nil, fmt.Errorf("rules: clocks of %d things: %w", len(ids), err)
	}
	by := make(map[string][]Clock, len(ids))
	for _, clock := range clocks {
		by[clock.SubjectID] = append(by[clock.SubjectID], clock)
	}
	return by, nil
}

// MovePaths gives all clocks and breaches of a subtree the new beginning of their paths, after a unit moved in the tree.
func MovePaths(ctx context.Context, tx *sql.DB, from, to string) error {
	args := sql.Args{"old_path": from, "new_path": to, "kept": len(from) + 1}
	for _, name := range []string{"clock.shift_paths", "breach.shift_paths"} {
		if _, err := tx.Exec(ctx, name, args); err != nil {
			return fmt.Errorf("rules: move the clocks below %s: %w", from, err)
		}
	}
	return nil
}

// ClocksOf returns the clocks of one thing, the running ones first, in the order in which they fall due; an empty list
// when it has none. It asks for nobody in particular.
func ClocksOf(ctx context.Context, db *sql.DB, kind SubjectKind, id string) ([]Clock, error) {
	clocks, err := sql.List[Clock](ctx, db, "clock.of_subject", sql.Args{"subject_kind": kind, "subject_id": id})
	if err != nil {
		return nil, fmt.Errorf("rules: clocks of %s %s: %w", kind, id, err)
	}
	return clocks, nil
}

// MissedBy returns what one thing missed, the latest first, at most limit lines. The next page is asked for with the last
// line's StartedAt and ID; the first one with 0 and "". It asks for nobody in particular.
func MissedBy(ctx context.Context, db *sql.DB, kind SubjectKind, id string, beforeAt sql.Time, beforeID string, limit int) ([]Missed, error) {
	missed, err := sql.List[Missed](ctx, db, "breach.of_subject", sql.Args{
		"subject_kind": kind, "subject_id": id, "before_at": beforeAt, "before_id": beforeID, "limit": limit,
	})
	if err != nil {
		return nil, fmt.Errorf("rules: what %s %s missed: %w", kind, id, err)
	}
	return missed, nil
}

func sameTime(a, b *sql.Time) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
