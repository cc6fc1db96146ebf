package articles_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"govmedia/articles"
	"govmedia/fault"
)

func mustClean(t testing.TB, source string) articles.Cleaned {
	t.Helper()
	got, err := articles.Clean(source)
	if err != nil {
		t.Fatalf("Clean(%.80q) = %v, want no error", source, err)
	}
	return got
}

func TestMiniProgramsAreTakenOutAndTheAuthorIsTold(t *testing.T) {
	got, err := articles.Clean(`<p>前<mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-title="办"></mp-miniprogram>后<a class="weapp_text_link" data-miniprogram-appid="wx1" href="">办事</a></p>`)
	if err != nil || got.HTML != "<p>前后办事</p>" {
		t.Fatalf("Clean = %q, %v, want the words", got.HTML, err)
	}
	if len(got.Removed) == 0 || got.Removed[0].What != articles.RemovedCard || got.Removed[0].Count != 2 || !strings.Contains(got.Removed[0].Sentence, "小程序码图片") {
		t.Errorf("Removed = %+v, want two cards and what to do", got.Removed)
	}
}

func TestCleanKeepsAndRepairs(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"bare words become a paragraph", "各单位：<b>请</b>执行", "<p>各单位：<b>请</b>执行</p>"},
		{"headings and paragraphs", "<h1>一</h1><h6>六</h6><p>段</p>", "<h1>一</h1><h6>六</h6><p>段</p>"},
		{"unclosed tags are closed", "<p>甲<strong>乙<p>丙", "<p>甲<strong>乙</strong></p><p><strong>丙</strong></p>"},
		{"a div of words is a paragraph", "<div>甲</div>", "<p>甲</p>"},
		{"a div of blocks is a section", "<div><p>甲</p>乙</div>", "<section><p>甲</p>乙</section>"},
		{"a section stays", "<section>甲</section>", "<section>甲</section>"},
		{"list with start and type", `<ol start="3" type="a"><li>甲</li></ol>`, `<ol start="3" type="a"><li>甲</li></ol>`},
		{"an item outside a list", "<li>甲</li>", "<p>甲</p>"},
		{"table spans are clamped", `<table><tr><td colspan=9999999999999 rowspan="0">甲</td><td colspan="2">乙</td></tr></table>`,
			`<table><tbody><tr><td colspan="100">甲</td><td colspan="2">乙</td></tr></tbody></table>`},
		{"caption goes before its table", "<table><caption>表1</caption><tr><td>甲</td></tr></table>",
			"<p>表1</p><table><tbody><tr><td>甲</td></tr></tbody></table>"},
		{"figure", `<figure><img src="/media/0123456789abcdef" alt="图"><figcaption>说明</figcaption></figure>`,
			`<figure><img src="/media/0123456789abcdef" alt="图"/><figcaption>说明</figcaption></figure>`},
		{"picture sizes are numbers", `<p><img src="/media/0123456789abcdef" width="600px" height="abc"></p>`,
			`<p><img src="/media/0123456789abcdef" alt="" width="600"/></p>`},
		{"link gets rel", `<p><a href="https://www.gov.cn/" class="x" target="_blank">政府网</a></p>`,
			`<p><a href="https://www.gov.cn/" rel="noopener noreferrer nofollow">政府网</a></p>`},
		{"bad link keeps its words", `<p><a href="javascript:alert(1)">点</a></p>`, `<p>点</p>`},
		{"listed styles in fixed order", `<p style="COLOR:Red;text-indent:2em;position:fixed;margin:0">甲</p>`,
			`<p style="text-indent: 2em; color: red">甲</p>`},
		{"Han font", `<p><span style="font-family:&quot;仿宋_GB2312&quot;,'Times New Roman',Evil">甲</span></p>`,
			`<p><span style="font-family: 仿宋_GB2312, &#39;Times New Roman&#39;">甲</span></p>`},
		{"old attributes", `<p align="center"><font color="#FF0000" face="黑体">甲</font><strike>乙</strike></p>`,
			`<p style="text-align: center"><span style="color: #ff0000; font-family: 黑体">甲</span><s>乙</s></p>`},
		{"Word paragraph", "<!--[if gte mso 9]><xml><w:x/></xml><![endif]--><p class=MsoNormal style='text-indent:21.0pt;mso-char-indent-count:2.0'><span lang=EN-US>甲<o:p></o:p></span></p>",
			`<p style="text-indent: 21pt">甲</p>`},
		{"width only where it helps", `<table style="width:100%"><tr><td style="width:33.3333%">甲</td></tr></table><p style="width:9px">乙</p>`,
			`<table style="width: 100%"><tbody><tr><td style="width: 33.33%">甲</td></tr></tbody></table><p>乙</p>`},
		{"unreadable size falls away", `<p style="font-size:1px">甲</p>`, `<p>甲</p>`},
		{"hidden text goes", `<p>甲<span style="display:none">暗</span><span style='mso-hide:all'>暗</span></p>`, `<p>甲</p>`},
		{"direction override goes", "<p>甲\u202E乙\u200B</p>", "<p>甲乙</p>"},
		{"full document", "<html><head><title>题</title></head><body onload=x()><p>甲</p></body></html>", "<p>甲</p>"},
		{"pre keeps lines", "<pre>一\n  二</pre>", "<pre>一\n  二</pre>"},
		{"emphasis said twice", "<p><b>甲<b>乙</b></b></p>", "<p><b>甲乙</b></p>"},
		{"blank line of an editor stays", "<p>甲</p><p><br></p><p>乙</p>", "<p>甲</p><p><br/></p><p>乙</p>"},
		{"late-loading picture", `<p><img data-src="https://mmbiz.qpic.cn/a" src="data:image/gif;base64,R0"></p>`,
			`<p><img src="https://mmbiz.qpic.cn/a" alt=""/></p>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mustClean(t, tt.in).HTML; got != tt.want {
				t.Errorf("Clean(%q)\n got %s\nwant %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestCleanReportsWhatItTookOut(t *testing.T) {
	got := mustClean(t, `<p onclick="a()" class="c">甲<script>x</script><script>y</script></p><iframe src="//x"></iframe>`+
		`<img src="file:///C:/1.png"><img src="data:image/png;base64,AA==" alt="图"><img src="data:image/svg+xml,x"><a href="vbscript:x">链</a>`)
	want := []articles.Removal{
		{What: articles.RemovedScript, Count: 2, Sentence: "删去了 2 段脚本。"},
		{What: articles.RemovedHandler, Count: 1, Sentence: "删去了 1 处点击、加载时自动执行的代码。"},
		{What: articles.RemovedLink, Count: 1, Sentence: "去掉了 1 个不安全或无效的链接，文字保留；链接只能是网页地址或邮箱。"},
		{What: articles.RemovedFrame, Count: 1, Sentence: "删去了 1 个嵌入的网页框。"},
		{What: articles.RemovedPicture, Count: 3, Sentence: "有 3 张图片没能带进来，请重新上传后插入。"},
		{What: articles.RemovedFormat, Count: 1, Sentence: "清除了 1 处多余的格式。"},
	}
	if diff := cmp.Diff(want, got.Removed); diff != "" {
		t.Errorf("Removed (-want +got):\n%s", diff)
	}
}

func TestCleanListsPicturesAndLinks(t *testing.T) {
	got := mustClean(t, `<p>甲 乙，丙。<img src="/media/0123456789abcdef" alt="首图"><img src="http://a.cn/1.jpg"><img src="//b.cn/2.jpg">`+
		`<img src="blob:http://x/1"><img src="file:///a.png"><img src="data:image/webp;base64,AA"><a href="mailto:a@b.cn">写信</a></p>`)
	wantImages := []articles.ImageRef{
		{Src: "/media/0123456789abcdef", Kind: articles.ImageMedia, MediaID: "0123456789abcdef", Alt: "首图"},
		{Src: "http://a.cn/1.jpg", Kind: articles.ImageForeign},
		{Src: "https://b.cn/2.jpg", Kind: articles.ImageForeign},
		{Src: "blob:http://x/1", Kind: articles.ImageBlob},
		{Src: "file:///a.png", Kind: articles.ImageFile},
		{Src: "data:image/webp;base64,AA", Kind: articles.ImageData},
	}
	if diff := cmp.Diff(wantImages, got.Images); diff != "" {
		t.Errorf("Images (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]articles.LinkRef{{URL: "mailto:a@b.cn", Text: "写信"}}, got.Links); diff != "" {
		t.Errorf("Links (-want +got):\n%s", diff)
	}
	if got.Characters != 7 {
		t.Errorf("Characters = %d, want 7 (甲乙，丙。写信)", got.Characters)
	}
}

func TestCleanReplacingPutsUploadedPicturesInPlace(t *testing.T) {
	var asked []articles.ImageKind
	got, err := articles.CleanReplacing(`<p>甲<img src="data:image/png;base64,AA" alt="图">乙<img src="http://a.cn/1.jpg"><img src="/media/0123456789abcdef"></p>`,
		func(ref articles.ImageRef) string {
			asked = append(asked, ref.Kind)
			if ref.Kind == articles.ImageData {
				return articles.MediaSrc("aaaaaaaaaaaaaaaa")
			}
			return ""
		})
	want := `<p>甲<img src="/media/aaaaaaaaaaaaaaaa" alt="图"/>乙<img src="http://a.cn/1.jpg" alt=""/><img src="/media/0123456789abcdef" alt=""/></p>`
	if err != nil || got.HTML != want || got.Removed != nil {
		t.Errorf("CleanReplacing = %s, removed %v, %v\nwant %s", got.HTML, got.Removed, err, want)
	}
	if diff := cmp.Diff([]articles.ImageKind{articles.ImageData, articles.ImageForeign}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// attacks are inputs that ran script, loaded something or hid something in one sanitiser or browser or another.
var attacks = []string{
	`<script>alert(1)</script>`, `<ScRiPt src=//x>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`, `<img src="/media/0123456789abcdef" onload=alert(1)>`, `<svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<a href="javascript:alert(1)">x</a>`,
	`<a href="java&#x0A;script:alert(1)">x</a>`, `<a href=" &#14; javascript:alert(1)">x</a>`, `<a href="JaVaScRiPt&colon;alert(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="vbscript:msgbox(1)">x</a>`, `<a href="//evil@gov.cn">x</a>`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="data:text/html,x"></object>`, `<embed src="javascript:alert(1)">`,
	`<p style="background:url(javascript:alert(1))">x</p>`, `<p style="width:expression(alert(1))">x</p>`,
	`<p style="color:\72 ed;background:u\72l(http://x)">x</p>`, `<p style="font-family:'x;background:url(http://x)'">x</p>`,
	`<p style='font-family:"a}</style><img src=x onerror=alert(1)>"'>x</p>`, `<style>@import 'http://x';</style>`,
	`<link rel=stylesheet href=http://x>`, `<meta http-equiv=refresh content="0;url=javascript:alert(1)">`, `<base href="javascript:/a/">`,
	`<body onload=alert(1)>`, `<table background="javascript:alert(1)"><tr><td onmouseover=alert(1)>x</table>`,
	`<input autofocus onfocus=alert(1)>`, `<details open ontoggle=alert(1)>x</details>`, `<video><source onerror=alert(1)></video>`,
	`<img src="data:image/svg+xml;base64,PHN2Zz4=">`, `<img src="data:text/html;base64,AA">`, `<img src="jav	ascript:alert(1)">`,
	`<textarea></textarea><script>alert(1)</script>`, `<title><img src=x onerror=alert(1)></title>`, `<xmp><p title="</xmp><script>alert(1)</script>"></xmp>`,
	`<template><script>alert(1)</script></template>`, `<a href="https://a.cn" onclick=alert(1) style="position:fixed;inset:0">x</a>`,
	`<p id="x" class="y" data-z="1" contenteditable>x</p>`, `<isindex action=javascript:alert(1)>`, "<img src=`x`onerror=alert(1)>",
	`<img/src="x"/onerror=alert(1)>`, "<\x00script>alert(1)</script>", `<!--><script>alert(1)</script>-->`, `<![CDATA[<script>alert(1)</script>]]>`,
	`<select><iframe></select><img src=x onerror=alert(1)>`, `<plaintext><script>alert(1)`, `<frameset onload=alert(1)><frame src=javascript:alert(1)>`,
	`<img srcset="http://x/1 1x" src="/media/0123456789abcdef">`, `<a href="file:///etc/passwd">x</a>`, `<marquee onstart=alert(1)>x</marquee>`,
	`<p><svg><p><style><g title="</style><img src=x onerror=alert(1)>">`, `<a href="https://user:pw@www.gov.cn/">x</a>`,
}

func TestCleanLeavesNothingThatRuns(t *testing.T) {
	for _, attack := range attacks {
		for _, source := range []string{attack, "<p>前" + attack + "后</p>", "<table><tr><td>" + attack, "<section><ul><li>" + attack} {
			got := mustClean(t, source)
			if err := harmless(got.HTML); err != nil {
				t.Errorf("Clean(%q) = %s: %v", source, got.HTML, err)
			}
		}
	}
}

var mayStand = map[string]string{"h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "p": "", "br": "", "hr": "", "blockquote": "", "section": "",
	"ul": "", "ol": "start type", "li": "", "table": "", "thead": "", "tbody": "", "tr": "", "th": "colspan rowspan", "td": "colspan rowspan",
	"figure": "", "figcaption": "", "img": "src alt width height", "a": "href rel", "strong": "", "b": "", "em": "", "i": "", "u": "", "s": "", "del": "",
	"sub": "", "sup": "", "span": "", "pre": ""}

// harmless parses HTML as a browser would and judges it by a list of its own.
func harmless(source string) error {
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return err
	}
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			return fmt.Errorf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode || n.Data == "html" || n.Data == "head" || n.Data == "body" {
			continue
		}
		attributes, ok := mayStand[n.Data]
		if !ok || n.Namespace != "" {
			return fmt.Errorf("element %s %s", n.Namespace, n.Data)
		}
		for _, a := range n.Attr {
			if err := harmlessAttribute(attributes, a); err != nil {
				return fmt.Errorf("%s: %w", n.Data, err)
			}
		}
	}
	return nil
}

func harmlessAttribute(allowed string, a html.Attribute) error {
	low := strings.ToLower(a.Val)
	switch {
	case a.Key == "style":
		for _, bad := range []string{"url", "expression", "script", "\\", "/*", "@", "import", "position", "<", "&"} {
			if strings.Contains(low, bad) {
				return fmt.Errorf("style %q holds %q", a.Val, bad)
			}
		}
		return nil
	case !strings.Contains(" "+allowed+" ", " "+a.Key+" "):
		return fmt.Errorf("attribute %s", a.Key)
	case a.Key == "src" && strings.HasPrefix(a.Val, "/media/") && articles.MediaID(a.Val) != "":
		return nil
	case a.Key == "href" || a.Key == "src":
		u, err := url.Parse(a.Val)
		if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" && (u.Scheme != "mailto" || a.Key == "src") {
			return fmt.Errorf("%s=%q", a.Key, a.Val)
		}
	}
	return nil
}

func checkClean(t interface {
	Fatalf(string, ...any)
}, source string) {
	first, err := articles.Clean(source)
	if err != nil {
		if fault.As(err) == nil {
			t.Fatalf("Clean(%q) = %v, want a fault", source, err)
		}
		return
	}
	if err := harmless(first.HTML); err != nil {
		t.Fatalf("Clean(%q) = %s: %v", source, first.HTML, err)
	}
	second, err := articles.Clean(first.HTML)
	if err != nil || second.HTML != first.HTML || second.Removed != nil {
		t.Fatalf("Clean is not idempotent on %q\nfirst  %s\nsecond %s\nremoved %v, %v", source, first.HTML, second.HTML, second.Removed, err)
	}
}

// fragments are pieces that, thrown together, give the parser trouble.
var fragments = append([]string{"<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<a href=http://a.cn>", "</a>", "<table>", "</table>", "<tr>", "<td>",
	"</td>", "<caption>", "<ul>", "<ol start=2>", "</ul>", "<li>", "<h1>", "</h1>", "<section>", "</section>", "<blockquote>", "<pre>", "\n", "</pre>", "<span style='color:red'>",
	"</span>", "<figure>", "<figcaption>", "<dl><dt>", "<dd>", "<br>", "<hr>", "文字", " ", "&lt;b&gt;", "&amp;", "<img src=/media/0123456789abcdef>", "<thead>", "<tbody>", "<tfoot>",
	"<font color=red>", "</font>", "<center>", "<details><summary>", "<fieldset><legend>", "<svg>", "</svg>", "<math>", "<style>", "</style>", "<!--", "-->", "<select>", "<template>",
	"<form>", "</form>", "<button>", "<nobr>", "<address>", "</br>", "<ruby><rt>", "<strong>", "<u>", "<em>", "</em>", "<th width=9>", "\u3000", "\u00a0"}, attacks...)

func TestCleanIsIdempotentAndHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkClean(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 40).Draw(t, "fragments"), ""))
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range fragments {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		stuck := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("no end on %q", s)) })
		defer stuck.Stop()
		checkClean(t, s)
		articles.PlainText(s)
		articles.Digest(s, len(s)%50)
		articles.NormalisedText(s)
	})
}

func TestCleanRefusesWhatWouldCostTooMuch(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"over 2 MB", strings.Repeat("文", 2<<20/3+1), articles.ErrHTMLTooLarge},
		{"nested 600 deep", strings.Repeat("<div>", 600), articles.ErrHTMLTooComplex},
		{"too many elements", strings.Repeat("<br>", 60_000), articles.ErrHTMLTooComplex},
		{"too many attributes", "<b " + numbered("a%d ", 200) + ">", articles.ErrHTMLTooComplex},
		{"formatting that unfolds", strings.Repeat("<b><i><u>", 100) + strings.Repeat("<p>", 20_000), articles.ErrHTMLTooComplex},
		{"growing beyond 2 MB by repair", strings.Repeat("<a href=//a.cn>x</a>", 49_000) + strings.Repeat("文", 300_000), articles.ErrHTMLTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			if _, err := articles.Clean(tt.in); !errors.Is(err, tt.want) {
				t.Errorf("Clean = %v, want %v", err, tt.want)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("Clean took %v", d)
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestCleanFlattensDeepNesting(t *testing.T) {
	got := mustClean(t, strings.Repeat("<section>", 300)+"<p>底</p><p>下</p>")
	if n := strings.Count(got.HTML, "<section>"); n != 40 || articles.PlainText(got.HTML) != "底\n下" {
		t.Errorf("Clean kept %d sections and %q, want 40 and two lines", n, articles.PlainText(got.HTML))
	}
}
