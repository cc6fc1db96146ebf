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
