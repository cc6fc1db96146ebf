package channels

import (
	"context"
	"regexp"
	"sync"
	"time"

	"govmedia/channels/egress"
)

// Observing is everything that reading from outside needs beyond the database. server/outside.go makes it once.
type Observing struct {
	Outside   *Outside
	Guard     *egress.Guard
	Pace      ObservePace
	UserAgent string                                           // says who reads and whom to ask about it
	Wait      func(ctx context.Context, d time.Duration) error // pauses for manners' sake; NewObserving sets the real one

	hosts   *manners
	rounds  rounds
	once    sync.Once
	pattern *regexp.Regexp // of our own public addresses
}

// ObservePace holds the times of reading from outside. DefaultObservePace has those for production; tests shorten them.
type ObservePace struct {
	Feed      time.Duration // between two readings of a feed by day, 07 to 22 o'clock
	Page      time.Duration // likewise of a list page or a sitemap
	Platform  time.Duration // likewise of a platform's list that does not say itself when to ask again
	Night     int           // by night all that times this
	Longest   time.Duration // the longest wait after failures in a row
	Whole     time.Duration // after so long a source is read whatever its validators say
	Backdated time.Duration // a post that came to light so much later than it says is asked about
	Failures  int           // after so many in a row nothing is known any more
	Lease     time.Duration // how long a claim holds; longer than reading everything that one claim takes from a host
	PerHost   time.Duration // between two requests to one host
	Parallel  int           // hosts read at once
	Batch     int           // sources claimed at once
}

// DefaultObservePace returns the times for production (channels.md §2.4 and §4.2).
func DefaultObservePace() ObservePace {
	return ObservePace{
		Feed: 15 * time.Minute, Page: time.Hour, Platform: time.Hour, Night: 8, Longest: 6 * time.Hour, Whole: 24 * time.Hour,
		Backdated: 48 * time.Hour, Failures: 3, Lease: 15 * time.Minute, PerHost: time.Second, Parallel: 16, Batch: 400,
	}
}

// NewObserving returns what reads from outside, with manners of its own.
func NewObserving(out *Outside, guard *egress.Guard, pace ObservePace, userAgent string) *Observing {
	return &Observing{Outside: out, Guard: guard, Pace: pace, UserAgent: userAgent, Wait: wait, hosts: newManners()}
}

// wait pauses, or ends with ctx.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
