package wechat_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

const sendAllPath = "/cgi-bin/message/mass/sendall"

// toAll is the setup of an account that sends to all its followers.
func toAll(s *setup) { s.settings["publish_mode"] = "mass_send" }

func (d *desk) decide(id string, choice wechat.Choice) {
	d.t.Helper()
	if _, err := wechat.Decide(d.t.Context(), d.db, d.People["officer"], id, choice); err != nil {
		d.t.Fatalf("Decide(%s) = %v", choice, err)
	}
}

func TestNothingIsSentToAllBeforeAPersonDecides(t *testing.T) {
	eachDesk(t, toAll, func(d *desk) {
		id := d.schedule("防汛提示")
		view := d.work(id)
		if view.State == channels.Submitted || view.IntentAt != nil || view.ErrorCode != "mass_undecided" || !strings.Contains(view.ErrorAdvice, "确认群发") {
			t.Fatalf("delivery = %s, intent %v, %q, want it to wait for a decision", view.State, view.IntentAt, view.ErrorAdvice)
		}
		d.decide(id, wechat.SendToAll)
		view = d.until(id)
		d.stands("after the decision", view, channels.StatePublished)
		d.called(1)
		if r := d.report(); r.MassSent != 1 || r.Published != 1 || r.Submits != 0 {
			t.Errorf("report = %+v, want one sending and no quiet publication", r)
		}
		if _, err := wechat.Decide(t.Context(), d.db, d.People["officer"], id, wechat.Quietly); !errors.Is(err, wechat.ErrMassBegun) {
			t.Errorf("Decide afterwards = %v, want mass_begun", err)
		}
	})
}

func TestADecisionForQuietPublishing(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	id := d.schedule("防汛提示")
	d.work(id)
	d.decide(id, wechat.SendToAll)
	d.decide(id, wechat.Quietly) // the mind may be changed
	d.stands("after the decision", d.until(id), channels.StatePublished)
	if r := d.report(); r.Masses != 0 || r.Submits != 1 {
		t.Errorf("report = %+v, want it published without notification", r)
	}
}

func TestDecideRefusesWhoMayNotAndWhatIsNoSending(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	id := d.schedule("防汛提示")
	d.work(id)
	ctx := t.Context()
	if _, err := wechat.Decide(ctx, d.db, d.People["viewer"], id, wechat.SendToAll); err == nil {
		t.Error("somebody who only reads has decided")
	}
	if _, err := wechat.Decide(ctx, d.db, d.People["officer"], id, "loudly"); !errors.Is(err, wechat.ErrChoiceUnknown) {
		t.Errorf("Decide(loudly) = %v, want choice_unknown", err)
	}
	quiet := newDesk(t, sqltest.SQLite(t), nil)
	other := quiet.schedule("防汛提示")
	if _, err := wechat.Decide(ctx, quiet.db, quiet.People["officer"], other, wechat.SendToAll); !errors.Is(err, wechat.ErrNotMass) {
		t.Errorf("Decide on an account that publishes quietly = %v, want not_mass", err)
	}
}

func TestOneSendingADay(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	one, two := d.schedule("第一篇"), d.schedule("第二篇")
	for _, id := range []string{one, two} {
		d.work(id)
		d.decide(id, wechat.SendToAll)
	}
	d.stands("the first", d.until(one), channels.StatePublished)
	view := d.work(two)
	if view.ErrorCode != "mass_spent" || d.calls(sendAllPath) != 1 {
		t.Fatalf("the second waits with %q after %d calls, want mass_spent without asking", view.ErrorCode, d.calls(sendAllPath))
	}
	if wait := view.NextAt.Sub(d.db.Now()); wait < 12*time.Hour-time.Minute || wait > 12*time.Hour+6*time.Minute {
		t.Errorf("it waits %v, want until five past midnight", wait)
	}
	d.stands("the second, next day", d.until(two), channels.StatePublished)
	d.report()
}

func TestASendingOfTheConsoleCountsToo(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	id := d.schedule("第一篇")
	d.work(id)
	d.box.AddFault(errcode(sendAllPath, 45028, 1))
	d.decide(id, wechat.SendToAll)
	view := d.work(id)
	if view.ErrorCode != "45028" || view.NextAt.Sub(d.db.Now()) < 11*time.Hour {
		t.Fatalf("delivery waits with %s until %v, want 45028 until tomorrow", view.ErrorCode, view.NextAt)
	}
	d.stands("next day", d.until(id), channels.StatePublished)
}

func TestServiceAccountsHaveFourSendingsAMonth(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), func(s *setup) {
		toAll(s)
		s.kind, s.platform.Type = accounts.KindWeChatService, "service"
	})
	for i, title := range []string{"一", "二", "三", "四", "五"} {
		id := d.schedule(title)
		d.work(id)
		d.decide(id, wechat.SendToAll)
		if i < 4 {
			d.stands(title, d.until(id), channels.StatePublished)
			continue
		}
		view := d.work(id)
		april := sql.FromStd(time.Date(2026, 4, 1, 0, 0, 0, 0, sql.Beijing))
		if view.ErrorCode != "mass_spent" || *view.NextAt < april {
			t.Errorf("the fifth waits with %s until %v, want mass_spent until April", view.ErrorCode, view.NextAt)
		}
	}
	allowed := d.channel.Allowances(d.account)
	if len(allowed) != 1 || allowed[0].Most != 4 || allowed[0].Window != channels.PerMonth {
		t.Errorf("Allowances = %+v, want four a month", allowed)
	}
}

// Whatever became of the answer, followers get one message.
func TestALostAnswerOfASendingMakesOneSending(t *testing.T) {
	for _, action := range []string{sandbox.DropAfter, sandbox.Truncate, sandbox.GzipGarbage, sandbox.DropBefore, sandbox.HTML502} {
		for _, called := range []bool{false, true} {
			d := newDesk(t, sqltest.SQLite(t), func(s *setup) { toAll(s); s.platform.CallbackNever = !called })
			id := d.schedule("防汛提示")
			d.work(id)
			d.box.AddFault(fault(sendAllPath, action, 1))
			d.decide(id, wechat.SendToAll)
			d.stands(action, d.until(id), channels.StatePublished)
			if r := d.report(); r.Masses != 1 || r.MassSent != 1 {
				t.Errorf("%s: %d sendings, want 1", action, r.Masses)
			}
		}
	}
}

func TestTheAdministratorHasToConfirm(t *testing.T) {
	for _, bare := range []bool{false, true} {
		d := newDesk(t, sqltest.SQLite(t), func(s *setup) {
			toAll(s)
			s.platform.MassProtection, s.platform.MassApprovalBare = true, bare
		})
		id := d.schedule("防汛提示")
		d.work(id)
		d.decide(id, wechat.SendToAll)
		d.stands("waiting for the administrator", d.work(id), channels.Submitted)
		d.box.Advance(5 * time.Minute)
		d.work(id)
		d.box.Approve(appID, true)
		d.stands("confirmed", d.until(id), channels.StatePublished)
		if r := d.report(); r.MassSent != 1 {
			t.Errorf("bare %v: %d sent, want 1", bare, r.MassSent)
		}
	}
	d := newDesk(t, sqltest.SQLite(t), func(s *setup) { toAll(s); s.platform.MassProtection = true })
	id := d.schedule("防汛提示")
	d.work(id)
	d.decide(id, wechat.SendToAll)
	d.stands("never confirmed", d.until(id), channels.Failed)
	if r := d.report(); r.MassSent != 0 || r.Published != 0 {
		t.Errorf("report = %+v, want nothing sent", r)
	}
}

func TestASendingThatTheReviewStopsSaysWhy(t *testing.T) {
	for _, called := range []bool{true, false} {
		d := newDesk(t, sqltest.SQLite(t), func(s *setup) { toAll(s); s.platform.CallbackNever = !called })
		id := d.schedule("防汛提示[sim:m20001]")
		d.work(id)
		d.decide(id, wechat.SendToAll)
		d.work(id)
		d.box.Advance(16 * time.Second)
		d.called(1)
		view := d.until(id)
		d.stands("stopped", view, channels.Failed)
		if called && (view.ErrorCode != "mass_err_20001" || !strings.Contains(view.ErrorAdvice, "政治敏感")) {
			t.Errorf("failed with %s %q, want the reason of the callback", view.ErrorCode, view.ErrorAdvice)
		}
		if _, err := channels.TryAgain(t.Context(), d.db, d.People["officer"], id, view.Version); err != nil {
			t.Fatalf("TryAgain = %v", err)
		}
		d.work(id)
		if n := d.calls(sendAllPath); n != 2 {
			t.Errorf("%d sendings asked for after the retry, want a second one: the first sent nothing", n)
		}
	}
}

func TestEveryRefusalOfASending(t *testing.T) {
	for _, c := range []struct {
		code  int
		class channels.Class
	}{{-1, channels.Unclear}, {40007, channels.Unclear}, {45066, channels.Quota}, {48001, channels.Permission}, {45062, channels.ByHand},
		{45113, channels.ByHand}, {45067, channels.Defect}, {53503, channels.Content}} {
		b := newBench(t)
		b.account.Settings["publish_mode"] = "mass_send"
		job := b.job(b.message())
		b.prepare(job)
		if _, err := b.db.Exec(t.Context(), "wechat_mass.decide", sql.Args{"delivery_id": job.Delivery.ID, "account_id": b.account.ID,
			"choice": wechat.SendToAll, "decided_by": "x", "decided_at": b.box.Now().UnixMilli()}); err != nil {
			t.Fatal(err)
		}
		b.box.AddFault(errcode(sendAllPath, c.code, 1))
		_, err := b.channel.Submit(t.Context(), job)
		if p := b.note(err); p.Class != c.class {
			t.Errorf("Submit refused with %d = %v, want class %s", c.code, err, c.class)
		}
	}
}

func TestASentMessageIsTakenDown(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	id := d.schedule("防汛提示")
	d.work(id)
	d.decide(id, wechat.SendToAll)
	view := d.until(id)
	job := &channels.Job{Delivery: channels.Delivery{ID: sql.NewID(), Action: channels.Retract}, Of: &view.Delivery, Account: d.account,
		Credentials: d.credentials(), Remote: sql.Object{}, OriginURL: "https://gov.example.cn/p/x"}
	d.box.AddFault(fault("/cgi-bin/message/mass/delete", sandbox.DropAfter, 1))
	_, err := d.channel.Retract(t.Context(), job)
	if p := channels.AsPlatformError(err); p == nil || p.Class != channels.Retry {
		t.Fatalf("Retract with its answer lost = %v, want Retry", err)
	}
	progress, err := d.channel.Retract(t.Context(), job)
	if err != nil || progress.Stage != channels.Gone || d.calls("/cgi-bin/message/mass/delete") != 1 {
		t.Errorf("Retract again = %+v, %v after %d deletions, want Gone after one", progress, err, d.calls("/cgi-bin/message/mass/delete"))
	}
	if r := d.box.Report().WeChat[appID]; r.Deleted != 1 {
		t.Errorf("%d deleted, want 1", r.Deleted)
	}
}

func TestADraftIsLeftToAPersonAndRecognisedLater(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), func(s *setup) { s.settings["publish_mode"] = "draft_only" })
	id := d.schedule("防汛提示")
	view := d.work(id)
	if view.State != channels.Submitted || view.NextAt != nil || d.calls(submitPath) != 0 {
		t.Fatalf("delivery = %s, next %v, want it to wait for a person", view.State, view.NextAt)
	}
	if !view.Drafted || !strings.Contains(view.Advice.Happened+view.Advice.Next, "草稿箱") || strings.Contains(view.Advice.Happened, "发布包") {
		t.Errorf("drafted %v, advice %+v: want a person sent to the draft, not to make the article again", view.Drafted, view.Advice)
	}
	alarms, err := channels.Alarms(t.Context(), d.db, d.People["officer"], 10)
	if err != nil || len(alarms) != 1 || alarms[0].Advice.Happened != view.Advice.Happened {
		t.Errorf("Alarms = %+v, %v; want the same of the draft there", alarms, err)
	}
	mediaID, _ := view.Remote["media_id"].(string)
	if err := d.box.Happen(sandbox.Event{Type: "wechat.publish", Account: appID, ID: mediaID}); err != nil {
		t.Fatal(err)
	}
	seen, err := d.channel.Observe(t.Context(), channels.Look{Account: d.account, Credentials: d.credentials(), PublicBase: d.out.PublicBase, Now: d.db.Now()})
	if err != nil || len(seen.Posts) != 1 || seen.Posts[0].DeliveryID != id || seen.Posts[0].URL == "" {
		t.Errorf("Observe = %+v, %v, want the delivery recognised", seen, err)
	}
}
