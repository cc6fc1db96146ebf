package wechat_test

import (
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
)

func limitOf(t *testing.T, p channels.Preview, field string) channels.Limit {
	t.Helper()
	for _, limit := range p.Limits {
		if limit.Field == field {
			return limit
		}
	}
	t.Fatalf("the preview has no limit %q: %+v", field, p.Limits)
	return channels.Limit{}
}

func TestLimitsAreKeptToTheCharacter(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		field  string
		change func(m *channels.Message, text string)
		max    int
	}{
		{"title", func(m *channels.Message, s string) { m.Title = s }, 32},
		{"author", func(m *channels.Message, s string) { m.Byline = s }, 16},
		{"digest", func(m *channels.Message, s string) { m.Digest = s }, 128},
	} {
		for _, letter := range []string{"字", "a", "😀"} {
			for n, want := range map[int]bool{c.max: true, c.max + 1: false} {
				message := b.message()
				c.change(&message, strings.Repeat(letter, n))
				preview := b.channel.Preview(message, b.account)
				limit := limitOf(t, preview, c.field)
				if limit.OK != want || limit.Used != n || limit.Max != c.max || (limit.Sentence == "") != want {
					t.Errorf("%s of %d %q: %+v, want OK %v", c.field, n, letter, limit, want)
				}
				if len(preview.Blocked()) == 0 != want {
					t.Errorf("%s of %d: blocked %q", c.field, n, preview.Blocked())
				}
			}
		}
	}
}

func TestWhatPreviewAllowsWeChatTakes(t *testing.T) {
	b := newBench(t)
	message := b.message()
	message.Title, message.Byline, message.Digest = strings.Repeat("题", 32), strings.Repeat("者", 16), strings.Repeat("摘", 128)
	fits := 0
	for n := 19_800; n < 20_000; n++ {
		message.Body = "<p>" + strings.Repeat("正", n) + "</p>"
		if len(b.channel.Preview(message, b.account).Blocked()) > 0 {
			break
		}
		fits = n
	}
	if fits < 19_800 {
		t.Fatalf("%d characters of text fit, want nearly 20,000", fits)
	}
	message.Body = "<p>" + strings.Repeat("正", fits) + "</p>"
	b.prepare(b.job(message))
	message.Body = "<p>" + strings.Repeat("正", fits+1) + "</p>"
	err := b.channel.Prepare(t.Context(), b.job(message))
	if p := b.note(err); p.Class != channels.Content || p.Code != "over_limits" || b.calls(draftPath) != 1 {
		t.Errorf("Prepare one character above = %v, want it refused here", err)
	}
}

func TestALongTableIsSentWithoutCellStyles(t *testing.T) {
	b := newBench(t)
	message := b.message()
	message.Body = "<table>" + strings.Repeat("<tr><td>甲</td><td>乙</td></tr>", 400) + "</table>"
	preview := b.channel.Preview(message, b.account)
	if len(preview.Blocked()) != 0 || !strings.Contains(preview.HTML, `border="1"`) || strings.Contains(preview.HTML, "<td style") {
		t.Errorf("800 cells: blocked %v, want the brief look", preview.Blocked())
	}
	b.prepare(b.job(message))
}

func TestMissingPartsBlock(t *testing.T) {
	b := newBench(t)
	for field, change := range map[string]func(m *channels.Message){
		"title":    func(m *channels.Message) { m.Title = " \n " },
		"cover":    func(m *channels.Message) { m.CoverID = "" },
		"content":  func(m *channels.Message) { m.Body = "<p> </p><script>x</script>" },
		"pictures": func(m *channels.Message) { m.Body += `<img src="http://a.example/b.png">` },
	} {
		message := b.message()
		change(&message)
		preview := b.channel.Preview(message, b.account)
		if limit := limitOf(t, preview, field); limit.OK || limit.Sentence == "" || len(preview.Blocked()) != 1 {
			t.Errorf("without %s: %+v, blocked %q, want one sentence", field, limit, preview.Blocked())
		}
	}
	message := b.message()
	message.CoverID = "nosuchpicture000"
	if limit := limitOf(t, b.channel.Preview(message, b.account), "cover"); limit.OK {
		t.Error("a cover that is no picture of the message is allowed")
	}
}

func TestEndlessNestingIsRefusedOrShownButNeverHangs(t *testing.T) {
	b := newBench(t)
	for _, tag := range []string{"div", "b", "table><tr><td", "svg", "li", "a href=x"} {
		message := b.message()
		message.Body = strings.Repeat("<"+tag+">", 20_000) + "<p>底</p>"
		done := make(chan channels.Preview, 1)
		go func() { done <- b.channel.Preview(message, b.account) }()
		select {
		case preview := <-done:
			if len(preview.Blocked()) == 0 && len(preview.HTML) >= 20_000*3 {
				t.Errorf("20,000 nested <%s> are let through with %d bytes", tag, len(preview.HTML))
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("20,000 nested <%s>: no preview after 30 s", tag)
		}
	}
}

func TestLimitsAreSettings(t *testing.T) {
	b := newBench(t, func(c *wechat.Config, _ *sandbox.WeChatAccount) { c.Limits = wechat.Limits{Title: 64, Content: 100} })
	message := b.message()
	message.Title, message.Body = strings.Repeat("题", 64), "<p>"+strings.Repeat("正", 100)+"</p>"
	preview := b.channel.Preview(message, b.account)
	if !limitOf(t, preview, "title").OK || limitOf(t, preview, "content").OK || limitOf(t, preview, "digest").Max != 128 {
		t.Errorf("limits %+v, want title 64 and content below 100", preview.Limits)
	}
}

func TestHTMLBecomesWhatWeChatShows(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		body string
		want []string
		none []string
	}{
		"script and style go with what they hold": {`<p>甲</p><script>bad()</script><style>p{color:red}</style><noscript>x</noscript>`, []string{"甲"}, []string{"bad", "color:red", "noscript"}},
		"events, classes and ids go":              {`<p class="x" id="y" onclick="z()" data-a="b">甲</p>`, []string{"<p style=", "甲"}, []string{"class", "id=", "onclick", "data-a"}},
		"forms leave their text":                  {`<form><label>甲</label><input value="乙"><button>丙</button></form><font color="red">丁</font>`, []string{"丁"}, []string{"乙", "丙", "<font", "<input"}},
		"a div is a section":                      {`<div><p>甲</p></div>`, []string{"<section><p"}, []string{"<div"}},
		"own style stays where it is harmless":    {`<p style="text-align:center;position:fixed;color:red">甲</p>`, []string{"text-align:center", "color:red"}, []string{"position"}},
		"dangerous style values go":               {`<p style="color:expression(1);background-color:url(http://x/a.png);text-align:var(--a);color:re\64">甲</p>`, nil, []string{"expression", "url(", "var(", `\64`, "http://x"}},
		"an article link stays, with https":       {`<a href="http://mp.weixin.qq.com/s?__biz=1&amp;mid=2">甲</a>`, []string{`<a href="https://mp.weixin.qq.com/s?__biz=1&amp;mid=2">甲</a>`}, []string{"[1]"}},
		"another page of WeChat does not":         {`<a href="https://mp.weixin.qq.com/mp/profile_ext?x=1">甲</a>`, []string{"甲<sup>[1]</sup>"}, []string{"<a "}},
		"a look-alike host does not":              {`<a href="https://mp.weixin.qq.com.evil.example/s/1">甲</a>`, []string{"[1]"}, []string{"<a "}},
		"links are numbered by address":           {`<a href="http://a.example/">甲</a><a href="http://b.example/">乙</a><a href="http://a.example/">丙</a>`, []string{"甲<sup>[1]</sup>", "乙<sup>[2]</sup>", "丙<sup>[1]</sup>", "[1] http://a.example/", "[2] http://b.example/"}, []string{"[3]", "<a "}},
		"a link that shows itself needs no note":  {`<a href="https://www.gov.cn/x">https://www.gov.cn/x</a>`, []string{"https://www.gov.cn/x"}, []string{"[1]"}},
		"mail and telephone":                      {`<a href="mailto:a@example.gov.cn">来信</a><a href="tel:12345">12345</a>`, []string{"[1] a@example.gov.cn", "12345"}, []string{"[2]"}},
		"anchors lose their target":               {`<a href="#one">甲</a><h2 id="one">乙</h2>`, []string{"甲", "乙"}, []string{"#one", "<a "}},
		"script links are text":                   {`<a href="javascript:bad()">甲</a><a href="data:text/html,x">乙</a>`, []string{"甲", "乙"}, []string{"javascript", "data:", "[1]"}},
		"players are left out":                    {`<p>甲</p><video src="a.mp4">x</video><iframe src="https://v.qq.com/x"></iframe>`, []string{"甲"}, []string{"<video", "<iframe"}},
		"comments go":                             {`<p>甲<!-- 内部批注 --></p>`, []string{"甲"}, []string{"批注"}},
		"table cells keep their spans":            {`<table class="t"><tr><td colspan="2" rowspan="x" width="10">甲</td></tr></table>`, []string{`colspan="2"`, "border-collapse"}, []string{"rowspan", `width="10"`}},
		"a whole document is a fragment":          {`<html><head><title>题</title></head><body><p>甲</p></body></html>`, []string{"甲"}, []string{"<html", "<body", "题"}},
		"broken markup is closed":                 {`<p>甲<strong>乙<table><td>丙`, []string{"甲", "乙", "丙", "</strong>", "</table>", "</section>"}, nil},
		"unseen characters go":                    {"<p>甲\u2028乙\u2029丙\x01\ufffd\u0085丁</p>", []string{"甲乙丙丁"}, nil},
		"text is escaped once":                    {`<p>a &lt;b&gt; &amp; c</p>`, []string{"a &lt;b&gt; &amp; c"}, []string{"&amp;lt;"}},
		"svg cannot smuggle":                      {`<math><mtext><table><mglyph><style><img src=x onerror=bad()></style></mglyph></table></mtext></math>`, nil, []string{"onerror", "<style"}},
	} {
		message := b.message()
		message.Body = c.body
		html := b.channel.Preview(message, b.account).HTML
		for _, want := range c.want {
			if !strings.Contains(html, want) {
				t.Errorf("%s: %s lacks %q", name, html, want)
			}
		}
		for _, none := range c.none {
			if strings.Contains(html, none) {
				t.Errorf("%s: %s contains %q", name, html, none)
			}
		}
	}
}

func TestPicturesGetTheirWidthAsStyleAndKeepTheirAddressInThePreview(t *testing.T) {
	b := newBench(t)
	message := b.message()
	id := message.Pictures[0].ID
	message.Body = `<p>甲</p><img src="/media/` + id + `" width="320" height="200" alt="现场 照片" onerror="x">`
	html := b.channel.Preview(message, b.account).HTML
	for _, want := range []string{`src="/media/` + id + `"`, "width:320px", "max-width:100%", `alt="现场 照片"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s lacks %q", html, want)
		}
	}
	if strings.Contains(html, `width="320"`) || strings.Contains(html, "onerror") {
		t.Errorf("%s keeps attributes", html)
	}
	message.Body = `<img src="http://mmbiz.qpic.cn/mmbiz_png/abc/0?wx_fmt=png">`
	if preview := b.channel.Preview(message, b.account); len(preview.Blocked()) != 0 {
		t.Errorf("a picture on WeChat's own host is refused: %v", preview.Blocked())
	}
	b.prepare(b.job(message))
	calls := b.box.Journal(sandbox.Filter{Path: draftPath})
	if sent := jsonOf(calls[0].Body); !strings.Contains(sent, "https://mmbiz.qpic.cn/mmbiz_png/abc/0") {
		t.Errorf("the draft says %s, want the picture's address with https", sent)
	}
}

func TestPreviewWarnsOfWhatReadersMiss(t *testing.T) {
	b := newBench(t)
	message := b.message()
	moving := b.picture("image/gif", animation())
	message.CoverID, message.Pictures, message.Digest = moving.ID, append(message.Pictures, moving), ""
	message.Body = `<p>第一段。</p><a href="http://a.example/">甲</a><a href="#x">乙</a><video></video>`
	preview := b.channel.Preview(message, b.account)
	all := strings.Join(preview.Warnings, "")
	for _, want := range []string{"1 个链接", "页内跳转", "视频", "动图", "没有填写摘要"} {
		if !strings.Contains(all, want) {
			t.Errorf("warnings %q lack %q", preview.Warnings, want)
		}
	}
	if !strings.HasPrefix(preview.Digest, "第一段。") || preview.Platform != accounts.WeChat {
		t.Errorf("preview %+v, want the first words as digest", preview)
	}
	b.prepare(b.job(message)) // the first frame goes up as the cover
	if calls := b.box.Journal(sandbox.Filter{Path: "/cgi-bin/material/add_material"}); len(calls) != 1 || calls[0].Files[0].Format == "gif" {
		t.Errorf("the cover went up as %+v, want a still", calls)
	}
}
