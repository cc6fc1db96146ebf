package wechat_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/channels/wechat"
	"govmedia/sql"
)

// row is a line of the specification: what a code means in preparation and at submit, how long to wait, and what the
// sentence must say.
type row struct {
	codes    string
	prepare  channels.Class
	submit   channels.Class
	least    time.Duration
	most     time.Duration
	sentence string
}

const (
	retry, quota, content, permission = channels.Retry, channels.Quota, channels.Content, channels.Permission
	byHand, unclear, defect           = channels.ByHand, channels.Unclear, channels.Defect
)

// untilTomorrow is the wait at noon: until 00:05.
const untilTomorrow = 12*time.Hour + 5*time.Minute

// untilApril is the wait at noon of 2 March for the next month.
const untilApril = 29*24*time.Hour + untilTomorrow

var table = []row{
	{"-1 268487001 268487002", retry, unclear, 2 * time.Second, 2 * time.Second, "微信平台繁忙"},
	{"40001 40014 42001 41001", permission, permission, 0, 0, "接口凭证"},
	{"40013 40125", permission, permission, 0, 0, "AppID 或 AppSecret 不正确"},
	{"40164", permission, permission, 0, 0, "203.0.113.9"},
	{"45009", quota, quota, untilTomorrow, untilTomorrow, "顺延至次日"},
	{"45011 42010", quota, quota, time.Minute, 90 * time.Second, "过于频繁"},
	{"48001", permission, permission, 0, 0, "微信认证"},
	{"48004 50002", permission, permission, 0, 0, "封禁或受限"},
	{"53500", permission, permission, 0, 0, "发布功能已被封禁"},
	{"53501", quota, quota, 10 * time.Minute, 10 * time.Minute, "发布过于频繁"},
	{"53502", retry, unclear, 0, 0, "编号无效"},
	{"53503", content, content, 0, 0, "未通过微信发布检查"},
	{"53504", byHand, byHand, 0, 0, "手动发布"},
	{"53505 48021", byHand, byHand, 0, 0, "未手动保存"},
	{"53506 53599", byHand, byHand, 0, 0, "未知发布错误"},
	{"53600", retry, unclear, 0, 0, "未找到该已发布文章"},
	{"40007", retry, unclear, 0, 0, "素材已失效"},
	{"40002", retry, unclear, 0, 0, "参数无效"},
	{"40004 40005 40006 40009 40137 45001 41005", content, content, 0, 0, "图片格式或大小"},
	{"45003 45004 45002 45008 45110", content, content, 0, 0, "超出微信限制"},
	{"44003", content, content, 0, 0, "空的"},
	{"41039", content, content, 0, 0, "阅读原文"},
	{"45166", content, content, 0, 0, "不接受的标签或链接"},
	{"40155", content, content, 0, 0, "其他公众号主页链接"},
	{"87014 87009", content, content, 0, 0, "安全检测"},
	{"47001 40033", defect, defect, 0, 0, "数据格式错误"},
	{"40114 40097 43001 43002 44002 40066 45067 40130 40031 40032 61500 61501 76021 76022", defect, defect, 0, 0, "技术人员"},
	{"45028", quota, quota, untilTomorrow, untilTomorrow, "群发次数已用完"},
	{"45065", retry, unclear, 0, 0, "已经收到过"},
	{"45066", quota, quota, time.Minute, time.Minute, "重试过快"},
	{"89504 89505", retry, unclear, time.Minute, time.Minute, "管理员在微信中确认"},
	{"45062 45113 48022 41040", byHand, byHand, 0, 0, "不支持接口发布"},
	{"40059 40060 40065 40204", byHand, byHand, 0, 0, "无法通过接口删除"},
	{"48006", quota, quota, untilApril, untilApril, "清零次数"},
	{"61503", retry, retry, time.Hour, time.Hour, "尚未生成"},
	{"61003", permission, permission, 0, 0, "取消对第三方平台的授权"},
	{"61004", permission, permission, 0, 0, "203.0.113.9"},
	{"61005 61006", retry, retry, 10 * time.Minute, 10 * time.Minute, "验证票据"},
	{"61007 61016 61017", permission, permission, 0, 0, "勾选全部权限"},
	{"61009 61010", permission, permission, 0, 0, "授权码"},
	{"61011", permission, permission, 0, 0, "GOVMEDIA_WECHAT_COMPONENT_APPID"},
	{"61014 61015 61024", defect, defect, 0, 0, "系统问题"},
	{"61023", permission, permission, 0, 0, "刷新凭证"},
	{"88000", permission, permission, 0, 0, "留言功能"},
	{"64702", content, content, 0, 0, "标题超出 64 个字"},
	{"64703", content, content, 0, 0, "摘要超出 120 个字"},
	{"64705 -99", content, content, 0, 0, "正文太长"},
	{"64506 412", content, content, 0, 0, "外部链接"},
	{"64508", content, content, 0, 0, "有风险"},
	{"64509", content, content, 0, 0, "超过 3 个"},
	{"64550 64558 64559", content, content, 0, 0, "文章链接有误"},
	{"200041", content, content, 0, 0, "违规的文章"},
	{"220002", byHand, byHand, 0, 0, "图片素材已存满"},
	{"88001", content, content, 0, 0, "没有找到要处理的文章"},
	{"88002", content, content, 0, 0, "敏感信息"},
	{"88003", content, content, 0, 0, "精选留言已满"},
	{"88004", content, content, 0, 0, "已被用户删除"},
	{"88005", content, content, 0, 0, "已经回复过"},
	{"88007", content, content, 0, 0, "超过长度限制"},
	{"88008", content, content, 0, 0, "没有找到这条留言"},
	{"88011", content, content, 0, 0, "敏感信息"},
	{"88010", defect, defect, 0, 0, "技术人员"},
	{"99999", defect, defect, 0, 0, "微信返回错误码 99999"},
	{"12345", defect, defect, 0, 0, "微信返回错误码 12345"},
}

// refuser is a WeChat that prepares everything and then refuses one path with one code.
type refuser struct {
	path atomic.Value
	code atomic.Int64
}

func (f *refuser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, _ := f.path.Load().(string); path != "" && strings.HasSuffix(r.URL.Path, path) {
		_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9 rid: 65f0a1b2-1a2b3c4d-5e6f7a8b"}`, f.code.Load())
		return
	}
	_, _ = w.Write([]byte(`{"access_token":"88_` + strings.Repeat("t", 200) + `","expires_in":7200,"media_id":"m","url":"http://mmbiz.qpic.cn/x","publish_id":2247483700,
		"publish_status":1,"item":[],"total_count":0}`))
}

func TestEveryLineOfTheErrorTable(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, sql.Beijing)
	platform := &refuser{}
	server := httptest.NewServer(platform)
	defer server.Close()
	b := newBench(t)
	channel := b.open(wechat.Config{BaseURL: server.URL, DB: b.db, Seal: plainSeal(), Now: func() time.Time { return noon },
		Budgets: map[string]int64{submitPath: 0, "/cgi-bin/freepublish/get": 0, "/cgi-bin/freepublish/batchget": 0}})
	seen := map[string]bool{}
	ready := b.job(b.message())
	if err := channel.Prepare(t.Context(), ready); err != nil {
		t.Fatal(err)
	}
	for _, r := range table {
		for code := range strings.FieldsSeq(r.codes) {
			seen[code] = true
			n := int64(0)
			_, _ = fmt.Sscan(code, &n)
			platform.code.Store(n)
			rest := func() { // what the case before left
				platform.path.Store("")
				if err := channels.ForgetToken(t.Context(), b.db, b.account.ID); err != nil {
					t.Fatal(err)
				}
			}
			rest()
			platform.path.Store("draft/add")
			checkRow(b, "Prepare "+code, channel.Prepare(t.Context(), b.job(b.message())), code, r.prepare, r)
			rest()
			platform.path.Store("freepublish/submit")
			job := *ready
			job.Remote = sql.Object{"media_id": "m", "recreated": true}
			_, err := channel.Submit(t.Context(), &job)
			checkRow(b, "Submit "+code, err, code, r.submit, r)
			rest()
			platform.path.Store("/get")
			job.Remote = sql.Object{"media_id": "m", "publish_id": "2247483700"}
			job.Delivery.SubmittedAt = sql.FromStd(noon.Add(-time.Minute)).Ptr()
			progress, err := channel.Poll(t.Context(), &job)
			if p := channels.AsPlatformError(err); p != nil && (p.Class == content || p.Class == byHand) {
				t.Errorf("Poll with %s = %v: a failed call must not end the delivery", code, err)
			} else if err == nil && progress.Stage != channels.Pending {
				t.Errorf("Poll with %s = %+v, want Pending", code, progress)
			}
			rest()
			platform.path.Store("batchget")
			job.Remote, job.Delivery.IntentAt = sql.Object{"media_id": "m"}, sql.FromStd(noon.Add(-time.Hour)).Ptr()
			if progress, err := channel.Find(t.Context(), &job); err == nil {
				t.Errorf("Find with %s = %+v, want an error: nothing was learnt", code, progress)
			}
		}
	}
	for _, code := range wechat.TableCodes() {
		if !seen[fmt.Sprint(code)] {
			t.Errorf("no case for code %d of the table", code)
		}
	}
}

func checkRow(b *bench, what string, err error, code string, class channels.Class, r row) {
	b.t.Helper()
	p := channels.AsPlatformError(err)
	if p == nil {
		b.t.Errorf("%s = %v, want a platform error", what, err)
		return
	}
	b.note(err)
	if p.Code != code || p.Class != class || p.After < r.least || r.most > 0 && p.After > r.most {
		b.t.Errorf("%s = code %s, class %s, after %v, want class %s after %v to %v", what, p.Code, p.Class, p.After, class, r.least, r.most)
	}
	acts := slices.Contains([]channels.Class{content, permission, byHand, defect}, p.Class)
	if acts && !strings.Contains(p.Advice, "请") {
		b.t.Errorf("%s says %q, which does not say what to do", what, p.Advice)
	}
	if !strings.Contains(p.Advice, r.sentence) || !strings.Contains(p.Advice, "微信错误码 "+code) || !strings.Contains(p.Advice, "rid: 65f0a1b2-1a2b3c4d-5e6f7a8b") {
		b.t.Errorf("%s says %q, want %q with code and rid", what, p.Advice, r.sentence)
	}
}

func TestAnswersThatAreNotWeChats(t *testing.T) {
	var body atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "stable_token") {
			_, _ = w.Write([]byte(`{"access_token":"88_abcdefgh","expires_in":7200}`))
			return
		}
		_, _ = w.Write([]byte(body.Load().(string)))
	}))
	defer server.Close()
	b := newBench(t)
	channel := b.open(wechat.Config{BaseURL: server.URL, DB: b.db, Seal: plainSeal()})
	for _, answer := range []string{"", "null", "[]", `"ok"`, "ok", "<html></html>", `{"errcode":`, `{"errcode":"x"}`, `{"errcode":{}}`,
		`{"publish_id":[1]}`, `{"publish_id":-1}`, `{"publish_id":1.5}`, `{"publish_id":null}`, `{}`, "\x1f\x8b\x08", strings.Repeat("[", 100000)} {
		body.Store(answer)
		job := b.job(b.message())
		job.Remote = sql.Object{"media_id": "m"}
		_, err := channel.Submit(t.Context(), job)
		if p := b.note(err); p.Class != channels.Unclear {
			t.Errorf("Submit answered %.30q = %v, want Unclear", answer, err)
		}
		job.Remote["publish_id"] = "1"
		job.Delivery.SubmittedAt = sql.FromStd(time.Now()).Ptr()
		if progress, err := channel.Poll(t.Context(), job); err == nil && progress.Stage != channels.Pending {
			t.Errorf("Poll answered %.30q = %+v, want an error or Pending", answer, progress)
		}
		if err := channel.Prepare(t.Context(), b.job(b.message())); channels.AsPlatformError(err) == nil || b.note(err).Class != channels.Retry {
			t.Errorf("Prepare answered %.30q = %v, want Retry", answer, err)
		}
	}
}

func TestAnArticleWithoutItsAddressIsLookedUpInTheList(t *testing.T) {
	b := newBench(t)
	job := b.job(b.message())
	job.Remote = sql.Object{"media_id": "m", "publish_id": "7"}
	item := `{"article_id":"A","update_time":1772416800,"content":{"news_item":[{"title":"别的","content_source_url":"https://news.example.gov.cn/p/other","url":"https://mp.weixin.qq.com/s/other"},
		{"title":"x","content_source_url":"` + job.OriginURL + `","url":"https://mp.weixin.qq.com/s/ours"}]}}`
	for list, want := range map[string]string{`{"item":[` + item + `]}`: "https://mp.weixin.qq.com/s/ours", `{"item":[]}`: "", `{"errcode":-1}`: ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := map[string]string{"/cgi-bin/stable_token": `{"access_token":"88_abcdefgh","expires_in":7200}`,
				"/cgi-bin/freepublish/get":      `{"publish_id":7,"publish_status":0,"article_id":"A"}`,
				"/cgi-bin/freepublish/batchget": list}[r.URL.Path]
			_, _ = w.Write([]byte(answer))
		}))
		progress, err := b.open(wechat.Config{BaseURL: server.URL, DB: b.db, Seal: plainSeal()}).Poll(t.Context(), job)
		if err != nil || progress.Stage != channels.Published || progress.ExternalID != "A" || progress.URL != want {
			t.Errorf("Poll with the list %s = %+v, %v, want it published at %q", list, progress, err, want)
		}
		server.Close()
	}
}

func TestATokenAnswerWithoutATokenIsRetry(t *testing.T) {
	for _, answer := range []string{"{}", `{"access_token":""}`, `{"access_token":"x","expires_in":0}`, `{"access_token":"x","expires_in":-5}`, "<html>"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
		b := newBench(t)
		channel := b.open(wechat.Config{BaseURL: server.URL, DB: b.db, Seal: plainSeal()})
		err := channel.Prepare(t.Context(), b.job(b.message()))
		if p := b.note(err); p.Class != channels.Retry {
			t.Errorf("Prepare with the token answer %q = %v, want Retry", answer, err)
		}
		server.Close()
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	b := newBench(t)
	for name, config := range map[string]wechat.Config{
		"no database":      {Seal: plainSeal()},
		"no seal":          {DB: b.db},
		"relative address": {DB: b.db, Seal: plainSeal(), BaseURL: "/wechat"},
		"other scheme":     {DB: b.db, Seal: plainSeal(), BaseURL: "ftp://example.gov.cn"},
		"query":            {DB: b.db, Seal: plainSeal(), BaseURL: "https://example.gov.cn/?a=b"},
	} {
		if _, err := wechat.New(config); err == nil {
			t.Errorf("New with %s = nil, want an error", name)
		}
	}
}
