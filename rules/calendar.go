package rules

import (
	"fmt"
	"slices"
	"time"
)

// Calendar is the official arrangement of working days, year by year. A year that is not in it is not announced or not
// entered: every question about it answers ErrCalendarPending (K16) and never guesses from Monday to Friday. A nil
// Calendar knows no year. It is not written to after loading.
type Calendar struct {
	years  map[int]*workYear
	SHA256 string // of the file's bytes, in lower-case hex
}

// workYear is one year of working days, kept so that counting n days ahead is two look-ups.
type workYear struct {
	draft YearDraft // what it was made of
	days  []Date    // the working days in order
	upTo  [367]int  // upTo[k] = number of working days among the first k days of the year
}

// Years lists the years the calendar knows, in order.
func (c *Calendar) Years() []int {
	var known []int
	if c != nil {
		for year := range c.years {
			known = append(known, year)
		}
	}
	slices.Sort(known)
	return known
}

// IsWorkday reports whether a day is a working day. Error: ErrCalendarPending.
func (c *Calendar) IsWorkday(day Date) (bool, error) {
	year, err := c.year(day.Year)
	if err != nil {
		return false, err
	}
	k := yearDay(day)
	return year.upTo[k] > year.upTo[k-1], nil
}

// AddWorkdays is the n-th working day after a day, which is itself day 0 whether it is a working day or not (K05). n 0
// is the day itself; a negative n is an error. Error: ErrCalendarPending when the count runs into an unknown year.
func (c *Calendar) AddWorkdays(day Date, n int) (Date, error) {
	if n < 0 {
		return Date{}, fmt.Errorf("add %d working days: negative", n)
	}
	if n == 0 {
		return day, nil
	}
	for from := yearDay(day); ; from, day = 0, (Date{day.Year + 1, time.January, 1}) {
		if from == daysInYear(day.Year) {
			continue
		}
		year, err := c.year(day.Year)
		if err != nil {
			return Date{}, err
		}
		if i := year.upTo[from] + n; i <= len(year.days) {
			return year.days[i-1], nil
		}
		n -= len(year.days) - year.upTo[from]
	}
}

// WorkdaysBetween counts the working days after from up to and with to: AddWorkdays(from, n) == to gives n. It is 0
// when to is not after from. Error: ErrCalendarPending.
func (c *Calendar) WorkdaysBetween(from, to Date) (int, error) {
	if !from.Before(to) {
		return 0, nil
	}
	total := 0
	for y := from.Year; y <= to.Year; y++ {
		first, last := 0, daysInYear(y)
		if y == from.Year {
			first = yearDay(from)
		}
		if y == to.Year {
			last = yearDay(to)
		}
		if first == last {
			continue
		}
		year, err := c.year(y)
		if err != nil {
			return 0, err
		}
		total += year.upTo[last] - year.upTo[first]
	}
	return total, nil
}

func (c *Calendar) year(y int) (*workYear, error) {
	if c == nil || c.years[y] == nil {
		return nil, pending(y)
	}
	return c.years[y], nil
}

// newWorkYear fills a year: Monday to Friday work unless they rest, and the weekend days named in work do too.
func newWorkYear(draft YearDraft, rest, work map[Date]bool) *workYear {
	y := &workYear{draft: draft}
	for k := 1; k <= daysInYear(draft.Year); k++ {
		day := Date{draft.Year, time.January, 1}.AddDays(k - 1)
		y.upTo[k] = y.upTo[k-1]
		if work[day] || (!isWeekend(day) && !rest[day]) {
			y.upTo[k]++
			y.days = append(y.days, day)
		}
	}
	return y
}

func isWeekend(day Date) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// yearDay numbers the days of a year from 1.
func yearDay(day Date) int { return day.Start().YearDay() }

func daysInYear(year int) int { return yearDay(Date{year, time.December, 31}) }
