package oversight

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The audit actions of reminders.
const (
	ActionRemindersSet   units.Action = "reminder.set"
	ActionRemindersUnset units.Action = "reminder.unset"
	ActionMute           units.Action = "reminder.mute"
	ActionUnmute         units.Action = "reminder.unmute"
	ActionHookCreate     units.Action = "hook.create"
	ActionHookSave       units.Action = "hook.save"
	ActionHookRemove     units.Action = "hook.remove"
	ActionHookTest       units.Action = "hook.test"
)

// Via is the way a reminder goes.
type Via string

// The ways.
const (
	ViaApp  Via = "app"  // 待办
	ViaMail Via = "mail" // 邮件
	ViaHook Via = "hook" // 群机器人
)

// LeadUnit is what a lead time is counted in.
type LeadUnit string

// The units of lead times. A lead of minutes or hours is counted back from the due instant; one of days or working days goes
// out on that day before the day on which the clock falls due, at the office's hour.
const (
	LeadMinute  LeadUnit = "minute"
	LeadHour    LeadUnit = "hour"
	LeadDay     LeadUnit = "day"
	LeadWorkday LeadUnit = "working_day"
)

// mostLead bounds a lead time by its unit.
var mostLead = map[LeadUnit]int{LeadMinute: 24 * 60, LeadHour: 7 * 24, LeadDay: 90, LeadWorkday: 60}

// Lead is how long before it is due a clock is reminded of.
type Lead struct {
	N    int      `json:"n" minimum:"1"`
	Unit LeadUnit `json:"unit" enum:"minute,hour,day,working_day"`
}

// key is the lead as reminder_items keeps it.
func (l Lead) key() string { return fmt.Sprintf("%s:%d", l.Unit, l.N) }

// leadOverdue stands in the place of a lead for the one reminder after the due time.
const leadOverdue = "overdue"

// SectionReminder is how the clocks of one section of the rulebooks are reminded of.
type SectionReminder struct {
	Section string       `json:"section" maxLength:"32" doc:"Of a rulebook; empty: every section without a line of its own"`
	Leads   []Lead       `json:"leads" nullable:"false" maxItems:"6"`
	Late    bool         `json:"late" doc:"Once more when it is late; of a wait: when it is over"`
	Urgent  bool         `json:"urgent" doc:"At once, in quiet hours too"`
	To      []units.Role `json:"to" nullable:"false" maxItems:"12" doc:"Who hears of it: everybody in these roles at the unit itself"`
}

// Settings are how an office wants itself and the units below it to be reminded. Times of day are minutes since midnight in
// Beijing.
type Settings struct {
	Sections     []SectionReminder `json:"sections" nullable:"false" maxItems:"60"`
	LateTo       []units.Role      `json:"late_to" nullable:"false" maxItems:"12" doc:"Who hears besides when something is late"`
	DayMinute    int               `json:"day_minute" minimum:"0" maximum:"1439" doc:"When reminders that are counted in days go out"`
	QuietFrom    int               `json:"quiet_from" minimum:"0" maximum:"1439" doc:"Nothing goes out from here; equal to quiet_until: no quiet hours"`
	QuietUntil   int               `json:"quiet_until" minimum:"0" maximum:"1439"`
	WorkdaysOnly bool              `json:"workdays_only" doc:"Nothing goes out on days off but what is urgent"`
	WeeklyDay    int               `json:"weekly_day" minimum:"0" maximum:"7" doc:"Day of the weekly list, 1 is Monday; 0: no list"`
	WeeklyMinute int               `json:"weekly_minute" minimum:"0" maximum:"1439"`
	WeeklyTo     []units.Role      `json:"weekly_to" nullable:"false" maxItems:"12"`
	Channels     []Via             `json:"channels" nullable:"false" maxItems:"3" enum:"app,mail,hook"`
}

// Value implements driver.Valuer.
func (s Settings) Value() (driver.Value, error) { return sql.EncodeJSON(s) }

// Scan implements sql.Scanner.
func (s *Settings) Scan(value any) error { return sql.DecodeJSON(value, s) }

// Roles that several sections tell.
var (
	toOfficer = []units.Role{units.InfoOfficer}
	toColumn  = []units.Role{units.InfoOfficer, units.ColumnOwner, units.SiteOperator}
	toLetters = []units.Role{units.MessageHandler, units.InfoOfficer}
	toSafety  = []units.Role{units.SecurityOfficer, units.InfoOfficer, units.UnitDeputy}
	toLeaders = []units.Role{units.InfoOfficer, units.UnitDeputy}
)

// The lead times of common kinds of duty.
var (
	leadsOfWeek  = []Lead{{3, LeadDay}, {1, LeadDay}}
	leadsOfReply = []Lead{{3, LeadWorkday}, {1, LeadWorkday}}
	leadsOfYear  = []Lead{{30, LeadDay}, {7, LeadDay}}
)

// DefaultSettings returns how reminders go where no office has set anything. None of these figures is a regulation's: they
// are this program's own and only say how early it speaks up.
func DefaultSettings() Settings {
	return Settings{
		Sections: []SectionReminder{
			{Section: "update_limits", Leads: leadsOfWeek, Late: true, To: toOfficer},
			{Section: "column_rules", Leads: []Lead{}, Late: true, To: toColumn},
			{Section: "takedown", Leads: []Lead{{20, LeadMinute}}, Late: true, Urgent: true, To: toSafety},
			{Section: "public_opinion", Leads: []Lead{{4, LeadHour}, {1, LeadWorkday}}, Late: true, Urgent: true, To: toSafety},
			{Section: "interaction", Leads: leadsOfReply, Late: true, To: toLetters},
			{Section: "disclosure", Leads: leadsOfReply, Late: true, To: toOfficer},
			{Section: "surveys", Leads: leadsOfReply, Late: true, To: toOfficer},
			{Section: "filings", Leads: leadsOfReply, Late: true, To: toOfficer},
			{Section: "handover", Leads: leadsOfReply, Late: true, To: toLeaders},
			{Section: "temporary_offline", Leads: []Lead{{1, LeadDay}}, Late: true, To: toOfficer},
			{Section: "public_notices", Leads: []Lead{}, Late: true, To: toOfficer},
			{Section: "retention", Leads: []Lead{}, To: toOfficer},
			{Section: "credentials", Leads: []Lead{{7, LeadDay}, {1, LeadDay}}, Late: true, To: toOfficer},
			{Section: "annual_reports", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "evaluation", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "inspections", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "self_inspections", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "drills", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "training", Leads: leadsOfYear, Late: true, To: toLeaders},
			{Section: "", Leads: leadsOfWeek, Late: true, To: toOfficer},
		},
		LateTo: []units.Role{units.UnitDeputy}, DayMinute: 8*60 + 30, QuietFrom: 20 * 60, QuietUntil: 8 * 60, WorkdaysOnly: true,
		WeeklyDay: 4, WeeklyMinute: 9 * 60, WeeklyTo: toLeaders, Channels: []Via{ViaApp, ViaMail, ViaHook},
	}
}

// sectionNames are the sections that clocks come from, as the screen calls what they ask for.
var sectionNames = map[string]string{
	"update_limits": "更新时限", "column_rules": "栏目要求", "takedown": "敏感信息处置", "public_opinion": "舆情处置", "interaction": "留言答复",
	"disclosure": "信息公开", "surveys": "征集调查", "filings": "备案", "handover": "人员交接", "temporary_offline": "临时下线", "public_notices": "公告公示",
	"retention": "内容留存", "credentials": "密码更换", "annual_reports": "年度报表", "evaluation": "考核评价", "inspections": "抽查", "self_inspections": "自查",
	"drills": "应急演练", "training": "培训", "monitoring": "监测", "duty": "值班值守", "review": "审核", "approval_chains": "审批", "redesign": "改版",
	"emergency_plans": "应急预案", "security_measures": "安全措施", "account_cleanup": "账号清理", "vendors": "外包服务", "": "其他事项",
}

// SectionName is a section and what the screen calls it.
type SectionName struct {
	Section string `json:"section"`
	Name    string `json:"name"`
}

// SectionNames lists the sections that may have a line in Settings, by their ids.
func SectionNames() []SectionName {
	var names []SectionName
	for section, name := range sectionNames {
		names = append(names, SectionName{section, name})
	}
	slices.SortFunc(names, func(a, b SectionName) int { return cmp.Compare(a.Section, b.Section) })
	return names
}

func sectionName(section string) string {
	if name, known := sectionNames[section]; known {
		return name
	}
	return section
}

// section returns the line for a section: its own, or the one for all others; the zero line, which tells nobody, where
// neither stands.
func (s *Settings) section(section string) SectionReminder {
	var others SectionReminder
	for _, line := range s.Sections {
		if line.Section == section {
			return line
		}
		if line.Section == "" {
			others = line
		}
	}
	return others
}

func (s *Settings) uses(via Via) bool { return slices.Contains(s.Channels, via) }

// isQuiet reports whether a minute of the day lies in the quiet hours, which may go over midnight.
func (s *Settings) isQuiet(minute int) bool {
	if s.QuietFrom <= s.QuietUntil {
		return s.QuietFrom <= minute && minute < s.QuietUntil
	}
	return minute >= s.QuietFrom || minute < s.QuietUntil
}

// check refuses settings that cannot work. Error: ErrReminderSettings, ErrReminderHours.
func (s *Settings) check() error {
	seen := map[string]bool{}
	for _, line := range s.Sections {
		if _, known := sectionNames[line.Section]; !known || seen[line.Section] {
			return ErrReminderSettings.On("sections")
		}
		seen[line.Section] = true
		leads := map[Lead]bool{}
		for _, lead := range line.Leads {
			if lead.N < 1 || lead.N > mostLead[lead.Unit] || leads[lead] {
				return ErrReminderLead.On("sections")
			}
			leads[lead] = true
		}
		if !knownRoles(line.To) {
			return ErrReminderSettings.On("sections")
		}
	}
	inDay := func(minutes ...int) bool {
		return !slices.ContainsFunc(minutes, func(m int) bool { return m < 0 || m >= 24*60 })
	}
	switch {
	case !knownRoles(s.LateTo), !knownRoles(s.WeeklyTo), s.WeeklyDay < 0, s.WeeklyDay > 7,
		!inDay(s.DayMinute, s.QuietFrom, s.QuietUntil, s.WeeklyMinute):
		return ErrReminderSettings
	case s.isQuiet(s.DayMinute), s.isQuiet(s.WeeklyMinute):
		return ErrReminderHours.On("quiet_from")
	}
	for i, via := range s.Channels {
		if !slices.Contains([]Via{ViaApp, ViaMail, ViaHook}, via) || slices.Contains(s.Channels[:i], via) {
			return ErrReminderSettings.On("channels")
		}
	}
	return nil
}

func knownRoles(roles []units.Role) bool {
	return !slices.ContainsFunc(roles, func(role units.Role) bool { return !slices.Contains(units.Roles(), role) })
}

// SettingsView is what holds for a unit, and where it was set.
type SettingsView struct {
	UnitID   string        `json:"unit_id"`
	Settings Settings      `json:"settings"`
	From     string        `json:"from"`      // the unit that set it; empty: nobody, the program's own hold
	FromName string        `json:"from_name"` // its short name
	Version  int64         `json:"version"`   // of the unit's own settings; 0 where it has none
	Sections []SectionName `json:"sections" nullable:"false"`
}

type settingsRow struct {
	UnitID    string
	Path      string
	Settings  Settings
	UpdatedBy string
	UpdatedAt sql.Time
	Version   int64
}

// ReminderSettings returns what holds for a unit that the actor reaches: its own settings, the nearest unit's above it, or
// the program's. Error: units.ErrNotFound.
func ReminderSettings(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (SettingsView, error) {
	unit, err := readable(ctx, db, actor, unitID)
	if err != nil {
		return SettingsView{}, wrap(err, "reminder settings of unit %s", unitID)
	}
	view := SettingsView{UnitID: unitID, Settings: DefaultSettings(), Sections: SectionNames()}
	row, err := sql.Get[settingsRow](ctx, db, "reminder_settings.near", sql.Args{"ids": idsOf(unit.Path)})
	if errors.Is(err, sql.ErrNone) {
		return view, nil
	}
	if err != nil {
		return SettingsView{}, wrap(err, "reminder settings of unit %s", unitID)
	}
	view.Settings, view.From = row.Settings, row.UnitID
	if row.UnitID == unitID {
		view.Version = row.Version
	}
	// Above the actor's reach a unit has a name all the same: who sets the hours is no secret.
	from, err := units.Get(ctx, db, units.System, row.UnitID)
	view.FromName = from.ShortName
	return view, wrap(err, "reminder settings of unit %s", unitID)
}

// SetReminders gives a unit and all below it settings of its own. version is that of the own ones the actor saw, 0 for none.
// The actor holds SetReminders there. Errors: ErrReminderSettings, ErrReminderLead, ErrReminderHours, ErrReminderForbidden,
// ErrReminderStale, units.ErrNotFound, units.ErrClosed.
func SetReminders(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, version int64, settings Settings) (SettingsView, error) {
	if err := settings.check(); err != nil {
		return SettingsView{}, err
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := settableOpen(ctx, tx, actor, unitID); err != nil {
			return err
		}
		args := sql.Args{"unit_id": unitID, "settings": settings, "updated_by": actor.PersonID, "now": tx.Now(), "version": version}
		if version == 0 {
			_, err := tx.Exec(ctx, "reminder_settings.insert", args)
			if sql.IsDuplicate(err) {
				return ErrReminderStale
			}
			if err != nil {
				return err
			}
		} else if err := mineOrStale(tx.ExecOne(ctx, "reminder_settings.update", args)); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: ActionRemindersSet, ObjectKind: "unit", ObjectID: unitID,
			Detail: sql.Object{"quiet": []int{settings.QuietFrom, settings.QuietUntil}, "weekly_day": settings.WeeklyDay, "channels": settings.Channels,
				"sections": len(settings.Sections)}})
	})
	if err != nil {
		return SettingsView{}, wrap(err, "set the reminders of unit %s", unitID)
	}
	return ReminderSettings(ctx, db, actor, unitID)
}

// UnsetReminders takes a unit's own settings away: what is set above it holds again. Errors as SetReminders.
func UnsetReminders(ctx context.Context, db *sql.DB, actor units.Actor, unitID string, version int64) (SettingsView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := settable(ctx, tx, actor, unitID); err != nil {
			return err
		}
		if err := mineOrStale(tx.ExecOne(ctx, "reminder_settings.delete", sql.Args{"unit_id": unitID, "version": version})); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: ActionRemindersUnset, ObjectKind: "unit", ObjectID: unitID})
	})
	if err != nil {
		return SettingsView{}, wrap(err, "unset the reminders of unit %s", unitID)
	}
	return ReminderSettings(ctx, db, actor, unitID)
}

// readable returns a unit the actor reaches with ReadDashboard; units.ErrNotFound otherwise.
func readable(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (units.Unit, error) {
	unit, err := unitFor(ctx, db, actor, unitID, units.ReadDashboard)
	if errors.Is(err, ErrForbidden) {
		err = units.ErrNotFound
	}
	return unit, err
}

// settable returns a unit whose reminders the actor may set.
func settable(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (units.Unit, error) {
	unit, err := unitFor(ctx, db, actor, unitID, units.SetReminders)
	if errors.Is(err, ErrForbidden) {
		err = ErrReminderForbidden
	}
	return unit, err
}

// settableOpen holds a unit whose reminders the actor may set and that has not ended. Errors: those of openUnit, ErrReminderForbidden.
func settableOpen(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string) error {
	_, err := openUnit(ctx, tx, actor, unitID, units.SetReminders)
	if errors.Is(err, ErrForbidden) {
		err = ErrReminderForbidden
	}
	return err
}

func mineOrStale(mine bool, err error) error {
	if err == nil && !mine {
		err = ErrReminderStale
	}
	return err
}

// idsOf are the ids on a path, from the top down.
func idsOf(path string) []string { return strings.Split(strings.TrimSuffix(path, "/"), "/") }

// isWorkday asks the calendar. Of a year that it does not know, Monday to Friday are taken: this decides only when we speak
// up, never what is due.
func isWorkday(calendar *rules.Calendar, day rules.Date) bool {
	works, err := calendar.IsWorkday(day)
	if err != nil {
		return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	}
	return works
}

// minuteOf is an instant of a day in Beijing.
func minuteOf(day rules.Date, minute int) time.Time {
	return day.Start().Add(time.Duration(minute) * time.Minute)
}

// farthest bounds every search for a working day: no holiday is as long.
const farthest = 40

// awake returns the first instant from t on at which something may go out.
func (s *Settings) awake(calendar *rules.Calendar, t time.Time) time.Time {
	for range farthest {
		day := rules.DateOf(t)
		minute := int(t.Sub(day.Start()) / time.Minute)
		switch {
		case s.WorkdaysOnly && !isWorkday(calendar, day):
			t = day.End()
		case s.isQuiet(minute):
			until := minuteOf(day, s.QuietUntil)
			if !until.After(t) {
				until = minuteOf(day.AddDays(1), s.QuietUntil)
			}
			t = until
		default:
			return t
		}
	}
	return t
}

// dayBefore returns the day on which a reminder goes out that is counted in days before a day.
func (s *Settings) dayBefore(calendar *rules.Calendar, lead Lead, due rules.Date) rules.Date {
	day := due
	if lead.Unit == LeadDay {
		day = due.AddDays(-lead.N)
	} else {
		for counted, steps := 0, 0; counted < lead.N && steps < 3*lead.N+farthest; steps++ {
			if day = day.AddDays(-1); isWorkday(calendar, day) {
				counted++
			}
		}
	}
	for steps := 0; s.WorkdaysOnly && steps < farthest && !isWorkday(calendar, day); steps++ {
		day = day.AddDays(-1) // sooner, for later may be too late
	}
	return day
}
