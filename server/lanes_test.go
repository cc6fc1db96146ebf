package main

import (
	"errors"
	"slices"
	"testing"
	"time"

	"govmedia/channels"
)

func TestTheNextOfALaneGoesWhenTheOneBeforeItDid(t *testing.T) {
	l := newLanes()
	if !l.worn() {
		t.Error("nothing was looked for yet, and it is not time to look")
	}
	l.found(t, channels.Lane{Key: "a", IDs: []string{"a1", "a2", "a3"}}, channels.Lane{Key: "b", IDs: []string{"b1"}})
	first := l.next(t, 5, "a1", "b1")
	if !l.worn() || l.waiting() != 0 {
		t.Error("everything is being sent, and there is something to wait for")
	}
	l.leave(first[0], true)
	l.leave(first[1], true)
	if l.worn() {
		t.Error("a lane goes on, and it is time to look")
	}
	second := l.next(t, 1, "a2")

	l.found(t, channels.Lane{Key: "a", IDs: []string{"a2", "a3"}}, channels.Lane{Key: "b", IDs: []string{"b2"}})
	third := l.next(t, 5, "b2") // a stays as it is: it is being worked on
	l.leave(third[0], false)
	l.leave(second[0], true)
	l.next(t, 5, "a3")
}

func TestALaneThatHasBegunGoesOnBeforeOthers(t *testing.T) {
	l := newLanes()
	l.found(t, channels.Lane{Key: "a", IDs: []string{"a1", "a2"}}, channels.Lane{Key: "b", IDs: []string{"b1"}})
	l.leave(l.next(t, 1, "a1")[0], true)
	l.next(t, 2, "a2", "b1")
}

func TestALaneThatDoesNotGetOnIsForgotten(t *testing.T) {
	l := newLanes()
	l.found(t, channels.Lane{Key: "a", IDs: []string{"a1", "a2"}})
	l.leave(l.next(t, 1, "a1")[0], false)
	if l.waiting() != 0 {
		t.Error("the next one goes although the one before it did not get to its platform")
	}
	l.found(t, channels.Lane{Key: "a", IDs: []string{"a2"}})
	l.next(t, 1, "a2")
}

func TestWhatALookFoundWearsOut(t *testing.T) {
	l := newLanes()
	l.found(t, channels.Lane{Key: "a", IDs: []string{"a1"}}, channels.Lane{Key: "b", IDs: []string{"b1"}})
	if l.worn() {
		t.Error("it is time to look right after looking")
	}
	l.looked = l.looked.Add(-wornAfter - time.Millisecond)
	if !l.worn() {
		t.Error("what was found a while ago is still used")
	}
	l.took = time.Second
	if l.worn() {
		t.Error("looking that takes a second is done four times a second")
	}
	broken := errors.New("the database is away")
	if err := l.look(func() ([]channels.Lane, error) { return nil, broken }); !errors.Is(err, broken) || l.waiting() != 2 {
		t.Errorf("look = %v with %d waiting, want the error and both as they were", err, l.waiting())
	}
	l.found(t, channels.Lane{Key: "b", IDs: []string{"b1"}}) // a was called off meanwhile
	l.next(t, 5, "b1")
}

func (l *lanes) found(t *testing.T, lanes ...channels.Lane) {
	t.Helper()
	if err := l.look(func() ([]channels.Lane, error) { return lanes, nil }); err != nil {
		t.Fatal(err)
	}
}

func (l *lanes) next(t *testing.T, most int, want ...string) []head {
	t.Helper()
	heads := l.take(most)
	if got := idsOf(heads); !slices.Equal(got, want) {
		t.Fatalf("take(%d) = %v, want %v", most, got, want)
	}
	return heads
}
