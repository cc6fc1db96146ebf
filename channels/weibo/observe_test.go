package weibo_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
	"govmedia/sql"
)

const usersPath = "/2/users/show.json"

// watcher reads an account again and again.
type watcher struct {
	*world
	t    *testing.T
	look channels.Look
}

func watch(t *testing.T, w *world) *watcher {
	t.Helper()
	job := newJob(w)
	return &watcher{world: w, t: t, look: channels.Look{Account: job.Account, Credentials: job.Credentials, Cursor: sql.Object{}, PublicBase: "https://m.example.gov.cn"}}
}

// read observes once; the cursor goes through the database.
func (o *watcher) read() channels.Seen {
	o.t.Helper()
	o.look.Now = sql.FromStd(o.Now())
	seen, err := o.channel.Observe(o.t.Context(), o.look)
	if err != nil {
		o.t.Fatalf("Observe: %v", err)
	}
	value, err := seen.Cursor.Value()
	if err != nil {
		o.t.Fatal(err)
	}
	o.look.Cursor = sql.Object{}
	if err := o.look.Cursor.Scan(value); err != nil {
		o.t.Fatal(err)
	}
	return seen
}

func (o *watcher) byHand(texts ...string) {
	o.t.Helper()
	for _, text := range texts {
		if err := o.Happen(sandbox.Event{Type: "weibo.post", Account: uid, Text: text}); err != nil {
			o.t.Fatal(err)
		}
	}
}

func titles(seen channels.Seen) string {
	out := []string{}
	for _, p := range seen.Posts {
		out = append(out, p.Title)
	}
	return strings.Join(out, " ")
}

func TestObserveSeesWhoeverPosted(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.byHand("早上好")
	job := newJob(w)
	prepare(t, w, job)
	if _, err := w.channel.Submit(t.Context(), job); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	seen := o.read()
	if titles(seen) != "防汛通知 早上好" || seen.Missed != 0 || seen.Posts[0].DeliveryID != "0123456789abcdef" || seen.Posts[1].DeliveryID != "" {
		t.Fatalf("Observe = %+v, want ours recognised and the other's", seen)
	}
	p := seen.Posts[1]
	if p.ExternalID == "" || p.URL != w.public+"/"+uid+"/"+p.ExternalID || p.Doubt != "" || p.PublishedAt.Std().Sub(w.Now()).Abs() > time.Minute {
		t.Errorf("post = %+v", p)
	}
	w.Advance(time.Hour)
	o.byHand("第二条 https://gov.example.cn/1")
	if seen := o.read(); titles(seen) != "第二条" || seen.Missed != 0 || len(seen.Removed) != 0 {
		t.Errorf("Observe an hour later = %+v, want the new one alone", seen)
	}
}

func TestSevenPostsBetweenTwoReadingsLeaveAGapOfTwo(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.byHand("甲", "乙")
	o.read()
	w.Advance(time.Hour)
	for i := range 7 {
		o.byHand(fmt.Sprintf("第%d条", i+1))
	}
	seen := o.read()
	if titles(seen) != "第7条 第6条 第5条 第4条 第3条" || seen.Missed != 2 {
		t.Errorf("Observe = %s, missed %d; want five and a gap of 2", titles(seen), seen.Missed)
	}
	for range 8 {
		w.Advance(time.Hour)
		if seen := o.read(); len(seen.Posts) != 0 || seen.Missed != 0 {
			t.Errorf("Observe later = %+v, want nothing: a gap is told once", seen)
		}
	}
}

func TestALateTimelineIsNoGap(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.byHand("甲", "乙")
	o.read()
	w.AddWeiboUser(sandbox.WeiboUser{UID: uid, Name: "潼南应急", TimelineLagSeconds: 1800})
	w.Advance(6 * time.Hour)
	o.byHand("迟到的")
	if seen := o.read(); len(seen.Posts) != 0 || seen.Missed != 0 {
		t.Errorf("Observe while the timeline lags = %+v, want nothing yet", seen)
	}
	w.Advance(time.Hour)
	if seen := o.read(); titles(seen) != "迟到的" || seen.Missed != 0 {
		t.Errorf("Observe an hour later = %+v, want the post", seen)
	}
	w.Advance(6 * time.Hour)
	if seen := o.read(); seen.Missed != 0 {
		t.Errorf("missed %d after all was seen", seen.Missed)
	}
}

func TestACountThatStaysAheadIsAGap(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.byHand("甲", "乙")
	o.read()
	w.AddWeiboUser(sandbox.WeiboUser{UID: uid, Name: "潼南应急", TimelineLagSeconds: 1 << 30})
	o.byHand("看不到的")
	missed := 0
	for range 3 {
		w.Advance(7 * time.Hour)
		missed += o.read().Missed
	}
	if missed != 1 {
		t.Errorf("missed %d in all, want 1", missed)
	}
}

func TestRemovedPostsAreToldOnceAndSurely(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.byHand("甲", "乙", "丙")
	first := o.read()
	if err := w.Happen(sandbox.Event{Type: "weibo.remove", ID: first.Posts[1].ExternalID}); err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Hour)
	if seen := o.read(); len(seen.Removed) != 0 {
		t.Errorf("removed %v after one look", seen.Removed)
	}
	w.Advance(time.Hour)
	if seen := o.read(); !slices.Equal(seen.Removed, []string{first.Posts[1].ExternalID}) {
		t.Errorf("removed %v, want the one", seen.Removed)
	}
	for range 7 {
		w.Advance(time.Hour)
		if seen := o.read(); len(seen.Removed) != 0 || seen.Missed != 0 || len(seen.Posts) != 0 {
			t.Errorf("Observe later = %+v, want nothing", seen)
		}
	}
	o.byHand("一", "二", "三", "四", "五", "六") // what older posts made room for is not removed
	w.Advance(time.Hour)
	o.read()
	w.Advance(time.Hour)
	if seen := o.read(); len(seen.Removed) != 0 {
		t.Errorf("removed %v: they are only further down", seen.Removed)
	}
}

func TestADayOfReadingKeepsToThePlan(t *testing.T) {
	used := map[string]int64{}
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Budget = ledgerOf(used) })
	w.SetClock(time.Date(2026, 11, 23, 0, 0, 1, 0, beijing))
	o := watch(t, w)
	end := w.Now().Add(24 * time.Hour)
	for w.Now().Before(end) {
		o.byHand("例行")
		seen := o.read()
		if seen.Next <= 0 {
			t.Fatalf("Next = %s", seen.Next)
		}
		w.Advance(seen.Next)
	}
	timeline, users := len(w.Journal(sandbox.Filter{Path: timelinePath})), len(w.Journal(sandbox.Filter{Path: usersPath}))
	if timeline < 12 || timeline > 14 || users < 3 || users > 5 || used["a1 weibo k1"] != int64(timeline+users) {
		t.Errorf("%d timelines and %d counts, %v in the ledger; want about 12 and 4", timeline, users, used)
	}
}

func TestOptionalCallsStopAtEighty(t *testing.T) {
	used := map[string]int64{"a1 weibo k1": 80}
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Budget = ledgerOf(used) })
	o := watch(t, w)
	o.look.Now = sql.FromStd(w.Now())
	_, err := w.channel.Observe(t.Context(), o.look)
	platformError(t, "Observe", err, channels.Quota, "budget_spent")
	_, err = w.channel.Comments(t.Context(), o.look.Account, o.look.Credentials, "1", "")
	platformError(t, "Comments", err, channels.Quota, "budget_spent")
	if len(w.Journal(sandbox.Filter{})) != 0 {
		t.Error("calls were made")
	}
	job := newJob(w)
	prepare(t, w, job)
	if _, err := w.channel.Submit(t.Context(), job); err != nil || used["a1 weibo k1"] != 81 {
		t.Errorf("Submit: %v with %v used; posting has the last twenty", err, used)
	}
}

func TestObserveSaysSoWhenItCannotRead(t *testing.T) {
	w := newWorld(t, nil)
	o := watch(t, w)
	o.look.Now = sql.FromStd(w.Now())
	for _, c := range []struct {
		code  int
		class channels.Class
	}{{10001, channels.Retry}, {21335, channels.Permission}} { // the second holds the account
		id := w.AddFault(sandbox.Fault{Match: sandbox.Match{Path: timelinePath}, Action: sandbox.Errcode, Code: c.code})
		_, err := w.channel.Observe(t.Context(), o.look)
		platformError(t, "Observe", err, c.class, strconv.Itoa(c.code))
		w.ClearFaults(id)
	}
	o.look.Credentials = nil
	_, err := w.channel.Observe(t.Context(), o.look)
	platformError(t, "Observe without a token", err, channels.Permission, "not_authorised")
}

func TestDatesThatCannotBeAreDoubted(t *testing.T) {
	w := newWorld(t, nil)
	body := ""
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == usersPath {
			_, _ = rw.Write([]byte(`{"screen_name":"x","statuses_count":"3"}`))
			return
		}
		_, _ = rw.Write([]byte(body))
	}))
	defer server.Close()
	cfg := w.config
	cfg.APIBase = server.URL
	o := watch(t, w)
	o.channel = weibo.New(cfg)
	future := w.Now().Add(48 * time.Hour).In(beijing).Format(time.RubyDate)
	body = `{"statuses":[{"idstr":"9007199254740993","text":"&lt;a&gt; http://t.cn/A6","created_at":"` + future + `"},{"id":9007199254740995,"text":"http://t.cn/A6","created_at":"昨天"},
		{"idstr":"3","text":"只给自己看","created_at":"` + w.Now().Format(time.RubyDate) + `","visible":{"type":1}}]}`
	seen := o.read()
	if len(seen.Posts) != 2 || seen.Posts[0].ExternalID != "9007199254740993" || seen.Posts[0].PublishedAt != 0 || !strings.Contains(seen.Posts[0].Doubt, "在未来") ||
		seen.Posts[0].Title != "<a>" || !strings.Contains(seen.Posts[1].Doubt, "昨天") || seen.Posts[1].Title != "（无文字）" {
		t.Errorf("Observe = %+v, want two doubts and the private post left out", seen.Posts)
	}
}
