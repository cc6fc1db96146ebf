package app_test

import (
	"fmt"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// until performs a delivery, time passing as it asks, until it ends or waits for a person.
func (o *office) until(box *sandbox.Sandbox, id string) channels.View {
	o.t.Helper()
	for range 60 {
		view, err := channels.Get(o.t.Context(), o.db, o.People["officer"], id)
		if err != nil {
			o.t.Fatalf("Get(%s): %v", id, err)
		}
		if view.NextAt == nil {
			return view
		}
		if wait := view.NextAt.Sub(o.db.Now()); wait > 0 {
			box.Advance(wait)
		}
		o.work(id)
	}
	o.t.Fatalf("delivery %s does not end", id)
	return channels.View{}
}

// correct signs a new text of a delivery's article and returns the delivery that brings it.
func (o *office) correct(view channels.View, title string) string {
	o.t.Helper()
	m := newJob("").Message
	m.ID, m.OriginID, m.RevisionID, m.UnitID, m.Title, m.Body, m.CoverID, m.Pictures = "", view.OriginID, sql.NewID(), o.Town.ID, title, "<p>乙</p>", "", channels.Pictures{}
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		o.t.Fatalf("Hash: %v", err)
	}
	var made []channels.Delivery
	err = o.db.InTx(o.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Correct(o.t.Context(), tx, o.out, o.People["officer"], m, "时间写错了")
		return err
	})
	if err != nil || len(made) != 1 {
		o.t.Fatalf("Correct = %+v, %v", made, err)
	}
	return made[0].ID
}

// TestAnyCallMayFailOnce fails each single call of a publication, its correction and its taking down in turn, in each way in which a
// call can fail: the app shows the article once, then the new text, then nothing.
func TestAnyCallMayFailOnce(t *testing.T) {
	for _, mode := range []string{"immediate"} {
		for _, action := range []string{sandbox.DropBefore, sandbox.DropAfter, sandbox.Truncate, sandbox.HTML502} {
			t.Run(mode+"/"+action, func(t *testing.T) {
				t.Parallel()
				for n, ended := 0, false; !ended; n++ {
					w := newWorld(t, sandbox.AppBackend{Mode: mode, ReviewSeconds: 30})
					o := newOffice(t, sqltest.SQLite(t).WithClock(w.Now), w.base+"/hook")
					o.out.Channels[accounts.App] = app.New(app.Config{DB: o.db, Egress: guardFor(t, 2*time.Second, w.base), Now: w.Now})
					w.AddFault(sandbox.Fault{Match: sandbox.Match{Platform: sandbox.App}, After: n, Times: 1, Action: action})
					ended = o.liveThrough(w.Sandbox, n)
				}
			})
		}
	}
}

// liveThrough publishes, corrects and takes down, makes sure of each, and reports whether no more calls were made than so many.
func (o *office) liveThrough(box *sandbox.Sandbox, n int) bool {
	o.t.Helper()
	what := fmt.Sprintf("call %d", n+1)
	stands := func(doing string, view channels.View, want channels.State, visible int) {
		o.t.Helper()
		if view.State != want {
			o.t.Errorf("%s, %s: %s, error %s %q; want %s", what, doing, view.State, view.ErrorCode, view.ErrorAdvice, want)
		}
		if r := box.Report().Apps["city"]; r.Items != 1 || r.Visible != visible || len(r.Duplicates) != 0 {
			o.t.Errorf("%s, %s: the app has %+v, want one article, %d to be seen", what, doing, r, visible)
		}
	}
	published := o.until(box, o.schedule())
	stands("published", published, channels.StatePublished, 1)
	stands("corrected", o.until(box, o.correct(published, "更正：防汛通知")), channels.StatePublished, 1)
	order, err := channels.RetractAll(o.t.Context(), o.db, o.out, o.People["officer"], channels.Recall{OriginID: published.OriginID, Cause: channels.OtherCause, Reason: "内容有误"})
	if err != nil {
		o.t.Fatalf("RetractAll: %v", err)
	}
	stands("taken down", o.until(box, order.Channels[0].ID), channels.Retracted, 0)
	return len(box.Journal(sandbox.Filter{Platform: sandbox.App})) <= n
}

// An app that took an article for later is not waited for when it is to be taken down: the hour runs.
func TestWhatTheAppHasNotShownIsTakenDownAtOnce(t *testing.T) {
	for name, wait := range map[string]time.Duration{"while the app looks at it": 0, "when nobody knows what became of it": 30 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			sqltest.Each(t, func(t *testing.T, db *sql.DB) {
				w := newWorld(t, sandbox.AppBackend{Mode: "review", ReviewSeconds: -1})
				o := newOffice(t, db.WithClock(w.Now), w.base+"/hook")
				o.out.Channels[accounts.App] = app.New(app.Config{DB: o.db, Egress: guardFor(t, 2*time.Second, w.base), Now: w.Now})
				id := o.schedule()
				view := o.work(id)
				if wait > 0 {
					view = o.until(w.Sandbox, id)
				}
				if want := map[bool]channels.State{false: channels.Submitted, true: channels.Unknown}[wait > 0]; view.State != want {
					t.Fatalf("the publication is %s, want %s", view.State, want)
				}
				order, err := channels.RetractAll(t.Context(), o.db, o.out, o.People["officer"], channels.Recall{OriginID: view.OriginID, Cause: channels.OtherCause, Reason: "内容有误"})
				if err != nil {
					t.Fatalf("RetractAll: %v", err)
				}
				task := o.work(order.Channels[0].ID)
				published, err := channels.Get(t.Context(), o.db, o.People["officer"], id)
				if err != nil || task.State != channels.Retracted || published.State != channels.Retracted || published.NextAt != nil {
					t.Errorf("the retraction is %s %q, the publication %s, %v", task.State, task.ErrorAdvice, published.State, err)
				}
				if r := w.Report().Apps["city"]; r.Visible != 0 || r.Retracted != 1 {
					t.Errorf("the app has %+v, want nothing to be seen", r)
				}
			})
		})
	}
}
