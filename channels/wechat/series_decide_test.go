package wechat_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
)

// correct signs a new text of a delivery's article, releases it as a correction and returns what that made.
func (d *desk) correct(id, title string) channels.Delivery {
	d.t.Helper()
	m := d.store.message()
	m.OriginID, m.RevisionID, m.UnitID, m.Title = d.view(id).OriginID, sql.NewID(), d.Town.ID, title
	var err error
	if m.SHA256, err = m.Hash(); err != nil {
		d.t.Fatalf("Hash: %v", err)
	}
	var made []channels.Delivery
	err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		made, err = channels.Correct(d.t.Context(), tx, d.out, d.People["officer"], m, "时间写错了")
		return err
	})
	if err != nil || len(made) != 1 {
		d.t.Fatalf("Correct = %+v, %v, want one delivery", made, err)
	}
	return made[0]
}

func TestACorrectedArticleTakesItsPlaceInAMessageThatWaits(t *testing.T) {
	for name, prepared := range map[string]bool{"nothing prepared": false, "the draft made": true} {
		for place := range 3 {
			t.Run(name, func(t *testing.T) {
				eachDesk(t, nil, func(d *desk) {
					due := d.db.Now()
					if prepared {
						d.box.AddFault(errcode(submitPath, 45009, 1)) // and then it waits
					} else {
						due = due.Add(time.Hour)
					}
					seriesID, ids := d.combine(due, three...)
					if prepared {
						d.work(ids[0])
						d.stands("before", d.view(ids[0]), channels.Prepared)
					}
					made := d.correct(ids[place], "更正："+three[place])
					d.stands("the old text", d.view(ids[place]), channels.Cancelled)
					now := slices.Clone(ids)
					now[place] = made.ID
					view, err := channels.GetSeries(t.Context(), d.db, d.People["officer"], seriesID)
					if err != nil || view.Broken || !view.Open || len(view.Articles) != 3 || view.Articles[place].DeliveryID != made.ID || view.DueAt < due || !prepared && view.DueAt != due {
						t.Fatalf("place %d: the message = %+v, %v, want the new text in its place and the same time", place+1, view, err)
					}
					for i, id := range now {
						if one := d.view(id); one.State != channels.Scheduled || (one.NextAt != nil) != (i == 0) {
							t.Errorf("place %d: article %d is %s, due %v, want only the first claimed", place+1, i+1, one.State, one.NextAt)
						}
					}
					d.all(now)
					d.went("corrected", now)
					for i, id := range now {
						if shown := strings.Contains(d.view(id).Title, "更正"); shown != (i == place) {
							t.Errorf("article %d is %q", i+1, d.view(id).Title)
						}
					}
					if n := d.report().Drafts; n != 0 {
						t.Errorf("place %d: %d drafts are left, want none", place+1, n)
					}
				})
			})
		}
	}
}

// A single article, too: whether its draft waits for WeChat or for a person, the draft with the wrong text leaves the box.
func TestACorrectedArticleTakesTheDraftOfTheOldTextAway(t *testing.T) {
	for name, refused := range map[string]int{"WeChat is to be asked again": 45009, "a person is to decide": 53503} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, nil, func(d *desk) {
				d.box.AddFault(errcode(submitPath, refused, 1))
				old := d.schedule("停水通知")
				before := d.work(old)
				if !slices.Contains([]channels.State{channels.Prepared, channels.Failed}, before.State) || d.report().Drafts != 1 {
					t.Fatalf("before: state %s, error %s, %d drafts, want one draft that waits", before.State, before.ErrorCode, d.report().Drafts)
				}
				made := d.correct(old, "更正：停水通知")
				d.stands("the old text", d.view(old), channels.Cancelled)
				view := d.until(made.ID)
				d.stands("the new text", view, channels.StatePublished)
				if made.Action != channels.Publish || !strings.Contains(view.Title, "更正") || len(d.posts()) != 1 {
					t.Errorf("published %q by %s, %d posts, want the new text alone", view.Title, made.Action, len(d.posts()))
				}
				if n := d.report().Drafts; n != 0 {
					t.Errorf("%d drafts are left, want none: a person could still publish the wrong text", n)
				}
			})
		})
	}
}

// A draft box that does not answer, or did not when the draft was made, keeps the wrong text neither: it is never what goes out.
func TestTheOldTextIsNotPublishedWhenItsDraftCannotBeTakenAway(t *testing.T) {
	for name, c := range map[string]struct {
		first []sandbox.Fault // until the old text waits
		then  []sandbox.Fault
	}{
		"deleting fails once":              {[]sandbox.Fault{errcode(submitPath, 45009, 1)}, []sandbox.Fault{fault("/cgi-bin/draft/delete", sandbox.HTML502, 1)}},
		"the answer of deleting is lost":   {[]sandbox.Fault{errcode(submitPath, 45009, 1)}, []sandbox.Fault{fault("/cgi-bin/draft/delete", sandbox.DropAfter, 1)}},
		"the answer of making it was lost": {[]sandbox.Fault{fault(draftPath, sandbox.DropAfter, 1)}, nil},
		"and looking for it fails too":     {[]sandbox.Fault{fault(draftPath, sandbox.DropAfter, 1)}, []sandbox.Fault{fault("/cgi-bin/draft/batchget", sandbox.HTML502, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			eachDesk(t, nil, func(d *desk) {
				for _, f := range c.first {
					d.box.AddFault(f)
				}
				old := d.schedule("停水通知")
				d.work(old)
				if n := d.report().Drafts; n != 1 || len(d.posts()) != 0 {
					t.Fatalf("before: %d drafts, %d posts, want the draft of the old text", n, len(d.posts()))
				}
				for _, f := range c.then {
					d.box.AddFault(f)
				}
				made := d.correct(old, "更正：停水通知")
				view := d.until(made.ID)
				d.stands("the new text", view, channels.StatePublished)
				if r := d.report(); r.Published != 1 || !strings.Contains(read(t, view.PublicURL), "更正：停水通知") {
					t.Errorf("%d published, want the new text alone", r.Published)
				}
				if n := d.report().Drafts; n != 0 {
					t.Errorf("%d drafts are left, want none: a person could still publish the wrong text", n)
				}
			})
		})
	}
}

// Of a message that is out, the place that is corrected becomes a task: WeChat changes nothing that is published. The others stay as they are.
func TestACorrectedArticleOfAPublishedMessageIsOneTask(t *testing.T) {
	for place := range 3 {
		eachDesk(t, nil, func(d *desk) {
			_, ids := d.combine(d.db.Now(), three...)
			d.all(ids)
			made := d.correct(ids[place], "更正："+three[place])
			if made.Action != channels.Update || made.OfID == nil || *made.OfID != ids[place] {
				t.Fatalf("Correct made %+v, want an update of article %d", made, place+1)
			}
			update := d.until(made.ID)
			if !slices.Contains(update.Actions, channels.ActConfirmCorrected) || !strings.Contains(update.ErrorAdvice, "请") {
				t.Errorf("the correction of article %d may %v and says %q, want it to be registered by hand", place+1, update.Actions, update.ErrorAdvice)
			}
			d.went("the message stays", ids)
		})
	}
}

// unknownMessage is a message of three whose submit was never answered and of which nothing could be read until a person was called; public says
// whether WeChat published it.
func (d *desk) unknownMessage(public bool) []string {
	d.t.Helper()
	lost := fault(submitPath, sandbox.DropBefore, 0)
	if public {
		lost = fault(submitPath, sandbox.DropAfter, 1)
	}
	d.box.AddFault(lost)
	d.box.AddFault(errcode(listPath, -1, 0))
	_, ids := d.combine(d.db.Now(), three...)
	d.work(ids[0])
	d.box.Advance(d.out.Pace.GiveUp + time.Minute)
	for i, view := range d.all(ids) {
		d.stands("nobody knows", view, channels.Unknown)
		if !slices.Contains(view.Actions, channels.ActConfirm) || !slices.Contains(view.Actions, channels.ActSettle) {
			d.t.Errorf("of article %d a person may %v, want to say that it is out or is not", i+1, view.Actions)
		}
	}
	d.box.ClearFaults()
	return ids
}

func TestAPersonSaysThatAMessageIsNotOut(t *testing.T) {
	for place := range 3 {
		eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
			ids := d.unknownMessage(false)
			if _, err := channels.SettleAbsent(t.Context(), d.db, d.People["officer"], ids[place], d.view(ids[place]).Version, "后台没有"); err != nil {
				t.Fatalf("SettleAbsent(article %d) = %v", place+1, err)
			}
			for i, id := range ids {
				view := d.view(id)
				d.stands("not out", view, channels.Failed)
				if !slices.Contains(view.Actions, channels.ActRetry) || view.Advice.Readers != "未发出" {
					t.Errorf("article %d may %v, readers %s, want it to be sent again", i+1, view.Actions, view.Advice.Readers)
				}
			}
			if _, err := channels.TryAgain(t.Context(), d.db, d.People["officer"], ids[place], d.view(ids[place]).Version); err != nil {
				t.Fatalf("TryAgain(article %d) = %v", place+1, err)
			}
			d.all(ids)
			d.went("sent again", ids)
		})
	}
}

func TestAPersonSaysWhichArticlesOfAMessageAreOut(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
		ids := d.unknownMessage(true)
		address := func(n int) string { return "https://mp.weixin.qq.com/s/h5-" + strings.Repeat("x", n+1) }
		confirm := func(n int) {
			t.Helper()
			if _, err := channels.ConfirmByHand(t.Context(), d.db, d.out, d.People["officer"], ids[n], d.view(ids[n]).Version, address(n)); err != nil {
				t.Fatalf("ConfirmByHand(article %d) = %v", n+1, err)
			}
		}
		confirm(1)
		d.stands("confirmed", d.view(ids[1]), channels.StatePublished)
		for _, n := range []int{0, 2} {
			d.stands("the others", d.view(ids[n]), channels.Unknown)
		}
		confirm(0)
		if _, err := channels.SettleAbsent(t.Context(), d.db, d.People["officer"], ids[2], d.view(ids[2]).Version, "这一篇被微信去掉了"); err != nil {
			t.Fatalf("SettleAbsent = %v", err)
		}
		for n, want := range []channels.State{channels.StatePublished, channels.StatePublished, channels.Failed} {
			d.stands("in the end", d.view(ids[n]), want)
		}
		if posts := d.posts(); len(posts) != 2 {
			t.Errorf("%d posts, want the two that are out", len(posts))
		}
		if _, err := channels.TryAgain(t.Context(), d.db, d.People["officer"], ids[2], d.view(ids[2]).Version); err != nil {
			t.Fatalf("TryAgain = %v", err)
		}
		if view := d.until(ids[2]); view.SeriesID != nil || view.State != channels.StatePublished || view.PublicURL == "" {
			t.Errorf("the one left out = %+v, want it out by itself", view.Delivery)
		}
		if d.calls(submitPath) != 2 || d.view(ids[0]).PublicURL != address(0) {
			t.Errorf("%d submits, want one more than the lost one", d.calls(submitPath))
		}
	})
}
