package main

import (
	"sync"
	"time"
)

// sightings remembers since when the public addresses answer with the very bytes that they do. A list has no date of its own:
// what left it, a unit that got another name and a new program change it, and none of them leaves a date among its lines.
type sightings struct {
	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	tag   string
	since int64 // in whole seconds, as HTTP dates are
}

// What is remembered at the most; a longer address is told without a date.
const (
	mostSightings   = 2_000
	longestSighting = 200 // bytes of an address
)

// since returns when an address began to answer with what the tag names; zero where no date may be told. Two versions never
// share a second, so that nobody who asks by date is left with the older one.
func (s *sightings) since(address, tag string, now time.Time) time.Time {
	if len(address) > longestSighting {
		return time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known, found := s.seen[address]
	if !found && len(s.seen) >= mostSightings || s.seen == nil {
		s.seen = map[string]sighting{} // what is asked for again is remembered again
	}
	if !found || known.tag != tag {
		known = sighting{tag, max(now.Unix(), known.since+1)}
		s.seen[address] = known
	}
	if known.since > now.Unix() {
		return time.Time{}
	}
	return time.Unix(known.since, 0)
}
