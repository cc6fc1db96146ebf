package oversight

import (
	"context"
	"database/sql/driver"
	"errors"

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

func finishClockOf(ctx context.Context, tx *sql.DB, m Matter) error {
	clock, found, err := clockOf(ctx, tx, m)
	if err == nil && found {
		_, err = rules.FinishClock(ctx, tx, clock, *m.DoneAt)
	}
	return err
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
