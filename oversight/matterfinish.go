package oversight

import (
	"context"
	"slices"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

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
