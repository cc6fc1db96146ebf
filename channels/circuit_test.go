package channels_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
)

// trip lets the engine give a platform up after so many failures in a row.
func (d *desk) trip(failures int) {
	d.out.Pace.Trip, d.out.Pace.Rest, d.out.Pace.TooLate = failures, []time.Duration{30 * time.Second, 2 * time.Minute}, 24*time.Hour
}

// down lets every call fail as a platform does that is away.
func (d *desk) down() {
	d.fake.prepare = func(context.Context, *channels.Job) error { return trouble(channels.Retry) }
}

func TestAPlatformThatAnswersNobodyIsLeftAlone(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.trip(3)
		d.down()
		var ids []string
		for i := range 5 {
			ids = append(ids, d.enqueue(d.message(), d.another(i))[0])
		}
		for _, id := range ids[:3] { // the third failure opens it
			d.work(id)
		}
		d.asked("three failures", "[prepare prepare prepare]")
		third := d.view(ids[2])
		if third.ErrorCode != "platform_down" || third.Attempts != 0 || *third.NextAt != d.db.Now().Add(30*time.Second) || third.Advice.Happened == "" {
			d.t.Errorf("the third: %s, %d attempts, next %v; want it put off until the platform is tried", third.ErrorCode, third.Attempts, third.NextAt)
		}
		for _, id := range ids[3:] {
			d.stands("put off", d.work(id), channels.Scheduled)
		}
		d.asked("while it is left alone", "[]")

		// Half open: one call tries, two nodes or not.
		d.clock.Advance(30 * time.Second)
		var trying sync.WaitGroup
		for _, id := range ids[3:] {
			claimed := d.claim(id)
			trying.Go(func() {
				if err := channels.Perform(d.t.Context(), d.db, d.out, claimed); err != nil {
					d.t.Errorf("Perform: %v", err)
				}
			})
		}
		trying.Wait()
		d.asked("half open", "[prepare]")

		// It failed again, so it is left alone for longer. Then it answers, and everything goes on at once.
		d.clock.Advance(time.Minute)
		d.work(ids[2])
		d.asked("left alone for longer", "[]")
		d.clock.Advance(time.Minute)
		d.fake.prepare = nil
		d.stands("the try", d.work(ids[2]), channels.StatePublished)
		for _, id := range []string{ids[3], ids[4]} {
			if view := d.view(id); *view.NextAt > d.db.Now() {
				d.t.Errorf("%s waits until %v, want at once", id, view.NextAt)
			}
		}
		d.drain()
		d.clock.Advance(time.Hour)
		d.drain()
		for _, id := range ids {
			d.stands("in the end", d.view(id), channels.StatePublished)
		}
	})
}

func TestARefusalIsAnAnswerThatMakesSense(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.trip(2)
	for i, class := range []channels.Class{channels.Retry, channels.Content, channels.Retry, channels.Permission, channels.Retry} {
		d.fake.prepare = func(context.Context, *channels.Job) error { return trouble(class) }
		if view := d.work(d.enqueue(d.message(), d.another(i))[0]); view.ErrorCode == "platform_down" {
			t.Errorf("given up after %d errors of which no two in a row say that it is down", i+1)
		}
	}
	d.fake.prepare = func(context.Context, *channels.Job) error { return context.DeadlineExceeded } // ours: the picture store
	for i := range 3 {
		if view := d.work(d.enqueue(d.message(), d.another(10+i))[0]); view.ErrorCode == "platform_down" {
			t.Error("the platform was given up for an error of our own")
		}
	}
}

func TestAnAppsServerIsItsOwn(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.trip(1)
	d.out.Channels[accounts.App] = d.fake
	one := d.register(accounts.App, accounts.KindApp, "清源通", accounts.Auto, d.Town.ID)
	two := d.register(accounts.App, accounts.KindApp, "清源办", accounts.Auto, d.Town.ID)
	d.down()
	d.work(d.enqueue(d.message(), one)[0])
	d.fake.prepare = nil
	d.stands("another app", d.work(d.enqueue(d.message(), two)[0]), channels.StatePublished)
	d.stands("the app that is down", d.work(d.enqueue(d.message(), one)[0]), channels.Scheduled)
}

// What may be public when a platform goes away is looked after, then goes to a person; what is too old to send fails.
func TestWaitingForAPlatformDoesNotGoOnForEver(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.trip(1)
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		begun := d.enqueue(d.message(), d.another(1))[0]
		d.work(begun)
		waiting := d.enqueue(d.message(), d.another(2))[0]
		d.work(waiting)
		d.fake.find = always(channels.Progress{}, trouble(channels.Unclear))
		d.down()
		for range 60 {
			for _, id := range []string{begun, waiting} {
				if view := d.view(id); view.NextAt != nil && *view.NextAt <= d.db.Now() {
					d.work(id)
				}
			}
			d.clock.Advance(30 * time.Minute)
		}
		view := d.view(begun)
		d.stands("may be public", view, channels.Unknown)
		if view.Advice.Readers != "可能已发出" {
			d.t.Errorf("advice %+v", view.Advice)
		}
		view = d.view(waiting)
		d.stands("too old", view, channels.Failed)
		if view.Advice.Readers != "未发出" || view.Advice.Button != channels.ActRetry {
			d.t.Errorf("advice %+v", view.Advice)
		}
	})
}

func TestAPersonsTryAndARetractionDoNotWait(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.able()
		public := d.in(channels.StatePublished, "")
		d.trip(1)
		d.down()
		id := d.enqueue(d.message(), d.another(1))[0]
		d.work(id)
		takedown := d.taken(public)
		d.work(takedown)
		d.gone("while the platform is left alone", public, takedown)
		d.work(id) // the answer closed it; down again
		d.fake.prepare = nil
		view := d.view(id)
		if _, err := channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, view.Version); err != nil {
			d.t.Fatalf("TryAgain: %v", err)
		}
		d.stands("a person's try", d.work(id), channels.StatePublished)
	})
}

// An account sends one after the other, in the order of their times; other accounts do not wait for it.
func TestAnAccountSendsOneAfterTheOther(t *testing.T) {
	eachDesk(t, func(d *desk) {
		first, second := d.plan(d.account, time.Minute), d.plan(d.account, 2*time.Minute)
		other := d.plan(d.another(1), 2*time.Minute)
		d.clock.Advance(3 * time.Minute)
		d.due("the first of each account", 10, first, other)
		claimed := d.claim(first)
		d.due("while the first is sent", 10, other)
		view := d.work(second) // a node that had it in hand already
		d.stands("the second, meanwhile", view, channels.Scheduled)
		if *view.NextAt <= d.db.Now() || view.ErrorCode != "" {
			d.t.Errorf("the second: next %v, error %q; want it put off without a word", view.NextAt, view.ErrorCode)
		}
		d.asked("the second, meanwhile", "[]")
		d.down()
		if err := channels.Perform(d.t.Context(), d.db, d.out, claimed); err != nil {
			d.t.Fatalf("Perform: %v", err)
		}
		d.fake.prepare = nil
		d.clock.Advance(time.Second)
		d.due("the first is to be tried again", 10, other)
		d.work(other)
		d.fake.calls()
		d.clock.Advance(2 * time.Minute)
		d.drain()
		d.asked("in their order", "[prepare submit prepare submit]")
		one, two := d.view(first), d.view(second)
		if one.State != channels.StatePublished || two.State != channels.StatePublished {
			d.t.Errorf("%s and %s, want both published", one.State, two.State)
		}
	})
}

// One that cannot go out for long does not keep the others of its account waiting for ever.
func TestAnEarlierOneIsWaitedForALimitedTime(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	first, second := d.plan(d.account, time.Minute), d.plan(d.account, 2*time.Minute)
	d.clock.Advance(2 * time.Minute)
	d.fake.prepare = func(context.Context, *channels.Job) error {
		return &channels.PlatformError{Code: "45028", Class: channels.Quota, Advice: "今天的次数用完了。", After: 20 * time.Hour}
	}
	d.work(first)
	d.due("for a while", 10)
	d.clock.Advance(11 * time.Minute)
	d.due("and no longer", 10, second)
}

func TestNoMoreToOnePlatformAtOnceThanItBears(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.out.Pace.Flights = 2
		var ids []string
		for i := range 3 {
			ids = append(ids, d.enqueue(d.message(), d.another(i))[0])
		}
		d.claim(ids[0])
		d.claim(ids[1])
		d.stands("one too many", d.work(ids[2]), channels.Scheduled)
		d.asked("one too many", "[]")
		d.clock.Advance(d.out.Pace.Lease)
		d.stands("when there is room", d.work(ids[2]), channels.StatePublished)
	})
}

// Scenario 9 of channels.md §6.4: an app is down for three days; then everything goes out in its order, one copy each.
func TestAnAppThatWasDownForThreeDaysGetsEverythingInOrder(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.trip(3)
		d.out.Pace.TooLate = 96 * time.Hour
		d.out.Pace.Backoff = channels.DefaultPace().Backoff
		d.out.Channels[accounts.App] = d.fake
		app := d.register(accounts.App, accounts.KindApp, "清源通", accounts.Auto, d.Town.ID)
		var sent []string
		d.fake.submit = func(_ context.Context, job *channels.Job) (channels.Progress, error) {
			sent = append(sent, job.Delivery.ID)
			return published(job.Delivery.ID), nil
		}
		d.down()
		var ids []string
		for i := range 4 {
			ids = append(ids, d.plan(app, time.Duration(i)*time.Hour))
		}
		for range 3 * 48 {
			d.drain()
			d.clock.Advance(30 * time.Minute)
		}
		d.fake.prepare = nil
		for range 10 {
			d.drain()
			d.clock.Advance(5 * time.Minute)
		}
		if !slices.Equal(sent, ids) {
			d.t.Errorf("sent %v, want %v", sent, ids)
		}
		for _, id := range ids {
			view := d.view(id)
			d.stands("after three days", view, channels.StatePublished)
			if strings.Contains(view.ErrorAdvice, "重试") {
				d.t.Errorf("advice %q", view.ErrorAdvice)
			}
		}
	})
}
