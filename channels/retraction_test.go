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
	"govmedia/rules"
	"govmedia/sql"
)

// able is a platform that can also take a post down and correct it.
type able struct {
	*script
	retract func(context.Context, *channels.Job) (channels.Progress, error)
	update  func(context.Context, *channels.Job) (channels.Progress, error)
}

func (a *able) Retract(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	a.ask("retract " + external(job))
	if a.retract != nil {
		return a.retract(ctx, job)
	}
	return channels.Progress{Stage: channels.Gone}, nil
}

func (a *able) Update(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	a.ask("update " + external(job) + " " + job.Message.Title)
	if a.update != nil {
		return a.update(ctx, job)
	}
	return published(external(job)), nil
}

// external is the platform's id of the post that a retraction or correction is about; a dash where a person gave its address only.
func external(job *channels.Job) string {
	if job.Of.ExternalID == nil {
		return "-"
	}
	return *job.Of.ExternalID
}

// able lets the automatic account's platform take down and correct.
func (d *desk) able() *able {
	a := &able{script: d.fake}
	d.out.Channels[accounts.WeChat] = a
	d.out.Pace.Retract = []time.Duration{10 * time.Second, time.Minute}
	return a
}

func (d *desk) recall(originID string) (channels.RetractionView, error) {
	return channels.RetractAll(d.t.Context(), d.db, d.out, d.People["officer"],
		channels.Recall{OriginID: originID, Cause: channels.OfficeFound, Reason: "有敏感内容"})
}

// taken orders a publication to be taken down and returns the delivery that does it, empty when none is needed.
func (d *desk) taken(id string) string {
	d.t.Helper()
	view, err := d.recall(d.view(id).OriginID)
	if err != nil {
		d.t.Fatalf("RetractAll: %v", err)
	}
	if len(view.Channels) == 0 {
		return ""
	}
	return view.Channels[0].ID
}

// gone checks that a publication and the order to take it down have come to where no reader sees the post, and that its post,
// where there was one, is recorded as removed.
func (d *desk) gone(what, id, takedown string) {
	d.t.Helper()
	d.stands(what+", the retraction", d.view(takedown), channels.Retracted)
	for _, clock := range d.view(takedown).Clocks {
		if clock.DoneAt == nil {
			d.t.Errorf("%s: the clock runs on", what)
		}
	}
	if _, _, err := channels.PublicMessage(d.t.Context(), d.db, id); !errors.Is(err, channels.ErrMessageNotPublic) {
		d.t.Errorf("%s: our own page answers %v, want that it is not public", what, err)
	}
	page, err := accounts.Posts(d.t.Context(), d.db, d.People["officer"], accounts.PostFilter{AccountID: d.view(id).AccountID, PerPage: 100})
	if err != nil {
		d.t.Fatalf("accounts.Posts: %v", err)
	}
	for _, post := range page.Items {
		if *post.DeliveryID == id && post.RemovedAt == nil {
			d.t.Errorf("%s: the post is not recorded as removed", what)
		}
	}
}

// O38 at a delivery: found at 22:35, told at 22:40 on the evening of the first of May.
func TestO38ARetractionHasOneHourFromTheNotice(t *testing.T) {
	cases := map[string]struct {
		wait    time.Duration // from the notice
		overdue bool
	}{"gone at 23:35": {55 * time.Minute, false}, "gone at 23:40": {time.Hour, false}, "gone after 23:40": {time.Hour + time.Millisecond, true}}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, sqliteOf(t))
			d.able()
			d.clock.Advance(time.Date(2026, 5, 1, 22, 0, 0, 0, sql.Beijing).Sub(d.clock.Now()))
			id := d.one()
			d.work(id)
			d.clock.Advance(40 * time.Minute)
			notified := d.db.Now()
			order, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["admin"], channels.Recall{OriginID: d.view(id).OriginID,
				Cause: channels.OfficeFound, Reason: "有敏感内容", FoundAt: notified.Add(-5 * time.Minute).Ptr(), NotifiedAt: &notified})
			if err != nil || len(order.Channels) != 1 || len(order.Channels[0].Clocks) != 1 {
				t.Fatalf("RetractAll = %+v, %v; want one channel with one clock", order, err)
			}
			clock := order.Channels[0].Clocks[0]
			if clock.Rulebook != "tongnan-2022" || clock.Rule != "office-found" || clock.Citation != "第26条" || *clock.DueAt != notified.Add(time.Hour) || clock.Overdue {
				t.Errorf("the clock is %+v, want one hour under 第26条", clock)
			}
			if *order.FoundMS != 300_000 || order.DoneAt != nil {
				t.Errorf("from the finding to the notice %d ms, done %v; want 300000, nil", *order.FoundMS, order.DoneAt)
			}
			d.clock.Advance(time.Hour)
			if open := d.view(order.Channels[0].ID); !open.Clocks[0].Overdue {
				t.Error("open at 23:40:00 it is not overdue")
			}
			d.clock.Advance(c.wait - time.Hour)
			d.work(order.Channels[0].ID)
			d.gone(name, id, order.Channels[0].ID)
			all, err := channels.Retractions(t.Context(), d.db, d.People["officer"], d.view(id).OriginID)
			if err != nil || len(all) != 1 || all[0].Overdue != c.overdue || *all[0].TookMS != c.wait.Milliseconds() {
				t.Errorf("Retractions = %+v, %v; want overdue %v after %v", all, err, c.overdue, c.wait)
			}
		})
	}
}

// What a unit finds itself is recorded and not judged (O39); what no rule asks for has no clock either.
func TestNoClockWithoutAFigure(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.able()
	for _, cause := range []channels.Cause{channels.UnitFound, channels.OtherCause} {
		id := d.in(channels.StatePublished, "")
		order, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["officer"],
			channels.Recall{OriginID: d.view(id).OriginID, Cause: cause, Reason: "写错了"})
		if err != nil || len(order.Channels[0].Clocks) != 0 || order.DueAt != nil {
			t.Errorf("%s: clocks %v, due %v, %v; want none", cause, order.Channels[0].Clocks, order.DueAt, err)
		}
	}
}

// TestAnArticleIsTakenDownFromWhereverItStands orders each state a publication can be in to be taken down.
func TestAnArticleIsTakenDownFromWhereverItStands(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.able()
		unsent := func(what, id string) {
			d.t.Helper()
			if takedown := d.taken(id); takedown != "" {
				d.t.Errorf("%s: a delivery takes it down, want it called off", what)
			}
			view := d.view(id)
			d.stands(what, view, channels.Cancelled)
			_, err := channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, view.Version)
			refused(d.t, what+", tried again", err, channels.ErrNotRetryable)
		}
		unsent("scheduled", d.in(channels.Scheduled, ""))
		unsent("prepared", d.in(channels.Prepared, ""))
		unsent("failed", d.in(channels.Failed, channels.Content))

		d.fake.calls()
		id := d.in(channels.StatePublished, "")
		takedown := d.taken(id)
		if view := d.view(takedown); !view.Urgent || *view.OfID != id || view.Reason == "" || !slices.Contains(view.Actions, channels.ActConfirmRetracted) {
			d.t.Errorf("the retraction is %+v", view)
		}
		if _, _, err := channels.PublicMessage(d.t.Context(), d.db, id); !errors.Is(err, channels.ErrMessageNotPublic) {
			d.t.Errorf("our own page answers %v before the platform's is gone", err)
		}
		d.work(takedown)
		d.gone("published", id, takedown)
		d.stands("published", d.view(id), channels.Retracted)
		d.asked("published", "[retract post-"+id+"]")

		// Under way: the retraction waits for the end, then goes on at once.
		id = d.in(channels.Submitted, "")
		takedown = d.taken(id)
		view := d.work(takedown)
		if view.State != channels.Scheduled || view.NextAt == nil || !strings.Contains(view.ErrorAdvice, "正在发布") {
			d.t.Errorf("while it is published: %s, next %v, %q", view.State, view.NextAt, view.ErrorAdvice)
		}
		d.next(id)
		if next := d.view(takedown).NextAt; next == nil || *next > d.db.Now() {
			d.t.Errorf("published now, the retraction goes on at %v, want at once", next)
		}
		d.work(takedown)
		d.gone("submitted", id, takedown)

		// The answer to the submit was lost, and the platform has nothing: nothing is sent again.
		d.fake.submit = always(channels.Progress{}, trouble(channels.Unclear))
		id = d.one()
		d.work(id)
		takedown = d.taken(id)
		d.fake.calls()
		d.fake.submit = nil
		d.next(id)
		d.asked("lost, absent", "[find]")
		d.stands("lost, absent", d.view(id), channels.Cancelled)
		d.work(takedown)
		d.gone("lost, absent", id, takedown)
		d.asked("lost, absent", "[]")

		// Unknown: a person is asked, and whatever the person finds, it goes on.
		for _, found := range []bool{true, false} {
			id = d.in(channels.Unknown, "")
			takedown = d.taken(id)
			view = d.work(takedown)
			if view.State != channels.Submitted || view.NextAt != nil || view.Advice.Readers != "可能仍可看到" || view.Advice.Button != channels.ActConfirmRetracted {
				d.t.Errorf("unknown: %s, next %v, advice %+v", view.State, view.NextAt, view.Advice)
			}
			of := d.view(id)
			var err error
			if found {
				_, err = channels.ConfirmByHand(d.t.Context(), d.db, d.out, d.People["officer"], id, of.Version, goodURL+"/"+id)
			} else {
				_, err = channels.SettleAbsent(d.t.Context(), d.db, d.People["officer"], id, of.Version, "没有")
			}
			if err != nil {
				d.t.Fatalf("settle %v: %v", found, err)
			}
			d.work(takedown)
			d.gone(fmt.Sprintf("unknown, found %v", found), id, takedown)
		}

		// In a person's hand: it may have been posted without a word.
		id = d.awaiting()
		takedown = d.taken(id)
		d.stands("in hand", d.view(id), channels.Cancelled)
		view = d.view(takedown)
		if view.State != channels.Submitted || view.NextAt != nil || slices.Contains(view.Actions, channels.ActRetry) {
			d.t.Errorf("in hand: %s, next %v, actions %v", view.State, view.NextAt, view.Actions)
		}
		d.confirmRetracted(takedown, "没有发过")
		d.gone("in hand", id, takedown)

		_, err := d.recall(d.view(id).OriginID)
		refused(d.t, "a second order", err, channels.ErrNothingOut)
	})
}

func (d *desk) confirmRetracted(id, evidence string) channels.View {
	d.t.Helper()
	view, err := channels.ConfirmRetracted(d.t.Context(), d.db, d.People["officer"], id, d.view(id).Version, channels.Report{Evidence: evidence})
	if err != nil {
		d.t.Fatalf("ConfirmRetracted: %v", err)
	}
	return view
}

// Scenario 8 of channels.md §6.4: a publication is tried again and again; its article is taken down meanwhile, even while a
// worker is preparing it. Nothing appears.
func TestNothingAppearsOfWhatIsTakenDownWhileItIsTried(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.able()
		d.fake.submit = always(channels.Progress{}, trouble(channels.Retry))
		id := d.one()
		for range 2 {
			d.next(id)
		}
		d.fake.submit, d.fake.prepare = nil, nil
		held := d.one()
		d.fake.prepare = func(context.Context, *channels.Job) error {
			if _, err := d.recall(d.view(held).OriginID); err != nil {
				d.t.Errorf("RetractAll while it is prepared: %v", err)
			}
			return nil
		}
		d.fake.calls()
		d.work(held)
		d.asked("taken down while it was prepared", "[prepare]")
		d.stands("taken down while it was prepared", d.view(held), channels.Cancelled)
		d.taken(id)
		if ids, err := channels.Due(d.t.Context(), d.db, 10); err != nil || len(ids) != 0 {
			d.t.Errorf("Due = %v, %v; want nothing to do", ids, err)
		}
		if d.posts() != 0 {
			d.t.Errorf("%d posts, want none", d.posts())
		}
		_, err := d.tryEnqueue(d.sameText(held), d.db.Now(), d.account)
		refused(d.t, "the same text scheduled again (O39)", err, channels.ErrTakenDown)
	})
}

// sameText is the signed text of a delivery, as its article releases it.
func (d *desk) sameText(id string) channels.Message {
	d.t.Helper()
	_, message, _, err := channels.Contents(d.t.Context(), d.db, d.People["officer"], id)
	if err != nil {
		d.t.Fatalf("Contents: %v", err)
	}
	return message
}

// TestWhatFollowsAnErrorOfARetraction: another try where that may help, a person else; the clock runs in both.
func TestWhatFollowsAnErrorOfARetraction(t *testing.T) {
	eachDesk(t, func(d *desk) {
		a := d.able()
		for class, byHand := range map[channels.Class]bool{channels.Retry: false, channels.Unclear: false, "": false, "surprise": false,
			channels.Quota: true, channels.Content: true, channels.Permission: true, channels.ByHand: true, channels.Defect: true} {
			id := d.in(channels.StatePublished, "")
			var failure error = trouble(class)
			if class == "" {
				failure = errors.New("out of the blue")
			}
			a.retract = always(channels.Progress{}, failure)
			takedown := d.taken(id)
			for range 3 {
				if view := d.view(takedown); view.NextAt == nil {
					break
				}
				d.next(takedown)
			}
			view := d.view(takedown)
			want := channels.Scheduled
			if byHand {
				want = channels.Submitted
			}
			if view.State != want || (view.NextAt == nil) != byHand || view.EndedAt != nil || view.Clocks[0].DoneAt != nil || view.Advice.Happened == "" {
				d.t.Errorf("%q: %s, next %v, ended %v, advice %+v", class, view.State, view.NextAt, view.EndedAt, view.Advice)
			}
			a.retract = nil
			if byHand { // mended: the program may try once more
				if _, err := channels.TryAgain(d.t.Context(), d.db, d.People["officer"], takedown, view.Version); err != nil {
					d.t.Errorf("%q, tried again: %v", class, err)
				}
			}
			d.next(takedown)
			d.gone(string(class), id, takedown)
		}
		a.retract = stage(channels.Pending)
		id := d.in(channels.StatePublished, "")
		takedown := d.taken(id)
		if view := d.work(takedown); view.State != channels.Scheduled || view.NextAt == nil {
			d.t.Errorf("pending: %s, next %v; want it asked again", view.State, view.NextAt)
		}
		a.retract = func(context.Context, *channels.Job) (channels.Progress, error) { panic("a nil map") }
		if view := d.next(takedown); view.State != channels.Submitted || view.NextAt != nil || !strings.Contains(view.ErrorAdvice, "立即") {
			d.t.Errorf("after a panic: %s, next %v, %q; want a person", view.State, view.NextAt, view.ErrorAdvice)
		}
	})
}

// A platform without a way, an account shut since: a person takes the post down, and says when.
func TestAPersonTakesAPostDown(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.StatePublished, "") // this platform cannot
		takedown := d.taken(id)
		ordered := d.db.Now()
		view := d.work(takedown)
		if view.State != channels.Submitted || view.NextAt != nil || view.ErrorClass != channels.ByHand || view.PublicURL == "" {
			d.t.Fatalf("no way: %s, next %v, %s, link %q; want a person with the link", view.State, view.NextAt, view.ErrorClass, view.PublicURL)
		}
		queues, err := channels.QueuesOf(d.t.Context(), d.db, d.People["officer"])
		if err != nil || queues.Retract != 1 {
			d.t.Errorf("QueuesOf = %+v, %v; want one retraction", queues, err)
		}
		if alarms, err := channels.Alarms(d.t.Context(), d.db, d.People["officer"], 10); err != nil || len(alarms) != 1 || len(alarms[0].Clocks) != 1 {
			d.t.Errorf("Alarms = %+v, %v; want the retraction with its clock", alarms, err)
		}
		d.clock.Advance(30 * time.Minute)
		at := func(t sql.Time) *sql.Time { return &t }
		for what, c := range map[string]struct {
			id      string
			version int64
			report  channels.Report
			who     string
			want    error
		}{
			"without evidence":   {takedown, view.Version, channels.Report{Evidence: "  "}, "officer", channels.ErrEvidence},
			"too long":           {takedown, view.Version, channels.Report{Evidence: strings.Repeat("删", 401)}, "officer", channels.ErrEvidence},
			"before the order":   {takedown, view.Version, channels.Report{Evidence: "已删", At: at(ordered.Add(-time.Second))}, "officer", channels.ErrDoneTime},
			"in the future":      {takedown, view.Version, channels.Report{Evidence: "已删", At: at(d.db.Now().Add(time.Second))}, "officer", channels.ErrDoneTime},
			"another version":    {takedown, 1, channels.Report{Evidence: "已删"}, "officer", channels.ErrDeliveryStale},
			"of a publication":   {id, d.view(id).Version, channels.Report{Evidence: "已删"}, "officer", channels.ErrNotRetraction},
			"another unit's":     {takedown, view.Version, channels.Report{Evidence: "已删"}, "stranger", channels.ErrDeliveryNotFound},
			"one who only reads": {takedown, view.Version, channels.Report{Evidence: "已删"}, "layout", channels.ErrDeliveryNotFound},
		} {
			_, err := channels.ConfirmRetracted(d.t.Context(), d.db, d.People[c.who], c.id, c.version, c.report)
			refused(d.t, what, err, c.want)
		}
		refused(d.t, "Cancel of a retraction", d.cancel(takedown), channels.ErrNotCancellable)
		_, err = channels.ConfirmByHand(d.t.Context(), d.db, d.out, d.People["officer"], takedown, view.Version, goodURL)
		refused(d.t, "an address for a retraction", err, channels.ErrNotAwaiting)
		when := ordered.Add(20 * time.Minute)
		done, err := channels.ConfirmRetracted(d.t.Context(), d.db, d.People["officer"], takedown, view.Version, channels.Report{Evidence: "已登录后台删除", At: &when})
		if err != nil || *done.EndedAt != when || *done.Clocks[0].DoneAt != when || done.Clocks[0].Overdue {
			d.t.Errorf("ConfirmRetracted = %+v, %v; want it done at %v", done, err, when)
		}
		d.gone("by hand", id, takedown)
		_, err = channels.ConfirmRetracted(d.t.Context(), d.db, d.People["officer"], takedown, done.Version, channels.Report{Evidence: "已删"})
		refused(d.t, "a second time", err, channels.ErrNotRetraction)
	})
}

func TestWhatARecallMustSay(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	origin := d.view(d.in(channels.StatePublished, "")).OriginID
	now := d.db.Now()
	good := channels.Recall{OriginID: origin, Cause: channels.OfficeFound, Reason: "有敏感内容"}
	for what, c := range map[string]struct {
		change func(r *channels.Recall)
		who    string
		want   error
	}{
		"no reason":               {func(r *channels.Recall) { r.Reason = " " }, "officer", channels.ErrRetractReason},
		"a long reason":           {func(r *channels.Recall) { r.Reason = strings.Repeat("错", 401) }, "officer", channels.ErrRetractReason},
		"no cause":                {func(r *channels.Recall) { r.Cause = "" }, "officer", channels.ErrRetractCause},
		"told in the future":      {func(r *channels.Recall) { r.NotifiedAt = now.Add(time.Minute).Ptr() }, "officer", channels.ErrRetractTime},
		"found after it was told": {func(r *channels.Recall) { r.FoundAt, r.NotifiedAt = now.Ptr(), now.Add(-time.Minute).Ptr() }, "officer", channels.ErrRetractTime},
		"found years ago":         {func(r *channels.Recall) { r.FoundAt = sql.Time(1).Ptr() }, "officer", channels.ErrRetractTime},
		"nothing of it":           {func(r *channels.Recall) { r.OriginID = sql.NewID() }, "officer", channels.ErrNothingOut},
		"none of those named":     {func(r *channels.Recall) { r.DeliveryIDs = []string{sql.NewID()} }, "officer", channels.ErrNothingOut},
		"one who only reads":      {func(*channels.Recall) {}, "layout", channels.ErrDeliveryNotFound},
		"another unit's":          {func(*channels.Recall) {}, "stranger", channels.ErrDeliveryNotFound},
	} {
		recall := good
		c.change(&recall)
		_, err := channels.RetractAll(t.Context(), d.db, d.out, d.People[c.who], recall)
		refused(t, what, err, c.want)
	}
	if _, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["admin"], good); err != nil {
		t.Errorf("the office above: %v", err)
	}
}

// A unit may take its own account's post down, and not what the article sent to others.
func TestAnotherUnitsAccountIsOutOfReach(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	bureau := d.register(accounts.WeChat, accounts.KindWeChatSubscription, "云林局发布", accounts.Auto, d.Bureau.ID)
	ids := d.enqueue(d.message(), d.account, bureau)
	recall := channels.Recall{OriginID: d.view(ids[0]).OriginID, Cause: channels.UnitFound, Reason: "本单位账号不宜发"}
	_, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["stranger"], recall)
	refused(t, "everything, by the unit of one account", err, channels.ErrReachPart)
	recall.DeliveryIDs = ids[1:]
	if _, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["stranger"], recall); err != nil {
		t.Errorf("its own account's: %v", err)
	}
	d.stands("the other account's", d.view(ids[0]), channels.Scheduled)
	d.stands("its own", d.view(ids[1]), channels.Cancelled)
}

// TestARetractionOutlivesACrash stops the work between any two saved states and lets another worker go on.
func TestARetractionOutlivesACrash(t *testing.T) {
	eachDesk(t, func(d *desk) {
		a := d.able()
		removed := map[string]int{} // effects at the platform
		take := func(job *channels.Job) (channels.Progress, error) {
			if removed[*job.Of.ExternalID] == 0 {
				removed[*job.Of.ExternalID]++
			}
			return channels.Progress{Stage: channels.Gone}, nil
		}
		a.retract = func(_ context.Context, job *channels.Job) (channels.Progress, error) { return take(job) }
		crash := map[string]func(takedown string){
			"claimed, before the call": func(takedown string) { d.claim(takedown) },
			"before the effect": func(takedown string) {
				a.retract = func(context.Context, *channels.Job) (channels.Progress, error) {
					d.clock.Advance(d.out.Pace.Lease) // dead, says the lease; another worker has it
					d.claim(takedown)
					return channels.Progress{}, trouble(channels.Unclear)
				}
				d.work2(takedown)
			},
			"after the effect": func(takedown string) {
				a.retract = func(_ context.Context, job *channels.Job) (channels.Progress, error) {
					progress, err := take(job)
					d.clock.Advance(d.out.Pace.Lease)
					d.claim(takedown)
					return progress, err
				}
				d.work2(takedown)
			},
		}
		for where, stop := range crash {
			id := d.in(channels.StatePublished, "")
			takedown := d.taken(id)
			a.retract = func(_ context.Context, job *channels.Job) (channels.Progress, error) { return take(job) }
			stop(takedown)
			if view := d.view(takedown); view.State != channels.Scheduled || view.EndedAt != nil {
				d.t.Errorf("%s: %s, ended %v; want it to stand where it was saved", where, view.State, view.EndedAt)
			}
			d.clock.Advance(d.out.Pace.Lease)
			a.retract = func(_ context.Context, job *channels.Job) (channels.Progress, error) { return take(job) }
			d.work(takedown)
			d.gone(where, id, takedown)
		}
		for post, times := range removed {
			if times != 1 {
				d.t.Errorf("post %s was taken down %d times", post, times)
			}
		}
	})
}

// work2 performs a delivery of which another worker takes the lease meanwhile.
func (d *desk) work2(id string) {
	d.t.Helper()
	if err := channels.Perform(d.t.Context(), d.db, d.out, d.claim(id)); err != nil {
		d.t.Errorf("Perform(%s) whose lease is lost: %v", id, err)
	}
}

// Two nodes, and two people who press the button at once.
func TestTwoNodesTakeDownOnce(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.able()
		var ids []string
		for i := range 6 {
			ids = append(ids, d.enqueue(d.message(), d.another(i))[0])
			d.work(ids[i])
		}
		d.fake.calls()
		var group sync.WaitGroup
		var mu sync.Mutex
		orders := 0
		for range 2 {
			group.Go(func() {
				for _, id := range ids {
					_, err := d.recall(d.view(id).OriginID)
					mu.Lock()
					if err == nil {
						orders++
					} else if !errors.Is(err, channels.ErrNothingOut) {
						d.t.Errorf("RetractAll: %v", err)
					}
					mu.Unlock()
				}
				d.drain()
			})
		}
		group.Wait()
		if orders != len(ids) {
			d.t.Errorf("%d orders, want %d", orders, len(ids))
		}
		d.drain()
		if asked := strings.Count(d.fake.calls(), "retract"); asked != len(ids) {
			d.t.Errorf("the platform was asked %d times to take down, want %d", asked, len(ids))
		}
		for _, id := range ids {
			d.stands("taken down", d.view(id), channels.Retracted)
		}
	})
}

// Retractions go before everything that has waited longer.
func TestRetractionsGoFirst(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	d.able()
	id := d.in(channels.StatePublished, "")
	for i := range 3 {
		d.enqueue(d.message(), d.another(i))
	}
	d.clock.Advance(time.Minute)
	takedown := d.taken(id)
	ids, err := channels.Due(t.Context(), d.db, 3)
	if err != nil || len(ids) != 3 || ids[0] != takedown {
		t.Errorf("Due = %v, %v; want %s first", ids, err, takedown)
	}
	if ids, err := channels.DueUrgent(t.Context(), d.db, 3); err != nil || !slices.Equal(ids, []string{takedown}) {
		t.Errorf("DueUrgent = %v, %v; want %s alone", ids, err, takedown)
	}
}

// The clock belongs to the retracting delivery, under the rulebook of the account's unit.
func TestTheClockOfARetractionIsAClockLikeOthers(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	takedown := d.taken(d.in(channels.StatePublished, ""))
	clocks, err := rules.ClocksOf(t.Context(), d.db, channels.DeliverySubject, takedown)
	if err != nil || len(clocks) != 1 || clocks[0].UnitID != d.Town.ID || clocks[0].Section != rules.SectionTakedown || clocks[0].Platform != string(accounts.WeChat) {
		t.Errorf("ClocksOf = %+v, %v", clocks, err)
	}
}
