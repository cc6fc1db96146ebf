package weibo_test

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
	"govmedia/sql"
)

const (
	articlePath = "/proxy/article/publish.json"
	updatePath  = "/2/statuses/update.json"
	uploadPath  = "/2/statuses/upload.json"
)

// granted is a world whose app has these permissions.
func granted(t *testing.T, permissions ...string) *world {
	t.Helper()
	return newWorld(t, func(box *sandbox.Config, _ *weibo.Config) { box.Seeds.Weibo.Apps[0].Permissions = permissions })
}

// onRoute is a delivery to an account set up for a route, with a cover.
func onRoute(t *testing.T, w *world, route string) *channels.Job {
	t.Helper()
	job := newJob(w)
	withCover(t, job)
	job.Account.Settings["route"] = route
	job.PictureURL = func(p channels.Picture) string { return origin + "/" + p.ID }
	return job
}

func TestArticleIsEncodedAsTheSampleDoesIt(t *testing.T) {
	w := granted(t, "article")
	job := onRoute(t, w, "article")
	job.Message.Title, job.Message.Source = "A+B & 50%的通知", "区应急局"
	job.Message.Body = `<h1>一</h1><p style="color:red">百分之 5% 与 a+b &amp; c=d <b>重</b><i>斜</i></p><script>x</script><table><tr><td>甲</td><td>乙</td></tr></table>` +
		`<p><img src="/media/p1" onerror="x"><a href="https://gov.example.cn/?a=1&amp;b=2">链接</a><a href="javascript:x">坏</a></p>`
	prepare(t, w, job)
	saved(t, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || !strings.Contains(progress.URL, "/ttarticle/p/show?id=") || progress.ExternalID == "" {
		t.Fatalf("Submit = %+v, %v, want the article", progress, err)
	}
	call := w.Journal(sandbox.Filter{Path: articlePath})[0]
	if !strings.HasPrefix(call.Header["content-type"], "multipart/form-data") || call.Body["rip"] != "8.8.4.4" || call.Body["cover"] != origin+"/p1" || call.Body["summary"] != "请注意安全。" {
		t.Errorf("call = %+v", call)
	}
	content := call.Body["content"].(string)
	if strings.ContainsAny(content, " +&=<>") || !strings.Contains(content, "%20") || !strings.Contains(content, "%2B") {
		t.Errorf("content = %q, want everything percent-encoded and spaces as %%20", content)
	}
	page := readPage(t, progress.URL)
	for _, part := range []string{`<h2>一</h2><p>百分之 5% 与 a+b &amp; c=d <strong>重</strong><em>斜</em></p><p>甲 乙 </p>`, origin + "/p1",
		`<a href="https://gov.example.cn/?a=1&amp;b=2">链接</a>坏</p><p>来源：区应急局</p>`, "A&#43;B &amp; 50%的通知"} {
		if !strings.Contains(page, part) {
			t.Errorf("readers' page lacks %q:\n%s", part, page[strings.Index(page, "<article"):])
		}
	}
	if text := call.Body["text"].(string); !strings.HasSuffix(text, origin) || !strings.HasPrefix(text, "【A+B & 50%的通知】") {
		t.Errorf("text = %q, want the teaser with our link", text)
	}
}

func TestArticleLimitsAreShownAndKept(t *testing.T) {
	w := granted(t, "article")
	for name, c := range map[string]struct {
		change func(*channels.Job)
		field  string
	}{
		"title of 33":   {func(j *channels.Job) { j.Message.Title = strings.Repeat("长", 33) }, "title"},
		"no cover":      {func(j *channels.Job) { j.Message.CoverID = "" }, "cover"},
		"body too long": {func(j *channels.Job) { j.Message.Body = "<p>" + strings.Repeat("字", 90000) + "</p>" }, "body"},
	} {
		job := onRoute(t, w, "article")
		c.change(job)
		if blocked := w.channel.Preview(job.Message, job.Account).Blocked(); len(blocked) != 1 || !strings.Contains(blocked[0], "请") {
			t.Errorf("%s: Preview blocks %v, want one sentence", name, blocked)
		}
		platformError(t, name, w.channel.Prepare(t.Context(), job), channels.Content, "article_"+c.field)
	}
	job := onRoute(t, w, "article")
	if preview := w.channel.Preview(job.Message, job.Account); len(preview.Blocked()) != 0 || preview.HTML != "<p>正文</p>" {
		t.Errorf("Preview = %+v, want the article", preview)
	}
	job.Message.Body = `<p><img src="/media/0123456789abcdef"></p>`
	platformError(t, "a picture that is not there", w.channel.Prepare(t.Context(), job), channels.Content, "picture_missing")
}

func TestArticleCodes(t *testing.T) {
	for code, want := range map[string]channels.Class{"10001": channels.Unclear, "10008": channels.Content, "11001": channels.Quota, "11002": channels.Unclear} {
		t.Run(code, func(t *testing.T) {
			w := granted(t, "article")
			job := onRoute(t, w, "article")
			job.Message.Title = "[sim:e" + code + "]"
			prepare(t, w, job)
			_, err := w.channel.Submit(t.Context(), job)
			speaks(t, platformError(t, "Submit", err, want, "article_"+code))
		})
	}
	for _, row := range weibo.ArticleTable {
		if len(row.Codes) != 1 || !strings.Contains(row.Text, "请") || row.Action == "" {
			t.Errorf("row %+v lacks a code, an action or a request", row)
		}
	}
}

func TestArticleThatIsStoredWithoutItsPostIsNeverSentAgain(t *testing.T) {
	w := granted(t, "article")
	job := onRoute(t, w, "article")
	job.Message.Title = "[sim:11003]"
	prepare(t, w, job)
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Unclear, "article_11003")
	saved(t, job)
	for range 4 {
		w.Advance(10 * time.Minute)
		if progress, err := w.channel.Find(t.Context(), job); err != nil || progress.Stage != channels.Unsure {
			t.Errorf("Find = %+v, %v, want unsure: the article may be there", progress, err)
		}
	}
}

func TestLostAnswerOfAnArticleIsFoundByOurLink(t *testing.T) {
	w := granted(t, "article")
	job := onRoute(t, w, "article")
	prepare(t, w, job)
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: articlePath}, Times: 1, Action: sandbox.DropAfter})
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Unclear, "no_answer")
	saved(t, job)
	w.Advance(2 * time.Minute)
	progress, err := w.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || !strings.Contains(progress.URL, "/ttarticle/p/show?id=") {
		t.Fatalf("Find = %+v, %v, want the article's address", progress, err)
	}
	if got := w.Report().Weibo[uid]; got.Articles != 1 || got.Posts != 1 {
		t.Errorf("report = %+v, want one article", got)
	}
}

func TestUpdateKeepsTopicsAndCarriesThePicture(t *testing.T) {
	w := granted(t, "update", "upload")
	job := onRoute(t, w, "update")
	job.Message.Title = "#防汛#通知"
	prepare(t, w, job)
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published {
		t.Fatalf("Submit = %+v, %v", progress, err)
	}
	call := w.Journal(sandbox.Filter{Path: uploadPath})[0]
	if len(call.Files) != 1 || call.Files[0].Field != "pic" || !strings.Contains(call.Body["status"].(string), "#防汛#") {
		t.Errorf("upload = %+v, want the picture and the topic", call)
	}
	plain := onRoute(t, w, "update")
	plain.Account.Settings["pictures"] = "none"
	prepare(t, w, plain)
	if _, err := w.channel.Submit(t.Context(), plain); err != nil || len(w.Journal(sandbox.Filter{Path: updatePath})) != 1 {
		t.Errorf("Submit without pictures: %v, want statuses/update", err)
	}
}

func TestUpdateByAddress(t *testing.T) {
	w := granted(t, "update", "upload_url_text")
	job := onRoute(t, w, "update")
	job.Account.Settings["pictures"] = "url"
	prepare(t, w, job)
	if _, err := w.channel.Submit(t.Context(), job); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	if call := w.Journal(sandbox.Filter{Path: "/2/statuses/upload_url_text.json"})[0]; call.Body["url"] != origin+"/p1" {
		t.Errorf("url = %v, want the public address of the cover", call.Body["url"])
	}
}

func TestLongTextIsFoundThoughListsCutIt(t *testing.T) {
	w := granted(t, "update")
	job := onRoute(t, w, "update")
	job.Account.Settings["long_text"] = true
	job.Message.Body = "<p>" + strings.Repeat("请各单位落实责任。", 400) + "</p>"
	preview := w.channel.Preview(job.Message, job.Account)
	if len(preview.Blocked()) != 0 || !strings.Contains(strings.Join(preview.Warnings, ""), "截断") {
		t.Errorf("Preview = %+v", preview)
	}
	prepare(t, w, job)
	status := job.Remote["status"].(string)
	if n := utf8.RuneCountInString(status); n > 2000 || n < 1900 || !strings.Contains(status[:300], origin) {
		t.Fatalf("status has %d characters, want nearly 2,000 with the link in front", n)
	}
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: updatePath}, Times: 1, Action: sandbox.DropAfter})
	_, err := w.channel.Submit(t.Context(), job)
	platformError(t, "Submit", err, channels.Unclear, "no_answer")
	if call := w.Journal(sandbox.Filter{Path: updatePath})[0]; call.Body["is_longtext"] != "1" {
		t.Errorf("is_longtext = %v", call.Body["is_longtext"])
	}
	saved(t, job)
	w.Advance(2 * time.Minute)
	progress, err := w.channel.Find(t.Context(), job)
	if err != nil || progress.Stage != channels.Published {
		t.Errorf("Find = %+v, %v, want the post", progress, err)
	}
	short := onRoute(t, w, "update")
	short.Account.Settings["long_text"], short.Message.Body = true, "<p>短。</p>"
	prepare(t, w, short)
	if short.Remote["long"] != nil || !strings.HasSuffix(short.Remote["status"].(string), " "+origin) {
		t.Errorf("a short article became %q", short.Remote["status"])
	}
}

func TestARefusedRouteGivesWayToTheNext(t *testing.T) {
	w := granted(t, "update", "share")
	job := onRoute(t, w, "article,update,share")
	prepare(t, w, job)
	steps := []string{}
	job.Step = func(_, sentence string, _ sql.Object) { steps = append(steps, sentence) }
	progress, err := w.channel.Submit(t.Context(), job)
	if err != nil || progress.Stage != channels.Published || job.Remote["route"] != "update" {
		t.Fatalf("Submit = %+v, %v by %v, want an update", progress, err, job.Remote["route"])
	}
	paths := []string{}
	for _, call := range w.Journal(sandbox.Filter{Method: "POST"}) {
		paths = append(paths, call.Path)
	}
	if got := strings.Join(paths[1:], " "); got != articlePath+" "+uploadPath+" "+updatePath || posts(w) != 1 {
		t.Errorf("calls %s, want each refusal once and one post", got)
	}
	if got := strings.Join(steps, "；"); !strings.Contains(got, "没有头条文章的权限，改用发微博") || !strings.Contains(got, "没有发图权限") {
		t.Errorf("steps = %s", got)
	}
	next := onRoute(t, w, "article,update,share")
	next.Message.Title = "下一篇"
	prepare(t, w, next)
	if next.Remote["route"] != "update" {
		t.Errorf("the next delivery takes %v: the refusal was forgotten", next.Remote["route"])
	}
}

func TestAutoTakesWhatAProbeFound(t *testing.T) {
	w := granted(t, "article", "share", "destroy")
	job := onRoute(t, w, "auto")
	prepare(t, w, job)
	if job.Remote["route"] != "share" {
		t.Errorf("before a probe the route is %v, want share", job.Remote["route"])
	}
	states, err := w.channel.Probe(t.Context(), job.Account, job.Credentials)
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	found := map[string]bool{}
	for _, state := range states {
		if state.Known {
			found[state.Route] = state.Granted
		}
	}
	if len(found) != 5 || !found["article"] || !found["share"] || !found["destroy"] || found["update"] || found["upload"] || posts(w) != 0 {
		t.Errorf("Probe found %v, want article, share and destroy, and no post", found)
	}
	again := onRoute(t, w, "auto")
	prepare(t, w, again)
	if again.Remote["route"] != "article" {
		t.Errorf("after the probe the route is %v, want article", again.Remote["route"])
	}
	if got := w.channel.Preview(again.Message, again.Account); got.HTML == "" {
		t.Errorf("Preview = %+v, want the article", got)
	}
}

func TestUploadsGoToTheirOwnHostInProduction(t *testing.T) {
	w := granted(t, "update", "upload")
	other := newWorld(t, func(box *sandbox.Config, _ *weibo.Config) { box.Seeds.Weibo.Apps[0].Permissions = []string{"upload"} })
	cfg := w.config
	cfg.UploadBase = other.config.APIBase
	job := onRoute(t, w, "update")
	channel := weibo.New(cfg)
	if err := channel.Prepare(t.Context(), job); err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	if _, err := channel.Submit(t.Context(), job); err != nil || posts(w) != 0 || posts(other) != 1 {
		t.Errorf("Submit: %v; posts %d and %d, want the upload at its own host", err, posts(w), posts(other))
	}
}

func TestThirtyPostsAnHour(t *testing.T) {
	used := map[string]int64{}
	w := newWorld(t, func(_ *sandbox.Config, c *weibo.Config) { c.Budget = ledgerOf(used) })
	w.SetClock(time.Date(2026, 11, 22, 10, 30, 0, 0, beijing))
	send := func(title string) error {
		job := newJob(w)
		job.Message.Title = title
		prepare(t, w, job)
		_, err := w.channel.Submit(t.Context(), job)
		return err
	}
	for i := range 30 {
		if err := send(strings.Repeat("甲", i+1)); err != nil {
			t.Fatalf("post %d: %v", i+1, err)
		}
	}
	failure := platformError(t, "the 31st", send("第三十一"), channels.Quota, "hour_spent")
	if (failure.After-30*time.Minute).Abs() > time.Minute || w.Report().Weibo[uid].Overruns != 0 {
		t.Errorf("After = %s, overruns %d; want until the next hour, and none", failure.After, w.Report().Weibo[uid].Overruns)
	}
	w.Advance(61 * time.Minute)
	if err := send("第三十一"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// ledgerOf counts calls as channels.Spend does, for a day.
func ledgerOf(used map[string]int64) func(ctx context.Context, account, path string, most int64) (bool, error) {
	return func(_ context.Context, account, path string, most int64) (bool, error) {
		key := account + " " + path
		if most > 0 && used[key] >= most {
			return false, nil
		}
		used[key]++
		return true, nil
	}
}
