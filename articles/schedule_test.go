package articles_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

func (o *office) unschedule(who, id string) error {
	o.t.Helper()
	_, err := articles.Unschedule(o.t.Context(), o.db, o.People[who], id, o.view(id).Version)
	return err
}

// deliver works on a delivery as a worker would.
func (o *office) deliver(id string) {
	o.t.Helper()
	delivery, mine, err := channels.Claim(o.t.Context(), o.db, id, time.Minute)
	if err == nil && mine {
		err = channels.Perform(o.t.Context(), o.db, o.out, delivery)
	}
	if err != nil || !mine {
		o.t.Fatalf("deliver %s: %v, %v", id, mine, err)
	}
}

func TestATimeIsAcceptedWithinAYear(t *testing.T) {
	eachOffice(t, func(o *office) {
		now := o.db.Now()
		for name, c := range map[string]struct {
			at   *sql.Time
			want error
		}{
			"an hour ago":        {now.Add(-time.Hour).Ptr(), articles.ErrSchedulePast},
			"the beginning":      {sql.Time(0).Ptr(), articles.ErrSchedulePast},
			"in two years":       {now.Add(2 * 366 * 24 * time.Hour).Ptr(), articles.ErrScheduleFar},
			"tomorrow":           {now.Add(25 * time.Hour).Ptr(), nil},
			"now":                {nil, nil},
			"the minute clicked": {nil, nil},
		} {
			article := o.signed()
			if name == "the minute clicked" {
				c.at = o.db.Now().Add(-30 * time.Second).Ptr()
			}
			_, err := o.trySchedule("officer", article.ID, c.at)
			if c.want != nil {
				refused(o.t, "Schedule "+name, err, c.want)
				o.is("refused", article.ID, articles.Signed, 6)
				continue
			}
			if err != nil {
				o.t.Errorf("Schedule %s: %v", name, err)
				continue
			}
			view := o.view(article.ID)
			if view.ScheduledAt == nil || view.Deliveries[0].DueAt != *view.ScheduledAt || c.at != nil && *view.ScheduledAt != *c.at {
				o.t.Errorf("%s: scheduled at %v, due at %v", name, view.ScheduledAt, view.Deliveries[0].DueAt)
			}
		}
	})
}

func TestWhoMayRelease(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.signed()
		for who, want := range map[string]error{"layout": articles.ErrUnitRefused, "section": articles.ErrUnitRefused, "admin": articles.ErrUnitRefused,
			"stranger": articles.ErrNotFound} {
			_, err := o.trySchedule(who, article.ID, nil)
			refused(o.t, "Schedule by "+who, err, want)
		}
		for _, who := range []string{"officer", "deputy", "head"} {
			if _, err := o.trySchedule(who, article.ID, o.db.Now().Add(time.Hour).Ptr()); err != nil {
				o.t.Errorf("Schedule by %s: %v", who, err)
			}
			refused(o.t, "Unschedule by the layout staff", o.unschedule("layout", article.ID), articles.ErrUnitRefused, "撤销")
			refused(o.t, "Unschedule from another unit", o.unschedule("stranger", article.ID), articles.ErrNotFound)
			if err := o.unschedule(who, article.ID); err != nil {
				o.t.Errorf("Unschedule by %s: %v", who, err)
			}
		}
	})
}

func TestReleasedTwiceGoesOutOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		for range 3 {
			article := o.signed()
			errs := atOnce(3, func(i int) error {
				_, err := articles.Schedule(o.t.Context(), o.db, o.book, o.out, o.People[[]string{"officer", "deputy", "head"}[i]], article.ID, article.Version, nil)
				return err
			})
			oneOf(o.t, "three releases at once", errs, articles.ErrStale, articles.ErrNotSigned)
			_, err := o.trySchedule("deputy", article.ID, nil)
			refused(o.t, "Schedule of what is scheduled", err, articles.ErrNotSigned, "已经排期")
			if view := o.view(article.ID); len(view.Deliveries) != 1 {
				o.t.Errorf("%d deliveries, want 1", len(view.Deliveries))
			}
		}
		draft := o.create("officer", o.text())
		_, err := o.trySchedule("deputy", draft.ID, nil)
		refused(o.t, "Schedule of a draft", err, articles.ErrNotSigned, "没有送审")
		signed := o.signed()
		_, err = articles.Schedule(o.t.Context(), o.db, o.book, o.out, o.People["deputy"], signed.ID, signed.Version-1, nil)
		refused(o.t, "Schedule of a stale version", err, articles.ErrStale)
	})
}

func TestWhatHasGoneOutIsNotTakenBack(t *testing.T) {
	eachOffice(t, func(o *office) {
		text := o.text()
		text.AccountIDs = []string{o.account.ID, o.second.ID}
		id := o.submit("officer", o.create("officer", text).ID).ID
		o.sign(id, chain...)
		view := o.schedule(id, nil)
		o.deliver(view.Deliveries[0].ID)
		before := o.view(id)
		if actions := o.viewAs("deputy", id).Actions; slices.Contains(actions, "unschedule") {
			o.t.Errorf("the deputy may %v, want no unschedule", actions)
		}
		refused(o.t, "Unschedule with one delivery submitted", o.unschedule("deputy", id), articles.ErrAlreadyOut)
		after := o.view(id)
		if after.State != articles.Scheduled || after.Version != before.Version || fmt.Sprint(states(after)) != fmt.Sprint(states(before)) {
			o.t.Errorf("after the refusal: %s, %v; want everything as before: %v", after.State, states(after), states(before))
		}
		refused(o.t, "Unschedule of what is not scheduled", o.unschedule("deputy", o.signed().ID), articles.ErrNotScheduled)
	})
}

// states lists the deliveries of an article, in the order of accounts.
func states(view articles.View) []string {
	var list []string
	for _, d := range view.Deliveries {
		list = append(list, fmt.Sprintf("%s %s %s %d", d.AccountName, d.ID, d.State, d.Version))
	}
	slices.Sort(list)
	return list
}

func TestTakenBackAndScheduledAgainUsesTheSameDelivery(t *testing.T) {
	eachOffice(t, func(o *office) {
		id := o.signed().ID
		first := o.schedule(id, o.db.Now().Add(time.Hour).Ptr())
		if actions := o.viewAs("deputy", id).Actions; !slices.Contains(actions, "unschedule") {
			o.t.Errorf("the deputy may %v, want unschedule", actions)
		}
		stale := first.Version - 1
		_, err := articles.Unschedule(o.t.Context(), o.db, o.People["deputy"], id, stale)
		refused(o.t, "Unschedule of a stale version", err, articles.ErrStale)
		if err := o.unschedule("deputy", id); err != nil {
			o.t.Fatalf("Unschedule: %v", err)
		}
		view := o.view(id)
		if view.State != articles.Signed || view.ScheduledAt != nil || view.Deliveries[0].State != channels.Cancelled {
			o.t.Errorf("taken back: %s at %v, delivery %s", view.State, view.ScheduledAt, view.Deliveries[0].State)
		}
		o.is("taken back", id, articles.Signed, 6) // nothing to sign anew
		again := o.schedule(id, o.db.Now().Add(2*time.Hour).Ptr())
		if len(again.Deliveries) != 1 || again.Deliveries[0].ID != first.Deliveries[0].ID || again.Deliveries[0].State != channels.Scheduled ||
			again.Deliveries[0].DueAt != *again.ScheduledAt {
			o.t.Errorf("scheduled again: %+v, want delivery %s at %v", again.Deliveries, first.Deliveries[0].ID, again.ScheduledAt)
		}
		before, err := channels.Get(o.t.Context(), o.db, o.People["officer"], first.Deliveries[0].ID)
		if err != nil {
			o.t.Fatalf("channels.Get: %v", err)
		}
		if err := o.unschedule("deputy", id); err != nil { // an edit makes another message
			o.t.Fatalf("Unschedule: %v", err)
		}
		text := o.text()
		text.Title = "另一个标题"
		if saved, err := o.save("officer", id, text); err != nil || saved.Voided != 6 {
			o.t.Fatalf("Save = voided %d, %v; want 6", saved.Voided, err)
		}
		o.submit("officer", id)
		o.sign(id, chain...)
		edited := o.schedule(id, nil)
		if len(edited.Deliveries) != 2 {
			o.t.Fatalf("%d deliveries, want the cancelled and the new one", len(edited.Deliveries))
		}
		for _, d := range edited.Deliveries {
			now, err := channels.Get(o.t.Context(), o.db, o.People["officer"], d.ID)
			if err != nil || (d.ID == before.ID) != (now.MessageID == before.MessageID) || (d.ID == before.ID) != (d.State == channels.Cancelled) {
				o.t.Errorf("delivery %s is %s of message %s, %v", d.ID, d.State, now.MessageID, err)
			}
		}
	})
}

// A text that its platform refuses comes back to the editor.
func TestAnArticleWhoseDeliveriesAllFailedCanBeTakenBackAndChanged(t *testing.T) {
	eachOffice(t, func(o *office) {
		id := o.signed().ID
		view := o.schedule(id, nil)
		delete(o.out.Channels, o.account.Platform)
		o.deliver(view.Deliveries[0].ID)
		o.out.Channels[o.account.Platform] = weChat{}
		if view = o.viewAs("deputy", id); view.Deliveries[0].State != channels.Failed || !slices.Contains(view.Actions, "unschedule") {
			o.t.Fatalf("the delivery is %s, the deputy may %v; want failed, unschedule", view.Deliveries[0].State, view.Actions)
		}
		if err := o.unschedule("deputy", id); err != nil {
			o.t.Fatalf("Unschedule: %v", err)
		}
		text := o.text()
		text.Body = "<p>改好的正文。</p>"
		if saved, err := o.save("officer", id, text); err != nil || saved.Article.State != articles.Draft {
			o.t.Errorf("Save = %s, %v; want a draft", saved.Article.State, err)
		}
		if state := o.view(id).Deliveries[0].State; state != channels.Cancelled {
			o.t.Errorf("the old delivery is %s, want cancelled: its text must not be tried again", state)
		}
	})
}

func TestTasksListTheRightPeopleOnly(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.People["otherdeputy"] = unitstest.Person(o.t, o.db, "otherdeputy", "风分管", units.UnitDeputy, o.Bureau)
		who := []string{"officer", "officer2", "deputy", "head", "section", "layout", "admin", "stranger", "otherdeputy"}
		tasks := func(what, id string, want map[string]string) {
			o.t.Helper()
			for _, name := range who {
				list, err := articles.Tasks(o.t.Context(), o.db, o.book, o.People[name])
				got := ""
				for _, task := range list {
					if task.ID == id {
						got = task.What + " " + task.Stage
					}
				}
				if err != nil || got != want[name] {
					o.t.Errorf("%s: %s has %q to do, %v; want %q", what, name, got, err, want[name])
				}
			}
		}
		id := o.create("officer", o.text()).ID
		tasks("a draft", id, nil)
		o.submit("officer", id)
		tasks("一审", id, map[string]string{"officer": "sign 一审", "officer2": "sign 一审"})
		o.sign(id, "officer")
		tasks("二审", id, map[string]string{"deputy": "sign 二审"})
		if err := o.sendBack("deputy", id, "改"); err != nil {
			o.t.Fatalf("Return: %v", err)
		}
		tasks("returned", id, map[string]string{"officer": "revise "})
		o.submit("officer", id)
		o.sign(id, "officer", "deputy", "head")
		tasks("一校", id, map[string]string{"officer": "sign 一校", "officer2": "sign 一校", "layout": "sign 一校"})
		o.sign(id, "layout")
		tasks("二校", id, map[string]string{"section": "sign 二校"})
		o.sign(id, "section", "deputy")
		tasks("signed", id, map[string]string{"officer": "schedule "})
		o.schedule(id, nil)
		tasks("scheduled", id, nil)

		// The layout staff write but do not release: those of the unit who do are told.
		id = o.submit("layout", o.create("layout", o.text()).ID).ID
		o.sign(id, chain...)
		tasks("signed, of one who may not release", id, map[string]string{"officer": "schedule ", "officer2": "schedule ", "deputy": "schedule ", "head": "schedule "})
	})
}

func TestPreviewsShowWhatWillGoOut(t *testing.T) {
	eachOffice(t, func(o *office) {
		text := o.text()
		text.AccountIDs = []string{o.account.ID, o.second.ID}
		article := o.create("officer", text)
		for _, who := range []string{"officer", "head", "admin"} {
			previews, err := articles.Previews(o.t.Context(), o.db, o.out, o.People[who], article.ID)
			if err != nil || len(previews) != 2 || previews[0].Preview == nil || previews[0].Preview.Title != article.Title {
				o.t.Errorf("Previews for %s = %+v, %v; want one for each account", who, previews, err)
			}
		}
		delete(o.out.Channels, o.account.Platform)
		previews, err := articles.Previews(o.t.Context(), o.db, o.out, o.People["officer"], article.ID)
		if err != nil || len(previews) != 2 || previews[0].Preview != nil || previews[0].Sentence == "" {
			o.t.Errorf("Previews without the channel = %+v, %v; want a sentence", previews, err)
		}
	})
}
