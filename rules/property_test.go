package rules_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"govmedia/rules"
)

// slowCalendar is the calendar file read by other code, and asked day by day.
type slowCalendar struct{ rest, work map[string]bool }

func slow(t testing.TB) slowCalendar {
	t.Helper()
	data, err := os.ReadFile("calendar/cn-workdays.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Years map[string]struct {
			Rest []struct{ From, To string }
			Work []string
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	cal := slowCalendar{rest: map[string]bool{}, work: map[string]bool{}}
	for _, year := range file.Years {
		for _, span := range year.Rest {
			last, _ := time.Parse(time.DateOnly, span.To)
			for day, _ := time.Parse(time.DateOnly, span.From); !day.After(last); day = day.AddDate(0, 0, 1) {
				cal.rest[day.Format(time.DateOnly)] = true
			}
		}
		for _, day := range year.Work {
			cal.work[day] = true
		}
	}
	return cal
}

func (c slowCalendar) isWorkday(day time.Time) bool {
	key := day.Format(time.DateOnly)
	weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	return c.work[key] || !weekend && !c.rest[key]
}

// slowEnd counts a period of working days from day to day; false when it would need a year outside 2024–2026.
func (c slowCalendar) slowEnd(start time.Time, n int) (time.Time, bool) {
	local := start.In(time.FixedZone("", 8*3600))
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.FixedZone("", 8*3600))
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if day.Year() < 2024 || day.Year() > 2026 {
			return time.Time{}, false
		}
		if c.isWorkday(day) {
			n--
		}
	}
	return day.AddDate(0, 0, 1), true
}

// slowMonths walks month by month: the month after n steps, and in it the start's day or the last day there is.
func slowMonths(start time.Time, n int) time.Time {
	zone := time.FixedZone("", 8*3600)
	local := start.In(zone)
	year, month := local.Year(), int(local.Month())
	for ; n > 0; n-- {
		if month++; month == 13 {
			year, month = year+1, 1
		}
	}
	for day := local.Day(); ; day-- {
		t := time.Date(year, time.Month(month), day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
		if int(t.Month()) == month {
			return t
		}
	}
}

// instants draws an instant of 2024–2026 in whatever zone.
func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		from, to := time.Date(2023, 12, 31, 16, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC).UnixMilli()
		at := time.UnixMilli(rapid.Int64Range(from, to).Draw(t, "at"))
		return at.In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600))
	})
}

func TestPropertyAddAgreesWithACountOfDays(t *testing.T) {
	cal, byHand := builtin(t).Calendar, slow(t)
	rapid.Check(t, func(t *rapid.T) {
		start := instants().Draw(t, "start")
		n := rapid.IntRange(1, 60).Draw(t, "n")
		unit := rapid.SampledFrom([]rules.Unit{rules.Hour, rules.Day, rules.Week, rules.Month, rules.Year, rules.WorkingDay}).Draw(t, "unit")
		got, err := rules.Add(start, rules.Duration{N: n, Unit: unit}, cal)
		want, known := start, true
		switch unit {
		case rules.Hour, rules.Day, rules.Week:
			hours := map[rules.Unit]int{rules.Hour: 1, rules.Day: 24, rules.Week: 168}[unit] * n
			for range hours {
				want = want.Add(time.Hour)
			}
		case rules.Month:
			want = slowMonths(start, n)
		case rules.Year:
			want = slowMonths(start, 12*n)
		case rules.WorkingDay:
			want, known = byHand.slowEnd(start, n)
		}
		switch {
		case !known && !errors.Is(err, rules.ErrCalendarPending):
			t.Fatalf("Add(%s, %d %s) = %s, %v; want ErrCalendarPending", start, n, unit, got, err)
		case known && (err != nil || !got.At.Equal(want) || got.EndOfDay != (unit == rules.WorkingDay)):
			t.Fatalf("Add(%s, %d %s) = %s, %v; want %s", start, n, unit, got, err, want)
		}
	})
}

// Whatever the unit, EndOfCorrespondingDay is 24:00 of the day that a count of days ends with.
func TestPropertyEndOfCorrespondingDay(t *testing.T) {
	cal, byHand := builtin(t).Calendar, slow(t)
	rapid.Check(t, func(t *rapid.T) {
		start := instants().Draw(t, "start")
		n := rapid.IntRange(1, 40).Draw(t, "n")
		unit := rapid.SampledFrom([]rules.Unit{rules.Day, rules.Week, rules.Month, rules.Year, rules.WorkingDay}).Draw(t, "unit")
		zone := time.FixedZone("", 8*3600)
		midnight := func(t time.Time) time.Time {
			y, m, d := t.In(zone).Date()
			return time.Date(y, m, d, 0, 0, 0, 0, zone)
		}
		var want time.Time
		known := true
		switch unit {
		case rules.Day, rules.Week:
			want = midnight(start)
			for range n * map[rules.Unit]int{rules.Day: 1, rules.Week: 7}[unit] {
				want = want.AddDate(0, 0, 1)
			}
			want = want.AddDate(0, 0, 1)
		case rules.Month:
			want = midnight(slowMonths(start, n)).AddDate(0, 0, 1)
		case rules.Year:
			want = midnight(slowMonths(start, 12*n)).AddDate(0, 0, 1)
		case rules.WorkingDay:
			want, known = byHand.slowEnd(start, n)
		}
		got, err := rules.EndOfCorrespondingDay(start, rules.Duration{N: n, Unit: unit}, cal)
		last, end, noticeErr := rules.NoticeEnd(start, rules.Duration{N: n, Unit: unit}, cal)
		if !known {
			if !errors.Is(err, rules.ErrCalendarPending) || !errors.Is(noticeErr, rules.ErrCalendarPending) {
				t.Fatalf("%d %s from %s: %v, %v; want ErrCalendarPending", n, unit, start, err, noticeErr)
			}
			return
		}
		if err != nil || noticeErr != nil || !got.At.Equal(want) || !end.Equal(want) || last != got.LastDay() || !last.End().Equal(want) {
			t.Fatalf("%d %s from %s: %s (%v), notice %s to %s (%v); want %s", n, unit, start, got, err, last, end, noticeErr, want)
		}
	})
}

func TestPropertyWorkdaysBetweenUndoesAddWorkdays(t *testing.T) {
	cal := builtin(t).Calendar
	rapid.Check(t, func(t *rapid.T) {
		from := rules.DateOf(instants().Draw(t, "from"))
		n := rapid.IntRange(0, 300).Draw(t, "n")
		to, err := cal.AddWorkdays(from, n)
		if errors.Is(err, rules.ErrCalendarPending) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if back, err := cal.WorkdaysBetween(from, to); err != nil || back != n {
			t.Fatalf("WorkdaysBetween(%s, %s) = %d, %v; want %d", from, to, back, err, n)
		}
		if n > 0 {
			if works, err := cal.IsWorkday(to); err != nil || !works {
				t.Fatalf("IsWorkday(%s) = %t, %v; want a working day", to, works, err)
			}
		}
	})
}

func TestCalendar(t *testing.T) {
	cal, byHand := builtin(t).Calendar, slow(t)
	if got := cal.Years(); len(got) != 3 || got[0] != 2024 || got[2] != 2026 {
		t.Fatalf("Years = %v, want 2024 to 2026", got)
	}
	if got := (*rules.Calendar)(nil).Years(); got != nil {
		t.Errorf("Years of no calendar = %v", got)
	}
	totals := map[int]int{}
	for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2027; day = day.AddDate(0, 0, 1) {
		got, err := cal.IsWorkday(date(t, day.Format(time.DateOnly)))
		if want := byHand.isWorkday(day); err != nil || got != want {
			t.Errorf("IsWorkday(%s) = %t, %v; want %t", day.Format(time.DateOnly), got, err, want)
		}
		if got {
			totals[day.Year()]++
		}
	}
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		if totals[year] != want {
			t.Errorf("%d has %d working days, want %d", year, totals[year], want)
		}
	}
	for day, want := range map[string]bool{"2024-02-09": true, "2026-10-10": true, "2026-10-01": false, "2026-11-22": false, "2026-11-23": true} {
		if got, err := cal.IsWorkday(date(t, day)); err != nil || got != want {
			t.Errorf("IsWorkday(%s) = %t, %v; want %t", day, got, err, want)
		}
	}
	if _, err := cal.IsWorkday(date(t, "2027-01-04")); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("IsWorkday(2027-01-04): %v, want ErrCalendarPending", err)
	}
	if _, err := cal.AddWorkdays(date(t, "2026-03-02"), -1); err == nil || errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("AddWorkdays(-1): %v, want an error of its own", err)
	}
}

func TestWorkdaysBetween(t *testing.T) {
	cal := builtin(t).Calendar
	for _, c := range []struct {
		name, from, to string
		want           int
	}{
		{"the first day does not count", "2026-11-02", "2026-11-03", 1},
		{"the same day", "2026-11-02", "2026-11-02", 0},
		{"backwards", "2026-11-03", "2026-11-02", 0},
		{"over the National Day", "2026-09-28", "2026-10-23", 15},
		{"over two years", "2024-12-31", "2026-01-01", 248},
		{"up to the end of the calendar", "2026-12-30", "2026-12-31", 1},
		{"from the last day before it", "2023-12-31", "2024-01-02", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := cal.WorkdaysBetween(date(t, c.from), date(t, c.to))
			if err != nil || got != c.want {
				t.Errorf("WorkdaysBetween(%s, %s) = %d, %v; want %d", c.from, c.to, got, err, c.want)
			}
		})
	}
	if _, err := cal.WorkdaysBetween(date(t, "2026-12-30"), date(t, "2027-01-04")); !errors.Is(err, rules.ErrCalendarPending) {
		t.Errorf("into 2027: %v, want ErrCalendarPending", err)
	}
}

func BenchmarkAddWorkingDays(b *testing.B) {
	cal := builtin(b).Calendar
	start := clock(b, "2025-09-28 10:00")
	for b.Loop() {
		if _, err := rules.Add(start, rules.Duration{N: 60, Unit: rules.WorkingDay}, cal); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAddWorkingDaysDayByDay is the plain count the figure above is to be read against.
func BenchmarkAddWorkingDaysDayByDay(b *testing.B) {
	cal := slow(b)
	start := clock(b, "2025-09-28 10:00")
	for b.Loop() {
		if _, known := cal.slowEnd(start, 60); !known {
			b.Fatal("unknown year")
		}
	}
}
