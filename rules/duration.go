package rules

import (
	"fmt"
	"time"
)

// Unit is a unit of a regulation's periods; the regulation's own unit is kept (1周 stays one week).
type Unit string

// The units. Hour, Day and Week are exact lengths (K02), Month and Year go by the calendar (K03), WorkingDay by the
// calendar of working days (K05).
const (
	Hour       Unit = "hour"
	Day        Unit = "day"
	WorkingDay Unit = "working_day"
	Week       Unit = "week"
	Month      Unit = "month"
	Year       Unit = "year"
)

var unitNames = map[Unit]string{Hour: "小时", Day: "日", WorkingDay: "个工作日", Week: "周", Month: "个月", Year: "年"}

// Label is the unit as it follows a figure: 日, 个工作日.
func (u Unit) Label() string { return label(unitNames, u) }

// Duration is a period of a regulation.
type Duration struct {
	N    int  `yaml:"n" json:"n"`
	Unit Unit `yaml:"unit" json:"unit"`
}

// String is the period in Chinese: 1周, 15日, 20个工作日.
func (d Duration) String() string { return fmt.Sprintf("%d%s", d.N, d.Unit.Label()) }

// Due is when something is due. A due time that ends a day (EndOfDay) is 24:00 of that day and At is 00:00 of the
// next; what is done must then be done before At, while at an exact instant it is still in time (K04, K05). An office may
// read an exact limit so that done at the instant is late (EffectLimitLate): then EndOfDay is set at whatever hour.
type Due struct {
	At       time.Time `json:"at"`
	EndOfDay bool      `json:"end_of_day"`
}

// endOf is the due time at 24:00 of a day.
func endOf(day Date) Due { return Due{At: day.End(), EndOfDay: true} }

// Met reports whether something done at t was in time.
func (d Due) Met(t time.Time) bool {
	if d.EndOfDay {
		return t.Before(d.At)
	}
	return !t.After(d.At)
}

// Overdue reports whether something still open at now is late: at the due instant itself it is (K04).
func (d Due) Overdue(now time.Time) bool { return !now.Before(d.At) }

// LastDay is the Shanghai day on which the due time falls; for 24:00 the day that ends.
func (d Due) LastDay() Date {
	if d.endsDay() {
		return DateOf(d.At).AddDays(-1)
	}
	return DateOf(d.At)
}

// endsDay reports whether the due time is 24:00 of a day.
func (d Due) endsDay() bool { return d.EndOfDay && DateOf(d.At).Start().Equal(d.At) }

// String is the due time for screens, in Shanghai: 2026-03-09 09:00, or 2026-05-12 24:00 where a day ends. Seconds are
// shown only where there are any.
func (d Due) String() string {
	at := d.At.In(Shanghai)
	switch {
	case d.endsDay():
		return d.LastDay().String() + " 24:00"
	case at.Second() != 0:
		return at.Format(time.DateTime)
	}
	return at.Format("2006-01-02 15:04")
}

// Add is start plus a period (K01–K05). The calendar is used for working days only and may be nil otherwise. Errors:
// ErrCalendarPending (K16), or an unknown unit.
func Add(start time.Time, d Duration, cal *Calendar) (Due, error) {
	switch d.Unit {
	case Hour:
		return Due{At: addExact(start, time.Hour, d.N)}, nil
	case Day:
		return Due{At: addExact(start, 24*time.Hour, d.N)}, nil
	case Week:
		return Due{At: addExact(start, 7*24*time.Hour, d.N)}, nil
	case Month, Year, WorkingDay:
	default:
		return Due{}, fmt.Errorf("add %+v: unknown unit", d)
	}
	last, err := lastDay(start, d, cal)
	if err != nil {
		return Due{}, err
	}
	if d.Unit == WorkingDay {
		return endOf(last), nil
	}
	clock := start.Sub(DateOf(start).Start())
	return Due{At: last.Start().Add(clock)}, nil
}

// EndOfCorrespondingDay is when a retention or grace period ends (K18): 24:00 of the corresponding day. What it held
// back may begin at Due.At. Errors: ErrUnitNotCountable for hours, ErrCalendarPending.
func EndOfCorrespondingDay(start time.Time, d Duration, cal *Calendar) (Due, error) {
	last, err := lastDay(start, d, cal)
	if err != nil {
		return Due{}, err
	}
	return endOf(last), nil
}

// NoticeEnd is the last day through which a public notice must stay up and the instant from which it may be taken down
// and the process completed (K06). The day of publishing is day 0. Errors as EndOfCorrespondingDay.
func NoticeEnd(published time.Time, d Duration, cal *Calendar) (Date, time.Time, error) {
	last, err := lastDay(published, d, cal)
	if err != nil {
		return Date{}, time.Time{}, err
	}
	return last, last.End(), nil
}

// due is start plus a period as the rule's readings have it counted; where nobody chose another reading it is Add.
func (s Source) due(start time.Time, d Duration, cal *Calendar) (Due, error) {
	switch {
	case d.Unit == Hour:
	case s.reads(EffectNaturalWeek) && d.Unit == Week:
		day := DateOf(start)
		return endOf(day.AddDays((7-int(day.Weekday()))%7 + 7*d.N)), nil
	case s.reads(EffectDayOne), s.reads(EffectWholeDays), s.reads(EffectMonthEnd):
		return s.dayEnd(start, d, cal)
	}
	due, err := Add(start, d, cal)
	if err == nil && s.reads(EffectLimitLate) {
		due.EndOfDay = true
	}
	return due, err
}

// dayEnd is 24:00 of the day with which a period ends as the rule's readings have it counted; where nobody chose another
// reading it is EndOfCorrespondingDay.
func (s Source) dayEnd(start time.Time, d Duration, cal *Calendar) (Due, error) {
	last, err := lastDay(start, d, cal)
	switch {
	case s.reads(EffectDayOne):
		last, err = lastDayFromOne(start, d, cal)
	case err == nil && s.reads(EffectMonthEnd) && (d.Unit == Month || d.Unit == Year):
		last.Day = daysIn(last.Year, last.Month)
	}
	if err != nil {
		return Due{}, err
	}
	return endOf(last), nil
}

// End is NoticeEnd for a notice published at an instant, counted as the notice's readings have it. ok is false where the
// regulation gives no length. Errors as NoticeEnd.
func (n PublicNotice) End(published time.Time, cal *Calendar) (last Date, end time.Time, ok bool, err error) {
	if n.MinDuration == nil {
		return Date{}, time.Time{}, false, nil
	}
	due, err := n.dayEnd(published, *n.MinDuration, cal)
	if err != nil {
		return Date{}, time.Time{}, true, err
	}
	return due.LastDay(), due.At, true, nil
}

// FixedDate is the end of a fixed date such as 1月31日前 (K08): 24:00 of that day, rest day or not. A day that the month
// does not have falls back to its last one.
func FixedDate(year int, month time.Month, day int) Due {
	return endOf(Date{year, month, min(day, daysIn(year, month))})
}

// In is FixedDate of a year.
func (md MonthDay) In(year int) Due { return FixedDate(year, time.Month(md.Month), md.Day) }

// Bounds is the calendar period that contains t (K09): from 00:00 of its first day up to, and without, 00:00 after its
// last. ok is false for Periodic, which has no bounds.
func (p Period) Bounds(t time.Time) (from, to time.Time, ok bool) {
	months := map[Period]int{Quarterly: 3, HalfYearly: 6, Yearly: 12}[p]
	if months == 0 {
		return time.Time{}, time.Time{}, false
	}
	day := DateOf(t)
	first := Date{day.Year, time.Month((int(day.Month)-1)/months*months + 1), 1}
	return first.Start(), first.AddMonths(months).Start(), true
}

// SampleSize is the least number of sites in a sample of percent of total, rounded up in whole numbers (K11).
func SampleSize(total, percent int) int { return (total*percent + 99) / 100 }

// lastDay is the day with which a period ends when the start's day is day 0.
func lastDay(start time.Time, d Duration, cal *Calendar) (Date, error) {
	day := DateOf(start)
	switch d.Unit {
	case Day:
		return day.AddDays(d.N), nil
	case Week:
		return day.AddDays(7 * d.N), nil
	case Month:
		return day.AddMonths(d.N), nil
	case Year:
		return day.AddMonths(12 * d.N), nil
	case WorkingDay:
		return cal.AddWorkdays(day, d.N)
	case Hour:
		return Date{}, ErrUnitNotCountable
	}
	return Date{}, fmt.Errorf("last day of %+v: unknown unit", d)
}

// lastDayFromOne is the day with which a period ends when the start's day is day 1, where it is a day that is counted. A
// period of months then ends on the day before the corresponding day, or with a month that is too short to have it.
func lastDayFromOne(start time.Time, d Duration, cal *Calendar) (Date, error) {
	day := DateOf(start)
	if d.Unit == WorkingDay {
		return cal.AddWorkdays(day.AddDays(-1), d.N)
	}
	last, err := lastDay(start, d, cal)
	if err == nil && (d.Unit == Day || d.Unit == Week || last.Day == day.Day) {
		last = last.AddDays(-1)
	}
	return last, err
}

// addExact adds n exact lengths; it goes through whole seconds, where n × 604,800 of any int32 n still fits.
func addExact(start time.Time, length time.Duration, n int) time.Time {
	return time.Unix(start.Unix()+int64(n)*int64(length/time.Second), int64(start.Nanosecond())).In(Shanghai)
}
