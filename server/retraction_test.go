package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// orderUnderFire orders an article to be taken down, by a program that may be killed as soon as it has the order, before it can say so.
func orderUnderFire(b *browser, articleID string) {
	b.t.Helper()
	form := strings.NewReader(string(mustJSON(map[string]any{"cause": "office_found", "reason": "有敏感内容"})))
	response, err := b.client.Post(b.base+"/api/articles/"+articleID+"/retract", "application/json", form)
	if err != nil {
		return // whether the order stands is asked later
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		b.t.Errorf("the order was answered with %s", response.Status)
	}
}

// TestARetractionOutlivesKills kills the program at every platform call of a retraction, before its effect and after it, and
// starts it again: every post is gone, or a person has the task, and the clocks say so.
func TestARetractionOutlivesKills(t *testing.T) {
	for name, phase := range map[string]sandbox.Phase{"before the effect": sandbox.Received, "after the effect": sandbox.Committed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := newTown(t, "")
			town.start()
			author := town.signIn("xinxi")
			article := draft(t, author, "要撤下的稿件", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo)
			schedule(author, signAll(t, town, author, article.ID), nil)
			settled(town, author, article.ID)
			killer := &assassin{town: town, phase: phase, signal: syscall.SIGKILL, seen: map[string]bool{}}
			remove := town.sandbox.OnCall(killer.watch)
			orderUnderFire(author, article.ID)
			var list Page[channels.RetractionView]
			waitFor(t, 2*time.Minute, "every channel to be taken down or handed over", func() bool {
				if !town.running() && !town.launch() {
					return false
				}
				response, err := author.client.Get(author.base + "/api/articles/" + article.ID + "/retractions")
				if err != nil {
					return false
				}
				defer response.Body.Close()
				list = Page[channels.RetractionView]{}
				if decodeJSON(response.Body, &list) != nil || len(list.Items) != 1 {
					return false
				}
				for _, channel := range list.Items[0].Channels {
					if channel.State != channels.Retracted && (channel.State != channels.Submitted || channel.NextAt != nil) {
						return false
					}
				}
				return town.running()
			})
			remove()
			if len(killer.hits) == 0 {
				t.Error("the program was never ended")
			}
			town.stop(syscall.SIGTERM)
			town.start()
			if order := list.Items[0]; len(order.Channels) != 2 || order.DueAt == nil {
				t.Errorf("the order: %d channels, due %v; want two within the hour", len(order.Channels), order.DueAt)
			}
			for _, channel := range list.Items[0].Channels {
				if len(channel.Clocks) == 0 || channel.Clocks[0].Citation != "潼南 2022 第26条" {
					t.Errorf("the clocks of %s = %+v, want the hour of 第26条", channel.AccountName, channel.Clocks)
				}
				if channel.State == channels.Retracted {
					continue
				}
				var view channels.View
				author.do(http.MethodPost, "/api/deliveries/"+channel.ID+"/retracted", map[string]any{"version": channel.Version, "evidence": "已登录平台删除"}, http.StatusOK, &view)
				if view.State != channels.Retracted || view.Clocks[0].DoneAt == nil {
					t.Errorf("by hand: %s, clock %+v", view.State, view.Clocks)
				}
			}
			author.do(http.MethodGet, "/api/articles/"+article.ID+"/retractions", nil, http.StatusOK, &list)
			if list.Items[0].DoneAt == nil || list.Items[0].Overdue {
				t.Errorf("in the end: done %v, overdue %v", list.Items[0].DoneAt, list.Items[0].Overdue)
			}
			for _, delivery := range getArticle(author, article.ID).Deliveries {
				if delivery.State != channels.Retracted {
					t.Errorf("%s to %s is %s", delivery.Action, delivery.AccountName, delivery.State)
				}
			}
			author.refuse(http.MethodPost, "/api/articles/"+article.ID+"/retract", map[string]any{"cause": "other", "reason": "再撤一次"}, http.StatusConflict, "delivery.nothing_out")
			checkNoSecrets(t, town)
		})
	}
}

// What falls due while the program is off waits for a person when it is on again.
func TestWhatFellDueInAnOutageWaitsForAPerson(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "停机期间的通知", "<p>正文</p>", accounts.KindApp)
		tomorrow := sql.FromStd(time.Now().Add(24 * time.Hour))
		schedule(author, signAll(t, town, author, article.ID), &tomorrow)
		town.stop(syscall.SIGTERM)
		town.sleep(30 * time.Hour)
		town.start()
		var queues channels.Queues
		author.do(http.MethodGet, "/api/delivery-queues", nil, http.StatusOK, &queues)
		var held channels.HeldList
		town.wait("the outage to be seen", func() bool {
			author.do(http.MethodGet, "/api/held-deliveries", nil, http.StatusOK, &held)
			return held.Total == 1
		})
		if len(held.Outages) != 1 || held.Outages[0].Total != 1 {
			t.Errorf("held: %+v, want one outage with one", held)
		}
		if state := getArticle(author, article.ID).Deliveries[0].State; state != channels.Held {
			t.Errorf("the delivery is %s, want held", state)
		}
		checkOnce(t, town, 0)
		author.refuse(http.MethodPost, "/api/held-deliveries/decide", map[string]any{"do": "reschedule"}, 422, "delivery.held_time")
		var decided decidedHeld
		author.do(http.MethodPost, "/api/held-deliveries/decide", map[string]any{"do": "send"}, http.StatusOK, &decided)
		if decided.Decided != 1 {
			t.Errorf("decided about %d, want 1", decided.Decided)
		}
		if delivery := settled(town, author, article.ID)[0]; delivery.State != channels.StatePublished {
			t.Errorf("sent on a person's word: %s, %s", delivery.State, delivery.ErrorAdvice)
		}
		checkOnce(t, town, 1)
		var policy channels.PolicyView
		leader := town.signIn("guanli")
		unitID := unitOf(author)
		leader.do(http.MethodPut, "/api/units/"+unitID+"/delivery-policy", map[string]any{"version": 0, "after_outage": "drop", "outage_minutes": 5, "late_minutes": 30}, http.StatusOK, &policy)
		if policy.AfterOutage != channels.DropLate || policy.From != unitID {
			t.Errorf("the policy is %+v", policy)
		}
		leader.do(http.MethodPost, "/api/units/"+unitID+"/delivery-policy/unset", map[string]any{"version": policy.Version}, http.StatusOK, &policy)
		leader.do(http.MethodGet, "/api/units/"+unitID+"/delivery-policy", nil, http.StatusOK, &policy)
		if policy.AfterOutage != channels.AskFirst || policy.Version != 0 {
			t.Errorf("after it was taken away: %+v", policy)
		}
	})
}

// sleep lets the program have been off for some time: what it knows of time lies that much further back.
func (town *town) sleep(d time.Duration) {
	town.t.Helper()
	handle := sqltest.Bare(town.t, town.config.DSN)
	for _, statement := range []string{"UPDATE heartbeats SET at = at - ?", "UPDATE deliveries SET next_at = next_at - ? WHERE state = 'scheduled'",
		"UPDATE deliveries SET due_at = due_at - ? WHERE state = 'scheduled'"} {
		if _, err := handle.ExecContext(town.t.Context(), statement, d.Milliseconds()); err != nil {
			town.t.Fatal(err)
		}
	}
	if err := handle.Close(); err != nil {
		town.t.Fatal(err)
	}
}
