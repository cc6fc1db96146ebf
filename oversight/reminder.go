package oversight

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"govmedia/accounts"
	"govmedia/channels/egress"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// MessageKind is why a message goes out.
type MessageKind string

// The kinds of message.
const (
	KindDue    MessageKind = "due"    // clocks that fall due soon, or are late since now
	KindWeekly MessageKind = "weekly" // the list of all clocks of a unit
	KindTest   MessageKind = "test"   // a bot that was just set up
)

// MessageState is where a message stands.
type MessageState string

// The states, in the order of life. What is uncertain may have gone out and is never sent again.
const (
	Waiting   MessageState = "waiting"
	Sending   MessageState = "sending"
	Sent      MessageState = "sent"
	Failed    MessageState = "failed"
	Uncertain MessageState = "uncertain"
)

// Outside is what reminders need of the world: made once, used by every run.
type Outside struct {
	Mail       *SMTP             // nil: no mail goes out and none is planned
	Guard      *egress.Guard     // looks at addresses that people give
	Client     *http.Client      // to the bots: Guard.Webhooks()
	Keys       *accounts.Keyring // opens the bots' secrets
	PublicBase string            // our address, at the end of a message; may be empty
	Log        *slog.Logger      // nil is silent
	Pace       ReminderPace      // the zero value is DefaultReminderPace
}

// ReminderPace bounds a run and its calls.
type ReminderPace struct {
	AtMost  time.Duration   // a run begins nothing after so long
	Lease   time.Duration   // a call that takes longer counts as lost
	Backoff []time.Duration // before each further attempt; behind the last one a message has failed
	PerBot  int             // calls to one bot in a minute
	Page    int             // clocks looked at in one transaction
	Pages   int             // transactions for each lead time in a run
}

// DefaultReminderPace is the pace of a chore that runs every minute.
func DefaultReminderPace() ReminderPace {
	return ReminderPace{AtMost: 45 * time.Second, Lease: 5 * time.Minute, PerBot: 20, Page: 500, Pages: 20,
		Backoff: []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}}
}

// Round is what one run of Remind did.
type Round struct {
	Looked  int `json:"looked"`  // clocks read
	Pages   int `json:"pages"`   // transactions that planned
	Planned int `json:"planned"` // tellings of a clock to a recipient
	Shown   int `json:"shown"`   // messages that went into 待办
	Sent    int `json:"sent"`    // messages that went out by mail or bot
	Failed  int `json:"failed"`  // messages given up
	Unclear int `json:"unclear"` // messages that may have gone out
	Later   int `json:"later"`   // messages that wait for another attempt
	Dropped int `json:"dropped"` // messages that had nothing left to tell
}

// round is one run under way.
type round struct {
	db       *sql.DB
	out      *Outside
	pace     ReminderPace
	book     rules.Book
	law      *rules.Law
	settings map[string]*Settings // by the unit that set them
	fallback *Settings
	hooks    map[string][]Hook // by unit
	mutes    map[string][]Mute // by unit
	units    map[string]units.Unit
	week     weekly
	now      sql.Time // throughout the run
	began    time.Time
	ends     time.Time // of the present step
	did      Round
}

// Remind does everything that reminders need now, and is made to be called once a minute: it looks which clocks fall due
// within the lead times, plans one message for each unit, way and recipient, and sends what is due to be sent. It looks at
// ranges of the clocks' index only, does a bounded amount of work, and goes on with the rest when it is called again. It may
// run on several nodes at once and be cut off anywhere: what was told of which count of a clock is kept under a unique key,
// and a call whose answer nobody heard is not made again.
//
// Errors are those of our own database; what went wrong outside stands on the message.
func Remind(ctx context.Context, db *sql.DB, book rules.Book, out *Outside) (Round, error) {
	r := &round{db: db, out: out, pace: out.Pace, book: book, now: db.Now()}
	if r.pace.Page == 0 {
		r.pace = DefaultReminderPace()
	}
	r.units, r.began = map[string]units.Unit{}, time.Now()
	steps := []struct {
		doing string
		share time.Duration // hundredths of the run's time after which the step begins nothing more
		run   func(context.Context) error
	}{
		{"read the settings", 100, r.prepare},
		{"close what was cut off", 100, r.closeLost},
		{"look at the clocks", 30, r.lookAhead},
		{"look for late comers", 35, r.sweep},
		{"plan the weekly lists", 45, r.planWeekly},
		{"show what is due", 60, r.show},
		{"send what is due by mail", 80, r.sendMail},
		{"send what is due to bots", 100, r.sendHooks},
	}
	for _, step := range steps {
		r.ends = r.began.Add(r.pace.AtMost * step.share / 100)
		if err := step.run(ctx); err != nil {
			return r.did, fmt.Errorf("oversight: remind: %s: %w", step.doing, err)
		}
	}
	return r.did, nil
}

// isOver reports whether the run should begin nothing more.
func (r *round) isOver(ctx context.Context) bool { return ctx.Err() != nil || time.Now().After(r.ends) }

func (r *round) log() *slog.Logger {
	if r.out.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.out.Log
}

// prepare reads what offices set, which is little beside the clocks.
func (r *round) prepare(ctx context.Context) error {
	var err error
	if r.law, err = r.book.Law(ctx, r.db); err != nil {
		return err
	}
	rows, err := sql.List[settingsRow](ctx, r.db, "reminder_settings.all", nil)
	if err != nil {
		return err
	}
	fallback := DefaultSettings()
	r.fallback, r.settings = &fallback, map[string]*Settings{}
	for _, row := range rows {
		r.settings[row.UnitID] = &row.Settings
	}
	hooks, err := sql.List[Hook](ctx, r.db, "reminder_hook.live", nil)
	if err != nil {
		return err
	}
	r.hooks = map[string][]Hook{}
	for _, hook := range hooks {
		r.hooks[hook.UnitID] = append(r.hooks[hook.UnitID], hook)
	}
	mutes, err := sql.List[Mute](ctx, r.db, "reminder_mute.live", sql.Args{"now": r.now})
	if err != nil {
		return err
	}
	r.mutes = map[string][]Mute{}
	for _, mute := range mutes {
		r.mutes[mute.UnitID] = append(r.mutes[mute.UnitID], mute)
	}
	return nil
}

// settingsOf returns what holds for the unit of a path, and the id of the unit that set it; empty for the program's own.
func (r *round) settingsOf(path string) (*Settings, string) {
	ids := idsOf(path)
	for i := len(ids) - 1; i >= 0; i-- {
		if settings := r.settings[ids[i]]; settings != nil {
			return settings, ids[i]
		}
	}
	return r.fallback, ""
}

// hooksOf returns the bots that hear of the unit of a path.
func (r *round) hooksOf(unitID, path string) []Hook {
	var hear []Hook
	for _, id := range idsOf(path) {
		for _, hook := range r.hooks[id] {
			if id == unitID || hook.Below {
				hear = append(hear, hook)
			}
		}
	}
	return hear
}

// mark is how far something has come that goes through many rows in steps.
type mark struct {
	At      sql.Time
	AfterID string
	Version int64
}

// behindAll is an id behind every id.
const behindAll = "~"

// markNamed reads a mark; start is where one begins that is not there yet.
func markNamed(ctx context.Context, db *sql.DB, name string, start mark) (mark, error) {
	found, err := sql.Get[mark](ctx, db, "reminder_mark.get", sql.Args{"name": name})
	if errors.Is(err, sql.ErrNone) {
		return start, nil
	}
	return found, err
}

// move moves a mark, in the transaction of what was done on the way. A node that another one overtook gets sql.ErrConflict,
// and its transaction runs again from the other's mark.
func (m mark) move(ctx context.Context, tx *sql.DB, name string, at sql.Time, afterID string) error {
	args := sql.Args{"name": name, "at": at, "after_id": afterID, "version": m.Version}
	if m.Version == 0 {
		_, err := tx.Exec(ctx, "reminder_mark.insert", args)
		if sql.IsDuplicate(err) {
			err = errors.Join(sql.ErrConflict, err)
		}
		return err
	}
	mine, err := tx.ExecOne(ctx, "reminder_mark.move", args)
	if err == nil && !mine {
		err = sql.ErrConflict
	}
	return err
}
