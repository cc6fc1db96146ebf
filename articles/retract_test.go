package articles_test

import (
	"slices"
	"testing"

	"govmedia/articles"
	"govmedia/channels"
)

// published returns an article that every account it went to has published.
func (o *office) published() articles.View {
	o.t.Helper()
	view := o.schedule(o.signed().ID, nil)
	for _, delivery := range view.Deliveries {
		o.deliver(delivery.ID)
		err := channels.Confirm(o.t.Context(), o.db, o.out, channels.Confirmation{DeliveryID: delivery.ID, ExternalID: "x" + delivery.ID,
			URL: "https://wx.example.cn/s/" + delivery.ID, How: "平台返回发布成功"})
		if err != nil {
			o.t.Fatalf("Confirm: %v", err)
		}
	}
	return o.view(view.ID)
}

func (o *office) retract(who, id string, only ...string) (channels.RetractionView, error) {
	o.t.Helper()
	return articles.Retract(o.t.Context(), o.db, o.out, o.People[who],
		channels.Recall{OriginID: id, DeliveryIDs: only, Cause: channels.UnitFound, Reason: "自查发现有敏感内容"})
}

// O39: what a unit found and took down itself goes out again only after all six stages were signed anew, and the removal is
// recorded without an hour to keep.
func TestO39WhatWasTakenDownIsSignedAnew(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.published()
		if actions := o.viewAs("officer", article.ID).Actions; !slices.Contains(actions, "retract") || !slices.Contains(actions, "reopen") {
			o.t.Errorf("actions %v, want retract and reopen", actions)
		}
		order, err := o.retract("officer", article.ID)
		if err != nil || len(order.Channels) != len(article.Deliveries) || len(order.Channels[0].Clocks) != 0 {
			o.t.Fatalf("Retract = %+v, %v; want every channel, without a clock", order, err)
		}
		o.is("taken down", article.ID, articles.Draft, 0)
		for _, takedown := range order.Channels {
			_, err := channels.ConfirmRetracted(o.t.Context(), o.db, o.People["officer"], takedown.ID, takedown.Version, channels.Report{Evidence: "已登录后台删除"})
			if err != nil {
				o.t.Fatalf("ConfirmRetracted: %v", err)
			}
		}
		all, err := articles.Retractions(o.t.Context(), o.db, o.People["officer"], article.ID)
		if err != nil || len(all) != 1 || all[0].DoneAt == nil || all[0].Overdue {
			o.t.Errorf("Retractions = %+v, %v; want it done and not judged", all, err)
		}
		_, err = o.trySchedule("deputy", article.ID, nil)
		refused(o.t, "published again as it is", err, articles.ErrNotSigned)
		o.submit("officer", article.ID)
		o.sign(article.ID, chain[:5]...)
		_, err = o.trySchedule("deputy", article.ID, nil)
		refused(o.t, "after five of six stages", err, articles.ErrNotSigned)
		o.sign(article.ID, chain[5])
		view := o.schedule(article.ID, nil)
		fresh := 0
		for _, delivery := range view.Deliveries {
			if delivery.State == channels.Scheduled && delivery.Action == channels.Publish {
				fresh++
			}
		}
		if fresh != len(article.Deliveries) {
			o.t.Errorf("%d are queued after all six, want %d", fresh, len(article.Deliveries))
		}
		if err := o.unschedule("deputy", article.ID); err != nil { // what was taken down before does not stand in the way
			o.t.Errorf("Unschedule: %v", err)
		}
	})
}

func TestWhoMayTakeAnArticleDown(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.published()
		for who, want := range map[string]error{"layout": channels.ErrDeliveryNotFound, "stranger": articles.ErrNotFound} {
			_, err := o.retract(who, article.ID)
			refused(o.t, "Retract by "+who, err, want)
		}
		o.is("refused", article.ID, articles.Scheduled, 6)
		if _, err := o.retract("admin", article.ID, article.Deliveries[0].ID); err != nil {
			o.t.Errorf("one channel, by the office above: %v", err)
		}
		o.is("one channel of it", article.ID, articles.Scheduled, 6)
		_, err := o.retract("stranger", article.ID, article.Deliveries[0].ID)
		refused(o.t, "one channel, by a stranger", err, articles.ErrNotFound)
		_, err = articles.Retractions(o.t.Context(), o.db, o.People["stranger"], article.ID)
		refused(o.t, "Retractions for a stranger", err, articles.ErrNotFound)
		_, err = o.retract("officer", o.signed().ID)
		refused(o.t, "of which nothing went anywhere", err, channels.ErrNothingOut)
	})
}

func TestACorrectionIsSignedLikeAnyText(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.published()
		_, err := articles.Reopen(o.t.Context(), o.db, o.People["officer"], article.ID, article.Version-1)
		refused(o.t, "Reopen of another version", err, articles.ErrStale)
		if _, err = articles.Reopen(o.t.Context(), o.db, o.People["officer"], article.ID, article.Version); err != nil {
			o.t.Fatalf("Reopen: %v", err)
		}
		text := o.text()
		text.Title = "更正后的标题"
		if _, err := o.save("officer", article.ID, text); err != nil {
			o.t.Fatalf("Save: %v", err)
		}
		correct := func(who, reason string) error {
			_, err := articles.Correct(o.t.Context(), o.db, o.book, o.out, o.People[who], article.ID, o.view(article.ID).Version, reason)
			return err
		}
		refused(o.t, "Correct before it is signed", correct("deputy", "改标题"), articles.ErrNotSigned)
		o.submit("officer", article.ID)
		o.sign(article.ID, chain...)
		if actions := o.viewAs("deputy", article.ID).Actions; !slices.Contains(actions, "correct") || slices.Contains(actions, "schedule") {
			o.t.Errorf("actions %v, want correct in the place of schedule", actions)
		}
		_, err = o.trySchedule("deputy", article.ID, nil)
		refused(o.t, "Schedule, which would post it twice", err, channels.ErrDeliveryExists)
		refused(o.t, "Correct without a reason", correct("deputy", ""), channels.ErrRetractReason)
		refused(o.t, "Correct by one who may not release", correct("layout", "改标题"), articles.ErrUnitRefused)
		if err := correct("deputy", "改标题"); err != nil {
			o.t.Fatalf("Correct: %v", err)
		}
		updates := 0
		for _, delivery := range o.view(article.ID).Deliveries {
			if delivery.Action == channels.Update && delivery.OfID != nil {
				updates++
			}
		}
		if updates != len(article.Deliveries) {
			o.t.Errorf("%d corrections, want %d", updates, len(article.Deliveries))
		}
		_, err = articles.Reopen(o.t.Context(), o.db, o.People["officer"], o.signed().ID, 1)
		if err == nil {
			o.t.Error("Reopen of an article that is not out = nil, want a refusal")
		}
	})
}
