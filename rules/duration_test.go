package rules_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"govmedia/fault"
	"govmedia/rules"
)

// addCase is a period that is added, with its outcome.
type addCase struct {
	name, start, want string
	d                 rules.Duration
}

func checkAdd(t *testing.T, cases []addCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := rules.Add(clock(t, c.start), c.d, builtin(t).Calendar)
			if err != nil || got.String() != c.want {
				t.Errorf("Add(%s, %s) = %s, %v; want %s", c.start, c.d, got, err, c.want)
			}
		})
	}
}

func TestK02HoursDaysAndWeeksAreExactLengths(t *testing.T) {
	checkAdd(t, []addCase{
		{"hours run through a holiday", "2026-05-01 22:40", "2026-05-01 23:40", rules.Duration{N: 1, Unit: rules.Hour}},
		{"hours pass midnight", "2026-02-28 23:30", "2026-03-01 00:30", rules.Duration{N: 1, Unit: rules.Hour}},
		{"a week is 7 x 24 hours through a holiday", "2026-02-14 10:00", "2026-02-21 10:00", rules.Duration{N: 1, Unit: rules.Week}},
		{"days are exact", "2026-04-20 16:00", "2026-04-30 16:00", rules.Duration{N: 10, Unit: rules.Day}},
		{"days keep the seconds", "2026-12-31 23:59:59", "2027-01-01 23:59:59", rules.Duration{N: 1, Unit: rules.Day}},
	})
}

func TestK03MonthsGoByTheCalendarAndFallBackToTheLastDay(t *testing.T) {
	checkAdd(t, []addCase{
		{"months fall back to the end of February", "2025-08-31 12:00", "2026-02-28 12:00", rules.Duration{N: 6, Unit: rules.Month}},
		{"and to the 29th in a leap year", "2023-08-31 12:00", "2024-02-29 12:00", rules.Duration{N: 6, Unit: rules.Month}},
		{"a leap day plus a year", "2024-02-29 08:00", "2025-02-28 08:00", rules.Duration{N: 1, Unit: rules.Year}},
		{"a short month does not stretch", "2026-02-28 10:00", "2026-03-28 10:00", rules.Duration{N: 1, Unit: rules.Month}},
		{"months pass the year", "2025-11-30 00:00", "2026-02-28 00:00", rules.Duration{N: 3, Unit: rules.Month}},
	})
}

func TestK05WorkingDaysBeginWithTheNextAndEndAtMidnight(t *testing.T) {
	checkAdd(t, []addCase{
		{"the day of the event is day 0", "2026-11-02 09:00", "2026-11-03 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"so it is at 00:00 and at 23:59", "2026-11-02 23:59:59", "2026-11-03 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"midnight belongs to the day it begins", "2026-11-03 00:00", "2026-11-04 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"an event on a rest day", "2026-10-03 12:00", "2026-10-08 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"除夕 2024 was a working day", "2024-02-08 12:00", "2024-02-09 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"a weekend worked counts", "2026-02-13 12:00", "2026-02-14 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"K16 the end of a known year needs no next one", "2026-12-30 09:00", "2026-12-31 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"K16 day 0 may be the last day of an unknown year", "2023-12-31 09:00", "2024-01-02 24:00", rules.Duration{N: 1, Unit: rules.WorkingDay}},
		{"潼南 9: 15 working days across the National Day", "2026-09-28 10:00", "2026-10-23 24:00", rules.Duration{N: 15, Unit: rules.WorkingDay}},
	})
}

func TestK01AddCountsInShanghaiWhateverZoneTheInstantIsIn(t *testing.T) {
	start := time.Date(2025, 8, 30, 17, 30, 0, 0, time.UTC) // 2025-08-31 01:30 in Shanghai
	got, err := rules.Add(start, rules.Duration{N: 6, Unit: rules.Month}, nil)
	if err != nil || got.String() != "2026-02-28 01:30" {
		t.Errorf("Add = %s, %v; want 2026-02-28 01:30", got, err)
	}
	newYork := time.FixedZone("UTC-5", -5*3600)
	late := time.Date(2026, 11, 2, 11, 0, 0, 0, newYork) // 2026-11-03 00:00 in Shanghai
	got, err = rules.Add(late, rules.Duration{N: 1, Unit: rules.WorkingDay}, builtin(t).Calendar)
	if err != nil || got.String() != "2026-11-04 24:00" {
		t.Errorf("Add = %s, %v; want 2026-11-04 24:00", got, err)
	}
}

func TestK16AWorkingDayInAnUnknownYearIsPending(t *testing.T) {
	cal := builtin(t).Calendar
	for name, c := range map[string]struct {
		start string
		n     int
		cal   *rules.Calendar
		year  int
	}{
		"the count runs into 2027": {"2026-12-30 09:00", 2, cal, 2027},
		"the event lies in 2027":   {"2027-03-01 09:00", 1, cal, 2027},
		"the event lies in 2023":   {"2023-06-01 09:00", 1, cal, 2023},
		"no calendar at all":       {"2026-03-02 09:00", 1, nil, 2026},
	} {
		t.Run(name, func(t *testing.T) {
			due, err := rules.Add(clock(t, c.start), rules.Duration{N: c.n, Unit: rules.WorkingDay}, c.cal)
			if !errors.Is(err, rules.ErrCalendarPending) || !due.At.IsZero() {
				t.Fatalf("Add = %v, %v; want no date and ErrCalendarPending", due, err)
			}
			if got := fault.As(err).Detail; got != (rules.PendingYear{Year: c.year}) {
				t.Errorf("Detail = %+v, want the year %d", got, c.year)
			}
		})
	}
}

func TestAddRefusesAUnitItDoesNotKnow(t *testing.T) {
	if due, err := rules.Add(time.Now(), rules.Duration{N: 1, Unit: "fortnight"}, nil); err == nil {
		t.Errorf("Add = %v, nil; want an error", due)
	}
}

// K04 and K05: at the exact instant it is in time and, still open, late; at 24:00 it is no longer in time.
func TestK04DoneAtTheInstantIsInTimeAndOpenAtItIsLate(t *testing.T) {
	exact, err := rules.Add(clock(t, "2026-03-02 09:00"), rules.Duration{N: 1, Unit: rules.Week}, nil)
	if err != nil {
		t.Fatal(err)
	}
	day := rules.FixedDate(2026, time.January, 31)
	for _, c := range []struct {
		name         string
		due          rules.Due
		at           string
		met, overdue bool
	}{
		{"K04 a second before", exact, "2026-03-09 08:59:59", true, false},
		{"K04 at the instant", exact, "2026-03-09 09:00:00", true, true},
		{"K04 a second after", exact, "2026-03-09 09:00:01", false, true},
		{"K08 the last second of the day", day, "2026-01-31 23:59:59", true, false},
		{"K08 24:00", day, "2026-02-01 00:00:00", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := clock(t, c.at)
			if met, overdue := c.due.Met(at), c.due.Overdue(at); met != c.met || overdue != c.overdue {
				t.Errorf("%s at %s: Met %t, Overdue %t; want %t, %t", c.due, c.at, met, overdue, c.met, c.overdue)
			}
		})
	}
	if exact.LastDay() != date(t, "2026-03-09") || day.LastDay() != date(t, "2026-01-31") {
		t.Errorf("LastDay = %s and %s, want 2026-03-09 and 2026-01-31", exact.LastDay(), day.LastDay())
	}
}

func TestK06NoticeEnd(t *testing.T) {
	cal := builtin(t).Calendar
	for _, c := range []struct {
		name, published, lastDay, end string
		d                             rules.Duration
	}{
		{"O19 working days across the National Day", "2026-09-28 10:00", "2026-10-23", "2026-10-24 00:00", rules.Duration{N: 15, Unit: rules.WorkingDay}},
		{"O25 natural days count every day", "2026-03-02 10:00", "2026-04-01", "2026-04-02 00:00", rules.Duration{N: 30, Unit: rules.Day}},
		{"a week", "2026-03-02 23:59", "2026-03-09", "2026-03-10 00:00", rules.Duration{N: 1, Unit: rules.Week}},
		{"a month", "2026-01-31 08:00", "2026-02-28", "2026-03-01 00:00", rules.Duration{N: 1, Unit: rules.Month}},
	} {
		t.Run(c.name, func(t *testing.T) {
			last, end, err := rules.NoticeEnd(clock(t, c.published), c.d, cal)
			if err != nil || last != date(t, c.lastDay) || !end.Equal(clock(t, c.end)) {
				t.Errorf("NoticeEnd(%s, %s) = %s, %s, %v; want %s, %s", c.published, c.d, last, end, err, c.lastDay, c.end)
			}
		})
	}
	if _, _, err := rules.NoticeEnd(clock(t, "2026-12-28 09:00"), rules.Duration{N: 15, Unit: rules.WorkingDay}, cal); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("NoticeEnd into 2027: %v, want ErrCalendarPending", err)
	}
	if _, _, err := rules.NoticeEnd(clock(t, "2026-03-02 09:00"), rules.Duration{N: 1, Unit: rules.Hour}, cal); !errors.Is(err, rules.ErrUnitNotCountable) {
		t.Errorf("NoticeEnd in hours: %v, want ErrUnitNotCountable", err)
	}
}

func TestK08FixedDate(t *testing.T) {
	for _, c := range []struct {
		name, want string
		year       int
		month      time.Month
		day        int
	}{
		{"a Saturday does not move", "2026-01-31 24:00", 2026, time.January, 31},
		{"the end of the year", "2026-12-31 24:00", 2026, time.December, 31},
		{"a day February lacks", "2026-02-28 24:00", 2026, time.February, 29},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rules.FixedDate(c.year, c.month, c.day).String(); got != c.want {
				t.Errorf("FixedDate = %s, want %s", got, c.want)
			}
		})
	}
}

func TestK09Bounds(t *testing.T) {
	for _, c := range []struct {
		name, at, from, to string
		period             rules.Period
	}{
		{"first quarter", "2026-03-31 23:59:59", "2026-01-01", "2026-04-01", rules.Quarterly},
		{"the second begins at 00:00", "2026-04-01 00:00", "2026-04-01", "2026-07-01", rules.Quarterly},
		{"last quarter", "2026-11-22 08:00", "2026-10-01", "2027-01-01", rules.Quarterly},
		{"first half", "2026-06-30 12:00", "2026-01-01", "2026-07-01", rules.HalfYearly},
		{"second half", "2026-07-01 00:00", "2026-07-01", "2027-01-01", rules.HalfYearly},
		{"year", "2026-12-31 23:59:59", "2026-01-01", "2027-01-01", rules.Yearly},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to, ok := c.period.Bounds(clock(t, c.at).UTC())
			if !ok || !from.Equal(clock(t, c.from)) || !to.Equal(clock(t, c.to)) {
				t.Errorf("Bounds(%s) = %s, %s, %t; want %s, %s", c.at, from, to, ok, c.from, c.to)
			}
		})
	}
	if _, _, ok := rules.Periodic.Bounds(time.Now()); ok {
		t.Error("Periodic.Bounds: ok, want none")
	}
}

func TestK11SampleSize(t *testing.T) {
	for _, c := range []struct{ total, percent, want int }{{17, 30, 6}, {0, 30, 0}, {1, 30, 1}, {10, 30, 3}, {20, 30, 6}, {21, 30, 7}, {7, 100, 7}} {
		if got := rules.SampleSize(c.total, c.percent); got != c.want {
			t.Errorf("SampleSize(%d, %d) = %d, want %d", c.total, c.percent, got, c.want)
		}
	}
}

func TestK18EndOfCorrespondingDay(t *testing.T) {
	for _, c := range []struct {
		name, start, want string
		d                 rules.Duration
	}{
		{"东城 21: a month after publishing", "2026-01-31 10:00", "2026-02-28 24:00", rules.Duration{N: 1, Unit: rules.Month}},
		{"the hour does not matter", "2026-03-15 00:00", "2026-04-15 24:00", rules.Duration{N: 1, Unit: rules.Month}},
		{"潮安 12: a year with the old domain", "2024-02-29 09:00", "2025-02-28 24:00", rules.Duration{N: 1, Unit: rules.Year}},
		{"days", "2026-03-15 09:00", "2026-03-25 24:00", rules.Duration{N: 10, Unit: rules.Day}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := rules.EndOfCorrespondingDay(clock(t, c.start), c.d, nil)
			if err != nil || got.String() != c.want {
				t.Errorf("EndOfCorrespondingDay(%s, %s) = %s, %v; want %s", c.start, c.d, got, err, c.want)
			}
		})
	}
	if _, err := rules.EndOfCorrespondingDay(time.Now(), rules.Duration{N: 1, Unit: rules.Hour}, nil); !errors.Is(err, rules.ErrUnitNotCountable) {
		t.Errorf("in hours: %v, want ErrUnitNotCountable", err)
	}
}

func TestDurationString(t *testing.T) {
	for want, d := range map[string]rules.Duration{
		"1周": {N: 1, Unit: rules.Week}, "15日": {N: 15, Unit: rules.Day}, "20个工作日": {N: 20, Unit: rules.WorkingDay},
		"1小时": {N: 1, Unit: rules.Hour}, "6个月": {N: 6, Unit: rules.Month}, "1年": {N: 1, Unit: rules.Year},
	} {
		if got := d.String(); got != want {
			t.Errorf("%+v.String() = %s, want %s", d, got, want)
		}
	}
}

func TestDateJSON(t *testing.T) {
	text, err := json.Marshal(date(t, "2026-10-23"))
	if err != nil || string(text) != `"2026-10-23"` {
		t.Fatalf("Marshal = %s, %v", text, err)
	}
	var back rules.Date
	if err := json.Unmarshal(text, &back); err != nil || back != date(t, "2026-10-23") {
		t.Errorf("Unmarshal = %s, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`"2026-02-30"`), &back); err == nil {
		t.Error("Unmarshal of 30 February: no error")
	}
}

func TestO19NoticeOfTongnan(t *testing.T) {
	notice := book(t, "tongnan-2022").PublicNotices[1]
	last, end, err := rules.NoticeEnd(clock(t, "2026-09-28 10:00"), *notice.MinDuration, builtin(t).Calendar)
	if err != nil || last != date(t, "2026-10-23") {
		t.Fatalf("NoticeEnd = %s, %v; want 2026-10-23", last, err)
	}
	if !clock(t, "2026-10-23 18:00").Before(end) || clock(t, "2026-10-24 00:00").Before(end) {
		t.Errorf("end = %s; want completion refused at 10-23 18:00 and allowed at 10-24 00:00", end)
	}
}

func TestO23ThirtyDaysOfflineAreAllowedAndThirtyOneAreNot(t *testing.T) {
	due, err := rules.Add(clock(t, "2026-03-01 10:00"), book(t, "zhaotong-2018").TemporaryOffline.MaxDuration, nil)
	if err != nil || !due.Met(clock(t, "2026-03-31 10:00")) || due.Met(clock(t, "2026-04-01 10:00")) {
		t.Errorf("due %s, %v: want a return on 03-31 10:00 in time and on 04-01 10:00 late", due, err)
	}
}

func TestK07TheFigureItselfIsEnough(t *testing.T) {
	zhaotong, cal := book(t, "zhaotong-2018"), builtin(t).Calendar
	if back, err := zhaotong.TemporaryOffline.Back(clock(t, "2026-03-01 10:00"), cal); err != nil || !back.Met(clock(t, "2026-03-31 10:00")) || back.Met(clock(t, "2026-03-31 10:00:01")) {
		t.Errorf("thirty days: back by %s, %v; want the thirtieth day itself in time", back, err)
	}
	least := rules.SampleSize(20, zhaotong.Inspections[0].MinSamplePercent)
	if zhaotong.InspectionEnough("quarterly-sample", least, 20, true) != nil || zhaotong.InspectionEnough("quarterly-sample", least-1, 20, true) == nil {
		t.Errorf("a sample of %d in 20: want it enough and one less not", least)
	}
	twice, _ := book(t, "chaoan").DutyRule("self_inspections", "routine")
	if !twice.Judge(nil, nil).Enough || twice.Judge(nil).Enough {
		t.Error("at least two: want two enough and one not")
	}
	credentials := book(t, "tongnan-2022").Credentials
	if least := strings.Repeat("x", credentials.MinLength); !credentials.LongEnough(least) || credentials.LongEnough(least[1:]) {
		t.Errorf("%d characters: want them enough and one less not", credentials.MinLength)
	}
}

// K07: the figure itself is enough.
func TestO47PasswordLength(t *testing.T) {
	credentials := book(t, "tongnan-2022").Credentials
	for password, want := range map[string]bool{"Abc1234": false, "Abc12345": true, "密码密码密码密": false, "密码密码密码密码": true} {
		if got := credentials.LongEnough(password); got != want {
			t.Errorf("LongEnough(%q) = %t, want %t", password, got, want)
		}
	}
	if !book(t, "dongcheng-2014").Credentials.LongEnough("x") || !book(t, "zhaotong-2018").Credentials.LongEnough("") {
		t.Error("a rulebook without a length demands one")
	}
}

func TestK10OfflineTimesThatUseUpTheYear(t *testing.T) {
	offline := book(t, "zhaotong-2018").TemporaryOffline
	times := []rules.OfflineTime{
		{From: clock(t, "2026-03-05 00:00"), Approved: true},
		{From: clock(t, "2026-04-10 00:00"), Approved: true, Cause: "ordered_emergency_shutdown"},
		{From: clock(t, "2026-05-01 00:00"), Approved: false},
		{From: clock(t, "2025-12-31 23:59"), Approved: true},
	}
	for year, want := range map[int]int{2025: 1, 2026: 1, 2027: 0} {
		if got := offline.Used(year, times); got != want {
			t.Errorf("Used(%d) = %d, want %d", year, got, want)
		}
	}
}

func TestK14Strengths(t *testing.T) {
	for _, c := range []struct {
		strength                    rules.Strength
		refuses, overridable, warns bool
		label                       string
	}{
		{"", true, false, false, "必须"},
		{rules.Must, true, false, false, "必须"},
		{rules.InPrinciple, true, true, false, "原则上"},
		{rules.Usual, false, false, true, "一般"},
		{rules.Encouraged, false, false, false, "鼓励"},
	} {
		s := c.strength
		if s.Refuses() != c.refuses || s.Overridable() != c.overridable || s.Warns() != c.warns || s.Label() != c.label {
			t.Errorf("%q: Refuses %t, Overridable %t, Warns %t, Label %s; want %+v", s, s.Refuses(), s.Overridable(), s.Warns(), s.Label(), c)
		}
	}
}

func TestK20DoneWithTheLastChannel(t *testing.T) {
	early, late := clock(t, "2026-05-01 23:00"), clock(t, "2026-05-01 23:30")
	if got, ok := rules.AllDone([]*time.Time{&early, &late, &early}); !ok || !got.Equal(late) {
		t.Errorf("AllDone = %s, %t; want %s", got, ok, late)
	}
	if _, ok := rules.AllDone([]*time.Time{&early, nil}); ok {
		t.Error("AllDone with one open: true")
	}
	if _, ok := rules.AllDone(nil); ok {
		t.Error("AllDone of nothing: true")
	}
}
