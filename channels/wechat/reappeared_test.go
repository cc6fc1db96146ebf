package wechat_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/rules"
)

// A person says that a post under way is gone; then WeChat publishes it after all. The retraction is a task again, its clocks run, and the
// program can take the post down.
func TestAPublicationAfterAConfirmedRetractionCallsAPerson(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		id := d.schedule("防汛提示")
		d.stands("submitted", d.work(id), channels.Submitted)
		order, err := channels.RetractAll(t.Context(), d.db, d.out, d.People["officer"], channels.Recall{OriginID: d.view(id).OriginID,
			Cause: channels.OfficeFound, Reason: "内容有误"})
		if err != nil {
			t.Fatalf("RetractAll: %v", err)
		}
		task := order.Channels[0].ID
		if _, err := channels.ConfirmRetracted(t.Context(), d.db, d.People["officer"], task, d.view(task).Version, channels.Report{Evidence: "发表记录里没有"}); err != nil {
			t.Fatalf("ConfirmRetracted: %v", err)
		}
		d.stands("gone", d.view(id), channels.Retracted)
		d.box.Advance(16 * time.Second)
		d.called(1)
		view := d.view(task)
		if view.State != channels.Submitted || view.NextAt != nil || view.ErrorCode != "reappeared" || !strings.Contains(view.ErrorAdvice, "请立即登录平台") ||
			!slices.Contains(view.Actions, channels.ActConfirmRetracted) || !slices.Contains(view.Actions, channels.ActRetry) || view.PublicURL == "" {
			t.Fatalf("the retraction = %+v, a person may %v, want a task with the address", view.Delivery, view.Actions)
		}
		clocks, err := rules.ClocksOf(t.Context(), d.db, channels.DeliverySubject, task)
		if err != nil || len(clocks) == 0 || clocks[0].DoneAt != nil || clocks[0].DueAt == nil || *clocks[0].DueAt <= d.db.Now() {
			t.Errorf("clocks = %+v, %v, want one that runs from now", clocks, err)
		}
		d.called(0)
		if again := d.view(task); again.Version != view.Version {
			t.Errorf("a second look changed %+v", again.Delivery)
		}
		if _, err := channels.TryAgain(t.Context(), d.db, d.People["officer"], task, view.Version); err != nil {
			t.Fatalf("TryAgain: %v", err)
		}
		d.until(task)
		d.stands("taken down by the program", d.view(id), channels.Retracted)
		if strings.Contains(read(t, view.PublicURL), "防汛提示") {
			t.Error("readers still see it")
		}
		clocks, err = rules.ClocksOf(t.Context(), d.db, channels.DeliverySubject, task)
		if err != nil || len(clocks) == 0 || clocks[0].DoneAt == nil {
			t.Errorf("clocks = %+v, %v, want them done", clocks, err)
		}
	})
}

// Old news of what was published and then taken down calls nobody.
func TestAnOldCallbackAfterARetractionCallsNobody(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackHold = true }, func(d *desk) {
		id := d.schedule("防汛提示")
		d.stands("published", d.until(id), channels.StatePublished)
		task := d.recall(id).Channels[0].ID
		d.until(task)
		d.stands("gone", d.view(id), channels.Retracted)
		d.box.ReleaseCallbacks(true)
		d.called(2)
		d.stands("later", d.view(id), channels.Retracted)
		d.stands("the retraction", d.view(task), channels.Retracted)
	})
}

// Of a message of several, only the article that was said to be gone is a task again.
func TestOneArticleOfAMessageThatIsOutAfterAllCallsAPerson(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		task := d.recall(ids[1]).Channels[0].ID
		if _, err := channels.ConfirmRetracted(t.Context(), d.db, d.People["officer"], task, d.view(task).Version, channels.Report{Evidence: "发表记录里没有"}); err != nil {
			t.Fatalf("ConfirmRetracted: %v", err)
		}
		d.box.Advance(16 * time.Second)
		d.called(1)
		d.stands("the first", d.view(ids[0]), channels.StatePublished)
		d.stands("the third", d.view(ids[2]), channels.StatePublished)
		if view := d.view(task); view.ErrorCode != "reappeared" || view.PublicURL == "" || view.PublicURL == d.view(ids[0]).PublicURL {
			t.Errorf("the retraction of the second = %+v, want a task with its own address", view.Delivery)
		}
	})
}
