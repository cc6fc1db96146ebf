package sandbox

import (
	"sync"
	"time"
)

// beijing is the calendar of every daily quota and every printed time.
var beijing = time.FixedZone("CST", 8*3600)

// clock is real time plus an offset, or a frozen instant.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
	frozen time.Time // zero when running
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(time.Now())
}

func (c *clock) at(real time.Time) time.Time {
	if !c.frozen.IsZero() {
		return c.frozen
	}
	return real.Add(c.offset).Round(0)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen.IsZero() {
		c.offset += d
		return
	}
	c.frozen = c.frozen.Add(d)
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen.IsZero() {
		c.offset = time.Until(t)
		return
	}
	c.frozen = t.Round(0)
}

// freeze stops the clock, or lets it run on from where it stands.
func (c *clock) freeze(stop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case stop && c.frozen.IsZero():
		c.frozen = c.at(time.Now())
	case !stop && !c.frozen.IsZero():
		c.offset, c.frozen = time.Until(c.frozen), time.Time{}
	}
}

func (c *clock) saved() (offset time.Duration, frozen time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset, c.frozen
}

func (c *clock) restore(offset time.Duration, frozen time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.frozen = offset, frozen
}

// day is the Beijing date of t, the unit of daily quotas.
func day(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

// counters counts things per day and key. Days before yesterday are forgotten.
type counters map[string]map[string]int

func (c counters) add(t time.Time, key string) int {
	today := day(t)
	if c[today] == nil {
		for old := range c {
			if old < day(t.AddDate(0, 0, -1)) {
				delete(c, old)
			}
		}
		c[today] = map[string]int{}
	}
	c[today][key]++
	return c[today][key]
}

func (c counters) get(t time.Time, key string) int { return c[day(t)][key] }

// recent drops the times before since and returns the rest.
func recent(times []time.Time, since time.Time) []time.Time {
	for len(times) > 0 && times[0].Before(since) {
		times = times[1:]
	}
	return times
}
