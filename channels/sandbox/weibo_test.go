package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/channels/sandbox"
)

const share = "/2/statuses/share.json"

// wbPost sends a form to a Weibo path.
func (b *bench) wbPost(path string, fields map[string]string) reply {
	b.t.Helper()
	values := url.Values{}
	for name, value := range fields {
		values.Set(name, value)
	}
	return b.must("POST", b.url+"/weibo"+path, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

func (b *bench) wbGet(path, token string, fields ...string) reply {
	b.t.Helper()
	values := url.Values{"access_token": {token}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return b.must("GET", b.url+"/weibo"+path+"?"+values.Encode(), "", nil)
}

// post is the fields of a valid share; change may spoil them.
func post(text string, change func(map[string]string)) map[string]string {
	fields := map[string]string{"access_token": "wb-token", "status": text + " https://gov.example.cn/a/1", "rip": "203.0.113.9"}
	if change != nil {
		change(fields)
	}
	return fields
}

// wantWeibo checks error_code and HTTP status; code 0 is success.
func wantWeibo(t *testing.T, got reply, code, status int) object {
	t.Helper()
	o := got.object(t)
	found, _ := o["error_code"].(float64)
	if int(found) != code || got.StatusCode != status {
		t.Errorf("answer %d %s, want error_code %d with HTTP %d", got.StatusCode, got.body, code, status)
	}
	return o
}

func TestWeiboShare_OK(t *testing.T) {
	b := open(t, nil)
	kind, body := form(post("潼南发布一则通知", nil), "pic", "a.png", picture("png"))
	got := wantWeibo(t, b.must("POST", b.url+"/weibo"+share, kind, body), 0, 200)
	mid := text(t, got, "mid")
	if got["idstr"] != mid || strconv.FormatFloat(got["id"].(float64), 'f', 0, 64) != mid {
		t.Errorf("id %v, idstr %v, mid %v do not agree", got["id"], got["idstr"], mid)
	}
	if _, err := time.Parse(time.RubyDate, text(t, got, "created_at")); err != nil || !strings.Contains(got["created_at"].(string), "+0800") {
		t.Errorf("created_at = %v, want RubyDate with +0800", got["created_at"])
	}
	if got["user"].(object)["idstr"] != "2001" {
		t.Errorf("user = %v", got["user"])
	}
	if r := b.must("GET", text(t, got, "original_pic"), "", nil); r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("original_pic = %d %s, want the picture", r.StatusCode, r.Header.Get("Content-Type"))
	}
	page := b.page("/2001/" + mid)
	if !strings.Contains(page, "潼南发布一则通知") || !strings.Contains(page, "/mmbiz/") || !strings.Contains(page, "政务新媒体管理平台") {
		t.Errorf("readers' page lacks text, picture or source:\n%s", page[strings.Index(page, "<main>"):])
	}
	if shown := wantWeibo(t, b.wbGet("/2/statuses/show.json", "wb-token", "id", mid), 0, 200); shown["mid"] != mid {
		t.Errorf("show = %v", shown)
	}
}

func TestWeiboShare_Refused(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Settings.AllowPrivateRIP = false })
	set := func(name, value string) func(map[string]string) { return func(f map[string]string) { f[name] = value } }
	drop := func(name string) func(map[string]string) { return func(f map[string]string) { delete(f, name) } }
	link := " https://gov.example.cn/a/1"
	fill := func(n int) string { return strings.Repeat("字", n-len(link)) + link }
	cases := []struct {
		name         string
		change       func(map[string]string)
		code, status int
		words        string
	}{
		{"140", set("status", fill(140)), 0, 200, ""},
		{"141", set("status", fill(141)), 20012, 400, ""},
		{"no text", drop("status"), 10016, 400, ""},
		{"blank", set("status", "  "), 20008, 400, ""},
		{"no link", set("status", "没有链接"), 10017, 400, "text not find domain!"},
		{"domain not reviewed", set("status", "x https://new.example.cn/1"), 10017, 400, "text not find domain!"},
		{"lookalike domain", set("status", "x https://gov.example.cn.evil.example/1"), 10017, 400, "text not find domain!"},
		{"sub-domain", set("status", "x https://www.gov.example.cn/1"), 0, 200, ""},
		{"topic", set("status", "#潼南#发布"+link), 10017, 400, ""},
		{"no rip", drop("rip"), 10016, 400, ""},
		{"private rip", set("rip", "10.1.2.3"), 10017, 400, ""},
		{"loopback rip", set("rip", "127.0.0.1"), 10017, 400, ""},
		{"rip no address", set("rip", "office"), 10017, 400, ""},
		{"no token", drop("access_token"), 10016, 400, ""},
		{"unknown token", set("access_token", "x"), 21332, 400, ""},
		{"app without domain", set("access_token", "wb-test"), 10017, 400, "appkey not bind domain!"},
		{"marked", set("status", "[sim:e20021]"+link), 20021, 400, ""},
		{"picture as a field", set("pic", "x"), 20007, 400, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := wantWeibo(t, b.wbPost(share, post("一则通知 "+c.name, c.change)), c.code, c.status)
			if c.words != "" && got["error"] != c.words {
				t.Errorf("error = %q, want %q", got["error"], c.words)
			}
			if c.code != 0 && got["request"] != strings.TrimSuffix(share, ".json") {
				t.Errorf("request = %v", got["request"])
			}
		})
	}
}

func TestWeiboShare_PictureChecked(t *testing.T) {
	b := open(t, nil)
	cases := []struct {
		name string
		data []byte
		code int
	}{
		{"gif", picture("gif"), 0}, {"jpeg just under 5 MB", padded("jpeg", 5<<20-1), 0}, {"jpeg of 5 MB", padded("jpeg", 5<<20), 20006},
		{"bmp", picture("bmp"), 20005}, {"program", []byte("MZ program"), 20005},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			kind, body := form(post(c.name, nil), "pic", "a.jpg", c.data)
			status := map[bool]int{true: 200, false: 400}[c.code == 0]
			wantWeibo(t, b.must("POST", b.url+"/weibo"+share, kind, body), c.code, status)
		})
	}
}

func TestWeiboShare_SameTextTwice(t *testing.T) {
	b := open(t, nil)
	first := wantWeibo(t, b.wbPost(share, post("通知", nil)), 0, 200)
	wantWeibo(t, b.wbPost(share, post("通知", nil)), 20019, 400)
	wantWeibo(t, b.wbPost("/2/statuses/destroy.json", map[string]string{"access_token": "wb-other", "id": first["mid"].(string)}), 20102, 400)
	wantWeibo(t, b.wbPost("/2/statuses/destroy.json", map[string]string{"access_token": "wb-token", "id": first["mid"].(string)}), 0, 200)
	wantWeibo(t, b.wbPost("/2/statuses/destroy.json", map[string]string{"access_token": "wb-token", "id": first["mid"].(string)}), 20101, 400)
	wantWeibo(t, b.wbGet("/2/statuses/show.json", "wb-token", "id", first["mid"].(string)), 20101, 400)
	wantWeibo(t, b.wbPost(share, post("通知", nil)), 0, 200)
	if got := b.s.Report().Weibo["2001"]; got.Posts != 2 || got.Removed != 1 || len(got.Duplicates) != 1 {
		t.Errorf("report = %+v, want 2 posts, 1 removed, 1 text twice", got)
	}
}

func TestWeiboShare_AcceptedLate(t *testing.T) {
	b := open(t, nil)
	wantWeibo(t, b.wbPost(share, post("[sim:20032]通知", nil)), 20032, 400)
	timeline := func() int {
		return len(b.wbGet("/2/statuses/user_timeline.json", "wb-token").object(t)["statuses"].([]any))
	}
	if n := timeline(); n != 0 {
		t.Errorf("timeline at once has %d posts, want 0", n)
	}
	b.s.Advance(61 * time.Second)
	if n := timeline(); n != 1 {
		t.Errorf("timeline a minute later has %d posts, want 1", n)
	}
}

func TestWeiboTimeline_NewestFiveOfOneself(t *testing.T) {
	b := open(t, nil)
	for i := range 6 {
		wantWeibo(t, b.wbPost(share, post("通知"+strconv.Itoa(i), nil)), 0, 200)
	}
	if err := b.s.Happen(sandbox.Event{Type: "weibo.post", Account: "2001", Text: "网页发的"}); err != nil {
		t.Fatal(err)
	}
	list := b.wbGet("/2/statuses/user_timeline.json", "wb-token", "count", "100").object(t)
	statuses := list["statuses"].([]any)
	if len(statuses) != 5 || list["total_number"] != 7.0 || statuses[0].(object)["text"] != "网页发的" {
		t.Errorf("timeline = %d posts of %v, want the newest 5 of 7", len(statuses), list["total_number"])
	}
	own := b.wbGet("/2/statuses/user_timeline.json", "wb-token", "base_app", "1").object(t)["statuses"].([]any)
	if !strings.HasPrefix(own[0].(object)["text"].(string), "通知5") {
		t.Errorf("base_app=1 begins with %v, want this app's posts only", own[0])
	}
	since := own[1].(object)["mid"].(string)
	if got := b.wbGet("/2/statuses/user_timeline.json", "wb-token", "base_app", "1", "since_id", since).object(t)["statuses"].([]any); len(got) != 1 {
		t.Errorf("since_id gave %d posts, want 1", len(got))
	}
	wantWeibo(t, b.wbGet("/2/statuses/user_timeline.json", "wb-token", "uid", "2002"), 21335, 400)
	wantWeibo(t, b.wbGet("/2/statuses/user_timeline.json", "wb-token", "screen_name", "别的单位"), 21335, 400)
	if got := b.wbGet("/2/statuses/home_timeline.json", "wb-token").object(t)["statuses"].([]any); len(got) != 7 {
		t.Errorf("home_timeline = %d posts, want 7", len(got))
	}
	user := b.wbGet("/2/users/show.json", "wb-token", "uid", "2001").object(t)
	if user["statuses_count"] != 7.0 || user["verified_type"] != 1.0 || user["status"].(object)["text"] != "网页发的" {
		t.Errorf("users/show = %v", user)
	}
	var counts []object
	if err := json.Unmarshal(b.wbGet("/2/statuses/count.json", "wb-token", "ids", since+",1").body, &counts); err != nil || len(counts) != 1 {
		t.Errorf("statuses/count = %v, %v, want one line", counts, err)
	}
}

func TestWeiboLimits(t *testing.T) {
	b := open(t, nil)
	for i := range 30 {
		wantWeibo(t, b.wbPost(share, post("通知"+strconv.Itoa(i), nil)), 0, 200)
	}
	wantWeibo(t, b.wbPost(share, post("第三十一", nil)), 20016, 403)
	rate := b.wbGet("/2/account/rate_limit_status.json", "wb-token").object(t)
	if rate["user_limit"] != 100.0 || rate["remaining_user_hits"] != 68.0 {
		t.Errorf("rate_limit_status = %v, want 68 of 100 left", rate)
	}
	for range 68 {
		wantWeibo(t, b.wbGet("/2/users/show.json", "wb-token", "uid", "2001"), 0, 200)
	}
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-token", "uid", "2001"), 10023, 403)
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-other", "uid", "2002"), 0, 200)
	b.s.Advance(15 * time.Hour)
	wantWeibo(t, b.wbPost(share, post("第二天", nil)), 0, 200)
}

func TestWeiboOtherRoutes(t *testing.T) {
	b := open(t, nil)
	long := strings.Repeat("长", 300)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post("更新", nil)), 0, 200)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post(long, nil)), 20012, 400)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post(long, func(f map[string]string) { f["is_longtext"] = "1" })), 0, 200)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post("注", func(f map[string]string) { f["annotations"] = "[" })), 10017, 400)
	noted := b.wbPost("/2/statuses/update.json", post("注二", func(f map[string]string) { f["annotations"] = `{"delivery":"d-1"}` })).object(t)
	if list, _ := noted["annotations"].([]any); len(list) != 1 || list[0].(object)["delivery"] != "d-1" {
		t.Errorf("annotations = %v, want those that were sent", noted["annotations"])
	}
	kind, body := form(post("图", nil), "pic", "a.jpg", picture("jpeg"))
	wantWeibo(t, b.must("POST", b.url+"/weibo/2/statuses/upload.json", kind, body), 0, 200)
	wantWeibo(t, b.wbPost("/2/statuses/upload.json", post("无图", nil)), 20007, 400)
	wantWeibo(t, b.wbPost("/2/statuses/upload_url_text.json", post("网图", func(f map[string]string) { f["url"] = "https://gov.example.cn/1.jpg" })), 0, 200)
	wantWeibo(t, b.wbPost("/2/statuses/upload_url_text.json", post("网图二", func(f map[string]string) { f["pic_id"] = "x" })), 10017, 400)
	wantWeibo(t, b.wbPost("/2/statuses/update.json", post("无权", func(f map[string]string) { f["access_token"] = "wb-test" })), 10014, 403)
	wantWeibo(t, b.wbGet(share, "wb-token"), 10021, 400)
	wantWeibo(t, b.wbGet("/2/nothing.json", "wb-token"), 10020, 404)
}

func TestWeiboArticle(t *testing.T) {
	b := open(t, nil)
	content := `<p>百分之 5% 与 a+b &amp; c</p>`
	fields := map[string]string{
		"access_token": "wb-token", "title": "头条文章", "cover": "https://gov.example.cn/c.jpg", "rip": "203.0.113.9", "text": "导语",
		"content": strings.ReplaceAll(url.QueryEscape(content), "+", "%20"),
	}
	got := b.wbPost("/proxy/article/publish.json", fields).object(t)
	if got["code"] != "100000" {
		t.Fatalf("article = %v", got)
	}
	data := got["data"].(object)
	if page := b.page(text(t, data, "url")); !strings.Contains(page, "<p>百分之 5% 与 a+b &amp; c</p>") {
		t.Errorf("readers' page lacks the decoded content:\n%s", page[strings.Index(page, "<article>"):])
	}
	if shown := b.page("/2001/" + text(t, data, "mid")); !strings.Contains(shown, "导语") {
		t.Errorf("short post lacks its text")
	}
	for i, sent := range []string{content, `<p>5%</p>`, "%3Cp%3E5%25%20a%2Bb%3C%2Fp%3E"} { // as it is, and encoded
		fields["content"], fields["text"] = sent, "第"+strconv.Itoa(i)+"种写法"
		got := b.wbPost("/proxy/article/publish.json", fields).object(t)
		if got["code"] != "100000" {
			t.Fatalf("content %q: %v", sent, got)
		}
		want := []string{"a+b &amp; c</p>", "<p>5%</p>", "<p>5% a+b</p>"}[i]
		if page := b.page(text(t, got["data"].(object), "url")); !strings.Contains(page, want) {
			t.Errorf("content %q: the page lacks %s", sent, want)
		}
	}
	for name, spoil := range map[string][2]string{
		"title of 33": {"title", strings.Repeat("字", 33)}, "no cover": {"cover", ""}, "half an escape": {"content", "5%"},
		"text of 1901": {"text", strings.Repeat("字", 1901)}, "content over 90000": {"content", strings.Repeat("a", 90001)},
	} {
		spoilt := map[string]string{}
		for k, v := range fields {
			spoilt[k] = v
		}
		spoilt[spoil[0]] = spoil[1]
		if got := b.wbPost("/proxy/article/publish.json", spoilt).object(t); got["code"] != "10008" {
			t.Errorf("%s: %v, want code 10008", name, got)
		}
	}
}

func TestWeiboOAuth(t *testing.T) {
	b := open(t, nil)
	query := "client_id=1001&redirect_uri=" + url.QueryEscape("http://127.0.0.1/callback") + "&response_type=code&state=s1&forcelogin=true"
	authorize := b.url + "/weibo/oauth2/authorize?" + query
	if page := b.page(authorize); !strings.Contains(page, "潼南发布") || !strings.Contains(page, "授权") ||
		!strings.Contains(strings.ReplaceAll(page, "&amp;", "&"), `action="?`+query+`"`) {
		t.Errorf("authorise page lacks the users")
	}
	code := func(answer string) url.Values {
		t.Helper()
		r := b.must("POST", authorize, "application/x-www-form-urlencoded", []byte("uid=2001&answer="+answer))
		to, err := url.Parse(r.Header.Get("Location"))
		if err != nil || r.StatusCode != http.StatusFound || to.Query().Get("state") != "s1" {
			t.Fatalf("authorise answered %d to %q", r.StatusCode, r.Header.Get("Location"))
		}
		return to.Query()
	}
	if got := code("deny"); got.Get("error") != "access_denied" || got.Has("code") {
		t.Errorf("denied = %v", got)
	}
	trade := func(code, redirect string) reply {
		return b.wbPost("/oauth2/access_token", map[string]string{"client_id": "1001", "client_secret": "wb-secret", "grant_type": "authorization_code", "code": code, "redirect_uri": redirect})
	}
	first := code("approve").Get("code")
	wantWeibo(t, trade(first, "http://127.0.0.1/other"), 21322, 400)
	token := wantWeibo(t, trade(first, "http://127.0.0.1/callback"), 0, 200)
	if token["uid"] != "2001" || token["expires_in"].(float64) != (30*24*time.Hour).Seconds() {
		t.Errorf("access_token = %v, want uid 2001 for 30 days", token)
	}
	wantWeibo(t, trade(first, "http://127.0.0.1/callback"), 21314, 403)
	wantWeibo(t, trade("nothing", "http://127.0.0.1/callback"), 21325, 400)
	late := code("approve").Get("code")
	b.s.Advance(11 * time.Minute)
	wantWeibo(t, trade(late, "http://127.0.0.1/callback"), 21325, 400)
	access := text(t, token, "access_token")
	info := wantWeibo(t, b.wbPost("/oauth2/get_token_info", map[string]string{"access_token": access}), 0, 200)
	if info["uid"] != 2001.0 || info["appkey"] != "1001" || info["expire_in"].(float64) <= 0 {
		t.Errorf("get_token_info = %v", info)
	}
	if got := wantWeibo(t, b.wbGet("/oauth2/revokeoauth2", access), 0, 200); got["result"] != "true" {
		t.Errorf("revoke = %v", got)
	}
	wantWeibo(t, b.wbPost("/oauth2/get_token_info", map[string]string{"access_token": access}), 21316, 403)
	for name, bad := range map[string]string{"redirect": "client_id=1001&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback2", "client": "client_id=9&redirect_uri=x"} {
		if r := b.must("GET", b.url+"/weibo/oauth2/authorize?"+bad, "", nil); r.StatusCode != 400 {
			t.Errorf("%s mismatch = %d, want 400", name, r.StatusCode)
		}
	}
}

func TestWeiboToken_Ends(t *testing.T) {
	b := open(t, nil)
	b.s.Advance(25 * time.Hour)
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-test", "uid", "2001"), 21327, 403) // an app not reviewed: one day
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-token", "uid", "2001"), 0, 200)
	b.s.Advance(30 * 24 * time.Hour)
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-token", "uid", "2001"), 21327, 403)
	b.s.AddWeiboUser(sandbox.WeiboUser{UID: "2002", Frozen: true})
	b.s.AddWeiboToken(sandbox.WeiboToken{Token: "wb-frozen", AppKey: "1001", UID: "2002"})
	wantWeibo(t, b.wbGet("/2/users/show.json", "wb-frozen", "uid", "2002"), 20015, 403)
}

func TestWeiboAuthorize_AutoAndRoot(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.Weibo.AutoUID = "2001"; cfg.Seeds.Weibo.Apps[0].OwnerUID = "2001" })
	at := httptestServer(t, b.s.WeiboHandler())
	r := b.must("GET", at+"/oauth2/authorize?client_id=1001&redirect_uri="+url.QueryEscape("http://127.0.0.1/callback"), "", nil)
	to, _ := url.Parse(r.Header.Get("Location"))
	body := url.Values{"client_id": {"1001"}, "client_secret": {"wb-secret"}, "grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {"http://127.0.0.1/callback"}}
	token := wantWeibo(t, b.must("POST", at+"/oauth2/access_token", "application/x-www-form-urlencoded", []byte(body.Encode())), 0, 200)
	if token["access_token"] != "wb-token" || token["expires_in"] != 157679999.0 {
		t.Errorf("owner's token = %v, want the living one for five years", token)
	}
	got := b.must("POST", at+share, "application/x-www-form-urlencoded", []byte(url.Values{"status": {"通知 https://gov.example.cn/"}, "rip": {"203.0.113.9"}}.Encode()), "Authorization", "OAuth2 wb-token")
	mid := text(t, wantWeibo(t, got, 0, 200), "mid")
	if page := b.page(at + "/2001/" + mid); !strings.Contains(page, "通知") {
		t.Errorf("page at the root lacks the post")
	}
}
