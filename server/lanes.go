package main

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"govmedia/channels"
)

// lanes remembers what a look found due, so that a long backlog is not gone through again for each delivery in it. In each lane the
// next delivery goes when the one before it got as far as its platform. A node stays with the lanes that it has begun, up to their
// end: where all nodes went through all lanes in turn, each would find most heads gone.
type lanes struct {
	mu     sync.Mutex
	known  map[string]*channels.Lane // by key
	idle   []*channels.Lane          // those whose next delivery may go: those that go on already, then the one that waited longest
	looked time.Time
	took   time.Duration // by the last look
}

// head is a delivery that was taken from the front of a lane.
type head struct {
	id   string
	lane *channels.Lane
}

func newLanes() *lanes { return &lanes{known: map[string]*channels.Lane{}} }

// What a look found is used this long, and longer where looking takes more than a share of the time.
const (
	wornAfter = 250 * time.Millisecond
	lookShare = 10
)

// worn reports whether it is time to look again: nothing known may go, or it was found a while ago.
func (l *lanes) worn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.idle) == 0 || time.Since(l.looked) > max(wornAfter, lookShare*l.took)
}

// look puts what is due now in the place of what was known. A lane that is being worked on stays as it is.
func (l *lanes) look(due func() ([]channels.Lane, error)) error {
	began := time.Now()
	found, err := due()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looked, l.took = time.Now(), time.Since(began)
	for _, gone := range l.idle {
		delete(l.known, gone.Key)
	}
	l.idle = l.idle[:0]
	for _, one := range found {
		if l.known[one.Key] != nil {
			continue
		}
		l.known[one.Key] = &one
		l.idle = append(l.idle, &one)
	}
	return nil
}

// waiting is how many deliveries may go.
func (l *lanes) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.idle)
}

// take takes the heads of the next lanes, at most so many.
func (l *lanes) take(most int) []head {
	l.mu.Lock()
	defer l.mu.Unlock()
	heads := make([]head, min(most, len(l.idle)))
	for i := range heads {
		next := l.idle[i]
		heads[i] = head{next.IDs[0], next}
		next.IDs = next.IDs[1:]
	}
	l.idle = slices.Delete(l.idle, 0, len(heads))
	return heads
}

// leave says that the work on a head has ended, and whether the next one of its lane may go. When not, the lane is forgotten, and
// what is due of it is for the next look to find.
func (l *lanes) leave(h head, onward bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if onward && len(h.lane.IDs) > 0 {
		l.idle = slices.Insert(l.idle, 0, h.lane)
		return
	}
	delete(l.known, h.lane.Key)
}

// shuffle changes the order of the lanes.
func (l *lanes) shuffle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	rand.Shuffle(len(l.idle), func(i, j int) { l.idle[i], l.idle[j] = l.idle[j], l.idle[i] })
}

func idsOf(heads []head) []string {
	ids := make([]string, len(heads))
	for i := range heads {
		ids[i] = heads[i].id
	}
	return ids
}

// claimedAt says for each head where it stands among the claimed ones; -1 when it is not there.
func claimedAt(heads []head, claimed []channels.Claimed) []int {
	places := make([]int, len(heads))
	for i := range heads {
		places[i] = slices.IndexFunc(claimed, func(c channels.Claimed) bool { return c.ID == heads[i].id })
	}
	return places
}
