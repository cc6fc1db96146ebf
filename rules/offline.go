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
		if t.Approved && DateOf(t.From).Year == year && !slices.Contains(o.NotCounted, t.Cause) {
			used++
		}
	}
	return used
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
