package channels_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// A program that dies right after it saved the intention keeps no line of it: whoever goes on says so, once.
func TestAnIntentionWithoutALineIsNoted(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		held := d.claim(id)
		now := d.db.Now()
		saved, err := d.db.ExecOne(d.t.Context(), "delivery.intend_prepared",
			sql.Args{"id": id, "holder": *held.Holder, "remote": sql.Object{"via": "auto"}, "until": now.Add(d.out.Pace.Lease), "now": now})
		if err != nil || !saved {
			d.t.Fatalf("intend: %v, %v", saved, err)
		}
		d.clock.Advance(d.out.Pace.Lease + time.Second)
		d.fake.find = stage(channels.Unsure)
		d.work(id)
		d.fake.find = always(published("x1"), nil)
		view := d.next(id)
		d.stands("found", view, channels.StatePublished)
		d.asked("after the crash", "[find find]")
		want := []string{"submit:unclear", "find:done", "find:done", "publish:done"}
		if got := steps(view); !slices.Equal(got[len(got)-len(want):], want) {
			d.t.Errorf("steps = %v, want them to end with %v", got, want)
		}
		if first := view.Steps[len(view.Steps)-len(want)]; first.Code != "interrupted" || first.At != now {
			d.t.Errorf("the first line after the crash = %+v, want the lost intention of %v", first, now)
		}
	})
}

// People who look while a platform takes its time see what has begun.
func TestALongCallIsSeenWhileItLasts(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		var during []string
		d.fake.submit = func(ctx context.Context, _ *channels.Job) (channels.Progress, error) {
			for ctx.Err() == nil && !slices.Contains(during, "submit:begun") {
				during = steps(d.view(id))
			}
			return published("x1"), nil
		}
		d.stands("published", d.work(id), channels.StatePublished)
		if !slices.Contains(during, "submit:begun") {
			d.t.Errorf("while submitting the steps were %v, want submit:begun among them", during)
		}
	})
}

// Publications that end together share a transaction. One that is refused holds up no other.
func TestManyEndAtOnce(t *testing.T) {
	eachDesk(t, func(d *desk) {
		to := []accounts.Account{d.account}
		for n := range 11 {
			to = append(to, d.another(n))
		}
		ids := d.enqueue(d.message(), to...)
		gone := ids[3]
		var ready sync.WaitGroup
		ready.Add(len(ids))
		d.fake.submit = func(ctx context.Context, job *channels.Job) (channels.Progress, error) {
			ready.Done()
			ready.Wait() // all have been asked, so all end in the same moment
			if job.Delivery.ID == gone {
				if _, err := d.db.Exec(ctx, "delivery.taken_down", sql.Args{"id": gone, "at": d.db.Now(), "now": d.db.Now()}); err != nil {
					return channels.Progress{}, err
				}
			}
			return published("post-" + job.Delivery.ID), nil
		}
		var performers sync.WaitGroup
		for _, id := range ids {
			delivery := d.claim(id)
			performers.Go(func() {
				err := channels.Perform(d.t.Context(), d.db, d.out, delivery)
				if refusal := delivery.ID == gone; refusal != (err != nil) {
					d.t.Errorf("Perform(%s) = %v", delivery.ID, err)
				}
			})
		}
		performers.Wait()
		for _, id := range ids {
			want := channels.StatePublished
			if id == gone {
				want = channels.Retracted
			}
			d.stands("ended", d.view(id), want)
		}
	})
}

// ConfirmAll records all or nothing, and the same news twice once.
func TestConfirmAllIsAllOrNothing(t *testing.T) {
	eachDesk(t, func(d *desk) {
		other := d.another(1)
		ids := d.enqueue(d.message(), d.account, other)
		news := []channels.Confirmation{{DeliveryID: ids[0], ExternalID: "x1", How: "查询"}, {DeliveryID: ids[0], ExternalID: "x1", How: "回调"}}
		lost := append(slices.Clone(news), channels.Confirmation{DeliveryID: "nosuchdelivery00", How: "查询"})
		if err := channels.ConfirmAll(d.t.Context(), d.db, d.out, lost); err == nil {
			d.t.Error("ConfirmAll with a delivery that does not exist = nil, want an error")
		}
		if view := d.view(ids[0]); view.State != channels.Scheduled || d.posts() != 0 {
			d.t.Errorf("after a refusal: state %s, %d posts; want nothing recorded", view.State, d.posts())
		}
		news = append(news, channels.Confirmation{DeliveryID: ids[1], ExternalID: "x2", How: "查询"})
		if err := channels.ConfirmAll(d.t.Context(), d.db, d.out, news); err != nil {
			d.t.Fatalf("ConfirmAll: %v", err)
		}
		for _, id := range ids {
			d.stands("confirmed", d.view(id), channels.StatePublished)
		}
		if d.posts() != 1 {
			d.t.Errorf("%d posts of the first account, want 1", d.posts())
		}
	})
}

// Behind many deliveries that are to be sent, what was submitted is asked about all the same.
func TestABacklogDoesNotHideWhatIsPublic(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.submit = always(channels.Progress{Stage: channels.Pending, Next: 10 * time.Second}, nil)
		var asked []string
		for n := range 3 {
			d.clock.Advance(time.Millisecond)
			id := d.enqueue(d.message(), d.another(n))[0]
			d.work(id)
			asked = append(asked, id)
		}
		var fresh []string
		for n := range 6 {
			fresh = append(fresh, d.enqueue(d.message(), d.another(10+n))...)
		}
		d.clock.Advance(time.Minute)
		d.due("a backlog", 4, append(asked[:2:2], fresh[:2]...)...)
		d.due("room for all", 20, append(asked, fresh...)...)
	})
}
