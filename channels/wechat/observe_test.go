package wechat_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

const (
	listPath   = "/cgi-bin/freepublish/batchget"
	detailPath = "/datacube/getarticletotaldetail"
)

// observe reads the account once; the cursor goes through its JSON form, as on a row.
func (b *bench) observe(cursor sql.Object) (channels.Seen, error) {
	b.t.Helper()
	seen, err := b.channel.Observe(b.t.Context(), b.look(cursor))
	if err == nil {
		raw, encodeErr := seen.Cursor.Value()
		if encodeErr != nil {
			b.t.Fatal(encodeErr)
		}
		seen.Cursor = sql.Object{}
		if err := seen.Cursor.Scan(raw); err != nil {
			b.t.Fatal(err)
		}
	}
	return seen, err
}

func (b *bench) look(cursor sql.Object) channels.Look {
	return channels.Look{Account: b.account, Credentials: accounts.Credentials{"app_secret": secret}, Cursor: cursor,
		PublicBase: "https://news.example.gov.cn", Now: sql.FromStd(b.box.Now())}
}

// console makes a draft and publishes it as a person does, with or without notification.
func (b *bench) console(title string, notified bool) {
	b.t.Helper()
	message := b.message()
	message.Title = title
	job := b.job(message)
	job.OriginURL = "https://elsewhere.example.gov.cn/" + job.Delivery.ID
	b.prepare(job)
	event := map[bool]string{false: "wechat.publish", true: "wechat.mass"}[notified]
	mediaID, _ := job.Remote["media_id"].(string)
	if err := b.box.Happen(sandbox.Event{Type: event, Account: appID, ID: mediaID}); err != nil {
		b.t.Fatal(err)
	}
}

func titles(seen channels.Seen) []string {
	list := []string{}
	for _, post := range seen.Posts {
		list = append(list, post.Title)
	}
	slices.Sort(list)
	return list
}

func TestObserveSeesWhateverWasPosted(t *testing.T) {
	b := newBench(t)
	b.box.SetClock(time.Date(2026, 3, 2, 9, 0, 0, 0, sql.Beijing))
	message := b.message()
	message.Title = "本系统发的"
	job, of := b.published(message)
	b.console("后台发的", false)
	b.console("后台群发的", true)
	seen, err := b.observe(nil)
	if err != nil || !slices.Equal(titles(seen), []string{"后台发的", "本系统发的"}) {
		t.Fatalf("Observe = %v, %v, want the two of the list: who was notified is known tomorrow", titles(seen), err)
	}
	for _, post := range seen.Posts {
		ours := post.Title == "本系统发的"
		if (post.DeliveryID == job.Delivery.ID) != ours || post.URL == "" || post.PublishedAt == 0 || post.Doubt != "" {
			t.Errorf("post = %+v, want address, time and, for ours, the delivery", post)
		}
	}
	b.box.SetClock(time.Date(2026, 3, 3, 7, 0, 0, 0, sql.Beijing))
	early, err := b.observe(seen.Cursor)
	if err != nil || len(early.Posts) != 0 || early.Next > 2*time.Hour {
		t.Errorf("Observe before eight = %v, %v, next %v, want nothing new and a look soon", titles(early), err, early.Next)
	}
	b.box.SetClock(time.Date(2026, 3, 3, 9, 0, 0, 0, sql.Beijing))
	next, err := b.observe(early.Cursor)
	if err != nil || !slices.Equal(titles(next), []string{"后台群发的"}) {
		t.Fatalf("Observe next morning = %v, %v, want what was sent to followers", titles(next), err)
	}
	if at := next.Posts[0].PublishedAt.Std().Format(time.DateOnly); at != "2026-03-02" {
		t.Errorf("it counts from %s, want the day it was sent", at)
	}
	if progress, err := b.retract(b.retraction(message, of)); err != nil || progress.Stage != channels.Gone {
		t.Fatal(err)
	}
	gone, err := b.observe(next.Cursor)
	if err != nil || len(gone.Posts) != 0 || len(gone.Removed) != 1 || gone.Removed[0] != *of.ExternalID {
		t.Errorf("Observe after the deletion = %+v, %v, want it removed", gone, err)
	}
	again, err := b.observe(gone.Cursor)
	if err != nil || len(again.Posts)+len(again.Removed) != 0 {
		t.Errorf("Observe again = %+v, %v, want nothing new", again, err)
	}
	if n := b.calls(listPath); n > 12 {
		t.Errorf("%d questions for the list, want few", n)
	}
}

func TestObserveReadsEverythingOverSeveralLooks(t *testing.T) {
	b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) {
		a.UnorderedList = true
		a.Quotas = map[string]int{draftPath: 10000, submitPath: 10000}
	})
	const all = 130
	for i := range all {
		b.console("第"+strconv.Itoa(i)+"篇", false)
	}
	var cursor sql.Object
	found := map[string]bool{}
	looks := 0
	for len(found) < all && looks < 6 {
		seen, err := b.observe(cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, post := range seen.Posts {
			if found[post.ExternalID] {
				t.Errorf("post %s was reported twice", post.Title)
			}
			found[post.ExternalID] = true
		}
		cursor = seen.Cursor
		looks++
		b.box.Advance(max(seen.Next, time.Minute))
	}
	if len(found) != all || looks > 4 {
		t.Errorf("%d of %d found in %d looks", len(found), all, looks)
	}
}

func TestObserveThatCannotReadSaysSo(t *testing.T) {
	b := newBench(t)
	b.box.SetClock(time.Date(2026, 3, 3, 9, 0, 0, 0, sql.Beijing))
	b.console("发的", false)
	for name, faults := range map[string][]sandbox.Fault{
		"the list is not granted, nor the statistics": {errcode(listPath, 48001, 0), errcode(detailPath, 48001, 0)},
		"a gateway's page":                            {fault(listPath, sandbox.HTML502, 0)},
		"the day's budget":                            {errcode(listPath, 45009, 0)},
		"cut connections":                             {fault(listPath, sandbox.DropAfter, 0)},
		"the account banned":                          {errcode("", 50002, 0)},
	} {
		b.box.ClearFaults()
		for _, f := range faults {
			b.box.AddFault(f)
		}
		seen, err := b.observe(nil)
		if err == nil {
			t.Errorf("%s: Observe = %+v, want an error: silence is no answer", name, seen)
			continue
		}
		b.note(err)
		if err := channels.ForgetToken(t.Context(), b.db, b.account.ID); err != nil {
			t.Fatal(err)
		}
	}
	b.box.ClearFaults()
	b.box.AddFault(errcode(listPath, 48001, 0))
	b.box.Advance(24 * time.Hour)
	if seen, err := b.observe(nil); err != nil || len(seen.Posts) != 1 {
		t.Errorf("with the statistics alone Observe = %v, %v, want the one post", titles(seen), err)
	}
	b.box.ClearFaults()
	b.box.AddFault(errcode(detailPath, 61503, 0))
	if seen, err := b.observe(nil); err != nil || len(seen.Posts) != 1 || seen.Next > time.Hour {
		t.Errorf("with statistics that are late Observe = %v, %v, next %v, want the list and a look soon", titles(seen), err, seen.Next)
	}
}

func TestImpossibleDatesAreDoubted(t *testing.T) {
	b := newBench(t)
	now := b.box.Now().Unix()
	for at, doubtful := range map[string]bool{"0": true, "null": true, `"abc"`: true, "1000": true, strconv.FormatInt(now+7200, 10): true,
		strconv.FormatInt(now-60, 10): false, `"` + strconv.FormatInt(now-60, 10) + `"`: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := `{"list":[]}`
			switch {
			case strings.HasSuffix(r.URL.Path, "stable_token"):
				answer = `{"access_token":"88_abcdefgh","expires_in":7200}`
			case strings.HasSuffix(r.URL.Path, "batchget"):
				answer = `{"total_count":1,"item":[{"article_id":"A","update_time":` + at + `,"content":{"news_item":[{"title":"题","url":"https://mp.weixin.qq.com/s/1","is_deleted":0}]}}]}`
			}
			_, _ = w.Write([]byte(answer))
		}))
		channel := b.open(wechat.Config{BaseURL: server.URL, DB: b.db, Seal: plainSeal(), Now: b.box.Now})
		seen, err := channel.Observe(t.Context(), b.look(nil))
		if err != nil || len(seen.Posts) != 1 || (seen.Posts[0].Doubt != "") != doubtful || (seen.Posts[0].PublishedAt == 0) != doubtful {
			t.Errorf("update_time %s: Observe = %+v, %v, want doubt %v", at, seen.Posts, err, doubtful)
		}
		server.Close()
	}
}

// FuzzAnswer has the adapter read whatever a platform may answer: each reading ends in a known state, and never panics.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{"", "null", "[]", `{"errcode":40001}`, `{"errcode":"x"}`, `{"total_count":-1,"item":[{"article_id":1}]}`,
		`{"item":[{"article_id":"A","update_time":"1","content":{"news_item":[{"is_deleted":"yes","url":1}]}}]}`, `{"publish_status":0}`,
		`{"publish_id":[],"publish_status":9}`, `{"list":[{"msgid":1}],"is_delay":"1"}`, `{"comment":[{"reply":{}},{"reply":[]}]}`, "\x1f\x8b\x08",
		`{"quota":{"daily_limit":"x"}}`, `{"news_item":[]}`, `{"msg_status":1}`} {
		f.Add([]byte(seed))
	}
	var answer atomic.Pointer[[]byte]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "stable_token") {
			_, _ = w.Write([]byte(`{"access_token":"88_abcdefgh","expires_in":7200}`))
			return
		}
		_, _ = w.Write(*answer.Load())
	}))
	f.Cleanup(server.Close)
	db := sqltest.SQLite(f)
	budgets := map[string]int64{}
	for path := range wechat.DefaultBudgets() {
		budgets[path] = 0
	}
	channel, err := wechat.New(wechat.Config{BaseURL: server.URL, DB: db, Seal: plainSeal(), Budgets: budgets})
	if err != nil {
		f.Fatal(err)
	}
	external := appID
	account := accounts.Account{ID: sql.NewID(), Platform: accounts.WeChat, ExternalID: &external}
	credentials := accounts.Credentials{"app_secret": secret}
	caller := wechat.Caller{Account: account, Credentials: credentials}
	f.Fuzz(func(t *testing.T, raw []byte) {
		answer.Store(&raw)
		ctx := t.Context()
		if err := channels.ForgetToken(ctx, db, account.ID); err != nil {
			t.Fatal(err)
		}
		job := func() *channels.Job {
			now := sql.FromStd(time.Now()).Ptr()
			d := channels.Delivery{ID: sql.NewID(), IntentAt: now, SubmittedAt: now}
			return &channels.Job{Delivery: d, Of: &channels.Delivery{ID: d.ID, Remote: sql.Object{"article_id": "A"}}, Account: account,
				Credentials: credentials, Remote: sql.Object{"media_id": "m", "publish_id": "1"}, OriginURL: "https://x.example/p/" + d.ID}
		}
		progress, err := channel.Submit(ctx, &channels.Job{Delivery: channels.Delivery{ID: sql.NewID()}, Account: account, Credentials: credentials,
			Remote: sql.Object{"media_id": "m"}})
		ends(t, "Submit", raw, progress, err, channels.Pending)
		progress, err = channel.Poll(ctx, job())
		ends(t, "Poll", raw, progress, err, channels.Pending, channels.Published)
		progress, err = channel.Retract(ctx, job())
		ends(t, "Retract", raw, progress, err, channels.Pending, channels.Gone)
		if _, err := channel.Observe(ctx, channels.Look{Account: account, Credentials: credentials, Now: sql.FromStd(time.Now())}); err != nil {
			ends(t, "Observe", raw, channels.Progress{}, err)
		}
		if _, _, err := channel.Comments(ctx, caller, wechat.Place{MsgDataID: "1"}, 0, wechat.AllComments); err != nil {
			ends(t, "Comments", raw, channels.Progress{}, err)
		}
		if _, err := channel.Health(ctx, account, credentials); err != nil {
			t.Errorf("Health answered %.100q = %v, want lines", raw, err)
		}
	})
}

// ends checks that a call ended in a stage it may report or in an error that a person can act on.
func ends(t *testing.T, what string, raw []byte, progress channels.Progress, err error, may ...channels.Stage) {
	t.Helper()
	if err == nil {
		if !slices.Contains(may, progress.Stage) {
			t.Errorf("%s answered %.100q = %+v", what, raw, progress)
		}
		return
	}
	p := channels.AsPlatformError(err)
	if p == nil || p.Class == "" || p.Advice == "" || len([]rune(p.Advice)) > 500 {
		t.Errorf("%s answered %.100q = %v, want a platform error with a sentence", what, raw, err)
	}
}

func TestStatisticsOfAllKinds(t *testing.T) {
	b := newBench(t)
	b.box.SetClock(time.Date(2026, 3, 2, 9, 0, 0, 0, sql.Beijing))
	b.console("发的", false)
	b.box.SetClock(time.Date(2026, 3, 20, 9, 0, 0, 0, sql.Beijing))
	of := wechat.Caller{Account: b.account, Credentials: accounts.Credentials{"app_secret": secret}}
	ctx := t.Context()
	day := func(d int) time.Time { return time.Date(2026, 3, d, 15, 0, 0, 0, sql.Beijing) }
	articles, err := b.channel.Articles(ctx, of, day(2))
	if err != nil || len(articles) != 1 || articles[0].Title != "发的" || articles[0].PublishType != 1 || len(articles[0].Days) != 18 {
		t.Errorf("Articles = %+v, %v, want the one with its eighteen days", articles, err)
	}
	for name, c := range map[string]struct {
		ask   func() ([]wechat.Figures, error)
		path  string
		calls int
	}{
		"ArticleReads":     {func() ([]wechat.Figures, error) { return b.channel.ArticleReads(ctx, of, day(1), day(19)) }, "/datacube/getarticleread", 19},
		"ArticleShares":    {func() ([]wechat.Figures, error) { return b.channel.ArticleShares(ctx, of, day(2), day(3)) }, "/datacube/getarticleshare", 2},
		"Summary":          {func() ([]wechat.Figures, error) { return b.channel.Summary(ctx, of, day(1), day(19)) }, "/datacube/getbizsummary", 1},
		"Followers":        {func() ([]wechat.Figures, error) { return b.channel.Followers(ctx, of, day(1), day(19)) }, "/datacube/getusersummary", 3},
		"FollowerTotals":   {func() ([]wechat.Figures, error) { return b.channel.FollowerTotals(ctx, of, day(13), day(19)) }, "/datacube/getusercumulate", 1},
		"CallbackFailures": {func() ([]wechat.Figures, error) { return b.channel.CallbackFailures(ctx, of, day(1), day(19)) }, "/datacube/getinterfacesummary", 1},
	} {
		rows, err := c.ask()
		if err != nil || len(rows) == 0 || b.calls(c.path) != c.calls {
			t.Errorf("%s = %d rows, %v after %d calls, want rows after %d", name, len(rows), err, b.calls(c.path), c.calls)
		}
	}
	for name, days := range map[string][2]time.Time{"today": {day(20), day(20)}, "backwards": {day(5), day(4)}} {
		if _, err := b.channel.Summary(ctx, of, days[0], days[1]); !errors.Is(err, wechat.ErrPeriodInvalid) {
			t.Errorf("Summary of %s = %v, want period_invalid", name, err)
		}
	}
	b.box.SetClock(time.Date(2026, 3, 21, 7, 30, 0, 0, sql.Beijing))
	before := b.calls(detailPath)
	_, err = b.channel.Articles(ctx, of, day(20))
	if p := b.note(err); p.Class != channels.Retry || p.After < 30*time.Minute || b.calls(detailPath) != before {
		t.Errorf("Articles of yesterday before eight = %v, want Retry without asking", err)
	}
	b.box.AddWeChat(sandbox.WeChatAccount{AppID: appID, Secret: secret, StatsDelayed: true})
	_, err = b.channel.Articles(ctx, of, day(19))
	if p := b.note(err); p.Class != channels.Retry || p.Code != "is_delay" {
		t.Errorf("Articles while WeChat says is_delay = %v, want Retry", err)
	}
}

func TestCommentsAreReadAnsweredAndElected(t *testing.T) {
	for _, object := range []bool{false, true} {
		d := newDesk(t, sqltest.SQLite(t), func(s *setup) { s.platform.ReplyAsObject = object; s.settings["comments"] = "open" })
		view := d.until(d.schedule("防汛提示"))
		data, _ := view.Remote["msg_data_id"].(string)
		at, of, ctx := wechat.Place{MsgDataID: data}, wechat.Caller{Account: d.account, Credentials: d.credentials()}, t.Context()
		if err := d.box.Happen(sandbox.Event{Type: "wechat.comment", Account: appID, ID: *view.ExternalID, Text: "请问几点？"}); err != nil {
			t.Fatal(err)
		}
		list, total, err := d.channel.Comments(ctx, of, at, 0, wechat.AllComments)
		if err != nil || total != 1 || len(list) != 1 || list[0].Content != "请问几点？" || list[0].At == 0 {
			t.Fatalf("Comments = %+v, %d, %v, want one", list, total, err)
		}
		id := list[0].ID
		for name, step := range map[string]error{
			"ElectComment": d.channel.ElectComment(ctx, of, at, id), "Reply": d.channel.Reply(ctx, of, at, id, "上午九点。"),
		} {
			if step != nil {
				t.Errorf("%s = %v", name, step)
			}
		}
		if err := d.channel.Reply(ctx, of, at, id, "再答"); channels.AsPlatformError(err) == nil || channels.AsPlatformError(err).Code != "88005" {
			t.Errorf("a second Reply = %v, want 88005", err)
		}
		list, _, err = d.channel.Comments(ctx, of, at, 0, wechat.FeaturedComments)
		if err != nil || len(list) != 1 || !list[0].Featured || list[0].Reply != "上午九点。" || list[0].RepliedAt == 0 {
			t.Errorf("Comments afterwards = %+v, %v, want it featured and answered", list, err)
		}
		for _, step := range []func() error{
			func() error { return d.channel.UnelectComment(ctx, of, at, id) }, func() error { return d.channel.DeleteReply(ctx, of, at, id) },
			func() error { return d.channel.DeleteComment(ctx, of, at, id) }, func() error { return d.channel.CloseComments(ctx, of, at) },
			func() error { return d.channel.OpenComments(ctx, of, at) },
		} {
			if err := step(); err != nil {
				t.Errorf("comments: %v", err)
			}
		}
		for _, bad := range []error{d.channel.Reply(ctx, of, at, id, ""), d.channel.ElectComment(ctx, of, at, "x"),
			d.channel.OpenComments(ctx, of, wechat.Place{MsgDataID: "", Index: 0})} {
			if !errors.Is(bad, wechat.ErrCommentInvalid) {
				t.Errorf("a call with what is missing = %v, want comment_invalid", bad)
			}
		}
	}
}

func TestAnAccountWithoutCommentsPublishesWithoutThem(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), func(s *setup) { s.platform.CommentFeature = false; s.settings["comments"] = "fans" })
	d.stands("with 88000 on the way", d.until(d.schedule("防汛提示")), channels.StatePublished)
}

func TestHealthSaysHowAnAccountStands(t *testing.T) {
	b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.IPWhitelist = []string{"127.0.0.0/8"} })
	credentials := accounts.Credentials{"app_secret": secret}
	line := func(h channels.Health, name string) channels.HealthLine {
		for _, l := range h.Lines {
			if l.Name == name {
				return l
			}
		}
		t.Errorf("no line %q in %+v", name, h.Lines)
		return channels.HealthLine{}
	}
	probe := func() channels.Health {
		h, err := b.channel.Health(t.Context(), b.account, credentials)
		if err != nil {
			t.Fatalf("Health = %v", err)
		}
		for _, l := range h.Lines {
			if l.Level != channels.Fine && !strings.Contains(l.Sentence, "请") {
				t.Errorf("line %s says %q, which does not say what to do", l.Name, l.Sentence)
			}
		}
		return h
	}
	h := probe()
	for _, name := range []string{"token", "draft", "publish", "datacube"} {
		if l := line(h, name); l.Level != channels.Fine {
			t.Errorf("line %s = %+v, want ok", name, l)
		}
	}
	if l := line(h, "certification"); l.Level != channels.Untold {
		t.Errorf("certification = %+v, want it unknown", l)
	}
	if l := line(h, "callback"); l.Level != channels.Warn {
		t.Errorf("callback = %+v, want a warning: no keys are set", l)
	}
	if len(h.Quotas) == 0 || h.Quotas[0].Most != 100 {
		t.Errorf("quotas = %+v, want those of WeChat", h.Quotas)
	}
	for days, want := range map[int]channels.Level{90: channels.Fine, 59: channels.Warn, 29: channels.Bad, 6: channels.Bad} {
		b.account.Settings["verified_until"] = b.box.Now().In(sql.Beijing).AddDate(0, 0, days).Format(time.DateOnly)
		if l := line(probe(), "certification"); l.Level != want || l.ExpiresAt == nil || !strings.Contains(l.Sentence, strconv.Itoa(days)) && want != channels.Fine {
			t.Errorf("%d days before the end: %+v, want %s", days, l, want)
		}
	}
	b.box.AddWeChat(sandbox.WeChatAccount{AppID: appID, Secret: secret, VerifiedUntil: b.box.Now().Add(-time.Hour)})
	h = probe()
	if l := line(h, "draft"); l.Level != channels.Bad || l.Code != "48001" {
		t.Errorf("draft after the certification ended = %+v, want 48001", l)
	}
	if l := line(h, "certification"); l.Level != channels.Bad || !strings.Contains(l.Sentence, "已于") || h.Worst() != channels.Bad {
		t.Errorf("certification = %+v, want it ended", l)
	}
	b.box.AddWeChat(sandbox.WeChatAccount{AppID: appID, Secret: secret, IPWhitelist: []string{"203.0.113.1"}})
	if err := channels.ForgetToken(t.Context(), b.db, b.account.ID); err != nil {
		t.Fatal(err)
	}
	other := b.open(wechat.Config{BaseURL: b.base, DB: b.db, Seal: plainSeal(), Now: b.box.Now}) // without the token in memory
	h, err := other.Health(t.Context(), b.account, credentials)
	if err != nil || len(h.Lines) != 2 || h.Lines[1].Code != "40164" || !strings.Contains(h.Lines[1].Sentence, "127.0.0.1") {
		t.Errorf("Health from an address that is not listed = %+v, %v, want 40164 with the address", h, err)
	}
	if _, err := b.channel.Health(t.Context(), b.account, nil); channels.AsPlatformError(err) == nil {
		t.Errorf("Health without credentials = %v, want a platform error", err)
	}
}

func TestARefusedCapabilityStandsOnTheHealthPageUntilItWorks(t *testing.T) {
	b := newBench(t, func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.CommentFeature = false })
	of := wechat.Caller{Account: b.account, Credentials: accounts.Credentials{"app_secret": secret}}
	_, _, err := b.channel.Comments(t.Context(), of, wechat.Place{MsgDataID: "1"}, 0, wechat.AllComments)
	if p := b.note(err); p.Code != "88000" || p.Class != channels.Permission {
		t.Fatalf("Comments without the feature = %v, want 88000", err)
	}
	h, err := b.channel.Health(t.Context(), b.account, of.Credentials)
	if err != nil || !slices.ContainsFunc(h.Lines, func(l channels.HealthLine) bool { return l.Name == "comment" && l.Code == "88000" }) {
		t.Errorf("Health = %s, %v, want the refused comments", jsonOf(h), err)
	}
}
