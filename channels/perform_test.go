package channels_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

func TestADeliveryGoesFromItsTimeToAPostAndTheClockRestarts(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.submit = func(_ context.Context, job *channels.Job) (channels.Progress, error) {
			job.Remote["publish_id"] = "2247483650"
			return channels.Progress{Stage: channels.Pending, Next: 3 * time.Second}, nil
		}
		id := d.one()
		view := d.work(id)
		d.stands("after the submit", view, channels.Submitted)
		if wait := view.NextAt.Sub(d.db.Now()); wait != 3*time.Second || view.Remote["publish_id"] != "2247483650" || view.IntentAt == nil {
			t := d.t
			t.Errorf("after the submit: waits %v, remote %v, intent %v; want 3s, the publish_id, an intention", wait, view.Remote, view.IntentAt)
		}
		d.clock.Advance(2 * time.Hour) // the account is late to hear of it; its clock restarts from the publication
		published := d.db.Now().Add(-time.Hour)
		d.fake.poll = always(channels.Progress{Stage: channels.Published, ExternalID: "x1", URL: "https://wx.example.cn/s/1", PublishedAt: published}, nil)
		view = d.work(id)
		d.stands("at the end", view, channels.StatePublished)
		if view.PublicURL != "https://wx.example.cn/s/1" || view.PublishedAt == nil || *view.PublishedAt != published || *view.ExternalID != "x1" || view.NextAt != nil {
			d.t.Errorf("at the end: url %q at %v as %v, next %v", view.PublicURL, view.PublishedAt, *view.ExternalID, view.NextAt)
		}
		d.asked("in all", "[prepare submit poll]")
		want := []string{"prepare:done", "submit:done", "poll:done", "publish:done"}
		if got := steps(view); !slices.Equal(got, want) {
			d.t.Errorf("steps %v, want %v", got, want)
		}
		card, err := accounts.CardOf(d.t.Context(), d.db, d.out.Book, d.People["officer"], d.account.ID)
		if err != nil || card.Standing.Label != "正常" || card.Standing.StartedAt == nil || *card.Standing.StartedAt != published {
			d.t.Errorf("the account stands %q from %v, %v; want 正常 from %v", card.Standing.Label, card.Standing.StartedAt, err, published)
		}
	})
}

// TestWhatFollowsAnError walks each class of error at each step: the known ones, none, and one nobody has heard of.
func TestWhatFollowsAnError(t *testing.T) {
	type follows struct { // wait 0: nothing is due any more
		state    channels.State
		wait     time.Duration
		attempts int
		intent   bool
	}
	backoff, ladder := time.Minute, 10*time.Second
	failed := follows{state: channels.Failed}
	table := map[string]map[channels.Class]follows{
		"prepare": {
			channels.Retry: {channels.Scheduled, backoff, 1, false}, channels.Quota: {channels.Scheduled, time.Hour, 0, false},
			channels.Unclear: {channels.Scheduled, backoff, 1, false}, "": {channels.Scheduled, backoff, 1, false}, "surprise": {channels.Scheduled, backoff, 1, false},
			channels.Content: failed, channels.Permission: failed, channels.ByHand: failed, channels.Defect: failed,
		},
		"submit": {
			channels.Retry: {channels.Prepared, backoff, 1, false}, channels.Quota: {channels.Prepared, time.Hour, 0, false},
			channels.Unclear: {channels.Prepared, ladder, 1, true}, "": {channels.Prepared, ladder, 1, true}, "surprise": {channels.Prepared, ladder, 1, true},
			channels.Content: failed, channels.Permission: failed, channels.ByHand: failed, channels.Defect: failed,
		},
		"find": {},
		"poll": {
			channels.Content: {state: channels.Failed, intent: true}, channels.ByHand: {state: channels.Failed, intent: true},
		},
	}
	classes := []channels.Class{channels.Retry, channels.Quota, channels.Content, channels.Permission, channels.ByHand, channels.Unclear, channels.Defect, "", "surprise"}
	for _, class := range classes {
		table["find"][class] = follows{channels.Prepared, time.Minute, 2, true} // the second rung: the lost submit was the first
		if _, set := table["poll"][class]; !set {
			table["poll"][class] = follows{channels.Submitted, time.Minute, 2, true}
		}
	}
	eachDesk(t, func(d *desk) {
		for step, byClass := range table {
			for _, class := range classes {
				for _, after := range []time.Duration{0, 20 * time.Minute} {
					var failure error = errors.New("connection reset") // no class: an adapter that forgot to say
					if class != "" {
						p := trouble(class)
						p.After = after
						failure = p
					} else if after > 0 {
						continue
					}
					view := d.fail(step, failure)
					want, what := byClass[class], fmt.Sprintf("%s error %q after %v", step, class, after)
					if after > 0 && want.wait > 0 {
						want.wait = after
					}
					d.stands(what, view, want.state)
					if view.Attempts != want.attempts && want.wait > 0 || (view.IntentAt != nil) != want.intent {
						d.t.Errorf("%s: attempts %d, intention %v; want %d, %v", what, view.Attempts, view.IntentAt != nil, want.attempts, want.intent)
					}
					switch {
					case want.wait == 0 && (view.NextAt != nil || view.EndedAt == nil):
						d.t.Errorf("%s: next %v, ended %v; want an end", what, view.NextAt, view.EndedAt)
					case want.wait > 0 && view.NextAt == nil:
						d.t.Errorf("%s: nothing is due, want a wait of %v", what, want.wait)
					case want.wait > 0:
						least := want.wait
						if want.wait == backoff { // full jitter
							least /= 10
						}
						if wait := view.NextAt.Sub(d.db.Now()); wait < least || wait > want.wait*12/10+time.Millisecond {
							d.t.Errorf("%s: waits %v, want %v to %v and at most a fifth more", what, wait, least, want.wait)
						}
					}
					if class != "" && (view.ErrorCode != "40001" || view.ErrorClass != class || view.ErrorText == "" || !strings.Contains(view.ErrorAdvice, "40001")) {
						d.t.Errorf("%s: recorded %q %q %q %q", what, view.ErrorCode, view.ErrorClass, view.ErrorText, view.ErrorAdvice)
					}
				}
			}
		}
	})
}

// fail lets a new delivery meet an error at a step and returns where it stands then.
func (d *desk) fail(step string, failure error) channels.View {
	d.t.Helper()
	d.fake.prepare, d.fake.submit, d.fake.find, d.fake.poll = nil, nil, nil, nil
	answer := always(channels.Progress{}, failure)
	id := d.one()
	switch step {
	case "prepare":
		d.fake.prepare = func(context.Context, *channels.Job) error { return failure }
	case "submit":
		d.fake.submit = answer
	case "find":
		d.fake.submit, d.fake.find = always(channels.Progress{}, trouble(channels.Unclear)), answer
	case "poll":
		d.fake.submit, d.fake.poll = stage(channels.Pending), answer
	}
	view := d.work(id)
	if step == "find" || step == "poll" {
		view = d.next(id)
	}
	return view
}

func TestALostSubmitIsLookedForAndSentAgainOnlyWhenItIsCertainlyAbsent(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		d.fake.find = always(channels.Progress{Stage: channels.Unsure, Next: 7 * time.Minute}, nil)
		id := d.one()
		d.work(id)
		d.asked("until the answer was lost", "[prepare submit]")
		view := d.next(id)
		if wait := view.NextAt.Sub(d.db.Now()); view.State != channels.Prepared || wait != 7*time.Minute {
			d.t.Errorf("unsure: %s, waits %v; want prepared for 7m", view.State, wait)
		}
		d.asked("unsure", "[find]")
		d.fake.find, d.fake.submit = nil, nil // absent, and the second submit succeeds
		view = d.next(id)
		d.stands("absent", view, channels.StatePublished)
		d.asked("absent", "[find submit]")
		if d.posts() != 1 {
			d.t.Errorf("the account has %d posts, want 1", d.posts())
		}
	})
}

func TestALostSubmitThatIsFoundIsNotSentAgain(t *testing.T) {
	for name, found := range map[string]struct {
		stage channels.Stage
		want  channels.State
		calls string
	}{
		"published": {channels.Published, channels.StatePublished, "[prepare submit find]"},
		"pending":   {channels.Pending, channels.Submitted, "[prepare submit find]"},
		"awaiting":  {channels.Awaiting, channels.Submitted, "[prepare submit find]"},
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				d.fake.submit, d.fake.find = always(channels.Progress{}, trouble(channels.Unclear)), stage(found.stage)
				id := d.one()
				d.work(id)
				d.stands(name, d.next(id), found.want)
				d.asked(name, found.calls)
			})
		})
	}
}

func TestAnUnclearDeliveryIsGivenToAPersonAfterALongTime(t *testing.T) {
	for name, answers := range map[string]struct {
		submit, find, poll func(context.Context, *channels.Job) (channels.Progress, error)
	}{
		"nothing found":      {always(channels.Progress{}, trouble(channels.Unclear)), stage(channels.Unsure), nil},
		"asking fails":       {always(channels.Progress{}, trouble(channels.Unclear)), always(channels.Progress{}, trouble(channels.Permission)), nil},
		"pending for ever":   {stage(channels.Pending), nil, stage(channels.Pending)},
		"polling fails":      {stage(channels.Pending), nil, always(channels.Progress{}, trouble(channels.Retry))},
		"no account's right": {stage(channels.Pending), nil, always(channels.Progress{}, trouble(channels.Permission))},
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				d.fake.submit, d.fake.find, d.fake.poll = answers.submit, answers.find, answers.poll
				id := d.one()
				began := d.db.Now()
				view := d.work(id)
				for range 200 {
					if view.NextAt == nil {
						break
					}
					view = d.next(id)
				}
				d.stands("at last", view, channels.Unknown)
				if took := d.db.Now().Sub(began); took < d.out.Pace.GiveUp || took > d.out.Pace.GiveUp+5*time.Minute {
					d.t.Errorf("a person was asked after %v, want soon after %v", took, d.out.Pace.GiveUp)
				}
				if view.ErrorAdvice == "" || strings.Count(d.fake.calls(), "submit") != 1 {
					d.t.Errorf("advice %q; want one, and one submit", view.ErrorAdvice)
				}
			})
		})
	}
}

func TestTheIntentionIsSavedBeforeThePlatformIsAsked(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		d.fake.prepare = func(_ context.Context, job *channels.Job) error {
			if now := d.view(id); now.State != channels.Scheduled || now.IntentAt != nil {
				d.t.Errorf("in Prepare the row says %s, intention %v; want scheduled, none", now.State, now.IntentAt)
			}
			job.Remote["media_id"] = "draft-1"
			return nil
		}
		d.fake.submit = func(_ context.Context, job *channels.Job) (channels.Progress, error) {
			now := d.view(id)
			if now.State != channels.Prepared || now.IntentAt == nil || job.Delivery.IntentAt == nil || *now.IntentAt != *job.Delivery.IntentAt {
				d.t.Errorf("in Submit the row says %s, intention %v (job %v); want prepared, the same one", now.State, now.IntentAt, job.Delivery.IntentAt)
			}
			if now.LeaseUntil == nil || now.LeaseUntil.Sub(d.db.Now()) < d.out.Pace.Call || now.Remote["media_id"] != "draft-1" {
				d.t.Errorf("in Submit the lease runs until %v, remote %v; want longer than a call, and the draft", now.LeaseUntil, now.Remote)
			}
			refused(d.t, "Cancel after the intention", d.cancel(id), channels.ErrNotCancellable)
			return published("p1"), nil
		}
		d.stands("at the end", d.work(id), channels.StatePublished)
	})
}

func (d *desk) cancel(id string) error {
	_, err := channels.Cancel(d.t.Context(), d.db, d.People["officer"], id, d.view(id).Version)
	return err
}

func TestRemoteIsKeptWhenSaidSo(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		d.fake.prepare = func(ctx context.Context, job *channels.Job) error {
			job.Remote["thumb"] = "t1"
			if err := job.Save(ctx); err != nil {
				d.t.Errorf("Save: %v", err)
			}
			if kept := d.view(id).Remote["thumb"]; kept != "t1" {
				d.t.Errorf("after Save the row has %v, want t1", kept)
			}
			job.Remote["draft"] = "d1"
			job.Step("draft/add", "草稿已建立", sql.Object{"media_id": "d1"})
			return trouble(channels.Retry)
		}
		view := d.work(id)
		if view.Remote["thumb"] != "t1" || view.Remote["draft"] != "d1" || !slices.Contains(steps(view), "draft/add:done") {
			d.t.Errorf("after a failure remote is %v, steps %v; want what the adapter learnt", view.Remote, steps(view))
		}
	})
}

func TestWhoLostTheLeaseSavesNothingAndDoesNotSubmit(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		var other channels.Claimed
		d.fake.prepare = func(ctx context.Context, job *channels.Job) error {
			d.clock.Advance(2 * d.out.Pace.Lease) // we slept; somebody else took over
			other = d.claim(id)
			job.Remote["mine"] = "lost"
			if err := job.Save(ctx); err == nil {
				d.t.Error("Save without the lease succeeded")
			}
			return nil
		}
		if err := channels.Perform(d.t.Context(), d.db, d.out, d.claim(id)); err != nil {
			d.t.Errorf("Perform without the lease = %v, want nil", err)
		}
		d.asked("who lost the lease", "[prepare]")
		view := d.view(id)
		if view.State != channels.Scheduled || view.Holder == nil || *view.Holder != *other.Holder || view.Remote["mine"] != nil {
			d.t.Errorf("the row: %s, holder %v, remote %v; want it as the other one has it", view.State, view.Holder, view.Remote)
		}
		d.fake.prepare = nil
		if err := channels.Perform(d.t.Context(), d.db, d.out, other); err != nil {
			d.t.Fatalf("Perform: %v", err)
		}
		d.stands("the other", d.view(id), channels.StatePublished)
	})
}

// A worker that slept after its claim finds the delivery prepared and taken over: it must not even say that it intends.
func TestAClaimThatIsNoLongerGoodSubmitsNothing(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Prepared, "")
		d.clock.Advance(10 * time.Minute)
		mine := d.claim(id)
		d.clock.Advance(2 * d.out.Pace.Lease)
		d.claim(id)
		if err := channels.Perform(d.t.Context(), d.db, d.out, mine); err != nil {
			d.t.Errorf("Perform with a lost claim = %v, want nil", err)
		}
		d.asked("a lost claim", "[]")
		if view := d.view(id); view.IntentAt != nil {
			d.t.Error("a lost claim saved an intention")
		}
	})
}

func TestALostLeaseEndsTheCallUnderWay(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.out.Pace.Lease, d.out.Pace.Call = 60*time.Millisecond, time.Minute
	id := d.one()
	d.fake.prepare = func(ctx context.Context, _ *channels.Job) error {
		d.clock.Advance(time.Hour)
		d.claim(id)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Second):
			return errors.New("the call was not ended")
		}
	}
	if err := channels.Perform(t.Context(), d.db, d.out, d.claim(id)); err != nil {
		t.Errorf("Perform = %v, want nil", err)
	}
	if view := d.view(id); view.Attempts != 0 || view.ErrorCode != "" {
		t.Errorf("attempts %d, error %q; want the row untouched", view.Attempts, view.ErrorCode)
	}
}

func TestAnAdapterThatIgnoresItsDeadlineKeepsTheDelivery(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.db = d.db.WithClock(time.Now)                                                // leases in real time
	d.out.Pace.Lease, d.out.Pace.Call = 900*time.Millisecond, 100*time.Millisecond // a busy machine must have time to renew
	id := d.one()
	d.fake.submit = func(ctx context.Context, _ *channels.Job) (channels.Progress, error) {
		<-ctx.Done()
		for began := time.Now(); time.Since(began) < 2*time.Second; { // far beyond deadline and lease
			if _, mine, err := channels.Claim(t.Context(), d.db, id, time.Minute); mine || err != nil {
				t.Fatalf("Claim during a call that overruns = %v, %v; want false: what is under way may still be sent", mine, err)
			}
			time.Sleep(5 * time.Millisecond)
		}
		return published("late"), nil
	}
	d.stands("after the call", d.work(id), channels.StatePublished)
	d.asked("in all", "[prepare submit]")
}

func TestACancelBetweenPrepareAndSubmitWins(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		d.fake.prepare = func(context.Context, *channels.Job) error { return d.cancel(id) }
		if err := channels.Perform(d.t.Context(), d.db, d.out, d.claim(id)); err != nil {
			d.t.Errorf("Perform = %v, want nil", err)
		}
		d.asked("cancelled while preparing", "[prepare]")
		d.stands("cancelled while preparing", d.view(id), channels.Cancelled)

		id = d.one()
		d.fake.prepare, d.fake.submit = nil, always(channels.Progress{}, trouble(channels.Retry))
		d.work(id) // prepared, refused, waits
		if err := d.cancel(id); err != nil {
			d.t.Fatalf("Cancel of a prepared delivery: %v", err)
		}
		if _, mine, err := channels.Claim(d.t.Context(), d.db, id, time.Minute); mine || err != nil {
			d.t.Errorf("Claim of a cancelled delivery = %v, %v, want false", mine, err)
		}
	})
}

func TestAStopBetweenTwoStepsGivesTheLeaseBackAtOnce(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		ctx, stop := context.WithCancel(d.t.Context())
		d.fake.prepare = func(ctx context.Context, job *channels.Job) error {
			stop()
			if ctx.Err() != nil {
				d.t.Error("the call under way was cut off")
			}
			job.Remote["draft"] = "d1"
			return nil
		}
		if err := channels.Perform(ctx, d.db, d.out, d.claim(id)); err != nil {
			d.t.Errorf("Perform = %v, want nil", err)
		}
		view := d.view(id)
		d.stands("stopped", view, channels.Prepared)
		d.asked("stopped", "[prepare]")
		if view.NextAt == nil || *view.NextAt > d.db.Now() || view.Remote["draft"] != "d1" {
			d.t.Errorf("stopped: next %v, remote %v; want due now, with the draft", view.NextAt, view.Remote)
		}
		d.stands("started again", d.work(id), channels.StatePublished)
		d.asked("started again", "[submit]")
	})
}

func TestAStopDoesNotCutOffASubmitUnderWay(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.one()
		ctx, stop := context.WithCancel(d.t.Context())
		d.fake.submit = func(ctx context.Context, _ *channels.Job) (channels.Progress, error) {
			stop()
			return published("p1"), ctx.Err()
		}
		if err := channels.Perform(ctx, d.db, d.out, d.claim(id)); err != nil {
			d.t.Errorf("Perform = %v, want nil", err)
		}
		d.stands("stopped while submitting", d.view(id), channels.StatePublished)
	})
}

func TestAfterTheLastBackoffTheDeliveryFails(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.prepare = func(context.Context, *channels.Job) error { return trouble(channels.Retry) }
		id := d.one()
		view := d.work(id)
		for want := 1; want <= len(d.out.Pace.Backoff); want++ {
			if view.State != channels.Scheduled || view.Attempts != want {
				d.t.Fatalf("failure %d: %s after %d attempts", want, view.State, view.Attempts)
			}
			view = d.next(id)
		}
		d.stands("after the last", view, channels.Failed)
		if !strings.HasPrefix(view.ErrorAdvice, "多次重试都没有成功，确定没有发出。") {
			d.t.Errorf("advice %q, want it to say that nothing went out", view.ErrorAdvice)
		}
		d.asked("in all", "[prepare prepare prepare]")
	})
}

func TestWaitingForAQuotaIsNoAttempt(t *testing.T) {
	eachDesk(t, func(d *desk) {
		quota := trouble(channels.Quota)
		quota.After = 3 * time.Hour
		d.fake.submit = always(channels.Progress{}, quota)
		id := d.one()
		view := d.work(id)
		for range 3 * len(d.out.Pace.Backoff) {
			view = d.next(id)
		}
		if view.State != channels.Prepared || view.Attempts != 0 || view.NextAt.Sub(d.db.Now()) != 3*time.Hour {
			d.t.Errorf("after many quota waits: %s, %d attempts, waits %v", view.State, view.Attempts, view.NextAt.Sub(d.db.Now()))
		}
		d.fake.submit = nil
		d.stands("with quota again", d.next(id), channels.StatePublished)
	})
}

func TestAttemptsBeginAnewWithEachState(t *testing.T) {
	eachDesk(t, func(d *desk) {
		left := 2
		d.fake.prepare = func(context.Context, *channels.Job) error {
			if left--; left >= 0 {
				return trouble(channels.Retry)
			}
			return nil
		}
		d.fake.submit = always(channels.Progress{}, trouble(channels.Retry))
		id := d.one()
		d.work(id)
		d.next(id)
		if view := d.next(id); view.State != channels.Prepared || view.Attempts != 1 {
			d.t.Errorf("after two failures to prepare and one to submit: %s with %d attempts, want prepared with 1", view.State, view.Attempts)
		}
	})
}

func TestAPanicOfAnAdapterIsSurvived(t *testing.T) {
	explode := func(context.Context, *channels.Job) (channels.Progress, error) { panic("index out of range") }
	for step, want := range map[string]channels.State{"prepare": channels.Failed, "submit": channels.Prepared, "find": channels.Prepared, "poll": channels.Submitted} {
		t.Run(step, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				id := d.one()
				switch step {
				case "prepare":
					d.fake.prepare = func(context.Context, *channels.Job) error { panic("index out of range") }
				case "submit":
					d.fake.submit = explode
				case "find":
					d.fake.submit, d.fake.find = always(channels.Progress{}, trouble(channels.Unclear)), explode
				case "poll":
					d.fake.submit, d.fake.poll = stage(channels.Pending), explode
				}
				view := d.work(id)
				if step == "find" || step == "poll" {
					view = d.next(id)
				}
				d.stands("after the panic", view, want)
				if view.ErrorCode != "panic" || view.ErrorAdvice == "" || strings.Contains(view.ErrorText, "index") {
					d.t.Errorf("recorded %q %q %q, want a sentence and no insides", view.ErrorCode, view.ErrorText, view.ErrorAdvice)
				}
				if step != "submit" {
					return
				}
				d.fake.find = nil
				d.fake.submit = nil
				d.stands("looked for and sent again", d.next(id), channels.StatePublished)
			})
		})
	}
}

func TestAStageThatMakesNoSenseIsUnclear(t *testing.T) {
	for name, answer := range map[string]channels.Stage{"empty": "", "absent": channels.Absent, "unsure": channels.Unsure} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, sqliteOf(t))
			d.fake.submit = stage(answer)
			id := d.one()
			view := d.work(id)
			d.stands("submit said "+name, view, channels.Prepared)
			if view.IntentAt == nil || view.ErrorCode != "bad_stage" {
				t.Errorf("intention %v, error %q; want it kept, bad_stage", view.IntentAt, view.ErrorCode)
			}
			d.fake.calls()
			d.fake.find, d.fake.poll = stage(channels.Pending), stage(answer)
			d.next(id)
			view = d.next(id)
			d.stands("poll said "+name, view, channels.Submitted)
			d.asked("then", "[find poll]")
		})
	}
}

func TestWordsOfAPlatformThatAreNoTextAreKept(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.prepare = func(_ context.Context, job *channels.Job) error {
			job.Step(strings.Repeat("long/", 20), "一步", nil)
			return &channels.PlatformError{Code: strings.Repeat("9", 100), Class: channels.Content, Text: "\xc4\xe3\xba\xc3", Advice: strings.Repeat("话", 800)}
		}
		view := d.work(d.one())
		d.stands("a GBK answer", view, channels.Failed)
		if len(view.ErrorCode) != 64 || !strings.HasPrefix(view.ErrorText, "\uFFFD") || len(view.Steps) != 3 {
			d.t.Errorf("kept code of %d, text %.20q, steps %v", len(view.ErrorCode), view.ErrorText, steps(view))
		}
		d.fake.prepare = nil
		d.fake.submit = always(channels.Progress{Stage: channels.Published, ExternalID: strings.Repeat("e", 500), URL: "https://wx.example.cn/" + strings.Repeat("u", 2000)}, nil)
		view = d.work(d.one())
		d.stands("a long id", view, channels.StatePublished)
	})
}

func TestNothingNewBeginsForAnAccountOutOfUse(t *testing.T) {
	eachDesk(t, func(d *desk) {
		waiting, begun := d.one(), d.one()
		d.fake.submit = stage(channels.Pending)
		d.work(begun)
		account, err := accounts.Suspend(d.t.Context(), d.db, d.out.Book, units.System, d.account.ID, d.account.Version, "被冒用，先停")
		if err != nil {
			d.t.Fatalf("accounts.Suspend: %v", err)
		}
		d.fake.calls()
		view := d.work(waiting)
		d.stands("not begun", view, channels.Failed)
		d.asked("not begun", "[]")
		if view.ErrorClass != channels.Permission || !strings.Contains(view.ErrorAdvice, "不在用") {
			d.t.Errorf("recorded %q %q, want that the account is out of use", view.ErrorClass, view.ErrorAdvice)
		}
		d.stands("begun", d.next(begun), channels.StatePublished)
		if _, err := accounts.PutInUse(d.t.Context(), d.db, d.out.Book, units.System, account.ID, account.Version); err != nil {
			d.t.Fatalf("accounts.PutInUse: %v", err)
		}
		if _, err := channels.TryAgain(d.t.Context(), d.db, d.People["deputy"], waiting, view.Version); err != nil {
			d.t.Fatalf("TryAgain: %v", err)
		}
		d.fake.submit = nil
		d.stands("in use again", d.work(waiting), channels.StatePublished)
	})
}

// A person switches the account to manual while the answer of a submit is lost: it may be public, and must not be handed
// out to be posted a second time.
func TestWhatBeganAutomaticallyIsSeenThroughAutomatically(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		begun := d.one()
		d.work(begun)
		prepared := d.one()
		d.fake.submit = always(channels.Progress{}, trouble(channels.Retry))
		d.work(prepared)
		d.setMode(accounts.Manual)
		d.fake.calls()
		d.fake.find = always(published("p1"), nil)
		d.stands("begun", d.next(begun), channels.StatePublished)
		d.asked("begun", "[find]")
		d.stands("prepared", d.next(prepared), channels.Submitted)
		if calls := d.hand.calls(); calls != "[prepare submit]" {
			d.t.Errorf("the manual channel was asked %s for what had not begun, want [prepare submit]", calls)
		}
		d.asked("prepared", "[]")
	})
}

func (d *desk) setMode(mode accounts.Mode) {
	d.t.Helper()
	account, err := accounts.Load(d.t.Context(), d.db, d.account.ID)
	if err == nil {
		_, err = accounts.Update(d.t.Context(), d.db, d.out.Book, units.System, account.ID, account.Version, accounts.Change{Mode: &mode})
	}
	if err != nil {
		d.t.Fatalf("accounts.Update: %v", err)
	}
}

func TestWhatMayBePublicNeverFailsForWantOfAKeyOrAChannel(t *testing.T) {
	for name, breakIt := range map[string]func(d *desk){
		"key":     func(d *desk) { d.out.Keys = otherKeys(d.t) },
		"channel": func(d *desk) { delete(d.out.Channels, accounts.WeChat) },
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, func(d *desk) {
				d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
				begun := d.one()
				d.work(begun)
				waiting := d.one()
				keys, fake := d.out.Keys, d.out.Channels[accounts.WeChat]
				breakIt(d)
				d.stands("not begun", d.work(waiting), channels.Failed)
				view := d.next(begun)
				d.stands("begun", view, channels.Prepared)
				if view.NextAt == nil || view.IntentAt == nil || view.ErrorAdvice == "" {
					d.t.Errorf("begun: next %v, intention %v, advice %q; want it looked after later", view.NextAt, view.IntentAt, view.ErrorAdvice)
				}
				d.clock.Advance(d.out.Pace.GiveUp)
				d.stands("begun, for too long", d.work(begun), channels.Unknown)
				d.out.Keys, d.out.Channels[accounts.WeChat] = keys, fake
			})
		})
	}
}

func TestAPictureThatIsNotTheSignedOneStopsTheDelivery(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	picture := d.picture("a picture")
	message := d.message()
	message.Pictures = channels.Pictures{picture}
	message.SHA256, _ = message.Hash()
	d.fake.prepare = func(ctx context.Context, job *channels.Job) error {
		content, err := job.Bytes(ctx, job.Message.Pictures[0])
		if err == nil && string(content) != "a picture" {
			t.Errorf("the adapter was given %q", content)
		}
		return err
	}
	d.stands("the signed picture", d.work(d.enqueue(message, d.account)[0]), channels.StatePublished)
	d.files[picture.SHA256] = []byte("another picture")
	message.OriginID, message.RevisionID = sql.NewID(), sql.NewID()
	view := d.work(d.enqueue(message, d.account)[0])
	d.stands("another picture", view, channels.Failed)
	if view.ErrorClass != channels.Defect {
		t.Errorf("class %q, want defect", view.ErrorClass)
	}
}

func TestATextThatIsNotTheSignedOneIsNotSent(t *testing.T) {
	eachDesk(t, func(d *desk) {
		message := d.message()
		message.Title = "另一个标题" // as if the row had been changed behind the program's back
		view := d.work(d.enqueue(message, d.account)[0])
		d.stands("a changed text", view, channels.Failed)
		d.asked("a changed text", "[]")
		if view.ErrorCode != "not_as_signed" || view.ErrorClass != channels.Defect {
			d.t.Errorf("recorded %q %q, want not_as_signed", view.ErrorCode, view.ErrorClass)
		}
	})
}

func TestPerformNeedsAClaim(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	if err := channels.Perform(t.Context(), d.db, d.out, channels.Claimed{Delivery: d.view(d.one()).Delivery}); err == nil {
		t.Error("Perform of an unclaimed delivery = nil, want an error")
	}
	d.asked("unclaimed", "[]")
}

func TestManyWorkersPerformEachDeliveryOnce(t *testing.T) {
	const many = 200
	eachDesk(t, func(d *desk) {
		var mu sync.Mutex
		submitted := map[string]int{}
		d.fake.submit = func(_ context.Context, job *channels.Job) (channels.Progress, error) {
			mu.Lock()
			defer mu.Unlock()
			submitted[job.Delivery.ID]++
			return published(job.Delivery.ID), nil
		}
		for range many {
			d.one()
		}
		var workers sync.WaitGroup
		for range 2 {
			workers.Go(func() { d.drain() })
		}
		workers.Wait()
		if len(submitted) != many {
			d.t.Errorf("%d deliveries were submitted, want %d", len(submitted), many)
		}
		for id, times := range submitted {
			if times != 1 {
				d.t.Errorf("delivery %s was submitted %d times", id, times)
			}
		}
		list, err := channels.List(d.t.Context(), d.db, d.People["officer"], channels.Filter{State: channels.StatePublished, Limit: many + 1})
		if err != nil || len(list) != many {
			d.t.Errorf("%d are published, %v; want %d", len(list), err, many)
		}
	})
}

// drain is a worker: it performs what it can claim until nothing is due.
func (d *desk) drain() {
	for {
		ids, err := channels.Due(d.t.Context(), d.db, 10)
		if err != nil || len(ids) == 0 {
			if err != nil {
				d.t.Errorf("Due: %v", err)
			}
			return
		}
		for _, id := range ids {
			delivery, mine, err := channels.Claim(d.t.Context(), d.db, id, time.Hour)
			if err != nil {
				d.t.Errorf("Claim: %v", err)
			}
			if !mine {
				continue
			}
			if err := channels.Perform(d.t.Context(), d.db, d.out, delivery); err != nil {
				d.t.Errorf("Perform: %v", err)
			}
		}
	}
}

// A look that fails says nothing of what it looked for: the adapter's words for a call that is sent again are not its words.
func TestALookThatFailsDoesNotSayThatNothingIsOut(t *testing.T) {
	eachDesk(t, func(d *desk) {
		refusal := trouble(channels.Retry)
		refusal.Advice = "连接不上平台，没有发出，稍后自动重试。"
		for _, step := range []string{"find", "poll"} {
			view := d.fail(step, refusal)
			for when, view := range map[string]channels.View{"looking": view, "given up": d.givenUp(view.ID)} {
				last := view.Steps[len(view.Steps)-1].Sentence
				for _, said := range []string{view.Advice.Happened, view.ErrorAdvice, last} {
					if strings.Contains(said, "没有发出") || strings.Contains(said, "自动重试") {
						d.t.Errorf("%s, %s: %q", step, when, said)
					}
				}
				if when == "given up" && (view.State != channels.Unknown || strings.Contains(view.Advice.Happened, "稍后")) {
					d.t.Errorf("%s, %s: %s, %q", step, when, view.State, view.Advice.Happened)
				}
			}
		}
	})
}

// givenUp works on a delivery after the program has looked long enough.
func (d *desk) givenUp(id string) channels.View {
	d.t.Helper()
	d.clock.Advance(2 * d.out.Pace.GiveUp)
	return d.work(id)
}
