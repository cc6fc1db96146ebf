package channels_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func (d *desk) standing() accounts.Standing {
	d.t.Helper()
	card, err := accounts.CardOf(d.t.Context(), d.db, d.out.Book, d.People["officer"], d.account.ID)
	if err != nil {
		d.t.Fatalf("accounts.CardOf: %v", err)
	}
	return card.Standing
}

func TestNewsThatComesTwiceIsOnePost(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Submitted, "")
		news := channels.Confirmation{DeliveryID: id, ExternalID: "x1", URL: "https://wx.example.cn/s/1", PublishedAt: d.db.Now(), How: "平台推送了发布结果"}
		first := d.db.Now()
		for i := range 3 {
			if err := channels.Confirm(d.t.Context(), d.db, d.out, news); err != nil {
				d.t.Errorf("Confirm %d: %v", i+1, err)
			}
			d.clock.Advance(time.Hour)
			news.PublishedAt = 0 // a later telling that knows less changes nothing
			news.URL = ""
		}
		view := d.view(id)
		d.stands("confirmed", view, channels.StatePublished)
		if d.posts() != 1 || view.PublicURL == "" || *view.PublishedAt != first {
			d.t.Errorf("%d posts, url %q at %v; want 1 as first told", d.posts(), view.PublicURL, view.PublishedAt)
		}
		if standing := d.standing(); standing.StartedAt == nil || *standing.StartedAt != first {
			d.t.Errorf("the clock runs from %v, want once from %v", standing.StartedAt, first)
		}
	})
}

func TestNewsFromManySidesAtOnceIsOnePost(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Submitted, "")
		var sides sync.WaitGroup
		for range 8 {
			sides.Go(func() {
				err := channels.Confirm(d.t.Context(), d.db, d.out, channels.Confirmation{DeliveryID: id, ExternalID: "x1", How: "平台推送了发布结果"})
				if err != nil {
					d.t.Errorf("Confirm: %v", err)
				}
			})
		}
		sides.Wait()
		if view := d.view(id); view.State != channels.StatePublished || d.posts() != 1 || !onlyOnce(steps(view), "publish:done") {
			d.t.Errorf("%s with %d posts, steps %v; want one publication", view.State, d.posts(), steps(view))
		}
	})
}

func onlyOnce(list []string, want string) bool {
	at := slices.Index(list, want)
	return at >= 0 && !slices.Contains(list[at+1:], want)
}

func TestNewsOfWhatWasCalledOffIsRefused(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Cancelled, "")
		err := channels.Confirm(d.t.Context(), d.db, d.out, channels.Confirmation{DeliveryID: id, How: "平台推送了发布结果"})
		refused(d.t, "Confirm of a cancelled delivery", err, channels.ErrDeliveryStale)
		if err := channels.Confirm(d.t.Context(), d.db, d.out, channels.Confirmation{DeliveryID: "nosuchdelivery00"}); err == nil {
			d.t.Error("Confirm of nothing = nil, want an error")
		}
		if d.posts() != 0 {
			d.t.Errorf("%d posts, want none", d.posts())
		}
	})
}

func TestAPlatformsClockIsNotBelievedBeyondReason(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for name, at := range map[string]func(now sql.Time) sql.Time{
			"none":       func(sql.Time) sql.Time { return 0 },
			"before it":  func(now sql.Time) sql.Time { return now.Add(-365 * 24 * time.Hour) },
			"the future": func(now sql.Time) sql.Time { return now.Add(5 * 24 * time.Hour) },
		} {
			id := d.in(channels.Submitted, "")
			d.clock.Advance(time.Minute)
			err := channels.Confirm(d.t.Context(), d.db, d.out, channels.Confirmation{DeliveryID: id, ExternalID: id, PublishedAt: at(d.db.Now()), How: "查询"})
			if view := d.view(id); err != nil || view.PublishedAt == nil || *view.PublishedAt != d.db.Now() {
				d.t.Errorf("%s: published at %v, %v; want now", name, view.PublishedAt, err)
			}
		}
	})
}

func TestWhatAnybodyMayRead(t *testing.T) {
	eachDesk(t, func(d *desk) {
		intended := d.one()
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		d.work(intended)
		d.fake.submit = nil
		rescheduled := d.message() // a manual one that was called off, and scheduled for tomorrow
		again := d.enqueue(rescheduled, d.manual)[0]
		d.work(again)
		if err := d.cancel(again); err != nil {
			d.t.Fatalf("Cancel: %v", err)
		}
		if _, err := d.tryEnqueue(rescheduled, d.db.Now().Add(24*time.Hour), d.manual); err != nil {
			d.t.Fatalf("Enqueue again: %v", err)
		}
		byHand := d.awaiting()
		if _, err := d.confirm("officer", byHand, goodURL); err != nil {
			d.t.Fatalf("ConfirmByHand: %v", err)
		}
		for name, c := range map[string]struct {
			id   string
			want bool
		}{
			"scheduled":                      {d.in(channels.Scheduled, ""), false},
			"prepared":                       {d.in(channels.Prepared, ""), false},
			"prepared, with the intention":   {intended, true},
			"submitted":                      {d.in(channels.Submitted, ""), true},
			"waiting for a person":           {d.awaiting(), false},
			"published by a person":          {byHand, true},
			"published":                      {d.in(channels.StatePublished, ""), true},
			"failed":                         {d.in(channels.Failed, channels.Content), false},
			"unknown":                        {d.in(channels.Unknown, ""), true},
			"cancelled":                      {d.in(channels.Cancelled, ""), false},
			"called off and scheduled again": {again, false},
			"nothing":                        {"nosuchdelivery00", false},
		} {
			message, delivery, err := channels.PublicMessage(d.t.Context(), d.db, c.id)
			switch {
			case c.want && (err != nil || message.Title == "" || delivery.ID != c.id):
				d.t.Errorf("%s: PublicMessage = %q, %v; want the message", name, message.Title, err)
			case !c.want:
				refused(d.t, name+": PublicMessage", err, channels.ErrMessageNotPublic)
			}
		}
	})
}

func TestOneFailedPollAtTheEndStaysHiddenAndUnread(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Submitted, "")
		d.fake.poll = always(channels.Progress{}, trouble(channels.Content)) // the platform's own review refused it
		d.stands("refused by the platform's review", d.next(id), channels.Failed)
		_, _, err := channels.PublicMessage(d.t.Context(), d.db, id)
		refused(d.t, "PublicMessage of a refused text", err, channels.ErrMessageNotPublic)
	})
}

func TestEnqueueRefusesWhatCouldOnlyFail(t *testing.T) {
	eachDesk(t, func(d *desk) {
		try := func(message channels.Message, to ...accounts.Account) error {
			_, err := d.tryEnqueue(message, d.db.Now(), to...)
			return err
		}
		refused(d.t, "Enqueue to nobody", try(d.message()), channels.ErrNoAccounts)
		unbound, err := accounts.SetCredentials(d.t.Context(), d.db, d.out.Keys, units.System, d.account.ID, d.account.Version, nil)
		if err != nil {
			d.t.Fatalf("accounts.SetCredentials: %v", err)
		}
		refused(d.t, "Enqueue to an account without credentials", try(d.message(), unbound), channels.ErrAccountUnbound)
		d.account = d.bind(unbound)
		douyin := d.register(accounts.Douyin, accounts.KindDouyin, "清源镇抖音", accounts.Auto, d.Town.ID)
		refused(d.t, "Enqueue to a platform without an adapter", try(d.message(), douyin), channels.ErrChannelMissing)
		suspended := d.account
		suspended.State = accounts.Suspended
		refused(d.t, "Enqueue to a suspended account", try(d.message(), suspended), channels.ErrAccountNotInUse)
		d.fake.limits = []channels.Limit{{Field: "title", Used: 80, Max: 64, Sentence: "标题超过 64 个字，请缩短。"}}
		refused(d.t, "Enqueue over a limit", try(d.message(), d.account), channels.ErrOverLimits)
		d.fake.limits = nil
		message := d.message()
		d.enqueue(message, d.account, d.manual)
		refused(d.t, "Enqueue twice", try(message, d.account), channels.ErrDeliveryExists)
		list, err := channels.List(d.t.Context(), d.db, d.People["officer"], channels.Filter{Limit: 10})
		if err != nil || len(list) != 2 {
			d.t.Errorf("%d deliveries, %v; want the two of the one that was accepted: a refusal leaves nothing", len(list), err)
		}
	})
}

func TestReschedulingUsesTheMessageAndTheDeliveryAgain(t *testing.T) {
	eachDesk(t, func(d *desk) {
		message := d.message()
		before := d.enqueue(message, d.account)[0]
		d.fake.prepare = func(_ context.Context, job *channels.Job) error {
			job.Remote["draft"] = "d1"
			return trouble(channels.Content)
		}
		failed := d.work(before)
		d.stands("refused", failed, channels.Failed)
		err := d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
			_, err := channels.CallOff(d.t.Context(), tx, message.OriginID)
			return err
		})
		if err != nil {
			d.t.Fatalf("CallOff: %v", err)
		}
		due := d.db.Now().Add(3 * time.Hour)
		deliveries, err := d.tryEnqueue(message, due, d.account)
		if err != nil || deliveries[0].ID != before || deliveries[0].MessageID != failed.MessageID {
			d.t.Fatalf("Enqueue again = %+v, %v; want delivery %s of message %s", deliveries, err, before, failed.MessageID)
		}
		view := d.view(before)
		if view.State != channels.Scheduled || view.DueAt != due || *view.NextAt != due || view.ErrorCode != "" || view.Attempts != 0 || view.EndedAt != nil ||
			view.Remote["draft"] != "d1" {
			d.t.Errorf("scheduled again: %+v; want it as new, with the draft", view.Delivery)
		}
		d.fake.prepare = nil
		d.stands("at its new time", d.next(before), channels.StatePublished)
	})
}

// However many claim the same deliveries at the same moment, each has one worker, who has all that it needs.
func TestClaimAllGivesEachDeliveryToOne(t *testing.T) {
	eachDesk(t, func(d *desk) {
		now := d.db.Now()
		var ids []string
		for i := range 12 {
			deliveries, err := d.tryEnqueue(d.message(), now, d.another(i))
			if err != nil {
				d.t.Fatalf("Enqueue: %v", err)
			}
			ids = append(ids, deliveries[0].ID)
		}
		later, err := d.tryEnqueue(d.message(), now.Add(time.Hour), d.another(99))
		if err != nil {
			d.t.Fatalf("Enqueue: %v", err)
		}
		had := make([][]channels.Claimed, 4)
		var claiming errgroup.Group
		for worker := range had {
			wanted := append(slices.Clone(ids[worker*2:]), later[0].ID, "nothing")
			claiming.Go(func() (err error) {
				had[worker], err = channels.ClaimAll(d.t.Context(), d.db, wanted, time.Minute)
				return err
			})
		}
		if err := claiming.Wait(); err != nil {
			d.t.Fatalf("ClaimAll: %v", err)
		}
		times := map[string]int{}
		for _, claimed := range had {
			if !slices.IsSortedFunc(claimed, func(a, b channels.Claimed) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) }) {
				d.t.Errorf("%v is not in the order asked for", claimed)
			}
			for _, one := range claimed {
				times[one.ID]++
				if err := channels.Perform(d.t.Context(), d.db, d.out, one); err != nil {
					d.t.Errorf("Perform: %v", err)
				}
				d.stands("performed", d.view(one.ID), channels.StatePublished)
			}
		}
		for _, id := range ids {
			if times[id] != 1 {
				d.t.Errorf("delivery %s was claimed %d times, want once", id, times[id])
			}
		}
		if len(times) != len(ids) {
			d.t.Errorf("claimed %v, want %v", times, ids)
		}
	})
}

// claimMany claims deliveries that are due now, each to an account of its own, and returns their ids with them.
func (d *desk) claimMany(size int) ([]string, []channels.Claimed) {
	d.t.Helper()
	var ids []string
	for i := range size {
		deliveries, err := d.tryEnqueue(d.message(), d.db.Now(), d.another(i))
		if err != nil {
			d.t.Fatalf("Enqueue: %v", err)
		}
		ids = append(ids, deliveries[0].ID)
	}
	claimed, err := channels.ClaimAll(d.t.Context(), d.db, ids, time.Minute)
	if err != nil || len(claimed) != size {
		d.t.Fatalf("ClaimAll = %d, %v, want all", len(claimed), err)
	}
	return ids, claimed
}

// performAll performs deliveries side by side.
func (d *desk) performAll(claimed []channels.Claimed) {
	d.t.Helper()
	var performing errgroup.Group
	for _, one := range claimed {
		performing.Go(func() error { return channels.Perform(d.t.Context(), d.db, d.out, one) })
	}
	if err := performing.Wait(); err != nil {
		d.t.Fatalf("Perform: %v", err)
	}
}

// Intentions that are saved at the same moment share a transaction; one that may not be sent any more holds up no other.
func TestOneThatIsCalledOffHoldsUpNoOther(t *testing.T) {
	eachDesk(t, func(d *desk) {
		now, size := d.db.Now(), 8
		ids, claimed := d.claimMany(size)
		var all sync.WaitGroup
		all.Add(size)
		d.fake.prepare = func(_ context.Context, job *channels.Job) error {
			if job.Delivery.ID == ids[3] {
				if _, err := d.db.Exec(d.t.Context(), "delivery.call_off", sql.Args{"id": ids[3], "now": now}); err != nil {
					return err
				}
			}
			all.Done()
			all.Wait() // so that all are as far
			return nil
		}
		d.performAll(claimed)
		for i, id := range ids {
			want := channels.StatePublished
			if i == 3 {
				want = channels.Cancelled
			}
			d.stands("one of many", d.view(id), want)
		}
	})
}

// What many adapters keep at the same moment shares transactions, and no call that ends early takes those of the others with it.
func TestWhatManyKeepOutlivesTheCallOfOne(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ids, claimed := d.claimMany(24)
		d.fake.prepare = func(ctx context.Context, job *channels.Job) error {
			for i := range 1 + slices.Index(ids, job.Delivery.ID)%5 { // some are back long before others
				job.Remote["kept"] = i
				if err := job.Save(ctx); err != nil {
					d.t.Errorf("Save: %v", err)
				}
			}
			return nil
		}
		d.performAll(claimed)
		for i, id := range ids {
			view := d.view(id)
			d.stands("one of many", view, channels.StatePublished)
			if kept := view.Remote["kept"]; fmt.Sprint(kept) != fmt.Sprint(i%5) {
				d.t.Errorf("delivery %d keeps %v, want %d", i, kept, i%5)
			}
		}
	})
}

func TestDueHandsOutTheLongestWaitingFirst(t *testing.T) {
	eachDesk(t, func(d *desk) {
		var want []string
		now := d.db.Now()
		for i, ago := range []time.Duration{3 * time.Minute, 2 * time.Minute, time.Minute, 0} {
			deliveries, err := d.tryEnqueue(d.message(), now.Add(-ago), d.another(i))
			if err != nil {
				d.t.Fatalf("Enqueue: %v", err)
			}
			want = append(want, deliveries[0].ID)
		}
		later, err := d.tryEnqueue(d.message(), now.Add(time.Minute), d.another(9))
		if err != nil {
			d.t.Fatalf("Enqueue: %v", err)
		}
		d.due("all", 10, want...)
		d.due("a batch", 2, want[:2]...)
		d.claim(want[0])
		d.due("one is held", 10, want[1:]...)
		if _, mine, err := channels.Claim(d.t.Context(), d.db, want[0], time.Minute); mine || err != nil {
			d.t.Errorf("Claim of a held one = %v, %v, want false", mine, err)
		}
		if _, mine, err := channels.Claim(d.t.Context(), d.db, later[0].ID, time.Minute); mine || err != nil {
			d.t.Errorf("Claim before its time = %v, %v, want false", mine, err)
		}
		next, waiting, err := channels.NextDue(d.t.Context(), d.db)
		if err != nil || !waiting || next != now.Add(time.Minute) {
			d.t.Errorf("NextDue = %v, %v, %v; want in a minute", next, waiting, err)
		}
		d.clock.Advance(d.out.Pace.Lease) // the holder died
		d.due("the lease ran out", 10, append(want, later[0].ID)...)
		if _, waiting, err = channels.NextDue(d.t.Context(), d.db); err != nil || waiting {
			d.t.Errorf("NextDue with nothing to come = %v, %v, want false", waiting, err)
		}
		if first, second := *d.claim(want[0]).Holder, d.view(want[0]).Holder; second == nil || *second != first {
			d.t.Errorf("the row is held by %v, want %s", second, first)
		}
	})
}

func (d *desk) due(what string, limit int, want ...string) {
	d.t.Helper()
	got, err := channels.Due(d.t.Context(), d.db, limit)
	if err != nil || !slices.Equal(got, want) {
		d.t.Errorf("Due, %s: %v, %v; want %v", what, got, err, want)
	}
}

func TestReadingIsBoundedByTheUnitTree(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Failed, channels.Content)
		unitstest.Person(d.t, d.db, "sectionofficer", "科室信息员", units.InfoOfficer, d.Section)
		for who, sees := range map[string]bool{"officer": true, "layout": true, "admin": true, "stranger": false} {
			_, err := channels.Get(d.t.Context(), d.db, d.People[who], id)
			list, listErr := channels.List(d.t.Context(), d.db, d.People[who], channels.Filter{Limit: 10})
			_, _, _, contentsErr := channels.Contents(d.t.Context(), d.db, d.People[who], id)
			if listErr != nil || (len(list) == 1) != sees {
				d.t.Errorf("List for %s has %d, %v; sees %v", who, len(list), listErr, sees)
			}
			if sees && (err != nil || contentsErr != nil) {
				d.t.Errorf("Get and Contents for %s = %v, %v", who, err, contentsErr)
			}
			if !sees {
				refused(d.t, "Get for "+who, err, channels.ErrDeliveryNotFound)
				refused(d.t, "Contents for "+who, contentsErr, channels.ErrDeliveryNotFound)
			}
		}
		for who, want := range map[string]int{"officer": 1, "admin": 1, "layout": 0, "stranger": 0} {
			alarms, err := channels.Alarms(d.t.Context(), d.db, d.People[who], 10)
			if err != nil || len(alarms) != want {
				d.t.Errorf("Alarms for %s has %d, %v; want %d", who, len(alarms), err, want)
			}
		}
	})
}

func TestAlarmsAreWhatAPersonMustLookAt(t *testing.T) {
	eachDesk(t, func(d *desk) {
		want := map[string]bool{d.in(channels.Unknown, ""): true, d.in(channels.Failed, channels.Content): true, d.awaiting(): true}
		for _, state := range []channels.State{channels.Scheduled, channels.Prepared, channels.Submitted, channels.StatePublished, channels.Cancelled} {
			d.in(state, "")
		}
		alarms, err := channels.Alarms(d.t.Context(), d.db, d.People["officer"], 20)
		if err != nil || len(alarms) != len(want) {
			d.t.Errorf("%d alarms, %v; want %d", len(alarms), err, len(want))
		}
		for i, alarm := range alarms {
			if !want[alarm.ID] || alarm.Title == "" || i > 0 && alarm.DueAt < alarms[i-1].DueAt {
				d.t.Errorf("alarm %d is %+v, want one that failed, may be public or waits, the oldest first", i, alarm)
			}
		}
	})
}

func TestWhatAPersonGaveBackIsHandedOutAnewWhenScheduledAgain(t *testing.T) {
	eachDesk(t, func(d *desk) {
		message := d.message()
		id := d.enqueue(message, d.manual)[0]
		d.work(id)
		if err := d.cancel(id); err != nil {
			d.t.Fatalf("Cancel: %v", err)
		}
		d.hand.calls()
		if again := d.enqueue(message, d.manual)[0]; again != id {
			d.t.Fatalf("scheduled again as %s, want %s", again, id)
		}
		if view := d.view(id); view.IntentAt != nil || view.SubmittedAt != nil || view.PreparedAt != nil {
			d.t.Errorf("scheduled again: %+v, want nothing done yet", view.Delivery)
		}
		view := d.work(id)
		if calls := d.hand.calls(); view.State != channels.Submitted || view.NextAt != nil || calls != "[prepare submit]" {
			d.t.Errorf("handed out again: %s, next %v, after %s; want it in a person's hands", view.State, view.NextAt, calls)
		}
	})
}
