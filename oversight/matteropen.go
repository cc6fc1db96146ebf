package oversight

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

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
		if err := units.Lock(ctx, tx, in.UnitID); err != nil { // it does not end meanwhile
			return err
		}
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
