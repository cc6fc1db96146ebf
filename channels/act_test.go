package channels_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// in brings a new delivery into a state by the ways that lead there.
func (d *desk) in(state channels.State, class channels.Class) string {
	d.t.Helper()
	prepare, submit, find, poll := d.fake.prepare, d.fake.submit, d.fake.find, d.fake.poll
	defer func() { d.fake.prepare, d.fake.submit, d.fake.find, d.fake.poll = prepare, submit, find, poll }()
	lost := always(channels.Progress{}, trouble(channels.Unclear))
	id := d.one()
	switch state {
	case channels.Prepared:
		d.fake.submit = always(channels.Progress{}, trouble(channels.Retry))
		d.work(id)
	case channels.Submitted:
		d.fake.submit = stage(channels.Pending)
		d.work(id)
	case channels.StatePublished:
		d.fake.submit = nil
		d.work(id)
	case channels.Failed:
		d.fake.submit = always(channels.Progress{}, trouble(class))
		d.work(id)
	case channels.Unknown:
		d.fake.submit, d.fake.find = lost, stage(channels.Unsure)
		d.work(id)
		d.clock.Advance(2 * d.out.Pace.GiveUp)
		d.work(id)
	case channels.Cancelled:
		if err := d.cancel(id); err != nil {
			d.t.Fatalf("Cancel: %v", err)
		}
	}
	if got := d.view(id).State; got != state {
		d.t.Fatalf("a delivery to be %s is %s", state, got)
	}
	d.fake.calls()
	return id
}

// awaiting returns a delivery that waits for a person to post it.
func (d *desk) awaiting() string {
	d.t.Helper()
	id := d.enqueue(d.message(), d.manual)[0]
	view := d.work(id)
	if view.State != channels.Submitted || view.NextAt != nil || view.Holder != nil {
		d.t.Fatalf("a delivery to be awaiting a person is %s, next %v", view.State, view.NextAt)
	}
	return id
}

const goodURL = "https://wx.example.cn/s/by-hand"

func (d *desk) confirm(who, id, address string) (channels.View, error) {
	d.t.Helper()
	return channels.ConfirmByHand(d.t.Context(), d.db, d.out, d.People[who], id, d.view(id).Version, address)
}

func TestAPersonConfirmsWhatAPersonPosted(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for name, id := range map[string]string{
			"awaiting": d.awaiting(), "unknown": d.in(channels.Unknown, ""), "failed, to be done by hand": d.in(channels.Failed, channels.ByHand),
		} {
			view, err := d.confirm("deputy", id, "  "+goodURL+"/"+id+"\n")
			if err != nil {
				d.t.Errorf("%s: ConfirmByHand: %v", name, err)
				continue
			}
			d.stands(name, view, channels.StatePublished)
			if view.PublicURL != goodURL+"/"+id || view.ErrorCode != "" || view.NextAt != nil {
				d.t.Errorf("%s: url %q, error %q, next %v", name, view.PublicURL, view.ErrorCode, view.NextAt)
			}
			if !slices.Contains(steps(view), "publish:done") {
				d.t.Errorf("%s: steps %v, want the publication among them", name, steps(view))
			}
		}
		d.asked("by hand", "[]")
		page, err := accounts.Posts(d.t.Context(), d.db, d.People["officer"], accounts.PostFilter{AccountID: d.manual.ID})
		if err != nil || len(page.Items) != 1 || page.Items[0].Source != accounts.ByHand || page.Items[0].DeliveryID == nil {
			d.t.Errorf("posts of the manual account %+v, %v; want the one by hand", page.Items, err)
		}
	})
}

func TestConfirmByHandIsRefused(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for _, state := range []channels.State{channels.Scheduled, channels.Prepared, channels.Submitted, channels.StatePublished, channels.Cancelled} {
			_, err := d.confirm("officer", d.in(state, ""), goodURL)
			refused(d.t, "ConfirmByHand of a delivery that is "+string(state), err, channels.ErrNotAwaiting)
		}
		_, err := d.confirm("officer", d.in(channels.Failed, channels.Content), goodURL)
		refused(d.t, "ConfirmByHand of a refused text", err, channels.ErrNotAwaiting)
		id := d.awaiting()
		for _, address := range []string{"", "   ", "已发布", "mp.weixin.qq.com/s/1", "javascript:alert(1)", "ftp://x.cn/1", "https://", "http://[::1", goodURL + strings.Repeat("x", 1000)} {
			_, err := d.confirm("officer", id, address)
			refused(d.t, fmt.Sprintf("ConfirmByHand with %.30q", address), err, channels.ErrURLRequired)
		}
		_, err = channels.ConfirmByHand(d.t.Context(), d.db, d.out, d.People["officer"], id, d.view(id).Version-1, goodURL)
		refused(d.t, "ConfirmByHand of a stale version", err, channels.ErrDeliveryStale)
		d.stands("after all refusals", d.view(id), channels.Submitted)
	})
}

func TestAbsentBySomebodysWordMayBeTriedAgain(t *testing.T) {
	eachDesk(t, func(d *desk) {
		id := d.in(channels.Unknown, "")
		version := d.view(id).Version
		settle := func(who string, version int64, reason string) (channels.View, error) {
			return channels.SettleAbsent(d.t.Context(), d.db, d.People[who], id, version, reason)
		}
		_, err := channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, version)
		refused(d.t, "TryAgain of what may be public", err, channels.ErrNotRetryable)
		_, err = settle("officer", version, " \n")
		refused(d.t, "SettleAbsent without a reason", err, channels.ErrReasonRequired)
		_, err = settle("officer", version-1, "看过了，没有")
		refused(d.t, "SettleAbsent of a stale version", err, channels.ErrDeliveryStale)
		view, err := settle("officer", version, "已登录公众平台查看，没有这篇文章"+strings.Repeat("。", 600))
		if err != nil {
			d.t.Fatalf("SettleAbsent: %v", err)
		}
		d.stands("settled", view, channels.Failed)
		if !strings.Contains(view.ErrorAdvice, "没有这篇文章") {
			d.t.Errorf("advice %.60q, want the reason in it", view.ErrorAdvice)
		}
		_, err = settle("officer", view.Version, "再看一次")
		refused(d.t, "SettleAbsent twice", err, channels.ErrNotUnknown)
		if view, err = channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, view.Version); err != nil || view.State != channels.Scheduled || view.IntentAt != nil {
			d.t.Fatalf("TryAgain = %s with intention %v, %v; want scheduled anew", view.State, view.IntentAt, err)
		}
		d.stands("tried again", d.work(id), channels.StatePublished)
		d.asked("tried again", "[prepare submit]")
		if d.posts() != 1 {
			d.t.Errorf("%d posts, want 1", d.posts())
		}
	})
}

func TestWhatMayBeCancelled(t *testing.T) {
	eachDesk(t, func(d *desk) {
		may := map[string]string{"scheduled": d.in(channels.Scheduled, ""), "prepared": d.in(channels.Prepared, ""), "awaiting": d.awaiting()}
		for name, id := range may {
			if err := d.cancel(id); err != nil {
				d.t.Errorf("Cancel of a delivery that is %s: %v", name, err)
			}
			view := d.view(id)
			d.stands(name, view, channels.Cancelled)
			if view.NextAt != nil || view.EndedAt == nil || len(view.Actions) != 0 {
				d.t.Errorf("%s, cancelled: next %v, ended %v, actions %v", name, view.NextAt, view.EndedAt, view.Actions)
			}
		}
		failed := d.in(channels.Failed, channels.Content)
		if err := d.cancel(failed); err != nil {
			d.t.Errorf("Cancel of what failed: %v, want it put away", err)
		}
		d.stands("failed, put away", d.view(failed), channels.Cancelled)
		for _, state := range []channels.State{channels.Submitted, channels.StatePublished, channels.Unknown, channels.Cancelled} {
			refused(d.t, "Cancel of a delivery that is "+string(state), d.cancel(d.in(state, channels.Content)), channels.ErrNotCancellable)
		}
		id := d.one()
		_, err := channels.Cancel(d.t.Context(), d.db, d.People["officer"], id, 99)
		refused(d.t, "Cancel of another version", err, channels.ErrDeliveryStale)
	})
}

func TestWhatMayBeTriedAgain(t *testing.T) {
	eachDesk(t, func(d *desk) {
		again := func(id string) (channels.View, error) {
			return channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, d.view(id).Version)
		}
		for _, class := range []channels.Class{channels.Content, channels.Permission, channels.ByHand, channels.Defect} {
			view, err := again(d.in(channels.Failed, class))
			if err != nil || view.State != channels.Scheduled || view.NextAt == nil || *view.NextAt > d.db.Now() || view.EndedAt != nil {
				d.t.Errorf("TryAgain after %s = %s, next %v, %v; want it due", class, view.State, view.NextAt, err)
			}
		}
		id := d.in(channels.Prepared, "") // waits for its next attempt
		view, err := again(id)
		if err != nil || view.State != channels.Prepared || *view.NextAt > d.db.Now() {
			d.t.Errorf("TryAgain of one that waits = %s, next %v, %v; want it due now", view.State, view.NextAt, err)
		}
		for _, state := range []channels.State{channels.Scheduled, channels.StatePublished, channels.Unknown, channels.Cancelled} {
			_, err := again(d.in(state, ""))
			refused(d.t, "TryAgain of a delivery that is "+string(state), err, channels.ErrNotRetryable)
		}
		later, err := d.tryEnqueue(d.message(), d.db.Now().Add(time.Hour), d.account)
		if err != nil {
			d.t.Fatalf("Enqueue: %v", err)
		}
		_, err = again(later[0].ID)
		refused(d.t, "TryAgain before its time", err, channels.ErrNotRetryable)
		_, err = channels.TryAgain(d.t.Context(), d.db, d.People["officer"], id, 1)
		refused(d.t, "TryAgain of another version", err, channels.ErrDeliveryStale)
	})
}

// tells makes sure that one line of a delivery's journal says all of some words.
func (d *desk) tells(what string, view channels.View, words ...string) {
	d.t.Helper()
	for _, step := range view.Steps {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(step.Sentence, word) }) {
			return
		}
	}
	d.t.Errorf("%s: no line of %+v says %q", what, view.Steps, words)
}

// TestWhoMayAct shows each action allowed to a role of the unit and to the office above, refused to one who only reads,
// and hidden from another unit.
func TestWhoMayAct(t *testing.T) {
	eachDesk(t, func(d *desk) {
		acts := map[string]struct {
			make func() string
			act  func(actor units.Actor, id string, version int64) (channels.View, error)
		}{
			"cancel": {d.one, func(actor units.Actor, id string, version int64) (channels.View, error) {
				return channels.Cancel(d.t.Context(), d.db, actor, id, version)
			}},
			"retry": {func() string { return d.in(channels.Failed, channels.Content) }, func(actor units.Actor, id string, version int64) (channels.View, error) {
				return channels.TryAgain(d.t.Context(), d.db, actor, id, version)
			}},
			"confirm": {d.awaiting, func(actor units.Actor, id string, version int64) (channels.View, error) {
				return channels.ConfirmByHand(d.t.Context(), d.db, d.out, actor, id, version, goodURL+"/"+id)
			}},
			"settle": {func() string { return d.in(channels.Unknown, "") }, func(actor units.Actor, id string, version int64) (channels.View, error) {
				return channels.SettleAbsent(d.t.Context(), d.db, actor, id, version, "看过了，没有")
			}},
		}
		said := map[string]string{"cancel": "取消了投递", "retry": "要求现在再试", "confirm": "人工登记发布网址", "settle": "没有发出。看过了，没有"}
		for name, a := range acts {
			for who, may := range map[string]bool{"officer": true, "deputy": true, "head": true, "admin": true, "layout": false, "section": false, "stranger": false} {
				id := a.make()
				version := d.view(id).Version
				if who != "stranger" {
					if offered := slices.Contains(d.viewAs(who, id).Actions, name); offered != may {
						d.t.Errorf("%s is offered to %s: %v, want %v", name, who, offered, may)
					}
				}
				_, err := a.act(d.People[who], id, version)
				if may && err != nil {
					d.t.Errorf("%s by %s = %v, want success", name, who, err)
				}
				if may {
					d.tells(name, d.view(id), d.People[who].Name, said[name])
				}
				if !may {
					refused(d.t, name+" by "+who, err, channels.ErrDeliveryNotFound)
				}
			}
			_, err := a.act(d.People["officer"], "nosuchdelivery00", 1)
			refused(d.t, name+" of nothing", err, channels.ErrDeliveryNotFound)
		}
	})
}

// Somebody who acts at one unit and only reads at another is offered nothing there.
func TestActionsAreThoseOfTheUnitNotOfThePerson(t *testing.T) {
	eachDesk(t, func(d *desk) {
		both := unitstest.Person(d.t, d.db, "both", "两处任职", units.InfoOfficer, d.Bureau)
		if err := units.GrantRole(d.t.Context(), d.db, units.System, both.PersonID, units.RoleAt{UnitID: d.Town.ID, Role: units.LayoutStaff}); err != nil {
			d.t.Fatalf("units.GrantRole: %v", err)
		}
		both.Roles = append(both.Roles, units.HeldRole{UnitID: d.Town.ID, Role: units.LayoutStaff})
		d.People["both"] = both
		id := d.one()
		if view := d.viewAs("both", id); len(view.Actions) != 0 {
			d.t.Errorf("Get offers %v, want nothing", view.Actions)
		}
		list, err := channels.List(d.t.Context(), d.db, both, channels.Filter{Limit: 10})
		if err != nil || len(list) != 1 || len(list[0].Actions) != 0 {
			d.t.Errorf("List offers %+v, %v; want one delivery and nothing to do", list, err)
		}
		list, err = channels.List(d.t.Context(), d.db, d.People["officer"], channels.Filter{Limit: 10})
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Actions, []string{"cancel"}) {
			d.t.Errorf("List for the officer offers %+v, %v; want cancel", list, err)
		}
	})
}

func TestCallOffTakesBackWhatWentNowhere(t *testing.T) {
	callOff := func(d *desk, origin string) bool {
		d.t.Helper()
		var all bool
		err := d.db.InTx(d.t.Context(), func(tx *sql.DB) (err error) {
			all, err = channels.CallOff(d.t.Context(), tx, origin)
			return err
		})
		if err != nil {
			d.t.Fatalf("CallOff: %v", err)
		}
		return all
	}
	eachDesk(t, func(d *desk) {
		for state, want := range map[channels.State]bool{channels.Scheduled: true, channels.Prepared: true, channels.Failed: true, channels.Cancelled: true,
			channels.Submitted: false, channels.StatePublished: false, channels.Unknown: false} {
			id := d.in(state, channels.Content)
			if got := callOff(d, d.view(id).OriginID); got != want {
				d.t.Errorf("CallOff of a delivery that is %s = %v, want %v", state, got, want)
			}
			if want {
				d.stands("called off", d.view(id), channels.Cancelled)
			}
		}
		if callOff(d, d.view(d.awaiting()).OriginID) {
			d.t.Error("CallOff took back what a person has in hand")
		}
		held := d.one() // being prepared: its worker loses it
		d.fake.prepare = nil
		claimed := d.claim(held)
		if !callOff(d, d.view(held).OriginID) {
			d.t.Error("CallOff of a delivery that is being prepared = false, want true")
		}
		if err := channels.Perform(d.t.Context(), d.db, d.out, claimed); err != nil {
			d.t.Errorf("Perform of what was called off = %v, want nil", err)
		}
		d.asked("called off", "[prepare]")
		d.stands("called off while held", d.view(held), channels.Cancelled)
	})
}
