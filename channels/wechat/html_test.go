package wechat_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

func TestWhatWeChatShowsBadlyIsWrittenOtherwise(t *testing.T) {
	b := newBench(t)
	message := b.message()
	still := b.picture("image/png", drawing())
	message.Pictures = append(message.Pictures, still)
	for name, c := range map[string]struct{ body, want, not string }{
		"a list within an entry":  {"<ul><li>一<ul><li>甲</li></ul></li><li>二</li></ul>", "一</li><ul", "一<ul"},
		"a checked box":           {`<p><input type="checkbox" checked>已办</p>`, "☑ 已办", "<input"},
		"an empty box":            {`<p><input type="checkbox">未办</p>`, "☐ 未办", "<input"},
		"another input":           {`<p><input type="text" value="机密">在</p>`, "在", "机密"},
		"preformatted lines":      {"<pre>第一行\n  第二行</pre>", "第一行<br/>\u00a0\u00a0第二行", "行\n"},
		"a video with its still":  {`<video src="/x.mp4" poster="/media/` + still.ID + `"></video>`, "此处有视频", "<video"},
		"its still":               {`<video src="/x.mp4" poster="/media/` + still.ID + `"></video>`, "/media/" + still.ID, "mp4"},
		"a foreign still":         {`<video poster="https://foreign.example/a.png"></video>`, "此处有视频", "foreign.example"},
		"a sound":                 {`<p><audio src="a.mp3">旧</audio></p>`, "此处有音频", "a.mp3"},
		"a frame":                 {`<p>前<iframe src="https://foreign.example"></iframe>后</p>`, "前后", "foreign.example"},
		"a picture as background": {`<p style="background-image:url(https://foreign.example/a.png);color:red">字</p>`, "color:red", "foreign.example"},
		"a variable":              {`<p style="color:var(--red)">字</p>`, "字", "var("},
		"position":                {`<p style="position:fixed;text-align:center">字</p>`, "text-align:center", "position"},
	} {
		message.Body = c.body
		preview := b.channel.Preview(message, b.account)
		if !strings.Contains(preview.HTML, c.want) || strings.Contains(preview.HTML, c.not) || len(preview.Blocked()) > 0 {
			t.Errorf("%s: %s (%v), want %q and not %q", name, preview.HTML, preview.Blocked(), c.want, c.not)
		}
	}
}

// What would be missing from the text without a word is refused before anything is uploaded, with what to do instead.
func TestDrawingsAndMiniProgramsAreRefused(t *testing.T) {
	b := newBench(t)
	message := b.message()
	inside := `<img src="/media/` + message.CoverID + `">`
	for name, c := range map[string]struct{ body, field, says, not string }{
		"a drawing":                              {`<p>前<svg viewBox="0 0 9 9"><image href="https://foreign.example/a.png"/><text>字</text></svg>后</p>`, "drawings", "1 处矢量图", "<svg"},
		"two drawings in a figure":               {`<figure><svg></svg><svg><g><svg></svg></g></svg></figure>`, "drawings", "2 处矢量图", "<svg"},
		"a formula":                              {`<p><math><mi>x</mi></math></p>`, "drawings", "公式", "<math"},
		"a picture that is a drawing, elsewhere": {`<p><img src="https://foreign.example/a.svg"></p>`, "pictures", "重新插入", ""},
		"a drawing written into the address":     {`<p><img src="data:image/svg+xml;base64,PHN2Zz4="></p>`, "pictures", "重新插入", ""},
		"a card": {`<p>办事</p><mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-path="p" data-miniprogram-title="办"></mp-miniprogram>`, "cards",
			"1 处小程序", "mp-miniprogram"},
		"a linked word":    {`<p><a class="weapp_text_link" data-miniprogram-appid="wx1" href="">办事</a></p>`, "cards", "1 处小程序", "data-miniprogram"},
		"a linked picture": {`<a data-miniprogram-appid="wx1" href="">` + inside + `</a>`, "cards", "小程序码", "data-miniprogram"},
	} {
		message.Body = "<p>正文</p>" + c.body
		preview := b.channel.Preview(message, b.account)
		at := slices.IndexFunc(preview.Limits, func(l channels.Limit) bool { return l.Field == c.field })
		if at < 0 || preview.Limits[at].OK || !strings.Contains(preview.Limits[at].Sentence, c.says) || !strings.Contains(preview.Limits[at].Sentence, "请") {
			t.Errorf("%s: %+v, want it refused with %s", name, preview.Limits, c.says)
		}
		if c.not != "" && strings.Contains(preview.HTML, c.not) {
			t.Errorf("%s: %s, want no %s", name, preview.HTML, c.not)
		}
		job := b.job(message)
		if failure := channels.AsPlatformError(b.channel.Prepare(t.Context(), job)); failure == nil || failure.Class != channels.Content || !strings.Contains(failure.Advice, c.says) {
			t.Errorf("%s: Prepare = %v, want it refused with %s", name, failure, c.says)
		}
	}
	if calls := b.calls("draft/add"); calls != 0 {
		t.Errorf("%d drafts were made", calls)
	}
	message.Body = `<p>正文</p><picture><source srcset="https://foreign.example/a.webp">` + inside + `</picture>`
	if preview := b.channel.Preview(message, b.account); len(preview.Blocked()) > 0 || !strings.Contains(preview.HTML, "<img") || strings.Contains(preview.HTML, "foreign.example") {
		t.Errorf("a picture with other sources: %s (%v), want the picture and nothing else", preview.HTML, preview.Blocked())
	}
}

var (
	badTag    = regexp.MustCompile(`(?i)<(script|style|link|iframe|object|embed|form|input|svg|math|video|audio|base|meta)\b`)
	badAttr   = regexp.MustCompile(`(?i)<[a-z0-9]+(\s[^>]*)?\s(on[a-z]+|class|id)=`)
	badSource = regexp.MustCompile(`<img[^>]* src="([^"]*)"`)
)

// FuzzPrepared prepares whatever HTML there may be: what goes out has no script, no handler and no foreign picture, unless
// the preview blocks it.
func FuzzPrepared(f *testing.F) {
	for _, seed := range []string{"<p>正文</p>", "<ul><li>a<ol><li>b</ol></ul>", "<pre>a\n b</pre>", `<img src="https://foreign.example/x">`,
		"<svg><script>alert(1)</script></svg>", "<math><mi><img src=x onerror=y></math>", `<a href="javascript:alert(1)">x</a>`, "<table><td>x<video poster=/media/0>"} {
		f.Add(seed)
	}
	channel, err := wechat.New(wechat.Config{BaseURL: "http://127.0.0.1:1", DB: sqltest.SQLite(f), Seal: plainSeal()})
	if err != nil {
		f.Fatal(err)
	}
	cover := channels.Picture{ID: sql.NewID(), MIME: "image/png"}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 64<<10 {
			return
		}
		message := channels.Message{Title: "题", CoverID: cover.ID, Pictures: channels.Pictures{cover}, Body: body}
		preview := channel.Preview(message, accounts.Account{})
		if found := badTag.FindString(preview.HTML); found != "" {
			t.Errorf("%.200q becomes %.400q with %s", body, preview.HTML, found)
		}
		if found := badAttr.FindString(preview.HTML); found != "" {
			t.Errorf("%.200q becomes %.400q with %s", body, preview.HTML, found)
		}
		for _, src := range badSource.FindAllStringSubmatch(preview.HTML, -1) {
			if src[1] != "/media/"+cover.ID && !strings.HasPrefix(src[1], "https://mmbiz.q") && !strings.HasPrefix(src[1], "http://mmbiz.q") && len(preview.Blocked()) == 0 {
				t.Errorf("%.200q shows the foreign picture %q", body, src[1])
			}
		}
	})
}
