package sandbox

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Portals names the stand-in of government websites in the journal and in faults.
const Portals = "portal"

// Portal is a government website with columns, to be read from outside. AddPortal replaces the whole of it, so a test
// changes the site by changing the value.
//
//	/robots.txt  /  /{column}/  /{column}/t20260118_{id}.html  /sitemap.xml  /rss.xml  /atom.xml  /feed.json
type Portal struct {
	Name     string         `json:"name"` // part of the address: letters, digits, - and _
	Title    string         `json:"title"`
	SiteCode string         `json:"site_code"` // SiteIDCode on every page
	GBK      bool           `json:"gbk,omitempty"`
	Robots   string         `json:"robots,omitempty"`    // text of robots.txt; empty: 404
	Mode     string         `json:"mode,omitempty"`      // "": all is well; "challenge": 412 with a script; "gate": 200 with a script; "slow": after SlowMS; "down": no answer
	FeedMode string         `json:"feed_mode,omitempty"` // how the feeds misbehave, see the constants
	SlowMS   int64          `json:"slow_ms,omitempty"`
	Columns  []PortalColumn `json:"columns"`
}

// PortalColumn is a column of a portal.
type PortalColumn struct {
	Path     string          `json:"path"`
	Title    string          `json:"title"`
	Mode     string          `json:"mode,omitempty"` // "": a list; "scripted": the list is built by script; "empty": it says 暂无内容; "undated": no days beside the links
	Articles []PortalArticle `json:"articles"`
}

// PortalArticle is an article of a column. What is empty is left out of the page.
type PortalArticle struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Body     string   `json:"body,omitempty"`      // HTML
	Day      string   `json:"day,omitempty"`       // 20260118 in the address; empty: content_{id}.html
	ListDate string   `json:"list_date,omitempty"` // beside the link
	PubDate  string   `json:"pub_date,omitempty"`  // as the meta tag writes it: with seconds, without, null, in the 12-hour clock
	Visible  string   `json:"visible,omitempty"`   // as readers see it
	FeedDate string   `json:"feed_date,omitempty"` // as the feeds write it; empty: PubDate
	LastMod  string   `json:"last_mod,omitempty"`  // as the sitemap writes it
	SiteCode string   `json:"site_code,omitempty"` // another site's, as left in a copied template
	Without  []string `json:"without,omitempty"`   // tags that are missing
	Style    string   `json:"style,omitempty"`     // of the tags: "", "spaces", "reversed", "upper"
	GUID     string   `json:"guid,omitempty"`      // in the feeds; empty: the address
}

// How feeds misbehave, for Portal.FeedMode and AppBackend.FeedMode.
const (
	FeedNoValidators = "no_validators" // neither ETag nor Last-Modified
	FeedChangingTags = "changing_tags" // another ETag each time
	FeedWeakTag      = "weak_tag"
	FeedAlways304    = "always_304"
	FeedChangingGUID = "changing_guid"
	FeedBroken       = "broken"    // ends in the middle
	FeedEntities     = "entities"  // a bomb of entities
	FeedHuge         = "huge"      // 10 MB
	FeedGzipBomb     = "gzip_bomb" // 64 MB of blanks in 64 kB
	FeedHTML         = "html"      // a page in its place
	FeedLoop         = "loop"      // redirects to itself
	FeedInner        = "inner"     // redirects to an inner address
	FeedMovedForGood = "moved"     // 301 to the same feed under ?moved=1
	FeedGone         = "gone"      // 410
	FeedBusy         = "busy"      // 429 with Retry-After
)

// AddPortal declares a portal, or replaces one.
func (s *Sandbox) AddPortal(portal Portal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Portals == nil { // a dump from before there were any
		s.state.Portals = map[string]*Portal{}
	}
	portal.Columns = slices.Clone(portal.Columns)
	s.state.Portals[portal.Name] = &portal
}

// PortalHandler serves one portal at the root.
func (s *Sandbox) PortalHandler(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.servePortal(w, r, name, "") })
}

// servePortal serves the paths of one portal. home is the part of the public address before them.
func (s *Sandbox) servePortal(w http.ResponseWriter, r *http.Request, name, home string) {
	s.mu.Lock()
	portal := s.state.Portals[name]
	s.mu.Unlock()
	p := platform{
		name:    Portals,
		account: func(*Sandbox, *call) string { return name },
		perform: func(s *Sandbox, c *call) answer { return portal.answer(c, c.base+home, home) },
		refuse: func(_ *Sandbox, _ *call, code int, text string) answer {
			return answer{status: code, contentType: "text/html", body: []byte(text), code: code}
		},
	}
	if portal != nil && portal.Mode == "slow" && !pause(r, portal.SlowMS) {
		return
	}
	if portal != nil && portal.Mode == "down" {
		panic(http.ErrAbortHandler)
	}
	s.serve(p, w, r)
}

// answer is what the portal says to a request. base is where its paths begin, home the same without the host.
func (p *Portal) answer(c *call, base, home string) answer {
	switch {
	case p == nil:
		return answer{status: http.StatusNotFound, contentType: "text/html", body: []byte("no such portal"), code: http.StatusNotFound}
	case c.Path == "/robots.txt" && p.Robots != "":
		return answer{status: http.StatusOK, contentType: "text/plain", body: []byte(p.Robots)}
	case c.Path == "/robots.txt":
		return p.page(http.StatusNotFound, "404", "<p>404</p>", nil)
	case p.Mode == "challenge":
		return answer{status: http.StatusPreconditionFailed, contentType: "text/html", body: []byte(challenge), code: http.StatusPreconditionFailed}
	case p.Mode == "gate":
		return answer{status: http.StatusOK, contentType: "text/html", body: []byte(challenge)}
	}
	switch c.Path {
	case "/", "":
		return p.home(home)
	case "/sitemap.xml":
		return p.sitemap(base)
	case "/rss.xml", "/atom.xml", "/feed.json":
		return p.feed(c, base)
	}
	for _, column := range p.Columns {
		rest, within := strings.CutPrefix(c.Path, "/"+column.Path+"/")
		if !within {
			continue
		}
		if rest == "" {
			return conditional(c, p.list(column, home))
		}
		for _, article := range column.Articles {
			if rest == article.file() {
				return p.article(column, article)
			}
		}
	}
	return p.page(http.StatusNotFound, "404", "<p>404</p>", nil)
}

// challenge is the page of a gate that wants a browser.
const challenge = `<html><head><meta charset="utf-8"><script>var t=1;document.cookie="__jsl_clearance="+t;location.reload();</script></head><body></body></html>`

func (a PortalArticle) file() string {
	if a.Day == "" {
		return "content_" + a.ID + ".html"
	}
	return "t" + a.Day + "_" + a.ID + ".html"
}

func (a PortalArticle) address(base string, column PortalColumn) string {
	return base + "/" + column.Path + "/" + a.file()
}

// tag writes a meta tag in one of the styles that real systems use.
func tag(style, name, value string) string {
	value = html.EscapeString(value)
	switch style {
	case "spaces":
		return fmt.Sprintf("<meta  name=%q  content=\"%s\" />\n", name, value)
	case "reversed":
		return fmt.Sprintf("<meta content=\"%s\" name=%q>\n", value, name)
	case "upper":
		return fmt.Sprintf("<META NAME=%q CONTENT=\"%s\">\n", strings.ToUpper(name), value)
	}
	return fmt.Sprintf("<meta name=%q content=\"%s\">\n", name, value)
}

func (p *Portal) siteTags(style, code string) string {
	return tag(style, "SiteName", p.Title) + tag(style, "SiteDomain", "http://www.example.gov.cn") + tag(style, "SiteIDCode", orElse(code, p.SiteCode))
}

func (p *Portal) columnTags(style string, column PortalColumn) string {
	return tag(style, "ColumnName", column.Title) + tag(style, "ColumnDescription", column.Title+"栏目发布本区"+column.Title) + tag(style, "ColumnKeywords", column.Title) +
		tag(style, "ColumnType", "工作动态")
}

// page makes a page in the site's characters. The time it was generated is on it, as real systems write it: it is no time of
// publication.
func (p *Portal) page(status int, title, body string, tags []string) answer {
	charset := "utf-8"
	if p.GBK {
		charset = "gbk"
	}
	text := "<!DOCTYPE html><html><head><meta charset=\"" + charset + "\"><title>" + html.EscapeString(title) + "</title>\n" + strings.Join(tags, "") +
		`<meta name="others" content="页面生成时间 2026-01-01 00:00:00">` + "\n</head><body><div class=\"nav\"><a href=\"/\">首页</a> <a href=\"/about.html\">关于我们</a></div>\n" + body +
		"<div class=\"foot\">主办：示范区人民政府办公室 <a href=\"https://beian.example.cn/\">备案</a></div></body></html>"
	raw := []byte(text)
	if p.GBK {
		encoded, err := simplifiedchinese.GBK.NewEncoder().Bytes(raw)
		if err != nil {
			panic("sandbox: page cannot be written in GBK: " + err.Error()) // our own texts only
		}
		raw = encoded
	}
	a := answer{status: status, contentType: "text/html", body: raw} // the header names no characters, as often
	if status >= http.StatusBadRequest {
		a.code = status
	}
	return a
}

func (p *Portal) home(home string) answer {
	var body strings.Builder
	for _, column := range p.Columns {
		fmt.Fprintf(&body, "<h2><a href=\"%s/%s/\">%s</a></h2>\n", home, column.Path, html.EscapeString(column.Title))
	}
	return p.page(http.StatusOK, p.Title, body.String(), []string{p.siteTags("", "")})
}

func (p *Portal) list(column PortalColumn, home string) answer {
	tags := []string{p.siteTags("", ""), p.columnTags("", column)}
	if column.Mode == "scripted" {
		return p.page(http.StatusOK, column.Title, `<div id="app"></div><script>$.ajax({url:"/api/list.json",success:function(d){render(d)}})</script>`, tags)
	}
	var body strings.Builder
	body.WriteString("<ul class=\"list\">\n")
	for _, article := range column.Articles {
		date := ""
		if article.ListDate != "" && column.Mode != "undated" {
			date = "<span>" + html.EscapeString(article.ListDate) + "</span>"
		}
		fmt.Fprintf(&body, "<li><a href=\"%s\">%s</a>%s</li>\n", article.address(home, column), html.EscapeString(article.Title), date)
	}
	body.WriteString("</ul>")
	if column.Mode == "empty" {
		body.WriteString("<p>暂无内容</p>")
	}
	return p.page(http.StatusOK, column.Title, body.String(), tags)
}

func (p *Portal) article(column PortalColumn, a PortalArticle) answer {
	tags := []string{p.siteTags(a.Style, a.SiteCode), p.columnTags(a.Style, column)}
	own := []struct{ name, value string }{{"ArticleTitle", a.Title}, {"PubDate", a.PubDate}, {"ContentSource", "示范区人民政府办公室"}}
	for _, t := range own {
		if t.value != "" && !slices.Contains(a.Without, t.name) {
			tags = append(tags, tag(a.Style, t.name, t.value))
		}
	}
	body := "<h1>" + html.EscapeString(a.Title) + "</h1>\n"
	if a.Visible != "" {
		body += "<div class=\"info\">发布时间：" + html.EscapeString(a.Visible) + "　来源：区政府办　浏览次数：12</div>\n"
	}
	return p.page(http.StatusOK, a.Title+"-"+p.Title, body+"<div class=\"content\">"+orElse(a.Body, "<p>正文。</p>")+"</div>", tags)
}

func (p *Portal) sitemap(base string) answer {
	type entry struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod,omitempty"`
	}
	set := struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []entry  `xml:"url"`
	}{}
	for _, column := range p.Columns {
		for _, article := range column.Articles {
			set.URLs = append(set.URLs, entry{article.address(base, column), article.LastMod})
		}
	}
	return answer{status: http.StatusOK, contentType: "application/xml", body: asXML(set)}
}

// feed writes the articles of all columns in the order of the portal.
func (p *Portal) feed(c *call, base string) answer {
	var items []rssItem
	for _, column := range p.Columns {
		for _, a := range column.Articles {
			address := a.address(base, column)
			items = append(items, rssItem{Title: a.Title, Link: address, GUID: orElse(a.GUID, address), PubDate: orElse(a.FeedDate, a.PubDate), Description: a.Body})
		}
	}
	var a answer
	switch c.Path {
	case "/feed.json":
		out := []map[string]any{}
		for _, it := range items {
			out = append(out, map[string]any{"id": it.GUID, "url": it.Link, "title": it.Title, "content_html": it.Description, "date_published": it.PubDate})
		}
		a = answer{status: http.StatusOK, contentType: "application/feed+json", body: encode(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": p.Title, "items": out})}
	case "/atom.xml":
		feed := struct {
			XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string      `xml:"id"`
			Title   string      `xml:"title"`
			Entries []atomEntry `xml:"entry"`
		}{ID: base, Title: p.Title}
		for _, it := range items {
			feed.Entries = append(feed.Entries, atomEntry{ID: it.GUID, Title: it.Title, Link: atomLink{Href: it.Link}, Published: it.PubDate, Updated: it.PubDate,
				Content: atomText{Type: "html", Text: it.Description}})
		}
		a = answer{status: http.StatusOK, contentType: "application/atom+xml", body: asXML(feed)}
	default:
		feed := struct {
			XMLName xml.Name  `xml:"rss"`
			Version string    `xml:"version,attr"`
			Title   string    `xml:"channel>title"`
			Items   []rssItem `xml:"channel>item"`
		}{Version: "2.0", Title: p.Title, Items: items}
		a = answer{status: http.StatusOK, contentType: "application/rss+xml", body: asXML(feed)}
		if p.GBK {
			text, err := simplifiedchinese.GBK.NewEncoder().Bytes(bytes.Replace(a.body, []byte("UTF-8"), []byte("GBK"), 1))
			if err != nil {
				panic("sandbox: feed cannot be written in GBK: " + err.Error())
			}
			a.body = text
		}
	}
	return misbehave(p.FeedMode, c, conditional(c, a))
}

// conditional adds an ETag and answers 304 to a reader that has it.
func conditional(c *call, a answer) answer {
	sum := sha256.Sum256(a.body)
	tagged := `"` + hex.EncodeToString(sum[:8]) + `"`
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header["ETag"] = tagged
	if c.r.Header.Get("If-None-Match") == tagged {
		return answer{status: http.StatusNotModified, header: a.header}
	}
	return a
}

// misbehave turns the answer of a feed into what some hosts send in its place.
func misbehave(mode string, c *call, a answer) answer {
	again := strconv.FormatInt(time.Now().UnixNano(), 36)
	switch mode {
	case FeedNoValidators:
		a.header = nil
	case FeedChangingTags:
		a.header = map[string]string{"ETag": `"` + again + `"`}
	case FeedWeakTag:
		if a.header != nil {
			a.header["ETag"] = "W/" + a.header["ETag"]
		}
		if c.r.Header.Get("If-None-Match") == a.header["ETag"] {
			return answer{status: http.StatusNotModified, header: a.header}
		}
	case FeedAlways304:
		return answer{status: http.StatusNotModified}
	case FeedChangingGUID:
		a.header = nil
		a.body = bytes.ReplaceAll(a.body, []byte("</guid>"), []byte("?"+again+"</guid>"))
	case FeedBroken:
		a.body = a.body[:len(a.body)*2/3]
	case FeedEntities:
		a.body = []byte(entityBomb)
	case FeedHuge:
		a.body = append(a.body, bytes.Repeat([]byte(" "), 10<<20)...)
	case FeedGzipBomb:
		a.header, a.body = map[string]string{"Content-Encoding": "gzip"}, gzipBomb()
	case FeedHTML:
		return answer{status: http.StatusOK, contentType: "text/html", body: []byte("<html><body><h1>欢迎</h1></body></html>")}
	case FeedLoop:
		return answer{status: http.StatusFound, header: map[string]string{"Location": c.r.URL.Path + "?" + again}}
	case FeedInner:
		return answer{status: http.StatusFound, header: map[string]string{"Location": "http://169.254.169.254/latest/meta-data/"}}
	case FeedMovedForGood:
		if c.query.Get("moved") == "" {
			return answer{status: http.StatusMovedPermanently, header: map[string]string{"Location": "?moved=1"}}
		}
	case FeedGone:
		return answer{status: http.StatusGone, code: http.StatusGone}
	case FeedBusy:
		return answer{status: http.StatusTooManyRequests, header: map[string]string{"Retry-After": "7200"}, code: http.StatusTooManyRequests}
	}
	return a
}

// entityBomb would become some gigabytes, were its entities expanded.
const entityBomb = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">` +
	`<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>` +
	`<rss version="2.0"><channel><title>&f;</title><item><title>&f;</title></item></channel></rss>`

func gzipBomb() []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		_, _ = w.Write(blanks) // a buffer takes everything
	}
	_ = w.Close()
	return packed.Bytes()
}
