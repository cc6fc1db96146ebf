package oversight

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Mute keeps reminders of some rules from a unit and all below it for a time. The clocks run on and late is late: only we
// are silent.
type Mute struct {
	ID            string   `json:"id"`
	UnitID        string   `json:"unit_id"`
	Rulebook      string   `json:"rulebook"` // empty: every one; so the next two
	Section       string   `json:"section"`
	Rule          string   `json:"rule"`
	UntilAt       sql.Time `json:"until_at"`
	Reason        string   `json:"reason"`
	CreatedBy     string   `json:"created_by"`
	CreatedByName string   `json:"created_by_name"`
	CreatedAt     sql.Time `json:"created_at"`
	EndedBy       string   `json:"ended_by"` // who ended it before its time; empty: nobody
	Version       int64    `json:"version"`
}

// NewMute is what a mute is made of.
type NewMute struct {
	UnitID   string
	Rulebook string // empty: every one
	Section  string // empty: every one
	Rule     string // empty: every one of the section
	UntilAt  sql.Time
	Reason   string
}

// The bounds of mutes.
const (
	longestMute  = 366 * 24 * time.Hour
	mutesShown   = 100
	mutesShowFor = 90 * 24 * time.Hour // after their end
)

// covers reports whether the mute silences a rule at a unit on whose path its own unit stands.
func (m Mute) covers(rulebook, section, rule string) bool {
	return (m.Rulebook == "" || m.Rulebook == rulebook) && (m.Section == "" || m.Section == section) && (m.Rule == "" || m.Rule == rule)
}

// MuteRule silences reminders; the actor holds SetReminders at the unit. Errors: ErrMuteReason, ErrMuteUntil, ErrMuteRule,
// ErrReminderForbidden, units.ErrNotFound, units.ErrClosed.
func MuteRule(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewMute) (Mute, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	if in.Reason == "" || utf8.RuneCountInString(in.Reason) > maxReason || !utf8.ValidString(in.Reason) || strings.ContainsFunc(in.Reason, unicode.IsControl) {
		return Mute{}, ErrMuteReason.On("reason")
	}
	if now := db.Now(); in.UntilAt <= now || in.UntilAt > now.Add(longestMute) {
		return Mute{}, ErrMuteUntil.On("until_at")
	}
	if err := checkMutedRule(book, in); err != nil {
		return Mute{}, err
	}
	id := sql.NewID()
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := settableOpen(ctx, tx, actor, in.UnitID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "reminder_mute.insert", sql.Args{"id": id, "unit_id": in.UnitID, "rulebook": in.Rulebook, "section": in.Section,
			"rule": in.Rule, "until_at": in.UntilAt, "reason": in.Reason, "created_by": actor.PersonID, "now": tx.Now()})
		if err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: in.UnitID, Action: ActionMute, ObjectKind: "mute", ObjectID: id, Detail: sql.Object{
			"rulebook": in.Rulebook, "section": in.Section, "rule": in.Rule, "until_at": in.UntilAt, "reason": in.Reason}})
	})
	if err != nil {
		return Mute{}, wrap(err, "mute reminders of unit %s", in.UnitID)
	}
	mute, err := sql.Get[Mute](ctx, db, "reminder_mute.get", sql.Args{"id": id})
	return mute, wrap(err, "mute reminders of unit %s", in.UnitID)
}

// checkMutedRule refuses a rulebook that is not in the library, a section that has no name, a rule without a section, and a rule
// that the rulebook, or without one every rulebook, does not have: nobody would notice that such a mute silences nothing.
func checkMutedRule(book rules.Book, in NewMute) error {
	books := book.Library.All()
	if in.Rulebook != "" {
		one, known := book.Library.ByID(in.Rulebook)
		if !known {
			return ErrMuteRule.On("rule")
		}
		books = []*rules.Rulebook{one}
	}
	_, knownSection := sectionNames[in.Section]
	has := func(one *rules.Rulebook) bool { return one.Has(in.Section, in.Rule) }
	if !knownSection || in.Rule != "" && (in.Section == "" || !slices.ContainsFunc(books, has)) {
		return ErrMuteRule.On("rule")
	}
	return nil
}

// Unmute ends a mute now. Errors: ErrMuteNotFound, ErrReminderForbidden, ErrReminderStale.
func Unmute(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Mute, error) {
	var ended Mute
	err := db.InTx(ctx, func(tx *sql.DB) error {
		mute, err := sql.Get[Mute](ctx, tx, "reminder_mute.get", sql.Args{"id": id})
		if err == nil {
			_, err = settable(ctx, tx, actor, mute.UnitID)
		}
		if errors.Is(err, sql.ErrNone) || errors.Is(err, units.ErrNotFound) {
			return ErrMuteNotFound
		}
		if err != nil {
			return err
		}
		if mute.UntilAt <= tx.Now() {
			return ErrMuteNotFound
		}
		args := sql.Args{"id": id, "version": version, "ended_by": actor.PersonID, "now": tx.Now()}
		if err := mineOrStale(tx.ExecOne(ctx, "reminder_mute.end", args)); err != nil {
			return err
		}
		if ended, err = sql.Get[Mute](ctx, tx, "reminder_mute.get", sql.Args{"id": id}); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: mute.UnitID, Action: ActionUnmute, ObjectKind: "mute", ObjectID: id})
	})
	return ended, wrap(err, "end mute %s", id)
}

// Mutes returns what is muted for a unit, by itself or from above, and what was until ninety days ago; the latest end first,
// at most a hundred. Error: units.ErrNotFound.
func Mutes(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]Mute, error) {
	unit, err := readable(ctx, db, actor, unitID)
	if err != nil {
		return nil, wrap(err, "mutes of unit %s", unitID)
	}
	mutes, err := sql.List[Mute](ctx, db, "reminder_mute.near", sql.Args{"ids": idsOf(unit.Path), "since": db.Now().Add(-mutesShowFor), "limit": mutesShown})
	return mutes, wrap(err, "mutes of unit %s", unitID)
}

// muted reports whether one of the mutes by unit silences a rule at the unit of a path.
func muted(mutes map[string][]Mute, path, rulebook, section, rule string) bool {
	return slices.ContainsFunc(idsOf(path), func(id string) bool {
		return slices.ContainsFunc(mutes[id], func(m Mute) bool { return m.covers(rulebook, section, rule) })
	})
}
