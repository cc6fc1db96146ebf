package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"govmedia/fault"
	"govmedia/rules"
)

// dutyNamed is a duty of a rulebook of the program.
func dutyNamed(t testing.TB, rulebook, section, rule string) rules.DutyRule {
	t.Helper()
	d, ok := book(t, rulebook).DutyRule(section, rule)
	if !ok {
		t.Fatalf("%s has no duty %s %s", rulebook, section, rule)
	}
	return d
}

func TestO38OneHourFromTheNoticeThroughAHoliday(t *testing.T) {
	d := dutyNamed(t, "tongnan-2022", "takedown", "office-found")
	if d.Event != rules.EventNotified || d.EventLabel != "通知主办单位" || d.Kind != rules.DutyDeadline || d.Citation != "潼南 2022 第26条" {
		t.Errorf("%+v; want a deadline from the notice under 第26条", d)
	}
	due, err := d.Due(clock(t, "2026-05-01 22:40"), builtin(t).Calendar)
	if err != nil || due.String() != "2026-05-01 23:40" {
		t.Fatalf("due %s, %v; want 2026-05-01 23:40", due, err)
	}
	if !due.Met(clock(t, "2026-05-01 23:35")) || due.Overdue(clock(t, "2026-05-01 23:39:59")) || !due.Overdue(clock(t, "2026-05-01 23:40:00")) {
		t.Error("want 23:35 in time, 23:39:59 open and 23:40:00 late")
	}
	if got := dutyDue(t, book(t, "tongnan-2022"), "takedown", "unit-found", "2026-05-01 22:40"); got != rules.ErrDutyUncounted.Code {
		t.Errorf("what the unit finds itself: %s, want no hour (O39)", got)
	}
}

// The deadlines of the open cases, each from its rulebook.
func TestO40TwentyWorkingDays(t *testing.T) {
	wantDue(t, "tongnan-2022", "disclosure", "general", "2026-04-10 15:00", "2026-05-12 24:00")
}

func TestO41AppointmentsAndMeetings(t *testing.T) {
	wantDue(t, "xiangxi-2018", "disclosure", "regulations-personnel-notices", "2025-09-29 10:00", "2025-10-13 24:00")
	wantDue(t, "xiangxi-2018", "disclosure", "major-meetings-plans", "2025-09-29 10:00", "2025-10-10 24:00")
	rb, cal := book(t, "xiangxi-2018"), builtin(t).Calendar
	personnel, _ := rb.DutyDue("disclosure", "regulations-personnel-notices", clock(t, "2025-09-29 10:00"), cal)
	meeting, _ := rb.DutyDue("disclosure", "major-meetings-plans", clock(t, "2025-09-29 10:00"), cal)
	if personnel.Met(clock(t, "2025-10-14 09:00")) || !meeting.Met(clock(t, "2025-10-10 17:00")) {
		t.Errorf("due %s and %s; want the appointment late, the meeting in time", personnel, meeting)
	}
}

func TestO42RepliesToLetters(t *testing.T) {
	wantDue(t, "xiangxi-2018", "interaction", "suggestion-or-consult", "2026-02-13 16:00", "2026-03-02 24:00")
	wantDue(t, "xiangxi-2018", "interaction", "needs-verification", "2026-02-13 16:00", "2026-03-12 24:00")
}

func TestO43ResultOfASurvey(t *testing.T) {
	wantDue(t, "xiangxi-2018", "surveys", "surveys.result_within", "2026-04-30 18:00", "2026-05-25 24:00")
}

func TestO44SampleOfSeventeenSites(t *testing.T) {
	rb := book(t, "zhaotong-2018")
	err := rb.InspectionEnough("quarterly-sample", 5, 17, true)
	if !errors.Is(err, rules.ErrSampleSmall) || !strings.Contains(fault.As(err).Sentence, "最少抽 6 个") || fault.As(err).Articles[0] != "15(一)" {
		t.Errorf("5 of 17: %v, want refused with the least number and the article", err)
	}
	if err := rb.InspectionEnough("quarterly-sample", 6, 17, false); !errors.Is(err, rules.ErrNotPublished) || fault.As(err).Rulebook != "zhaotong-2018" {
		t.Errorf("6 of 17, not published: %v, want refused", err)
	}
	if err := rb.InspectionEnough("quarterly-sample", 6, 17, true); err != nil {
		t.Errorf("6 of 17, published: %v, want it closed", err)
	}
	if err := book(t, "tongnan-2022").InspectionEnough("quarterly", 0, 17, false); err != nil {
		t.Errorf("潼南 gives no share and no place: %v, want no demand", err)
	}
	if err := rb.InspectionEnough("yearly", 6, 17, true); !errors.Is(err, rules.ErrDutyUnknown) {
		t.Errorf("no such check: %v", err)
	}
}

func TestO45TwoDatesOfTheYearlyReport(t *testing.T) {
	rb := book(t, "zhaotong-2018")
	for rule, want := range map[string]struct{ due, done string }{
		"website-work-report.submit_by":  {"2026-01-31 00:00", "2026-01-30 17:00"},
		"website-work-report.publish_by": {"2026-02-01 00:00", "2026-01-31 10:00"},
		"foi-report.publish_by":          {"2026-04-01 00:00", "2026-03-31 23:59"},
	} {
		start, due, times, err := rb.PeriodDue("annual_reports", rule, clock(t, "2026-06-01 00:00"))
		if err != nil || !due.Equal(clock(t, want.due)) || !start.Equal(clock(t, "2026-01-01")) || times != 1 || !clock(t, want.done).Before(due) {
			t.Errorf("%s: %s to %s, %d times, %v; want it due %s", rule, start, due, times, err, want.due)
		}
	}
	report := rb.AnnualReports[0]
	submit, publish := report.SubmitBy.In(2026), report.PublishBy.In(2026)
	if submit.String() != "2026-01-30 24:00" || publish.String() != "2026-01-31 24:00" || !submit.Met(clock(t, "2026-01-30 17:00")) || !publish.Met(clock(t, "2026-01-31 10:00")) {
		t.Errorf("due %s and %s, want both in time", submit, publish)
	}
}

func TestO46SelfInspections(t *testing.T) {
	wantDue(t, "chaoan", "self_inspections", "routine.report_within", "2026-06-12 17:00", "2026-07-06 24:00")
	start, end, times, err := book(t, "chaoan").PeriodDue("self_inspections", "routine", clock(t, "2026-06-12 17:00"))
	if err != nil || times != 2 || !start.Equal(clock(t, "2026-01-01")) || !end.Equal(clock(t, "2027-01-01")) {
		t.Errorf("%d times between %s and %s, %v; want 2 in the year 2026", times, start, end, err)
	}
	d := dutyNamed(t, "chaoan", "self_inspections", "routine")
	if v := d.Judge(nil); v.Enough || v.String() != "不足：应 2 次，实 1 次" {
		t.Errorf("one in the year: %s, want 不足：应 2 次，实 1 次", v)
	}
	if v := d.Judge(nil, nil); !v.Enough || v.String() != "达标：应 2 次，实 2 次" {
		t.Errorf("two in the year: %s", v)
	}
	if v := d.Judge(); v.Enough {
		t.Errorf("none in the year: %s", v)
	}
}

func TestO47PasswordAge(t *testing.T) {
	wantDue(t, "tongnan-2022", "credentials", "credentials", "2026-01-31 10:00", "2026-03-31 10:00")
	if d := dutyNamed(t, "tongnan-2022", "credentials", "credentials"); d.Strength != rules.Usual || d.EventLabel != "设定密码" || d.Text != "更换密码" {
		t.Errorf("%+v; want what is usual, from the setting of the password", d)
	}
}

func TestO48GapsOfTheRosterAndDaysUnread(t *testing.T) {
	var shifts []rules.Shift
	for day := date(t, "2026-10-07"); !day.Before(date(t, "2026-10-01")); day = day.AddDays(-1) { // in no order
		shifts = append(shifts, rules.Shift{From: day.Start(), Until: day.Start().Add(20 * time.Hour)}, rules.Shift{From: day.Start().Add(20 * time.Hour), Until: day.End()})
	}
	kept := shifts[:0]
	for _, s := range shifts {
		switch {
		case s.From.Equal(clock(t, "2026-10-03 20:00")):
		case s.From.Equal(clock(t, "2026-10-04 00:00")):
			kept = append(kept, rules.Shift{From: clock(t, "2026-10-04 08:00"), Until: s.Until})
		default:
			kept = append(kept, s)
		}
	}
	gaps := rules.RosterGaps(kept, clock(t, "2026-10-01"), clock(t, "2026-10-08"))
	if len(gaps) != 1 || gaps[0].String() != "空档 12 小时（10-03 20:00 至 10-04 08:00）" || gaps[0].Length() != 12*time.Hour {
		t.Errorf("RosterGaps = %v, want the twelve hours from 10-03 20:00", gaps)
	}
	var read []time.Time
	for _, day := range []string{"2026-10-01 09:00", "2026-10-02 23:59:59", "2026-10-03 00:00", "2026-10-04 08:00", "2026-10-04 09:00"} {
		read = append(read, clock(t, day).UTC())
	}
	if got := rules.UnreadDays(read, date(t, "2026-10-01"), date(t, "2026-10-05")); fmt.Sprint(got) != "[2026-10-05]" {
		t.Errorf("UnreadDays = %v, want 10-05", got)
	}
	unread, err := dutyNamed(t, "tongnan-2022", "duty", "daily-browse").Unread(read, date(t, "2026-10-01"), date(t, "2026-10-05"), nil)
	if err != nil || fmt.Sprint(unread) != "[2026-10-05]" {
		t.Errorf("Unread = %v, %v; want rest days to count and no calendar to be asked", unread, err)
	}
}

func wantDue(t testing.TB, rulebook, section, rule, event, want string) {
	t.Helper()
	if got := dutyDue(t, book(t, rulebook), section, rule, event); got != want {
		t.Errorf("%s %s from %s: %s, want %s", section, rule, event, got, want)
	}
}

func TestRosterGaps(t *testing.T) {
	shift := func(from, until string) rules.Shift {
		return rules.Shift{From: clock(t, "2026-10-01 "+from), Until: clock(t, "2026-10-01 "+until)}
	}
	for _, c := range []struct {
		name   string
		shifts []rules.Shift
		want   string
	}{
		{"nobody", nil, "[空档 12 小时（10-01 08:00 至 10-01 20:00）]"},
		{"somebody all the time", []rules.Shift{shift("00:00", "23:00")}, "[]"},
		{"one after the other, to the minute", []rules.Shift{shift("14:00", "20:00"), shift("08:00", "14:00")}, "[]"},
		{"two at once and a gap", []rules.Shift{shift("08:00", "12:00"), shift("09:00", "10:00"), shift("12:30", "20:00")}, "[空档 30 分钟（10-01 12:00 至 10-01 12:30）]"},
		{"late and early", []rules.Shift{shift("08:45", "19:15")}, "[空档 45 分钟（10-01 08:00 至 10-01 08:45） 空档 45 分钟（10-01 19:15 至 10-01 20:00）]"},
		{"outside", []rules.Shift{shift("01:00", "02:00"), shift("21:00", "22:00")}, "[空档 12 小时（10-01 08:00 至 10-01 20:00）]"},
		{"upside down", []rules.Shift{shift("12:00", "09:00")}, "[空档 12 小时（10-01 08:00 至 10-01 20:00）]"},
		{"an hour and a half", []rules.Shift{shift("09:30", "20:00")}, "[空档 1 小时 30 分钟（10-01 08:00 至 10-01 09:30）]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint(rules.RosterGaps(c.shifts, clock(t, "2026-10-01 08:00"), clock(t, "2026-10-01 20:00"))); got != c.want {
				t.Errorf("RosterGaps = %s, want %s", got, c.want)
			}
		})
	}
	if got := rules.RosterGaps(nil, clock(t, "2026-10-02"), clock(t, "2026-10-01")); got != nil {
		t.Errorf("of no time: %v, want none", got)
	}
}

// 湘西 7: ten working days where a special case is recorded, and for no other kind.
func TestTheLongerPeriodHoldsForItsOwnKindOnly(t *testing.T) {
	rb, cal := book(t, "xiangxi-2018"), builtin(t).Calendar
	d := dutyNamed(t, "xiangxi-2018", "disclosure", "general")
	if d.LongerIf != "有特殊情况" || d.Longer.String() != "10个工作日" || d.Limit.String() != "5个工作日" {
		t.Errorf("%+v; want 5 and, in a special case, 10 working days", d)
	}
	due, err := rb.LongerDue("disclosure", "general", clock(t, "2026-03-02 10:00"), cal)
	if err != nil || due.String() != "2026-03-16 24:00" {
		t.Errorf("LongerDue = %s, %v; want 2026-03-16 24:00", due, err)
	}
	if _, err := rb.LongerDue("disclosure", "major-meetings-plans", clock(t, "2026-03-02 10:00"), cal); !errors.Is(err, rules.ErrNotLonger) {
		t.Errorf("another kind: %v, want refused", err)
	}
	if _, err := rb.LongerDue("disclosure", "nothing", clock(t, "2026-03-02 10:00"), cal); !errors.Is(err, rules.ErrDutyUnknown) {
		t.Errorf("no such duty: %v", err)
	}
	stricter := rules.Change{UnitID: "office", Rulebook: "xiangxi-2018", What: rules.FigureChange, Section: "disclosure", Rule: "general", Field: "at_most", Value: `{"n":3,"unit":"working_day"}`}
	due, err = changed(t, "xiangxi-2018", stricter).LongerDue("disclosure", "general", clock(t, "2026-03-02 10:00"), cal)
	if err != nil || due.String() != "2026-03-09 24:00" {
		t.Errorf("a longer period shorter than the ordinary one: %s, %v; want the ordinary one", due, err)
	}
	if _, err := rb.LongerDue("disclosure", "general", clock(t, "2026-12-25 10:00"), cal); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("into 2027: %v, want ErrCalendarPending", err)
	}
}

func TestPeriodsOfDuties(t *testing.T) {
	for _, c := range []struct{ rulebook, section, rule, at, start, due string }{
		{"tongnan-2022", "inspections", "quarterly", "2026-02-15 10:00", "2026-01-01", "2026-04-01"},
		{"zhaotong-2018", "self_inspections", "security-half-year", "2026-07-01 00:00", "2026-07-01", "2027-01-01"},
		{"tongnan-2022", "training", "annual-training", "2026-12-31 23:59:59", "2026-01-01", "2027-01-01"},
		{"xiangxi-2018", "surveys", "surveys", "2026-05-05 12:00", "2026-01-01", "2027-01-01"},
		{"tongnan-2022", "duty", "daily-browse", "2026-10-05 23:59:59", "2026-10-05", "2026-10-06"},
		{"tongnan-2022", "duty", "daily-browse", "1969-12-31 23:59:59", "1969-12-31", "1970-01-01"},
		{"dongcheng-2014", "interaction", "mailbox_check", "2026-10-05 00:00", "2026-10-05", "2026-10-06"},
		{"chaoan", "evaluation", "annual", "2026-10-05 00:00", "2026-01-01", "2027-01-01"},
		{"chaoan", "drills", "emergency-drill", "2026-10-05 00:00", "2026-01-01", "2027-01-01"},
	} {
		start, due, times, err := book(t, c.rulebook).PeriodDue(c.section, c.rule, clock(t, c.at).UTC())
		if err != nil || times != 1 || !start.Equal(clock(t, c.start)) || !due.Equal(clock(t, c.due)) {
			t.Errorf("%s %s at %s: %s to %s, %d times, %v; want %s to %s", c.section, c.rule, c.at, start, due, times, err, c.start, c.due)
		}
	}
	for _, c := range [][2]string{{"drills", "emergency-drill"}, {"retention", "web-information"}, {"credentials", "credentials"}, {"evaluation", "special"}} {
		if _, _, _, err := book(t, "dongcheng-2014").PeriodDue(c[0], c[1], time.Now()); !errors.Is(err, rules.ErrDutyNotPeriodic) {
			t.Errorf("%s %s: %v, want no period", c[0], c[1], err)
		}
	}
	if _, _, _, err := book(t, "dongcheng-2014").PeriodDue("drills", "none", time.Now()); !errors.Is(err, rules.ErrDutyUnknown) {
		t.Errorf("no such duty: %v", err)
	}
}

func TestWhatHasNoFigureIsRecordedAndNeverLate(t *testing.T) {
	for _, c := range [][3]string{
		{"tongnan-2022", "takedown", "unit-found"}, {"tongnan-2022", "public_opinion", "report-cyberspace"}, {"tongnan-2022", "filings", "account-manager-change"},
		{"xiangxi-2018", "disclosure", "rumours"}, {"dongcheng-2014", "interaction", "reply"}, {"dongcheng-2014", "drills", "emergency-drill"},
		{"dongcheng-2014", "credentials", "credentials"}, {"chaoan", "public_notices", "service-interruption"}, {"chaoan", "self_inspections", "security"},
	} {
		if d := dutyNamed(t, c[0], c[1], c[2]); d.Kind != rules.DutyRecord || d.KindLabel != "登记时间，不判逾期" || d.Limit != nil || d.MinTimes != 0 {
			t.Errorf("%s %s: %s, limit %v; want a record", c[1], c[2], d.Kind, d.Limit)
		}
		if _, err := book(t, c[0]).DutyDue(c[1], c[2], time.Now(), nil); !errors.Is(err, rules.ErrDutyUncounted) {
			t.Errorf("%s %s: %v, want no due time", c[1], c[2], err)
		}
	}
	if _, err := book(t, "chaoan").DutyDue("takedown", "office-found", time.Now(), nil); !errors.Is(err, rules.ErrDutyUnknown) {
		t.Errorf("潼南's hour under 潮安: %v, want none", err)
	}
}

// Every duty has its clause and its words, one name, and what its kind needs; every period, number and date of the
// sections that ask for something is some duty's.
func TestEveryDutyIsWhole(t *testing.T) {
	for _, rb := range builtin(t).All() {
		seen, counted := map[string]bool{}, map[string]bool{}
		for _, d := range rb.Duties() {
			name := d.Section + " " + d.Rule
			if seen[name] && d.Kind != rules.DutyCoverage {
				t.Errorf("%s: %s twice", rb.ID, name)
			}
			seen[name] = true
			if d.Rulebook != rb.ID || len(d.Articles) == 0 || d.Text == "" || d.KindLabel == string(d.Kind) || d.Strength == "" || !strings.HasPrefix(d.Citation, rb.ShortName) {
				t.Errorf("%s: %s is not whole: %+v", rb.ID, name, d)
			}
			if d.Event != "" && d.EventLabel == string(d.Event) {
				t.Errorf("%s: %s: event %s has no Chinese", rb.ID, name, d.Event)
			}
			event, period := d.Limit != nil && d.Event != "", d.MinTimes > 0 && (d.Every != nil || d.Period != "")
			whole := map[rules.DutyKind]bool{rules.DutyDeadline: event, rules.DutyWait: event, rules.DutyPeriodic: period && d.Date == nil, rules.DutyDated: period && d.Date != nil,
				rules.DutyRecord: !event && !period, rules.DutyCoverage: !event && !period}
			if !whole[d.Kind] {
				t.Errorf("%s: %s is a %s without what that needs: %+v", rb.ID, name, d.Kind, d)
			}
			rule, _, _ := strings.Cut(d.Rule, ".")
			counted[d.Section+" "+rule] = true
		}
		for _, f := range rb.Figures() {
			if f.Changeable && f.Section != "update_limits" && f.Section != "staffing" && f.Section != "account_limit" && !counted[f.Section+" "+f.Rule] {
				t.Errorf("%s: %s %s has a figure and no duty", rb.ID, f.Section, f.Rule)
			}
		}
	}
}

func TestSurveysOfBothKinds(t *testing.T) {
	d := dutyNamed(t, "xiangxi-2018", "surveys", "surveys")
	for _, c := range []struct {
		acts [][]string
		want string
	}{
		{nil, "不足：网上调查应 1 次，实 0 次；民意征集应 1 次，实 0 次"},
		{[][]string{{"online_survey"}, {"online_survey"}}, "不足：网上调查应 1 次，实 2 次；民意征集应 1 次，实 0 次"},
		{[][]string{{"online_survey", "opinion_collection"}}, "达标：网上调查应 1 次，实 1 次；民意征集应 1 次，实 1 次"},
		{[][]string{{"online_survey"}, {"opinion_collection"}}, "达标：网上调查应 1 次，实 1 次；民意征集应 1 次，实 1 次"},
	} {
		if got := d.Judge(c.acts...).String(); got != c.want {
			t.Errorf("Judge(%v) = %s, want %s", c.acts, got, c.want)
		}
	}
}
