package oversight

import (
	"context"
	"regexp"
	"slices"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Notice is a reminder inside the program, to the person who asks.
type Notice struct {
	ID        string      `json:"id"`
	UnitID    string      `json:"unit_id"`
	UnitName  string      `json:"unit_name"`
	Kind      MessageKind `json:"kind"`
	Subject   string      `json:"subject"`
	Body      string      `json:"body"`
	SentAt    sql.Time    `json:"sent_at"`
	ReadAt    *sql.Time   `json:"read_at"`
	Items     int         `json:"items"`      // clocks it told of
	StillOpen int         `json:"still_open"` // of them, those that still run as they did
}

// Notices returns what the actor was reminded of inside the program, the latest first; with unread only what is not marked yet. The next
// page is asked for with the last line's SentAt and ID, the first one with 0 and "".
func Notices(ctx context.Context, db *sql.DB, actor units.Actor, unread bool, beforeAt sql.Time, beforeID string, limit int) ([]Notice, error) {
	if beforeID == "" {
		beforeAt, beforeID = 1<<62, behindAll
	}
	list, err := sql.List[Notice](ctx, db, "reminder_message.mine", sql.Args{"person_id": actor.PersonID, "all_lines": boolToInt(!unread),
		"before_at": beforeAt, "before_id": beforeID, "limit": limit})
	return list, wrap(err, "reminders of %s", actor.PersonID)
}

// NoticesToDo returns the unread notices that still mean something: weekly lists, and those of which a clock still runs as it
// did. At most limit are looked at.
func NoticesToDo(ctx context.Context, db *sql.DB, actor units.Actor, limit int) ([]Notice, error) {
	list, err := Notices(ctx, db, actor, true, 0, "", limit)
	return slices.DeleteFunc(list, func(n Notice) bool { return n.Kind == KindDue && n.StillOpen == 0 }), err
}

// ReadNotice marks a notice of the actor as read (知道了); twice is no mistake. Error: ErrReminderNotFound.
func ReadNotice(ctx context.Context, db *sql.DB, actor units.Actor, id string) error {
	args := sql.Args{"id": id, "person_id": actor.PersonID, "now": db.Now()}
	marked, err := db.ExecOne(ctx, "reminder_message.read", args)
	if err == nil && !marked {
		var there int
		if there, err = sql.Get[int](ctx, db, "reminder_message.is_mine", args); err == nil && there == 0 {
			err = ErrReminderNotFound
		}
	}
	return wrap(err, "read reminder %s", id)
}

// Message is a reminder as the history shows it.
type Message struct {
	ID            string       `json:"id"`
	UnitID        string       `json:"unit_id"`
	UnitName      string       `json:"unit_name"`
	Kind          MessageKind  `json:"kind"`
	Channel       Via          `json:"channel"`
	Recipient     string       `json:"recipient"` // the person's id, or the bot's
	RecipientName string       `json:"recipient_name"`
	State         MessageState `json:"state"`
	NextAt        sql.Time     `json:"next_at"` // not before, while it waits
	Attempts      int          `json:"attempts"`
	SentAt        *sql.Time    `json:"sent_at"`
	ReadAt        *sql.Time    `json:"read_at"`
	Code          string       `json:"code"`    // of what went wrong last
	Problem       string       `json:"problem"` // the same for people
	Subject       string       `json:"subject"` // empty until it goes out
	Body          string       `json:"body"`
	Items         int          `json:"items"`
	CreatedAt     sql.Time     `json:"created_at"`
}

// MessageFilter narrows and pages the history; empty fields narrow nothing.
type MessageFilter struct {
	UnitID  string
	Below   bool // the units below it, too
	State   MessageState
	Channel Via
	Kind    MessageKind
	Before  string // id of the last line of the page before
	Limit   int
}

// History returns the reminders about a unit that the actor reaches, the latest first. Errors: units.ErrNotFound,
// ErrReminderFilter.
func History(ctx context.Context, db *sql.DB, actor units.Actor, filter MessageFilter) ([]Message, error) {
	known := slices.Contains([]MessageState{"", Waiting, Sending, Sent, Failed, Uncertain}, filter.State) &&
		slices.Contains([]Via{"", ViaApp, ViaMail, ViaHook}, filter.Channel) && slices.Contains([]MessageKind{"", KindDue, KindWeekly, KindTest}, filter.Kind)
	if !known {
		return nil, ErrReminderFilter
	}
	unit, err := readable(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, wrap(err, "reminders about unit %s", filter.UnitID)
	}
	statement := "reminder_message.history"
	if filter.Below {
		if statement, err = historyBelow(ctx, db, unit); err != nil {
			return nil, wrap(err, "reminders about unit %s", filter.UnitID)
		}
	}
	if filter.Before == "" {
		filter.Before = behindAll
	}
	list, err := sql.List[Message](ctx, db, statement, sql.Args{"unit_id": unit.ID, "path": unit.Path, "state": filter.State, "channel": filter.Channel,
		"kind": filter.Kind, "before_id": filter.Before, "limit": filter.Limit})
	return list, wrap(err, "reminders about unit %s", filter.UnitID)
}

// wideSubtree is how many units make a subtree a large one, whose messages are found sooner by going back through all.
const wideSubtree = 300

func historyBelow(ctx context.Context, db *sql.DB, unit units.Unit) (string, error) {
	count, err := sql.Get[int](ctx, db, "reminder.units_below", sql.Args{"path": unit.Path})
	if count >= wideSubtree {
		return "reminder_message.history_wide", err
	}
	return "reminder_message.history_below", err
}

// Burden is how many reminders a unit got in one month.
type Burden struct {
	UnitID string       `json:"unit_id"`
	Month  string       `json:"month"` // 2026-03, in Beijing
	Total  int          `json:"total"` // messages, by whatever way
	App    int          `json:"app"`
	Mail   int          `json:"mail"`
	Hook   int          `json:"hook"`
	Lines  []BurdenLine `json:"lines" nullable:"false"`
}

// BurdenLine is how many reminders of one kind went one way to one recipient.
type BurdenLine struct {
	Channel       Via         `json:"channel"`
	Recipient     string      `json:"recipient"`
	RecipientName string      `json:"recipient_name"`
	Kind          MessageKind `json:"kind"`
	Messages      int         `json:"messages"`
	Items         int         `json:"items"` // clocks they told of
}

var monthForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}$`)

// BurdenOf counts the reminders about one unit in a month; the empty month is the present one. What may have gone out
// counts, what failed does not. Errors: ErrReminderMonth, units.ErrNotFound.
func BurdenOf(ctx context.Context, db *sql.DB, actor units.Actor, unitID, month string) (Burden, error) {
	if month == "" {
		month = rules.DateOf(db.Now().Std()).String()[:7]
	}
	first, err := time.ParseInLocation("2006-01", month, rules.Shanghai)
	if err != nil || !monthForm.MatchString(month) {
		return Burden{}, ErrReminderMonth.On("month")
	}
	if _, err := readable(ctx, db, actor, unitID); err != nil {
		return Burden{}, wrap(err, "burden of unit %s", unitID)
	}
	lines, err := sql.List[BurdenLine](ctx, db, "reminder_message.burden", sql.Args{"unit_id": unitID, "from_at": sql.FromStd(first),
		"until_at": sql.FromStd(first.AddDate(0, 1, 0))})
	burden := Burden{UnitID: unitID, Month: month, Lines: lines}
	for _, line := range lines {
		burden.Total += line.Messages
		switch line.Channel {
		case ViaApp:
			burden.App += line.Messages
		case ViaMail:
			burden.Mail += line.Messages
		case ViaHook:
			burden.Hook += line.Messages
		}
	}
	return burden, wrap(err, "burden of unit %s", unitID)
}
