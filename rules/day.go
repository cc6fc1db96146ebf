package rules

import (
	"fmt"
	"time"
)

// Shanghai is the zone of every rule (K01): UTC+8. It is a fixed zone: mainland China keeps no daylight saving since
// 1991, long before any regulation here, and a fixed zone needs no zone files and cannot fail to load.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a calendar day in Shanghai. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the Shanghai day in which an instant lies; midnight belongs to the day it begins.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD and refuses a day that does not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Shanghai)
	if err != nil {
		return Date{}, fmt.Errorf("parse date %q: %w", s, err)
	}
	return DateOf(t), nil
}

// Start is 00:00 of the day.
func (d Date) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Shanghai) }

// End is 24:00 of the day, which is 00:00 of the next.
func (d Date) End() time.Time { return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, Shanghai) }

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return DateOf(Date{d.Year, d.Month, d.Day + n}.Start()) }

// AddMonths is the corresponding day n months later, or the last day of a shorter month (K03).
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, Shanghai)
	return Date{first.Year(), first.Month(), min(d.Day, daysIn(first.Year(), first.Month()))}
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.Start().Weekday() }

// Before reports whether d comes before other.
func (d Date) Before(other Date) bool { return d.Start().Before(other.Start()) }

// IsZero reports whether d is no day at all.
func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes YYYY-MM-DD, so that JSON carries the day and not three numbers.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// daysIn is the number of days of a month.
func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
