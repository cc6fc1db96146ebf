package oversight

import (
	"context"
	"database/sql/driver"
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

// MatterSubject is what the clocks of matters belong to.
const MatterSubject rules.SubjectKind = "matter"

// MatterState is where a matter stands in its life.
type MatterState string

// The states, in the order of life.
const (
	MatterOpen MatterState = "open" // 进行中
	MatterDone MatterState = "done" // 已办结
	MatterVoid MatterState = "void" // 已作废: recorded by mistake, or withdrawn
)

// MatterPart is one channel of a matter that is done channel by channel.
type MatterPart struct {
	Name   string    `json:"name"`
	DoneAt *sql.Time `json:"done_at"` // nil while it is open
}

// Parts are the channels of a matter; the matter is done with the last of them (K20).
type Parts []MatterPart

// Value implements driver.Valuer.
func (p Parts) Value() (driver.Value, error) {
	if p == nil {
		p = Parts{}
	}
	return sql.EncodeJSON([]MatterPart(p))
}

// Scan implements sql.Scanner.
func (p *Parts) Scan(value any) error { return sql.DecodeJSON(value, (*[]MatterPart)(p)) }

// Matter is something an event set going and that a rule wants done by a time, or left standing until one.
type Matter struct {
	ID            string      `json:"id"`
	UnitID        string      `json:"unit_id"`
	UnitName      string      `json:"unit_name"`
	AccountID     *string     `json:"account_id"` // the account or website it is about; nil when it is about no single one
	AccountName   string      `json:"account_name"`
	Rulebook      string      `json:"rulebook"`
	Section       string      `json:"section"`
	Rule          string      `json:"rule"`
	Articles      sql.Strings `json:"articles"`
	Timing        Timing      `json:"timing" enum:"deadline,wait,record"`
	Title         string      `json:"title"`
	EventAt       sql.Time    `json:"event_at"`      // what set the time going
	FoundAt       *sql.Time   `json:"found_at"`      // when it came to light; counts nothing (潼南 2022 I-TN-07)
	PlannedUntil  *sql.Time   `json:"planned_until"` // of a website that goes off the net
	Cause         string      `json:"cause"`         // of a website off the net: one that uses up nothing; else empty
	LongerReason  string      `json:"longer_reason"` // why the rule's longer period holds; empty: it does not
	Note          string      `json:"note"`
	URL           string      `json:"url"`
	Parts         Parts       `json:"parts" nullable:"false"`
	State         MatterState `json:"state" enum:"open,done,void"`
	DueAt         *sql.Time   `json:"due_at"` // nil of a record, and while the calendar is pending
	EndOfDay      bool        `json:"end_of_day"`
	DoneAt        *sql.Time   `json:"done_at"`
	DoneNote      string      `json:"done_note"`
	DoneURL       string      `json:"done_url"`
	EarlyReason   string      `json:"early_reason"` // why a wait was let end before its time; empty: it was not
	VoidReason    string      `json:"void_reason"`
	CreatedBy     string      `json:"created_by"`
	CreatedByName string      `json:"created_by_name"`
	CreatedAt     sql.Time    `json:"created_at"`
	UpdatedAt     sql.Time    `json:"updated_at"`
	Version       int64       `json:"version"`
}

// due is the matter's due time as rules count with it; nil without one.
func (m Matter) due() *rules.Due {
	if m.DueAt == nil {
		return nil
	}
	return &rules.Due{At: m.DueAt.Std(), EndOfDay: m.EndOfDay}
}

// Pending reports whether there is no due time because the working days of a year are missing (K16).
func (m Matter) Pending() bool { return m.Timing != Record && m.DueAt == nil }

// NewMatter is what is known of a matter.
type NewMatter struct {
	UnitID       string
	AccountID    string // empty: about no single account
	Rulebook     string
	Section      string
	Rule         string
	Title        string
	EventAt      sql.Time
	FoundAt      *sql.Time
	PlannedUntil *sql.Time // of going off the net
	Cause        string    // of going off the net
	LongerReason string    // asks for the rule's longer period
	Parts        []string  // names of channels
	Note         string
	URL          string
}

// The longest texts, in characters: what the columns hold.
const (
	maxTitle  = 200
	maxNote   = 1000
	maxURL    = 500
	maxReason = 500
	maxPart   = 60
	mostParts = 30
)

// earliest is before any regulation and any government website here; a time before it is a slip.
var earliest = sql.FromStd(time.Date(1995, 1, 1, 0, 0, 0, 0, rules.Shanghai))

// plannedAhead is how long before it a website's going off the net may be put down.
const plannedAhead = 366 * 24 * time.Hour

func (in *NewMatter) trim() {
	for _, text := range []*string{&in.Title, &in.Note, &in.URL, &in.LongerReason, &in.Cause} {
		*text = strings.TrimSpace(*text)
	}
	for i := range in.Parts {
		in.Parts[i] = strings.TrimSpace(in.Parts[i])
	}
}

// check looks at the fields alone. The title is not looked at: a preview has none.
func (in NewMatter) check(now sql.Time) error {
	latest := now
	if in.Section == rules.SectionTemporaryOffline && in.Cause == "" {
		latest = now.Add(plannedAhead)
	}
	switch {
	case in.EventAt < earliest || in.EventAt > latest:
		return ErrDutyTime.On("event_at")
	case in.FoundAt != nil && (*in.FoundAt < earliest || *in.FoundAt > in.EventAt):
		return ErrDutyFoundTime.On("found_at")
	case !isText(in.Note, maxNote):
		return ErrDutyNote.On("note")
	case in.URL != "" && !isWebURL(in.URL, maxURL):
		return ErrDutyURL.On("url")
	case !isText(in.LongerReason, maxReason):
		return ErrDutyReason.On("longer_reason")
	case in.Section != rules.SectionTemporaryOffline && (in.PlannedUntil != nil || in.Cause != ""):
		return ErrDutyElsewhere.On("planned_until")
	}
	seen := map[string]bool{}
	for i, part := range in.Parts {
		if !isLine(part, maxPart) || seen[part] || i >= mostParts {
			return ErrDutyParts.On(fmt.Sprintf("parts[%d]", i))
		}
		seen[part] = true
	}
	return nil
}

// matter is the open matter that the input makes.
func (in NewMatter) matter(actor units.Actor, now sql.Time) Matter {
	m := Matter{ID: sql.NewID(), UnitID: in.UnitID, Rulebook: in.Rulebook, Section: in.Section, Rule: in.Rule, Title: in.Title, EventAt: in.EventAt,
		FoundAt: in.FoundAt, PlannedUntil: in.PlannedUntil, Cause: in.Cause, LongerReason: in.LongerReason, Note: in.Note, URL: in.URL, State: MatterOpen,
		CreatedBy: actor.PersonID, CreatedAt: now, UpdatedAt: now, Version: 1}
	if in.AccountID != "" {
		m.AccountID = &in.AccountID
	}
	for _, name := range in.Parts {
		m.Parts = append(m.Parts, MatterPart{Name: name})
	}
	return m
}

// OpenMatter records an event under a rule and starts its time. The actor holds RecordDuties for the unit. A rule without a
// figure (立即) records the times only: such a matter has no due time and is never late. Where the working days of a year
// are missing there is no due time yet either (Matter.Pending), and RecountMatters brings it.
//
// A website goes off the net under the section temporary_offline: then AccountID and PlannedUntil are needed, a plan longer
// than the rulebook allows and a time too often in one year are refused, and nobody can override that (K10). What has a
// Cause that is not counted is a record beside it.
//
// Errors: ErrDuty…, ErrRuleUnknown, ErrRuleNotInForce, ErrLongerNotGiven, ErrOffline…, units.ErrNotFound, units.ErrClosed,
// ErrForbidden.
func OpenMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewMatter) (MatterView, error) {
	in.trim()
	if !isLine(in.Title, maxTitle) {
		return MatterView{}, ErrDutyTitle.On("title")
	}
	var id string
	err := db.InTx(ctx, func(tx *sql.DB) error {
		counted, err := count(ctx, tx, book, actor, in, units.RecordDuties)
		if err != nil {
			return err
		}
		matter := counted.Matter
		id = matter.ID
		if _, err := tx.Exec(ctx, "matter.insert", matter); err != nil {
			return err
		}
		if err := startMatter(ctx, tx, matter, counted.rule, counted.unit.Path); err != nil {
			return err
		}
		return auditMatter(ctx, tx, actor, matter, ActionMatterOpen, sql.Object{"rulebook": matter.Rulebook, "section": matter.Section, "rule": matter.Rule,
			"event_at": matter.EventAt, "due_at": matter.DueAt, "longer_reason": matter.LongerReason, "cause": matter.Cause})
	})
	if err != nil {
		return MatterView{}, wrap(err, "open a matter under %s %s of unit %s", in.Section, in.Rule, in.UnitID)
	}
	return GetMatter(ctx, db, book, actor, id)
}

// counted is a matter that is not saved yet, with what it was counted by.
type counted struct {
	Matter
	unit    units.Unit
	rule    eventRule
	offline *OfflineUse
}

// count checks a new matter against everything but its title, and gives it its due time.
func count(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewMatter, permission units.Permission) (counted, error) {
	unit, err := unitFor(ctx, db, actor, in.UnitID, permission)
	if err != nil {
		return counted{}, err
	}
	if unit.ClosedAt != nil {
		return counted{}, units.ErrClosed
	}
	if err := in.check(db.Now()); err != nil {
		return counted{}, err
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return counted{}, err
	}
	made := counted{Matter: in.matter(actor, db.Now()), unit: unit}
	if made.rule, err = findEventRule(law, unit.Path, in.Rulebook, in.Section, in.Rule, in.EventAt); err != nil {
		return counted{}, err
	}
	if made.offline, err = checkAccount(ctx, db, made.Matter, made.rule, law.Calendar); err != nil {
		return counted{}, err
	}
	return made, made.Matter.countBy(made.rule, law.Calendar)
}

// countBy gives a matter the timing, the articles and the due time of its rule.
func (m *Matter) countBy(rule eventRule, calendar *rules.Calendar) error {
	m.Articles, m.Timing = rule.Articles, timingOf(rule.DutyRule)
	m.DueAt, m.EndOfDay = nil, false
	if m.Section == rules.SectionTemporaryOffline && m.Cause != "" {
		m.Timing = Record
	}
	if m.LongerReason != "" && rule.Longer == nil {
		return ErrLongerNotGiven.On("longer_reason").Under(m.Rulebook, rule.Articles)
	}
	if m.Timing == Record {
		return nil
	}
	due, err := rule.dueAfter(m.EventAt.Std(), m.LongerReason != "", calendar)
	if errors.Is(err, rules.ErrCalendarPending) {
		return nil
	}
	if err != nil {
		return err
	}
	m.DueAt, m.EndOfDay = sql.FromStd(due.At).Ptr(), due.EndOfDay
	return nil
}

// checkAccount looks at the account a matter is about. For a website that goes off the net it returns how often it did so that
// year, with the account locked, so that two plans of one year follow one another.
func checkAccount(ctx context.Context, db *sql.DB, m Matter, rule eventRule, calendar *rules.Calendar) (*OfflineUse, error) {
	offline := m.Section == rules.SectionTemporaryOffline
	if m.AccountID == nil {
		if offline {
			return nil, ErrOfflineWebsite.On("account_id")
		}
		return nil, nil
	}
	if offline && db.InTransaction() {
		if _, err := db.Exec(ctx, "account.lock", sql.Args{"id": *m.AccountID}); err != nil {
			return nil, err
		}
	}
	account, err := accounts.Load(ctx, db, *m.AccountID)
	if errors.Is(err, accounts.ErrNotFound) || err == nil && account.UnitID != m.UnitID {
		return nil, ErrDutyAccount.On("account_id")
	}
	if err != nil || !offline {
		return nil, err
	}
	if account.Platform != accounts.Website || !rule.book.Governs(rules.AccountObject(rules.Kind(account.Kind))) {
		return nil, ErrOfflineWebsite.On("account_id")
	}
	return checkOffline(ctx, db, m, rule.book, calendar)
}

// OfflineUse is how often a website went off the net in one calendar year, and how often it may (K10).
type OfflineUse struct {
	Year int `json:"year"`
	Used int `json:"used"` // the matter that is asked about not among them
	Max  int `json:"max"`
}

func checkOffline(ctx context.Context, db *sql.DB, m Matter, book *rules.Rulebook, calendar *rules.Calendar) (*OfflineUse, error) {
	limits := book.TemporaryOffline
	if m.Cause != "" && !slices.Contains(limits.NotCounted, m.Cause) {
		return nil, ErrOfflineCause.On("cause").Under(book.ID, limits.Articles)
	}
	use, err := offlineUse(ctx, db, m, book)
	if err != nil || m.Cause != "" {
		return use, err
	}
	if m.PlannedUntil == nil || *m.PlannedUntil <= m.EventAt {
		return nil, ErrOfflineUntil.On("planned_until")
	}
	longest, err := limits.Back(m.EventAt.Std(), calendar)
	if err != nil {
		return nil, err
	}
	if !longest.Met(m.PlannedUntil.Std()) {
		return nil, ErrOfflineTooLong.Say("计划下线的时间超过规定的最长 %s，最迟 %s 恢复，请修改恢复时间。", limits.MaxDuration, longest).
			On("planned_until").Under(book.ID, limits.Articles)
	}
	if use.Used >= use.Max {
		return nil, ErrOfflineUsedUp.Say("%d 年已用 %d 次，规定每年不超过 %d 次，这个网站不能再临时下线，写明理由也不能放行。请另择时间。", use.Year, use.Used, use.Max).
			On("account_id").Under(book.ID, limits.Articles).With(use)
	}
	return use, nil
}

// offlineUse counts the other times that stand against one that begins with the matter: of its calendar year, unless the
// rulebook is read otherwise (K10, I-ZT-01).
func offlineUse(ctx context.Context, db *sql.DB, m Matter, book *rules.Rulebook) (*OfflineUse, error) {
	rows, err := sql.List[struct {
		ID      string
		EventAt sql.Time
		Cause   string
	}](ctx, db, "matter.of_website", sql.Args{"account_id": *m.AccountID, "section": rules.SectionTemporaryOffline})
	if err != nil {
		return nil, err
	}
	var times []rules.OfflineTime
	for _, row := range rows {
		if row.ID != m.ID {
			times = append(times, rules.OfflineTime{From: row.EventAt.Std(), Approved: true, Cause: row.Cause})
		}
	}
	return &OfflineUse{Year: rules.DateOf(m.EventAt.Std()).Year, Used: book.TemporaryOffline.UsedAround(m.EventAt.Std(), times),
		Max: book.TemporaryOffline.MaxPerYear}, nil
}

// startMatter sets the clock of a matter going; a record has none.
func startMatter(ctx context.Context, tx *sql.DB, m Matter, rule eventRule, path string) error {
	if m.Timing == Record {
		return nil
	}
	duty := rules.ClockDuty{SubjectKind: MatterSubject, SubjectID: m.ID, UnitID: m.UnitID, Path: path, Rulebook: m.Rulebook, Section: m.Section, Rule: m.Rule,
		Articles: m.Articles, Limit: rule.counted(m.LongerReason != ""), StartedAt: m.EventAt, DueAt: m.DueAt, EndOfDay: m.EndOfDay}
	if m.DueAt == nil {
		duty.Reason = rules.ClockPending
	}
	_, err := rules.StartClock(ctx, tx, duty)
	return err
}

// clockOf returns the clock of a matter; false for a record, which has none.
func clockOf(ctx context.Context, tx *sql.DB, m Matter) (rules.Clock, bool, error) {
	clocks, err := rules.ClocksOf(ctx, tx, MatterSubject, m.ID)
	if err != nil || len(clocks) == 0 {
		return rules.Clock{}, false, err
	}
	return clocks[0], true, nil
}

// Finish is how a matter, or one channel of it, was done.
type Finish struct {
	At     sql.Time // 0 is now
	Part   string   // a channel; empty: all that are open
	Note   string
	URL    string
	Reason string // lets a wait of which the rulebook says 原则上 end before its time; the office's administrator writes it
}

// FinishMatter records that a matter was done: in time or late, as FinishClock judges. With channels it is done with the last
// of them (K20). A wait cannot be finished before its time (K06), nor while nobody can know that time (K16); where the
// regulation says 原则上, the office's administrator may let it pass with a reason, which is audited (K14). The actor holds
// RecordDuties for the unit and names the version it saw.
//
// Errors: ErrMatterNotFound, ErrMatterStale, ErrMatterState, ErrMatterFinish, ErrMatterPart, ErrMatterEarly, ErrMatterPending,
// ErrDutyNote, ErrDutyURL, ErrDutyReason, ErrForbidden.
func FinishMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, in Finish) (MatterView, error) {
	in.Note, in.URL, in.Reason = strings.TrimSpace(in.Note), strings.TrimSpace(in.URL), strings.TrimSpace(in.Reason)
	if !isText(in.Note, maxNote) {
		return MatterView{}, ErrDutyNote.On("note")
	}
	if in.URL != "" && !isWebURL(in.URL, maxURL) {
		return MatterView{}, ErrDutyURL.On("url")
	}
	if !isText(in.Reason, maxReason) {
		return MatterView{}, ErrDutyReason.On("reason")
	}
	return changeMatter(ctx, db, book, actor, id, version, func(tx *sql.DB, m *Matter) error {
		if in.At == 0 {
			in.At = tx.Now()
		}
		if m.State != MatterOpen {
			return ErrMatterState
		}
		if in.At < m.EventAt || in.At > tx.Now() {
			return ErrMatterFinish.On("at")
		}
		if err := mayEnd(ctx, tx, book, actor, *m, in); err != nil {
			return err
		}
		if err := m.finish(in); err != nil {
			return err
		}
		if m.DoneAt != nil {
			if err := finishClockOf(ctx, tx, *m); err != nil {
				return err
			}
		}
		return saveMatter(ctx, tx, actor, *m, ActionMatterFinish, sql.Object{"at": in.At, "part": in.Part, "done_at": m.DoneAt, "due_at": m.DueAt, "early_reason": m.EarlyReason})
	})
}

// mayEnd refuses to end a wait before its time.
func mayEnd(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, m Matter, in Finish) error {
	if m.Timing != Wait || m.DueAt != nil && in.At >= *m.DueAt {
		return nil
	}
	refusal := ErrMatterPending.Under(m.Rulebook, m.Articles)
	if m.DueAt != nil {
		refusal = ErrMatterEarly.Say("规定的期限还没有满，最早 %s 才能办结。", m.DueAt.Std().Format("2006-01-02 15:04")).
			On("at").Under(m.Rulebook, m.Articles).With(map[string]any{"earliest_at": *m.DueAt})
	}
	rule, err := ruleOfMatter(ctx, tx, book, m)
	if err != nil {
		return err
	}
	if !rule.Strength.Overridable() {
		return refusal
	}
	admin, err := isOfficeAdmin(ctx, tx, actor, m.UnitID)
	if err != nil {
		return err
	}
	if in.Reason == "" || !admin {
		return refusal.Say("%s条款写的是“原则上”，确有必要的，由主管单位管理员写明理由后放行。", refusal.Sentence)
	}
	return nil
}

// finish marks channels as done, and the matter with the last of them.
func (m *Matter) finish(in Finish) error {
	done := make([]*time.Time, 0, len(m.Parts)+1)
	found := in.Part == ""
	m.Parts = slices.Clone(m.Parts)
	for i := range m.Parts {
		part := &m.Parts[i]
		if part.DoneAt == nil && (in.Part == "" || part.Name == in.Part) {
			part.DoneAt, found = in.At.Ptr(), true
		}
		if part.DoneAt == nil {
			done = append(done, nil)
		} else {
			at := part.DoneAt.Std()
			done = append(done, &at)
		}
	}
	if !found {
		return ErrMatterPart.On("part")
	}
	if len(m.Parts) == 0 {
		at := in.At.Std()
		done = append(done, &at)
	}
	if in.Note != "" {
		m.DoneNote = in.Note
	}
	if in.URL != "" {
		m.DoneURL = in.URL
	}
	last, all := rules.AllDone(done)
	if !all {
		return nil
	}
	m.State, m.DoneAt = MatterDone, sql.FromStd(last).Ptr()
	if m.Timing == Wait && (m.DueAt == nil || *m.DoneAt < *m.DueAt) {
		m.EarlyReason = in.Reason
	}
	return nil
}

func finishClockOf(ctx context.Context, tx *sql.DB, m Matter) error {
	clock, found, err := clockOf(ctx, tx, m)
	if err == nil && found {
		_, err = rules.FinishClock(ctx, tx, clock, *m.DoneAt)
	}
	return err
}

// VoidMatter takes a matter back that was recorded by mistake, or withdrawn, for a reason that goes into the audit chain: its
// clock stops, what it missed is forgotten, and a website's time off the net no longer uses up the year. Otherwise as
// FinishMatter.
func VoidMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (MatterView, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !isText(reason, maxReason) {
		return MatterView{}, ErrDutyReason.On("reason")
	}
	return changeMatter(ctx, db, book, actor, id, version, func(tx *sql.DB, m *Matter) error {
		if m.State == MatterVoid {
			return ErrMatterState
		}
		clock, found, err := clockOf(ctx, tx, *m)
		if err != nil {
			return err
		}
		if found {
			if _, err := rules.FinishClock(ctx, tx, clock, max(tx.Now(), clock.StartedAt)); err != nil {
				return err
			}
			if err := rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, clock.StartedAt, clock.StartedAt+1); err != nil {
				return err
			}
		}
		was := m.State
		m.State, m.VoidReason = MatterVoid, reason
		return saveMatter(ctx, tx, actor, *m, ActionMatterVoid, sql.Object{"from": was, "reason": reason})
	})
}

// Correction is another time of the event, and why it was wrong before.
type Correction struct {
	EventAt sql.Time
	Reason  string
}

// CorrectMatter gives a matter another time of its event. Its due time is counted anew, by the rule in force then; of a matter
// that is done, whether it was late is judged anew. A wait that is done cannot become one that ended too early. Otherwise as
// OpenMatter and FinishMatter.
func CorrectMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, in Correction) (MatterView, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	if in.Reason == "" || !isText(in.Reason, maxReason) {
		return MatterView{}, ErrDutyReason.On("reason")
	}
	return changeMatter(ctx, db, book, actor, id, version, func(tx *sql.DB, m *Matter) error {
		if m.State == MatterVoid {
			return ErrMatterState
		}
		was, wasDue := m.EventAt, m.DueAt
		m.EventAt = in.EventAt
		form := NewMatter{Section: m.Section, Cause: m.Cause, EventAt: m.EventAt, FoundAt: m.FoundAt, PlannedUntil: m.PlannedUntil}
		if err := form.check(tx.Now()); err != nil {
			return err
		}
		if err := recount(ctx, tx, book, m); err != nil {
			return err
		}
		switch {
		case m.DoneAt != nil && *m.DoneAt < m.EventAt:
			return ErrMatterFinish.On("event_at")
		case m.Timing == Wait && m.DoneAt != nil && m.EarlyReason == "" && (m.DueAt == nil || *m.DoneAt < *m.DueAt):
			return ErrMatterEarly.Say("这样更正以后，办结的时间就早于规定的期限了，请核对。").On("event_at").Under(m.Rulebook, m.Articles)
		}
		return saveMatter(ctx, tx, actor, *m, ActionMatterCorrect, sql.Object{"from": was, "to": m.EventAt, "due_from": wasDue, "due_to": m.DueAt, "reason": in.Reason})
	})
}

// recount counts a matter from its event once more and lets its clock follow, done or not.
func recount(ctx context.Context, tx *sql.DB, book rules.Book, m *Matter) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	unit, err := units.Get(ctx, tx, units.System, m.UnitID)
	if err != nil {
		return err
	}
	rule, err := findEventRule(law, unit.Path, m.Rulebook, m.Section, m.Rule, m.EventAt)
	if err != nil {
		return err
	}
	if _, err := checkAccount(ctx, tx, *m, rule, law.Calendar); err != nil {
		return err
	}
	if err := m.countBy(rule, law.Calendar); err != nil {
		return err
	}
	return moveClock(ctx, tx, *m, rule, unit.Path)
}

// changeMatter runs one change of a matter in a transaction: visible, the permission held, the version the one the actor saw.
func changeMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64,
	work func(tx *sql.DB, m *Matter) error) (MatterView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		matter, err := visibleMatter(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := mustReach(ctx, tx, actor, matter.UnitID, units.RecordDuties); err != nil {
			return err
		}
		if matter.Version != version {
			return ErrMatterStale
		}
		return work(tx, &matter)
	})
	if err != nil {
		return MatterView{}, wrap(err, "change matter %s", id)
	}
	return GetMatter(ctx, db, book, actor, id)
}

func saveMatter(ctx context.Context, tx *sql.DB, actor units.Actor, m Matter, action units.Action, detail sql.Object) error {
	m.UpdatedAt = tx.Now()
	m.Version++
	mine, err := tx.ExecOne(ctx, "matter.update", m)
	if err != nil {
		return err
	}
	if !mine {
		return ErrMatterStale
	}
	return auditMatter(ctx, tx, actor, m, action, detail)
}

func auditMatter(ctx context.Context, tx *sql.DB, actor units.Actor, m Matter, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: m.UnitID, Action: action, ObjectKind: "matter", ObjectID: m.ID, Detail: detail})
}

// visibleMatter returns a matter the actor may see, ErrMatterNotFound otherwise.
func visibleMatter(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Matter, error) {
	name := "matter.visible"
	if actor.IsSystem() {
		name = "matter.get"
	}
	matter, err := sql.Get[Matter](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard)})
	if errors.Is(err, sql.ErrNone) {
		return Matter{}, ErrMatterNotFound
	}
	return matter, err
}

// recountBatch is how many matters are looked at between two looks at the database.
const recountBatch = 500

// placedMatter is a matter with the path of its unit.
type placedMatter struct {
	Matter
	UnitPath string
}

// RecountMatters counts the matters anew whose due time may be another one since the rules or the working days changed: the
// open ones, and done ones that waited for the calendar. Each that changes has an audit line and a transaction of its own. It
// returns how many did; it may run twice, begin again after a crash, and run beside people who work. A matter whose rule no
// longer holds for its unit keeps the time it had.
func RecountMatters(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	changed, after := 0, ""
	for {
		law, err := book.Law(ctx, db)
		if err != nil {
			return changed, err
		}
		batch, err := sql.List[placedMatter](ctx, db, "matter.to_recount", sql.Args{"after_id": after, "limit": recountBatch})
		if err != nil {
			return changed, wrap(err, "recount the matters")
		}
		for _, matter := range batch {
			after = matter.ID
			if _, _, differs := matter.counted(law, matter.UnitPath); !differs {
				continue
			}
			did, err := recountOne(ctx, db, book, matter.ID)
			if err != nil {
				return changed, wrap(err, "recount matter %s", matter.ID)
			}
			if did {
				changed++
			}
		}
		if len(batch) < recountBatch {
			return changed, nil
		}
	}
}

// counted is the matter with the due time that the law gives it now, and whether that is another one. One that nothing counts
// any more stays as it is.
func (m Matter) counted(law *rules.Law, path string) (now Matter, rule eventRule, differs bool) {
	rule, err := findEventRule(law, path, m.Rulebook, m.Section, m.Rule, m.EventAt)
	if err != nil {
		return m, rule, false
	}
	now = m
	if err := now.countBy(rule, law.Calendar); err != nil {
		return m, rule, false
	}
	return now, rule, !now.sameDue(m)
}

func recountOne(ctx context.Context, db *sql.DB, book rules.Book, id string) (changed bool, err error) {
	err = db.InTx(ctx, func(tx *sql.DB) error {
		changed = false
		was, err := visibleMatter(ctx, tx, units.System, id)
		if err != nil || was.State == MatterVoid || was.Timing == Record {
			return err
		}
		law, err := book.Law(ctx, tx)
		if err != nil {
			return err
		}
		unit, err := units.Get(ctx, tx, units.System, was.UnitID)
		if err != nil {
			return err
		}
		now, rule, differs := was.counted(law, unit.Path)
		if !differs {
			return nil
		}
		if err := moveClock(ctx, tx, now, rule, unit.Path); err != nil {
			return err
		}
		changed = true
		err = saveMatter(ctx, tx, units.System, now, ActionMatterRecount, sql.Object{"due_from": was.DueAt, "due_to": now.DueAt})
		if errors.Is(err, ErrMatterStale) {
			err = sql.ErrConflict // somebody was faster: look again
		}
		return err
	})
	return changed, err
}

// moveClock lets the clock of a matter follow its due time, done or not.
func moveClock(ctx context.Context, tx *sql.DB, m Matter, rule eventRule, path string) error {
	clock, found, err := clockOf(ctx, tx, m)
	if err != nil || !found {
		return err
	}
	if err := rules.ForgetMissed(ctx, tx, []rules.Clock{clock}, clock.StartedAt, clock.StartedAt+1); err != nil {
		return err
	}
	if err := startMatter(ctx, tx, m, rule, path); err != nil || m.DoneAt == nil {
		return err
	}
	return finishClockOf(ctx, tx, m)
}

func (m Matter) sameDue(other Matter) bool {
	same := m.DueAt == nil && other.DueAt == nil || m.DueAt != nil && other.DueAt != nil && *m.DueAt == *other.DueAt
	return same && m.EndOfDay == other.EndOfDay && m.Timing == other.Timing && slices.Equal(m.Articles, other.Articles)
}
