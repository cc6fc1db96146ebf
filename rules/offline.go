package rules

import (
	"slices"
	"time"
)

// OfflineTime is one time a website was, or is to be, off the net.
type OfflineTime struct {
	From     time.Time
	Approved bool   // rejected and withdrawn applications are not
	Cause    string // empty, or one of the causes a rulebook does not count: ordered_emergency_shutdown …
}

// Used counts the offline times of one website that use up its yearly number (K10): approved, of no uncounted cause,
// and begun in that calendar year.
func (o *TemporaryOffline) Used(year int, times []OfflineTime) int {
	used := 0
	for _, t := range times {
		if o.counts(t) && DateOf(t.From).Year == year {
			used++
		}
	}
	return used
}

// UsedAround counts the offline times of one website that stand against another one beginning at from: those of the same
// calendar year (K10), or, where a year is read as any twelve months (I-ZT-01), the most that any twelve months with from in
// them have. The one that is asked about is not among times.
func (o *TemporaryOffline) UsedAround(from time.Time, times []OfflineTime) int {
	if !o.reads(EffectRollingYear) {
		return o.Used(DateOf(from).Year, times)
	}
	most := 0
	for _, first := range append([]OfflineTime{{From: from, Approved: true}}, times...) {
		used := 0
		for _, t := range times {
			if o.counts(t) && inYearFrom(first.From, t.From) && inYearFrom(first.From, from) {
				used++
			}
		}
		most = max(most, used)
	}
	return most
}

// Back is when a website that goes off the net at from must be back at the latest. Errors as Add.
func (o *TemporaryOffline) Back(from time.Time, cal *Calendar) (Due, error) {
	return o.due(from, o.MaxDuration, cal)
}

func (o *TemporaryOffline) counts(t OfflineTime) bool {
	return t.Approved && !slices.Contains(o.NotCounted, t.Cause)
}

// inYearFrom reports whether t lies in the twelve months that begin with the day of from.
func inYearFrom(from, t time.Time) bool {
	day := DateOf(from)
	return !t.Before(day.Start()) && t.Before(day.AddMonths(12).Start())
}

// AllDone is when something that concerns several channels is done: with the last of them (K20). false while one of
// them is open (nil), or when there are none.
func AllDone(done []*time.Time) (time.Time, bool) {
	var last time.Time
	for _, t := range done {
		if t == nil {
			return time.Time{}, false
		}
		if t.After(last) {
			last = *t
		}
	}
	return last, len(done) > 0
}
