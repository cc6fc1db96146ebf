package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

// publish submits a draft and returns the job's answer.
func (b *bench) publish(mediaID string) object {
	b.t.Helper()
	submitted := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	wantCode(b.t, submitted, 0)
	return b.wx("/cgi-bin/freepublish/get", object{"publish_id": submitted["publish_id"]})
}

func firstURL(t *testing.T, job object) string {
	t.Helper()
	detail, _ := job["article_detail"].(object)
	items, _ := detail["item"].([]any)
	if len(items) == 0 {
		t.Fatalf("job has no article: %v", job)
	}
	return text(t, items[0].(object), "article_url")
}

func TestPublish_OK(t *testing.T) {
	b := open(t, nil)
	image := text(t, b.wxUpload("/cgi-bin/media/uploadimg", "", "1.png", picture("png")), "url")
	article := b.article("潼南召开工作会议", func(a object) {
		a["content"] = `<section class="x"><p onclick="x()">会议强调<script>alert(1)</script></p><img src="` + image +
			`"><img src="https://foreign.example/x.png"><a href="https://foreign.example/">链接</a></section>`
	})
	mediaID := text(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{article}}), "media_id")
	submitted := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	for _, field := range []string{"publish_id", "msg_data_id"} {
		if id, ok := submitted[field].(float64); !ok || id <= 1<<31 {
			t.Errorf("%s = %v, want a number above 2^31", field, submitted[field])
		}
	}
	job := b.wx("/cgi-bin/freepublish/get", object{"publish_id": submitted["publish_id"]})
	if job["publish_status"] != 0.0 {
		t.Fatalf("publish_status = %v, want 0", job["publish_status"])
	}
	page := b.page(firstURL(t, job))
	for _, want := range []string{"潼南召开工作会议", "会议强调", "阅读原文", "潼南发布", "区政府办"} {
		if !strings.Contains(page, want) {
			t.Errorf("readers' page lacks %q", want)
		}
	}
	for _, not := range []string{"foreign.example", "<script", "onclick", `class="x"`} {
		if strings.Contains(page, not) {
			t.Errorf("readers' page holds %q", not)
		}
	}
	_, after, _ := strings.Cut(page, `<article>`)
	_, after, _ = strings.Cut(after, `src="`)
	shown, _, _ := strings.Cut(after, `"`)
	if got := b.must("GET", b.url+shown, "", nil); got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("picture %s on the page = %d %s, want image/png", shown, got.StatusCode, got.Header.Get("Content-Type"))
	}
	wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": mediaID}), 40007)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID}), 40007)
	if index := b.page("/"); !strings.Contains(index, "潼南召开工作会议") {
		t.Errorf("index page lacks the article")
	}
}

func TestPublish_Running(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Settings.PublishDelayMS = 60_000 })
	mediaID := b.draft("稿件")
	first := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	second := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	if first["publish_id"] != second["publish_id"] {
		t.Errorf("second submit made job %v, want the running %v", second["publish_id"], first["publish_id"])
	}
	status := func() any {
		return b.wx("/cgi-bin/freepublish/get", object{"publish_id": first["publish_id"]})["publish_status"]
	}
	if got := status(); got != 1.0 {
		t.Errorf("publish_status at once = %v, want 1", got)
	}
	wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": mediaID}), 0)
	b.s.Advance(61 * time.Second)
	if got := status(); got != 0.0 {
		t.Errorf("publish_status after the delay = %v, want 0", got)
	}
}

func TestPublish_OutcomeByMarker(t *testing.T) {
	cases := []struct {
		title  string
		status float64
		fail   bool
	}{
		{"稿[sim:2]", 2, true}, {"稿[sim:3]", 3, true}, {"稿[sim:4]", 4, true}, {"稿[sim:9]", 9, true}, {"稿[sim:stuck]", 1, false},
	}
	b := open(t, nil)
	for _, c := range cases {
		t.Run(c.title, func(t *testing.T) {
			mediaID := b.draft(c.title)
			job := b.publish(mediaID)
			if job["publish_status"] != c.status || (len(job["fail_idx"].([]any)) > 0) != c.fail {
				t.Errorf("job = %v, want status %v", job, c.status)
			}
			wantCode(t, b.wx("/cgi-bin/draft/get", object{"media_id": mediaID}), 0)
		})
	}
	refused := b.wx("/cgi-bin/freepublish/submit", object{"media_id": b.draft("稿[sim:e53503]")})
	wantCode(t, refused, 53503)
}

func TestPublish_Aftermath(t *testing.T) {
	b := open(t, nil)
	for marker, want := range map[string]struct {
		status float64
		page   string
	}{"[sim:5]": {5, "已被发布者删除"}, "[sim:6]": {6, "违规无法查看"}} {
		submitted := b.wx("/cgi-bin/freepublish/submit", object{"media_id": b.draft("稿" + marker)})
		get := func() object { return b.wx("/cgi-bin/freepublish/get", object{"publish_id": submitted["publish_id"]}) }
		job := get()
		if job["publish_status"] != 0.0 {
			t.Fatalf("%s at first = %v, want 0", marker, job)
		}
		b.s.Advance(61 * time.Second)
		if got := get(); got["publish_status"] != want.status {
			t.Errorf("%s later = %v, want %v", marker, got, want.status)
		}
		if page := b.page(firstURL(t, job)); !strings.Contains(page, want.page) {
			t.Errorf("%s: page lacks %q", marker, want.page)
		}
	}
}

func TestPublished_ListGetDelete(t *testing.T) {
	b := open(t, nil)
	older := b.publish(b.draft("先发"))
	b.s.Advance(time.Hour)
	newer := b.publish(b.draft("后发"))
	list := b.wx("/cgi-bin/freepublish/batchget", object{"offset": 0, "count": 20, "no_content": 0})
	items := list["item"].([]any)
	if list["total_count"] != 2.0 || len(items) != 2 || items[0].(object)["article_id"] != newer["article_id"] {
		t.Fatalf("batchget = %v, want both, newest first", list)
	}
	id := text(t, older, "article_id")
	news := b.wx("/cgi-bin/freepublish/getarticle", object{"article_id": id})["news_item"].([]any)[0].(object)
	if news["title"] != "先发" || news["is_deleted"] != false || news["url"] != firstURL(t, older) || news["thumb_url"] == "" {
		t.Errorf("getarticle = %v", news)
	}
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": id, "index": 2}), 40114)
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": "no"}), 53600)
	wantCode(t, b.wx("/cgi-bin/freepublish/delete", object{"article_id": id, "index": 1}), 0)
	wantCode(t, b.wx("/cgi-bin/freepublish/getarticle", object{"article_id": "no"}), 53600)
	items = b.wx("/cgi-bin/freepublish/batchget", object{"offset": 0, "count": 20})["item"].([]any)
	deleted := items[1].(object)["content"].(object)["news_item"].([]any)[0].(object)
	if len(items) != 2 || deleted["is_deleted"] != true {
		t.Errorf("deleted article = %v, want it listed as is_deleted", deleted)
	}
	if got := b.wx("/cgi-bin/freepublish/get", object{"publish_id": older["publish_id"]}); got["publish_status"] != 5.0 {
		t.Errorf("status after deletion = %v, want 5", got)
	}
	wantCode(t, b.wx("/cgi-bin/freepublish/get", object{"publish_id": 1}), 40002)
}

func TestPublish_Switches(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) {
		a := &cfg.Seeds.WeChat[0]
		a.PublishIDAsString, a.OmitMsgDataID, a.Resubmit40007, a.RunningFailIdx = true, true, true, true
		cfg.Settings.PublishDelayMS = 60_000
	})
	mediaID := b.draft("稿")
	submitted := b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID})
	id := text(t, submitted, "publish_id")
	if _, has := submitted["msg_data_id"]; has {
		t.Errorf("msg_data_id present, want it left out")
	}
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID}), 40007)
	job := b.wx("/cgi-bin/freepublish/get", object{"publish_id": id})
	if job["publish_id"] != id || job["publish_status"] != 1.0 || len(job["fail_idx"].([]any)) != 1 {
		t.Errorf("job = %v, want status 1 with fail_idx", job)
	}
}

func TestPublish_VerificationLapsed(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].VerifiedUntil = start.Add(time.Minute) })
	mediaID := b.draft("稿")
	b.s.Advance(time.Minute)
	wantCode(t, b.wx("/cgi-bin/freepublish/submit", object{"media_id": mediaID}), 48001)
	wantCode(t, b.wx("/cgi-bin/draft/count", nil), 48001)
	info := b.wx("/cgi-bin/account/getaccountbasicinfo", object{})
	if info["account_type"] != 1.0 || info["wx_verify_info"].(object)["qualification_verify"] != false {
		t.Errorf("getaccountbasicinfo = %v, want an unverified subscription account", info)
	}
}
