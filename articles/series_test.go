package articles_test

import (
	"slices"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
)

// several is a platform that takes three articles in one message.
type several struct{ weChat }

func (several) MostTogether(accounts.Account) int { return 3 }

func eachPress(t *testing.T, test func(o *office)) {
	t.Helper()
	eachOffice(t, func(o *office) {
		o.out.Channels[accounts.WeChat] = several{}
		test(o)
	})
}

func (o *office) tryCombine(who string, account accounts.Account, at *sql.Time, views ...articles.View) (channels.SeriesView, error) {
	o.t.Helper()
	form := articles.Together{AccountID: account.ID, At: at}
	for _, view := range views {
		form.Articles = append(form.Articles, articles.Chosen{ID: view.ID, Version: view.Version})
	}
	return articles.Combine(o.t.Context(), o.db, o.book, o.out, o.People[who], form)
}

func (o *office) combine(at sql.Time, views ...articles.View) channels.SeriesView {
	o.t.Helper()
	series, err := o.tryCombine("deputy", o.account, &at, views...)
	if err != nil {
		o.t.Fatalf("Combine: %v: %s", err, sentence(err))
	}
	return series
}

func (o *office) titles(series channels.SeriesView) (ids []string) {
	for _, one := range series.Articles {
		ids = append(ids, one.ArticleID)
	}
	return ids
}

func TestSignedArticlesBecomeOneMessageThatIsArrangedMovedAndCancelled(t *testing.T) {
	eachPress(t, func(o *office) {
		a, b, c := o.signed(), o.signed(), o.signed()
		tomorrow := o.db.Now().Add(24 * time.Hour)
		series := o.combine(tomorrow, a, b, c)
		if !series.Open || series.DueAt != tomorrow || !slices.Equal(o.titles(series), []string{a.ID, b.ID, c.ID}) {
			t.Fatalf("the series is %+v", series)
		}
		for i, view := range []articles.View{a, b, c} {
			view = o.viewAs("deputy", view.ID)
			d := view.Deliveries[0]
			if view.State != articles.Scheduled || d.SeriesID == nil || *d.SeriesID != series.ID || *d.SeriesPlace != i+1 || slices.Contains(view.Actions, "unschedule") {
				t.Errorf("article %d is %s in series %v at place %v and may %v", i+1, view.State, d.SeriesID, d.SeriesPlace, view.Actions)
			}
		}
		_, err := articles.Unschedule(t.Context(), o.db, o.People["deputy"], b.ID, o.view(b.ID).Version)
		refused(t, "Unschedule of one of several", err, channels.ErrSeriesWhole, "第 2 篇", "多图文")

		later := tomorrow.Add(2 * time.Hour)
		if _, err := articles.Reschedule(t.Context(), o.db, o.out, o.People["deputy"], b.ID, o.view(b.ID).Version, later); err != nil {
			t.Fatalf("Reschedule of one = %v", err)
		}
		for _, view := range []articles.View{a, b, c} {
			if at := o.view(view.ID).ScheduledAt; at == nil || *at != later {
				t.Errorf("one of the message is due at %v, want all at %v", at, later)
			}
		}
		day := rules.DateOf(later.Std())
		plan := o.planOf("deputy", o.Town.ID, day, day)
		if len(plan.Items) != 3 || len(plan.Warnings) != 0 || plan.Items[1].Deliveries[0].SeriesID == nil {
			t.Errorf("the plan has %d items and warns %v, want three that are one message", len(plan.Items), plan.Warnings)
		}

		ids := []string{series.Articles[2].DeliveryID, series.Articles[0].DeliveryID}
		series, err = articles.ArrangeSeries(t.Context(), o.db, o.People["deputy"], series.ID, series.Version, ids)
		if err != nil || !slices.Equal(o.titles(series), []string{c.ID, a.ID}) || series.DueAt != later {
			t.Fatalf("ArrangeSeries = %+v, %v", series, err)
		}
		o.is("taken out", b.ID, articles.Signed, 6)
		_, err = articles.ArrangeSeries(t.Context(), o.db, o.People["deputy"], series.ID, series.Version-1, ids)
		refused(t, "ArrangeSeries of what has changed", err, channels.ErrSeriesStale, "刷新")

		if series, err = articles.RescheduleSeries(t.Context(), o.db, o.out, o.People["deputy"], series.ID, series.Version, tomorrow); err != nil || series.DueAt != tomorrow {
			t.Errorf("RescheduleSeries = %v at %v", err, series.DueAt)
		}
		gone, err := articles.CancelSeries(t.Context(), o.db, o.People["deputy"], series.ID, series.Version)
		if err != nil || len(gone.Articles) != 0 {
			t.Fatalf("CancelSeries = %+v, %v", gone, err)
		}
		o.is("cancelled", a.ID, articles.Signed, 6)
		o.is("cancelled", c.ID, articles.Signed, 6)
		again := o.combine(later, o.view(b.ID), o.view(a.ID)) // what was called off may go out in another one
		last, err := articles.ArrangeSeries(t.Context(), o.db, o.People["deputy"], again.ID, again.Version, []string{again.Articles[1].DeliveryID})
		if err != nil || len(last.Articles) != 0 {
			t.Fatalf("ArrangeSeries to one = %+v, %v, want it dissolved", last, err)
		}
		if d := o.view(a.ID).Deliveries[0]; d.SeriesID != nil || d.State != channels.Scheduled || d.DueAt != later {
			t.Errorf("what is left stands %s at %v in series %v, want it to go alone at its time", d.State, d.DueAt, d.SeriesID)
		}
	})
}

func TestWhatCanBeNoMessageIsRefusedWithASentence(t *testing.T) {
	eachPress(t, func(o *office) {
		a, b := o.signed(), o.signed()
		at := o.db.Now().Add(time.Hour)
		unsigned := o.submitted()
		_, err := o.tryCombine("deputy", o.account, &at, a, unsigned)
		refused(t, "an unsigned article", err, articles.ErrNotSigned, "《清源镇开展防汛演练》", "缺")
		_, err = o.tryCombine("deputy", o.account, &at, a)
		refused(t, "one article", err, channels.ErrSeriesFew, "至少要有两篇")
		_, err = o.tryCombine("deputy", o.account, &at, a, b, unsigned, o.submitted())
		refused(t, "too many", err, channels.ErrSeriesMany, "最多 3 篇", "您选了 4 篇")
		_, err = o.tryCombine("deputy", o.account, &at, a, a)
		refused(t, "one twice", err, channels.ErrSeriesRepeat, "只能出现一次")
		_, err = o.tryCombine("deputy", o.second, &at, a, b)
		refused(t, "an account they do not go to", err, articles.ErrSeriesUnaimed, "发布到")
		_, err = o.tryCombine("admin", o.account, &at, a, b)
		refused(t, "who releases nothing", err, articles.ErrUnitRefused, "不能发布")
		_, err = o.tryCombine("admin", o.foreign, &at, a, b)
		refused(t, "another unit's account", err, articles.ErrSeriesUnits, "不是同一个单位")
		past := o.db.Now().Add(-time.Hour)
		_, err = o.tryCombine("deputy", o.account, &past, a, b)
		refused(t, "a time that has been", err, articles.ErrSchedulePast, "已经过去")
		o.is("after refusals", a.ID, articles.Signed, 6)

		o.out.Channels[accounts.WeChat] = weChat{}
		_, err = o.tryCombine("deputy", o.account, &at, a, b)
		refused(t, "a platform that takes one", err, channels.ErrSeriesPlatform, "不是微信")
		o.out.Channels[accounts.WeChat] = several{}
		series := o.combine(at, a, b)
		_, err = o.tryCombine("deputy", o.account, &at, o.view(a.ID), o.signed())
		refused(t, "an article that is in another one", err, articles.ErrNotSigned, "已经排期")
		_, err = articles.CancelSeries(t.Context(), o.db, o.People["admin"], series.ID, series.Version)
		refused(t, "CancelSeries by who releases nothing", err, articles.ErrSeriesRefused, "不能调整")
		_, err = articles.ArrangeSeries(t.Context(), o.db, o.People["deputy"], series.ID, series.Version, []string{sql.NewID()})
		refused(t, "ArrangeSeries with what is not in it", err, channels.ErrSeriesOther, "不能加入")
	})
}

func TestTwoWhoCombineTheSameArticlesMakeOneMessage(t *testing.T) {
	eachPress(t, func(o *office) {
		a, b := o.signed(), o.signed()
		at := o.db.Now().Add(time.Hour)
		errs := atOnce(4, func(int) error {
			_, err := o.tryCombine("deputy", o.account, &at, a, b)
			return err
		})
		oneOf(t, "Combine", errs, articles.ErrStale, articles.ErrNotSigned)
		for _, view := range []articles.View{a, b} {
			if n := len(o.view(view.ID).Deliveries); n != 1 {
				t.Errorf("%d deliveries, want 1", n)
			}
		}
	})
}

func TestThePreviewOfAMessageSaysOfEachArticleWhatStandsAgainstIt(t *testing.T) {
	eachPress(t, func(o *office) {
		a, unsigned := o.signed(), o.submitted()
		form := articles.Together{AccountID: o.account.ID, Articles: []articles.Chosen{{ID: a.ID}, {ID: unsigned.ID}}}
		shown, err := articles.PreviewSeries(t.Context(), o.db, o.book, o.out, o.People["deputy"], form)
		if err != nil || shown.Most != 3 || shown.Sentence != "" || len(shown.Articles) != 2 {
			t.Fatalf("PreviewSeries = %+v, %v", shown, err)
		}
		if shown.Articles[0].Sentence != "" || shown.Articles[0].Preview == nil || shown.Articles[1].Sentence == "" {
			t.Errorf("the articles say %q and %q, want nothing and what is missing", shown.Articles[0].Sentence, shown.Articles[1].Sentence)
		}
		choices, err := articles.ChoicesFor(t.Context(), o.db, o.out, o.People["deputy"], o.Town.ID)
		if err != nil || len(choices.Accounts) != 2 || len(choices.Articles) != 1 || choices.Articles[0].ID != a.ID {
			t.Errorf("ChoicesFor = %+v, %v, want two accounts and the signed article", choices, err)
		}
		if none, err := articles.ChoicesFor(t.Context(), o.db, o.out, o.People["admin"], o.Town.ID); err != nil || len(none.Articles) != 0 {
			t.Errorf("ChoicesFor who releases nothing = %+v, %v", none, err)
		}
	})
}

func TestAnOutageHoldsAMessageAsAWhole(t *testing.T) {
	eachPress(t, func(o *office) {
		node := sql.NewID()
		if _, err := channels.Beat(t.Context(), o.db, node); err != nil {
			t.Fatal(err)
		}
		a, b := o.signed(), o.signed()
		series := o.combine(o.db.Now().Add(time.Hour), a, b)
		o.now = o.now.Add(3 * time.Hour)
		if _, err := channels.Beat(t.Context(), o.db, node); err != nil {
			t.Fatal(err)
		}
		held, err := channels.HeldNow(t.Context(), o.db, o.People["officer"])
		if err != nil || held.Total != 2 {
			t.Fatalf("HeldNow = %+v, %v, want both articles", held, err)
		}
		n, err := channels.DecideHeld(t.Context(), o.db, o.People["officer"], channels.HeldDecision{IDs: []string{series.Articles[1].DeliveryID}, Do: channels.SendNow})
		if err != nil || n != 2 {
			t.Fatalf("DecideHeld about one = %d, %v, want the whole message", n, err)
		}
		due, err := channels.Due(t.Context(), o.db, 10)
		if err != nil || !slices.Equal(due, []string{series.Articles[0].DeliveryID}) {
			t.Errorf("due are %v, %v, want the first of the message", due, err)
		}
		if view := o.view(b.ID).Deliveries[0]; view.State != channels.Scheduled {
			t.Errorf("the second is %s, want it to go with the first", view.State)
		}
	})
}

func TestADroppedMessageLeavesNothingTogether(t *testing.T) {
	eachPress(t, func(o *office) {
		node := sql.NewID()
		if _, err := channels.Beat(t.Context(), o.db, node); err != nil {
			t.Fatal(err)
		}
		series := o.combine(o.db.Now().Add(time.Hour), o.signed(), o.signed())
		o.now = o.now.Add(3 * time.Hour)
		if _, err := channels.Beat(t.Context(), o.db, node); err != nil {
			t.Fatal(err)
		}
		if n, err := channels.DecideHeld(t.Context(), o.db, o.People["officer"], channels.HeldDecision{Do: channels.DropHeld}); err != nil || n != 2 {
			t.Fatalf("DecideHeld = %d, %v", n, err)
		}
		for _, article := range series.Articles {
			if d := o.view(article.ArticleID).Deliveries[0]; d.State != channels.Cancelled || d.SeriesID != nil {
				t.Errorf("a dropped article is %s in series %v", d.State, d.SeriesID)
			}
		}
		_, err := channels.GetSeries(t.Context(), o.db, o.People["deputy"], series.ID)
		refused(t, "GetSeries of what was dropped", err, channels.ErrSeriesNotFound, "取消")
	})
}
