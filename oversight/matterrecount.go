package oversight

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

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

func (m Matter) sameDue(other Matter) bool {
	same := m.DueAt == nil && other.DueAt == nil || m.DueAt != nil && other.DueAt != nil && *m.DueAt == *other.DueAt
	return same && m.EndOfDay == other.EndOfDay && m.Timing == other.Timing && slices.Equal(m.Articles, other.Articles)
}
