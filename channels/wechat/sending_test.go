package wechat_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/wechat"
	"govmedia/sql/sqltest"
)

func (d *desk) sending(who, id string) wechat.Sending {
	d.t.Helper()
	got, err := wechat.SendingOf(d.t.Context(), d.db, d.People[who], id)
	if err != nil {
		d.t.Fatalf("SendingOf(%s) = %v", who, err)
	}
	return got
}

func TestWhoDecidesIsToldWhatIsLeft(t *testing.T) {
	eachDesk(t, toAll, func(d *desk) {
		one, two := d.schedule("第一篇"), d.schedule("第二篇")
		d.work(one)
		view := d.work(two)
		if !slices.Contains(view.Actions, channels.ActMass) || slices.Contains(view.Actions, channels.ActRetry) || view.Advice.Button != channels.ActMass {
			t.Errorf("actions %v, button %q, want a decision and no retry", view.Actions, view.Advice.Button)
		}
		queues, err := channels.QueuesOf(t.Context(), d.db, d.People["officer"])
		if err != nil || queues.Mass != 2 {
			t.Errorf("QueuesOf = %+v, %v, want two that wait for a decision", queues, err)
		}
		rows, err := channels.List(t.Context(), d.db, d.People["officer"], channels.Filter{Queue: channels.QueueMass, Limit: 10})
		if err != nil || len(rows) != 2 {
			t.Errorf("List of the queue = %d rows, %v, want 2", len(rows), err)
		}
		if alarms, err := channels.Alarms(t.Context(), d.db, d.People["officer"], 10); err != nil || len(alarms) != 2 || alarms[0].Advice.Button != channels.ActMass {
			t.Errorf("Alarms = %+v, %v, want two to decide about", alarms, err)
		}
		midnight := time.Date(2026, 3, 3, 0, 0, 0, 0, d.db.Now().Std().Location())
		want := wechat.Sending{Applies: true, Open: true, Window: channels.PerDay, Most: 1}
		got := d.sending("officer", two)
		if !got.Until.Std().Equal(midnight) {
			t.Errorf("the day ends %v, want %v", got.Until.Std(), midnight)
		}
		want.Until = got.Until
		if got != want {
			t.Errorf("before = %+v, want %+v", got, want)
		}
		d.decide(one, wechat.SendToAll)
		d.stands("the first", d.until(one), channels.StatePublished)
		d.decide(two, wechat.SendToAll)
		if got := d.sending("officer", two); got.Used != 1 || got.Choice != wechat.SendToAll || got.DecidedBy == "" || got.DecidedAt == nil || !got.Open {
			t.Errorf("after the first went out = %+v, want the day's sending used and the decision named", got)
		}
		if got := d.sending("officer", one); got.Open || got.Used != 0 {
			t.Errorf("of the one that went out = %+v, want it closed, its own sending not counted against it", got)
		}
		if _, err := wechat.SendingOf(t.Context(), d.db, d.People["stranger"], two); !errors.Is(err, channels.ErrDeliveryNotFound) {
			t.Errorf("SendingOf for a stranger = %v, want not_found", err)
		}
	})
}

func TestAQuietDeliveryIsNoSending(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), nil)
	if got := d.sending("officer", d.schedule("防汛提示")); got.Applies || got.Most != 0 {
		t.Errorf("SendingOf = %+v, want that it does not apply", got)
	}
}

func TestAServiceAccountCountsByTheMonth(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), func(s *setup) { toAll(s); s.kind = accounts.KindWeChatService })
	if got := d.sending("officer", d.schedule("防汛提示")); got.Window != channels.PerMonth || got.Most != 4 || got.Until.Std().Day() != 1 {
		t.Errorf("SendingOf = %+v, want four a month", got)
	}
}
