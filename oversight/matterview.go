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

// Standing is how a matter stands.
type Standing string

// The standings: of open matters, then of those that are done, then of the void.
const (
	StandsOpen      Standing = "open"             // not done, and not late
	StandsOverdue   Standing = "overdue"          // not done, and late: at the due instant itself it is (K04)
	StandsWaiting   Standing = "waiting"          // must stand for a while yet
	StandsMayEnd    Standing = "may_end"          // has stood long enough
	StandsPending   Standing = "calendar_pending" // nobody can know the due time yet (K16)
	StandsRecorded  Standing = "recorded"         // has no due time
	StandsOnTime    Standing = "on_time"          // done in time
	StandsLate      Standing = "late"             // done late
	StandsDone      Standing = "done"             // done; there was nothing to be late for
	StandsEndedSoon Standing = "ended_early"      // let end before its time, with a reason
	StandsVoid      Standing = "void"
	StandsUnknown   Standing = "unknown" // of a period: its time was over before anybody here looked
)

var standingLabels = map[Standing]string{
	StandsOpen: "进行中", StandsOverdue: "逾期", StandsWaiting: "期限未满", StandsMayEnd: "期满，可以办结", StandsPending: "待日历确认", StandsRecorded: "只记时间",
	StandsOnTime: "按时", StandsLate: "逾期", StandsDone: "已办结", StandsEndedSoon: "提前办结（已放行）", StandsVoid: "已作废",
	StandsUnknown: "未知",
}

// Label is the standing in the words of the screen.
func (s Standing) Label() string { return standingLabels[s] }

// StandingAt is how a matter stands at an instant.
func (m Matter) StandingAt(now sql.Time) Standing {
	switch {
	case m.State == MatterVoid:
		return StandsVoid
	case m.EarlyReason != "":
		return StandsEndedSoon
	case m.Timing == Record && m.DoneAt == nil:
		return StandsRecorded
	case m.Pending():
		return StandsPending
	case m.DoneAt != nil && m.Timing == Deadline && m.due().Met(m.DoneAt.Std()):
		return StandsOnTime
	case m.DoneAt != nil && m.Timing == Deadline:
		return StandsLate
	case m.DoneAt != nil:
		return StandsDone
	case m.Timing == Wait && now < *m.DueAt:
		return StandsWaiting
	case m.Timing == Wait:
		return StandsMayEnd
	case m.due().Overdue(now.Std()):
		return StandsOverdue
	}
	return StandsOpen
}

// MatterView is a matter as it stands now.
type MatterView struct {
	Matter
	RuleText   string      `json:"rule_text"` // what the rule wants, in a line
	EventLabel string      `json:"event_label"`
	Citation   string      `json:"citation"`
	Standing   Standing    `json:"standing"`
	Label      string      `json:"label"`
	DueText    string      `json:"due_text"`    // 2026-05-12 24:00; empty without a due time
	LeftMs     *int64      `json:"left_ms"`     // until the due time, of an open matter; below 0 it is over; null without a due time
	TookMs     *int64      `json:"took_ms"`     // from the event until it was done; null while it is open
	TookText   string      `json:"took_text"`   // 55 分钟
	NoticeMs   *int64      `json:"notice_ms"`   // from finding to the event; null where no finding was recorded
	OverMs     *int64      `json:"over_ms"`     // by how much it was late, done or not; null when it is not
	MayRelease bool        `json:"may_release"` // a wait of which the rulebook says 原则上: the office's administrator may let it end early
	OfflineUse *OfflineUse `json:"offline_use"` // of a website off the net; null otherwise
}

// view shows a matter. What the rulebook says beside the matter is left empty when the library no longer has the rule.
func (m Matter) view(law *rules.Law, book rules.Book, path string, now sql.Time) MatterView {
	if m.Parts == nil {
		m.Parts = Parts{}
	}
	v := MatterView{Matter: m, Citation: book.Cite(m.Rulebook, m.Articles), Standing: m.StandingAt(now)}
	v.Label = v.Standing.Label()
	if rule, err := findEventRule(law, path, m.Rulebook, m.Section, m.Rule, m.EventAt); err == nil {
		v.RuleText, v.EventLabel, v.MayRelease = rule.Text, rule.EventLabel, m.Timing == Wait && rule.Strength.Overridable()
	}
	ended := now
	if m.DoneAt != nil {
		ended = *m.DoneAt
		v.TookMs = milliseconds(m.DoneAt.Sub(m.EventAt))
		v.TookText = lengthOf(m.DoneAt.Sub(m.EventAt))
	}
	if m.FoundAt != nil {
		v.NoticeMs = milliseconds(m.EventAt.Sub(*m.FoundAt))
	}
	if m.DueAt != nil {
		v.DueText = m.due().String()
		if m.State == MatterOpen {
			v.LeftMs = milliseconds(m.DueAt.Sub(now))
		}
		if v.Standing == StandsOverdue || v.Standing == StandsLate {
			v.OverMs = milliseconds(ended.Sub(*m.DueAt))
		}
	}
	return v
}

func milliseconds(d time.Duration) *int64 {
	ms := d.Milliseconds()
	return &ms
}

// GetMatter returns a matter of a unit that the actor reaches with ReadDashboard. Error: ErrMatterNotFound.
func GetMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (MatterView, error) {
	matter, err := visibleMatter(ctx, db, actor, id)
	if err != nil {
		return MatterView{}, wrap(err, "get matter %s", id)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return MatterView{}, err
	}
	unit, err := units.Get(ctx, db, units.System, matter.UnitID)
	if err != nil {
		return MatterView{}, wrap(err, "get matter %s", id)
	}
	view := matter.view(law, book, unit.Path, db.Now())
	if rulebook := law.Regime(unit.Path).Named(matter.Rulebook, matter.EventAt.Std()); matter.Section == rules.SectionTemporaryOffline && rulebook != nil && rulebook.TemporaryOffline != nil {
		if view.OfflineUse, err = offlineUse(ctx, db, matter, rulebook); err != nil {
			return MatterView{}, wrap(err, "get matter %s", id)
		}
	}
	return view, nil
}

// MatterOrder is how a list of matters is sorted.
type MatterOrder string

// The orders.
const (
	MattersByDue   MatterOrder = "due"   // what is due first stands first; without a due time last
	MattersByEvent MatterOrder = "event" // the latest event first
)

// MatterFilter narrows and pages a list of matters; empty fields narrow nothing.
type MatterFilter struct {
	UnitID    string // this unit and those below it
	AccountID string
	Rulebook  string
	Section   string
	State     string      // open, overdue, done, void
	Query     string      // a part of the title
	Order     MatterOrder // empty is MattersByDue
	AfterAt   sql.Time    // the last line's key (MatterKey) and id
	AfterID   string      // empty: the first page
	Limit     int
}

// never sorts what has no due time behind everything that has one.
const never = sql.Time(1<<62 - 1)

// MatterKey is what a line of a list was sorted by, for the next page.
func MatterKey(order MatterOrder, m MatterView) sql.Time {
	switch {
	case order == MattersByEvent:
		return m.EventAt
	case m.DueAt == nil:
		return never
	}
	return *m.DueAt
}

// Matters returns a page of the matters of the units that the actor reaches with ReadDashboard. Errors: ErrMatterFilter,
// units.ErrNotFound for a unit out of reach.
func Matters(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter MatterFilter) ([]MatterView, error) {
	name := "matter.list_by_due"
	switch filter.Order {
	case "", MattersByDue:
	case MattersByEvent:
		name = "matter.list_by_event"
	default:
		return nil, ErrMatterFilter.On("order")
	}
	if !slices.Contains([]string{"", string(MatterOpen), "overdue", string(MatterDone), string(MatterVoid)}, filter.State) {
		return nil, ErrMatterFilter.On("state")
	}
	path := ""
	if filter.UnitID != "" {
		unit, err := units.Get(ctx, db, actor, filter.UnitID)
		if err != nil {
			return nil, wrap(err, "list the matters of unit %s", filter.UnitID)
		}
		path = unit.Path
	}
	now, overdue := db.Now(), filter.State == "overdue"
	if overdue {
		filter.State = string(MatterOpen)
	}
	rows, err := sql.List[struct {
		Matter
		UnitPath string
	}](ctx, db, name, sql.Args{
		"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard), "path": path, "account_id": filter.AccountID, "rulebook": filter.Rulebook,
		"section": filter.Section, "state": filter.State, "overdue": overdue, "title": like(filter.Query), "now": now, "never": never,
		"after_at": filter.AfterAt, "after_id": filter.AfterID, "limit": filter.Limit,
	})
	if err != nil {
		return nil, wrap(err, "list the matters")
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	views := make([]MatterView, len(rows))
	for i, row := range rows {
		views[i] = row.view(law, book, row.UnitPath, now)
	}
	return views, nil
}

// MatterPreview is what a new matter would be.
type MatterPreview struct {
	Timing     Timing      `json:"timing" enum:"deadline,wait,record"`
	DueAt      *sql.Time   `json:"due_at"`
	DueText    string      `json:"due_text"` // 2026-05-12 24:00; empty without a due time
	Pending    bool        `json:"pending"`  // the working days of a year are missing, so nobody can know the due time yet (K16)
	Rulebook   string      `json:"rulebook"`
	Articles   sql.Strings `json:"articles"`
	Citation   string      `json:"citation"`
	OfflineUse *OfflineUse `json:"offline_use"`
}

// PreviewMatter returns what a matter would be, without saving anything. It refuses what OpenMatter refuses, save for a
// missing title. The actor holds ReadDashboard for the unit.
func PreviewMatter(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewMatter) (MatterPreview, error) {
	in.trim()
	made, err := count(ctx, db, book, actor, in, units.ReadDashboard)
	if err != nil {
		return MatterPreview{}, wrap(err, "preview a matter under %s %s of unit %s", in.Section, in.Rule, in.UnitID)
	}
	preview := MatterPreview{Timing: made.Timing, DueAt: made.DueAt, Pending: made.Pending(), Rulebook: made.Rulebook, Articles: made.Articles,
		Citation: book.Cite(made.Rulebook, made.Articles), OfflineUse: made.offline}
	if made.DueAt != nil {
		preview.DueText = made.due().String()
	}
	return preview, nil
}

// like turns a piece of text into a LIKE pattern that finds it anywhere; the empty text stays empty.
func like(part string) string {
	part = strings.ReplaceAll(strings.TrimSpace(strings.ToValidUTF8(part, "")), "\x00", "")
	if part == "" {
		return ""
	}
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}
