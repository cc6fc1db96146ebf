package channels_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// corrected signs a new text of the article of a delivery and releases it as a correction.
func (d *desk) corrected(id string) ([]channels.Delivery, error) {
	d.t.Helper()
	return d.correctedBy(d.view(id).OriginID, "清源镇防汛提示（更正）")
}

func (d *desk) correctedBy(originID, title string) (made []channels.Delivery, err error) {
	d.t.Helper()
	message := d.message()
	message.OriginID, message.Title = originID, title
	if message.SHA256, err = message.Hash(); err != nil {
		d.t.Fatalf("Hash: %v", err)
	}
	err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Correct(d.t.Context(), tx, d.out, d.People["officer"], message, "时间写错了")
		return err
	})
	return made, err
}

func (d *desk) correction(id string) string {
	d.t.Helper()
	made, err := d.corrected(id)
	if err != nil || len(made) != 1 {
		d.t.Fatalf("Correct = %d, %v; want one", len(made), err)
	}
	return made[0].ID
}

func TestACorrectionTakesThePlaceOfWhatIsPublished(t *testing.T) {
	eachDesk(t, func(d *desk) {
		a := d.able()
		id := d.in(channels.StatePublished, "")
		update := d.correction(id)
		a.update = always(channels.Progress{}, trouble(channels.Unclear)) // its answer is lost: again, with the same identity
		d.readersSee(id, "清源镇防汛提示")
		view := d.work(update)
		if view.State != channels.Prepared || view.IntentAt == nil || view.NextAt == nil || view.Advice.Readers != "可能已更正" {
			d.t.Errorf("after a lost answer: %s, next %v, advice %+v", view.State, view.NextAt, view.Advice)
		}
		if message, _, err := channels.PublicMessage(d.t.Context(), d.db, update); err != nil || !strings.Contains(message.Title, "更正") {
			d.t.Errorf("the pictures of the new text: %v, %v; want them to be found", message.Title, err)
		}
		a.update = nil
		view = d.next(update)
		d.stands("corrected", view, channels.StatePublished)
		again := "update post-" + id + " 清源镇防汛提示（更正）"
		d.asked("corrected", "["+again+" "+again+"]")
		if message, _, err := channels.PublicMessage(d.t.Context(), d.db, id); err != nil || message.Title != "清源镇防汛提示（更正）" {
			d.t.Errorf("our own page shows %q, %v; want the new text", message.Title, err)
		}
		d.readersSee(id, "清源镇防汛提示（更正）")
		if d.posts() != 1 {
			d.t.Errorf("%d posts, want 1: a correction is no post", d.posts())
		}
		_, err := d.tryEnqueue(d.newText(id), d.db.Now(), d.account)
		refused(d.t, "a new text as a second post", err, channels.ErrDeliveryExists)

		update = d.correctionTo(id, "再更正") // taken down before it is sent
		takedown := d.taken(id)
		d.stands("a correction of what is taken down", d.view(update), channels.Cancelled)
		d.work(takedown)
		d.gone("corrected and taken down", id, takedown)
		d.readersSee(id)
		_, err = d.correctedBy(d.view(id).OriginID, "三更正")
		refused(d.t, "Correct of what was taken down", err, channels.ErrNothingToCorrect)
	})
}

// readersSee fails unless the texts of an article that are out have these titles.
func (d *desk) readersSee(id string, titles ...string) {
	d.t.Helper()
	texts, err := channels.PublicTexts(d.t.Context(), d.db, d.view(id).OriginID)
	var got []string
	for _, text := range texts {
		got = append(got, text.Title)
		if len(text.Accounts) != 1 || text.Accounts[0] != d.account.Name || text.Body == "" {
			d.t.Errorf("the text %q is on %v with the body %q", text.Title, text.Accounts, text.Body)
		}
	}
	if err != nil || texts == nil || !slices.Equal(got, titles) {
		d.t.Errorf("readers see %q, %v; want %q", got, err, titles)
	}
}

// newText is another signed text of the article of a delivery.
func (d *desk) newText(id string) channels.Message {
	d.t.Helper()
	message := d.message()
	message.OriginID = d.view(id).OriginID
	return message
}

func (d *desk) correctionTo(id, title string) string {
	d.t.Helper()
	made, err := d.correctedBy(d.view(id).OriginID, title)
	if err != nil || len(made) != 1 {
		d.t.Fatalf("Correct = %d, %v; want one", len(made), err)
	}
	return made[0].ID
}

// TestWhatACorrectionFinds corrects a publication in each state it can be in.
func TestWhatACorrectionFinds(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.able()
		for _, state := range []channels.State{channels.Scheduled, channels.Prepared, channels.Failed} {
			id := d.in(state, channels.Content)
			again := d.correction(id)
			d.stands("the old text", d.view(id), channels.Cancelled)
			if view := d.view(again); view.Action != channels.Publish || view.State != channels.Scheduled {
				d.t.Errorf("%s: the new text is %s, %s; want it queued to be published", state, view.Action, view.State)
			}
			d.stands("the new text", d.work(again), channels.StatePublished)
		}
		id := d.in(channels.Submitted, "")
		update := d.correction(id)
		if view := d.work(update); view.State != channels.Scheduled || view.NextAt == nil {
			d.t.Errorf("while it is published: %s, next %v; want it to wait", view.State, view.NextAt)
		}
		d.next(id)
		d.stands("published and corrected", d.work(update), channels.StatePublished)

		id = d.in(channels.Unknown, "")
		update = d.correction(id)
		if view := d.work(update); view.State != channels.Submitted || view.NextAt != nil {
			d.t.Errorf("unknown: %s, next %v; want a person", view.State, view.NextAt)
		}
		if _, err := channels.SettleAbsent(d.t.Context(), d.db, d.People["officer"], id, d.view(id).Version, "没有"); err != nil {
			d.t.Fatalf("SettleAbsent: %v", err)
		}
		d.stands("nothing to correct", d.work(update), channels.Cancelled)

		_, err := d.correctedBy(d.view(d.in(channels.Cancelled, "")).OriginID, "更正")
		refused(d.t, "Correct of what was cancelled", err, channels.ErrNothingToCorrect)
		err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
			_, err := channels.Correct(d.t.Context(), tx, d.out, d.People["officer"], d.newText(id), " ")
			return err
		})
		refused(d.t, "Correct without a reason", err, channels.ErrRetractReason)
	})
}

func TestWhatFollowsAnErrorOfACorrection(t *testing.T) {
	eachDesk(t, func(d *desk) {
		a := d.able()
		for class, want := range map[channels.Class]channels.State{channels.Retry: channels.Prepared, channels.Unclear: channels.Prepared, "": channels.Prepared,
			channels.Content: channels.Failed, channels.Quota: channels.Submitted, channels.Permission: channels.Submitted, channels.ByHand: channels.Submitted} {
			id := d.in(channels.StatePublished, "")
			update := d.correction(id)
			var failure error = trouble(class)
			if class == "" {
				failure = errors.New("out of the blue")
			}
			a.update = always(channels.Progress{}, failure)
			view := d.work(update)
			if view.State != want || (view.NextAt != nil) != (want == channels.Prepared) || view.Advice.Happened == "" {
				d.t.Errorf("%q: %s, next %v, advice %+v; want %s", class, view.State, view.NextAt, view.Advice, want)
			}
			a.update = nil
			if want != channels.Prepared {
				if _, err := channels.TryAgain(d.t.Context(), d.db, d.People["officer"], update, view.Version); err != nil {
					d.t.Errorf("%q, tried again: %v", class, err)
				}
			}
			d.stands(string(class), d.next(update), channels.StatePublished)
		}
	})
}

func TestAPersonCorrectsAPost(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.StatePublished, "") // this platform cannot
		update := d.correction(id)
		view := d.work(update)
		if view.State != channels.Submitted || view.NextAt != nil || view.Advice.Button != channels.ActConfirmCorrected || view.PublicURL == "" {
			d.t.Fatalf("no way: %s, next %v, advice %+v, link %q; want a person with the link", view.State, view.NextAt, view.Advice, view.PublicURL)
		}
		ctx := d.t.Context()
		_, err := channels.ConfirmCorrected(ctx, d.db, d.out, d.People["officer"], update, view.Version, channels.Report{})
		refused(d.t, "without evidence", err, channels.ErrEvidence)
		_, err = channels.ConfirmCorrected(ctx, d.db, d.out, d.People["officer"], id, d.view(id).Version, channels.Report{Evidence: "已改"})
		refused(d.t, "of a publication", err, channels.ErrNotCorrection)
		_, err = channels.ConfirmCorrected(ctx, d.db, d.out, d.People["officer"], update, 1, channels.Report{Evidence: "已改"})
		refused(d.t, "another version", err, channels.ErrDeliveryStale)
		_, err = channels.ConfirmCorrected(ctx, d.db, d.out, d.People["stranger"], update, view.Version, channels.Report{Evidence: "已改"})
		refused(d.t, "another unit's", err, channels.ErrDeliveryNotFound)
		done, err := channels.ConfirmCorrected(ctx, d.db, d.out, d.People["officer"], update, view.Version, channels.Report{Evidence: "已登录后台改好"})
		if err != nil || done.State != channels.StatePublished || len(done.Actions) != 0 {
			d.t.Errorf("ConfirmCorrected = %s, actions %v, %v", done.State, done.Actions, err)
		}
		if d.posts() != 1 {
			d.t.Errorf("%d posts, want 1", d.posts())
		}
	})
}

// TestACorrectionIsPublishedAnew: where a platform lets nothing be changed, the text gets another address, and nobody may believe
// that taking the old post down is enough.
func TestACorrectionIsPublishedAnew(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.StatePublished, "")
		update := d.correction(id)
		view := d.work(update)
		if slices.Contains(view.Actions, channels.ActRetry) {
			d.t.Errorf("actions %v of what the program has no way to do", view.Actions)
		}
		anew := "https://mp.weixin.qq.com/s/anew"
		report := channels.Report{Evidence: "删除后重新发布", URL: " " + anew + " ", At: d.db.Now().Ptr()}
		done, err := channels.ConfirmCorrected(d.t.Context(), d.db, d.out, d.People["officer"], update, view.Version, report)
		if err != nil || done.State != channels.StatePublished || done.PublicURL != anew || d.view(id).PublicURL != anew || d.view(id).ExternalID != nil {
			d.t.Fatalf("ConfirmCorrected = %s at %q, the publication at %q known as %v, %v", done.State, done.PublicURL, d.view(id).PublicURL, d.view(id).ExternalID, err)
		}
		living := func() (urls []string) {
			page, err := accounts.Posts(d.t.Context(), d.db, d.People["officer"], accounts.PostFilter{AccountID: d.account.ID, PerPage: 100})
			if err != nil {
				d.t.Fatal(err)
			}
			for _, post := range page.Items {
				if post.RemovedAt == nil {
					urls = append(urls, post.URL)
				}
			}
			return urls
		}
		if got := living(); d.posts() != 2 || len(got) != 1 || got[0] != anew {
			d.t.Errorf("%d posts, readers see %v; want the new one beside the old that is gone", d.posts(), got)
		}

		d.able() // from here on the platform could, and must not be asked: it knows the old post only
		before := d.fake.calls()
		second := d.correctionTo(id, "再次更正")
		if view = d.work(second); view.ErrorCode != "reposted" || view.NextAt != nil || !strings.Contains(view.ErrorAdvice, "重新发布") {
			d.t.Errorf("another correction: %s %q, next %v; want a person", view.ErrorCode, view.ErrorAdvice, view.NextAt)
		}
		takedown := d.taken(id)
		if view = d.work(takedown); view.ErrorCode != "reposted" || view.PublicURL != anew || view.State == channels.Retracted {
			d.t.Errorf("taking down: %s, %s %q at %q; want a person with the new address", view.State, view.ErrorCode, view.ErrorAdvice, view.PublicURL)
		}
		if got := d.fake.calls(); got != before {
			d.t.Errorf("the platform was asked %s after %s, want nothing more", got, before)
		}
		gone, err := channels.ConfirmRetracted(d.t.Context(), d.db, d.People["officer"], takedown, view.Version, channels.Report{Evidence: "已删除"})
		if err != nil || gone.State != channels.Retracted || len(living()) != 0 {
			d.t.Errorf("ConfirmRetracted = %s, readers still see %v, %v", gone.State, living(), err)
		}
	})
}

// TestTakingOver: what the program cannot send a person posts, and only what certainly did not go out.
func TestTakingOver(t *testing.T) {
	eachDesk(t, func(d *desk) {
		over := func(who, id string, version int64) (channels.View, error) {
			return channels.TakeOver(d.t.Context(), d.db, d.People[who], id, version)
		}
		d.beat("one")
		held := d.plan(d.account, time.Hour)
		d.clock.Advance(3 * time.Hour)
		d.beat("one")
		for what, id := range map[string]string{"failed": d.in(channels.Failed, channels.Permission), "prepared": d.in(channels.Prepared, ""), "held": held} {
			view, err := over("officer", id, d.view(id).Version)
			if err != nil || !view.ByHand || view.State != channels.Scheduled {
				d.t.Fatalf("TakeOver of one that is %s = %s, by hand %v, %v", what, view.State, view.ByHand, err)
			}
			d.fake.calls()
			view = d.work(id)
			d.asked(what, "[]")
			if view.State != channels.Submitted || view.NextAt != nil || !slices.Contains(view.Actions, channels.ActConfirm) {
				d.t.Errorf("%s, taken over: %s, next %v, actions %v; want the package ready", what, view.State, view.NextAt, view.Actions)
			}
			if _, err := channels.ConfirmByHand(d.t.Context(), d.db, d.out, d.People["officer"], id, view.Version, goodURL+"/"+id); err != nil {
				d.t.Errorf("ConfirmByHand: %v", err)
			}
		}
		for _, state := range []channels.State{channels.Submitted, channels.Unknown, channels.StatePublished, channels.Cancelled} {
			id := d.in(state, "")
			_, err := over("officer", id, d.view(id).Version)
			refused(d.t, "TakeOver of one that is "+string(state), err, channels.ErrNotTakeable)
		}
		id := d.enqueue(d.message(), d.manual)[0]
		_, err := over("officer", id, d.view(id).Version)
		refused(d.t, "TakeOver of one that is posted by hand anyway", err, channels.ErrNotTakeable)
		id = d.one()
		_, err = over("officer", id, 99)
		refused(d.t, "TakeOver of another version", err, channels.ErrDeliveryStale)
		_, err = over("layout", id, 1)
		refused(d.t, "TakeOver by one who only reads", err, channels.ErrDeliveryNotFound)
		_, err = over("stranger", id, 1)
		refused(d.t, "TakeOver of another unit's", err, channels.ErrDeliveryNotFound)
		d.fake.prepare = nil
		claimed := d.claim(id) // somebody prepares it at this moment
		if _, err := over("officer", id, claimed.Version); err != nil {
			d.t.Fatalf("TakeOver while it is prepared: %v", err)
		}
		d.fake.calls()
		if err := channels.Perform(d.t.Context(), d.db, d.out, claimed); err != nil {
			d.t.Fatalf("Perform: %v", err)
		}
		d.asked("after it was taken over", "[prepare]")
		if d.view(id).State == channels.StatePublished {
			d.t.Error("it was published by the program as well")
		}
	})
}

// TestAdviceSaysWhatItMeansForReaders goes through every state a publication can be in.
func TestAdviceSaysWhatItMeansForReaders(t *testing.T) {
	d := newDesk(t, sqliteOf(t))
	unknown := d.in(channels.Unknown, "") // first, for its time passes
	table := map[string]struct{ id, readers, button string }{
		"scheduled":        {d.plan(d.account, time.Hour), "未发出", ""},
		"prepared":         {d.in(channels.Prepared, ""), "未发出", channels.ActRetry},
		"submitted":        {d.in(channels.Submitted, ""), "可能已发出", ""},
		"published":        {d.in(channels.StatePublished, ""), "已发出", ""},
		"failed, quota":    {d.in(channels.Failed, channels.Permission), "未发出", channels.ActRetry},
		"failed, by hand":  {d.in(channels.Failed, channels.ByHand), "未发出", channels.ActConfirm},
		"failed, content":  {d.in(channels.Failed, channels.Content), "未发出", channels.ActMend},
		"failed, a defect": {d.in(channels.Failed, channels.Defect), "未发出", channels.ActTakeOver},
		"unknown":          {unknown, "可能已发出", channels.ActSettle},
		"cancelled":        {d.in(channels.Cancelled, ""), "未发出", ""},
		"awaiting":         {d.awaiting(), "未发出", channels.ActConfirm},
	}
	for what, c := range table {
		advice := d.view(c.id).Advice
		if advice.Readers != c.readers || advice.Button != c.button || advice.Happened == "" || (advice.Button == "") != (advice.ButtonLabel == "") {
			t.Errorf("%s: %+v, want readers %s, button %q", what, advice, c.readers, c.button)
		}
		if reader := d.viewAs("layout", c.id).Advice; reader.Button != "" || reader.Happened != advice.Happened {
			t.Errorf("%s, for one who only reads: %+v, want no button", what, reader)
		}
	}
	if next := d.view(table["cancelled"].id).Advice.Next; next != "" {
		t.Errorf("called off before anything was made: %s", next)
	}
	d.fake.prepare = func(_ context.Context, job *channels.Job) error { job.Remote[channels.KeptDraft] = "draft"; return nil }
	left := d.in(channels.Prepared, "")
	if view, err := channels.Cancel(t.Context(), d.db, d.People["officer"], left, d.view(left).Version); err != nil || !strings.Contains(view.Advice.Next, "草稿箱") {
		t.Errorf("called off after a draft was made: %+v, %v", view.Advice, err)
	}
	// An article that is out nowhere has no correction: its page has another button.
	for _, button := range []string{"更正", "撤销排期"} {
		if next := d.view(table["failed, content"].id).Advice.Next; !strings.Contains(next, "“"+button+"”") {
			t.Errorf("after a refusal of the text: %s, want it to name %s", next, button)
		}
	}
	queues, err := channels.QueuesOf(t.Context(), d.db, d.People["officer"])
	if err != nil || queues != (channels.Queues{Unknown: 1, Failed: 4, Hand: 1}) {
		t.Errorf("QueuesOf = %+v, %v; want one unknown, four failed, one in hand", queues, err)
	}
	for queue, want := range map[channels.Queue]int{channels.QueueUnknown: 1, channels.QueueFailed: 4, channels.QueueHand: 1, channels.QueueHeld: 0, channels.QueueRetract: 0} {
		list, err := channels.List(t.Context(), d.db, d.People["officer"], channels.Filter{Queue: queue, Limit: 10})
		if err != nil || len(list) != want {
			t.Errorf("List of the queue %s has %d, %v; want %d", queue, len(list), err, want)
		}
	}
	if queues, err := channels.QueuesOf(t.Context(), d.db, d.People["layout"]); err != nil || queues != (channels.Queues{}) {
		t.Errorf("QueuesOf for one who only reads = %+v, %v; want none", queues, err)
	}
	if list, err := channels.List(t.Context(), d.db, d.People["officer"], channels.Filter{Platform: accounts.WeChat, Action: channels.Retract, Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("List of retractions = %d, %v; want none", len(list), err)
	}
}
