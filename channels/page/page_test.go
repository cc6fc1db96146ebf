package page_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"govmedia/channels/dates"
	"govmedia/channels/page"
)

const address = "https://www.example.gov.cn/gzdt/t20261120_1.html"

func parse(t *testing.T, body string) page.Page {
	t.Helper()
	p, err := page.Parse([]byte(body), "text/html", address)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return p
}

func TestTagsHoweverTheyAreWritten(t *testing.T) {
	for name, body := range map[string]string{
		"plain": `<meta name="PubDate" content="2026-11-20 09:30">`, "two spaces": `<meta  name="PubDate"  content="2026-11-20 09:30"  />`,
		"reversed": `<meta content="2026-11-20 09:30" name="PubDate">`, "capitals": `<META NAME="PUBDATE" CONTENT="2026-11-20 09:30">`,
		"single quotes": `<meta name='PubDate' content='2026-11-20 09:30'>`, "none": `<meta name=PubDate content="2026-11-20 09:30">`,
		"null first":  `<meta name="PubDate" content="null"><meta name="PubDate" content=""><meta name="PubDate" content="2026-11-20 09:30">`,
		"in the body": `<body><p>x</p><meta name="PubDate" content=" 2026-11-20　09:30 "></body>`,
	} {
		if got := parse(t, body).Tag(page.PubDate); got != "2026-11-20 09:30" {
			t.Errorf("%s: PubDate = %q", name, got)
		}
	}
}

func TestCharacters(t *testing.T) {
	encode := func(text string) string {
		raw, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, c := range map[string]struct{ body, kind string }{
		"GBK by its tag":    {encode(`<meta charset="gb2312"><meta name="ColumnName" content="工作动态">`), "text/html"},
		"GBK by the header": {encode(`<meta name="ColumnName" content="工作动态">`), "text/html; charset=gbk"},
		"GBK by its bytes":  {encode(`<html><head><meta name="ColumnName" content="工作动态"></head>`), "text/html"},
		"UTF-8 unsaid":      {`<meta name="ColumnName" content="工作动态">`, ""},
		"late tag":          {strings.Repeat("<!-- x -->", 200) + `<meta name="ColumnName" content="工作动态">`, "text/html"},
	} {
		p, err := page.Parse([]byte(c.body), c.kind, address)
		if err != nil || p.Tag(page.ColumnName) != "工作动态" {
			t.Errorf("%s: ColumnName = %q, %v", name, p.Tag(page.ColumnName), err)
		}
	}
}

func TestDateLadder(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		by   page.By
		at   string
	}{
		"the tag":                {`<meta name="PubDate" content="2026-11-20 09:30"><p>发布时间：2026-11-21 10:00</p>`, page.ByMeta, "2026-11-20 09:30"},
		"as readers see it":      {`<p>发布时间：2026-11-21 10:00 来源：本网</p>`, page.ByText, "2026-11-21 10:00"},
		"发布日期 in brackets":       {`<span>发布日期</span>：<b>[2026年11月21日]</b>`, page.ByText, "2026-11-21 00:00"},
		"not the generation":     {`<p>页面生成时间：2026-11-22 01:00</p><meta name="others" content="页面生成时间 2026-11-22 01:00">`, page.ByURL, "2026-11-20 00:00"},
		"nor the last change":    {`<p>更新时间：2026-11-22 01:00</p>`, page.ByURL, "2026-11-20 00:00"},
		"its address":            {`<p>正文</p>`, page.ByURL, "2026-11-20 00:00"},
		"a clock of twelve":      {`<meta name="PubDate" content="2026-11-20 02:30"><p>发布时间：2026-11-20 14:30</p>`, page.ByText, "2026-11-20 14:30"},
		"another time in a text": {`<meta name="PubDate" content="2026-11-20 02:30"><p>发布时间：2026-11-20 09:30</p>`, page.ByMeta, "2026-11-20 02:30"},
	} {
		got := parse(t, c.body).Date(address)
		if at := got.At.Time.In(dates.Beijing).Format("2006-01-02 15:04"); got.By != c.by || !got.OK || at != c.at {
			t.Errorf("%s: %s %s %q, want %s %s", name, got.By, at, got.Shown, c.by, c.at)
		}
	}
	if got := parse(t, `<meta name="PubDate" content="昨天">`).Date(address); got.By != page.ByMeta || got.OK || got.Shown != "昨天" {
		t.Errorf("an unreadable tag = %+v, want it told, not passed over", got)
	}
}

func TestDaysInAddresses(t *testing.T) {
	for path, want := range map[string]string{
		"/a/t20260118_123.html": "2026-01-18", "/2026-01/18/c_1.html": "2026-01-18", "/art/2026/1/18/art_1_2.html": "2026-01-18", "/202601/18/x.html": "2026-01-18",
		"/xw/20260118/1.html": "2026-01-18", "/a/content_1.html": "", "/2026/13/40/x.html": "", "/id/20269999.html": "",
	} {
		got := page.DateInURL("https://www.example.gov.cn" + path)
		text := ""
		if got.OK {
			text = got.At.Time.Format(time.DateOnly)
		}
		if text != want {
			t.Errorf("DateInURL(%s) = %q, want %q", path, text, want)
		}
	}
}

func TestItemsOfALists(t *testing.T) {
	p := parse(t, `<div><a href="/">首页</a><a href="/about.html">关于</a></div><ul>
<li><a href="./t20261118_1.html" title="很长的标题没有被截断">很长的标题…</a><span>2026-11-18</span></li>
<li><a href="/gzdt/content_9.html">没有日期的地址</a> <em>2026-11-19</em></li>
<li><a href="https://other.example.com/t20261120_2.html">别的网站</a></li><li><a href="javascript:void(0)">脚本 2026-11-20</a></li>
<li><a href="./t20261118_1.html#a">同一篇</a></li></ul><a href="/gzdt/index_2.html">2026-11-20 下一页</a>`)
	var got []string
	for _, item := range p.Items("") {
		got = append(got, item.Text+" "+string(item.Dated.By))
	}
	if fmt.Sprint(got) != fmt.Sprint([]string{"没有日期的地址 list", "很长的标题没有被截断 url"}) {
		t.Errorf("Items = %q", got)
	}
	if got := p.Items("ul em"); len(got) != 0 {
		t.Errorf("Items of a selector without links = %v", got)
	}
	if got := p.Items("li > a[title]"); len(got) != 1 {
		t.Errorf("Items of a selector = %v, want one", got)
	}
	for selector, want := range map[string]bool{"": true, "ul.list a": true, "ul[": false, "a:has(": false} {
		if got := page.ValidSelector(selector); got != want {
			t.Errorf("ValidSelector(%q) = %v", selector, got)
		}
	}
}

func TestGatesAndScripts(t *testing.T) {
	for name, c := range map[string]struct {
		body            string
		gate, script, e bool
	}{
		"a gate":         {`<script>document.cookie="a=1";location.reload()</script>`, true, false, false},
		"a page":         {`<meta name="SiteIDCode" content="5001520001"><script>document.cookie="seen=1"</script><p>正文</p>`, false, false, false},
		"built by ajax":  {`<meta name="ColumnName" content="x"><div id=app></div><script>$.ajax({})</script>`, false, true, false},
		"says it's void": {`<ul></ul><p>暂无内容</p>`, false, false, true},
	} {
		p := parse(t, c.body)
		if p.Challenge() != c.gate || p.Scripted() != c.script || p.SaysEmpty() != c.e {
			t.Errorf("%s: gate %v, script %v, empty %v", name, p.Challenge(), p.Scripted(), p.SaysEmpty())
		}
	}
}

func TestHostilePages(t *testing.T) {
	if _, err := page.Parse([]byte(strings.Repeat("<div>", 5000)), "text/html", address); !errors.Is(err, page.ErrTooDeep) {
		t.Errorf("5,000 nested elements: %v, want ErrTooDeep", err)
	}
	wide := strings.Repeat(`<a href="t20261120_1.html">x</a>`, 20_000)
	if p := parse(t, wide); len(p.Links) > 3000 {
		t.Errorf("%d links kept", len(p.Links))
	}
}

func TestSitemaps(t *testing.T) {
	body := `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a.example.cn/1 </loc><lastmod>2026-11-18</lastmod></url>
<url><loc>https://a.example.cn/2</loc><lastmod>2026-11-20T09:30:00+08:00</lastmod></url><url><loc>https://a.example.cn/3</loc></url></urlset>`
	got, err := page.ParseSitemap([]byte(body))
	if err != nil || len(got.Places) != 3 || got.Places[0].URL != "https://a.example.cn/2" || got.Places[2].Dated.By != "" {
		t.Errorf("ParseSitemap = %+v, %v, want the latest first", got, err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`<sitemapindex><sitemap><loc>https://a.example.cn/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap><sitemap><loc>https://a.example.cn/new.xml</loc><lastmod>2026-01-01</lastmod></sitemap></sitemapindex>`))
	_ = w.Close()
	if got, err := page.ParseSitemap(packed.Bytes()); err != nil || fmt.Sprint(got.Maps) != "[https://a.example.cn/new.xml https://a.example.cn/old.xml]" {
		t.Errorf("a packed index = %+v, %v", got, err)
	}
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><urlset><url><loc>&b;&b;</loc></url></urlset>`
	if got, err := page.ParseSitemap([]byte(bomb)); err == nil && len(got.Places) > 0 && strings.Contains(got.Places[0].URL, "aaaa") {
		t.Error("entities were expanded")
	}
	for name, body := range map[string]string{"nothing": "", "a page": "<html></html>", "cut": `<urlset><url><loc>x`, "no gzip": "\x1f\x8bxx"} {
		if _, err := page.ParseSitemap([]byte(body)); !errors.Is(err, page.ErrNoSitemap) {
			t.Errorf("%s: %v, want ErrNoSitemap", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<meta name="PubDate" content="2026-11-20 09:30"><ul><li><a href="t20261120_1.html">x</a>2026-11-20</li></ul>`), "text/html; charset=gbk")
	f.Add([]byte(`<p>发布时间：2026年11月20日 <base href="//x/"><a href="a">b</a>`), "")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		p, err := page.Parse(body, kind, address)
		if err != nil {
			return
		}
		_, _, _, _ = p.Challenge(), p.Scripted(), p.SaysEmpty(), p.Items("li a")
		if dated := p.Date(address); dated.By == "" {
			t.Error("no date, though the address has one")
		}
		for _, item := range p.Items("") {
			if !strings.HasPrefix(item.URL, "http") || item.Dated.By == "" {
				t.Errorf("item %+v", item)
			}
		}
	})
}

func FuzzParseSitemap(f *testing.F) {
	f.Add([]byte(`<urlset><url><loc>https://a.example.cn/1</loc><lastmod>2026-11-18</lastmod></url></urlset>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := page.ParseSitemap(body); err != nil && !errors.Is(err, page.ErrNoSitemap) {
			t.Errorf("ParseSitemap = %v, want ErrNoSitemap", err)
		}
	})
}
