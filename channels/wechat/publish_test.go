package wechat_test

import (
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
)

func read(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatalf("GET %s: %v", address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, %v", address, resp.StatusCode, err)
	}
	return string(raw)
}

func TestAMessageReachesItsReadersWithPicturesAndCover(t *testing.T) {
	b := newBench(t)
	message := b.message()
	big, small, moving := b.picture("image/jpeg", photo(1800, 900, 2)), b.picture("image/png", drawing()), b.picture("image/gif", animation())
	message.Pictures = append(message.Pictures, big, small, moving)
	message.Source = "县融媒体中心"
	message.Body = `<h2>一、总体要求</h2><div><p style="text-align:center">坚持<strong>预防为主</strong>。` + "\u2028\x02" + `</p></div>
<img src="/media/` + big.ID + `" width="600" height="400" alt="现场"><img src="/media/` + small.ID + `"><p><img src="/media/` + moving.ID + `"></p>
<img src="/media/` + big.ID + `"><table><tr><th colspan="2">责任表</th></tr><tr><td>甲</td><td>乙</td></tr></table>
<p>详见<a href="https://www.gov.cn/zhengce">中国政府网</a>和<a href="http://mp.weixin.qq.com/s/abc">往期文章</a>。</p><script>alert(1)</script>`
	job := b.job(message)
	b.prepare(job)
	if b.report().Published != 0 {
		t.Fatal("Prepare published something")
	}
	out := b.deliver(job)
	if out.err != nil || out.Stage != channels.Published || out.URL == "" || out.ExternalID == "" || out.ExternalID != job.Remote["article_id"] {
		t.Fatalf("deliver = %+v, want it published with address and id", out)
	}
	if r := b.report(); r.Published != 1 || r.Submits != 1 || r.Drafts != 0 {
		t.Errorf("WeChat has %+v, want one article from one job", r)
	}
	page := read(t, out.URL)
	for _, want := range []string{message.Title, "坚持", "责任表", "中国政府网", "[1] https://www.gov.cn/zhengce", "来源：县融媒体中心", job.OriginURL} {
		if !strings.Contains(page, want) {
			t.Errorf("readers do not see %q", want)
		}
	}
	if strings.Contains(page, "alert(1)") {
		t.Error("readers get the script")
	}
	pictures := regexp.MustCompile(`(?:data-)?src="([^"]*/mmbiz/[^"]*)"`).FindAllStringSubmatch(page, -1)
	seen := map[string]bool{}
	for _, found := range pictures {
		seen[found[1]] = true
		address := found[1]
		if strings.HasPrefix(address, "/") {
			address = strings.TrimSuffix(b.base, "/wechat") + address
		}
		if len(read(t, strings.ReplaceAll(address, "&amp;", "&"))) == 0 {
			t.Errorf("picture %s is empty", found[1])
		}
	}
	if len(seen) < 3 {
		t.Errorf("readers see %d different pictures, want the three of the text", len(seen))
	}
	for _, key := range []string{"media_id", "publish_id", "msg_data_id", "content_sha256"} {
		if text, _ := job.Remote[key].(string); text == "" {
			t.Errorf("Remote has no %s: %v", key, job.Remote)
		}
	}
	checkUploads(t, b)
}

// checkUploads looks at the files as WeChat got them.
func checkUploads(t *testing.T, b *bench) {
	t.Helper()
	files := 0
	for _, call := range b.box.Journal(sandbox.Filter{Platform: sandbox.WeChat}) {
		for _, file := range call.Files {
			files++
			want := map[string]string{"jpeg": ".jpg", "png": ".png", "gif": ".gif"}[file.Format]
			if !regexp.MustCompile(`^[a-z0-9.-]+$`).MatchString(file.Name) || path.Ext(file.Name) != want {
				t.Errorf("file name %q of a %s, want plain ASCII ending in %s", file.Name, file.Format, want)
			}
			if strings.HasSuffix(call.Path, "uploadimg") && (file.Size > 1_000_000 || file.Format == "gif") {
				t.Errorf("uploadimg got %d bytes of %s", file.Size, file.Format)
			}
		}
	}
	if files != 4 {
		t.Errorf("%d files were uploaded, want 4: a picture shown twice goes up once", files)
	}
}

func TestAPictureGoesUpOnceForAnAccount(t *testing.T) {
	b := newBench(t)
	message := b.message()
	shown := b.picture("image/png", drawing())
	message.Pictures = append(message.Pictures, shown)
	message.Body += `<img src="/media/` + shown.ID + `">`
	for range 3 {
		b.prepare(b.job(message))
	}
	if n, m := b.calls("/cgi-bin/media/uploadimg"), b.calls("/cgi-bin/material/add_material"); n != 1 || m != 1 {
		t.Errorf("three deliveries made %d and %d uploads, want 1 and 1", n, m)
	}
}

func TestTwoNodesFetchOneTokenAndShareBudgets(t *testing.T) {
	b := newBench(t)
	config := wechat.Config{BaseURL: b.base, DB: b.db, Seal: plainSeal(), Now: b.box.Now, Budgets: map[string]int64{"/cgi-bin/draft/add": 6}}
	nodes := []*wechat.Channel{b.open(config), b.open(config)}
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	message := b.message()
	for i := range 8 {
		job := b.job(message)
		wg.Go(func() {
			err := nodes[i%2].Prepare(t.Context(), job)
			mu.Lock()
			defer mu.Unlock()
			if p := channels.AsPlatformError(err); err != nil {
				if p == nil || p.Class != channels.Quota || p.Code != "budget" {
					t.Errorf("Prepare = %v, want a Quota error at most", err)
				}
				refused++
			}
		})
	}
	wg.Wait()
	if refused != 2 || b.calls("/cgi-bin/draft/add") != 6 {
		t.Errorf("8 drafts at a budget of 6: %d refused, %d calls", refused, b.calls("/cgi-bin/draft/add"))
	}
	if n := b.calls("/cgi-bin/stable_token"); n != 1 {
		t.Errorf("two nodes fetched the token %d times, want once", n)
	}
}

func TestBudgetsOfSubmitsAndPollsWaitForTheNextBeijingDay(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) {
		c.Budgets = map[string]int64{"/cgi-bin/freepublish/submit": 1, "/cgi-bin/freepublish/get": 1}
	})
	b.box.SetClock(time.Date(2026, 3, 2, 23, 0, 0, 0, sql.Beijing))
	one, two := b.message(), b.message()
	one.Title, two.Title = "第一篇[sim:stuck]", "第二篇"
	first, second := b.job(one), b.job(two)
	b.prepare(first)
	b.prepare(second)
	if _, err := b.channel.Submit(t.Context(), first); err != nil {
		t.Fatalf("first Submit = %v", err)
	}
	_, err := b.channel.Submit(t.Context(), second)
	if p := b.note(err); p.Class != channels.Quota || p.After < 64*time.Minute || p.After > 66*time.Minute {
		t.Errorf("second Submit = %v after %v, want Quota until 00:05", err, p.After)
	}
	if _, err := b.channel.Poll(t.Context(), first); err != nil {
		t.Fatalf("first Poll = %v", err)
	}
	_, err = b.channel.Poll(t.Context(), first)
	if p := b.note(err); p.Class != channels.Quota {
		t.Errorf("second Poll = %v, want Quota", err)
	}
	b.box.Advance(66 * time.Minute)
	if _, err := b.channel.Submit(t.Context(), second); err != nil {
		t.Errorf("Submit on the next day = %v", err)
	}
}

func TestPublishIDsInEveryForm(t *testing.T) {
	for name, change := range map[string]func(*wechat.Config, *sandbox.WeChatAccount){
		"string":                 func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.PublishIDAsString = true },
		"no msg_data_id":         func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.OmitMsgDataID = true },
		"fail_idx while running": func(_ *wechat.Config, a *sandbox.WeChatAccount) { a.RunningFailIdx = true },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, change)
			job := b.job(b.message())
			b.prepare(job)
			if out := b.deliver(job); out.Stage != channels.Published {
				t.Errorf("deliver = %+v, want it published", out)
			}
		})
	}
}

func TestPublishStatusDecides(t *testing.T) {
	for marker, want := range map[string]struct {
		class channels.Class
		code  string
	}{
		"[sim:2]": {channels.Content, "publish_status_2"}, "[sim:3]": {channels.Content, "publish_status_3"},
		"[sim:4]": {channels.Content, "publish_status_4"},
		"[sim:9]": {channels.Unclear, "no_result"}, "[sim:stuck]": {channels.Unclear, "no_result"},
	} {
		t.Run(marker, func(t *testing.T) {
			b := newBench(t)
			message := b.message()
			message.Title = "通知" + marker
			job := b.job(message)
			b.prepare(job)
			out := b.deliver(job)
			if out.err == nil || out.err.Class != want.class || out.err.Code != want.code {
				t.Fatalf("deliver ended with %+v, want %s %s", out.err, want.class, want.code)
			}
			if n := b.calls("/cgi-bin/freepublish/get"); n > 12 {
				t.Errorf("%d polls, want the ladder's few", n)
			}
			if r := b.report(); r.Submits != 1 {
				t.Errorf("%d submits, want 1", r.Submits)
			}
		})
	}
}

func TestAnArticleTakenDownBeforeThePollIsReported(t *testing.T) {
	for marker, code := range map[string]string{"[sim:5]": "publish_status_5", "[sim:6]": "publish_status_6"} {
		b := newBench(t)
		message := b.message()
		message.Title = "通知" + marker
		job := b.job(message)
		b.prepare(job)
		if _, err := b.channel.Submit(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		b.box.Advance(2 * time.Hour)
		_, err := b.channel.Poll(t.Context(), job)
		if p := b.note(err); p.Code != code || p.Class != channels.ByHand {
			t.Errorf("Poll after %s = %v, want %s for a person", marker, err, code)
		}
	}
}

func TestPollsFollowTheLadder(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) {
		c.Ladder = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}
	})
	message := b.message()
	message.Title = "慢[sim:stuck]"
	job := b.job(message)
	b.prepare(job)
	progress, err := b.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Pending || progress.Next != 10*time.Second {
		t.Fatalf("Submit = %+v, %v, want Pending, Next 10s", progress, err)
	}
	job.Delivery.SubmittedAt = sql.FromStd(b.box.Now()).Ptr()
	var waits []time.Duration
	for range 5 {
		b.box.Advance(progress.Next)
		if progress, err = b.channel.Poll(t.Context(), job); err != nil {
			break
		}
		waits = append(waits, progress.Next.Round(time.Second))
	}
	if want := []time.Duration{50 * time.Second, 4 * time.Minute}; !slices.Equal(waits, want) {
		t.Errorf("waits %v, want %v", waits, want)
	}
	if p := b.note(err); p.Class != channels.Unclear {
		t.Errorf("after the last rung Poll = %v, want Unclear", err)
	}
}

// A poll whose answer is lost says nothing: it is soon asked again, and not at the next rung hours later.
func TestALostAnswerOfAPollIsSoonAskedForAgain(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) {
		c.Ladder = []time.Duration{10 * time.Second, time.Minute, 6 * time.Hour, 24 * time.Hour}
	})
	job := b.job(b.message())
	b.prepare(job)
	if _, err := b.channel.Submit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	job.Delivery.SubmittedAt = sql.FromStd(b.box.Now()).Ptr()
	b.box.Advance(6 * time.Hour)
	b.box.AddFault(fault("/cgi-bin/freepublish/get", sandbox.DropAfter, 2))
	for _, want := range []time.Duration{10 * time.Second, time.Minute} {
		_, err := b.channel.Poll(t.Context(), job)
		if p := b.note(err); p.Class != channels.Retry || p.After != want {
			t.Errorf("Poll whose answer is lost = %v, After %s, want another try in %s", err, p.After, want)
		}
		b.box.Advance(want)
	}
	if progress, err := b.channel.Poll(t.Context(), job); err != nil || progress.Stage != channels.Published {
		t.Errorf("Poll = %+v, %v, want published", progress, err)
	}
}
