package wechat_test

import (
	"context"
	"fmt"
	"slices"
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

// combine enqueues messages with titles for a time and makes one of them; it returns their deliveries' ids, the lead's first.
func (d *desk) combine(due sql.Time, titles ...string) (string, []string) {
	d.t.Helper()
	var series channels.Series
	var ids []string
	err := d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		var list []channels.Delivery
		for _, title := range titles {
			m := d.store.message()
			m.OriginID, m.RevisionID, m.UnitID, m.Title = sql.NewID(), sql.NewID(), d.Town.ID, title
			var err error
			if m.SHA256, err = m.Hash(); err != nil {
				return err
			}
			made, err := channels.Enqueue(d.t.Context(), tx, d.out, d.People["officer"], m, []accounts.Account{d.account}, due)
			if err != nil {
				return err
			}
			list = append(list, made[0])
		}
		ids = nil
		for _, delivery := range list {
			ids = append(ids, delivery.ID)
		}
		var err error
		series, err = channels.Combine(d.t.Context(), tx, d.out, d.People["officer"], d.account, d.Town.ID, list)
		return err
	})
	if err != nil {
		d.t.Fatalf("Combine: %v", err)
	}
	return series.ID, ids
}

// all lets time pass until each of some deliveries has ended or waits for a person.
func (d *desk) all(ids []string) []channels.View {
	d.t.Helper()
	var views []channels.View
	for _, id := range ids {
		views = append(views, d.until(id))
	}
	for i, id := range ids {
		views[i] = d.view(id)
	}
	return views
}

// went checks that all of a message is published, as one message, each article at its own address.
func (d *desk) went(what string, ids []string) {
	d.t.Helper()
	urls, externals := map[string]bool{}, map[string]bool{}
	for i, id := range ids {
		view := d.view(id)
		d.stands(fmt.Sprintf("%s: article %d", what, i+1), view, channels.StatePublished)
		if view.ExternalID == nil {
			d.t.Fatalf("%s: article %d has no id at WeChat", what, i+1)
		}
		urls[view.PublicURL], externals[*view.ExternalID] = true, true
		if page := read(d.t, view.PublicURL); !strings.Contains(page, view.Title) {
			d.t.Errorf("%s: the page of article %d does not hold its title %q", what, i+1, view.Title)
		}
	}
	if len(urls) != len(ids) || len(externals) != len(ids) || urls[""] {
		d.t.Errorf("%s: %d addresses and %d ids for %d articles", what, len(urls), len(externals), len(ids))
	}
	if r := d.report(); r.Published != 1 {
		d.t.Errorf("%s: WeChat holds %d messages, want 1", what, r.Published)
	}
	if posts := d.posts(); len(posts) != len(ids) {
		d.t.Errorf("%s: %d posts, want %d", what, len(posts), len(ids))
	}
}

var three = []string{"防汛提示", "道路施工通告", "卫生院门诊安排"}

func TestSeveralArticlesGoOutAsOneMessage(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		for _, id := range ids[1:] {
			if view := d.view(id); view.NextAt != nil || len(view.Actions) != 0 {
				t.Errorf("what rides is due at %v and may %v, want neither", view.NextAt, view.Actions)
			}
		}
		d.work(ids[0])
		for i, id := range ids {
			view := d.view(id)
			if view.State != channels.Submitted || view.IntentAt == nil || view.Advice.Readers != "可能已发出" {
				t.Errorf("article %d after the submit: %s, intent %v, readers %s", i+1, view.State, view.IntentAt, view.Advice.Readers)
			}
		}
		d.all(ids)
		d.went("in the end", ids)
		if d.calls("/cgi-bin/draft/add") != 1 || d.calls(submitPath) != 1 {
			t.Errorf("%d drafts and %d submits, want one each", d.calls("/cgi-bin/draft/add"), d.calls(submitPath))
		}
		if first, second := d.view(ids[0]), d.view(ids[1]); *second.ExternalID != *first.ExternalID+"#2" {
			t.Errorf("ids %s and %s, want the names of the published list", *first.ExternalID, *second.ExternalID)
		}
	})
}

// dying is the adapter with a worker that dies at the n-th moment between two calls or saves: its lease runs out there, another
// claims the delivery, and whatever the first one still does saves nothing.
type dying struct {
	*wechat.Channel
	d       *desk
	lead    string
	n, at   int
	claimed *channels.Claimed
}

func (c *dying) moment() {
	if c.n++; c.n != c.at {
		return
	}
	c.d.box.Advance(c.d.out.Pace.Lease + time.Second)
	delivery, mine, err := channels.Claim(c.d.t.Context(), c.d.db, c.lead, c.d.out.Pace.Lease)
	if err != nil || !mine {
		c.d.t.Errorf("a second worker at moment %d: Claim = %v, %v", c.at, mine, err)
	}
	c.claimed = &delivery
}

func (c *dying) during(job *channels.Job) *channels.Job {
	c.moment()
	save := job.Save
	job.Save = func(ctx context.Context) error {
		err := save(ctx)
		c.moment()
		return err
	}
	return job
}

func (c *dying) Prepare(ctx context.Context, job *channels.Job) error {
	defer c.moment()
	return c.Channel.Prepare(ctx, c.during(job))
}

func (c *dying) Submit(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	defer c.moment()
	return c.Channel.Submit(ctx, c.during(job))
}

func (c *dying) Find(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	defer c.moment()
	return c.Channel.Find(ctx, c.during(job))
}

func (c *dying) Poll(ctx context.Context, job *channels.Job) (channels.Progress, error) {
	defer c.moment()
	return c.Channel.Poll(ctx, c.during(job))
}

func TestAWorkerThatDiesAnywhereLeavesOneMessage(t *testing.T) {
	points := 0
	eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
		for at := 1; ; at++ {
			c := &dying{Channel: d.channel, d: d, at: at}
			d.out.Channels = map[accounts.Platform]channels.Channel{accounts.WeChat: c}
			before := d.report().Published
			_, ids := d.combine(d.db.Now(), fmt.Sprintf("防汛提示%d", at), fmt.Sprintf("道路施工通告%d", at))
			c.lead = ids[0]
			for range 20 {
				view := d.view(ids[0])
				if view.NextAt == nil {
					break
				}
				if wait := view.NextAt.Sub(d.db.Now()); wait > 0 {
					d.box.Advance(wait)
				}
				d.work(ids[0])
				for c.claimed != nil {
					again := *c.claimed
					c.claimed = nil
					if err := channels.Perform(t.Context(), d.db, d.out, again); err != nil {
						t.Fatalf("Perform after moment %d: %v", at, err)
					}
				}
			}
			for i, view := range d.all(ids) {
				if view.State != channels.StatePublished || view.PublicURL == "" {
					t.Errorf("died at moment %d: article %d is %s %q, %s", at, i+1, view.State, view.PublicURL, view.ErrorAdvice)
				}
			}
			if made := d.report().Published - before; made != 1 {
				t.Errorf("died at moment %d: %d messages, want 1", at, made)
			}
			if points = max(points, at); c.n < at {
				break
			}
		}
	})
	if points < 8 {
		t.Errorf("%d moments were tried, want at least 8", points)
	}
}

func TestALostSubmitOfAMessageIsFoundByItsArticles(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
		d.box.AddFault(fault(submitPath, sandbox.DropAfter, 1))
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		if view := d.view(ids[1]); view.State != channels.Prepared || view.IntentAt == nil {
			t.Errorf("what rides after a lost answer: %s, intent %v", view.State, view.IntentAt)
		}
		d.all(ids)
		d.went("found", ids)
		if d.calls(submitPath) != 1 {
			t.Errorf("%d submits, want 1", d.calls(submitPath))
		}
	})
}

func TestACallbackPublishesEachArticleOfAMessage(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		d.box.Advance(16 * time.Second)
		if n := d.called(1); n != 1 || d.calls(jobPath) != 0 {
			t.Errorf("CallbacksDue = %d with %d questions, want 1 and none", n, d.calls(jobPath))
		}
		d.went("called back", ids)
	})
}

func TestARefusedMessageNamesTheArticle(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
		_, ids := d.combine(d.db.Now(), "防汛提示", "道路施工[sim:4]", "门诊安排")
		for i, view := range d.all(ids) {
			d.stands(fmt.Sprintf("article %d", i+1), view, channels.Failed)
			if !strings.Contains(view.ErrorAdvice, "第 2 篇《道路施工") || !strings.Contains(view.ErrorAdvice, "整条") {
				t.Errorf("article %d says %q, want the second named", i+1, view.ErrorAdvice)
			}
		}
		if r := d.report(); r.Published != 0 {
			t.Errorf("%d messages, want none", r.Published)
		}
	})
}

// leaveOut makes WeChat say that it published a message without some of its articles.
func (d *desk) leaveOut(failIdx string, places ...int) {
	var items []string
	for _, place := range places {
		items = append(items, fmt.Sprintf(`{"idx":%d,"article_url":"https://mp.weixin.qq.com/s/left-out-%d"}`, place, place))
	}
	d.box.AddFault(sandbox.Fault{Match: sandbox.Match{Path: jobPath}, Action: sandbox.Status, Status: 200, ContentType: "application/json",
		Body: fmt.Sprintf(`{"publish_id":"1","publish_status":0,"article_id":"left-out","article_detail":{"count":%d,"item":[%s]},"fail_idx":%s}`,
			len(places), strings.Join(items, ","), failIdx)})
}

func TestAMessageThatWeChatSendsWithoutOneOfItsArticles(t *testing.T) {
	for _, failIdx := range []string{`[2]`, `["2"]`} {
		eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
			_, ids := d.combine(d.db.Now(), three...)
			d.work(ids[0])
			d.leaveOut(failIdx, 1, 3)
			d.all(ids)
			left := d.view(ids[1])
			d.stands("left out, fail_idx "+failIdx, left, channels.Failed)
			if want := "没有发出第 2 篇《道路施工通告》"; !strings.Contains(left.ErrorAdvice, want) || left.NextAt != nil {
				d.t.Errorf("the article left out says %q, due %v; want %q and a person", left.ErrorAdvice, left.NextAt, want)
			}
			d.publishedAt(ids[0], "https://mp.weixin.qq.com/s/left-out-1")
			d.publishedAt(ids[2], "https://mp.weixin.qq.com/s/left-out-3")
			if posts := d.posts(); len(posts) != 2 || d.calls(submitPath) != 1 {
				d.t.Errorf("%d posts and %d submits, want 2 and 1", len(posts), d.calls(submitPath))
			}
		})
	}
}

// A message that was published is published whole unless WeChat names what it left out; where an address is missing, none is made up.
func TestAPublishedMessageWithoutAnAddressOfOneArticle(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackURL = "" }, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		d.leaveOut(`[]`, 1, 3)
		d.all(ids)
		d.publishedAt(ids[0], "https://mp.weixin.qq.com/s/left-out-1")
		d.publishedAt(ids[1], "")
		d.publishedAt(ids[2], "https://mp.weixin.qq.com/s/left-out-3")
	})
}

func (d *desk) publishedAt(id, address string) {
	d.t.Helper()
	view := d.view(id)
	d.stands("at "+address, view, channels.StatePublished)
	if view.PublicURL != address {
		d.t.Errorf("delivery %s is at %q, want %q", id, view.PublicURL, address)
	}
}

func (d *desk) recall(id string) channels.RetractionView {
	d.t.Helper()
	view, err := channels.RetractAll(d.t.Context(), d.db, d.out, d.People["officer"], channels.Recall{OriginID: d.view(id).OriginID, Cause: channels.OtherCause, Reason: "内容有误"})
	if err != nil {
		d.t.Fatalf("RetractAll: %v", err)
	}
	return view
}

func TestAnArticleTakenDownBeforehandStopsTheMessage(t *testing.T) {
	for gone := range 3 {
		eachDesk(t, nil, func(d *desk) {
			d.box.AddFault(errcode(submitPath, 45009, 1)) // the draft is made, and then waits
			seriesID, ids := d.combine(d.db.Now(), three...)
			d.work(ids[0])
			d.recall(ids[gone])
			rest := slices.Delete(slices.Clone(ids), gone, gone+1)
			d.stands("taken down", d.view(ids[gone]), channels.Cancelled)
			for _, id := range rest {
				view := d.view(id)
				d.stands("the others", view, channels.Failed)
				if !strings.Contains(view.ErrorAdvice, three[gone]) || view.NextAt != nil {
					t.Errorf("the others say %q", view.ErrorAdvice)
				}
			}
			view, err := channels.GetSeries(t.Context(), d.db, d.People["officer"], seriesID)
			if err != nil || !view.Broken || len(view.Articles) != 2 {
				t.Fatalf("GetSeries = %+v, %v, want two articles that wait for a person", view, err)
			}
			if _, err := channels.TryAgain(t.Context(), d.db, d.People["officer"], rest[1], d.view(rest[1]).Version); err != nil {
				t.Fatalf("TryAgain = %v", err)
			}
			d.all(rest)
			d.went("the others after a person said so", rest)
			if n := d.report().Drafts; n != 0 {
				t.Errorf("%d drafts are left, want none: the one with three articles is taken away", n)
			}
		})
	}
}

func TestOneArticleOfAMessageIsTakenDown(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.all(ids)
		addresses := []string{d.view(ids[0]).PublicURL, d.view(ids[1]).PublicURL, d.view(ids[2]).PublicURL}
		view := d.recall(ids[1])
		d.until(view.Channels[0].ID)
		d.stands("taken down", d.view(ids[1]), channels.Retracted)
		for i, address := range addresses {
			if shown := strings.Contains(read(t, address), three[i]); shown != (i != 1) {
				t.Errorf("article %d is shown: %v", i+1, shown)
			}
		}
		for _, call := range d.box.Journal(sandbox.Filter{Platform: sandbox.WeChat, Path: "/cgi-bin/freepublish/delete"}) {
			if fmt.Sprint(call.Body["index"]) != "2" {
				t.Errorf("a deletion without its index: %v", call.Body)
			}
		}
	})
}

func TestAMessageIsSentToAllOnce(t *testing.T) {
	eachDesk(t, toAll, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		d.decide(ids[2], wechat.SendToAll) // about one of them is about all
		d.until(ids[0])
		d.called(3)
		d.all(ids)
		for i, id := range ids {
			view := d.view(id)
			d.stands("sent", view, channels.StatePublished)
			if view.ExternalID == nil || !strings.HasSuffix(*view.ExternalID, fmt.Sprintf("_%d", i+1)) {
				t.Errorf("article %d is %v, want the statistics' name", i+1, view.ExternalID)
			}
		}
		if r := d.report(); r.MassSent != 1 || r.Published != 1 {
			t.Errorf("report = %+v, want one sending", r)
		}
	})
}

func TestAChangedOrderIsDecidedAnew(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), toAll)
	seriesID, ids := d.combine(d.db.Now().Add(time.Hour), three...)
	d.decide(ids[0], wechat.SendToAll)
	d.box.Advance(time.Minute)
	d.arrange(seriesID, ids[0], ids[2], ids[1])
	d.box.Advance(time.Hour)
	if view := d.work(ids[0]); view.ErrorCode != "mass_undecided" {
		t.Errorf("after the order changed: %s %q, want it to ask again", view.State, view.ErrorCode)
	}
}

func (d *desk) arrange(seriesID string, ids ...string) {
	d.t.Helper()
	view, err := channels.GetSeries(d.t.Context(), d.db, d.People["officer"], seriesID)
	if err != nil {
		d.t.Fatalf("GetSeries: %v", err)
	}
	err = d.db.InTx(d.t.Context(), func(tx *sql.DB) error {
		_, err := channels.Arrange(d.t.Context(), tx, d.People["officer"], seriesID, view.Version, ids)
		return err
	})
	if err != nil {
		d.t.Fatalf("Arrange: %v", err)
	}
}

func TestANewOrderMakesANewDraft(t *testing.T) {
	eachDesk(t, nil, func(d *desk) {
		d.box.AddFault(errcode(submitPath, 45009, 1))
		seriesID, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		d.arrange(seriesID, ids[2], ids[0])
		d.stands("left out", d.view(ids[1]), channels.Cancelled)
		d.all([]string{ids[2], ids[0]})
		d.went("in the new order", []string{ids[2], ids[0]})
		if first := d.view(ids[2]); strings.Contains(*first.ExternalID, "#") {
			t.Errorf("the new first is %s", *first.ExternalID)
		}
		if d.report().Drafts != 0 {
			t.Errorf("%d drafts are left", d.report().Drafts)
		}
	})
}

func TestADraftOfSeveralIsLeftToAPersonAndEachIsRecognised(t *testing.T) {
	eachDesk(t, func(s *setup) { s.settings["publish_mode"] = "draft_only" }, func(d *desk) {
		_, ids := d.combine(d.db.Now(), three...)
		d.work(ids[0])
		for _, id := range ids {
			if view := d.view(id); view.State != channels.Submitted || !slices.Contains(view.Actions, channels.ActConfirm) {
				t.Fatalf("delivery = %s, %v, want it to wait for a person", view.State, view.Actions)
			}
		}
		mediaID, _ := d.view(ids[0]).Remote["media_id"].(string)
		if err := d.box.Happen(sandbox.Event{Type: "wechat.publish", Account: appID, ID: mediaID}); err != nil {
			t.Fatal(err)
		}
		seen, err := d.channel.Observe(t.Context(), channels.Look{Account: d.account, Credentials: d.credentials(), PublicBase: d.out.PublicBase, Now: d.db.Now()})
		var found []string
		for _, post := range seen.Posts {
			found = append(found, post.DeliveryID)
		}
		if err != nil || !slices.Equal(found, ids) {
			t.Errorf("Observe recognised %v, %v, want %v", found, err, ids)
		}
	})
}
