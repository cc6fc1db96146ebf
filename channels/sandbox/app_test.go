package sandbox_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"govmedia/channels/sandbox"
)

// event is a webhook body about one item.
func event(kind, id string, revision int, title string) object {
	data := object{"item": object{
		"id": id, "title": title, "content_html": `<p>正文<script>x</script></p><img src="https://gov.example.cn/1.png">`,
		"url": "https://gov.example.cn/" + id, "summary": "摘要", "date_published": "2026-11-22T08:30:00+08:00",
		"authors": []object{{"name": "区政府办"}}, "_gov": object{"revision": revision, "unit": "u1"},
	}}
	if kind == "article.retracted" {
		data = object{"id": id, "revision": revision, "reason_code": "error"}
	}
	return object{"type": kind, "timestamp": "2026-11-22T09:00:00+08:00", "data": data}
}

// send delivers a webhook signed with secret at the sandbox's time plus skew.
func (b *bench) send(id string, body object, secret string, skew time.Duration, header ...string) reply {
	b.t.Helper()
	raw, _ := json.Marshal(body)
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		b.t.Fatal(err)
	}
	at := b.s.Now().Add(skew)
	signature, _ := signer.Sign(id, at, raw)
	header = append([]string{"webhook-id", id, "webhook-timestamp", strconv.FormatInt(at.Unix(), 10), "webhook-signature", signature}, header...)
	return b.must("POST", b.url+"/app/city/hook", "application/json", raw, header...)
}

func wantStatus(t *testing.T, got reply, status int) object {
	t.Helper()
	if got.StatusCode != status {
		t.Errorf("answer %d %s, want %d", got.StatusCode, got.body, status)
	}
	return got.object(t)
}

func TestApp_PublishUpdateRetract(t *testing.T) {
	b := open(t, nil)
	got := wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "通知"), hook, 0), 201)
	page := b.page(text(t, got, "url"))
	if got["status"] != "published" || !strings.Contains(page, "正文") || strings.Contains(page, "<script") || !strings.Contains(page, "https://gov.example.cn/1.png") {
		t.Errorf("published %v, page:\n%s", got, page[strings.Index(page, "<main>"):])
	}
	again := wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "通知"), hook, 0), 201)
	if again["url"] != got["url"] {
		t.Errorf("same webhook-id answered %v, want the first answer", again)
	}
	wantStatus(t, b.send("m2", event("article.published", "a-1", 1, "通知"), hook, 0), 409)
	wantStatus(t, b.send("m3", event("article.updated", "a-1", 2, "通知（修订）"), hook, 0), 201)
	wantStatus(t, b.send("m4", event("article.updated", "a-1", 1, "旧"), hook, 0), 409)
	if page := b.page(text(t, got, "url")); !strings.Contains(page, "通知（修订）") {
		t.Errorf("page after the update lacks the new title")
	}
	wantStatus(t, b.send("m5", event("article.retracted", "a-1", 3, ""), hook, 0), 200)
	if r := b.must("GET", text(t, got, "url"), "", nil); r.StatusCode != http.StatusGone {
		t.Errorf("page after retraction = %d, want 410", r.StatusCode)
	}
	wantStatus(t, b.send("m6", event("article.published", "a-1", 2, "通知"), hook, 0), 409)
	report := b.s.Report().Apps["city"]
	if report.Deliveries != 6 || report.Repeats["m1"] != 2 || report.Items != 1 || report.Retracted != 1 || len(report.Duplicates) != 0 {
		t.Errorf("report = %+v", report)
	}
}

func TestApp_RetractedBeforeItCame(t *testing.T) {
	b := open(t, nil)
	wantStatus(t, b.send("m1", event("article.retracted", "a-1", 2, ""), hook, 0), 200)
	wantStatus(t, b.send("m2", event("article.published", "a-1", 1, "迟到"), hook, 0), 409)
	if r := b.must("GET", b.url+"/app/city/articles/a-1", "", nil); r.StatusCode != http.StatusGone {
		t.Errorf("page = %d, want 410", r.StatusCode)
	}
}

func TestApp_Ping(t *testing.T) {
	b := open(t, nil)
	got := wantStatus(t, b.send("p1", object{"type": "endpoint.ping", "data": object{"challenge": "c-42"}}, hook, 0), 200)
	if got["challenge"] != "c-42" {
		t.Errorf("ping answered %v, want the challenge", got)
	}
}

func TestApp_Refused(t *testing.T) {
	b := open(t, nil)
	other := "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	good := event("article.published", "a-1", 1, "通知")
	noRevision := event("article.published", "a-1", 0, "通知")
	cases := []struct {
		name string
		got  reply
		want int
	}{
		{"other secret", b.send("r1", good, other, 0), 401},
		{"six minutes late", b.send("r2", good, hook, -6*time.Minute), 401},
		{"six minutes early", b.send("r3", good, hook, 6*time.Minute), 401},
		{"no signature", b.must("POST", b.url+"/app/city/hook", "application/json", []byte("{}")), 401},
		{"no JSON type", b.send("r4", good, hook, 0, "Content-Type", "text/plain"), 415},
		{"no revision", b.send("r5", noRevision, hook, 0), 422},
		{"no title", b.send("r6", event("article.published", "a-1", 1, ""), hook, 0), 422},
		{"unknown event", b.send("r7", object{"type": "x"}, hook, 0), 422},
		{"ping without challenge", b.send("r8", object{"type": "endpoint.ping"}, hook, 0), 422},
		{"marked", b.send("r9", event("article.published", "a-1", 1, "x[sim:refuse]"), hook, 0), 422},
		{"too long", b.must("POST", b.url+"/app/city/hook", "application/json", make([]byte, 3<<20)), 413},
		{"GET", b.must("GET", b.url+"/app/city/hook", "", nil), 405},
		{"unknown app", b.must("POST", b.url+"/app/none/hook", "application/json", []byte("{}")), 404},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantStatus(t, c.got, c.want) })
	}
	wantStatus(t, b.send("r1", good, hook, 0), 201) // a refused id is not remembered
}

func TestApp_SecretRotation(t *testing.T) {
	b := open(t, nil)
	fresh := "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LW5ldy1zZWNyZXQ="
	b.s.AddApp(sandbox.AppBackend{Name: "city", Secrets: []string{fresh, hook}})
	wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "旧钥"), hook, 0), 201)
	wantStatus(t, b.send("m2", event("article.published", "a-2", 1, "新钥"), fresh, 0), 201)
	b.s.AddApp(sandbox.AppBackend{Name: "city", Secrets: []string{fresh}})
	wantStatus(t, b.send("m3", event("article.published", "a-3", 1, "旧钥"), hook, 0), 401)
}

func TestApp_Modes(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) {
		cfg.Seeds.Apps[0].Mode, cfg.Seeds.Apps[0].ReviewSeconds = "review", 60
	})
	feed := func() int {
		return len(b.must("GET", b.url+"/app/city/feed.json", "", nil).object(t)["items"].([]any))
	}
	got := wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "待审"), hook, 0), 202)
	if got["status"] != "accepted" || feed() != 0 {
		t.Errorf("in review: %v, feed has %d items, want accepted and none", got, feed())
	}
	b.s.Advance(61 * time.Second)
	if feed() != 1 {
		t.Errorf("after review the feed has %d items, want 1", feed())
	}
	wantStatus(t, b.send("m2", event("article.published", "a-2", 1, "x[sim:silent]"), hook, 0), 200)
	b.s.Advance(time.Hour)
	if feed() != 1 {
		t.Errorf("silent item shows in the feed")
	}
}

func TestApp_Feeds(t *testing.T) {
	b := open(t, nil)
	wantStatus(t, b.send("m1", event("article.published", "a/1", 1, "通知 & 公告"), hook, 0), 201)
	wantStatus(t, b.send("m2", event("article.published", "a-2", 1, "二"), hook, 0), 201)
	wantStatus(t, b.send("m3", event("article.retracted", "a-2", 2, ""), hook, 0), 200)
	r := b.must("GET", b.url+"/app/city/feed.json", "", nil)
	feed := r.object(t)
	item := feed["items"].([]any)[0].(object)
	if r.Header.Get("Content-Type") != "application/feed+json" || feed["version"] != "https://jsonfeed.org/version/1.1" || item["id"] != "a/1" {
		t.Errorf("feed.json = %s %v", r.Header.Get("Content-Type"), feed)
	}
	if gone := feed["_gov"].(object)["retracted"].([]any); len(gone) != 1 || gone[0].(object)["id"] != "a-2" {
		t.Errorf("retracted = %v, want a-2", gone)
	}
	if page := b.page(text(t, item, "url")); !strings.Contains(page, "通知 &amp; 公告") {
		t.Errorf("address of an id with a slash does not lead to its page")
	}
	if again := b.must("GET", b.url+"/app/city/feed.json", "", nil, "If-None-Match", r.Header.Get("ETag")); again.StatusCode != 304 || len(again.body) != 0 {
		t.Errorf("conditional GET = %d, %d bytes, want 304", again.StatusCode, len(again.body))
	}
	for path, kind := range map[string]string{"feed.atom": "application/atom+xml; charset=utf-8", "feed.rss": "application/rss+xml; charset=utf-8"} {
		r := b.must("GET", b.url+"/app/city/"+path, "", nil)
		var any struct {
			Entries []struct {
				Title string `xml:"title"`
			} `xml:"entry"`
			Items []struct {
				Title string `xml:"title"`
			} `xml:"channel>item"`
		}
		if err := xml.Unmarshal(r.body, &any); err != nil || r.Header.Get("Content-Type") != kind {
			t.Errorf("%s = %s, %v", path, r.Header.Get("Content-Type"), err)
		}
		if list := append(any.Entries, any.Items...); len(list) != 1 || list[0].Title != "通知 & 公告" {
			t.Errorf("%s holds %v, want the one visible item", path, list)
		}
	}
}

func TestAppHandlers_AtTheRoot(t *testing.T) {
	b := open(t, nil)
	wantStatus(t, b.send("m1", event("article.published", "a-1", 1, "通知"), hook, 0), 201)
	all, one := httptestServer(t, b.s.AppHandler()), httptestServer(t, b.s.AppBackendHandler("city"))
	for address, want := range map[string]string{all + "/city": all + "/city/articles/a-1", one: one + "/articles/a-1"} {
		item := b.must("GET", address+"/feed.json", "", nil).object(t)["items"].([]any)[0].(object)
		if item["url"] != want || !strings.Contains(b.page(want), "通知") {
			t.Errorf("item url = %v, want %s", item["url"], want)
		}
	}
}
